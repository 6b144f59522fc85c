"""What the method page says of the chain's errors is drawn again, in small."""

import numpy as np
import pytest

from analysis.chain import Link, Pair, study_chain
from analysis.within_turnover import Panel
from benchmarks.chain_errors import WORLDS, drawn
from pulse.dashboards.method import CHAIN_ERRORS

DRAWS = 150
SAMPLING = 3 * (0.1 * 0.9 / DRAWS) ** 0.5  # three standard errors of a share near a tenth


@pytest.mark.parametrize(("world", "most"), [(0, CHAIN_ERRORS.none[1]), (1, CHAIN_ERRORS.noisy)])
def test_links_that_are_not_there_are_found_no_more_often_than_stated(
    world: int, most: int
) -> None:
    found, ordered = 0, 0
    for seed in range(DRAWS):
        first, second = drawn(WORLDS[world], 20, 18, np.random.default_rng(seed))
        nobody = Panel(np.full_like(first, np.nan), np.full_like(first, np.nan))
        (both,) = study_chain(nobody, {"a": first, "b": second}, [Pair("a", "b")])
        assert isinstance(both.forward, Link)
        found += both.forward.chance <= 0.05
        ordered += both.is_in_order

    assert 0 < found / DRAWS <= most / 100 + SAMPLING
    assert ordered / DRAWS <= CHAIN_ERRORS.order / 100 + SAMPLING
