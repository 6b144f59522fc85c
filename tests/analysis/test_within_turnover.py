"""Within units: lags, placebo, words, what is refused, and chances adjusted for many looks."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

from analysis.fixed_effects import FloatArray
from analysis.turnover import Shortage
from analysis.within_turnover import (
    Finding,
    Panel,
    Predictor,
    Theme,
    WithinAssociation,
    WithinRefused,
    _adjusted,
    band_spread,
    study_within,
)
from tests.analysis.poisson_panels import make_panel, with_gaps


def make_lagged(
    units: int = 30, periods: int = 24, *, lag: int, coefficient: float, seed: int = 1
) -> tuple[Panel, FloatArray]:
    """Return a panel whose exits depend on the score `lag` periods before them."""
    exits, headcount, score = make_panel(
        units, periods + 8, coefficient=coefficient, seed=seed, rate=0.03
    )
    window = slice(4, 4 + periods)
    earlier = slice(4 + lag, 4 + lag + periods)
    return Panel(exits[:, window], headcount[:, window]), score[:, earlier]


def told(finding: Finding) -> WithinAssociation:
    assert isinstance(finding, WithinAssociation), finding.words
    return finding


def refused(finding: Finding) -> WithinRefused:
    assert isinstance(finding, WithinRefused)
    return finding


def test_the_lag_at_which_the_score_matters_is_found_and_no_other() -> None:
    panel, score = make_lagged(lag=2, coefficient=-1.0)
    study = study_within(panel, {"safety": Theme(score)})
    assert [told(f).is_distinguishable for f in study.findings] == [False, True, False]
    found = told(study.findings[1])
    assert (found.subject.theme, found.subject.figure, found.subject.lag) == (
        "safety",
        "mean",
        2,
    )
    assert found.rate_ratio == pytest.approx(np.exp(-0.5), rel=0.15)
    assert found.low < np.exp(-0.5) < found.high < 1
    assert found.words == (
        "Moves with: within a unit, periods with a higher figure are those with fewer exits "
        "2 periods later."
    )
    assert [told(p).words for p in study.placebos] == ["Not distinguishable from no association."]


def test_a_score_that_follows_exits_is_found_by_the_placebo_alone() -> None:
    panel, score = make_lagged(lag=-1, coefficient=1.0)
    study = study_within(panel, {"score": Theme(score)})
    assert not any(told(f).is_distinguishable for f in study.findings)
    assert told(study.placebos[0]).words == (
        "Moves with: within a unit, periods with a higher figure are those with more exits "
        "1 period earlier."
    )


def test_the_interval_is_students_with_one_degree_less_than_units() -> None:
    panel, score = make_lagged(14, 12, lag=1, coefficient=-0.5)
    found = told(study_within(panel, {"score": Theme(score)}, lags=(1,)).findings[0])
    half = stats.t.ppf(0.975, found.units - 1) * found.standard_error
    assert found.low == pytest.approx(np.exp(0.5 * (found.coefficient - half)))
    assert found.rate_ratio == pytest.approx(np.exp(0.5 * found.coefficient))
    assert found.high == pytest.approx(np.exp(0.5 * (found.coefficient + half)))
    tail = stats.t.sf(abs(found.coefficient) / found.standard_error, found.units - 1)
    assert found.chances.by_unit == pytest.approx(2 * tail)


def test_an_association_is_told_with_what_it_rests_on() -> None:
    panel, score = make_lagged(12, 10, lag=1, coefficient=0.0)
    found = told(study_within(panel, {"score": Theme(score)}, lags=(1,)).findings[0])
    assert (found.units, found.periods, found.rows) == (12, 9, 12 * 9)
    assert found.exits == panel.exits[:, 1:].sum()


def test_chances_are_adjusted_over_all_lags_and_themes() -> None:
    panel, score = make_lagged(lag=1, coefficient=-0.4)
    noise = make_panel(seed=9)[2]
    study = study_within(panel, {"a": Theme(score), "b": Theme(noise)}, draws=199)
    plain = [told(f).chances.by_unit for f in study.findings]
    assert len(plain) == 6
    adjusted = [told(f).chances.by_unit_adjusted for f in study.findings]
    assert adjusted == pytest.approx(stats.false_discovery_control(plain))
    draws = [told(f).chances.by_permutation for f in study.findings]
    adjusted = [told(f).chances.by_permutation_adjusted for f in study.findings]
    assert adjusted == pytest.approx(stats.false_discovery_control(draws))


def test_adjusting_nothing_gives_nothing() -> None:
    assert _adjusted([]) == []


def test_both_inferences_have_to_agree_before_anything_is_told() -> None:
    panel, score = make_lagged(lag=2, coefficient=-1.0)
    found = told(study_within(panel, {"score": Theme(score)}).findings[1])
    doubtful = replace(found, chances=replace(found.chances, by_permutation_adjusted=0.06))
    assert found.is_distinguishable
    assert not doubtful.is_distinguishable


def test_the_spread_stands_beside_the_score_in_one_model() -> None:
    panel, score = make_lagged(lag=1, coefficient=-1.0)
    spread = np.random.default_rng(5).uniform(0.3, 0.9, score.shape)
    study = study_within(panel, {"score": Theme(score, spread)}, lags=(1,))
    by_score, by_spread = (told(f) for f in study.findings)
    assert (by_score.subject.figure, by_score.step) == (Predictor.MEAN, 0.5)
    assert (by_spread.subject.figure, by_spread.step) == (Predictor.SPREAD, 0.1)
    assert by_score.is_distinguishable
    assert not by_spread.is_distinguishable
    assert by_score.rows == by_spread.rows


def test_spread_of_bands_by_hand() -> None:
    lowest, highest = np.array([0.5, 0.0, 0.2, np.nan]), np.array([0.5, 1.0, 0.2, 0.1])
    assert band_spread(lowest, highest) == pytest.approx([1, 0, np.sqrt(0.4), np.nan], nan_ok=True)


def test_too_few_units_periods_and_exits_are_refused_with_how_many_more() -> None:
    exits = np.zeros((7, 6))
    exits[:, 2:] = 1
    _exits, headcount, score = make_panel(7, 6)
    finding = study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=(1,)).findings[0]
    needs = refused(finding).needs
    assert [need.shortage for need in needs] == [Shortage.UNITS, Shortage.MONTHS, Shortage.LEAVERS]
    assert refused(finding).words == (
        "At least 10 units with exits and a shown figure are needed. There are 7, so 3 more. "
        "At least 8 periods with exits and a shown figure are needed. There are 4, so 4 more. "
        "At least 30 exits in those units and periods are needed. There are 28, so 2 more."
    )


@pytest.mark.parametrize(
    ("units", "is_told"), [pytest.param(9, False, id="9 units"), pytest.param(10, True, id="10")]
)
def test_ten_units_are_enough(units: int, *, is_told: bool) -> None:
    exits, headcount, score = make_panel(units, 12, rate=0.05)
    study = study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=(1,), draws=19)
    assert isinstance(study.findings[0], WithinAssociation) == is_told


@pytest.mark.parametrize(("periods", "is_told"), [(8, False), (9, True)])
def test_a_lag_takes_its_periods_from_the_eight(periods: int, *, is_told: bool) -> None:
    exits, headcount, score = make_panel(20, periods, rate=0.05)
    study = study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=(1,), draws=19)
    assert isinstance(study.findings[0], WithinAssociation) == is_told


def test_a_score_that_never_varies_is_refused() -> None:
    exits, headcount, score = make_panel()
    flat = Theme(np.full_like(score, 3.5))
    for finding in study_within(Panel(exits, headcount), {"s": flat}).findings:
        assert [need.shortage for need in refused(finding).needs] == [Shortage.MORALE_VARIES]
        assert "does not vary" in finding.words


def test_exits_at_one_end_of_all_scores_are_refused() -> None:
    _exits, headcount, score = make_panel(40, 12)
    score = score - score.min(axis=1, keepdims=True)
    exits = np.zeros_like(score)
    exits[:, 1:] = np.where(score == 0, 3.0, 0.0)[:, :-1]
    finding = study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=(1,)).findings[0]
    assert refused(finding).words.startswith("In every unit the exits stand at one end")


def test_hidden_scores_take_their_rows_out_and_are_counted() -> None:
    exits, headcount, score = make_panel()
    hidden = with_gaps(score)
    study = study_within(Panel(exits, headcount), {"s": Theme(hidden)}, lags=(1,), draws=19)
    found = told(study.findings[0])
    # The first period has no score before it.
    missing = int(np.isnan(hidden[:, :-1]).sum()) + 30
    assert found.dropped.rows_without_figure == missing
    assert found.rows == 30 * 24 - missing


def test_words_never_tell_causes() -> None:
    panel, score = make_lagged(lag=1, coefficient=-1.0)
    spread = with_gaps(np.random.default_rng(5).uniform(0.3, 0.9, score.shape))
    study = study_within(panel, {"a": Theme(score), "b": Theme(score, spread)}, draws=19)
    for finding in (*study.findings, *study.placebos):
        for word in ("predict", "driv", "risk", "cause", "because", "effect", "lead to"):
            assert word not in finding.words.lower()


@pytest.mark.parametrize("lags", [(), (0,), (1, 1), (-1,)])
def test_lags_that_are_none_are_refused(lags: tuple[int, ...]) -> None:
    exits, headcount, score = make_panel()
    with pytest.raises(ValueError, match="lags"):
        study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=lags)


def test_a_lag_longer_than_the_panel_is_refused_in_words() -> None:
    exits, headcount, score = make_panel(12, 10)
    study = study_within(Panel(exits, headcount), {"s": Theme(score)}, lags=(12,))
    assert "There are 0, so 10 more." in refused(study.findings[0]).words
