"""The stand-alone verifier accepts what is safe and proved, and nothing that was tampered with."""

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from analysis.disclosure import verifier
from analysis.disclosure.certificate import Certificates
from analysis.disclosure.frequency_tables import TOTALS, Block, FrequencyTable
from analysis.disclosure.witnesses import Witness
from tests.analysis.disclosure.brute_force import Cell, cells_of, is_safe, pattern_of
from tests.analysis.disclosure.certified_tables import (
    changed,
    make_certificates,
    witnesses_of,
)
from tests.analysis.disclosure.small_tables import make_table, random_pattern, random_table

TOTAL, FIRST, SECOND = 0, 1, 2
Json = dict[str, Any]

# Two teams with two roles and two tenures, six people in each combination.
EVERYBODY = [(unit, (role, tenure), 6) for unit in (1, 2) for role in (0, 1) for tenure in (0, 1)]
TEAMS = make_table([-1, 0, 0], EVERYBODY, (2, 2))
SHOWN = [Cell(0, 0, 0), Cell(0, 1, 0), Cell(0, 2, 0), Cell(1, 1, 0), Cell(2, 1, 0)]
PROOFS = [*[()] * 4, witnesses_of(TEAMS, SHOWN[:4], SHOWN[4])]

# The second role is the total less the first one, when the second tenure is shown already.
FOLLOWING = [Cell(0, 0, 0), Cell(2, 0, 0), Cell(1, 0, 0), Cell(1, 0, 1)]
FOLLOWING_PROOFS = [(), (), witnesses_of(TEAMS, FOLLOWING[:2], FOLLOWING[2]), ()]
SUM = [(FOLLOWING[0], 1), (FOLLOWING[2], -1)]


def make_proved(
    table: FrequencyTable = TEAMS,
    order: Sequence[Cell] = SHOWN,
    proofs: Sequence[Sequence[Witness]] = PROOFS,
) -> Certificates:
    return make_certificates(table, order, proofs=proofs)


def verdict(public: str, sealed: str | None = None) -> str:
    """Return the last line that the verifier finds, or why it refuses."""
    try:
        lines = list(verifier.verify(public.encode(), None if sealed is None else sealed.encode()))
    except verifier.Refuted as error:
        return f"FAILED: {error}"
    return lines[-1]


def accepts(certificates: Certificates) -> bool:
    return not verdict(certificates.public, certificates.sealed).startswith("FAILED")


def rebound(public: str, sealed: str) -> tuple[str, str]:
    """Let two certificates name each other again, as somebody would who forges both."""
    statement = json.loads(public)
    del statement["sealed_sha256"]
    text = changed(json.dumps(statement))
    sealed = changed(sealed, statement_sha256=hashlib.sha256(text.encode()).hexdigest())
    return changed(text, sealed_sha256=hashlib.sha256(sealed.encode()).hexdigest()), sealed


# What is safe and proved


def test_what_is_safe_and_proved_is_accepted() -> None:
    made = make_proved()
    lines = list(verifier.verify(made.public.encode(), made.sealed.encode()))
    assert "5 shown cells" in lines[0]
    assert "checked: 4 cells hold by cuts, 1 more each by its own proof" in lines
    assert lines[-1].startswith("not checked: whether the numbers are the true ones")


def test_the_public_certificate_alone_is_checked_as_far_as_it_goes() -> None:
    *_, sealed, never = verifier.verify(make_proved().public.encode())
    assert sealed.startswith("not checked: combinations that need the numbers of atoms")
    assert never.startswith("not checked: ")


def test_no_cell_at_all_is_safe() -> None:
    empty = make_table([-1], [], ())
    assert accepts(make_proved(empty, [], []))


@pytest.mark.parametrize("seed", range(60))
def test_with_one_demographic_it_accepts_exactly_the_safe_patterns(seed: int) -> None:
    random = np.random.default_rng(seed)
    table = random_table(random, units=5, categories=(2 + seed % 2,))
    pattern = random_pattern(random, table, 5)
    assert accepts(make_certificates(table, cells_of(pattern))) == is_safe(table, pattern, 5)


@pytest.mark.parametrize("seed", range(60))
def test_with_two_demographics_witnesses_prove_exactly_the_safe_patterns(seed: int) -> None:
    random = np.random.default_rng(1000 + seed)
    blocks = (TOTALS, Block((0,)), Block((1,)), Block((1, 0), frozenset({0})))[: 3 + seed % 2]
    table = random_table(random, units=3, categories=(2, 2), blocks=blocks, most=9)
    order: list[Cell] = []
    proofs: list[list[Witness]] = []
    cells = cells_of(random_pattern(random, table, 3, share=0.4))
    for cell in [cells[place] for place in random.permutation(len(cells))]:
        found = witnesses_of(table, order, cell)
        if found:  # else it follows from cells shown already
            order.append(cell)
            proofs.append(found)
    made = make_certificates(table, order, k=3, proofs=proofs)
    assert accepts(made) == is_safe(table, pattern_of(table, order), 3)


def test_the_random_patterns_are_both_safe_and_unsafe() -> None:
    safe = set()
    for seed in range(1000, 1060):
        random = np.random.default_rng(seed)
        table = random_table(random, units=3, categories=(2, 2), most=9)
        safe.add(is_safe(table, random_pattern(random, table, 3, share=0.4), 3))
    assert safe == {True, False}


def test_a_cell_that_follows_from_others_needs_no_witness() -> None:
    made = make_certificates(TEAMS, FOLLOWING, proofs=FOLLOWING_PROOFS, sums={FOLLOWING[3]: SUM})
    assert witnesses_of(TEAMS, FOLLOWING[:3], FOLLOWING[3]) == []
    assert accepts(made)


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ([*SUM, (FOLLOWING[1], 1)], "is not the sum that it is said to be"),
        ([(FOLLOWING[0], 1)], "is not the sum that it is said to be"),
        ([(FOLLOWING[3], 1)], "is said to follow from a cell not yet shown"),
        ([(FOLLOWING[0], 0.5), (FOLLOWING[0], 0.5), (FOLLOWING[2], -1)], "another form"),
        ([], "fewer than k people meet the witnesses"),
    ],
)
def test_a_cell_has_to_be_the_sum_that_it_is_said_to_be(
    wrong: list[tuple[Cell, int]], reason: str
) -> None:
    made = make_certificates(TEAMS, FOLLOWING, proofs=FOLLOWING_PROOFS, sums={FOLLOWING[3]: wrong})
    assert reason in verdict(made.public, made.sealed)


@pytest.mark.parametrize("weight", [4, 5])
def test_a_chain_of_heavy_groups_is_parted_at_its_lightest_link(weight: int) -> None:
    graph: dict[int, dict[int, int]] = {}
    for node in range(300):
        people = weight if node == 150 else 9
        graph.setdefault(node, {})[node + 1] = people
        graph.setdefault(node + 1, {})[node] = people
    assert verifier.light_cut(graph, 5) == (4 if weight == 4 else None)


@pytest.mark.parametrize("seed", range(40))
def test_a_light_cut_is_found_wherever_a_set_of_nodes_has_one(seed: int) -> None:
    random = np.random.default_rng(seed)
    weights = np.triu(random.integers(0, 4, (7, 7)) * (random.random((7, 7)) < 0.8), 1)
    weights += weights.T
    graph = {
        one: {far: int(people) for far, people in enumerate(row) if people}
        for one, row in enumerate(weights)
        if row.any()
    }
    sides = [[bool(chosen >> node & 1) for node in range(7)] for chosen in range(1, 64)]
    cuts = [int(weights[np.ix_(side, np.logical_not(side))].sum()) for side in sides]
    assert (verifier.light_cut(graph, 6) is None) == all(cut == 0 or cut >= 6 for cut in cuts)


# What was tampered with, or is not safe: one test for each check


@dataclass(frozen=True)
class Forged:
    """Both certificates, to be changed."""

    public: Json
    sealed: Json


def add_people(forged: Forged) -> None:
    forged.sealed["atoms"]["respondents"][0] += 1


def claim_more(forged: Forged) -> None:
    forged.public["blocks"][1]["shown"][0][2] += 1


def forget_a_residue(forged: Forged) -> None:
    forged.public["residues"].pop()


def report_a_leak(forged: Forged) -> None:
    forged.public["attack"]["found"]["subtract"] = 1


def report_no_attack(forged: Forged) -> None:
    forged.public["attack"] = {"tried": {}, "found": {}, "not_searched": []}


def report_an_attack_without_result(forged: Forged) -> None:
    forged.public["attack"]["found"] = {}


def drop_the_salt(forged: Forged) -> None:
    forged.sealed["salt"] = "00"


def leave_out_a_step(forged: Forged) -> None:
    forged.sealed["order"].pop()


def take_the_witnesses_away(forged: Forged) -> None:
    forged.sealed["order"][-1][1] = {}


def bend_a_witness(forged: Forged) -> None:
    forged.sealed["order"][-1][1]["witnesses"][0][1][0] += 1


def hide_a_witness_in_a_fraction(forged: Forged) -> None:
    forged.sealed["order"][-1][1]["witnesses"][0][1][0] += 0.0


def name_a_unit_that_is_not(forged: Forged) -> None:
    forged.sealed["atoms"]["units"][0] = 3


def list_cells_in_another_order(forged: Forged) -> None:
    forged.public["blocks"][0]["shown"].reverse()


def list_a_cell_twice(forged: Forged) -> None:
    forged.public["blocks"][0]["shown"].append(forged.public["blocks"][0]["shown"][-1])


def show_at_a_depth_not_allowed(forged: Forged) -> None:
    forged.public["blocks"][1]["levels"] = [0]


def turn_the_tree_round(forged: Forged) -> None:
    forged.public["parents"] = [1, 0, 0]


def lower_the_threshold(forged: Forged) -> None:
    forged.public["rules"]["threshold"] = 0


def name_another_format(forged: Forged) -> None:
    forged.public["format"] = "pulse public disclosure certificate 2"


TAMPERED: list[tuple[Callable[[Forged], None], str]] = [
    (add_people, "holds other people than published"),
    (claim_more, "holds other people than published"),
    (forget_a_residue, "the residues listed are not those"),
    (report_a_leak, "the self-attack that is reported"),
    (report_no_attack, "the self-attack that is reported"),
    (report_an_attack_without_result, "the self-attack that is reported"),
    (drop_the_salt, "has no salt"),
    (leave_out_a_step, "the order does not name each shown cell once"),
    (take_the_witnesses_away, "fewer than k people meet the witnesses"),
    (bend_a_witness, "proves nothing"),
    (hide_a_witness_in_a_fraction, "is not a whole number"),
    (name_a_unit_that_is_not, "another form"),
    (list_cells_in_another_order, "not listed once, by block, unit and category"),
    (list_a_cell_twice, "not listed once, by block, unit and category"),
    (show_at_a_depth_not_allowed, "at a depth where its block is not shown"),
    (turn_the_tree_round, "is not a whole number within its bounds"),
    (lower_the_threshold, "is not a whole number within its bounds"),
    (name_another_format, "another format"),
]


@pytest.mark.parametrize(("tamper", "reason"), TAMPERED)
def test_what_was_tampered_with_is_refused(tamper: Callable[[Forged], None], reason: str) -> None:
    made = make_proved()
    forged = Forged(json.loads(made.public), json.loads(made.sealed))
    tamper(forged)
    fix_residues(forged.public)
    found = verdict(*rebound(json.dumps(forged.public), json.dumps(forged.sealed)))
    assert found.startswith("FAILED: ")
    assert reason in found


def fix_residues(public: Json) -> None:
    """Let the residue listed for a cell whose number was changed follow it, as a forger would."""
    shown = {
        (place, unit, category): people
        for place, block in enumerate(public["blocks"])
        for unit, category, people in block["shown"]
    }
    for residue in public["residues"]:
        if residue[0]:  # the cells of breakdowns in these tables hold no other cells
            residue[3] = shown[tuple(residue[:3])]


@pytest.mark.parametrize("which", ["public", "sealed"])
def test_a_changed_certificate_no_longer_fits_the_other(which: str) -> None:
    made = make_proved()
    public, sealed = made.public, made.sealed
    if which == "public":
        public = changed(public, engine="another/1")
    else:
        sealed = changed(sealed, warning="")
    assert "do not belong together" in verdict(public, sealed)


def test_a_shown_cell_below_k_is_refused() -> None:
    table = make_table([-1], [(0, (), 4)], ())
    assert "is shown with 4 people" in verdict(make_certificates(table, [Cell(0, 0, 0)]).public)


def test_a_residue_below_k_is_refused_by_published_figures_alone() -> None:
    table = make_table([-1, 0, 0], [(1, (), 9), (2, (), 4)], ())
    made = make_certificates(table, [Cell(0, 0, 0), Cell(0, 1, 0)])
    assert "'unit 0' (block 0, category 0) less block 0 leaves 4" in verdict(made.public)


def test_a_category_left_over_below_k_is_refused_by_published_figures_alone() -> None:
    table = make_table([-1, 0], [(1, (0,), 9), (1, (1,), 3)])
    made = make_certificates(table, [Cell(TOTAL, 0, 0), Cell(FIRST, 1, 0)])
    assert "less block 1 leaves 3" in verdict(made.public)


def test_a_category_less_its_crossings_is_checked_too() -> None:
    blocks = (TOTALS, Block((1,)), Block((0, 1)))
    table = make_table([-1], [(0, (0, 1), 9), (0, (1, 1), 3)], (2, 2), blocks)
    made = make_certificates(table, [Cell(1, 0, 1), Cell(2, 0, 1)])
    assert "less block 2 leaves 3" in verdict(made.public)


def test_those_who_skipped_are_found_by_cuts_of_the_sealed_numbers() -> None:
    # Role 0 of team 1 less its people in no team below: nothing nested is small, yet a cut is.
    table = make_table([-1, 0, 0], [(1, (0,), 6), (1, (1,), 6), (2, (0,), 2), (2, (1,), 6)])
    order = [Cell(TOTAL, 1, 0), Cell(FIRST, 0, 0)]
    assert accepts(make_certificates(table, order))
    signed = make_table([-1, 0, 0], [(1, (0,), 6), (1, (1,), 2), (2, (0,), 2), (2, (1,), 6)])
    made = make_certificates(signed, order)
    assert not verdict(made.public).startswith("FAILED")
    assert "tell about a group of 4 people" in verdict(made.public, made.sealed)


def test_two_breakdowns_that_are_safe_alone_are_refused_together() -> None:
    table = make_table([-1], [(0, (0, 0), 8), (0, (0, 1), 1), (0, (1, 1), 8)], (2, 2))
    order = [Cell(TOTAL, 0, 0), Cell(FIRST, 0, 0), Cell(SECOND, 0, 0)]
    for alone in order[1:]:
        assert accepts(make_certificates(table, [order[0], alone]))
    proofs = [(), (), witnesses_of(table, order[:2], order[2])]
    made = make_proved(table, order, proofs)
    assert "fewer than k people meet the witnesses" in verdict(made.public, made.sealed)


def test_a_witness_may_not_lean_on_an_atom_without_respondents() -> None:
    table = make_table(
        [-1], [*[(0, (r, t), 9) for r in (0, 1) for t in (0, 1)], (0, (0, -1), 0)], (2, 2)
    )
    order = [Cell(FIRST, 0, 0), Cell(SECOND, 0, 0)]
    made = make_proved(table, order, [(), [Witness((2, 4), (1, 1))]])
    assert "another form" in verdict(made.public, made.sealed)


def test_a_name_that_stands_twice_is_refused() -> None:
    public = make_proved().public.replace('"parents":', '"parents":[-1],"parents":')
    assert "a name stands twice in one object" in verdict(public)


def test_what_is_no_json_is_refused() -> None:
    assert verdict("{").startswith("FAILED: a certificate has another form")
    assert verdict("[" * 100_000).startswith("FAILED: a certificate has another form")
