"""What the benchmarks of analysis print is measured: seconds of the run with fewest, and the peak."""

import numpy as np

from benchmarks.measuring import bar_words, spent_on


def test_the_peak_of_a_large_piece_of_work_is_larger_by_what_it_held() -> None:
    small = spent_on(lambda: None, runs=1)
    large = spent_on(lambda: np.ones(20_000_000), runs=1)
    assert large.peak_megabytes - small.peak_megabytes > 100  # 160 MB of numbers


def test_the_work_is_done_as_often_as_was_said() -> None:
    done: list[int] = []
    spent = spent_on(lambda: done.append(1), runs=4)
    assert len(done) == 4
    assert spent.processor >= 0


def test_a_bar_is_held_or_missed_in_words() -> None:
    assert bar_words(1.0, bar=2.0) == "0.50 of the bar of 2 s: held"
    assert bar_words(3.0, bar=2.0) == "1.50 of the bar of 2 s: MISSED"
