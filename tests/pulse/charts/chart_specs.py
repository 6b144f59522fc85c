"""Charts to draw in tests: small, by hand, each month's peculiarity chosen on purpose."""

from dataclasses import replace

from pulse.charts.spec import (
    EarlierAverage,
    Estimate,
    Event,
    ForestSpec,
    HiddenMonth,
    Mark,
    ProcessChartSpec,
    ShownMonth,
    SourceBreak,
)
from surveys.months import Month

FIRST = Month(2025, 1)


def shown(
    place: int,
    value: float,
    *,
    mark: Mark = Mark.ORDINARY,
    is_small: bool = False,
    limits: tuple[float, float] | None = (2.8, 4.0),
) -> ShownMonth:
    lower, upper = limits or (None, None)
    month = FIRST.shifted(place)
    return ShownMonth(month, value, mark, is_small, lower, upper, f"{place + 10} answers")


def hidden(place: int) -> HiddenMonth:
    return HiddenMonth(FIRST.shifted(place))


def process_chart(
    *months: ShownMonth | HiddenMonth,
    centre: float | None = 3.4,
    events: tuple[Event, ...] = (),
    number: int = 1,
    unit: str = "",
    breaks: tuple[SourceBreak, ...] = (),
) -> ProcessChartSpec:
    return ProcessChartSpec(
        number=number,
        title="Morale",
        description="Chart of monthly morale. The table below holds the same numbers.",
        caption="Morale, Assessment North.",
        axis_note="Mean, 1 very low to 5 very high. Axis drawn from 2 to 4.5.",
        axis_low=2,
        axis_high=4.5,
        tick_step=1,
        decimals=1,
        unit=unit,
        months=months,
        centre=centre,
        small_words="10 to 14 answers: read with care",
        events=events,
        breaks=breaks,
    )


def rebased() -> ProcessChartSpec:
    """Eight months with one average, then seven with another; the fifth of these is hidden."""
    months: list[ShownMonth | HiddenMonth] = [
        shown(place, 3.4, limits=(3.0, 3.8)) if place < 8 else shown(place, 2.9, limits=(2.6, 3.2))
        for place in range(15)
    ]
    months[12] = hidden(12)
    earlier = EarlierAverage(FIRST.shifted(7), 3.4)
    return replace(process_chart(*months, centre=2.9), earlier=(earlier,))


def joined(place: int) -> SourceBreak:
    """Return a change of source before the month at this place."""
    return SourceBreak(FIRST.shifted(place), "joined from imported answers")


def two_years(**rest: object) -> ProcessChartSpec:
    """Twenty-two months: one hidden, two small, a run of seven below."""
    months: list[ShownMonth | HiddenMonth] = []
    for place in range(22):
        if place == 7:
            months.append(hidden(place))
        elif place < 15:
            months.append(shown(place, 3.4 + 0.1 * (place % 3 - 1), is_small=place == 4))
        else:
            months.append(shown(place, 3.1, mark=Mark.LOWER, is_small=place == 18))
    events = (Event("A", FIRST.shifted(12), "January 2026: limits fixed."),)
    return process_chart(*months, events=events, **rest)  # type: ignore[arg-type]  # passed on


def forest() -> ForestSpec:
    return ForestSpec(
        number=2,
        title="Morale and turnover",
        description="Two estimates with 95% intervals. Table 1 holds the same numbers.",
        caption="Morale and leavers.",
        axis_low=-1,
        axis_high=1,
        ticks=(-1, -0.5, 0, 0.5, 1),
        null_value=0,
        low_words="fewer leavers",
        high_words="more leavers",
        estimates=(
            Estimate("Between teams", "38 teams", -0.41, -0.64, -0.12, "Moves with."),
            Estimate("Pooled", "812 team-months", -0.05, -0.2, 0.11, "Not distinguishable."),
        ),
    )


def ratio_forest() -> ForestSpec:
    """Rate ratios on a logarithmic scale; the last one reaches beyond it."""
    return replace(
        forest(),
        title="Within units",
        axis_low=0.2,
        axis_high=5.0,
        ticks=(0.25, 0.5, 1, 2, 4),
        null_value=1,
        is_log=True,
        estimates=(
            Estimate("1 month later", "38 units", 0.5, 0.25, 1.0, "Not distinguishable."),
            Estimate("2 months later", "38 units", 2.0, 0.1, 40.0, "Not distinguishable."),
        ),
    )
