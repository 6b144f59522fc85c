"""The sealed certificate of a release: read by the verifier each time, and then gone."""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from analysis import breakdown_protection, preparing, release_proof
from analysis.disclosure import verifier
from analysis.disclosure.accounts import Account, Decision, Method
from analysis.disclosure.attack import AttackReport
from analysis.disclosure.certificate import Certificates, certify
from analysis.disclosure.engine import Protected, protect
from analysis.disclosure.frequency_tables import FrequencyTable, TablePattern
from analysis.disclosure.rules import Rules
from analysis.disclosure.tree import Pattern, protect_tree
from analysis.errors import ReleaseRefused
from analysis.preparing import PreparedRelease, prepare_release
from analysis.release import Source
from analysis.release_documents import read_header
from analysis.tally import MonthTally
from surveys.policy import AnonymityPolicy, Breakdown
from tests.analysis.release_factories import (
    CONSTRUCTS,
    FIVE,
    SERVICE,
    divided_tally,
    make_release,
    make_tally,
    make_tree,
    service_release,
    spread_out,
    without_seal,
)
from tests.attacks.marker_sweep import opened_for_writing

ROLE = Breakdown("role", "Role family", ("Social work", "Support", "Office"))
TENURE = Breakdown("tenure", "Years here", ("Up to 2", "More"))
POLICY = AnonymityPolicy(threshold=5, breakdowns=(ROLE, TENURE), crossing_levels=(0,))
ONE = {"all": None}
NOTHING_FOUND = AttackReport({"guess": 1}, {"guess": 0}, ())
SMALL_OFFICE: Mapping[tuple[str, tuple[int, ...]], int] = {
    ("all", (0,)): 8,
    ("all", (1,)): 9,
    ("all", (2,)): 3,
}


def divided(people: Mapping[tuple[str, tuple[int, ...]], int], *by: Breakdown) -> MonthTally:
    return divided_tally({atom: spread_out(count) for atom, count in people.items()}, by)


def totals(**people: int) -> MonthTally:
    return make_tally({"morale_1": {unit: spread_out(count) for unit, count in people.items()}})


TALLIES: Mapping[str, Callable[[], MonthTally]] = {
    "unit totals": lambda: totals(all=0, north=8, south=12, west=3),
    "nothing to show": lambda: totals(all=0, north=1, south=2, west=1),
    "one breakdown": lambda: divided(
        {(unit, (role,)): 4 + 3 * role for unit in ("north", "south") for role in range(3)}, ROLE
    ),
    "two breakdowns, crossed": lambda: divided(
        {
            (unit, (role, tenure)): 3 + 2 * role + 4 * tenure
            for unit in ("north", "south", "west")
            for role in range(-1, 3)
            for tenure in range(2)
        },
        ROLE,
        TENURE,
    ),
}


@pytest.fixture
def sealed(monkeypatch: pytest.MonkeyPatch) -> list[Certificates]:
    """Every pair of certificates that is made."""
    made: list[Certificates] = []

    def overheard(*given: object) -> Certificates:
        made.append(certify(*given))  # type: ignore[arg-type] - handed on as they came
        return made[-1]

    monkeypatch.setattr(release_proof, "certify", overheard)
    return made


def seal_of(release: PreparedRelease) -> dict[str, str]:
    seal: dict[str, str] = json.loads(release.certificate)["sealed_certificate"]
    return seal


def prepared(tally: MonthTally) -> PreparedRelease:
    """Prepare a release as in production, with a random salt."""
    return prepare_release(
        tally, make_tree(SERVICE), POLICY, CONSTRUCTS, source=Source.IMPORTED, earlier_spread={}
    )


@pytest.mark.parametrize("tally", TALLIES.values(), ids=TALLIES)
def test_the_certificate_names_the_sealed_one_that_the_verifier_has_read(
    tally: Callable[[], MonthTally],
    sealed: list[Certificates],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    read: list[list[str]] = []

    def verify(*given: bytes) -> list[str]:
        read.append(list(real(*given)))
        return read[-1]

    real = verifier.verify
    monkeypatch.setattr(verifier, "verify", verify)
    release = prepared(tally())
    ((certificates,), (lines,)) = sealed, read
    assert [line.split(":")[0] for line in lines] == ["checked"] * 4 + ["not checked"]
    assert seal_of(release) == {
        "result": "verified: no combination of shown numbers depends on 1 to 4 people",
        "sha256": sha256(certificates.sealed.encode()).hexdigest(),
        "verifier_sha256": sha256(Path(verifier.__file__).read_bytes()).hexdigest(),
    }


@pytest.mark.parametrize("tally", TALLIES.values(), ids=TALLIES)
def test_what_is_proved_is_what_is_published(
    tally: Callable[[], MonthTally], sealed: list[Certificates]
) -> None:
    release = prepared(tally())
    ((stated, *blocks),) = [json.loads(each.public)["blocks"] for each in sealed]
    units = [unit.code for unit in make_tree(SERVICE)]
    assert {units[unit]: people for unit, _, people in stated["shown"]} == {
        cell.unit: cell.respondents for cell in release.cells if cell.respondents is not None
    }
    described = read_header(release.header).breakdowns.divided
    codes = [each.code for each in described]
    proved = {
        (units[unit], codes[place], category): people
        for place, block in enumerate(blocks)
        for unit, category, people in block["shown"]
    }
    assert proved == {
        (row.unit, row.breakdown, category): cell[0]
        for row in release.breakdown_cells
        for category, cell in enumerate(json.loads(row.cells))
        if cell is not None
    }


@pytest.mark.parametrize("tally", TALLIES.values(), ids=TALLIES)
def test_the_same_counts_again_differ_in_the_hash_of_the_sealed_certificate_alone(
    tally: Callable[[], MonthTally],
) -> None:
    one, two = prepared(tally()), prepared(tally())
    assert seal_of(one)["sha256"] != seal_of(two)["sha256"]
    assert without_seal(one) == without_seal(two)


def test_the_public_certificate_holds_neither_salt_nor_number_of_a_hidden_unit(
    sealed: list[Certificates],
) -> None:
    release = prepared(totals(all=0, north=123456, south=234567, west=3))
    (certificates,) = sealed
    written = json.loads(certificates.sealed)
    assert written["atoms"]["respondents"] == [123456, 234567, 3]
    assert written["salt"] not in release.certificate
    assert "123456" not in release.certificate
    assert "123459" in release.certificate  # north and west together, which are a residue


def test_no_file_is_written_while_a_release_is_proved(sealed: list[Certificates]) -> None:
    tallies = [tally() for tally in TALLIES.values()]
    with opened_for_writing() as opened:
        for tally in tallies:
            prepared(tally)
    assert len(sealed) == len(tallies)
    assert opened == []


def _one_cell_too_many(table: FrequencyTable, rules: Rules) -> Protected:
    """Show one more cell than the engine does, as if it had been decided like the others."""
    honest = protect(table, rules)
    flags = honest.pattern.shown[1].copy()
    large = table.cell_counts(table.blocks[1]) >= rules.smallest_group
    ((unit, category),) = np.argwhere(large & ~flags).tolist()
    flags[unit, category] = True
    pattern = TablePattern((honest.pattern.shown[0], flags))
    more = (*honest.account.decisions, Decision(1, unit, category, Method.FLOW))
    return Protected(pattern, Account(honest.account.engine, honest.account.blocks, more))


def _without_an_order(table: FrequencyTable, rules: Rules) -> Protected:
    honest = protect(table, rules)
    return Protected(honest.pattern, Account(honest.account.engine, honest.account.blocks, ()))


@pytest.mark.parametrize(
    ("engine", "is_divided"),
    [(protect, True), (_one_cell_too_many, False), (_without_an_order, False)],
)
def test_breakdowns_that_the_verifier_refutes_are_not_shown_though_no_attack_finds_anything(
    engine: Callable[[FrequencyTable, Rules], Protected],
    is_divided: bool,  # noqa: FBT001 - a parameter of the table above
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(breakdown_protection, "protect", engine)
    monkeypatch.setattr(breakdown_protection, "attack_before_release", lambda *_: NOTHING_FOUND)
    release = make_release(ONE, divided(SMALL_OFFICE, ROLE), POLICY)
    said = read_header(release.header).breakdowns
    assert said.asked == ("Role family",)
    assert bool(said.divided) is bool(release.breakdown_cells) is is_divided
    if not is_divided:
        plain = make_release(ONE, divided(SMALL_OFFICE, ROLE).by_unit(), POLICY)
        assert release.cells == plain.cells
        assert seal_of(release) == seal_of(plain)  # the unit totals are proved by themselves
        assert "guess" not in release.header + release.certificate


def test_where_the_search_for_one_mind_hides_all_groups_the_unit_totals_are_proved_alone(
    monkeypatch: pytest.MonkeyPatch, sealed: list[Certificates]
) -> None:
    def blind(*_: object) -> object:
        raise breakdown_protection.ControlSilentError("blind")

    monkeypatch.setattr("analysis.breakdown_coding.find_unanimous_cells", blind)
    release = make_release(ONE, divided(SMALL_OFFICE, ROLE), POLICY)
    of_groups, of_totals = sealed
    assert len(json.loads(of_groups.public)["blocks"]) == 2
    assert len(json.loads(of_totals.public)["blocks"]) == 1
    assert seal_of(release)["sha256"] == sha256(of_totals.sealed.encode()).hexdigest()


def test_unit_totals_that_the_verifier_refutes_are_refused_without_saying_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def careless(parents: list[int], own: list[int], rules: Rules) -> Pattern:
        honest = protect_tree(parents, own, rules)
        large = tuple(people >= rules.smallest_group for people in honest.respondents)
        return replace(honest, shown=large)

    monkeypatch.setattr(preparing, "attack_tree", lambda *_: NOTHING_FOUND)
    service_release()  # with the honest engine nothing is refused
    monkeypatch.setattr(preparing, "protect_tree", careless)
    with pytest.raises(ReleaseRefused, match=r"refuted the sealed certificate\.") as refused:
        service_release()
    assert not any(character.isdigit() for character in str(refused.value))
    assert refused.value.__cause__ is refused.value.__context__ is None


def test_colluders_are_in_what_the_certificate_says_of_its_proof() -> None:
    policy = AnonymityPolicy(threshold=FIVE.threshold, colluders=2)
    result = seal_of(make_release(SERVICE, totals(north=9, south=12), policy))["result"]
    assert result.endswith("depends on 1 to 6 people")
