"""The mission's chain on the turnover page: a row of links, a panel and a table."""

from dataclasses import dataclass

from analysis.chain import EXITS, BothWays, Link, LinkRefused, Pair, Told
from pulse.charts.forest_svg import interval_words
from pulse.charts.spec import Estimate, ForestSpec
from pulse.dashboards.associations import Associations
from pulse.dashboards.turnover_numbers import (
    MANY_LOOKS,
    NOT_TOLD,
    basis_words,
    chance_words,
    in_months,
    ratio_panel,
)

_EDGE = 1.0
"""Of the scale of links between scores, in ordinary movements: wider than any that was met."""


@dataclass(frozen=True, slots=True)
class LinkRow:
    """One link as its row tells it; numbers are with their intervals, or `NOT_TOLD`."""

    number: int
    name: str
    forward: str
    backward: str
    basis: str
    words: str


def link_rows(associations: Associations) -> tuple[LinkRow, ...]:
    """Return the links in the order of the chain."""
    return tuple(
        LinkRow(
            number=number,
            name=_name(associations, both.forward.pair),
            forward=_number(both.forward),
            backward=_number(both.backward),
            basis=_basis(both.forward),
            words=_words(associations, both),
        )
        for number, both in enumerate(associations.study.chain, start=1)
    )


def score_forest(associations: Associations, *, number: int, table: int) -> ForestSpec | None:
    """Return the panel of links between scores, each with its other way round below it."""
    estimates: list[Estimate] = []
    for place, both in enumerate(associations.study.chain, start=1):
        turned = " turned round"
        for told, suffix in ((both.forward, ""), (both.backward, turned)):
            if isinstance(told, Link) and not told.pair.is_of_exits:
                estimates.append(_estimate(associations, told, f"Link {place}{suffix}"))
    if not estimates:
        return None
    return ForestSpec(
        number=number,
        title="Links of the chain",
        description=_description("Links between figures", estimates, table=table),
        caption=(
            "Links between figures within units. 0.2 means: after months in which the earlier one "
            "was higher by one of its own ordinary movements, the later one was higher by a fifth "
            "of one of its own. Lines are 95% intervals and may reach beyond the scale."
        ),
        axis_low=-_EDGE,
        axis_high=_EDGE,
        ticks=(-1, -0.5, 0, 0.5, 1),
        null_value=0,
        low_words="lower",
        high_words="higher",
        estimates=tuple(estimates),
    )


def exits_forest(associations: Associations, *, number: int, table: int) -> ForestSpec | None:
    """Return the panel of the links that end in leavers, which have a scale of their own."""
    estimates = tuple(
        _estimate(associations, both.forward, f"Link {place}")
        for place, both in enumerate(associations.study.chain, start=1)
        if isinstance(both.forward, Link) and both.forward.pair.is_of_exits
    )
    if not estimates:
        return None
    return ratio_panel(
        number=number,
        title="The last link of the chain",
        description=_description("Rate ratios of leavers", estimates, table=table),
        caption=(
            "The last link, as a rate ratio: leavers per person in the month after morale was half "
            "a point higher, beside what left the month before. 1 is no association; the line is a "
            "95% interval."
        ),
        estimates=estimates,
    )


def chain_lead(associations: Associations) -> str:
    """Say in one sentence how many links are found, and how many of them in this order."""
    chain = associations.study.chain
    told = [each for each in chain if isinstance(each.forward, Link)]
    found = [each for each in told if each.is_found]
    if not told:
        return "We cannot say yet. The table says what is missing."
    if not found:
        return (
            f"We cannot tell: none of the {len(told)} links that have enough figures is "
            "distinguishable from no association."
        )
    ordered = sum(each.is_in_order for each in found)
    return (
        f"Of {len(told)} links that have enough figures, {len(found)} "
        f"{'is' if len(found) == 1 else 'are'} found. {_ordered_words(ordered)}"
    )


def _ordered_words(ordered: int) -> str:
    if ordered == 0:
        return "For none of them can the order in time be told."
    noun = "one" if ordered == 1 else f"{ordered}"
    return f"For {noun} of them the order in time can be told as well."


def _name(associations: Associations, pair: Pair) -> str:
    return f"{_step(associations, pair.earlier)}, then {_step(associations, pair.later).lower()}"


def _step(associations: Associations, code: str) -> str:
    return "Leavers" if code == EXITS else associations.name_of(code)


def _estimate(associations: Associations, told: Link, label: str) -> Estimate:
    return Estimate(
        label=label,
        note=_name(associations, told.pair),
        value=told.estimate,
        low=told.low,
        high=told.high,
        words="Told after adjusting for all links."
        if told.is_distinguishable
        else _untold_words(told),
    )


def _description(
    subject: str, estimates: "list[Estimate] | tuple[Estimate, ...]", *, table: int
) -> str:
    told = "; ".join(
        f"{each.label}, {each.note}: {interval_words(each, decimals=2)}" for each in estimates
    )
    return f"{subject} with 95% intervals. {told}. Table {table} holds the same numbers."


def _number(told: Told) -> str:
    if isinstance(told, LinkRefused):
        return NOT_TOLD
    return interval_words(Estimate("", "", told.estimate, told.low, told.high, ""), decimals=2)


def _basis(told: Told) -> str:
    if isinstance(told, LinkRefused):
        return ""
    return f"{basis_words(told.units, told.periods, told.exits)}; {chance_words(told.adjusted)}"


def _words(associations: Associations, both: BothWays) -> str:
    forward = both.forward
    if isinstance(forward, LinkRefused):
        return f"Not told yet. {in_months(forward.reason)}"
    if not both.is_found:
        return _untold_words(forward)
    pair = forward.pair
    earlier, later = (
        _step(associations, pair.earlier).lower(),
        _step(associations, pair.later).lower(),
    )
    if pair.is_of_exits:
        amount = "more" if forward.is_positive else "fewer"
        moves = (
            f"Moves with: in a unit, months of higher {earlier} are followed by {amount} leavers."
        )
        return f"{moves} {_other_way(both)}".strip()
    amount = "higher" if forward.is_positive else "lower"
    moves = f"Moves with: in a unit, months of higher {earlier} are followed by {amount} {later}"
    if both.is_in_order:
        return f"{moves}, clearly more so than the other way round."
    return f"{moves}. The other way round may be as strong, so we cannot tell which comes first."


def _untold_words(told: Link) -> str:
    if told.low <= told.null <= told.high:
        return "Not distinguishable from no association."
    return MANY_LOOKS


def _other_way(both: BothWays) -> str:
    if isinstance(both.backward, Link) and both.backward.is_distinguishable:
        return "The other way round is found too, so the order in time says nothing."
    return ""
