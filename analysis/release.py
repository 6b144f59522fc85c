"""What a release is made of: figures that are shown, figures that are hidden, and their labels."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from surveys.instruments import ConstructCode, ItemCode
from surveys.months import Month
from surveys.units import UnitCode, UnitTree


class Reason(StrEnum):
    """Public reasons for a hidden figure; they never tell which cell was the small one."""

    TOO_FEW = "too_few_answers_here_or_beside_it"
    TOO_FEW_FOR_ITEM = "too_few_answered_this_question"
    NOT_HERE = "breakdown_not_allowed_here"


class Bound(StrEnum):
    """How a coded number is to be read: itself, or "that much or more", "that much or less"."""

    EXACT = "exact"
    AT_LEAST = "at_least"
    AT_MOST = "at_most"


@dataclass(frozen=True, slots=True)
class CodedNumber:
    """A share (percent) or a mean (scale points) after rounding and top and bottom coding."""

    value: float
    bound: Bound = Bound.EXACT


@dataclass(frozen=True, slots=True)
class Published:
    """One item in one shown cell.

    `mean` is in scale points to one decimal, mirrored for reverse-keyed items so that higher is
    what staff would want. `bands` are percentages of those who gave a scored answer, in the
    scale's three bands as asked (not mirrored); breakdown cells have none. `options`, percentages
    of all options as asked, exist only from the policy's `all_options_from` respondents.
    """

    respondents: int
    mean: CodedNumber
    bands: tuple[CodedNumber, CodedNumber, CodedNumber] | None
    options: tuple[CodedNumber, ...] | None = None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """A hidden figure: a reason and no number, so that nothing can leak one."""

    reason: Reason


Figure = Published | Suppressed


@dataclass(frozen=True, slots=True)
class ShownCell:
    """A unit whose figures are shown; `respondents` people answered in it.

    `response_rate` is in percent of the people invited; AT_LEAST reads "over", AT_MOST "under". It
    is None where nobody was invited (imported answers). `is_coarse` says that somebody who joined
    or left since the wave before has certainly answered: means are in half points, shares in
    coarse steps, and there are no single options.
    """

    respondents: int
    figures: Mapping[ItemCode, Figure]
    response_rate: CodedNumber | None = None
    is_coarse: bool = False


Cell = ShownCell | Suppressed


CROSSING = "*"
"""Stands between the codes of two crossed breakdowns."""


@dataclass(frozen=True, slots=True)
class ReleasedBreakdown:
    """One way in which a release divides units: by a breakdown question, or by two crossed.

    `options` are in the order declared; crossed, each of the first with each of the second.
    `levels` are the levels of the tree (0 is the top) at which its cells may be shown, None for
    all. `cells` counts those, `shown` the ones that are shown.
    """

    code: str
    name: str
    options: tuple[str, ...]
    levels: tuple[int, ...] | None
    cells: int
    shown: int

    @property
    def breakdowns(self) -> tuple[str, ...]:
        """The codes of the one or two breakdown questions that it divides by."""
        return tuple(self.code.split(CROSSING))


@dataclass(frozen=True, slots=True)
class ReleasedBreakdowns:
    """What a release says of its breakdowns; nothing was `asked` in most months.

    `asked` are the names of the breakdown questions. `divided` is empty where some were asked and
    nothing by them could be shown safely. `withheld` are items that breakdown cells do not show,
    because they would have proved what a whole group answered.
    """

    asked: tuple[str, ...] = ()
    divided: tuple[ReleasedBreakdown, ...] = ()
    withheld: tuple[ItemCode, ...] = ()


NOT_ASKED = ReleasedBreakdowns()


class Source(StrEnum):
    """Where a release's answers came from."""

    IMPORTED = "imported"  # counted from a file: not anonymous at source
    WAVE = "wave"


class SpreadBasis(StrEnum):
    """What an item's standard deviation within units rests on."""

    THIS_RELEASE = "this_release"
    EARLIER_RELEASES = "earlier_releases"
    QUARTER_OF_RANGE = "quarter_of_range"


@dataclass(frozen=True, slots=True)
class ReleasedItem:
    """An item as it travels inside a release: everything that a screen says about it."""

    code: ItemCode
    version: int
    construct: ConstructCode
    construct_name: str
    ask_lower: str
    ask_higher: str
    wording: Mapping[str, str]
    labels: tuple[str, ...]
    unscored: tuple[str, ...]
    band_names: tuple[str, str, str]
    reverse_keyed: bool
    source: str
    licence: str
    within_sd: float  # scale points, pooled within units, two decimals
    within_sd_basis: SpreadBasis


Matrix = tuple[tuple[float, ...], ...]


@dataclass(frozen=True, slots=True)
class ScaleFigures:
    """The items of one construct taken together; higher is what staff would want in all of them.

    `item_rest` has for each item its correlation with the sum of the others. `omega` is None where
    one factor does not describe the items: with two of them always.
    """

    construct: ConstructCode
    items: tuple[ItemCode, ...]
    alpha: float
    omega: float | None
    item_rest: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class QuestionnaireFigures:
    """How the questions of a month go together, over everybody who gave each a scored answer.

    It is for the organisation as a whole, from at least the policy's `reliability_from` complete
    answers, in two decimals; everything else about the instrument follows from shown cells.

    `answers_from` says "so many complete answers or more"; the exact number is not published.
    `without_score` has for each item the percentage of respondents who skipped it or chose an
    unscored answer. The matrices hold the items' correlations, over everybody and (pooled) around
    the means of the units; the latter is None where too few people share a unit with others.
    """

    answers_from: int
    items: tuple[ItemCode, ...]
    without_score: tuple[CodedNumber, ...]
    correlations: Matrix
    correlations_within: Matrix | None
    scales: tuple[ScaleFigures, ...]


@dataclass(frozen=True, slots=True)
class SelfAttack:
    """What was tried against the published figures alone, and what was found."""

    tried: Mapping[str, int]  # name of the attack -> number of attempts
    found: Mapping[str, int]  # name of the attack -> groups smaller than k that it isolated
    not_searched: tuple[str, ...]

    @property
    def leaks(self) -> int:
        return sum(self.found.values())


@dataclass(frozen=True, slots=True)
class ReleaseHead:
    """A visible release without its cells."""

    month: Month
    source: Source
    threshold: int
    tree: UnitTree
    items: tuple[ReleasedItem, ...]
    self_attack: SelfAttack
    engine: str
    released_on: str  # ISO date
    log_place: int
    sha256: str
    breakdowns: ReleasedBreakdowns = NOT_ASKED
    questionnaire: QuestionnaireFigures | None = None


@dataclass(frozen=True, slots=True)
class UnitBreakdown:
    """One unit's cells of one breakdown in one visible month, a cell per option in their order."""

    unit: UnitCode
    month: Month
    breakdown: ReleasedBreakdown
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class UnitMonth:
    """One unit's cell in one visible month."""

    unit: UnitCode
    month: Month
    cell: Cell
