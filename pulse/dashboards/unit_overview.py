"""All measures of one unit, a line each: own average, newest figure, signal and direction."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.chart_notes import Rebase
from analysis.release import ReleaseHead, UnitMonth
from analysis.trends.behaviour import ProcessBehaviour, month_of
from analysis.trends.direction_tables import SeriesDirection, Told
from analysis.trends.direction_words import DirectionWords, direction_words, looked_at_words
from analysis.trends.findings import tally_of
from analysis.trends.measures import HiddenPoint, Measure
from analysis.trends.rebasing import judged_unit
from analysis.trends.unit_directions import unit_directions
from analysis.trends.words import cell_words, figure_words, lead_words
from pulse.charts.spec import Mark
from pulse.dashboards.measure_order import last_asked, ordered_measures
from pulse.dashboards.memory import ReleaseMemory
from pulse.dashboards.month_rows import MARKS
from pulse.dashboards.words import reasons_words
from surveys.months import Month
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class ShownLine:
    """A theme with a newest figure; `average` is `none yet` where it is too early."""

    code: str
    name: str
    asked: Month
    mean: str
    average: str
    mark: Mark
    reading: str
    direction: DirectionWords


@dataclass(frozen=True, slots=True)
class HiddenLine:
    """A theme whose newest figure is hidden; its direction rests on the shown months."""

    code: str
    name: str
    asked: Month
    hidden_because: str
    direction: DirectionWords


OverviewLine = ShownLine | HiddenLine


@dataclass(frozen=True, slots=True)
class UnitOverview:
    """A line for each theme that the unit has; the lead counts signals and directions."""

    lead: str
    lines: tuple[OverviewLine, ...]


_memory: ReleaseMemory[UnitOverview] = ReleaseMemory(size=256)


def unit_overview(
    heads: Sequence[ReleaseHead],
    code: UnitCode,
    history: Sequence[UnitMonth],
    rebases: Sequence[Rebase],
) -> UnitOverview:
    """Return the overview of a unit; `rebases` are all in force, of any unit and measure."""
    places = tuple(each.place for each in rebases)
    return _memory.recall(heads, (code, places), lambda: _overview(heads, code, history, rebases))


def _overview(
    heads: Sequence[ReleaseHead],
    code: UnitCode,
    history: Sequence[UnitMonth],
    rebases: Sequence[Rebase],
) -> UnitOverview:
    judged = {
        measure: behaviour
        for measure in ordered_measures(heads)
        if (behaviour := judged_unit(measure, heads, code, history, rebases)).points
    }
    directions = unit_directions(list(judged.values()))
    newest = [
        behaviour
        for measure, behaviour in judged.items()
        if month_of(behaviour.points[-1]) == last_asked(measure, heads)
    ]
    tally = tally_of(newest)
    told = sum(each.told in {Told.RISING, Told.FALLING} for each in directions)
    tested = sum(each.told is not Told.TOO_FEW for each in directions)
    return UnitOverview(
        lead=(
            f"{lead_words(tally.moved, tally.figures, tally.expected)} "
            f"{looked_at_words(tested, told)}"
        ),
        lines=tuple(
            _line(measure, behaviour, direction)
            for (measure, behaviour), direction in zip(judged.items(), directions, strict=True)
        ),
    )


def _line(
    measure: Measure, behaviour: ProcessBehaviour, direction: SeriesDirection
) -> OverviewLine:
    newest, words = behaviour.points[-1], direction_words(direction)
    if isinstance(newest, HiddenPoint):
        reasons = reasons_words(newest.reasons)
        return HiddenLine(measure.code, measure.name, newest.month, reasons, words)
    return ShownLine(
        code=measure.code,
        name=measure.name,
        asked=newest.point.month,
        mean=figure_words(newest.point),
        average="none yet" if behaviour.centre is None else f"{behaviour.centre:.1f}",
        mark=MARKS[newest.direction],
        reading=cell_words(behaviour),
        direction=words,
    )
