"""What moves with morale in the whole organisation, worked out once for screen and file alike."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy.orm import Session

from analysis.archive import unit_cells
from analysis.driver_correlations import within_correlations
from analysis.driver_means import paired_means, questions_of, with_morale
from analysis.drivers import (
    Joint,
    Refused,
    Single,
    joint_between,
    joint_within,
    single_between,
    single_within,
)
from analysis.release import ReleasedItem, ReleaseHead, UnitMonth
from pulse.dashboards.memory import ReleaseMemory
from surveys.months import Month
from surveys.units import UnitCode

MOST_RELEASES = 12
_UNITS_AT_ONCE = 500  # bounds the memory that cells take
_NO_RELEASE = Refused(
    "This needs a month with 200 complete answers or more, released with its correlations."
)
_NEVER_TOGETHER = Refused("No questions were asked in every one of these months.")


class Period(StrEnum):
    """What the page looks at: the newest month alone, or up to twelve."""

    NEWEST = "newest"
    TWELVE = "twelve"


@dataclass(frozen=True, slots=True)
class DriverFigures:
    """Every question beside morale, alone and together with those that every month asked.

    `between` and `within` go with `questions`. `joint_questions` are those taken together;
    `units_left_out` show morale beside no question.
    """

    months: tuple[Month, ...]
    questions: tuple[ReleasedItem, ...]
    between: tuple[Single | Refused, ...]
    within: tuple[Single | Refused, ...]
    joint_questions: tuple[ReleasedItem, ...]
    joint_between: Joint | Refused
    joint_within: Joint | Refused
    units: int
    units_left_out: int


_memory: ReleaseMemory[DriverFigures | None] = ReleaseMemory(size=4)


def driver_figures(
    session: Session, heads: Sequence[ReleaseHead], period: Period
) -> DriverFigures | None:
    """Return the figures over the units of the newest tree that have none below them.

    They are the same for everybody who looks: from each part of the organisation they would
    differ, and differences tell more than was meant. None where no release asks about morale.
    """

    def work_out() -> DriverFigures | None:
        asked = with_morale(heads)
        pool = asked[-1:] if period is Period.NEWEST else asked[-MOST_RELEASES:]
        return _figures(session, pool, heads[-1]) if pool else None

    return _memory.recall(heads, period, work_out)


def _figures(session: Session, pool: Sequence[ReleaseHead], newest: ReleaseHead) -> DriverFigures:
    leaves = [unit.code for unit in newest.tree if not newest.tree.children(unit.code)]
    questions = questions_of(pool)
    means = paired_means(pool, _histories(session, pool, leaves))
    within, joint = _within(pool, questions, means.together)
    return DriverFigures(
        months=tuple(head.month for head in pool),
        questions=questions,
        between=single_between(means.morale, means.questions),
        within=within,
        joint_questions=tuple(questions[place] for place in means.together),
        joint_between=(
            joint_between(means.morale_together, means.questions_together)
            if means.together
            else _NEVER_TOGETHER
        ),
        joint_within=joint if means.together else _NEVER_TOGETHER,
        units=means.units,
        units_left_out=len(leaves) - means.units,
    )


def _within(
    pool: Sequence[ReleaseHead], questions: Sequence[ReleasedItem], together: Sequence[int]
) -> tuple[tuple[Single | Refused, ...], Joint | Refused]:
    found = within_correlations(pool, questions, together)
    if found is None:
        return (_NO_RELEASE,) * len(questions), _NO_RELEASE
    singles = single_within(found.singles, freedom=found.freedom)
    if found.together is None:
        return singles, _NO_RELEASE
    return singles, joint_within(found.together, freedom=found.freedom)


def _histories(
    session: Session, pool: Sequence[ReleaseHead], units: Sequence[UnitCode]
) -> Iterator[Sequence[UnitMonth]]:
    """Yield each unit's cells of the releases; other months need not be read."""
    for first in range(0, len(units), _UNITS_AT_ONCE):
        some = units[first : first + _UNITS_AT_ONCE]
        months = [unit_cells(session, head.month, some) for head in pool]
        for unit in some:
            yield [cells[unit] for cells in months if unit in cells]
