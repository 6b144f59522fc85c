"""Grids of all measures: the same means as on the unit pages, beside workforce figures."""

from contextlib import nullcontext

import numpy as np
import pytest
from sqlalchemy import insert
from sqlalchemy.orm import Session

from analysis.archive import shown_figures, units_history, visible_releases
from analysis.release import Published, ReleaseHead, ShownCell
from analysis.tables import WorkforceRow
from analysis.theme_panels import ThemePanels, read_theme_panels
from analysis.trends.measures import SeriesPoint, measures_of, series_of
from analysis.within_turnover import band_spread
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.library_bank import default_instrument
from surveys.months import Month
from surveys.units import UnitCode
from tests.pulse.released import (
    ANCHORS,
    FIRST,
    MANY,
    a_year_and_a_half,
    months_from,
    release,
    tally_of,
    waves_with_a_joiner,
    workforce,
)

LEARNING = tuple(
    item for item in default_instrument().items if item.construct == "learning-and-leadership"
)


def panels_of(session: Session) -> tuple[tuple[ReleaseHead, ...], ThemePanels]:
    heads = visible_releases(session)
    return heads, read_theme_panels(lambda: nullcontext(session), heads, measures_of(heads))


def assert_means_are_those_of_the_series(session: Session) -> None:
    heads, panels = panels_of(session)
    places = {month: place for place, month in enumerate(panels.months)}
    for measure in measures_of(heads):
        for row, unit in enumerate(panels.units):
            expected = np.full(len(panels.months), np.nan)
            for point in series_of(measure, heads, units_history(session, [unit])[unit]):
                if isinstance(point, SeriesPoint):
                    expected[places[point.month]] = point.mean
            found = panels.themes[measure.code].score[row]
            assert np.array_equal(found, expected, equal_nan=True)


def test_means_are_those_of_the_unit_pages_hidden_and_unasked_months_unknown(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        a_year_and_a_half(session, signer)
        assert_means_are_those_of_the_series(session)
        _heads, panels = panels_of(session)

        hidden = np.isnan(panels.themes["morale"].score[panels.units.index(UnitCode("north-3"))])
        known = [month for month, each in zip(panels.months, hidden, strict=True) if not each]
        assert len(known) == 17
        assert Month(2025, 8) not in known


def test_a_measure_of_several_questions_is_rounded_once_and_known_when_asked(
    stores: Stores, signer: LogSigner
) -> None:
    months = months_from(FIRST, 4)
    means = {unit: 2.9 + 0.13 * place for place, unit in enumerate(MANY)}
    with stores.archive() as session:
        tallies = [
            tally_of(month, MANY, means=means, items=ANCHORS + (LEARNING if n % 2 else ()))
            for n, month in enumerate(months)
        ]
        release(session, tallies, signer)
        assert_means_are_those_of_the_series(session)
        _heads, panels = panels_of(session)
        score = panels.themes["learning-and-leadership"].score

    assert np.isfinite(score).sum(axis=1).tolist() == [2] * 5


def test_coarse_means_are_in_half_points(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        waves_with_a_joiner(session, signer)
        assert_means_are_those_of_the_series(session)
        _heads, panels = panels_of(session)
        scores = panels.themes["morale"].score[panels.units.index(UnitCode("north-2"))]

    assert scores[np.isfinite(scores)].tolist() == [3.4] * 7 + [3.5]


def test_months_reach_from_the_placebo_to_the_largest_lag_and_hold_the_workforce(
    stores: Stores, signer: LogSigner
) -> None:
    with stores.archive() as session:
        released = a_year_and_a_half(session, signer)
        workforce(session, months_from(FIRST.shifted(-2), 24), {"north-1": 2}, signer)
        _heads, panels = panels_of(session)

    assert panels.months == months_from(FIRST.shifted(-1), 22)
    assert panels.months[-1] == released[-1].shifted(3)
    assert panels.units == ("north-1", "north-2", "north-3", "south-1", "south-2")
    assert np.all(panels.panel.headcount == 30)
    assert panels.panel.exits[:, 0].tolist() == [2, 1, 1, 1, 1]
    assert panels.has_workforce


def test_without_workforce_figures_people_are_unknown(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={})], signer)
        session.execute(
            insert(WorkforceRow),
            [{"unit_code": "root", "month": str(FIRST), "headcount": 9, "leavers": 1}],
        )
        _heads, panels = panels_of(session)

    assert not panels.has_workforce
    assert np.isnan(panels.panel.exits).all()


def test_spread_is_of_the_released_bands(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, MANY, means={"south-2": 2.2})], signer)
        _heads, panels = panels_of(session)
        (month,) = units_history(session, [UnitCode("south-2")])[UnitCode("south-2")]
    assert isinstance(month.cell, ShownCell)
    figure = month.cell.figures[ANCHORS[0].code]
    assert isinstance(figure, Published)
    assert figure.bands is not None
    low, _middle, high = (band.value / 100 for band in figure.bands)
    spread = panels.themes[ANCHORS[0].construct].spread
    assert spread is not None
    assert spread[4, 1] == pytest.approx(band_spread(np.array(low), np.array(high)))


def test_the_door_shows_no_figures_of_hidden_cells(stores: Stores, signer: LogSigner) -> None:
    with stores.archive() as session:
        release(session, [tally_of(FIRST, {**MANY, "north-3": 3}, means={})], signer)
        units = [UnitCode(unit) for unit in MANY]
        seen = {unit for unit, _month, _coarse, _figures in shown_figures(session, units)}
        shown = {
            unit
            for unit, (month,) in units_history(session, units).items()
            if isinstance(month.cell, ShownCell)
        }

    assert seen == shown
    assert "north-3" not in seen
