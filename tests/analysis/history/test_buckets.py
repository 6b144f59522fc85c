"""Of each person, unit and month the last answer counts, and a full disk is one clear message."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.history.buckets import BUCKETS, DAY_BITS, Answers, Buckets, last_of_each
from analysis.history.errors import HistoryError

# person, atom, day of the month
ROWS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 2), st.integers(1, 31)), max_size=60)


def answers_of(rows: list[tuple[int, int, int]]) -> Answers:
    keys = [person << DAY_BITS | day for person, _, day in rows]
    return Answers(
        np.array(keys, dtype=np.uint64),
        np.array([atom for _, atom, _ in rows], dtype=np.uint32),
        np.arange(len(rows), dtype=np.uint8).reshape(-1, 1),
    )


@given(ROWS)
def test_the_latest_day_counts_and_on_one_day_the_later_row(
    rows: list[tuple[int, int, int]],
) -> None:
    expected: dict[tuple[int, int], tuple[int, int]] = {}
    for place, (person, atom, day) in enumerate(rows):
        if (day, place) >= expected.get((person, atom), (0, 0)):
            expected[person, atom] = (day, place)
    # Here two atoms often share a person's key, which in an import happens only by chance.
    found = last_of_each(answers_of(rows))
    assert sorted(found.tolist()) == sorted(place for _, place in expected.values())


def test_what_was_put_comes_back_in_file_order(tmp_path: Path) -> None:
    rows = [(person, 7, 1 + place) for place in range(3) for person in range(200)]
    answers = answers_of(rows)
    with Buckets(tmp_path, 1) as buckets:
        buckets.put(answers.take(np.arange(300)))
        buckets.put(answers.take(np.arange(300, 600)))
        back = list(buckets.answers())
    assert len(back) == BUCKETS
    assert sum(len(part) for part in back) == 600
    for part in back:
        for person in set((part.keys >> np.uint64(DAY_BITS)).tolist()):
            mine = part.keys >> np.uint64(DAY_BITS) == person
            assert (part.keys[mine] & np.uint64(31)).tolist() == [1, 2, 3]


def test_a_full_disk_says_what_to_do(tmp_path: Path) -> None:
    for number in range(BUCKETS):
        (tmp_path / f"{number:02d}").symlink_to("/dev/full")
    with Buckets(tmp_path, 1) as buckets, pytest.raises(HistoryError, match="No space left"):
        buckets.put(answers_of([(1, 1, 1)]))
