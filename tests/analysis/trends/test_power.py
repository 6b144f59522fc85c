"""The power to see a drop."""

import pytest
from statsmodels.stats.power import TTestIndPower

from analysis.trends.power import power_to_see


@pytest.mark.parametrize("n", [5, 10, 30])
@pytest.mark.parametrize("months", [1, 12])
def test_power_is_that_of_statsmodels(n: int, months: int) -> None:
    ours = power_to_see(0.36, spread=0.9, respondents=n, respondents_before=months * n)
    expected = TTestIndPower().power(0.4, nobs1=n, alpha=0.05, ratio=months)
    assert ours == pytest.approx(expected, abs=1e-6)


def test_a_rise_is_seen_as_often_as_a_drop_and_no_change_five_times_in_100() -> None:
    sides = {"spread": 0.9, "respondents": 8, "respondents_before": 9}
    assert power_to_see(-0.4, **sides) == power_to_see(0.4, **sides)
    assert power_to_see(0.0, **sides) == pytest.approx(0.05)


@pytest.mark.parametrize(("spread", "n"), [(0.0, 5), (0.9, 1)])
def test_power_without_a_spread_is_refused(spread: float, n: int) -> None:
    with pytest.raises(ValueError, match="power needs"):
        power_to_see(0.3, spread=spread, respondents=n, respondents_before=10)
