"""Who stayed in a cell from one wave to the next, from who was invited to both."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID, uuid5

from pulse.stores import Stores
from surveys.descriptors import Descriptor, Group
from surveys.group_members import (
    forget_members,
    is_another_staged,
    people_who_stayed,
    remember_members,
    wave_before,
)
from surveys.roster import forget_leavers
from surveys.roster_tables import PersonRow
from surveys.units import Unit, UnitCode, UnitTree
from surveys.wave_states import WaveState
from surveys.wave_tables import GroupMemberRow, WaveRow
from tests.surveys.test_descriptors import make_descriptor

Groups = Mapping[str, Sequence[str]]
"""People, by a letter each, per unit in which they are counted."""

TREE = {"city": None, "north": "city", "n1": "north", "n2": "north", "south": "city"}
THEN: Groups = {"n1": "abcdef", "n2": "ghijk", "south": "lmnopq"}
OCTOBER = date(2026, 10, 5)


def person(letter: str) -> UUID:
    return uuid5(UUID(int=0), letter)


def tree_of(parents: Mapping[str, str | None]) -> UnitTree:
    return UnitTree.of(
        OCTOBER,
        [
            Unit(UnitCode(code), code, None if above is None else UnitCode(above))
            for code, above in parents.items()
        ],
    )


def add_wave(stores: Stores, code: str, state: WaveState, opens_on: date) -> None:
    with stores.registry() as session:
        session.add(
            WaveRow(
                code=code, kind="monthly", month=code[:7], title=code, state=state.value,
                opens_on=opens_on, closes_on=opens_on + timedelta(days=9), questions="[]",
                keys_needed=2, keys_made=2,
            )
        )  # fmt: skip


def invite(
    stores: Stores,
    code: str,
    groups: Groups,
    parents: Mapping[str, str | None],
    *,
    state: WaveState,
    opens_on: date,
) -> Descriptor:
    """Add a wave with its members, and return the part of its descriptor that matters here."""
    add_wave(stores, code, state, opens_on)
    with stores.registry() as session:
        for letter in "".join("".join(people) for people in groups.values()):
            if session.get(PersonRow, person(letter)) is None:
                session.add(
                    PersonRow(
                        id=person(letter), reference=letter, name=letter, email=None,
                        is_agency=False, needs_card=False,
                    )
                )  # fmt: skip
        session.flush()
        people = {person(each): UnitCode(unit) for unit, all_ in groups.items() for each in all_}
        remember_members(session, code, people)
    return replace(
        make_descriptor(),
        code=code,
        tree=tree_of(parents),
        groups=tuple(Group(UnitCode(unit), len(all_), "all") for unit, all_ in groups.items()),
    )


def stayed(
    stores: Stores,
    now: Groups,
    *,
    tree: Mapping[str, str | None] = TREE,
    between: Callable[[], object] = lambda: None,
) -> dict[str, int]:
    """Return how many people stayed in each cell from `THEN` to now."""
    before = invite(stores, "2026-10", THEN, TREE, state=WaveState.RELEASED, opens_on=OCTOBER)
    between()
    after = invite(
        stores, "2026-11", now, tree, state=WaveState.CLOSED, opens_on=OCTOBER + timedelta(days=28)
    )
    with stores.registry() as session:
        found = people_who_stayed(session, before, after)
    return {str(unit): people for unit, people in found.items()}


EVERYBODY = {"city": 17, "north": 11, "n1": 6, "n2": 5, "south": 6}


def test_everybody_stayed_where_nobody_moved(any_stores: Stores) -> None:
    assert stayed(any_stores, THEN) == EVERYBODY


def test_a_joiner_did_not_stay_in_any_cell(any_stores: Stores) -> None:
    assert stayed(any_stores, {**THEN, "n1": "abcdefX"}) == EVERYBODY


def test_a_leaver_is_missing_in_the_cell_and_in_every_cell_above(any_stores: Stores) -> None:
    now = {**THEN, "n1": "abcde"}
    assert stayed(any_stores, now) == {**EVERYBODY, "n1": 5, "north": 10, "city": 16}


def test_a_swap_of_one_for_another_is_seen_though_the_size_stays(any_stores: Stores) -> None:
    now = {**THEN, "n1": "abcdeX"}
    assert stayed(any_stores, now) == {**EVERYBODY, "n1": 5, "north": 10, "city": 16}


def test_who_changes_teams_stays_in_the_cells_that_hold_both(any_stores: Stores) -> None:
    now = {**THEN, "n1": "abcde", "n2": "ghijkf"}
    assert stayed(any_stores, now) == {**EVERYBODY, "n1": 5}


def test_a_unit_that_moved_keeps_its_own_people_and_takes_them_from_the_cell_it_left(
    any_stores: Stores,
) -> None:
    moved = {**TREE, "n2": "south"}
    assert stayed(any_stores, THEN, tree=moved) == {**EVERYBODY, "north": 6}


def test_in_units_that_were_merged_those_stayed_who_were_in_the_one_that_went_on(
    any_stores: Stores,
) -> None:
    merged = {code: above for code, above in TREE.items() if code != "n2"}
    now = {"n1": "abcdefghijk", "south": THEN["south"]}
    assert stayed(any_stores, now, tree=merged) == {"city": 17, "north": 11, "n1": 6, "south": 6}


def test_nobody_stayed_in_a_unit_that_is_new(any_stores: Stores) -> None:
    split = {**TREE, "n3": "north"}
    now = {"n1": "abcdef", "n3": "ghijk", "south": THEN["south"]}
    assert stayed(any_stores, now, tree=split) == {"city": 17, "north": 11, "n1": 6, "south": 6}


def test_people_who_are_counted_one_level_up_now_did_not_stay_in_the_cell_below(
    any_stores: Stores,
) -> None:
    now = {"n1": "abcdef", "north": "ghijk", "south": THEN["south"]}
    assert stayed(any_stores, now) == {"city": 17, "north": 11, "n1": 6, "south": 6}


def test_of_people_who_were_forgotten_nobody_stayed(any_stores: Stores) -> None:
    def forget_everybody() -> None:  # nobody has a placement in this test
        with any_stores.registry() as session:
            assert forget_leavers(session, OCTOBER + timedelta(days=20)) == 17
            assert session.query(GroupMemberRow).count() == 0

    assert stayed(any_stores, THEN, between=forget_everybody) == {}


def test_the_members_of_the_newest_released_wave_and_of_those_under_way_are_kept(
    any_stores: Stores,
) -> None:
    states = {
        "2026-06": WaveState.RELEASED,
        "2026-07": WaveState.RELEASED,
        "2026-08": WaveState.DESTROYED,
        "2026-09": WaveState.CANCELLED,
        "2026-10": WaveState.OPEN,
    }
    for place, (code, state) in enumerate(states.items()):
        opens_on = date(2026, 6, 1) + timedelta(days=30 * place)
        invite(any_stores, code, {"n1": "abcde"}, TREE, state=state, opens_on=opens_on)
    with any_stores.registry() as session:
        assert forget_members(session) == 15
        assert forget_members(session) == 0
        kept = {row.wave_code for row in session.query(GroupMemberRow)}
    assert kept == {"2026-07", "2026-10"}


def test_the_wave_before_is_the_newest_that_was_released(any_stores: Stores) -> None:
    with any_stores.registry() as session:
        assert wave_before(session, "2026-10") is None
    add_wave(any_stores, "2026-08", WaveState.RELEASED, date(2026, 8, 3))
    add_wave(any_stores, "2026-09", WaveState.DESTROYED, date(2026, 9, 3))
    add_wave(any_stores, "2026-10", WaveState.CLOSED, OCTOBER)
    with any_stores.registry() as session:
        assert wave_before(session, "2026-10") == "2026-08"
        assert wave_before(session, "2026-08") is None
        assert not is_another_staged(session, "2026-10")


def test_a_wave_that_may_come_out_yet_is_noticed(any_stores: Stores) -> None:
    add_wave(any_stores, "2026-09", WaveState.STAGED, date(2026, 9, 3))
    add_wave(any_stores, "2026-10", WaveState.CLOSED, OCTOBER)
    with any_stores.registry() as session:
        assert is_another_staged(session, "2026-10")
        assert not is_another_staged(session, "2026-09")
