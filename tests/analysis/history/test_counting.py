"""What a row means, what it must not be, and that nobody is counted twice."""

import csv
import random
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from analysis.history import answers as answers_module
from analysis.history import private_folder
from analysis.history.columns import ColumnMapping, ItemColumn
from analysis.history.reading import open_responses
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.sheets import ImportRejected, Problems
from surveys.units import Unit, UnitCode, UnitTree
from tests.analysis.history.history_files import HEADER, MAPPING, TREE, count, write_rows

MARCH, APRIL = Month(2025, 3), Month(2025, 4)


def counts(tmp_path: Path, rows: list[str], *, month: Month = MARCH) -> dict[str, list[int]]:
    """Return the counts of the first item by unit."""
    tally = count(write_rows(tmp_path / "answers.csv", rows), tmp_path).tally(month)
    table = tally.items[ItemCode("morale")].counts.tolist()
    return dict(zip(tally.atoms, table, strict=True))


def problems(tmp_path: Path, *rows: str, mapping: ColumnMapping = MAPPING) -> list[str]:
    path = write_rows(tmp_path / "answers.csv", list(rows))
    with pytest.raises(ImportRejected) as rejected:
        count(path, tmp_path, mapping=mapping)
    return [str(problem) for problem in rejected.value.problems]


@pytest.mark.parametrize(
    ("answer", "column"),
    [
        ("1", 0),
        ("5", 4),
        ("5.0", 4),  # as spreadsheets write numbers
        ("05", 4),
        ("Very low", 0),
        ("very HIGH", 4),
        ("  in between  ", 2),
        ("", 5),  # skipped
        ("   ", 5),
    ],
)
def test_an_answer_is_a_number_a_label_or_blank_for_skipped(
    tmp_path: Path, answer: str, column: int
) -> None:
    expected = [0] * 6
    expected[2] += 1
    expected[column] += 1
    rows = [f"a,P1,2025-03-05,{answer},1", "a,P2,2025-03-05,3,1"]
    assert counts(tmp_path, rows) == {"a": expected}


def test_an_unscored_label_is_an_answer(tmp_path: Path) -> None:
    mapping = ColumnMapping("unit", "person", "day", (ItemColumn("Q1", ItemCode("staying")),))
    path = write_rows(tmp_path / "answers.csv", ["a,P1,2025-03-05,i prefer not to say,"])
    tally = count(path, tmp_path, mapping=mapping).tally(MARCH)
    assert tally.items[ItemCode("staying")].counts.tolist() == [[0, 0, 0, 0, 1, 0]]


@pytest.mark.parametrize("answer", ["0", "6", "-1", "1.5", "1e0", "high-ish", "nan", "\N{FULLWIDTH DIGIT ONE}"])  # fmt: skip
def test_any_other_answer_names_row_column_and_rule(tmp_path: Path, answer: str) -> None:
    rule = "an answer to morale is a number from 1 to 5, one of its labels, or empty for skipped"
    found = problems(tmp_path, "a,P1,2025-03-05,1,1", f"a,P2,2025-03-05,{answer},1")
    assert found == [f"row 3, Q1: {rule}"]


def test_a_problem_never_repeats_the_answer_or_the_id(tmp_path: Path) -> None:
    (text,) = problems(tmp_path, "a,secret-person,2025-03-05,secret-answer,1")
    assert "secret" not in text


@pytest.mark.parametrize(
    ("row", "problem"),
    [
        ("x,P1,2025-03-05,1,1", "row 2, unit: unit 'x' is not among the units of 2025-03"),
        (",P1,2025-03-05,1,1", "row 2, unit: this cell is empty; every row needs it"),
        ("a,,2025-03-05,1,1", "row 2, person: this cell is empty; every row needs it"),
        ("a,P1,,1,1", "row 2, day: this cell is empty; every row needs it"),
        ("a,P1,2025-02-30,1,1", "row 2, day: this is not a date written like 2014-06-07"),
        ("a,P1,5.3.2025,1,1", "row 2, day: this is not a date written like 2014-06-07; --date-format reads others"),
        ("a,P1,20250305,1,1", "row 2, day: this is not a date written like 2014-06-07; --date-format reads others"),
        ("a,P1,2026-03-16,1,1", "row 2, day: the date is after today, 2026-03-15"),
        ("a,P1,2024-12-31,1,1", "row 2, day: there is no unit tree for 2024-12; import the units with --valid-from 2024-12-01 or earlier"),
    ],
)  # fmt: skip
def test_a_row_that_is_wrong_names_its_place_and_the_rule(
    tmp_path: Path, row: str, problem: str
) -> None:
    assert problems(tmp_path, row) == [problem]


def test_many_problems_are_counted_and_twenty_listed(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "answers.csv", ["x,P1,2025-03-05,1,1"] * 5000)
    with pytest.raises(ImportRejected) as rejected:
        count(path, tmp_path)
    lines = str(rejected.value).splitlines()
    assert lines[0] == "answers.csv: 5,000 problems; nothing was imported."
    assert len(lines) == 22
    assert lines[-1] == "  and 4,980 more"


@pytest.mark.parametrize(
    "day", ["2025-03-31", "2025-03-31T23:59:59", "2025-03-31 23:59", "2025-03-31T23:00:00-05:00"]
)
def test_the_day_is_the_one_that_is_written(tmp_path: Path, day: str) -> None:
    assert list(counts(tmp_path, [f"a,P1,{day},1,1"])) == ["a"]


def test_other_dates_are_read_by_their_format(tmp_path: Path) -> None:
    mapping = ColumnMapping("unit", "person", "day", MAPPING.items, "%d/%m/%Y")
    path = write_rows(tmp_path / "answers.csv", ["a,P1,05/03/2025,1,1"])
    assert count(path, tmp_path, mapping=mapping).months == (MARCH,)
    assert problems(tmp_path, "a,P1,2025-03-05,1,1", mapping=mapping) == [
        "row 2, day: this is not a date written like %d/%m/%Y"
    ]


def test_the_last_answer_of_a_month_counts_whole(tmp_path: Path) -> None:
    rows = [
        "a,P1,2025-03-20,,2",
        "a,P1,2025-03-05,1,1",
        "a,P1,2025-03-20,4,",
        "a,P2,2025-03-20,2,2",
    ]
    tally = count(write_rows(tmp_path / "answers.csv", rows), tmp_path).tally(MARCH)
    assert tally.items[ItemCode("morale")].counts.tolist() == [[0, 1, 0, 1, 0, 0]]
    # The second question was skipped in that answer; an earlier one does not fill the gap.
    assert tally.items[ItemCode("workload")].counts.tolist() == [[0, 1, 0, 0, 0, 1]]


def test_one_id_in_two_units_is_two_people_and_in_two_months_two_answers(tmp_path: Path) -> None:
    rows = ["a,P1,2025-03-05,1,1", "b,P1,2025-03-05,1,1", "a,P1,2025-04-05,1,1"]
    path = write_rows(tmp_path / "answers.csv", rows)
    counted = count(path, tmp_path)
    assert [int(counted.tally(month).respondents.sum()) for month in counted.months] == [2, 1]
    assert counted.duplicates == 0


def test_a_unit_counts_in_the_months_of_its_tree(tmp_path: Path) -> None:
    later = UnitTree.of(
        date(2025, 4, 15),
        [Unit(UnitCode("all"), "All", None), Unit(UnitCode("d"), "D", UnitCode("all"))],
    )
    rows = ["a,P1,2025-03-05,1,1", "d,P1,2025-04-01,1,1"]
    counted = count(write_rows(tmp_path / "x.csv", rows), tmp_path, trees=(later, TREE))
    assert counted.tree(MARCH) == TREE
    assert counted.tree(APRIL) == later
    assert counted.tally(APRIL).atoms == ("d",)
    with pytest.raises(ImportRejected, match="unit 'a' is not among the units of 2025-04"):
        count(
            write_rows(tmp_path / "y.csv", ["a,P1,2025-04-01,1,1"]), tmp_path, trees=(later, TREE)
        )


def random_rows(number: int) -> list[str]:
    draw = random.Random(number)
    return [
        f"{draw.choice('abc')},P{draw.randrange(40)},2025-{draw.choice([3, 4]):02d}-"
        f"{draw.randrange(1, 29):02d},{draw.choice(['', *'12345'])},{draw.randrange(1, 6)}"
        for _ in range(3000)
    ]


def plainly_counted(rows: list[str]) -> Counter[tuple[str, str, str]]:
    """The same by a dictionary: unit, month and answer to the first item."""
    last: dict[tuple[str, str, str], tuple[str, int, str]] = {}
    for place, (unit, person, day, answer, _) in enumerate(csv.reader(rows)):
        key = (unit, person, day[:7])
        if key not in last or (day, place) > last[key][:2]:
            last[key] = (day, place, answer)
    return Counter((unit, month, kept[2]) for (unit, _, month), kept in last.items())


@pytest.mark.parametrize("quoted", [False, True])
def test_the_counts_equal_a_plain_dictionary(tmp_path: Path, *, quoted: bool) -> None:
    rows = random_rows(1)
    written = [f'"{row.replace(",", chr(34) + "," + chr(34))}"' for row in rows] if quoted else rows
    counted = count(write_rows(tmp_path / "answers.csv.gz", written), tmp_path)
    found: Counter[tuple[str, str, str]] = Counter()
    for month in counted.months:
        tally = counted.tally(month)
        for unit, line in zip(tally.atoms, tally.items[ItemCode("morale")].counts, strict=True):
            for answer, times in zip([*"12345", ""], line.tolist(), strict=True):
                found[unit, str(month), answer] += times
    assert +found == plainly_counted(rows)
    assert counted.duplicates == 3000 - found.total()


def test_two_people_whose_hashes_collide_in_different_units_are_both_counted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "_mixed", lambda keys: keys & 0)
    rows = [f"{unit},P1,2025-03-{day:02d},1,1" for day in (1, 2, 3) for unit in "abc"]
    assert {unit: sum(line) for unit, line in counts(tmp_path, rows).items()} == {
        "a": 1,
        "b": 1,
        "c": 1,
    }


def test_records_on_disk_hold_no_id_and_differ_from_run_to_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[bytes] = []
    erase = private_folder._erase

    def watch(folder: Path) -> None:
        seen.append(b"".join(file.read_bytes() for file in sorted(folder.iterdir())))
        erase(folder)

    monkeypatch.setattr(private_folder, "_erase", watch)
    rows = [f"a,someone-{person:04d},2025-03-05,1,1" for person in range(500)]
    path = write_rows(tmp_path / "answers.csv", rows)
    count(path, tmp_path)
    count(path, tmp_path)
    first, second = seen
    assert len(first) == len(second) == 500 * 14  # a key, an atom and two choices each
    assert b"someone" not in first
    assert first != second


def test_the_order_of_columns_and_other_columns_do_not_matter(tmp_path: Path) -> None:
    path = write_rows(
        tmp_path / "answers.csv",
        ["2;ignored;2025-03-05;P1;5;a"],
        header="q2;comment;DAY;Person;Q1;Unit",
    )
    tally = count(path, tmp_path).tally(MARCH)
    assert tally.items[ItemCode("morale")].counts.tolist() == [[0, 0, 0, 0, 1, 0]]
    assert tally.items[ItemCode("workload")].counts.tolist() == [[0, 1, 0, 0, 0, 0]]


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "answers.csv", ["a,P1,2025-03-05,1"], header="unit,person,day,Q1")
    with pytest.raises(ImportRejected, match="Q2: this column is missing"):
        count(path, tmp_path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_any_usual_encoding_gives_the_same_counts(tmp_path: Path, encoding: str) -> None:
    rows = ["a,Zoë,2025-03-05,1,1", "a,Zoé,2025-03-05,2,1", "a,Zoë,2025-03-09,3,1"]
    path = tmp_path / "answers.csv"
    path.write_bytes("\r\n".join([HEADER, *rows]).encode(encoding))
    tally = count(path, tmp_path).tally(MARCH)
    assert tally.items[ItemCode("morale")].counts.tolist() == [[0, 1, 1, 0, 0, 0]]


def test_a_question_that_nobody_answered_in_a_month_was_not_asked_in_it(tmp_path: Path) -> None:
    rows = ["a,P1,2025-03-05,,4", "a,P2,2025-03-05,,2", "a,P1,2025-04-05,3,"]
    counted = count(write_rows(tmp_path / "answers.csv", rows), tmp_path)
    both = {column.item for column in MAPPING.items}
    assert set(counted.tally(MARCH).items) == both - {ItemCode("morale")}
    assert set(counted.tally(APRIL).items) == {ItemCode("morale")}


def test_progress_adds_up_to_the_file(tmp_path: Path) -> None:
    path = write_rows(tmp_path / "answers.csv.gz", random_rows(3))
    read: list[int] = []
    for _ in open_responses(path, MAPPING).chunks(Problems("x"), read.append):
        pass
    assert sum(read) == path.stat().st_size


def complete_scores(rows: list[str], month: str) -> dict[str, list[tuple[int, int]]]:
    """Return by unit the complete answers of a month of rows without duplicates."""
    found: dict[str, list[tuple[int, int]]] = {}
    for unit, _person, day, *answers in csv.reader(rows):
        if day.startswith(month) and all(answers):
            first, second = map(int, answers)
            found.setdefault(unit, []).append((first, second))
    return found


def test_complete_answers_are_summed_as_a_plain_loop_does(tmp_path: Path) -> None:
    draw = random.Random(8)
    rows = [
        f"{draw.choice('abc')},P{person},2025-{month:02d}-05,"
        f"{draw.choice(['', *'12345'])},{draw.choice(['', *'12345'])}"
        for person in range(1500)
        for month in (3, 4)
    ]
    counted = count(write_rows(tmp_path / "answers.csv", rows), tmp_path)
    for month in (MARCH, APRIL):
        complete = counted.tally(month).complete
        assert complete is not None
        plain = complete_scores(rows, str(month))
        found = dict(zip(complete.units, complete.answers.tolist(), strict=True))
        assert found == {unit: len(scores) for unit, scores in plain.items()}
        for unit, sums in zip(complete.units, complete.sums.tolist(), strict=True):
            assert sums == [sum(column) for column in zip(*plain[unit], strict=True)]
        everybody = [scores for of_unit in plain.values() for scores in of_unit]
        assert complete.products.tolist() == [
            [sum(each[one] * each[other] for each in everybody) for other in (0, 1)]
            for one in (0, 1)
        ]


def test_an_answer_is_complete_if_all_that_its_month_asked_is_answered(tmp_path: Path) -> None:
    rows = ["a,P1,2025-03-05,,4", "a,P2,2025-03-05,,2", "a,P1,2025-04-05,3,", "b,P3,2025-04-05,5,4"]
    counted = count(write_rows(tmp_path / "answers.csv", rows), tmp_path)
    march, april = counted.tally(MARCH).complete, counted.tally(APRIL).complete
    assert march is not None
    assert april is not None
    assert (march.items, march.number) == (tuple(counted.tally(MARCH).items), 2)
    assert dict(zip(april.units, april.answers.tolist(), strict=True)) == {"a": 0, "b": 1}
    assert april.products.tolist() == [[25, 20], [20, 16]]


def test_of_somebody_who_answered_twice_the_last_answer_alone_is_summed(tmp_path: Path) -> None:
    rows = ["a,P1,2025-03-05,1,1", "a,P1,2025-03-09,5,4"]
    complete = count(write_rows(tmp_path / "answers.csv", rows), tmp_path).tally(MARCH).complete
    assert complete is not None
    assert (complete.number, complete.sums.tolist()) == (1, [[5, 4]])


def test_a_question_answered_only_by_replaced_answers_is_not_missed(tmp_path: Path) -> None:
    rows = ["a,P1,2025-03-05,1,1", "a,P1,2025-03-09,,4", "a,P2,2025-03-09,,2"]
    tally = count(write_rows(tmp_path / "answers.csv", rows), tmp_path).tally(MARCH)
    assert tally.complete is not None
    assert tally.complete.items == tuple(tally.items)
