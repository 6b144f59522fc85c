"""Morale beside leavers: two panels, two associations, and what neither can tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session

from analysis.archive import units_history
from analysis.chart_notes import chart_notes
from analysis.release import ReleaseHead
from analysis.trends.behaviour import ProcessBehaviour
from analysis.trends.measures import Measure
from analysis.trends.rates import RateMonth, rate_behaviour
from analysis.trends.rebasing import judged_unit
from analysis.turnover import LAG_MONTHS, Association, Question, Refused
from pulse.access import Permission, Viewer
from pulse.charts.forest_svg import interval_words
from pulse.charts.spec import Estimate, ForestSpec, ProcessChartSpec
from pulse.dashboards.associations import Associations, associations_of
from pulse.dashboards.chart_events import UnitNotes, unit_notes
from pulse.dashboards.choices import Option, options_of
from pulse.dashboards.leaver_months import leaver_chart, own_months, protected_months
from pulse.dashboards.measure_charts import measure_chart, span_words
from pulse.dashboards.measure_order import ordered_measures
from pulse.dashboards.scope import Scope
from pulse.dashboards.sources import sources_of
from pulse.dashboards.turnover_rows import TurnoverMonth, turnover_rows
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode

_MORALE = "morale"
_QUESTION_TO_ASK = (
    "Where people stay: what would make you stay another three years? "
    "Where people left: what nearly made you go too?"
)
_NAMES = {Question.BETWEEN: "Between units", Question.POOLED: "Pooled: all months mixed"}
_LEVELS_BELOW = 2
_MOST_ON_OFFER = 200
_SET_IN = "\N{EM SPACE}"


@dataclass(frozen=True, slots=True)
class EstimateRow:
    """An association as the table tells it, or what it would need to be told."""

    name: str
    question: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class UnitMonths:
    """Morale and leavers of one unit: two charts with scales of their own, one table."""

    sentence: str
    measure_name: str
    morale_chart: ProcessChartSpec | None
    leaver_chart: ProcessChartSpec | None
    rows: tuple[TurnoverMonth, ...]


@dataclass(frozen=True, slots=True)
class TurnoverPage:
    """`setup` says what to import where there are no workforce figures at all."""

    caption: str
    lead: str
    setup: str
    command: str
    parts: tuple[Option, ...]
    unit_name: str
    forest: ForestSpec | None
    estimates: tuple[EstimateRow, ...]
    months: UnitMonths
    ask: str
    cannot_tell: tuple[str, ...]


def turnover_page(
    session: Session, heads: Sequence[ReleaseHead], viewer: Viewer, scope: Scope, *, unit: str
) -> TurnoverPage:
    """Return the page for one unit of the viewer's part of the organisation.

    The associations are worked out once for the whole organisation, the same for everybody who
    looks: from each part they would differ, and differences tell more than was meant.

    Args:
        session: of the archive.
        heads: visible releases, at least one, oldest first.
        viewer: who reads; only HR sees leaver counts as imported.
        scope: at least one unit in the newest release's tree.
        unit: code of one of the units on offer; any other gives the first.
    """
    on_offer = _units_on_offer(scope)
    chosen = next((code for code in on_offer if code == unit), scope.tops[0])
    measure = _morale_of(heads)
    associations = associations_of(session, heads, measure)
    has_workforce = associations.has_workforce
    months = _unit_months(session, heads, measure, scope.name(chosen), chosen, viewer)
    is_hr = viewer.may(Permission.VIEW_LEAVER_COUNTS)
    return TurnoverPage(
        caption=f"Turnover · {span_words([heads[0].month, heads[-1].month])}",
        lead=_lead(associations) if has_workforce else "There are no workforce figures yet.",
        setup="" if has_workforce else _setup_words(is_hr=is_hr),
        command="pulse import workforce WORKFORCE.csv" if is_hr and not has_workforce else "",
        parts=_part_options(scope, on_offer, chosen),
        unit_name=scope.name(chosen),
        forest=_forest(associations, measure),
        estimates=tuple(map(_estimate_row, associations.both)) if has_workforce else (),
        months=months,
        ask=_QUESTION_TO_ASK,
        cannot_tell=_cannot_tell(session, associations, is_hr=is_hr),
    )


def _morale_of(heads: Sequence[ReleaseHead]) -> Measure:
    """Return morale, or the first measure of a pulse that has no measure of that code."""
    measures = ordered_measures(heads)
    return next((each for each in measures if each.code == _MORALE), measures[0])


def _setup_words(*, is_hr: bool) -> str:
    if is_hr:
        return "Bring in people in post and leavers per unit and month:"
    return "When HR has brought in people in post and leavers, they stand here beside morale."


def _units_on_offer(scope: Scope) -> tuple[UnitCode, ...]:
    """Return the viewer's tops, each followed by the units up to two levels below it."""
    deepest = {top: scope.tree.depth(top) + _LEVELS_BELOW for top in scope.tops}
    units = (
        code
        for top in scope.tops
        for code in scope.tree.subtree(top)
        if scope.tree.depth(code) <= deepest[top]
    )
    return tuple(islice(units, _MOST_ON_OFFER))


def _part_options(
    scope: Scope, on_offer: Sequence[UnitCode], chosen: UnitCode
) -> tuple[Option, ...]:
    """Return the choice of units, set in by level; none where there is only one."""
    if len(on_offer) == 1:
        return ()
    highest = min(scope.tree.depth(code) for code in on_offer)
    words: dict[str, str] = {
        code: _SET_IN * (scope.tree.depth(code) - highest) + scope.name(code) for code in on_offer
    }
    return options_of(words, chosen)


def _unit_months(
    session: Session,
    heads: Sequence[ReleaseHead],
    measure: Measure,
    unit_name: str,
    unit: UnitCode,
    viewer: Viewer,
) -> UnitMonths:
    history = units_history(session, [unit]).get(unit, ())
    notes = chart_notes(session).in_force
    behaviour = judged_unit(measure, heads, unit, history, notes.rebases)
    rates = _rates(session, heads, unit, viewer)
    return UnitMonths(
        sentence=(
            f"{measure.name} and leavers, each on a scale of its own. Look for movements that "
            "follow each other by a month or two, and ask there."
        ),
        measure_name=measure.name,
        morale_chart=_morale_chart(
            behaviour, heads, measure, unit_name, unit_notes(notes, measure, heads, unit)
        ),
        leaver_chart=_leaver_chart(rates, unit_name),
        rows=turnover_rows(behaviour.points, rates, sources_of(heads)),
    )


def _rates(
    session: Session, heads: Sequence[ReleaseHead], unit: UnitCode, viewer: Viewer
) -> tuple[RateMonth, ...]:
    if viewer.may(Permission.VIEW_LEAVER_COUNTS):
        return own_months(session, heads, unit)
    policy = rules_in_force(session)
    if policy is None:
        return ()
    return protected_months(session, heads, unit, threshold=policy.leavers_threshold)


def _morale_chart(
    behaviour: ProcessBehaviour,
    heads: Sequence[ReleaseHead],
    measure: Measure,
    unit_name: str,
    notes: UnitNotes,
) -> ProcessChartSpec | None:
    if not behaviour.points:
        return None
    return measure_chart(
        behaviour, heads, number=2, measure=measure, unit_name=unit_name, notes=notes
    )


def _leaver_chart(rates: Sequence[RateMonth], unit_name: str) -> ProcessChartSpec | None:
    """Return no chart where every month is hidden: the table says so already."""
    if all(each.rate is None for each in rates):
        return None
    return leaver_chart(rate_behaviour(rates), number=3, unit_name=unit_name)


def _lead(associations: Associations) -> str:
    if not associations.told:
        return (
            "We cannot say yet. Below stands what is missing; until then no number is given, "
            "because it would be chance."
        )
    return f"{_between_words(associations.between)} {_pooled_words(associations.pooled)}"


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


def _estimate(told: Association) -> Estimate:
    return Estimate(
        label=_NAMES[told.question],
        note=_basis(told),
        value=told.estimate,
        low=told.low,
        high=told.high,
        words=told.words,
    )


def _basis(told: Association) -> str:
    if told.question is Question.BETWEEN:
        return f"{told.units} units"
    return f"{told.n:,} unit-months"


def _forest(associations: Associations, measure: Measure) -> ForestSpec | None:
    if not associations.told:
        return None
    first = associations.told[0]
    return ForestSpec(
        number=1,
        title=f"{measure.name} and leavers",
        description=(
            f"Rank correlations of {measure.name.lower()} and leaver rate with 95% intervals: "
            + "; ".join(
                f"{_NAMES[told.question]} {interval_words(_estimate(told), decimals=2)}"
                for told in associations.told
            )
            + ". Table 1 holds the same numbers."
        ),
        caption=(
            f"{measure.name} and leaver rate in the whole organisation: {first.units} units, "
            f"{first.months} months, {first.leavers:,} leavers. Rank correlations from "
            "\N{MINUS SIGN}1 to 1; lines are 95% intervals."
        ),
        axis_low=-1,
        axis_high=1,
        ticks=(-1, -0.5, 0, 0.5, 1),
        null_value=0,
        low_words="fewer leavers",
        high_words="more leavers",
        estimates=tuple(map(_estimate, associations.told)),
    )


_QUESTIONS = {
    Question.BETWEEN: "Do units with higher morale have fewer leavers in the same months?",
    Question.POOLED: (
        "With all units and months mixed: do fewer people leave "
        f"{LAG_MONTHS} month after a month with higher morale?"
    ),
}


def _estimate_row(association: Association | Refused) -> EstimateRow:
    name = _NAMES[association.question].partition(":")[0]
    question = _QUESTIONS[association.question]
    if isinstance(association, Refused):
        return EstimateRow(name, question, "not told", association.reason)
    caution = (
        " Units also differ in pay, place and caseload."
        if association.question is Question.BETWEEN
        else " Mostly repeats \N{LEFT DOUBLE QUOTATION MARK}between"
        "\N{RIGHT DOUBLE QUOTATION MARK}. Do not use it alone."
    )
    number = interval_words(_estimate(association), decimals=2)
    return EstimateRow(name, question, number, f"{association.words}{caution}")


def _cannot_tell(session: Session, associations: Associations, *, is_hr: bool) -> tuple[str, ...]:
    limits = [
        "Nothing here is about a person, and nothing predicts that anyone will leave.",
        "\N{LEFT DOUBLE QUOTATION MARK}Moves with\N{RIGHT DOUBLE QUOTATION MARK} does not say why.",
        "Only units whose morale is shown take part.",
    ]
    left_out = associations.between.units_left_out
    if left_out:
        noun = "unit takes" if left_out == 1 else "units take"
        limits.append(
            f"{left_out:,} {noun} no part: morale is hidden there, or nothing stands beside it."
        )
    policy = rules_in_force(session)
    if not is_hr and policy is not None:
        limits.append(
            f"A number of leavers below {policy.leavers_threshold} is hidden, and so are numbers "
            "from which it would follow. None and few look the same."
        )
    return tuple(limits)
