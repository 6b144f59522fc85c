"""Where the months of a process chart stand, and which of them are named under the axis.

Every month in which the measure was asked has one column of the same breadth, hidden or not.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

from pulse.charts.spec import Event, HiddenMonth, ProcessChartSpec, ShownMonth, SourceBreak
from surveys.months import Month

SPACE_OF_A_NAME = 42  # pixels that "Sep" and the gap after it take
SPACE_OF_A_DISC = 22  # pixels that a lettered disc and the gap after it take
_STRIDES = (1, 2, 3, 6, 12)


def shown_runs(
    months: Sequence[ShownMonth | HiddenMonth],
) -> Iterator[list[tuple[int, ShownMonth]]]:
    """Yield the stretches of shown months between hidden ones, each with its columns' places."""
    run: list[tuple[int, ShownMonth]] = []
    for place, month in enumerate(months):
        if isinstance(month, ShownMonth):
            run.append((place, month))
        elif run:
            yield run
            run = []
    if run:
        yield run


def hidden_runs(months: Sequence[ShownMonth | HiddenMonth]) -> Iterator[tuple[int, int]]:
    """Yield first column and number of columns of each stretch of hidden months."""
    start: int | None = None
    for place, month in enumerate(months):
        if isinstance(month, HiddenMonth):
            start = place if start is None else start
        elif start is not None:
            yield start, place - start
            start = None
    if start is not None:
        yield start, len(months) - start


def average_columns(spec: ProcessChartSpec) -> list[tuple[int, int, float]]:
    """Return first column, column after the last, and value of each own average, oldest first."""
    found: list[tuple[int, int, float]] = []
    months, start = spec.months, 0
    for each in spec.earlier:
        end = sum(month.month <= each.last for month in months)
        if each.value is not None and end > start:
            found.append((start, end, each.value))
        start = end
    if spec.centre is not None and start < len(months):
        found.append((start, len(months), spec.centre))
    return found


def limited_months(spec: ProcessChartSpec) -> Iterator[list[tuple[int, float, float]]]:
    """Yield column, lower and upper limit of the stretches that have limits of one average.

    A stretch ends at a hidden month, and where limits start anew.
    """
    edges = {sum(month.month <= each.last for month in spec.months) for each in spec.earlier}
    for run in shown_runs(spec.months):
        for limited in _limited_runs(run):
            cuts = [place for place, limit in enumerate(limited) if limit[0] in edges]
            for first, last in pairwise([0, *cuts, len(limited)]):
                if last > first:
                    yield limited[first:last]


def _limited_runs(
    run: Sequence[tuple[int, ShownMonth]],
) -> Iterator[list[tuple[int, float, float]]]:
    stretch: list[tuple[int, float, float]] = []
    for place, month in run:
        if month.lower_limit is not None and month.upper_limit is not None:
            stretch.append((place, month.lower_limit, month.upper_limit))
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch


def named_months(months: Sequence[Month], *, column: float) -> list[tuple[int, str]]:
    """Return columns and short names of the months that have room for one.

    Months without gaps are named by the calendar (every second, third, sixth or twelfth from
    January on); a measure that is asked now and then is named evenly.
    """
    if len(months) > 1 and months[-1].ordinal - months[0].ordinal != len(months) - 1:
        step = max(1, -(-SPACE_OF_A_NAME // max(1, int(column))))
        return [(place, _name(months[place])) for place in range(0, len(months), step)]
    stride = next((each for each in _STRIDES if each * column >= SPACE_OF_A_NAME), _STRIDES[-1])
    return [
        (place, _name(month))
        for place, month in enumerate(months)
        if (month.number - 1) % stride == 0
    ]


def named_years(months: Sequence[Month], *, column: float) -> list[tuple[int, str]]:
    """Return columns and years where a year begins on the axis, the first one only if it fits."""
    starts = [
        (place, str(month.year))
        for place, month in enumerate(months)
        if place == 0 or month.year != months[place - 1].year
    ]
    if len(starts) > 1 and (starts[1][0] - starts[0][0]) * column < SPACE_OF_A_NAME:
        return starts[1:]
    return starts


def event_columns(events: Sequence[Event], months: Sequence[Month]) -> list[tuple[float, Event]]:
    """Return each event with its place in columns: mid-column, or the edge between two months.

    Events before the first month that is drawn are left to the list below the chart.
    """
    placed: list[tuple[float, Event]] = []
    for event in events:
        if not months or event.month < months[0]:
            continue
        later = [place for place, month in enumerate(months) if month >= event.month]
        if later and months[later[0]] == event.month:
            placed.append((later[0] + 0.5, event))
        else:
            placed.append((float(later[0] if later else len(months)), event))
    return placed


def disc_shifts(columns: Sequence[float], *, column: float, months: int) -> list[float]:
    """Return by how many pixels the disc of each event stands beside its line.

    Discs keep their order and do not cover each other, as long as the chart has room for all.

    Args:
        columns: where the lines stand, in columns, from left to right.
        column: breadth of one in pixels.
        months: columns of the chart; no disc's middle stands to the right of the last one.
    """
    places: list[float] = []
    for line in columns:
        least = places[-1] + SPACE_OF_A_DISC if places else 0.0
        places.append(max(line * column, least))
    most = months * column
    for place in range(len(places) - 1, -1, -1):
        places[place] = min(places[place], most)
        most = places[place] - SPACE_OF_A_DISC
    return [at - line * column for at, line in zip(places, columns, strict=True)]


def break_columns(
    breaks: Sequence[SourceBreak], months: Sequence[Month]
) -> list[tuple[int, SourceBreak]]:
    """Return each break with the column at whose left edge it lies.

    A break is left to the words around the chart where no month before it is drawn.
    """
    placed: list[tuple[int, SourceBreak]] = []
    for each in breaks:
        later = [place for place, month in enumerate(months) if month >= each.month]
        if later and later[0] > 0:
            placed.append((later[0], each))
    return placed


def _name(month: Month) -> str:
    return month.short_words.split("\N{NO-BREAK SPACE}")[0]
