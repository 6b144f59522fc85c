"""The method page: how figures are made and hidden, with the numbers of the live policy."""

from collections.abc import Sequence
from dataclasses import dataclass

from analysis.release import ReleaseHead, Source, SpreadBasis
from analysis.repeated_answers import BANDS, REPEATS, guessing_odds
from analysis.trends.findings import FIXED_FALSE_ALARM_SHARE, PROVISIONAL_FALSE_ALARM_SHARE
from analysis.trends.power import power_to_see
from analysis.turnover import FEWEST_LEAVERS, FEWEST_MONTHS, FEWEST_UNITS
from pulse.dashboards.published_context import FEWEST_ANSWERS
from pulse.dashboards.words import IMPORTED_WORDS, date_words
from surveys.policy import THRESHOLD_FLOOR, AnonymityPolicy

_BASES = {
    SpreadBasis.THIS_RELEASE: "this release",
    SpreadBasis.EARLIER_RELEASES: "earlier releases, pooled",
    SpreadBasis.QUARTER_OF_RANGE: "a quarter of the scale\N{RIGHT SINGLE QUOTATION MARK}s range",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """A name and a value."""

    name: str
    value: str


_LARGEST_GUESSED_AT = 20
"""People; in larger groups a guess is hardly better with figures than without."""


@dataclass(frozen=True, slots=True)
class GuessWords:
    """How well one answer can be guessed in the smallest group that is shown, in whole percent."""

    people: int
    bands: tuple[int, ...]
    repeats: tuple[int, ...]
    without: int
    one_month: int
    two_months: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PowerRow:
    """How often a comparison shows the fall, in whole percent, by number of answers."""

    name: str
    shares: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PowerWords:
    """A real fall in scale points, the spread of answers it was worked out for, and the rows."""

    drop: float
    spread: float
    sizes: tuple[int, ...]
    rows: tuple[PowerRow, ...]


@dataclass(frozen=True, slots=True)
class ChainErrors:
    """Of 100 links without any association: how many are found, alone, with noise, in order."""

    none: tuple[int, int]
    noisy: int
    order: int


SECTIONS = (
    Fact("From answers to a figure", "made"),
    Fact("Why figures are hidden", "hidden"),
    Fact("Groups within a unit", "groups"),
    Fact("Rounding", "rounding"),
    Fact("The 95% interval", "interval"),
    Fact("What counts as a signal", "signals"),
    Fact("Signals by chance", "chance"),
    Fact("How small a change can be seen", "power"),
    Fact("Rising or falling over years", "direction"),
    Fact("Best guesses and how units differ", "guesses"),
    Fact("Morale and leavers", "turnover"),
    Fact("The chain, link by link", "chain"),
    Fact("Staffing rates", "staffing"),
    Fact("Response rates", "rates"),
    Fact("Several months together", "months"),
    Fact("Imported answers", "imported"),
    Fact("Figures of other people", "context"),
    Fact("What we can and cannot see, and cannot promise", "see"),
)
"""The headings of the page and the anchors they stand at, in order."""

DIVIDED_COVERAGE = (70, 78)
"""Of 100 intervals in a team far more divided than the organisation (ADR 0133)."""
CHAIN_ERRORS = ChainErrors(none=(2, 13), noisy=32, order=5)
"""By benchmarks/chain_errors.py, rounded up; 400 draws for each number of units and months."""
_DROP, _SPREAD, _SIZES = 0.36, 0.95, (5, 10, 30)


@dataclass(frozen=True, slots=True)
class MethodPage:
    """`policy` is the one in force, or the default before any was recorded (`rules` is empty).

    `breakdowns` names the declared breakdown questions, `crossed_at` the levels where two of them
    may be crossed; "" where there are none.
    """

    policy: AnonymityPolicy
    rules: tuple[Fact, ...]
    release_facts: tuple[Fact, ...]
    breakdowns: str
    crossed_at: str
    signals_per_hundred: int
    fewest_units: int
    fewest_months: int
    fewest_leavers: int
    fewest_for_context: int
    guess: GuessWords
    provisional_per_thousand: int
    power: PowerWords
    sections: tuple[Fact, ...] = SECTIONS
    divided_coverage: tuple[int, int] = DIVIDED_COVERAGE
    chain_errors: ChainErrors = CHAIN_ERRORS


def method_page(policy: AnonymityPolicy | None, heads: Sequence[ReleaseHead]) -> MethodPage:
    """Return the page.

    Args:
        policy: in force; None before `pulse init` recorded one.
        heads: visible releases, oldest first.
    """
    in_force = AnonymityPolicy() if policy is None else policy
    return MethodPage(
        policy=in_force,
        rules=() if policy is None else _rules(policy),
        release_facts=_release_facts(heads[-1]) if heads else (),
        breakdowns=", ".join(each.name for each in policy.breakdowns) if policy else "",
        crossed_at=", ".join(map(str, policy.crossing_levels)) if policy else "",
        signals_per_hundred=round(100 * FIXED_FALSE_ALARM_SHARE),
        fewest_units=FEWEST_UNITS,
        fewest_months=FEWEST_MONTHS,
        fewest_leavers=FEWEST_LEAVERS,
        fewest_for_context=FEWEST_ANSWERS,
        guess=_guess_words(in_force.shown_threshold),
        provisional_per_thousand=round(1000 * PROVISIONAL_FALSE_ALARM_SHARE),
        power=_power_words(),
    )


def _power_words() -> PowerWords:
    """Return what a fall needs to be seen, between two months and against the year before."""
    rows = (("Two months", 1), ("A month with the twelve before", 12))
    return PowerWords(
        drop=_DROP,
        spread=_SPREAD,
        sizes=_SIZES,
        rows=tuple(
            PowerRow(
                name,
                tuple(
                    _percent(
                        power_to_see(
                            _DROP, spread=_SPREAD, respondents=n, respondents_before=months * n
                        )
                    )
                    for n in _SIZES
                ),
            )
            for name, months in rows
        ),
    )


def _guess_words(k: int) -> GuessWords:
    odds = guessing_odds(min(k, _LARGEST_GUESSED_AT))
    return GuessWords(
        people=odds.people,
        bands=tuple(_percent(share) for share in BANDS),
        repeats=tuple(_percent(share) for share in REPEATS),
        without=_percent(odds.without),
        one_month=_percent(odds.one_month),
        two_months=tuple(_percent(share) for share in odds.two_months),
    )


def _percent(share: float) -> int:
    return round(100 * share)


def _rules(policy: AnonymityPolicy) -> tuple[Fact, ...]:
    return (
        Fact("Smallest group, k", f"{policy.threshold}"),
        Fact("Lowest k that the code allows", f"{THRESHOLD_FLOOR}"),
        Fact("Colleagues who may pool answers", f"{policy.colluders}"),
        Fact("Steps of shares", f"{policy.share_step} points"),
        Fact(
            f"Steps below {policy.coarse_shares_below} answers",
            f"{policy.coarse_share_step} points",
        ),
        Fact("Every answer on offer from", f"{policy.all_options_from} answers"),
        Fact("Leavers shown from", f"{policy.leavers_threshold}"),
    )


def _release_facts(newest: ReleaseHead) -> tuple[Fact, ...]:
    source = IMPORTED_WORDS if newest.source is Source.IMPORTED else "a wave of Pulse"
    bases = {_BASES[item.within_sd_basis] for item in newest.items}
    return (
        Fact("Month", newest.month.words),
        Fact("Released", date_words(newest.released_on)),
        Fact("Made from", source),
        Fact("Made under k", f"{newest.threshold}"),
        Fact("Version of the engine", newest.engine),
        Fact("Spread of answers within units from", "; ".join(sorted(bases))),
    )
