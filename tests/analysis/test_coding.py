"""The display rules."""

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.coding import CodedItem, CodingRules, code_item
from surveys.policy import AnonymityPolicy
from surveys.scales import Scale
from tests.analysis.release_factories import AGREE, make_scale

FINE = CodingRules.of(AnonymityPolicy(threshold=5), coarse=False)
COARSE = CodingRules.of(AnonymityPolicy(threshold=5), coarse=True)


def code(
    *cells: Sequence[int],
    scale: Scale = AGREE,
    reverse_keyed: bool = False,
    rules: CodingRules = FINE,
) -> CodedItem:
    counts = np.array(cells, dtype=np.int64)
    return code_item(
        counts, counts.sum(axis=1), scale=scale, reverse_keyed=reverse_keyed, rules=rules
    )


def mean_of(coded: CodedItem) -> tuple[int, int]:
    return int(coded.means.values[0]), int(coded.means.bounds[0])


def bands_of(coded: CodedItem) -> list[tuple[int, int]]:
    return list(zip(coded.bands.values[0].tolist(), coded.bands.bounds[0].tolist(), strict=True))


def test_a_mean_has_one_decimal_and_halves_round_up() -> None:
    # 20 people, 65 points: 3.25 exactly
    assert mean_of(code([0, 0, 15, 5, 0, 0])) == (33, 0)


def test_the_mean_of_a_reverse_keyed_item_is_mirrored_and_its_bands_are_not() -> None:
    cell = [10, 4, 3, 2, 1, 0]
    plain, mirrored = code(cell), code(cell, reverse_keyed=True)
    assert mean_of(plain) == (20, 0)
    assert mean_of(mirrored) == (40, 0)
    assert bands_of(plain) == bands_of(mirrored) == [(70, 0), (15, 0), (15, 0)]


def test_skips_and_unscored_answers_stay_out_of_mean_and_bands() -> None:
    scale = make_scale(unscored=("prefer not to say",))
    with_others = code([2, 3, 5, 5, 5, 4, 6], scale=scale)
    without = code([2, 3, 5, 5, 5, 0, 0], scale=scale)
    assert mean_of(with_others) == mean_of(without)
    assert with_others.bands.values.tolist() == without.bands.values.tolist()


@pytest.mark.parametrize(
    ("people", "bound"),
    [(5, 46), (9, 46), (10, 48), (14, 48), (19, 48), (20, 49), (400, 49)],
)
def test_a_mean_stops_where_one_person_outside_the_end_band_would_take_it(
    people: int, bound: int
) -> None:
    assert mean_of(code([0, 0, 0, 0, people, 0])) == (bound, 1)
    assert mean_of(code([people, 0, 0, 0, 0, 0])) == (60 - bound, -1)


def test_the_bounds_of_a_mirrored_mean_follow_the_bands_they_mirror() -> None:
    lopsided = make_scale(widths=(1, 1, 3))
    everybody_low = code([20, 0, 0, 0, 0, 0], scale=lopsided, reverse_keyed=True)
    everybody_high = code([0, 0, 0, 0, 20, 0], scale=lopsided, reverse_keyed=True)
    assert mean_of(everybody_low) == (49, 1)
    assert mean_of(everybody_high) == (12, -1)


@pytest.mark.parametrize(
    ("people", "top", "bottom"), [(5, 80, 20), (9, 80, 20), (10, 90, 10), (40, 90, 10)]
)
def test_the_share_of_an_end_band_stops_where_one_dissenter_would_take_it(
    people: int, top: int, bottom: int
) -> None:
    assert bands_of(code([0, 0, 0, 0, people, 0])) == [(bottom, -1), (bottom, -1), (top, 1)]


@pytest.mark.parametrize(("people", "top"), [(5, 60), (10, 80), (15, 85), (20, 90), (99, 90)])
def test_the_share_of_the_middle_band_leaves_room_for_a_dissenter_on_either_side(
    people: int, top: int
) -> None:
    assert bands_of(code([0, 0, people, 0, 0, 0]))[1] == (top, 1)


def test_shares_have_steps_of_ten_below_fifteen_people_and_of_five_from_there() -> None:
    assert bands_of(code([4, 0, 4, 0, 6, 0]))[0] == (30, 0)  # 28.6 %
    assert bands_of(code([4, 0, 4, 0, 7, 0]))[0] == (25, 0)  # 26.7 %


def test_a_coarse_release_doubles_both_steps() -> None:
    assert bands_of(code([5, 0, 4, 0, 5, 0], rules=COARSE))[0] == (40, 0)  # 35.7 %
    assert bands_of(code([4, 0, 4, 0, 7, 0], rules=COARSE))[0] == (30, 0)  # 26.7 %


def test_an_item_is_hidden_where_fewer_than_k_gave_a_scored_answer() -> None:
    coded = code([1, 1, 1, 1, 0, 8], [1, 1, 1, 1, 1, 7], [0, 0, 0, 0, 0, 12])
    assert coded.shown.tolist() == [False, True, False]


def test_all_options_are_shown_from_thirty_people() -> None:
    coded = code([6, 6, 6, 6, 5, 0], [6, 6, 6, 6, 6, 0], [2, 1, 1, 0, 0, 30])
    assert coded.has_options.tolist() == [False, True, False]


def test_options_are_shares_of_the_options_chosen_so_skips_do_not_move_them() -> None:
    scale = make_scale(unscored=("prefer not to say",))
    few, many = [10, 10, 10, 10, 10, 10, 0], [10, 10, 10, 10, 10, 10, 40]
    coded = code(few, many, scale=scale)
    assert coded.options.values[0].tolist() == coded.options.values[1].tolist() == [15] * 6


def test_colluders_widen_every_bound_by_a_person_each() -> None:
    rules = CodingRules.of(AnonymityPolicy(threshold=10, colluders=2), coarse=False)
    coded = code([0, 0, 0, 0, 20, 0], rules=rules)
    assert mean_of(coded) == (47, 1)
    assert bands_of(coded)[2] == (85, 1)


CELLS = st.lists(st.integers(0, 40), min_size=6, max_size=6).filter(lambda c: sum(c[:5]) >= 5)


@given(CELLS, st.booleans(), st.sampled_from([FINE, COARSE]))
def test_shown_numbers_are_on_their_steps_and_within_their_bounds(
    cell: list[int],
    reverse_keyed: bool,  # noqa: FBT001 - Hypothesis gives it
    rules: CodingRules,
) -> None:
    coded = code(cell, reverse_keyed=reverse_keyed, rules=rules)
    step = int(rules.steps(np.array([sum(cell)]))[0])
    for value, bound in bands_of(coded):
        assert 10 <= value <= 90
        assert bound or value % step == 0
    assert 11 <= mean_of(coded)[0] <= 49


@given(CELLS)
def test_an_unbounded_number_is_within_half_a_step_of_the_truth(cell: list[int]) -> None:
    coded = code(cell)
    answers = sum(cell[:5])
    mean, bound = mean_of(coded)
    if bound == 0:
        truth = sum(score * count for score, count in enumerate(cell[:5], start=1)) / answers
        assert abs(mean / 10 - truth) <= 0.05 + 1e-9
    step = int(FINE.steps(np.array([sum(cell)]))[0])
    for (share, sign), count in zip(
        bands_of(coded), [cell[0] + cell[1], cell[2], cell[3] + cell[4]], strict=True
    ):
        if sign == 0:
            assert abs(share - 100 * count / answers) <= step / 2 + 1e-9


def all_cells(people: int, options: int) -> np.ndarray[tuple[int, int], np.dtype[np.int64]]:
    """Every way in which so many people can choose among so many options."""
    if options == 1:
        return np.array([[people]], dtype=np.int64)
    parts = []
    for first in range(people + 1):
        rest = all_cells(people - first, options - 1)
        parts.append(np.column_stack([np.full(len(rest), first), rest]))
    return np.concatenate(parts)


@pytest.mark.parametrize("widths", [(2, 1, 2), (1, 1, 1), (1, 3, 1), (1, 2, 1), (2, 2, 1)])
@pytest.mark.parametrize("rules", [FINE, COARSE], ids=["fine", "coarse"])
@pytest.mark.parametrize("people", [5, 6, 7, 9, 10, 12, 15])
def test_no_cell_can_be_proved_to_be_of_one_mind(
    people: int, rules: CodingRules, widths: tuple[int, int, int]
) -> None:
    """Whatever a cell shows, people who disagree could have given the very same figures."""
    scale = make_scale(widths=widths)
    cells = all_cells(people, sum(widths) + 1)
    cells = cells[cells[:, :-1].sum(axis=1) >= 5]
    coded = code(*cells, scale=scale, rules=rules)
    in_bands = [cells[:, b.first - 1 : b.last].sum(axis=1) > 0 for b in scale.bands]
    of_one_mind = np.sum(in_bands, axis=0) == 1
    disagree = defaultdict(bool)
    shown = np.column_stack(
        [coded.means.values, coded.means.bounds, coded.bands.values, coded.bands.bounds]
    )
    for row, alike in zip(map(tuple, shown.tolist()), of_one_mind.tolist(), strict=True):
        disagree[row] |= not alike
    assert all(disagree.values())
