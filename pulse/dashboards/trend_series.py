"""Every series of a part of the tree, judged and tested together; page and file share them."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import Rebase, chart_notes
from analysis.release import ReleaseHead
from analysis.trends.behaviour import ProcessBehaviour, Signal, latest_signal, month_of
from analysis.trends.direction_tables import SeriesDirection, Told
from analysis.trends.findings import Tally, tally_of
from analysis.trends.measures import Measure
from analysis.trends.rebasing import judged_units
from analysis.trends.unit_directions import unit_directions
from pulse.dashboards.measure_order import last_asked, ordered_measures
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.scope import Scope, UnitLink
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class UnitTrend:
    """One measure of one unit: its behaviour, and its direction over all shown months.

    `signal` is the one that includes the month in which the measure was last asked anywhere.
    """

    unit: UnitLink
    behaviour: ProcessBehaviour
    direction: SeriesDirection
    signal: Signal | None


@dataclass(frozen=True, slots=True)
class MeasureTrends:
    """One measure in all units that have it, A to Z; `asked` is when it was last asked."""

    measure: Measure
    asked: Month
    units: tuple[UnitTrend, ...]


@dataclass(frozen=True, slots=True)
class Trends:
    """Everything a page looks at; directions are adjusted over all of `measures`."""

    measures: tuple[MeasureTrends, ...]
    tally: Tally

    @property
    def series(self) -> tuple[UnitTrend, ...]:
        return tuple(trend for each in self.measures for trend in each.units)

    @property
    def tested(self) -> int:
        return sum(each.direction.told is not Told.TOO_FEW for each in self.series)

    @property
    def directed(self) -> int:
        return sum(each.direction.told in {Told.RISING, Told.FALLING} for each in self.series)


_memory: ReleaseMemory[Trends] = ReleaseMemory(size=64)


def trends_of(
    session: Session, heads: Sequence[ReleaseHead], scope: Scope, units: Sequence[UnitCode]
) -> Trends:
    """Return the trends of some units of the viewer's part, as of the newest of the releases.

    Args:
        session: of the archive.
        heads: visible releases, at least one, oldest first.
        scope: whose tree names the units.
        units: in any order.
    """
    notes = chart_notes(session).in_force
    return _memory.recall(
        heads,
        (tuple(units), notes.rebase_places),
        lambda: _worked_out(session, heads, scope.links(units), notes.rebases),
    )


def _worked_out(
    session: Session,
    heads: Sequence[ReleaseHead],
    links: Sequence[UnitLink],
    rebases: Sequence[Rebase],
) -> Trends:
    histories = units_history(session, [link.code for link in links])
    judged = {
        measure: judged_units(measure, heads, histories, rebases)
        for measure in ordered_measures(heads)
    }
    kept = [
        (measure, link, behaviours[link.code])
        for measure, behaviours in judged.items()
        for link in links
        if behaviours[link.code].points
    ]
    directions = unit_directions([behaviour for _measure, _link, behaviour in kept])
    found: dict[Measure, list[UnitTrend]] = {measure: [] for measure in judged}
    for (measure, link, behaviour), direction in zip(kept, directions, strict=True):
        is_newest = month_of(behaviour.points[-1]) == last_asked(measure, heads)
        signal = latest_signal(behaviour) if is_newest else None
        found[measure].append(UnitTrend(link, behaviour, direction, signal))
    newest = [
        behaviour
        for measure, _link, behaviour in kept
        if month_of(behaviour.points[-1]) == last_asked(measure, heads)
    ]
    measures = tuple(
        MeasureTrends(measure, last_asked(measure, heads), tuple(units))
        for measure, units in found.items()
    )
    return Trends(measures, tally_of(newest))


def levels_down(scope: Scope, *, most: int) -> dict[int, tuple[UnitCode, ...]]:
    """Return the viewer's units by depth: the tops, the tops and their children, and so on.

    Only depths with at most `most` units in all, but always depth 0, cut to as many.
    """
    units = level = scope.tops
    found = {0: units[:most]}
    while level:
        level = tuple(child for unit in level for child in scope.tree.children(unit))
        units += level
        if not level or len(units) > most:
            break
        found[len(found)] = units
    return found
