"""The default bank: what every month asks, what rotates, and that each question is whole."""

from collections import Counter

from surveys.library_bank import default_instrument
from surveys.policy import AnonymityPolicy


def test_five_anchors_are_asked_every_month() -> None:
    anchors = [item.code for item in default_instrument().items if not item.rotation]
    assert anchors == ["morale", "workload", "fair-after-mistake", "practise-safely", "staying"]


def test_thirteen_items_rotate_in_four_sets() -> None:
    sets = Counter(item.rotation for item in default_instrument().items if item.rotation)
    assert sets == {"A": 3, "B": 3, "C": 4, "D": 3}


def test_each_set_fills_the_places_beside_the_anchors() -> None:
    items = default_instrument().items
    free = AnonymityPolicy().most_questions - sum(not item.rotation for item in items)
    sets = Counter(item.rotation for item in items if item.rotation)
    assert all(size >= free for size in sets.values())


def test_each_set_stands_for_one_theme() -> None:
    themes = {(item.rotation, item.construct) for item in default_instrument().items}
    assert {theme for rotation, theme in themes if rotation} == {
        "blame-and-safety",
        "load-and-support",
        "learning-and-leadership",
        "belonging",
    }
    assert len([1 for rotation, _theme in themes if rotation]) == 4


def test_the_two_questions_where_agreeing_is_bad_news_are_reverse_keyed() -> None:
    turned = [item.code for item in default_instrument().items if item.reverse_keyed]
    assert turned == ["held-against-me", "entered-twice"]


def test_who_would_rather_not_say_how_long_they_stay_is_not_scored() -> None:
    staying = default_instrument().scales["staying"]
    assert len(staying.labels) == 4
    assert staying.unscored == ("I prefer not to say",)


def test_every_item_says_that_it_is_ours_and_not_yet_validated() -> None:
    for item in default_instrument().items:
        assert item.licence == "CC BY 4.0"
        assert "Not yet validated: pilot first" in item.source


def test_every_construct_is_used_and_has_two_questions_to_ask_in_person() -> None:
    bank = default_instrument()
    assert {item.construct for item in bank.items} == set(bank.constructs)
    for construct in bank.constructs.values():
        assert construct.ask_lower.endswith("?")
        assert construct.ask_higher.endswith("?")
        assert construct.ask_lower != construct.ask_higher


def test_names_of_measures_are_short_enough_for_tabs() -> None:
    names = [construct.name for construct in default_instrument().constructs.values()]
    assert names[:5] == ["Morale", "Workload", "Fair treatment", "Safe practice", "Staying"]
    assert all(len(name) <= 23 for name in names)
