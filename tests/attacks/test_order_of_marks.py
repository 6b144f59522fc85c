"""Who took a pass is known; in which order is not, and where it is (PostgreSQL) it leads nowhere."""

import random
import shutil
from pathlib import Path

import pytest

from tests.attacks.ballot_order import CERTAIN, all_bytes, correlation
from tests.attacks.mark_order import (
    Taken,
    best_mark_clue,
    hashes_of,
    registry_in,
    rows_when_issued,
    take_marks,
    taken_on_postgresql,
)
from tests.postgresql_server import PostgresqlServer


@pytest.mark.parametrize("issued", [12, 40])
def test_every_order_of_issuing_leaves_the_same_bytes_in_every_file(
    tmp_path: Path, issued: int
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    secrets = registry_in(first, invited=round(issued / 0.6))
    shutil.copytree(first, second)
    order = list(range(issued))
    take_marks(first, secrets, order)
    random.Random(issued).shuffle(order)
    take_marks(second, secrets, order)
    assert all_bytes(first) == all_bytes(second)


@pytest.mark.parametrize("response", [0.6, 1.0])
def test_no_place_of_a_mark_tells_more_than_chance(response: float) -> None:
    found = best_mark_clue(take_marks, issued=12, invited=round(12 / response), rounds=6, seed=1)
    assert found.surprise < CERTAIN, found


def test_the_same_attack_finds_rows_that_are_inserted_when_passes_are_issued() -> None:
    found = best_mark_clue(rows_when_issued, issued=40, invited=40, rounds=6, seed=1)
    assert found.surprise > CERTAIN, found


@pytest.fixture(scope="module")
def taken(postgresql_server: PostgresqlServer, tmp_path_factory: pytest.TempPathFactory) -> Taken:
    home = tmp_path_factory.mktemp("marks") / "home"
    return taken_on_postgresql(postgresql_server, home, people=12, seed=12)


@pytest.mark.postgresql
def test_postgresql_s_log_tells_the_order_of_marks_as_the_guides_say(taken: Taken) -> None:
    places = [taken.log.find(mark) for mark in taken.marks()]
    assert min(places) > 0
    assert correlation([float(place) for place in places]) == pytest.approx(1)


@pytest.mark.postgresql
def test_no_file_of_postgresql_holds_a_trace_of_a_ballot(taken: Taken) -> None:
    assert taken.matches() == []


@pytest.mark.postgresql
def test_the_same_search_finds_a_ballot_that_lies_there(taken: Taken) -> None:
    planted = Taken({"planted": b"before" + taken.ballots()[3] + b"after"}, taken.sent)
    assert planted.matches()


@pytest.mark.postgresql
def test_no_ballot_leads_to_the_mark_of_its_pass(taken: Taken) -> None:
    marks = set(taken.marks())
    for ballot in taken.ballots():
        assert not hashes_of(ballot) & marks
