"""Series from a file: what is read, what is refused, and what is said of each."""

from pathlib import Path

import numpy as np
import pytest

from analysis.trends import dated_series
from analysis.trends.dated_series import read_series
from analysis.trends.direction_tables import (
    HEADER,
    Told,
    direction_rows,
    directions_of,
)
from surveys.sheets import ImportRejected


def written(folder: Path, *rows: str) -> Path:
    path = folder / "in.csv"
    path.write_text("\n".join(("series,x,y", *rows)))
    return path


def months(name: str, values: list[float]) -> list[str]:
    return [
        f"{name},{2020 + place // 12}-{place % 12 + 1:02d},{value}"
        for place, value in enumerate(values)
    ]


def test_a_series_is_put_in_the_order_of_time_and_a_month_is_its_first_day(tmp_path: Path) -> None:
    series = read_series(written(tmp_path, "b,2024-03,3", "a,2024-02-10,1", "b,2024-01-15,2"))
    assert series.names == ("b", "a")
    assert series.starts.tolist() == [0, 2, 3]
    assert series.values.tolist() == [2, 3, 1]
    assert np.diff(series.days[:2]).tolist() == [46]  # 15 January to 1 March of a leap year


def test_an_empty_y_is_missing_and_its_series_is_kept(tmp_path: Path) -> None:
    (told,) = directions_of(read_series(written(tmp_path, "a,2024-01,", "a,2024-02,")))
    assert (told.n, told.told) == (0, Told.TOO_FEW)


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("a,2024-13,1", "row 3, x: '2024-13' is no month"),
        ("a,2024-02-30,1", "row 3, x: '2024-02-30' is no month"),
        ("a,20240201,1", "row 3, x: '20240201' is no month"),
        ("a,,1", "row 3, x: '' is no month"),
        ("a,2024-02,nan", "row 3, y: 'nan' is not a number"),
        ("a,2024-02,1e999", "row 3, y: '1e999' is not a number"),
        ('a,2024-02,"3,4"', "row 3, y: '3,4' is not a number"),
        (",2024-02,1", "row 3, series: every value needs the name"),
        ("a,2024-01-01,5", "row 3, x: row 2 already has a value of this series at 2024-01-01"),
    ],
)
def test_a_wrong_cell_is_refused_by_row_and_column(tmp_path: Path, row: str, problem: str) -> None:
    with pytest.raises(ImportRejected, match="1 problem") as refusal:
        read_series(written(tmp_path, "a,2024-01,1", row))
    assert problem in str(refusal.value)


def test_a_series_too_long_to_compare_by_pairs_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dated_series, "MOST_VALUES", 2)
    with pytest.raises(ImportRejected, match=r"row 4, series: this series has 3 values; at most 2"):
        read_series(written(tmp_path, *months("a", [1, 2, 3]), "b,2024-01,1"))


def test_series_of_different_lengths_are_told_together(tmp_path: Path) -> None:
    rows = [
        *months("up", [3 + 0.1 * place for place in range(13)]),
        *months("down", [3 - 0.1 * place for place in range(24)]),
        *months("flat", [3, 4, 3, 4, 3, 4, 3, 4, 3, 4]),
        *months("short", [1, 2, 3, 4]),
    ]
    told = directions_of(read_series(written(tmp_path, *rows)))
    assert [each.name for each in told] == ["up", "down", "flat", "short"]
    assert [each.told for each in told] == [Told.RISING, Told.FALLING, Told.NONE, Told.TOO_FEW]
    # 0.1 a month over 366 days of 2020, of which the year has 365.25.
    assert told[0].slope_per_year == pytest.approx(1.2, rel=0.02)
    assert told[0].words == "rising by about 1.2 a year (1.2 to 1.2)"
    # Adjusted over the three that could be told: the middle p of three counts 3 / 2.
    assert told[0].p_adjusted == pytest.approx(told[0].p * 3 / 2)
    assert np.isnan(told[3].p_adjusted)


def test_one_rising_series_among_many_quiet_ones_needs_more_to_be_told(tmp_path: Path) -> None:
    rising = months("a", [1, 2, 3, 4, 5])  # p = 2 of 120 orders
    quiet = [row for name in "bcdef" for row in months(name, [3, 1, 4, 2, 3])]
    (alone,) = directions_of(read_series(written(tmp_path, *rising)))
    among = directions_of(read_series(written(tmp_path, *rising, *quiet)))[0]
    assert (alone.told, among.told) == (Told.RISING, Told.NONE)
    assert among.p_adjusted == pytest.approx(6 * 2 / 120)


def test_a_direction_without_a_median_change_is_said_as_such(tmp_path: Path) -> None:
    rows = months("a", [1] * 20 + [2, 1] * 6)
    (told,) = directions_of(read_series(written(tmp_path, *rows)))
    assert told.slope_per_year == 0
    assert told.words == "rising, but most pairs of values are equal"


def test_what_is_not_known_is_an_empty_cell(tmp_path: Path) -> None:
    rows = list(direction_rows(directions_of(read_series(written(tmp_path, "a,2024-01,3")))))
    assert rows[0] == HEADER
    assert rows[1] == ("a", "1", "0", "0", "", "", "", "", "", "too few values to tell")


def test_a_rise_whose_neighbours_resemble_each_other_is_said_to_be_less_sure(
    tmp_path: Path,
) -> None:
    waves = [1, 1.2, 1.1, 2, 2.2, 2.1, 1.5, 1.4, 1.3, 2.5, 2.6, 2.4, 1.9, 2.0, 1.8, 3.0, 3.1, 2.9]
    zigzag = [place / 10 + 0.3 * (-1) ** place for place in range(18)]
    told = directions_of(
        read_series(written(tmp_path, *months("waves", waves), *months("zigzag", zigzag)))
    )
    assert [each.told for each in told] == [Told.RISING, Told.RISING]
    assert told[0].words.endswith("because neighbouring values resemble each other")
    assert "less sure" not in told[1].words


def test_resemblance_is_the_lag_1_autocorrelation_of_what_the_slope_leaves_over(
    tmp_path: Path,
) -> None:
    # No slope: deviations -1, 1, 1, -1, -1, 1, 1, -1: (-1 + 1 - 1 + 1 - 1 + 1 - 1) / 8.
    rows = months("a", [1, 3, 3, 1, 1, 3, 3, 1])
    (told,) = directions_of(read_series(written(tmp_path, *rows)))
    assert told.slope_per_year == 0
    assert told.resemblance == pytest.approx(-1 / 8)


@pytest.mark.parametrize("unit", [1e-12, 1.0, 1e12])
def test_a_constant_series_resembles_nothing_in_any_unit(tmp_path: Path, unit: float) -> None:
    rows = months("a", [0.1 * unit] * 12)
    (told,) = directions_of(read_series(written(tmp_path, *rows)))
    assert told.resemblance == 0
