"""The chart of a rate over time with limits of the p' kind; its table holds the same months."""

from dataclasses import dataclass

from analysis.trends.behaviour import BASELINE_POINTS
from analysis.trends.rates import JudgedRate, RateBehaviour
from pulse.charts.spec import Event, HiddenMonth, ProcessChartSpec, ShownMonth
from pulse.dashboards.chart_events import limit_events
from pulse.dashboards.measure_charts import span_words
from pulse.dashboards.month_rows import MARKS

_AXIS_STEPS = (1, 2, 5, 10, 20)  # percentage points between lines
_MOST_LINES = 6
_ADVERBS = {"month": "monthly", "quarter": "quarterly", "year": "yearly"}


@dataclass(frozen=True, slots=True)
class RateWords:
    """How a rate is told: `meaning` and `base` are sentences, `events` and `people` nouns.

    `period` is what one point stands for.
    """

    name: str
    meaning: str
    base: str
    events: str
    people: str
    period: str = "month"


def rate_chart(
    behaviour: RateBehaviour, words: RateWords, *, number: int, unit_name: str
) -> ProcessChartSpec:
    """Return the chart; `behaviour` has at least one month."""
    span = span_words([judged.rate_month.month for judged in behaviour.months])
    top = _top_of_axis(behaviour)
    step = next((each for each in _AXIS_STEPS if top / each <= _MOST_LINES), _AXIS_STEPS[-1])
    high = float(-(-top // step) * step)
    return ProcessChartSpec(
        number=number,
        title=f"{words.name}, {unit_name}",
        description=_description(behaviour, words, unit_name=unit_name, span=span),
        caption=(
            f"{words.name}, {unit_name}, {span}. {words.meaning} {_where_words(words)}"
            f"{_limits_words(behaviour, words)}"
        ),
        axis_note=f"{words.base} Axis drawn from 0% to {high:g}%.",
        axis_low=0,
        axis_high=high,
        tick_step=step,
        decimals=1,
        unit="%",
        months=tuple(_chart_month(judged, words) for judged in behaviour.months),
        centre=behaviour.centre,
        small_words="few people: read with care",
        events=_events(behaviour, words),
    )


def rate_words(rate: float) -> str:
    return f"{rate:.1f}%"


def amount_words(amount: float) -> str:
    """Return people as `1,204` and FTE or days as `12.4`."""
    return f"{round(amount, 1):,.10g}"


def _chart_month(judged: JudgedRate, words: RateWords) -> ShownMonth | HiddenMonth:
    rate_month = judged.rate_month
    rate = rate_month.rate
    if rate is None or rate_month.events is None or rate_month.people is None:
        return HiddenMonth(rate_month.month)
    events, people = amount_words(rate_month.events), amount_words(rate_month.people)
    return ShownMonth(
        month=rate_month.month,
        value=rate,
        mark=MARKS[judged.direction],
        is_small=False,
        lower_limit=judged.lower_limit,
        upper_limit=judged.upper_limit,
        words=f"{events} {words.events} of {people} {words.people}",
    )


def _top_of_axis(behaviour: RateBehaviour) -> float:
    drawn = [
        value
        for judged in behaviour.months
        if judged.rate_month.rate is not None
        for value in (judged.rate_month.rate, judged.upper_limit)
        if value is not None
    ]
    return max([1.0, *drawn])


def _where_words(words: RateWords) -> str:
    return "" if words.period == "month" else f"Each {words.period} stands at its last month. "


def _limits_words(behaviour: RateBehaviour, words: RateWords) -> str:
    if behaviour.centre is None:
        return f"There are too few shown {words.period}s for limits."
    if behaviour.fixed_at is None:
        return f"Limits are provisional until {BASELINE_POINTS} {words.period}s are shown."
    return (
        f"Limits were fixed after the first {BASELINE_POINTS} shown {words.period}s and widen with "
        "fewer people."
    )


def _events(behaviour: RateBehaviour, words: RateWords) -> tuple[Event, ...]:
    return limit_events(behaviour.fixed_at) if words.period == "month" else ()


def _description(behaviour: RateBehaviour, words: RateWords, *, unit_name: str, span: str) -> str:
    hidden = sum(judged.rate_month.rate is None for judged in behaviour.months)
    average = (
        "" if behaviour.centre is None else f" Its own average is {rate_words(behaviour.centre)}."
    )
    gaps = f" Hidden {words.period}s: {hidden}." if hidden else ""
    return (
        f"Chart of the {_ADVERBS[words.period]} {words.name.lower()}, {unit_name}, {span}."
        f"{average}{gaps} The table below holds the same numbers."
    )
