"""Packs in the registry: versions of packs and items, codes that belong to one pack alone."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pulse.stores import Stores
from surveys.errors import StateError
from surveys.instruments import ItemCode
from surveys.library_bank import default_instrument
from surveys.packs import (
    PackPlan,
    UnknownItemError,
    apply_pack,
    find_items,
    known_instruments,
    plan_pack,
)
from surveys.sheets import ImportRejected
from tests.surveys.pack_text import PACK

WriteFile = Callable[..., Path]
DAY = date(2026, 11, 22)
TODAY, BAD = ItemCode("mood-today"), ItemCode("mood-bad")


def plan(stores: Stores, path: Path) -> PackPlan:
    with stores.registry() as session:
        return plan_pack(session, path)


def put(stores: Stores, path: Path) -> PackPlan:
    with stores.registry() as session:
        made = plan_pack(session, path)
        apply_pack(session, made, day=DAY)
        return made


def test_without_packs_the_default_bank_is_known(any_stores: Stores) -> None:
    with any_stores.registry() as session:
        assert known_instruments(session) == (default_instrument(),)


def test_a_pack_is_kept_and_read_back_as_it_was(any_stores: Stores, write_file: WriteFile) -> None:
    made = put(any_stores, write_file("mood.toml", PACK))
    assert (made.version, made.new, made.changed, made.gone) == (1, (TODAY, BAD), (), ())
    with any_stores.registry() as session:
        assert known_instruments(session)[1] == made.instrument


def test_the_same_pack_again_is_nothing_to_do(any_stores: Stores, write_file: WriteFile) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    again = put(any_stores, write_file("mood.toml", PACK + "# the same but for this remark\n"))
    assert not again.has_changes
    assert again.unchanged == (TODAY, BAD)


def test_a_changed_wording_makes_a_new_version_of_that_item_alone(
    any_stores: Stores, write_file: WriteFile
) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    made = put(any_stores, write_file("mood.toml", PACK.replace("How was today?", "Your day?")))
    assert (made.version, made.changed, made.unchanged) == (2, (TODAY,), (BAD,))
    with any_stores.registry() as session:
        found = find_items(session, [TODAY, BAD])
    assert [found[TODAY][0].version, found[BAD][0].version] == [2, 1]


def test_a_changed_scale_makes_a_new_version_of_every_item_on_it(
    any_stores: Stores, write_file: WriteFile
) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    made = plan(any_stores, write_file("mood.toml", PACK.replace('"Great"', '"Very good"')))
    assert made.changed == (TODAY, BAD)


def test_an_item_that_comes_back_changed_does_not_get_an_old_version_number(
    any_stores: Stores, write_file: WriteFile
) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    without = PACK[: PACK.rindex("[[items]]")]
    assert put(any_stores, write_file("mood.toml", without)).gone == (BAD,)
    put(any_stores, write_file("mood.toml", PACK.replace("Was today hard?", "Hard?")))
    with any_stores.registry() as session:
        assert find_items(session, [BAD])[BAD][0].version == 2


def test_a_code_of_the_default_bank_or_of_another_pack_cannot_be_taken(
    any_stores: Stores, write_file: WriteFile
) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    rival = PACK.replace('code = "mood"', 'code = "rival"').replace('"mood-bad"', '"Workload"')
    with pytest.raises(ImportRejected) as caught:
        plan(any_stores, write_file("rival.toml", rival))
    assert {problem.column for problem in caught.value.problems} == {
        "item mood-today",
        "item Workload",
        "constructs.mood",
    }


def test_a_pack_cannot_call_itself_the_default_bank(
    any_stores: Stores, write_file: WriteFile
) -> None:
    path = write_file("mood.toml", PACK.replace('code = "mood"', 'code = "default"'))
    with pytest.raises(ImportRejected, match="'default' is the bank that comes with Pulse"):
        plan(any_stores, path)


def test_items_are_found_with_their_scale_and_construct_in_the_order_asked(
    any_stores: Stores, write_file: WriteFile
) -> None:
    put(any_stores, write_file("mood.toml", PACK))
    with any_stores.registry() as session:
        found = find_items(session, [BAD, ItemCode("morale")])
    assert list(found) == [BAD, "morale"]
    item, scale, construct = found[BAD]
    assert (item.reverse_keyed, scale.code, construct.name) == (True, "mood", "Mood")


def test_an_unknown_item_is_named_with_what_to_do(any_stores: Stores) -> None:
    with (
        any_stores.registry() as session,
        pytest.raises(UnknownItemError, match=r"'nonsense'; import the pack"),
    ):
        find_items(session, [ItemCode("morale"), ItemCode("nonsense")])


def test_a_plan_that_somebody_overtook_is_refused(
    any_stores: Stores, write_file: WriteFile
) -> None:
    early = plan(any_stores, write_file("mood.toml", PACK))
    put(any_stores, write_file("mood.toml", PACK.replace("How was today?", "Your day?")))
    with (
        pytest.raises(StateError, match="by somebody else meanwhile"),
        any_stores.registry() as session,
    ):
        apply_pack(session, early, day=DAY)
