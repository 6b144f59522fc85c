"""Factories of releases and series for the tests of trends."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date

import pytest

from analysis.release import (
    Bound,
    CodedNumber,
    Figure,
    Published,
    Reason,
    ReleasedItem,
    ReleaseHead,
    SelfAttack,
    ShownCell,
    Source,
    SpreadBasis,
)
from analysis.trends.findings import JudgedSeries
from analysis.trends.measures import HiddenPoint, Measure, Point, SeriesPoint
from surveys.instruments import ConstructCode, ItemCode
from surveys.months import Month
from surveys.units import Unit, UnitCode, UnitTree
from tests.analysis.trends.behaviours import process_behaviour

START = Month(2025, 1)


def make_item(
    code: str = "morale",
    *,
    construct: str = "morale",
    version: int = 1,
    reverse_keyed: bool = False,
    within_sd: float = 0.9,
) -> ReleasedItem:
    return ReleasedItem(
        code=ItemCode(code),
        version=version,
        construct=ConstructCode(construct),
        construct_name=construct.capitalize(),
        ask_lower="What got heavier?",
        ask_higher="What got lighter?",
        wording={"en": f"The wording of {code}"},
        labels=("very low", "low", "middling", "high", "very high"),
        unscored=(),
        band_names=("low", "middle", "high"),
        reverse_keyed=reverse_keyed,
        source="own",
        licence="CC BY 4.0",
        within_sd=within_sd,
        within_sd_basis=SpreadBasis.THIS_RELEASE,
    )


def make_head(
    month: Month = START, *, items: Sequence[ReleasedItem] | None = None, threshold: int = 5
) -> ReleaseHead:
    return ReleaseHead(
        month=month,
        source=Source.IMPORTED,
        threshold=threshold,
        tree=UnitTree.of(date(2025, 1, 1), [Unit(UnitCode("all"), "All", None)]),
        items=tuple(items if items is not None else [make_item()]),
        self_attack=SelfAttack({}, {}, ()),
        engine="1",
        released_on="2025-02-01",
        log_place=1,
        sha256="0" * 64,
    )


def make_figure(mean: float, *, bound: Bound = Bound.EXACT) -> Published:
    share = CodedNumber(35)
    return Published(respondents=20, mean=CodedNumber(mean, bound), bands=(share, share, share))


def make_cell(
    figures: Mapping[str, Figure], *, respondents: int = 20, is_coarse: bool = False
) -> ShownCell:
    by_code = {ItemCode(code): figure for code, figure in figures.items()}
    return ShownCell(respondents, by_code, is_coarse=is_coarse)


def make_point(
    mean: float, *, month: Month = START, respondents: int = 20, bound: Bound = Bound.EXACT
) -> SeriesPoint:
    return SeriesPoint(
        month=month,
        mean=mean,
        respondents=respondents,
        interval=(max(1.0, mean - 0.4), min(5.0, mean + 0.4)),
        bound=bound,
        is_small=respondents < 7,
    )


def make_series(
    means: Sequence[float | None], *, respondents: int = 20, every: int = 1
) -> tuple[Point, ...]:
    """Return a point per mean, `every` months apart; None is a hidden month."""
    return tuple(
        HiddenPoint(START.shifted(place * every), (Reason.TOO_FEW,))
        if mean is None
        else make_point(mean, month=START.shifted(place * every), respondents=respondents)
        for place, mean in enumerate(means)
    )


def make_measure(code: str = "morale", *, name: str = "Morale") -> Measure:
    return Measure(
        code=code,
        name=name,
        ask_lower="What got heavier?",
        ask_higher="What got lighter?",
        items=(ItemCode(code),),
        versions=(1,),
        scale_points=5,
        low_label="very low",
        high_label="very high",
    )


STEADY = (3.4, 3.3, 3.5, 3.4, 3.6, 3.3, 3.4, 3.5, 3.2, 3.4, 3.5, 3.3)
"""Twelve ordinary months with an average of 3.4."""


def make_judged(
    unit: str, later: Sequence[float | None], *, measure: Measure | None = None, every: int = 1
) -> JudgedSeries:
    """Return a unit with twelve ordinary months and the later ones."""
    series = make_series([*STEADY, *later], every=every)
    return JudgedSeries(UnitCode(unit), measure or make_measure(), process_behaviour(series))


@pytest.fixture
def item() -> Callable[..., ReleasedItem]:
    return make_item


@pytest.fixture
def head() -> Callable[..., ReleaseHead]:
    return make_head


@pytest.fixture
def figure() -> Callable[..., Published]:
    return make_figure


@pytest.fixture
def cell() -> Callable[..., ShownCell]:
    return make_cell


@pytest.fixture
def series() -> Callable[..., tuple[Point, ...]]:
    return make_series


@pytest.fixture
def point() -> Callable[..., SeriesPoint]:
    return make_point


@pytest.fixture
def measure() -> Callable[..., Measure]:
    return make_measure


@pytest.fixture
def judged() -> Callable[..., JudgedSeries]:
    return make_judged


@pytest.fixture
def steady() -> tuple[float, ...]:
    return STEADY
