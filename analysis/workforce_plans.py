"""What importing a file of workforce figures would change, against what is held."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from sqlalchemy.orm import Session

from analysis.workforce_figures import Figure, Figures, Missing, Value
from analysis.workforce_files import FigureKey, TreeOfMonth, WorkforceFile, read_workforce
from analysis.workforce_held import held_around
from analysis.workforce_layouts import OWN_LAYOUT, Layout
from analysis.workforce_periods import Period
from analysis.workforce_rules import broken_rules
from surveys.sheets import Problems
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class FigureChange:
    """One figure that the import changes; None is a figure that nobody gave."""

    figure: Figure
    before: Value | None
    after: Value | None


@dataclass(frozen=True, slots=True)
class WorkforcePlan:
    """What importing a file of workforce figures would change.

    `after` are the figures of new and changed rows as they would stand. Withdrawn rows stand in
    `changes`, too: all their figures become None. `inner_units` are units of the file that have
    units below them: people often write sums there, and sums would be counted twice.
    """

    file_sha256: str
    layout: str
    layout_sha256: str
    rows: int
    after: Mapping[FigureKey, Figures]
    new: frozenset[FigureKey]
    changes: Mapping[FigureKey, tuple[FigureChange, ...]]
    withdrawn: frozenset[FigureKey]
    unchanged: int
    inner_units: tuple[UnitCode, ...]
    missing: Mapping[Missing, int]
    passed_over: int
    ignored: tuple[str, ...]

    @property
    def has_changes(self) -> bool:
        return bool(self.new or self.changes)

    @property
    def periods(self) -> tuple[Period, ...]:
        """The periods whose figures would change, oldest first."""
        return tuple(sorted({period for _unit, period in (*self.new, *self.changes)}))


def plan_workforce(
    session: Session, path: Path, tree_of: TreeOfMonth, layout: Layout = OWN_LAYOUT
) -> WorkforcePlan:
    """Return what importing the file would change; change nothing.

    What a file does not give stays as it is: other units and periods, columns that it lacks,
    cells that are empty.

    Args:
        session: of the archive.
        path: CSV file.
        tree_of: gives each month's tree; a unit must stand in that of its period's last month.
        layout: where things stand in the file.

    Raises:
        ImportRejected: the file is wrong, by row, column and rule.
    """
    problems = Problems(path.name)
    file = read_workforce(path, tree_of, layout, problems=problems)
    held = {key: figures for key, (figures, _) in held_around(session, file.row_of.keys()).items()}
    after = {key: {**held.get(key, {}), **given} for key, given in file.figures.items()}
    _refuse_overlaps(file, held.keys() - file.withdrawn, problems)
    _refuse_broken_rules(file, after, problems)
    problems.raise_if_any()
    return _plan_of(file, layout, held, after)


def _plan_of(
    file: WorkforceFile,
    layout: Layout,
    held: Mapping[FigureKey, Figures],
    after: Mapping[FigureKey, Figures],
) -> WorkforcePlan:
    new = frozenset(key for key in after if key not in held)
    withdrawn = file.withdrawn & held.keys()
    changes = {key: _changes(held[key], after[key]) for key in after if key in held}
    changes = {key: made for key, made in changes.items() if made}
    changes |= {key: _changes(held[key], {}) for key in sorted(withdrawn)}
    return WorkforcePlan(
        file_sha256=file.sha256,
        layout=layout.name,
        layout_sha256=layout.sha256,
        rows=len(file.row_of),
        after={key: after[key] for key in after if key in new or key in changes},
        new=new,
        changes=changes,
        withdrawn=withdrawn,
        unchanged=len(file.row_of) - len(new) - len(changes),
        inner_units=file.inner_units,
        missing=file.missing,
        passed_over=file.passed_over,
        ignored=file.ignored,
    )


def _refuse_overlaps(file: WorkforceFile, held: Iterable[FigureKey], problems: Problems) -> None:
    """A unit's periods must not overlap, whichever figures they hold.

    So no figure is counted twice, and no month can be found by subtracting it from its year.
    """
    periods: dict[UnitCode, set[Period]] = {}
    for unit, period in (*file.figures, *held):
        periods.setdefault(unit, set()).add(period)
    for unit, its in periods.items():
        if len({period.months for period in its}) == 1 and _are_aligned(its):
            continue
        for before, after in pairwise(sorted(its)):
            if not before.overlaps(after):
                continue
            wrong, other = (after, before) if (unit, after) in file.row_of else (before, after)
            at = file.row_of.get((unit, other))
            where = "is held already" if at is None else f"stands in row {at}"
            problems.add(
                file.row_of.get((unit, wrong)),
                file.period_title,
                f"{wrong} of {unit!r} overlaps {other}, which {where}; a unit's periods must not "
                "overlap, or people would be counted twice",
            )


def _are_aligned(periods: Iterable[Period]) -> bool:
    """Whether periods of one length start at whole lengths from each other: none can overlap."""
    return len({period.start.ordinal % period.months for period in periods}) == 1


def _refuse_broken_rules(
    file: WorkforceFile, after: Mapping[FigureKey, Figures], problems: Problems
) -> None:
    for (unit, period), figures in after.items():
        for figure, rule in broken_rules(figures, period.months):
            title = file.titles.get(figure, figure.value)
            problems.add(file.row_of[unit, period], title, rule)


def _changes(before: Figures, after: Figures) -> tuple[FigureChange, ...]:
    return tuple(
        FigureChange(figure, before.get(figure), after.get(figure))
        for figure in Figure
        if before.get(figure) != after.get(figure)
    )
