"""Breakdown columns of a file of past answers: what they may hold, and where people count."""

from pathlib import Path

import pytest

from analysis.disclosure.frequency_tables import NO_CATEGORY
from analysis.history import counting
from analysis.history.columns import (
    BreakdownColumn,
    ColumnMapping,
    ColumnMappingError,
    ItemColumn,
)
from analysis.history.counting import CountedFile, count_responses
from analysis.history.reading import open_responses
from surveys.instruments import ItemCode
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.sheets import ImportRejected
from tests.analysis.history.history_files import TODAY, TREE, questions, write_rows

ROLE = Breakdown("role", "Role family", ("Social work", "Support"))
TENURE = Breakdown("tenure", "Years here", ("Up to 2", "3 to 9", "10 or more"))
POLICY = AnonymityPolicy(breakdowns=(ROLE, TENURE))
HEADER = "unit,person,day,Q1,Job,Years"
MAPPING = ColumnMapping(
    "unit",
    "person",
    "day",
    (ItemColumn("Q1", ItemCode("morale")),),
    breakdowns=(BreakdownColumn("Years", "tenure"), BreakdownColumn("Job", "role")),
)
MARCH, APRIL = Month(2025, 3), Month(2025, 4)
NOBODY = NO_CATEGORY


def count(folder: Path, *rows: str) -> CountedFile:
    path = write_rows(folder / "answers.csv", rows, header=HEADER)
    return count_responses(
        open_responses(path, MAPPING),
        questions(),
        trees=(TREE,),
        day=TODAY,
        home=folder,
        progress=lambda _: None,
        breakdowns=MAPPING.declared(POLICY),
    )


def atoms(counted: CountedFile, month: Month = MARCH) -> dict[object, int]:
    tally = counted.tally(month)
    return dict(zip(tally.keys, tally.respondents.tolist(), strict=True))


@pytest.fixture(params=["table", "search"])
def _either_way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Look atoms up in a table as for small files, or by search as for those of many months."""
    if request.param == "search":
        monkeypatch.setattr(counting, "_TABLE_WHILE", 0)


@pytest.mark.usefixtures("_either_way")
def test_people_are_counted_by_unit_and_by_what_they_said_of_themselves(tmp_path: Path) -> None:
    counted = count(
        tmp_path,
        "a,P1,2025-03-05,3,Social work,Up to 2",
        "a,P2,2025-03-05,4,social WORK,up to 2",
        "a,P3,2025-03-05,4,Support,",
        "a,P4,2025-03-05,4,Prefer not to say,10 or more",
        "b,P1,2025-03-05,4,,",
    )
    assert [each.code for each in counted.tally(MARCH).breakdowns] == ["tenure", "role"]
    assert atoms(counted) == {
        ("a", (0, 0)): 2,
        ("a", (NOBODY, 1)): 1,
        ("a", (2, NOBODY)): 1,
        ("b", (NOBODY, NOBODY)): 1,
    }
    assert (counted.units, counted.months) == (2, (MARCH,))


@pytest.mark.usefixtures("_either_way")
def test_a_persons_last_answer_counts_in_the_category_of_that_answer_alone(tmp_path: Path) -> None:
    counted = count(
        tmp_path,
        "a,P1,2025-03-05,3,Social work,Up to 2",
        "a,P1,2025-03-09,1,Support,3 to 9",
    )
    assert atoms(counted) == {("a", (1, 1)): 1}
    assert counted.duplicates == 1
    assert counted.tally(MARCH).items[ItemCode("morale")].counts.tolist() == [[1, 0, 0, 0, 0, 0]]


@pytest.mark.usefixtures("_either_way")
def test_a_breakdown_question_that_nobody_answered_in_a_month_was_not_asked_in_it(
    tmp_path: Path,
) -> None:
    counted = count(
        tmp_path,
        "a,P1,2025-03-05,3,Support,",
        "a,P1,2025-04-05,3,,prefer not to say",
    )
    assert [each.code for each in counted.tally(MARCH).breakdowns] == ["role"]
    assert atoms(counted) == {("a", (1,)): 1}
    assert counted.tally(APRIL).breakdowns == ()
    assert atoms(counted, APRIL) == {("a", ()): 1}


def test_what_is_no_option_is_refused_by_row_column_and_rule(tmp_path: Path) -> None:
    with pytest.raises(ImportRejected) as rejected:
        count(
            tmp_path,
            "a,P1,2025-03-05,3,Support,Up to 2",
            "a,P2,2025-03-05,3,Manager,Up to 2",
            "a,P3,2025-03-05,3,Support,1",
        )
    by_role, by_tenure = (str(problem) for problem in rejected.value.problems)
    assert by_role.startswith("row 3, Job: Role family is one of: Social work, Support; or empty")
    assert by_tenure.startswith("row 4, Years: Years here is one of: Up to 2, 3 to 9, 10 or more;")


def test_a_breakdown_that_the_policy_does_not_declare_is_refused() -> None:
    with pytest.raises(ColumnMappingError, match="no breakdown 'tenure'; it declares: none"):
        MAPPING.declared(AnonymityPolicy())


def test_a_mapping_written_the_other_way_round_is_told_so() -> None:
    turned = ColumnMapping(
        "unit",
        "person",
        "day",
        (ItemColumn("Q1", ItemCode("morale")),),
        breakdowns=(BreakdownColumn.parse("role=Job"),),
    )
    with pytest.raises(ColumnMappingError, match=r"no breakdown 'Job'.*The column comes first"):
        turned.declared(POLICY)


def test_a_mapping_names_a_column_and_a_breakdown() -> None:
    assert BreakdownColumn.parse("A = B=role") == BreakdownColumn("A = B", "role")
    with pytest.raises(ColumnMappingError, match="--breakdown Job=role"):
        BreakdownColumn.parse("role")
