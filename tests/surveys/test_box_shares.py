"""Shares of a box: every place is read by one reader and no place by two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.box_reading import Share


@given(slots=st.integers(0, 500), readers=st.integers(1, 12))
def test_every_place_of_a_box_lies_in_one_share(slots: int, readers: int) -> None:
    shares = [Share(number, readers).places(slots) for number in range(readers)]
    assert [place for places in shares for place in places] == list(range(slots))
    lengths = [len(places) for places in shares]
    assert max(lengths) - min(lengths) <= 1


@pytest.mark.parametrize(("number", "of"), [(2, 2), (-1, 2), (0, 0)])
def test_there_is_no_share_outside_the_box(number: int, of: int) -> None:
    with pytest.raises(ValueError, match="there is no share"):
        Share(number, of)
