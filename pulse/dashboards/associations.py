"""Morale and leavers of the whole organisation: two associations, worked out once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.release import ReleaseHead
from analysis.trends.measures import Measure, shown_means
from analysis.turnover import Association, Refused, TurnoverRow, between_units, pooled_months
from analysis.workforce import workforce_of, workforce_state
from pulse.dashboards.memory import ReleaseMemory

_UNITS_AT_ONCE = 500  # bounds the memory that histories take


@dataclass(frozen=True, slots=True)
class Associations:
    """Both associations, each told or refused; whether there are workforce figures at all."""

    between: Association | Refused
    pooled: Association | Refused
    has_workforce: bool

    @property
    def both(self) -> tuple[Association | Refused, Association | Refused]:
        return self.between, self.pooled

    @property
    def told(self) -> tuple[Association, ...]:
        return tuple(each for each in self.both if isinstance(each, Association))


_memory: ReleaseMemory[Associations] = ReleaseMemory(size=4)


def associations_of(
    session: Session, heads: Sequence[ReleaseHead], measure: Measure
) -> Associations:
    """Return the associations over the units of the newest tree that have none below them."""

    def work_out() -> Associations:
        rows = tuple(_rows(session, heads, measure))
        return Associations(
            between=between_units(rows),
            pooled=pooled_months(rows),
            has_workforce=any(row.headcount is not None for row in rows),
        )

    question = (measure.code, workforce_state(session))
    return _memory.recall(heads, question, work_out)


def _rows(
    session: Session, heads: Sequence[ReleaseHead], measure: Measure
) -> Iterator[TurnoverRow]:
    """Yield each unit's months, in no order: shown morale, people, leavers."""
    tree = heads[-1].tree
    leaves = [unit.code for unit in tree if not tree.children(unit.code)]
    for first in range(0, len(leaves), _UNITS_AT_ONCE):
        part = leaves[first : first + _UNITS_AT_ONCE]
        means = shown_means(measure, heads, units_history(session, part))
        workforce = workforce_of(session, part)
        for code in part:
            morale, figures = means[code], workforce.get(code, {})
            for month in {*morale, *figures}:
                people = figures.get(month)
                yield TurnoverRow(
                    unit=code,
                    month=month,
                    morale=morale.get(month),
                    headcount=None if people is None else people.headcount,
                    leavers=None if people is None else people.leavers,
                )
