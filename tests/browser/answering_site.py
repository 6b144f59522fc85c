"""A served installation with an open wave, which notes every request as the server got it."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest

from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.preparing import keys_of
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.box import shut_box
from surveys.custody import read_key
from surveys.opening import OpenedAnswers, all_ballot_ids, open_answers
from surveys.preparing_waves import pass_key_tree
from surveys.sealing import OpeningKey
from surveys.waves import descriptor_of
from tests.browser.conftest import serving
from tests.pulse.waves_made import box_of, opened_wave, prepared_wave, secrets_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

LANGUAGES = "en,en-XA,ar-XB"
CITY: Mapping[str, int] = {"A": 40, "B": 40}
"""People per team: more than the tests of a module need, where each takes part once."""

MakeWave = Callable[[Installation], str]


@dataclass(frozen=True, slots=True)
class Asked:
    """One request: its address as it stood in the request line, and its headers."""

    method: str
    address: str
    headers: Mapping[str, str]

    @property
    def is_of_answering(self) -> bool:
        return self.address.startswith(("/p", "/box"))


@dataclass(frozen=True, slots=True)
class InTheBox:
    """What each ballot says, and the ids of the ballots of both kinds."""

    answers: list[tuple[int, ...]]
    ids: tuple[str, ...]


@dataclass
class AnsweringSite:
    """`asked` grows with every request that the server gets."""

    site: Installation
    wave: str
    secrets: list[str]
    asked: list[Asked] = field(default_factory=list)
    address: str = ""

    def fresh(self) -> str:
        """Return a secret that no test has used yet."""
        return self.secrets.pop()

    def link(self, secret: str) -> str:
        return f"{self.address}/p#{secret}"

    def in_the_box(self) -> "InTheBox":
        """Open a copy of the box as the close would."""
        code = self.wave
        with self.site.stores.registry() as registry:
            descriptor = descriptor_of(registry, code)
            leaves = pass_key_tree(registry, code).leaves
        key = OpeningKey.from_pem(read_key(keys_of(self.site, code).opening))
        with TemporaryDirectory() as folder:
            copy = Path(folder) / "copy.box"
            shutil.copyfile(box_of(self.site, self.secrets[0]), copy)
            shut_box(copy)
            opened = [
                each.choices
                for each in open_answers([copy], descriptor, leaves, key)
                if isinstance(each, OpenedAnswers)
            ]
            return InTheBox(opened, all_ballot_ids([copy]))

    def note(self, inner: "WSGIApplication") -> "WSGIApplication":
        """Put a layer around the application that notes what is asked."""

        def application(
            environ: "WSGIEnvironment", start_response: "StartResponse"
        ) -> Iterable[bytes]:
            headers = {
                name.removeprefix("HTTP_"): value
                for name, value in environ.items()
                if name.startswith("HTTP_")
            }
            self.asked.append(Asked(environ["REQUEST_METHOD"], environ["RAW_URI"], headers))
            return inner(environ, start_response)

        return application


@contextmanager
def answering_site(
    initialised: Path, home: Path, *, make_wave: MakeWave
) -> Iterator[AnsweringSite]:
    """Serve a copy of an initialised home with a wave in three languages.

    Args:
        initialised: the home that is copied.
        home: where to.
        make_wave: makes the wave and returns its code.
    """
    shutil.copytree(initialised, home)
    settings = Settings.from_environ(
        {
            "PULSE_HOME": str(home),
            "PULSE_ORGANISATION": "Eastmoor Children's Services",
            "PULSE_LANGUAGES": LANGUAGES,
        }
    )
    stores = Stores.of(settings)
    site = Installation(settings, stores, check_installation(settings, stores))
    wave = make_wave(site)
    made = AnsweringSite(site, wave, list(secrets_of(site, wave)))
    with serving(settings, around=made.note) as made.address:
        yield made
    stores.close()


@pytest.fixture(scope="module")
def city(
    initialised_home: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[AnsweringSite]:
    """A city with an open wave, which the tests of this file share."""
    home = tmp_path_factory.mktemp("city") / "home"
    with answering_site(initialised_home, home, make_wave=partial(opened_wave, teams=CITY)) as made:
        yield made


@pytest.fixture
def town(
    initialised_home: Path,
    tmp_path: Path,
    quick_keys: None,  # noqa: ARG001 - by name
) -> Iterator[AnsweringSite]:
    """A small place of its own for each test, with an open wave."""
    with answering_site(initialised_home, tmp_path / "home", make_wave=opened_wave) as made:
        yield made


@pytest.fixture
def town_before(
    initialised_home: Path,
    tmp_path: Path,
    quick_keys: None,  # noqa: ARG001 - by name
) -> Iterator[AnsweringSite]:
    """The same with a wave that is prepared and not yet open."""
    with answering_site(initialised_home, tmp_path / "home", make_wave=prepared_wave) as made:
        yield made
