"""Whatever people bring and whatever goes wrong, none of it is written down near an answer."""

import base64
import json
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from pulse.installation import Installation
from pulse.logs import ALLOWED_FIELDS
from pulse.respond.app import create_answering_app
from surveys.ballot_format import BallotKind
from tests.attacks.marker_sweep import BEFORE_THE_PASS, Swept, leaks, sweep
from tests.attacks.phones import new_site


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("swept")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Installation]:
    with new_site(folder / "home") as made:
        yield made


@pytest.fixture(scope="module")
def swept(site: Installation, folder: Path) -> Swept:
    """Ten people have taken part, two of them through every error."""
    temporary = folder / "temporary"
    temporary.mkdir()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(temporary))
        return sweep(site, 5, temporary=temporary)


def test_nothing_that_people_bring_is_written_anywhere(swept: Swept) -> None:
    assert len(swept.people) == 10
    assert leaks(swept) == []


def test_no_file_outside_the_home_is_opened_for_writing(swept: Swept, folder: Path) -> None:
    paths = {path.removeprefix("file://") for path in swept.opened}
    assert any(path.endswith("registry.sqlite") for path in paths)
    assert {path for path in paths if not path.startswith(str(folder / "home"))} == set()


def test_an_error_is_noted_by_its_kind_and_place_and_never_by_what_was_asked(swept: Swept) -> None:
    lines = swept.said.splitlines()
    notes = [json.loads(line) for line in lines if line.startswith("{")]
    assert len(notes) > 50
    assert set().union(*notes) <= ALLOWED_FIELDS
    assert {note["page"] for note in notes} <= {
        "pulse.respond",
        *(route.split(" ")[1].removeprefix("/p") for route in BEFORE_THE_PASS),
    }
    # The box is no Flask: what it does not know reaches its server, which names the kind alone.
    assert {line for line in lines if not line.startswith("{")} == {
        f"A request failed with {kind}; it was not kept."
        for kind in ("RuntimeError", "OperationalError", "OSError")
    }


def test_an_error_page_says_that_it_cannot_be_done_and_nothing_else(swept: Swept) -> None:
    pages = {each for each in swept.replies if each.startswith("5")}
    assert pages == {"500: this cannot be done here.\n", "503: try again in a minute.\n"}


def test_errors_were_forced_on_every_address_of_the_answering_zone(site: Installation) -> None:
    app = create_answering_app(site.settings, site.stores)
    routes = {
        f"{method} /p{rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert routes == set(BEFORE_THE_PASS)


PLANTS: dict[str, Callable[[Swept], bytes]] = {
    "access.log": lambda swept: f'{swept.people[3].trail["REMOTE_ADDR"]} - "GET /p"'.encode(),
    "agents.txt": lambda swept: swept.people[3].trail["User-Agent"].upper().encode(),
    "error.log": lambda swept: f"secret={swept.people[3].secret.lower()}".encode(),
    "packed": lambda swept: base64.b64encode(f"x: {swept.people[3].secret}.".encode()),
    "answers.json": lambda swept: json.dumps({"a": list(swept.people[3].answers)}).encode(),
    "wave.box": lambda swept: swept.people[3].roster[1].encode(),
    "registry.sqlite-wal": lambda swept: swept.sent[3].ballots[BallotKind.SCORES][500:700],
    "archive.sqlite": lambda swept: swept.people[3].invitation,
    "registry.sqlite": lambda swept: swept.sent[3].signatures[BallotKind.COMMENT],
}


@pytest.mark.parametrize("name", PLANTS)
def test_the_sweep_finds_what_is_planted(swept: Swept, name: str) -> None:
    planted = {**swept.written, name: b"before" + PLANTS[name](swept) + b"after"}
    found = leaks(replace(swept, written=planted))
    assert found
    assert all(each.startswith(name) for each in found)
