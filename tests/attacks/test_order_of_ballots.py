"""No byte of any file of a box tells in which order ballots came; what does tell is caught."""

import random
import shutil
from pathlib import Path

import pytest

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot
from tests.attacks.ballot_order import (
    BOX,
    CERTAIN,
    CONTROLS,
    FillBox,
    all_bytes,
    best_clue,
    empty_folder,
    put_all,
    put_all_and_shut,
)
from tests.surveys.box_factories import ballot

STATES = pytest.mark.parametrize("fill", [put_all, put_all_and_shut], ids=["open", "shut"])
RESPONSES = pytest.mark.parametrize("response", [0.6, 1.0])


@STATES
@RESPONSES
@pytest.mark.parametrize("ballots", [12, 40])
def test_every_order_of_arrival_leaves_the_same_bytes_in_every_file(
    tmp_path: Path, ballots: int, response: float, fill: FillBox
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    first.mkdir()
    empty_folder(first, invited=round(ballots / response))
    shutil.copytree(first, second)
    bodies = [ballot(kind, number) for number in range(ballots) for kind in BallotKind]
    fill(first / BOX, bodies)
    random.Random(ballots).shuffle(bodies)
    fill(second / BOX, bodies)
    assert all_bytes(first) == all_bytes(second)
    assert set(all_bytes(first)) == {BOX, f"{BOX}-journal"}


@STATES
@RESPONSES
@pytest.mark.parametrize(("ballots", "rounds"), [(12, 6), (40, 3)])
def test_no_place_and_no_distance_tells_more_than_chance(
    ballots: int, rounds: int, response: float, fill: FillBox
) -> None:
    invited = round(ballots / response)
    found = best_clue(fill, ballots=ballots, invited=invited, rounds=rounds, seed=ballots)
    assert found.surprise < CERTAIN, found


@pytest.mark.parametrize("control", CONTROLS)
def test_the_same_attack_finds_the_order_where_it_is(control: str) -> None:
    found = best_clue(CONTROLS[control], ballots=40, invited=40, rounds=6, seed=1)
    assert found.surprise > CERTAIN, found
    assert abs(found.correlation) > 0.3


@pytest.mark.parametrize("kind", BallotKind)
def test_every_ballot_and_its_key_are_in_the_folder_once(tmp_path: Path, kind: BallotKind) -> None:
    path = empty_folder(tmp_path, invited=12)
    bodies = [ballot(kind, number) for number in range(12)]
    put_all_and_shut(path, bodies)
    everything = b"".join(all_bytes(tmp_path).values())
    assert [everything.count(body) for body in bodies] == [1] * 12
    assert [everything.count(Ballot.read(body).ballot_key) for body in bodies] == [1] * 12
