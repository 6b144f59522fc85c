"""From counts to a protected release."""

import json
from collections.abc import Mapping, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis import preparing
from analysis.disclosure import unanimity
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.tree import Pattern
from analysis.errors import ReleaseRefused
from analysis.figure_text import CellFigures
from analysis.preparing import PreparedRelease
from analysis.release import CodedNumber, Published, Reason, SpreadBasis, Suppressed
from surveys.instruments import ConstructCode, ItemCode
from surveys.policy import AnonymityPolicy
from tests.analysis.release_factories import (
    FIVE,
    SERVICE,
    make_item,
    make_release,
    make_scale,
    make_tally,
    service_release,
    spread_out,
    without_seal,
)

MORALE_1 = ItemCode("morale_1")


def people_shown(release: PreparedRelease) -> dict[str, int]:
    return {c.unit: c.respondents for c in release.cells if c.respondents is not None}


def morale(people: Mapping[str, int]) -> dict[str, dict[str, list[int]]]:
    return {"morale_1": {unit: spread_out(count) for unit, count in people.items()}}


def certificate(release: PreparedRelease) -> dict[str, object]:
    document: dict[str, object] = json.loads(release.certificate)
    return document


def test_a_small_team_is_hidden_with_enough_beside_it() -> None:
    assert people_shown(service_release()) == {"all": 23, "south": 12}


def test_people_who_belong_to_an_inner_unit_count_in_it_and_above() -> None:
    tally = make_tally(morale({"all": 6, "north": 8, "south": 12, "west": 0}))
    assert people_shown(make_release(SERVICE, tally)) == {"all": 26, "north": 8, "south": 12}


def test_two_small_siblings_are_both_hidden_and_count_together_above() -> None:
    tally = make_tally(morale({"north": 3, "south": 4}))
    parents = {"all": None, "north": "all", "south": "all"}
    assert people_shown(make_release(parents, tally)) == {"all": 7}


def test_an_organisation_of_one_person_shows_nothing() -> None:
    release = make_release({"all": None}, make_tally(morale({"all": 1})))
    assert people_shown(release) == {}
    assert certificate(release)["residues"] == []


def test_an_organisation_of_one_level_shows_itself() -> None:
    release = make_release({"all": None}, make_tally(morale({"all": 40})))
    assert people_shown(release) == {"all": 40}


def test_nine_levels_show_down_to_the_last_that_is_large_enough() -> None:
    parents = {f"level{n}": f"level{n - 1}" if n else None for n in range(9)}
    people = {f"level{n}": 5 if n < 8 else 3 for n in range(9)}
    shown = people_shown(make_release(parents, make_tally(morale(people))))
    assert shown == {f"level{n}": 5 * (8 - n) + 3 for n in range(8)}


def test_a_month_in_which_nobody_answered_hides_everything() -> None:
    release = make_release(SERVICE, make_tally(morale(dict.fromkeys(SERVICE, 0))))
    assert people_shown(release) == {}
    assert len(release.cells) == len(SERVICE)


def test_empty_small_and_neighbouring_units_look_the_same() -> None:
    tally = make_tally(morale({"north": 8, "south": 12, "west": 3}))
    parents = {**SERVICE, "east": "all"}
    hidden = [c for c in make_release(parents, tally).cells if c.respondents is None]
    assert {cell.unit for cell in hidden} == {"north", "west", "east"}
    assert {cell.figures for cell in hidden} == {None}


def test_whether_a_unit_is_empty_or_small_changes_nothing_but_totals() -> None:
    # the same total, once with nobody and once with somebody in the hidden west
    south = spread_out(12)
    none_in_west = {"all": [1, 1, 1, 1, 1, 0], "south": south, "west": [0] * 6}
    some_in_west = {"all": [1, 1, 0, 0, 0, 0], "south": south, "west": [0, 0, 1, 1, 1, 0]}
    one, two = (
        make_release(SERVICE, make_tally({"morale_1": units}))
        for units in (none_in_west, some_in_west)
    )
    assert without_seal(one).sha256 == without_seal(two).sha256


def test_a_question_that_nobody_answered_says_so_and_nothing_else() -> None:
    answers = {
        "morale_1": {"all": spread_out(12)},
        "asked_in_vain": {"all": [0, 0, 0, 0, 0, 12]},
    }
    (cell,) = make_release({"all": None}, make_tally(answers)).cells
    figures = CellFigures(12, cell.figures or "")
    assert figures[ItemCode("asked_in_vain")] == Suppressed(Reason.TOO_FEW_FOR_ITEM)
    assert isinstance(figures[MORALE_1], Published)


def test_a_unanimous_team_shows_only_that_most_agree() -> None:
    tally = make_tally({"morale_1": {"all": [0, 0, 0, 0, 10, 0]}})
    (cell,) = make_release({"all": None}, tally).cells
    assert cell.figures == '{"morale_1":["48+","10-","10-","90+"]}'


TEAM, REST = [0, 2, 2, 1, 0, 0], [0, 0, 0, 0, 5, 0]
PAIR = {"service": None, "team": "service"}


def test_an_item_that_proves_what_a_group_answered_is_withheld_everywhere() -> None:
    answers = {
        "morale_1": {"service": REST, "team": TEAM},
        "harmless": {"service": [1, 1, 1, 1, 1, 0], "team": TEAM},
    }
    release = make_release(PAIR, make_tally(answers))
    assert [item.code for item in release.items] == ["harmless"]
    assert certificate(release)["withheld_items"] == ["morale_1"]
    assert all(set(CellFigures(1, c.figures or "{}")) <= {"harmless"} for c in release.cells)


def test_coarser_steps_for_all_cells_come_before_withholding() -> None:
    # three people in the low band of the service and of the team prove that the rest gave none
    team, rest = [3, 0, 0, 3, 0, 0], [0, 0, 0, 6, 0, 0]
    answers = {"morale_1": {"service": rest, "team": team}}
    release = make_release(PAIR, make_tally(answers))
    assert certificate(release)["shares_in_coarse_steps"] is True
    assert certificate(release)["withheld_items"] == []


def test_the_certificate_is_made_of_published_figures() -> None:
    document = certificate(service_release())
    assert document["residues"] == [
        {"unit": "all", "minus": ["south"], "respondents": 11},
        {"unit": "south", "minus": [], "respondents": 12},
    ]
    assert document["units"] == 4
    assert document["units_shown"] == 2
    attack = document["self_attack"]
    assert isinstance(attack, dict)
    assert set(attack["found"].values()) == {0}
    assert "They were not anonymous at their source." in str(document["notes"])


def test_a_release_carries_everything_a_screen_says_about_an_item() -> None:
    (item,) = service_release().items
    assert item.construct_name == "Morale"
    assert item.ask_lower == "What made it harder?"
    assert item.band_names == ("low", "middle", "high")
    assert (item.within_sd, item.within_sd_basis) == (1.0, SpreadBasis.QUARTER_OF_RANGE)


def test_k_and_the_colluders_decide_together() -> None:
    policy = AnonymityPolicy(threshold=5, colluders=5)
    tally = make_tally(morale({"north": 9, "south": 14, "west": 0}))
    release = make_release(SERVICE, tally, policy)
    assert people_shown(release) == {"all": 23}
    assert release.threshold == 10


def test_an_atom_outside_the_tree_is_refused() -> None:
    with pytest.raises(ReleaseRefused, match="Import the unit tree"):
        make_release({"all": None}, make_tally(morale({"elsewhere": 9})))


def test_an_item_without_a_construct_is_refused() -> None:
    items = {"morale_1": make_item(construct=ConstructCode("unheard_of"))}
    with pytest.raises(ReleaseRefused, match="unheard_of"):
        make_release({"all": None}, make_tally(morale({"all": 9}), items=items))


def test_a_pattern_that_leaves_a_small_group_is_refused_and_the_refusal_holds_no_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def shows_everything(
        _parents: Sequence[int], _counts: Sequence[int], _rules: object
    ) -> Pattern:
        return Pattern((True,) * 4, (23, 8, 12, 3), 0)

    monkeypatch.setattr(preparing, "protect_tree", shows_everything)
    with pytest.raises(ReleaseRefused) as refusal:
        service_release()
    assert not any(character.isdigit() for character in str(refusal.value))


def test_an_engine_that_miscounts_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    miscounted = Pattern((True, False, False, False), (22, 8, 12, 3), 0)
    monkeypatch.setattr(preparing, "protect_tree", lambda *_: miscounted)
    with pytest.raises(ReleaseRefused, match="disagree"):
        service_release()


def test_an_attack_that_finds_something_refuses_the_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = AttackReport({"guess": 1}, {"guess": 1}, ())
    monkeypatch.setattr(preparing, "attack_tree", lambda *_: report)
    with pytest.raises(ReleaseRefused, match="smaller than k"):
        service_release()


def test_a_blind_attack_refuses_the_release(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("analysis.disclosure.attack._ATTACKS", {"blind": lambda *_: (1, 0)})
    with pytest.raises(ReleaseRefused, match="planted"):
        service_release()


def test_a_blind_search_for_groups_of_one_mind_refuses_the_release(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        unanimity, "_search", lambda *_: unanimity.UnanimityReport(tried=1, found=(0,))
    )
    with pytest.raises(ReleaseRefused, match="one mind"):
        service_release()


def test_options_show_from_thirty_respondents_with_the_unscored_ones() -> None:
    scale = make_scale(unscored=("prefer not to say",))
    tally = make_tally({"morale_1": {"all": [6, 6, 6, 6, 6, 6, 4]}}, scale=scale)
    (cell,) = make_release({"all": None}, tally).cells
    figure = CellFigures(40, cell.figures or "")[MORALE_1]
    assert isinstance(figure, Published)
    assert figure.options == (CodedNumber(15.0),) * 6


@st.composite
def organisations(draw: st.DrawFn) -> tuple[dict[str, str | None], dict[str, dict[str, list[int]]]]:
    size = draw(st.integers(1, 12))
    parents: dict[str, str | None] = {"u0": None}
    for unit in range(1, size):
        parents[f"u{unit}"] = f"u{draw(st.integers(0, unit - 1))}"
    answer = st.lists(st.integers(0, 4), min_size=6, max_size=6)
    first = {unit: draw(answer) for unit in parents}
    second = {unit: [0, 0, 0, sum(c) - c[5], 0, c[5]] for unit, c in first.items()}
    return parents, {"one": first, "two": second}


@given(organisations())
@settings(max_examples=150, deadline=None)
def test_every_release_obeys_k_whatever_the_organisation(
    organisation: tuple[dict[str, str | None], dict[str, dict[str, list[int]]]],
) -> None:
    parents, answers = organisation
    release = make_release(parents, make_tally(answers))
    assert all(people >= FIVE.threshold for people in people_shown(release).values())
    residues = certificate(release)["residues"]
    assert isinstance(residues, list)
    assert all(r["respondents"] == 0 or r["respondents"] >= FIVE.threshold for r in residues)
    assert len(release.cells) == len(parents)
    attack = certificate(release)["self_attack"]
    assert isinstance(attack, dict)
    assert set(attack["found"].values()) == {0}


@given(organisations(), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_the_order_of_units_and_atoms_changes_no_byte(
    organisation: tuple[dict[str, str | None], dict[str, dict[str, list[int]]]],
    random: object,
) -> None:
    parents, answers = organisation
    shuffle = random.shuffle  # type: ignore[attr-defined] # Hypothesis hands out a Random
    atoms = list(parents)
    shuffle(atoms)
    turned = {item: {atom: answers[item][atom] for atom in atoms} for item in answers}
    plain = make_release(parents, make_tally(answers))
    other = make_release(dict(reversed(list(parents.items()))), make_tally(turned))
    assert plain == other
    assert plain.sha256 == other.sha256


def test_questions_stay_in_the_order_in_which_they_were_asked() -> None:
    answers = {"zeal": {"a": [0, 0, 9, 0, 0, 0]}, "calm": {"a": [0, 4, 0, 5, 0, 0]}}
    release = make_release({"a": None}, make_tally(answers))
    assert [item.code for item in release.items] == ["zeal", "calm"]
