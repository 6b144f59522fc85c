"""Unit trees over time: the difference shown first, then all of it or nothing."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.months import Month
from surveys.sheets import ImportRejected
from surveys.unit_registry import UnitPlan, apply_units, month_trees, plan_units, tree_as_of

WriteFile = Callable[..., Path]
JANUARY, APRIL, JULY = date(2026, 1, 1), date(2026, 4, 1), date(2026, 7, 1)
FIRST = ("city,The City,", "north,North,city", "south,South,city", "t1,Team 1,north")
SECOND = (
    "city,The City,",
    "north,North,city",
    "south,South-East,city",
    "t1,Team 1,south",
    "t2,Team 2,north",
)


@pytest.fixture
def file_of(write_file: WriteFile) -> Callable[[Sequence[str]], Path]:
    def write(lines: Sequence[str]) -> Path:
        return write_file("units.csv", "\n".join(["code,name,parent", *lines]))

    return write


FileOf = Callable[[Sequence[str]], Path]


def plan(
    stores: Stores, path: Path, valid_from: date, *, released: Sequence[Month] = ()
) -> UnitPlan:
    with stores.registry() as session:
        return plan_units(session, path, valid_from, released=released)


def put(stores: Stores, path: Path, valid_from: date) -> UnitPlan:
    with stores.registry() as session:
        made = plan_units(session, path, valid_from)
        apply_units(session, made)
        return made


def units_on(stores: Stores, day: date) -> list[tuple[str, str, str | None]]:
    with stores.registry() as session:
        return [(unit.code, unit.name, unit.parent) for unit in tree_as_of(session, day)]


def test_a_first_file_is_all_new_and_is_read_back_parents_first(
    any_stores: Stores, file_of: FileOf
) -> None:
    made = put(any_stores, file_of(FIRST), JANUARY)
    assert [unit.code for unit in made.adds] == ["city", "north", "t1", "south"]
    assert units_on(any_stores, JULY) == [
        ("city", "The City", None),
        ("north", "North", "city"),
        ("t1", "Team 1", "north"),
        ("south", "South", "city"),
    ]


def test_the_difference_names_new_moved_renamed_and_gone_units(
    any_stores: Stores, file_of: FileOf
) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    made = plan(any_stores, file_of(SECOND), APRIL)
    assert [unit.code for unit in made.adds] == ["t2"]
    assert [(move.unit.code, move.before, move.unit.parent) for move in made.moves] == [
        ("t1", "north", "south")
    ]
    assert [(r.unit.code, r.before, r.unit.name) for r in made.renames] == [
        ("south", "South", "South-East")
    ]
    assert (made.removals, made.unchanged, made.compared_with) == ((), 2, JANUARY)
    back = plan(any_stores, file_of(FIRST[:3]), APRIL)
    assert [unit.code for unit in back.removals] == ["t1"]


def test_planning_changes_nothing(any_stores: Stores, file_of: FileOf) -> None:
    plan(any_stores, file_of(FIRST), JANUARY)
    with pytest.raises(StateError, match="no units are known for 2026-01-01"):
        units_on(any_stores, JANUARY)


def test_each_day_has_the_tree_whose_date_came_last(any_stores: Stores, file_of: FileOf) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    put(any_stores, file_of(SECOND), APRIL)
    assert len(units_on(any_stores, date(2026, 3, 31))) == 4
    assert len(units_on(any_stores, APRIL)) == 5
    with pytest.raises(StateError, match="pulse import units"):
        units_on(any_stores, date(2025, 12, 31))


@pytest.mark.parametrize("day", [JANUARY, APRIL])
def test_the_same_units_again_are_nothing_to_do(
    any_stores: Stores, file_of: FileOf, day: date
) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    again = put(any_stores, file_of(tuple(reversed(FIRST))), day)
    assert not again.has_changes
    with any_stores.registry() as session:
        assert tree_as_of(session, JULY).valid_from == JANUARY


def test_a_file_for_the_same_date_replaces_that_tree_whole(
    any_stores: Stores, file_of: FileOf
) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    made = put(any_stores, file_of(SECOND[:3]), JANUARY)
    assert made.revision == 2
    assert [code for code, _name, _parent in units_on(any_stores, JANUARY)] == [
        "city",
        "north",
        "south",
    ]


@pytest.mark.parametrize(
    ("released", "is_refused"),
    [
        (Month(2026, 3), False),  # before the tree
        (Month(2026, 4), True),
        (Month(2026, 6), True),  # its last day
        (Month(2026, 7), False),  # the next tree's
    ],
)
def test_a_tree_that_a_release_was_made_on_stays_as_it_is(
    *, any_stores: Stores, file_of: FileOf, released: Month, is_refused: bool
) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    put(any_stores, file_of(SECOND), APRIL)
    put(any_stores, file_of(FIRST), JULY)
    changed = file_of((*SECOND, "t3,Team 3,north"))
    if not is_refused:
        assert plan(any_stores, changed, APRIL, released=[released]).has_changes
        return
    with pytest.raises(StateError, match=f"choose a date after {released.last_day}"):
        plan(any_stores, changed, APRIL, released=[released])


def test_a_new_tree_cannot_slip_under_a_release(any_stores: Stores, file_of: FileOf) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    with pytest.raises(StateError, match="choose a date after 2026-05-31"):
        plan(any_stores, file_of(SECOND), APRIL, released=[Month(2026, 5)])


def test_the_same_file_again_is_nothing_to_do_even_after_a_release(
    any_stores: Stores, file_of: FileOf
) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    again = plan(any_stores, file_of(FIRST), JANUARY, released=[Month(2026, 1)])
    assert not again.has_changes


def test_a_code_keeps_its_spelling_over_time(any_stores: Stores, file_of: FileOf) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    with pytest.raises(ImportRejected, match="row 5, code: 'T1' was written 't1' until now"):
        plan(any_stores, file_of((*FIRST[:3], "T1,Team 1,north")), APRIL)


def test_a_plan_that_somebody_overtook_is_refused(any_stores: Stores, file_of: FileOf) -> None:
    early_first = plan(any_stores, file_of(FIRST), JANUARY)
    put(any_stores, file_of(SECOND), JANUARY)
    early_second = plan(any_stores, file_of(FIRST), JANUARY)
    put(any_stores, file_of(FIRST[:2]), JANUARY)
    for overtaken in (early_first, early_second):
        with (
            pytest.raises(StateError, match="run the import again"),
            any_stores.registry() as session,
        ):
            apply_units(session, overtaken)
    assert len(units_on(any_stores, JANUARY)) == 2


def test_a_month_has_the_tree_of_its_last_day(any_stores: Stores, file_of: FileOf) -> None:
    put(any_stores, file_of(FIRST), JANUARY)
    put(any_stores, file_of(SECOND), date(2026, 4, 30))
    with any_stores.registry() as session:
        tree_of = month_trees(session)
        assert tree_of(Month(2026, 3)) is tree_of(Month(2026, 1))
        assert "t2" in tree_of(Month(2026, 4))
        with pytest.raises(StateError):
            tree_of(Month(2025, 12))


TREES = st.lists(st.integers(0, 10**6), max_size=12).map(
    lambda picks: (
        ["u0,Unit 0,"] + [f"u{i},Unit {i},u{pick % i}" for i, pick in enumerate(picks, start=1)]
    )
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(trees=st.lists(TREES, min_size=1, max_size=4))
def test_what_was_imported_last_is_what_is_read(
    stores: Stores, file_of: FileOf, trees: list[list[str]]
) -> None:
    for lines in trees:
        put(stores, file_of(lines), JANUARY)
        expected = sorted(tuple(line.split(",")) for line in lines)
        read = sorted((code, name, parent or "") for code, name, parent in units_on(stores, JULY))
        assert read == expected
