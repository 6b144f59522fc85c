"""Taking in a list of staff, from the page or the terminal: planned, checked again, logged once.

People lie in the registry, the log in the archive. The change is written first, then the log entry
is kept, then the change: cut short in between, the same import run again adds no second entry.
"""

import hashlib
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from pulse.stores import Stores
from surveys.canonical import canonical_json
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, append, entries
from surveys.ledger.signing import LogSigner
from surveys.roster import apply_roster, forget_leavers, plan_roster
from surveys.roster_plans import RosterPlan
from surveys.unit_registry import tree_as_of

DAYS_AHEAD = 62
"""How far ahead a list may hold: a wrong year would shut out every list until then."""

_CHANGED_MEANWHILE = (
    "The file or the data in Pulse changed after the difference was shown. Nothing was stored. "
    "Look at the difference again."
)


@dataclass(frozen=True, slots=True)
class StaffLists:
    """The files of one import: everybody on the day, and if given which units became which."""

    staff: Path
    mapping: Path | None
    day: date


def plan_lists(registry: Session, lists: StaffLists, *, today: date) -> RosterPlan:
    """Return what the lists would change; change nothing.

    Raises:
        ImportRejected: a file is wrong, by row, column and rule.
        StateError: the day is too far ahead, before the newest list, or has no units.
    """
    if lists.day > today + timedelta(days=DAYS_AHEAD):
        raise StateError(
            f"{lists.day} is more than {DAYS_AHEAD} days ahead; check the year and month"
        )
    tree = tree_as_of(registry, lists.day)
    return plan_roster(registry, lists.staff, lists.day, tree=tree, mapping=lists.mapping)


def mark_of(plan: RosterPlan) -> str:
    """Return a hash that tells whether a plan is the one that was shown."""
    return hashlib.sha256(repr(plan).encode()).hexdigest()


def store_lists(
    stores: Stores,
    signer: LogSigner,
    lists: StaffLists,
    *,
    shown: str,
    today: date,
    allow_leavers: bool,
) -> RosterPlan:
    """Make the change that was shown, log it without names, and forget who left.

    Args:
        stores: all stores.
        signer: of the log.
        lists: the files as they were planned.
        shown: `mark_of` the plan that somebody confirmed.
        today: the day of the log entry; who has left by it is forgotten.
        allow_leavers: that more than half of the people leave is meant.

    Raises:
        StateError: something changed since, or more than half would leave and nobody said so.
    """
    with stores.registry(writing=True) as registry:
        plan = plan_lists(registry, lists, today=today)
        if mark_of(plan) != shown:
            raise StateError(_CHANGED_MEANWHILE)
        apply_roster(registry, plan, allow_leavers=allow_leavers)
        if plan.has_changes:
            _log_once(stores, signer, plan, today=today)
    with stores.registry(writing=True) as registry:
        forget_leavers(registry, today)
    return plan


def roster_body(plan: RosterPlan) -> dict[str, object]:
    """Return what the log says about a list of staff: numbers, and nothing of anybody."""
    body: dict[str, object] = {
        "file_sha256": plan.file_sha256,
        "day": plan.day.isoformat(),
        "revision": plan.revision,
        "people": plan.people,
        "adds": len(plan.adds),
        "moves": len(plan.moves),
        "restructured": len(plan.restructured),
        "changes": len(plan.changes),
        "leavers": len(plan.leavers),
    }
    if plan.mapping_sha256 is not None:
        body["mapping_sha256"] = plan.mapping_sha256
    return body


def _log_once(stores: Stores, signer: LogSigner, plan: RosterPlan, *, today: date) -> None:
    """Keep the log entry, unless the newest one says exactly this."""
    body = roster_body(plan)
    with stores.archive() as archive:
        told = entries(archive, kinds=[EntryKind.ROSTER])
        if not told or canonical_json(told[-1].body) != canonical_json(body):
            append(archive, EntryKind.ROSTER, body, signer=signer, day=today)
