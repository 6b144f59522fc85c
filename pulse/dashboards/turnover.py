"""Morale beside leavers: three numbers side by side, the chain, and what none of it can tell."""

from collections.abc import Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import islice

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.workforce_held import lengths_held
from analysis.workforce_periods import LENGTH_WORDS, MONTH
from pulse.access import Permission, Viewer
from pulse.charts.spec import ForestSpec
from pulse.dashboards.associations import Associations, associations_of
from pulse.dashboards.chain_links import (
    LinkRow,
    chain_lead,
    exits_forest,
    link_rows,
    score_forest,
)
from pulse.dashboards.choices import Option, unit_options
from pulse.dashboards.measure_charts import span_words
from pulse.dashboards.scope import Scope
from pulse.dashboards.turnover_months import MonthsAsked, UnitMonths, unit_months
from pulse.dashboards.turnover_numbers import (
    EstimateRow,
    Themes,
    correlation_forest,
    correlation_row,
    dropped_words,
    lead_words,
    ratio_forest,
    themes_of,
    within_rows,
)
from pulse.rules_in_force import rules_in_force
from surveys.units import UnitCode

_QUESTION_TO_ASK = (
    "Where people stay: what would make you stay another three years? "
    "Where people left: what nearly made you go too?"
)
_LEVELS_BELOW = 2
_MOST_ON_OFFER = 200


@dataclass(frozen=True, slots=True)
class NumbersPart:
    """The three numbers: panels of one scale each, and the tables; empty without figures."""

    forests: tuple[ForestSpec, ...]
    rows: tuple[EstimateRow, ...]
    dropped: str
    themes: Themes


@dataclass(frozen=True, slots=True)
class ChainPart:
    """The chain of the mission; `table` is the number of its table on the page."""

    lead: str
    forests: tuple[ForestSpec, ...]
    rows: tuple[LinkRow, ...]
    table: int


@dataclass(frozen=True, slots=True)
class TurnoverPage:
    """`setup` says what to import where there are no workforce figures at all."""

    caption: str
    lead: str
    setup: str
    command: str
    parts: tuple[Option, ...]
    unit_name: str
    numbers: NumbersPart
    chain: ChainPart
    months: UnitMonths
    months_table: int
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
    associations = associations_of(lambda: nullcontext(session), heads)
    has_workforce = associations.has_workforce
    numbers = _numbers_part(associations)
    chain = _chain_part(
        associations, figure=1 + len(numbers.forests), table=3 if has_workforce else 1
    )
    figure = 1 + len(numbers.forests) + len(chain.forests)
    asked = MonthsAsked(chosen, scope, viewer)
    is_hr = viewer.may(Permission.VIEW_LEAVER_COUNTS)
    return TurnoverPage(
        caption=f"Turnover · {span_words([heads[0].month, heads[-1].month])}",
        lead=_lead(associations),
        setup="" if has_workforce else _setup_words(session, is_hr=is_hr),
        command="pulse import workforce WORKFORCE.csv" if is_hr and not has_workforce else "",
        parts=unit_options(scope, on_offer, chosen) if len(on_offer) > 1 else (),
        unit_name=scope.name(chosen),
        numbers=numbers,
        chain=chain,
        months=unit_months(session, heads, associations.measure, asked, first_figure=figure),
        months_table=chain.table + 1,
        ask=_QUESTION_TO_ASK,
        cannot_tell=_cannot_tell(session, associations, is_hr=is_hr),
    )


def _lead(associations: Associations) -> str:
    if not associations.has_workforce:
        return "There are no workforce figures of months yet."
    return lead_words(associations.study)


def _numbers_part(associations: Associations) -> NumbersPart:
    if not associations.has_workforce:
        return NumbersPart((), (), "", Themes((), (), (), ()))
    study, about = associations.study, associations.measure.code
    correlations = correlation_forest(associations, number=1)
    ratios = ratio_forest(associations, number=1 + (correlations is not None))
    return NumbersPart(
        forests=tuple(each for each in (correlations, ratios) if each is not None),
        rows=(
            correlation_row(study.between),
            *within_rows(study.within, about),
            correlation_row(study.pooled),
        ),
        dropped=dropped_words(study.within, about),
        themes=themes_of(associations),
    )


def _chain_part(associations: Associations, *, figure: int, table: int) -> ChainPart:
    scores = score_forest(associations, number=figure, table=table)
    exits = exits_forest(associations, number=figure + (scores is not None), table=table)
    return ChainPart(
        lead=chain_lead(associations),
        forests=tuple(each for each in (scores, exits) if each is not None),
        rows=link_rows(associations),
        table=table,
    )


def _setup_words(session: Session, *, is_hr: bool) -> str:
    longer = sorted(lengths_held(session) - {MONTH})
    if longer:
        held = " and ".join(LENGTH_WORDS[each] for each in longer)
        return (
            f"Pulse holds figures by {held}. This page sets leavers beside morale month by month, "
            "so it needs figures of months."
        )
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


def _cannot_tell(session: Session, associations: Associations, *, is_hr: bool) -> tuple[str, ...]:
    limits = [
        "Nothing here is about a person, and nothing predicts that anyone will leave.",
        "\N{LEFT DOUBLE QUOTATION MARK}Moves with\N{RIGHT DOUBLE QUOTATION MARK} does not say why.",
        "Only units whose morale is shown take part.",
        (
            "\N{LEFT DOUBLE QUOTATION MARK}We cannot tell\N{RIGHT DOUBLE QUOTATION MARK} does not "
            "mean that there is nothing. It may be too little to see with so few people."
        ),
    ]
    left_out = associations.study.between.units_left_out
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
