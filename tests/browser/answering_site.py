"""A served installation with an open wave, which notes every request as the server got it."""

import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from pulse.config import Settings
from pulse.installation import Installation
from pulse.startup import check_installation
from pulse.stores import Stores
from surveys.box_files import SLOT_TABLES, box_connection
from surveys.box_slots import EMPTY_ID
from tests.browser.conftest import serving
from tests.pulse.waves_made import box_of, opened_wave, secrets_of

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

    def ballots(self) -> tuple[int, ...]:
        """Return how many ballots of each kind lie in the box."""
        with box_connection(box_of(self.site, self.secrets[0])) as box:
            return tuple(
                sum(not slot.startswith(EMPTY_ID) for (slot,) in _slots(box, table))
                for table in SLOT_TABLES.values()
            )

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
    initialised: Path, home: Path, *, make_wave: MakeWave | None = None
) -> Iterator[AnsweringSite]:
    """Serve a copy of an initialised home with a wave in three languages.

    Args:
        initialised: the home that is copied.
        home: where to.
        make_wave: makes the wave and returns its code; an open one of `CITY` without it.
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
    wave = opened_wave(site, teams=CITY) if make_wave is None else make_wave(site)
    made = AnsweringSite(site, wave, list(secrets_of(site, wave)))
    with serving(settings, around=made.note) as made.address:
        yield made
    stores.close()


def _slots(box: object, table: str) -> Iterable[tuple[bytes]]:
    rows: Iterable[tuple[bytes]] = box.execute(f"SELECT slot FROM {table}")  # type: ignore[attr-defined]
    return rows
