"""Taking in workforce figures, from the page or the terminal: planned, checked again, logged once.

Figures and log lie in the same store, so both change in one transaction.
"""

import hashlib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from analysis.workforce import store_workforce
from analysis.workforce_layouts import layout_of
from analysis.workforce_plans import WorkforcePlan, plan_workforce
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.ledger.log import take_turn
from surveys.ledger.signing import LogSigner
from surveys.unit_registry import month_trees

_CHANGED_MEANWHILE = (
    "The file or the data in Pulse changed after the difference was shown. Nothing was stored. "
    "Look at the difference again."
)


@dataclass(frozen=True, slots=True)
class FigureFile:
    """A file of figures; `mapping` names its layout, "" for Pulse's own."""

    path: Path
    mapping: str = ""


def plan_figures(stores: Stores, file: FigureFile) -> WorkforcePlan:
    """Return what the file would change; change nothing.

    Raises:
        ImportRejected: the file or its mapping is wrong, by row, column and rule.
    """
    with stores.archive() as archive:
        return _plan(stores, archive, file)


def mark_of(plan: WorkforcePlan) -> str:
    """Return a hash that tells whether a plan is the one that was shown."""
    told = (
        plan.file_sha256,
        plan.layout_sha256,
        sorted(plan.new),
        sorted(plan.withdrawn),
        sorted(plan.changes.items()),
    )
    return hashlib.sha256(repr(told).encode()).hexdigest()


def store_figures(
    stores: Stores, signer: LogSigner, file: FigureFile, *, shown: str, today: date
) -> WorkforcePlan:
    """Make the change that was shown, and log it.

    Args:
        stores: all stores.
        signer: of the log.
        file: as it was planned.
        shown: `mark_of` the plan that somebody confirmed.
        today: the day of the log entry.

    Raises:
        StateError: the file or the figures changed since.
    """
    with stores.archive(writing=True) as archive:
        take_turn(archive)  # two files at once must not be planned against the same figures
        plan = _plan(stores, archive, file)
        if mark_of(plan) != shown:
            raise StateError(_CHANGED_MEANWHILE)
        if plan.has_changes:
            store_workforce(archive, plan, signer=signer, day=today)
    return plan


def _plan(stores: Stores, archive: Session, file: FigureFile) -> WorkforcePlan:
    with stores.registry() as registry:
        return plan_workforce(archive, file.path, month_trees(registry), layout_of(file.mapping))
