"""What changed: every signal in words by theme, and the long-run direction of every series."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from analysis.release import ReleaseHead
from analysis.trends.behaviour import Direction, JudgedPoint, month_of
from analysis.trends.direction_tables import Told
from analysis.trends.direction_words import (
    DirectionWords,
    direction_sentence,
    direction_words,
    looked_at_words,
)
from analysis.trends.measures import HiddenPoint
from analysis.trends.words import (
    cell_words,
    counted,
    evidence_words,
    figure_words,
    lead_words,
    limits_words,
    number_words,
    title_words,
)
from pulse.challenge_notes import ChallengeNote, printed_notes
from pulse.charts.spec import Mark
from pulse.dashboards.choices import Option, options_of
from pulse.dashboards.month_rows import MARKS
from pulse.dashboards.scope import Scope, UnitLink
from pulse.dashboards.trend_series import MeasureTrends, Trends, UnitTrend, levels_down, trends_of
from pulse.dashboards.words import reasons_words, sentence_start
from surveys.months import Month
from surveys.units import UnitCode

MOST_UNITS = 300
"""Deeper than this a part is chosen: of thousands of figures hundreds would signal by chance."""

USUAL_UNITS = 60
"""How deep the page looks unless asked: services and above, in most organisations."""

UNITS_PER_PAGE = 50

_SIDES = {
    Direction.HIGHER: "Higher or rising",
    Direction.LOWER: "Lower or falling",
}


@dataclass(frozen=True, slots=True)
class SignalWords:
    """One signal: what, where, since when, and on how many answers."""

    unit: UnitLink
    title: str
    evidence: str


@dataclass(frozen=True, slots=True)
class SignalGroup:
    """The signals of a theme that point the same way, and the question they end in."""

    side: str
    mark: Mark
    signals: tuple[SignalWords, ...]
    ask: str


@dataclass(frozen=True, slots=True)
class ShownTrend:
    """A row of a theme's table; `average` and `limits` say `none yet` where it is too early."""

    unit: UnitLink
    mean: str
    answers: str
    average: str
    limits: str
    mark: Mark
    reading: str
    direction: DirectionWords


@dataclass(frozen=True, slots=True)
class HiddenTrend:
    """A row of a unit whose newest figure is hidden; its direction rests on shown months alone."""

    unit: UnitLink
    hidden_because: str
    direction: DirectionWords


@dataclass(frozen=True, slots=True)
class GoneTrend:
    """A row of a unit that was not in the organisation chart when the theme was last asked."""

    unit: UnitLink
    last: Month
    direction: DirectionWords


TrendRow = ShownTrend | HiddenTrend | GoneTrend


@dataclass(frozen=True, slots=True)
class ThemeSection:
    """A theme: signals and directions in sentences (first page only), then its table."""

    code: str
    name: str
    asked: Month
    summary: str
    groups: tuple[SignalGroup, ...]
    directions: tuple[str, ...]
    number: int
    rows: tuple[TrendRow, ...]

    @property
    def rows_words(self) -> str:
        """The words that unfold the table."""
        count = len(self.rows)
        return "The unit as a table" if count == 1 else f"All {count} units as a table"


@dataclass(frozen=True, slots=True)
class Pages:
    """Which units the tables hold; `earlier` and `later` are page numbers, None at either end."""

    page: int
    words: str
    earlier: int | None
    later: int | None


@dataclass(frozen=True, slots=True)
class TrendsPage:
    """Signals and directions by theme; `unit` is the part looked at, "" for the viewer's whole."""

    month: Month
    title: str
    unit: str
    depth: int
    lead: str
    directions_lead: str
    levels: tuple[Option, ...]
    months: tuple[Option, ...]
    sections: tuple[ThemeSection, ...]
    pages: Pages
    parts: tuple[UnitLink, ...]
    parts_words: str
    challenges: tuple[ChallengeNote, ...]


@dataclass(frozen=True, slots=True)
class TrendsQuestion:
    """What was asked for: levels below the top (None: as deep as is usual), and which page."""

    depth: int | None
    page: int


@dataclass(frozen=True, slots=True)
class TrendsPart:
    """The units looked at, and what was there to choose from."""

    levels: dict[int, tuple[UnitCode, ...]]
    depth: int

    @property
    def units(self) -> tuple[UnitCode, ...]:
        return self.levels[self.depth]


def trends_part(scope: Scope, depth: int | None) -> TrendsPart:
    """Return the part at a depth; one that is not offered gives the usual one."""
    levels = levels_down(scope, most=MOST_UNITS)
    usual = max((d for d, units in levels.items() if len(units) <= USUAL_UNITS), default=0)
    return TrendsPart(levels, depth if depth in levels else usual)


def trends_page(
    session: Session,
    heads: Sequence[ReleaseHead],
    scope: Scope,
    question: TrendsQuestion,
    *,
    newest: Month,
    unit: str = "",
) -> TrendsPage:
    """Return the page of what lies at and below the scope's tops, as of `newest`.

    `heads` are the visible releases, at least one, oldest first; months after `newest` are left
    out. `unit` is the code of the part if one was chosen. A depth or a page that is not offered
    gives the usual depth, the nearest page.
    """
    until = tuple(head for head in heads if head.month <= newest)
    part = trends_part(scope, question.depth)
    trends = trends_of(session, until, scope, part.units)
    listed = scope.links(part.units)
    pages, on_page = _paged(listed, question.page)
    return TrendsPage(
        month=newest,
        title=f"What changed in {scope.name(scope.tops[0])}" if unit else "What changed",
        unit=unit,
        depth=part.depth,
        lead=_lead(trends, len(listed)),
        directions_lead=looked_at_words(trends.tested, trends.directed),
        levels=_level_options(scope, part),
        months=options_of(
            {str(head.month): head.month.words for head in reversed(heads)}, str(newest)
        ),
        sections=tuple(
            _section(each, number, frozenset(on_page), is_first=pages.page == 1)
            for number, each in enumerate(trends.measures, start=1)
        ),
        pages=pages,
        parts=_parts(scope),
        parts_words=_parts_words(scope, part),
        challenges=printed_notes(session, until[-1:]).get(newest, ()),
    )


def _lead(trends: Trends, units: int) -> str:
    count = len(trends.series)
    noun = "unit" if units == 1 else "units"
    themes = len(trends.measures)
    return (
        f"{lead_words(trends.tally.moved, trends.tally.figures, trends.tally.expected)} "
        f"This page looks at {count:,} series: {units:,} {noun}, {number_words(themes)} "
        f"theme{'' if themes == 1 else 's'}, each beside its own past."
    )


def _level_options(scope: Scope, part: TrendsPart) -> tuple[Option, ...]:
    if len(part.levels) == 1:
        return ()
    top = scope.name(scope.tops[0]) if len(scope.tops) == 1 else "Your units"
    words = {0: f"{top} alone", 1: f"{top} and one level below"}
    return options_of(
        {
            str(depth): f"{words.get(depth, f'{top} and {depth} levels below')} ({len(units)})"
            for depth, units in part.levels.items()
        },
        str(part.depth),
    )


def _parts(scope: Scope) -> tuple[UnitLink, ...]:
    """Return the units below, A to Z, that have units of their own to look at."""
    below = [child for top in scope.tops for child in scope.tree.children(top)]
    return scope.links([code for code in below if scope.tree.children(code)])


def _parts_words(scope: Scope, part: TrendsPart) -> str:
    left = len(scope.units()) - len(part.units)
    if left == 0:
        return "Every unit below is on this page. One part at a time is easier to read:"
    noun = "unit further down is" if left == 1 else "units further down are"
    return f"{left:,} {noun} not on this page. Choose more levels, or look at one part:"


def _paged(links: Sequence[UnitLink], page: int) -> tuple[Pages, tuple[UnitCode, ...]]:
    last = max(1, -(-len(links) // UNITS_PER_PAGE))
    current = min(max(1, page), last)
    shown = links[(current - 1) * UNITS_PER_PAGE : current * UNITS_PER_PAGE]
    words = (
        f"Units A to Z, page {current} of {last}: {shown[0].name} to {shown[-1].name}"
        if last > 1
        else ""
    )
    pages = Pages(
        page=current,
        words=words,
        earlier=current - 1 if current > 1 else None,
        later=current + 1 if current < last else None,
    )
    return pages, tuple(link.code for link in shown)


def _section(
    trends: MeasureTrends, number: int, on_page: frozenset[UnitCode], *, is_first: bool
) -> ThemeSection:
    measure = trends.measure
    return ThemeSection(
        code=measure.code,
        name=measure.name,
        asked=trends.asked,
        summary=_summary(trends),
        groups=_groups(trends) if is_first else (),
        directions=_directions(trends) if is_first else (),
        number=number,
        rows=tuple(trend_row(each, trends) for each in trends.units if each.unit.code in on_page),
    )


def _summary(trends: MeasureTrends) -> str:
    moved = sum(each.signal is not None for each in trends.units)
    units = "unit" if len(trends.units) == 1 else "units"
    has_limits = any(each.behaviour.centre is not None for each in trends.units)
    quiet = "No signal" if has_limits else "Too early to tell"
    signals = sentence_start(counted(moved, "signal")) if moved else quiet
    return f"{signals} in {len(trends.units):,} {units}, asked last in {trends.asked.words}."


def _groups(trends: MeasureTrends) -> tuple[SignalGroup, ...]:
    found: list[SignalGroup] = []
    for direction, side in _SIDES.items():
        signals = tuple(
            _signal_words(each, trends)
            for each in trends.units
            if each.signal is not None and each.signal.direction is direction
        )
        if signals:
            is_up = direction is Direction.HIGHER
            ask = trends.measure.ask_higher if is_up else trends.measure.ask_lower
            found.append(SignalGroup(side, MARKS[direction], signals, ask))
    return tuple(found)


def _signal_words(trend: UnitTrend, trends: MeasureTrends) -> SignalWords:
    if trend.signal is None:
        raise ValueError("there is no signal to tell")
    return SignalWords(
        trend.unit,
        title_words(trends.measure, trend.unit.name, trend.signal),
        f"{evidence_words(trends.measure, trend.behaviour, trend.signal)} "
        f"Limits {limits_words(trend.behaviour, trends.asked)}.",
    )


def _directions(trends: MeasureTrends) -> tuple[str, ...]:
    return tuple(
        direction_sentence(each.direction, f"{trends.measure.name} in {each.unit.name}")
        for each in trends.units
        if each.direction.told in {Told.RISING, Told.FALLING}
    )


def trend_row(trend: UnitTrend, trends: MeasureTrends) -> TrendRow:
    """Return the row of one unit in the table of its theme."""
    newest, behaviour = trend.behaviour.points[-1], trend.behaviour
    direction = direction_words(trend.direction)
    if month_of(newest) != trends.asked:
        return GoneTrend(trend.unit, month_of(newest), direction)
    if isinstance(newest, HiddenPoint):
        return HiddenTrend(trend.unit, reasons_words(newest.reasons), direction)
    return ShownTrend(
        unit=trend.unit,
        mean=figure_words(newest.point),
        answers=f"{newest.point.respondents:,}",
        average="none yet" if behaviour.centre is None else f"{behaviour.centre:.1f}",
        limits=limits_words(behaviour, trends.asked),
        mark=MARKS[newest.direction] if isinstance(newest, JudgedPoint) else Mark.ORDINARY,
        reading=cell_words(behaviour),
        direction=direction,
    )
