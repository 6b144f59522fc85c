"""Periods of workforce figures: how they are written, and what they mean."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.workforce_periods import LENGTHS, Period, as_written, period_of
from surveys.months import Month

OCTOBER_2024 = Month(2024, 10)


@pytest.mark.parametrize(
    ("written", "kind", "start", "months"),
    [
        ("2026-03", "", Month(2026, 3), 1),
        ("2026-03-31", "month", Month(2026, 3), 1),
        ("2026-Q1", "", Month(2026, 1), 3),
        ("2026q4", "quarter", Month(2026, 10), 3),
        ("2026", "", Month(2026, 1), 12),
        ("2026", "Calendar year", Month(2026, 1), 12),
        ("2025", "Reporting year", OCTOBER_2024, 12),
        ("202425", "reporting year", OCTOBER_2024, 12),
        ("201617", "Financial year", Month(2016, 4), 12),
        ("2016/17", "academic year", Month(2016, 9), 12),
        ("199900", "financial year", Month(1999, 4), 12),
    ],
)
def test_a_period_is_a_first_month_and_a_length(
    written: str, kind: str, start: Month, months: int
) -> None:
    assert period_of(written, kind) == Period(start, months)


@pytest.mark.parametrize(
    ("written", "kind", "rule"),
    [
        ("201617", "", "may be an academic or a financial year"),
        ("2016/17", "calendar year", "may be an academic or a financial year"),
        ("2016", "financial year", "write both, like 2016/17"),
        ("201619", "financial year", "is no month, quarter or year"),
        ("2026-Q5", "", "is no month, quarter or year"),
        ("2026-03", "calendar year", "'2026-03' is no calendar year"),
        ("2026", "month", "'2026' is no month"),
        ("2026", "fiscal", "'fiscal' is no kind of period"),
        ("1024", "", "is not in the years 1900 to 2199"),
        ("", "", "is no month, quarter or year"),
    ],
)
def test_a_period_whose_meaning_is_not_clear_is_refused(written: str, kind: str, rule: str) -> None:
    with pytest.raises(ValueError, match=rule):
        period_of(written, kind)


@given(
    st.integers(2000 * 12, 2004 * 12),
    st.integers(2000 * 12, 2004 * 12),
    st.sampled_from(LENGTHS),
    st.sampled_from(LENGTHS),
)
def test_periods_overlap_if_they_share_a_month(a: int, b: int, long_a: int, long_b: int) -> None:
    first, second = (Period(Month(n // 12, n % 12 + 1), m) for n, m in ((a, long_a), (b, long_b)))
    shared = set(range(a, a + long_a)) & set(range(b, b + long_b))
    assert first.overlaps(second) == second.overlaps(first) == bool(shared)


@given(
    st.integers(2000, 2100),
    st.sampled_from(
        [(n, 1) for n in range(1, 13)]
        + [(n, 3) for n in (1, 4, 7, 10)]
        + [(n, 12) for n in (1, 4, 9, 10)]
    ),
)
def test_what_a_file_can_tell_of_is_written_so_that_it_is_read_the_same(
    year: int, shape: tuple[int, int]
) -> None:
    period = Period(Month(year, shape[0]), shape[1])
    assert period_of(*as_written(period)) == period


@pytest.mark.parametrize("period", [Period(Month(2026, 2), 12), Period(Month(2026, 2), 3)])
def test_other_periods_have_no_name_in_a_file(period: Period) -> None:
    with pytest.raises(ValueError, match="is no period that a file can tell of"):
        as_written(period)


@pytest.mark.parametrize(
    ("period", "written", "words"),
    [
        (Period(Month(2026, 3)), "2026-03", "March 2026"),
        (Period(Month(2026, 4), 3), "2026-Q2", "April 2026 to June 2026"),
        (Period(Month(2026, 1), 12), "2026", "2026"),
        (Period(OCTOBER_2024, 12), "2024-10 to 2025-09", "October 2024 to September 2025"),
    ],
)
def test_a_period_is_written_so_that_its_months_are_clear(
    period: Period, written: str, words: str
) -> None:
    assert str(period) == written
    assert period.words.replace("\N{NO-BREAK SPACE}", " ") == words
