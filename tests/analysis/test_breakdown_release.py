"""Breakdowns of a month: protected together with unit totals, or not shown at all."""

import json
from collections.abc import Iterator, Mapping
from itertools import product
from random import Random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import breakdown_protection
from analysis.disclosure import unanimity
from analysis.disclosure.accounts import Account
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.engine import Protected
from analysis.disclosure.frequency_tables import NO_CATEGORY, FrequencyTable, TablePattern
from analysis.errors import ReleaseRefused
from analysis.preparing import PreparedRelease
from analysis.release_documents import read_header
from analysis.tally import MonthTally
from analysis.wave_gate import Invitations, WaveGate
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import UnitCode
from tests.analysis.release_factories import divided_tally, make_release, spread_out, without_seal

ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
TENURE = Breakdown("tenure", "Years here", ("Up to 2", "More"))
K = 5
POLICY = AnonymityPolicy(threshold=K, breakdowns=(ROLE, TENURE))
CROSSED = AnonymityPolicy(threshold=K, breakdowns=(ROLE, TENURE), crossing_levels=(0,))
ONE = {"all": None}
SERVICE = {"all": None, "north": "all", "south": "all"}
NOBODY = NO_CATEGORY

Atom = tuple[str, tuple[int, ...]]
Cell = tuple[str, tuple[int | None, ...]]
"""A unit, and for each breakdown the category or None for everybody."""


def tally_of(people: Mapping[Atom, int], *breakdowns: Breakdown) -> MonthTally:
    counts = {atom: spread_out(count) for atom, count in people.items()}
    return divided_tally(counts, breakdowns)


def shown_cells(
    release: PreparedRelease, parents: Mapping[str, str | None], *breakdowns: Breakdown
) -> dict[Cell, int]:
    """Return every shown cell of a release with its respondents, unit totals too."""
    everybody = (None,) * len(breakdowns)
    shown: dict[Cell, int] = {
        (cell.unit, everybody): cell.respondents
        for cell in release.cells
        if cell.respondents is not None
    }
    codes = [breakdown.code for breakdown in breakdowns]
    for row in release.breakdown_cells:
        divided = [codes.index(code) for code in row.breakdown.split("*")]
        options = product(*(range(len(breakdowns[place].options)) for place in divided))
        for chosen, cell in zip(options, json.loads(row.cells), strict=True):
            if cell is not None:
                where = dict(zip(divided, chosen, strict=True))
                shown[row.unit, tuple(where.get(p) for p in range(len(codes)))] = cell[0]
    assert {unit for unit, _categories in shown} <= set(parents)
    return shown


def holds(cell: Cell, atom: Atom, parents: Mapping[str, str | None]) -> bool:
    unit: str | None = atom[0]
    while unit is not None and unit != cell[0]:
        unit = parents[unit]
    return unit is not None and all(
        wanted is None or wanted == category
        for wanted, category in zip(cell[1], atom[1], strict=True)
    )


def isolated(
    shown: Mapping[Cell, int], people: Mapping[Atom, int], parents: Mapping[str, str | None]
) -> Iterator[int]:
    """Yield for every sum and difference of up to four shown cells how many people it depends on.

    Written apart from engine and attack: it knows nothing of trees, cuts or elimination.
    """
    vectors = [[int(holds(cell, atom, parents)) for atom in people] for cell in shown]
    counts = list(people.values())
    for first in range(len(vectors)):
        yield from _combined([vectors[first]], counts)
        for second in range(first):
            for third in range(-1, second):
                for fourth in range(-1, third):
                    chosen = [vectors[p] for p in (first, second, third, fourth) if p >= 0]
                    yield from _combined(chosen, counts)


def _combined(vectors: list[list[int]], counts: list[int]) -> Iterator[int]:
    for signs in product((1, -1), repeat=len(vectors) - 1):
        total = list(vectors[0])
        for sign, vector in zip(signs, vectors[1:], strict=True):
            total = [one + sign * other for one, other in zip(total, vector, strict=True)]
        yield sum(count for weight, count in zip(total, counts, strict=True) if weight)


def leaks(
    release: PreparedRelease,
    people: Mapping[Atom, int],
    parents: Mapping[str, str | None],
    *breakdowns: Breakdown,
) -> list[int]:
    shown = shown_cells(release, parents, *breakdowns)
    return sorted({n for n in isolated(shown, people, parents) if 0 < n < K})


def test_a_team_is_divided_where_every_part_is_large_enough() -> None:
    people = {("all", (0,)): 8, ("all", (1,)): 9, ("all", (2,)): 6}
    release = make_release(ONE, tally_of(people, ROLE), POLICY)
    assert shown_cells(release, ONE, ROLE) == {
        ("all", (None,)): 23,
        ("all", (0,)): 8,
        ("all", (1,)): 9,
        ("all", (2,)): 6,
    }
    (described,) = read_header(release.header).breakdowns.divided
    assert (described.code, described.cells, described.shown) == ("role", 3, 3)
    assert described.options == ROLE.options


def test_a_part_below_k_takes_another_one_with_it() -> None:
    people = {("all", (0,)): 8, ("all", (1,)): 9, ("all", (2,)): 3}
    release = make_release(ONE, tally_of(people, ROLE), POLICY)
    shown = shown_cells(release, ONE, ROLE)
    assert ("all", (2,)) not in shown
    assert len(shown) == 2  # the total and one of the two large parts
    assert leaks(release, people, ONE, ROLE) == []


@pytest.mark.parametrize("skipped", [1, 4])
def test_who_skips_the_question_is_not_what_the_total_has_more_than_its_parts(
    skipped: int,
) -> None:
    people = {("all", (0,)): 8, ("all", (1,)): 9, ("all", (2,)): 6, ("all", (NOBODY,)): skipped}
    release = make_release(ONE, tally_of(people, ROLE), POLICY)
    shown = shown_cells(release, ONE, ROLE)
    assert shown["all", (None,)] == 23 + skipped
    assert len(shown) == 3  # one part is hidden, though all are large
    assert leaks(release, people, ONE, ROLE) == []


def test_two_breakdowns_each_safe_alone_are_protected_together() -> None:
    # twelve social workers, all of them new; one new person works elsewhere
    people = {("all", (0, 0)): 12, ("all", (1, 0)): 1, ("all", (1, 1)): 17}
    by_role = {("all", (0,)): 12, ("all", (1,)): 18}
    by_tenure = {("all", (0,)): 13, ("all", (1,)): 17}
    alone = [
        shown_cells(make_release(ONE, tally_of(each, divided), POLICY), ONE, divided)
        for each, divided in ((by_role, ROLE), (by_tenure, TENURE))
    ]
    assert [("all", (0,)) in shown for shown in alone] == [True, True]
    release = make_release(ONE, tally_of(people, ROLE, TENURE), POLICY)
    together = shown_cells(release, ONE, ROLE, TENURE)
    assert not {("all", (0, None)), ("all", (None, 0))} <= set(together)
    assert len(together) > 1  # one of the two is shown all the same
    assert leaks(release, people, ONE, ROLE, TENURE) == []


def test_crossed_breakdowns_stop_at_the_levels_of_the_policy() -> None:
    people = {(unit, (r, t)): 12 for unit in ("north", "south") for r in range(3) for t in range(2)}
    release = make_release(SERVICE, tally_of(people, ROLE, TENURE), CROSSED)
    crossed = [row for row in release.breakdown_cells if row.breakdown == "role*tenure"]
    assert [row.unit for row in crossed] == ["all"]
    assert [cell[0] for cell in json.loads(crossed[0].cells)] == [24] * 6
    described = read_header(release.header).breakdowns.divided[-1]
    assert described.levels == (0,)
    assert described.options[:2] == ("Social work, Up to 2", "Social work, More")


organisations = st.fixed_dictionaries(
    {
        (unit, (role, tenure)): st.integers(0, 9)
        for unit in ("north", "south")
        for role in (NOBODY, 0, 1)
        for tenure in (NOBODY, 0, 1)
    }
)


@settings(max_examples=25, deadline=None)
@given(organisations)
def test_no_sum_or_difference_of_shown_cells_isolates_fewer_than_k(
    people: Mapping[Atom, int],
) -> None:
    role = Breakdown("role", "Role family", ("Social work", "Support"))
    policy = AnonymityPolicy(threshold=K, breakdowns=(role, TENURE))
    release = make_release(SERVICE, tally_of(people, role, TENURE), policy)
    assert leaks(release, people, SERVICE, role, TENURE) == []


def test_empty_small_and_neighbouring_cells_look_the_same_and_every_unit_has_its_row() -> None:
    people = {("north", (0,)): 9, ("north", (1,)): 2, ("north", (2,)): 8, ("south", (0,)): 7}
    release = make_release(SERVICE, tally_of(people, ROLE), POLICY)
    assert [(row.unit, row.breakdown) for row in release.breakdown_cells] == [
        ("all", "role"),
        ("north", "role"),
        ("south", "role"),
    ]
    cells = {row.unit: json.loads(row.cells) for row in release.breakdown_cells}
    assert all(len(row) == 3 for row in cells.values())
    assert cells["south"][1] is cells["south"][2] is cells["north"][1] is None


def test_a_small_cell_and_an_empty_one_give_the_same_release_where_totals_are_the_same() -> None:
    one = {("all", (0,)): 12, ("all", (1,)): 3, ("all", (2,)): 0}
    two = {("all", (0,)): 12, ("all", (1,)): 0, ("all", (2,)): 3}
    first, second = (make_release(ONE, tally_of(each, ROLE), POLICY) for each in (one, two))
    assert first.breakdown_cells == second.breakdown_cells
    assert without_seal(first).sha256 == without_seal(second).sha256


def test_the_order_of_counts_changes_no_byte() -> None:
    people = {
        (u, (r, t)): 4 + r + 2 * t for u in ("north", "south") for r in range(3) for t in (0, 1)
    }
    shuffled = Random(4).sample(list(people.items()), len(people))
    one = make_release(SERVICE, tally_of(people, ROLE, TENURE), CROSSED)
    two = make_release(SERVICE, tally_of(dict(shuffled), ROLE, TENURE), CROSSED)
    assert one == two


def test_a_month_without_breakdown_questions_is_as_before_they_existed() -> None:
    people = {("all", ()): 23}
    release = make_release(ONE, tally_of(people), POLICY)
    assert release.breakdown_cells == ()
    assert set(release.tables) == {"cells", "certificate", "header", "tree"}
    assert "breakdowns" not in json.loads(release.header)
    assert "breakdowns" not in json.loads(release.certificate)


PEOPLE: Mapping[Atom, int] = {("all", (0,)): 8, ("all", (1,)): 9, ("all", (2,)): 6}


def test_a_table_that_an_attack_breaks_is_tried_with_unit_totals_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = AttackReport({"guess": 1}, {"guess": 1}, ())
    monkeypatch.setattr(breakdown_protection, "attack_before_release", lambda *_: report)
    _only_totals_are_shown(make_release(ONE, tally_of(PEOPLE, ROLE), POLICY))


def test_a_pattern_that_leaves_a_small_group_is_found_by_the_attack_itself(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shows_everything(table: FrequencyTable, _rules: object) -> Protected:
        shown = [np.ones((1, table.width(block)), dtype=np.bool_) for block in table.blocks]
        return Protected(TablePattern(tuple(shown)), Account("careless", (), ()))

    people = {("all", (0,)): 8, ("all", (1,)): 9, ("all", (2,)): 6, ("all", (NOBODY,)): 1}
    monkeypatch.setattr(breakdown_protection, "protect", shows_everything)
    release = make_release(ONE, tally_of(people, ROLE), POLICY)
    assert release.breakdown_cells == ()
    assert shown_cells(release, ONE, ROLE) == {("all", (None,)): 24}


def test_a_blind_attack_on_tables_shows_unit_totals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def blind(*_: object) -> AttackReport:
        raise breakdown_protection.ControlSilentError("blind")

    monkeypatch.setattr(breakdown_protection, "attack_before_release", blind)
    _only_totals_are_shown(make_release(ONE, tally_of(PEOPLE, ROLE), POLICY))


def _only_totals_are_shown(release: PreparedRelease) -> None:
    plain = make_release(ONE, tally_of(PEOPLE, ROLE).by_unit(), POLICY)
    assert release.cells == plain.cells
    assert release.breakdown_cells == ()
    said = read_header(release.header).breakdowns
    assert said.asked == ("Role family",)
    assert said.divided == ()
    assert "guess" not in release.header


def test_a_question_whose_means_prove_what_a_group_said_is_not_shown_by_group(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        "analysis.breakdown_coding.find_unanimous_cells",
        lambda *_: unanimity.UnanimityReport(tried=3, found=(1,)),
    )
    release = make_release(ONE, tally_of(PEOPLE, ROLE), POLICY)
    assert read_header(release.header).breakdowns.withheld == ("morale_1",)
    assert json.loads(release.breakdown_cells[0].cells) == [[8, {}], [9, {}], [6, {}]]
    assert [item.code for item in release.items] == ["morale_1"]
    assert release.cells == make_release(ONE, tally_of(PEOPLE, ROLE).by_unit(), POLICY).cells


def test_the_search_reads_the_means_of_groups_beside_the_figures_of_units(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[unanimity.PublishedItem] = []

    def search(*given: object) -> unanimity.UnanimityReport:
        items = given[4]
        assert isinstance(items, list)
        asked.extend(items)
        return unanimity.UnanimityReport(tried=0, found=(0,))

    monkeypatch.setattr("analysis.breakdown_coding.find_unanimous_cells", search)
    make_release(ONE, tally_of(PEOPLE, ROLE), POLICY)
    (item,) = asked
    assert item.shown.tolist() == [True] * 4  # everybody, then the three groups
    assert (item.mean_high - item.mean_low).tolist() == [2] * 4  # a tenth, in twentieths
    assert item.share_low[1:].tolist() == [[0, 0, 0]] * 3
    assert item.share_high[1:].tolist() == [[201, 201, 201]] * 3
    assert item.share_high[0].max() < 201


def test_groups_have_means_and_no_shares() -> None:
    release = make_release(ONE, tally_of(PEOPLE, ROLE), POLICY)
    assert json.loads(release.breakdown_cells[0].cells)[0] == [8, {"morale_1": [26]}]


def test_figures_that_contradict_each_other_show_unit_totals_only(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def contradicts(*_: object) -> object:
        raise unanimity.ContradictionError("no answers fit")

    monkeypatch.setattr("analysis.breakdown_coding.find_unanimous_cells", contradicts)
    _only_totals_are_shown(make_release(ONE, tally_of(PEOPLE, ROLE), POLICY))


def test_a_breakdown_that_the_policy_does_not_declare_so_is_refused() -> None:
    other = Breakdown("role", "Role family", ("Social work", "Support"))
    with pytest.raises(ReleaseRefused, match="does not declare"):
        make_release(ONE, tally_of({("all", (0,)): 8}, other), POLICY)


def test_the_public_account_tells_nothing_of_sealed_counts() -> None:
    # two organisations that publish the same and differ inside hidden cells
    one = {("all", (0,)): 12, ("all", (1,)): 1, ("all", (2,)): 2}
    two = {("all", (0,)): 12, ("all", (1,)): 3}
    first, second = (make_release(ONE, tally_of(each, ROLE), POLICY) for each in (one, two))
    assert first.header == second.header
    assert without_seal(first).certificate == without_seal(second).certificate


def coarse_of(release: PreparedRelease) -> dict[str, set[bool]]:
    """Return per unit whether its shown breakdown cells say that they are coarse."""
    found: dict[str, set[bool]] = {}
    for row in release.breakdown_cells:
        shown = [cell for cell in json.loads(row.cells) if cell is not None]
        found.setdefault(row.unit, set()).update("~" in cell[1] for cell in shown)
    return found


def test_breakdown_cells_are_as_coarse_as_their_unit_and_say_so() -> None:
    people: dict[Atom, int] = {
        (unit, (role,)): 9 for unit in ("north", "south") for role in range(3)
    }
    gate = WaveGate(
        stayed={UnitCode("all"): 60, UnitCode("north"): 20, UnitCode("south"): 40},
        respondents_before={UnitCode(unit): 27 for unit in SERVICE},
    )
    release = make_release(
        SERVICE,
        tally_of(people, ROLE),
        AnonymityPolicy(threshold=K, breakdowns=(ROLE,)),
        invitations=Invitations({}, gate),
    )
    assert coarse_of(release) == {"all": {False}, "north": {True}, "south": {False}}
    (north,) = (row for row in release.breakdown_cells if row.unit == "north")
    for _respondents, figures in filter(None, json.loads(north.cells)):
        means = [int(str(tokens[0]).strip("+-")) for key, tokens in figures.items() if key != "~"]
        assert means
        assert all(mean % 5 == 0 for mean in means)
