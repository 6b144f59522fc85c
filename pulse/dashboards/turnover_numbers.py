"""The upper half of the turnover page: between, within and pooled, side by side, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, fields

from analysis.turnover import LAG_MONTHS, Association, Question, Refused
from analysis.turnover_study import TurnoverStudy, is_placebo_told
from analysis.within_turnover import (
    Finding,
    Predictor,
    WithinAssociation,
    WithinRefused,
    WithinStudy,
)
from pulse.charts.forest_svg import interval_words
from pulse.charts.spec import Estimate, ForestSpec
from pulse.dashboards.associations import Associations

NOT_TOLD = "not told"
MANY_LOOKS = (
    "Not distinguishable from no association: by itself the interval leaves it out, but among so "
    "many looks chance gives as much now and then."
)
_NAMES = {Question.BETWEEN: "Between units", Question.POOLED: "Pooled: all months mixed"}
_QUESTIONS = {
    Question.BETWEEN: "Do units with higher morale have fewer leavers in the same months?",
    Question.POOLED: (
        "With all units and months mixed: do fewer people leave "
        f"{LAG_MONTHS} month after a month with higher morale?"
    ),
}
_CAUTIONS = {
    Question.BETWEEN: " Units also differ in pay, place and caseload.",
    Question.POOLED: (
        " Mostly repeats \N{LEFT DOUBLE QUOTATION MARK}between\N{RIGHT DOUBLE QUOTATION MARK}. "
        "Do not use it alone."
    ),
}
RATIO_TICKS = (0.25, 0.5, 1, 2, 4)
RATIO_ENDS = (0.2, 5.0)


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """An association as the table tells it, or what it would need to be told.

    `basis` is what it rests on: units, months, leavers; "" where nothing is told.
    """

    name: str
    question: str
    number: str
    basis: str
    words: str


@dataclass(frozen=True, slots=True)
class ThemeRow:
    """One theme's rate ratios by lag, then of the placebo; `NOT_TOLD` where refused."""

    name: str
    numbers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Themes:
    """All themes within units: rows that are told, what moves, and why the others are not told."""

    lags: tuple[str, ...]
    rows: tuple[ThemeRow, ...]
    moving: tuple[str, ...]
    refused: tuple[str, ...]


def correlation_row(found: Association | Refused) -> EstimateRow:
    name, question = _NAMES[found.question].partition(":")[0], _QUESTIONS[found.question]
    if isinstance(found, Refused):
        return EstimateRow(name, question, NOT_TOLD, "", found.reason)
    number = interval_words(_correlation(found), decimals=2)
    basis = basis_words(found.units, found.months, found.leavers)
    return EstimateRow(name, question, number, basis, found.words + _CAUTIONS[found.question])


def within_rows(study: WithinStudy, theme: str) -> tuple[EstimateRow, ...]:
    """Return the theme's score at each lag, then as placebo."""
    return tuple(_within_row(each) for each in _of(study, theme, Predictor.MEAN))


def themes_of(associations: Associations) -> Themes:
    """Return every theme's score and, where known, its spread."""
    study = associations.study.within
    rows: list[ThemeRow] = []
    moving: list[str] = []
    refused: list[str] = []
    for measure in associations.measures:
        for predictor in Predictor:
            is_score = predictor is Predictor.MEAN
            found = _of(study, measure.code, predictor)
            name = measure.name if is_score else f"{measure.name}: how far apart"
            if any(isinstance(each, WithinAssociation) for each in found):
                rows.append(ThemeRow(name, tuple(map(_number, found))))
            elif is_score and isinstance(found[0], WithinRefused):
                refused.append(f"{name}: {in_months(found[0].words)}")
            moving += [f"{name}: {in_months(each.words)}" for each in found if _moves(each)]
    lags = tuple(_lag_name(each).removeprefix("Within units, ") for each in _score_of(study))
    return Themes(lags, tuple(rows), tuple(moving), tuple(refused))


def in_months(words: str) -> str:
    """Return words of the analysis, which knows exits and periods, as pages say them."""
    return words.replace("period", "month").replace("exits", "leavers")


def _score_of(study: WithinStudy) -> tuple[Finding, ...]:
    """Return what was found of the first theme's score: one for each lag, and the placebo."""
    return _of(study, study.findings[0].subject.theme, Predictor.MEAN)


def dropped_words(study: WithinStudy, theme: str) -> str:
    """Say what took no part in the first lag; "" where nothing was left out."""
    dropped = _of(study, theme, Predictor.MEAN)[0].dropped
    words = {
        "rows_without_figure": ("month of a unit", "months of units", "no shown figure before"),
        "units_without_figure": ("unit", "units", "no shown figure at all"),
        "units_without_exits": ("unit", "units", "no leavers"),
        "units_with_one_period": ("unit", "units", "one month only"),
        "periods_without_exits": ("month", "months", "no leavers anywhere"),
    }
    parts = [
        f"{count:,} {words[field.name][count != 1]} with {words[field.name][2]}"
        for field in fields(dropped)
        if (count := getattr(dropped, field.name))
    ]
    return (
        f"Left out of \N{LEFT DOUBLE QUOTATION MARK}within\N{RIGHT DOUBLE QUOTATION MARK}, "
        f"because they say nothing about change: {'; '.join(parts)}."
        if parts
        else ""
    )


def lead_words(study: TurnoverStudy) -> str:
    """Say the three answers, each with what it is an answer to."""
    within = _of(study.within, study.about, Predictor.MEAN)
    told = [each for each in (study.between, study.pooled, *within) if not _is_refused(each)]
    if not told:
        return (
            "We cannot say yet. Below stands what is missing; until then no number is given, "
            "because it would be chance."
        )
    return " ".join(
        (_between_words(study.between), _within_words(study), _pooled_words(study.pooled))
    )


def correlation_forest(associations: Associations, *, number: int) -> ForestSpec | None:
    """Return the panel of rank correlations; None where neither is told."""
    study = associations.study
    told = [each for each in (study.between, study.pooled) if isinstance(each, Association)]
    if not told:
        return None
    name, estimates = associations.measure.name, tuple(map(_correlation, told))
    return ForestSpec(
        number=number,
        title=f"{name} and leavers",
        description=_description(
            f"Rank correlations of {name.lower()} and leaver rate", estimates, table=1
        ),
        caption=(
            f"{name} and leaver rate in the whole organisation: {told[0].units} units, "
            f"{told[0].months} months, at least {told[0].leavers:,} leavers. Rank correlations "
            "from \N{MINUS SIGN}1 to 1; lines are 95% intervals."
        ),
        axis_low=-1,
        axis_high=1,
        ticks=(-1, -0.5, 0, 0.5, 1),
        null_value=0,
        low_words="fewer leavers",
        high_words="more leavers",
        estimates=estimates,
    )


def ratio_panel(
    *, number: int, title: str, description: str, caption: str, estimates: tuple[Estimate, ...]
) -> ForestSpec:
    """Return a panel of rate ratios of leavers, all such panels on the same scale."""
    return ForestSpec(
        number=number,
        title=title,
        description=description,
        caption=caption,
        axis_low=RATIO_ENDS[0],
        axis_high=RATIO_ENDS[1],
        ticks=RATIO_TICKS,
        null_value=1,
        low_words="fewer leavers",
        high_words="more leavers",
        estimates=estimates,
        is_log=True,
    )


def ratio_forest(associations: Associations, *, number: int) -> ForestSpec | None:
    """Return the panel of rate ratios within units; None where no lag is told."""
    name = associations.measure.name
    findings = _of(associations.study.within, associations.measure.code, Predictor.MEAN)
    told = [each for each in findings if isinstance(each, WithinAssociation)]
    if not told:
        return None
    estimates = tuple(
        Estimate(
            label=_lag_name(each),
            note=f"{each.units} units, at least {each.exits:,} leavers",
            value=each.rate_ratio,
            low=each.low,
            high=each.high,
            words=_told_words(each),
        )
        for each in told
    )
    return ratio_panel(
        number=number,
        title=f"{name} and leavers within units",
        description=_description(
            f"Rate ratios of leavers within a unit, per half a point of {name.lower()},",
            estimates,
            table=1,
        ),
        caption=(
            f"Within units: leavers per person after months with {name.lower()} half a point "
            "higher, beside other months of the same unit. 1 is no association, 0.5 half as many, "
            "2 twice as many; lines are 95% intervals and may reach beyond the scale."
        ),
        estimates=estimates,
    )


def basis_words(units: int, months: int, leavers: int | None) -> str:
    people = "" if leavers is None else f", at least {leavers:,} leavers"
    return f"{units:,} units, {months} months{people}"


def _description(subject: str, estimates: Sequence[Estimate], *, table: int) -> str:
    told = "; ".join(f"{each.label} {interval_words(each, decimals=2)}" for each in estimates)
    return f"{subject} with 95% intervals: {told}. Table {table} holds the same numbers."


def _correlation(told: Association) -> Estimate:
    is_between = told.question is Question.BETWEEN
    return Estimate(
        label=_NAMES[told.question],
        note=f"{told.units} units" if is_between else f"{told.n:,} unit-months",
        value=told.estimate,
        low=told.low,
        high=told.high,
        words=told.words,
    )


def _of(study: WithinStudy, theme: str, predictor: Predictor) -> tuple[Finding, ...]:
    return tuple(
        each
        for each in (*study.findings, *study.placebos)
        if each.subject.theme == theme and each.subject.figure is predictor
    )


def _is_refused(found: Association | Refused | Finding) -> bool:
    return isinstance(found, Refused | WithinRefused)


def _lag_name(found: Finding) -> str:
    lag = found.subject.lag
    if lag < 0:
        return "Check: 1 month before"
    return f"Within units, {months_words(lag)} later"


def months_words(months: int) -> str:
    return "1 month" if months == 1 else f"{months} months"


def _within_row(found: Finding) -> EstimateRow:
    lag = found.subject.lag
    question = (
        f"Does a unit have fewer leavers {months_words(lag)} after its own morale was higher?"
        if lag > 0
        else "A check that should find nothing: leavers 1 month before morale was higher."
    )
    if isinstance(found, WithinRefused):
        return EstimateRow(_lag_name(found), question, NOT_TOLD, "", in_months(found.words))
    return EstimateRow(
        name=_lag_name(found),
        question=question,
        number=_number(found),
        basis=f"{basis_words(found.units, found.periods, found.exits)}; {_chance_words(found)}",
        words=_told_words(found),
    )


def _told_words(found: WithinAssociation) -> str:
    if found.is_distinguishable or found.low <= 1 <= found.high:
        return in_months(found.words)
    return MANY_LOOKS


def _ratio(found: WithinAssociation) -> Estimate:
    return Estimate("", "", found.rate_ratio, found.low, found.high, found.words)


def _chance_words(found: WithinAssociation) -> str:
    """Return the larger of both adjusted chances, because both have to be small."""
    chances = found.chances
    return chance_words(max(chances.by_unit_adjusted, chances.by_permutation_adjusted))


def chance_words(chance: float) -> str:
    percent = 100 * chance
    return "adjusted chance below 1%" if percent < 1 else f"adjusted chance {percent:.0f}%"


def _number(found: Finding) -> str:
    if isinstance(found, WithinRefused):
        return NOT_TOLD
    return interval_words(_ratio(found), decimals=2)


def _moves(found: Finding) -> bool:
    return isinstance(found, WithinAssociation) and found.is_distinguishable


def _between_words(between: Association | Refused) -> str:
    if isinstance(between, Refused):
        return "Between units, we cannot say yet."
    if not between.is_distinguishable:
        return (
            "Between units, we cannot tell: units with higher morale did not clearly have "
            "fewer or more leavers."
        )
    if between.high < 0:
        return "Between units, yes: where morale is higher, fewer people leave."
    return "Between units, no: where morale is higher, more people leave."


def _within_words(study: TurnoverStudy) -> str:
    found = _of(study.within, study.about, Predictor.MEAN)
    told = [each for each in found if isinstance(each, WithinAssociation) and each.subject.lag > 0]
    if not told:
        return "Within a unit over time, we cannot say yet."
    moving = [each for each in told if each.is_distinguishable]
    if not moving:
        return (
            "Within a unit over time, we cannot tell: after months of higher morale there were not "
            "clearly fewer or more leavers."
        )
    first = moving[0]
    amount = "fewer" if first.rate_ratio < 1 else "more"
    words = (
        f"Within a unit over time, months of higher morale are followed by {amount} leavers "
        f"{months_words(first.subject.lag)} later."
    )
    if is_placebo_told(study.within):
        return f"{words} But a check finds the same the other way round, so the order says nothing."
    return words


def _pooled_words(pooled: Association | Refused) -> str:
    if isinstance(pooled, Refused):
        return "From month to month, we cannot say yet."
    if not pooled.is_distinguishable:
        return (
            "With all months mixed, we cannot tell: leavers did not clearly move with the morale "
            "of the month before."
        )
    amount = "fewer" if pooled.high < 0 else "more"
    return f"With all months mixed, months with higher morale are followed by {amount} leavers."
