"""Who is counted together in a wave."""

from collections.abc import Mapping
from datetime import date
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from surveys.groups import ReportingGroups, TooFewPeopleError, reporting_groups
from surveys.units import Unit, UnitCode, UnitTree, UnitTreeError

DAY = date(2026, 11, 2)


def tree_of(parents: Mapping[str, str | None]) -> UnitTree:
    units = [
        Unit(UnitCode(code), code, None if parent is None else UnitCode(parent))
        for code, parent in parents.items()
    ]
    return UnitTree.of(DAY, units)


def groups(
    parents: Mapping[str, str | None], staff: Mapping[str, int], *, threshold: int = 10
) -> ReportingGroups:
    counts = {UnitCode(code): people for code, people in staff.items()}
    return reporting_groups(tree_of(parents), counts, threshold=threshold)


COUNCIL = {
    "council": None,
    "homes": "council",
    "parks": "council",
    "north": "homes",
    "south": "homes",
}


def test_teams_that_reach_the_threshold_are_groups_of_their_own() -> None:
    made = groups(COUNCIL, {"north": 10, "south": 12, "parks": 30})

    assert made.sizes == {"north": 10, "south": 12, "parks": 30}
    assert made.group_of == {"north": "north", "south": "south", "parks": "parks"}


def test_one_small_team_is_counted_in_its_service() -> None:
    made = groups(COUNCIL, {"homes": 14, "north": 6, "south": 12, "parks": 30})

    assert made.group_of["north"] == "homes"
    assert made.sizes == {"homes": 20, "south": 12, "parks": 30}


def test_small_teams_of_a_service_without_own_staff_are_counted_together() -> None:
    made = groups(COUNCIL, {"north": 6, "south": 7, "parks": 30})

    assert made.sizes == {"homes": 13, "parks": 30}
    assert made.group_of == {"north": "homes", "south": "homes", "parks": "parks"}


def test_one_small_team_beside_large_ones_goes_up_until_the_smallest_group_joins_it() -> None:
    made = groups(COUNCIL, {"north": 6, "south": 12, "parks": 30})

    assert made.sizes == {"council": 18, "parks": 30}
    assert made.group_of == {"north": "council", "south": "council", "parks": "parks"}


def test_directors_at_the_root_are_joined_by_the_smallest_group() -> None:
    made = groups(COUNCIL, {"council": 4, "homes": 11, "north": 25, "south": 12, "parks": 30})

    assert made.group_of["council"] == "council"
    assert made.group_of["homes"] == "council"
    assert made.sizes == {"council": 15, "north": 25, "south": 12, "parks": 30}


def test_a_group_that_joins_the_root_passes_over_the_groups_between() -> None:
    made = groups(COUNCIL, {"council": 4, "homes": 20, "north": 10, "parks": 30})

    assert made.group_of == {
        "council": "council", "homes": "homes", "north": "council", "parks": "parks",
    }  # fmt: skip
    assert made.sizes == {"council": 14, "homes": 20, "parks": 30}


def test_of_two_smallest_groups_the_first_by_code_joins_the_root() -> None:
    made = groups(COUNCIL, {"council": 1, "parks": 10, "south": 10, "north": 10})

    assert made.group_of["north"] == "council"
    assert made.sizes == {"council": 11, "parks": 10, "south": 10}


def test_a_root_with_people_enough_is_joined_by_nobody() -> None:
    made = groups(COUNCIL, {"council": 10, "parks": 10, "north": 10})

    assert made.sizes == {"council": 10, "parks": 10, "north": 10}


def test_an_organisation_of_exactly_the_threshold_is_one_group() -> None:
    made = groups(COUNCIL, {"council": 1, "north": 4, "parks": 5})

    assert made.sizes == {"council": 10}
    assert set(made.group_of.values()) == {"council"}


def test_an_organisation_of_exactly_the_threshold_in_one_team_is_that_team() -> None:
    assert groups(COUNCIL, {"north": 10}).sizes == {"north": 10}


@pytest.mark.parametrize("staff", [{}, {"north": 0}, {"council": 1, "north": 4, "parks": 4}])
def test_an_organisation_below_the_threshold_cannot_be_grouped(staff: Mapping[str, int]) -> None:
    with pytest.raises(TooFewPeopleError, match="at least 10"):
        groups(COUNCIL, staff)


def test_a_deep_chain_of_small_units_adds_up_from_below() -> None:
    chain: dict[str, str | None] = {"u0": None}
    chain |= {f"u{depth}": f"u{depth - 1}" for depth in range(1, 8)}

    made = groups(chain, {f"u{depth}": 3 for depth in range(8)})

    # 7, 6, 5 and 4 come to 12 at u4; 3 to 0 come to 12 at the root.
    assert made.sizes == {"u4": 12, "u0": 12}
    assert [made.group_of[UnitCode(f"u{depth}")] for depth in range(8)] == ["u0"] * 4 + ["u4"] * 4


def test_a_tree_of_2000_levels_is_grouped_without_recursion() -> None:
    chain: dict[str, str | None] = {"u0": None}
    chain |= {f"u{depth}": f"u{depth - 1}" for depth in range(1, 2000)}

    assert groups(chain, {"u1999": 4, "u0": 6}).sizes == {"u0": 10}


def test_empty_units_are_in_no_group() -> None:
    made = groups(COUNCIL, {"homes": 0, "north": 25, "parks": 30})

    assert made.group_of == {"north": "north", "parks": "parks"}
    assert "homes" not in made.sizes


def test_people_of_an_unknown_unit_are_refused() -> None:
    with pytest.raises(UnitTreeError, match="library"):
        groups(COUNCIL, {"library": 30})


def test_a_negative_number_of_people_is_refused() -> None:
    with pytest.raises(ValueError, match="-1 people"):
        groups(COUNCIL, {"parks": 30, "north": -1})


def test_a_threshold_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="protects nobody"):
        groups(COUNCIL, {"parks": 30}, threshold=0)


@st.composite
def organisations(draw: st.DrawFn) -> tuple[list[Unit], dict[UnitCode, int], int]:
    """Units in any order with people in some of them, and a threshold they reach together."""
    size = draw(st.integers(1, 30))
    codes = draw(st.permutations([UnitCode(f"u{place:02}") for place in range(size)]))
    parents = [None] + [codes[draw(st.integers(0, place - 1))] for place in range(1, size)]
    units = [Unit(code, code, parent) for code, parent in zip(codes, parents, strict=True)]
    staff = {code: draw(st.integers(0, 14)) for code in codes if draw(st.booleans())}
    threshold = draw(st.integers(1, 12))
    assume(sum(staff.values()) >= threshold)
    return draw(st.permutations(units)), staff, threshold


@given(organisations())
def test_everybody_is_in_exactly_one_group_at_or_above_their_unit(
    organisation: tuple[list[Unit], dict[UnitCode, int], int],
) -> None:
    units, staff, threshold = organisation
    tree = UnitTree.of(DAY, units)

    made = reporting_groups(tree, staff, threshold=threshold)

    assert set(made.group_of) == {code for code, people in staff.items() if people}
    counted = dict.fromkeys(made.sizes, 0)
    for code, group in made.group_of.items():
        assert group in (code, *tree.ancestors(code))
        counted[group] += staff[code]
    assert counted == made.sizes


@given(organisations())
def test_no_group_is_below_the_threshold(
    organisation: tuple[list[Unit], dict[UnitCode, int], int],
) -> None:
    units, staff, threshold = organisation

    made = reporting_groups(UnitTree.of(DAY, units), staff, threshold=threshold)

    assert min(made.sizes.values()) >= threshold


@given(organisations())
def test_a_unit_whose_own_staff_reach_the_threshold_keeps_them_or_gives_all_to_the_root(
    organisation: tuple[list[Unit], dict[UnitCode, int], int],
) -> None:
    units, staff, threshold = organisation
    tree = UnitTree.of(DAY, units)

    made = reporting_groups(tree, staff, threshold=threshold)

    large = [code for code, people in staff.items() if people >= threshold]
    moved = [code for code in large if made.group_of[code] != code]
    assert len(moved) <= 1
    assert all(made.group_of[code] == tree.root.code for code in moved)


@given(organisations(), st.randoms(use_true_random=False))
def test_the_order_of_what_comes_in_does_not_matter(
    organisation: tuple[list[Unit], dict[UnitCode, int], int],
    random: Random,
) -> None:
    units, staff, threshold = organisation
    shuffled = list(staff.items())
    random.shuffle(shuffled)

    one = reporting_groups(UnitTree.of(DAY, units), staff, threshold=threshold)
    other = reporting_groups(UnitTree.of(DAY, units[::-1]), dict(shuffled), threshold=threshold)

    assert list(one.group_of.items()) == list(other.group_of.items())
    assert list(one.sizes.items()) == list(other.sizes.items())
