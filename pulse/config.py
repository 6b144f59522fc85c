"""Settings: the one place that reads the environment, typed and checked once at start.

Anonymity rules are never settings; they are the logged policy (surveys.policy).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from pulse.answering_settings import (
    LOOPBACK_HOSTS,
    AnsweringSettings,
    SettingsError,
    answering_settings,
)

__all__ = ["LOOPBACK_HOSTS", "VARIABLES", "Settings", "SettingsError"]

VARIABLES = (
    "PULSE_HOME",
    "PULSE_KEYS",
    "PULSE_ORGANISATION",
    "PULSE_PUBLIC_URL",
    "PULSE_REGISTRY_URL",
    "PULSE_OFFICE_URL",
    "PULSE_ARCHIVE_URL",
    "PULSE_OPENING_KEYS",
    "PULSE_BOXES",
    "PULSE_BOX",
    "PULSE_BOX_PARTS",
    "PULSE_MAIL",
    "PULSE_MAIL_FROM",
    "PULSE_LANGUAGES",
    "PULSE_CONTACTS",
)
"""Every variable that Pulse reads; docs/operations/settings.md explains each."""

_LONGEST_ORGANISATION = 100
_POSTGRESQL = "postgresql+psycopg"


@dataclass(frozen=True, slots=True)
class Settings:
    """Where things lie and what the installation is called.

    `home` holds the default stores and keys. `registry_url`, `office_url` and `archive_url` are
    SQLAlchemy URLs. `public_url` is what people type: HTTPS unless its host is this machine.
    """

    home: Path
    registry_url: str
    office_url: str
    archive_url: str
    keys: Path
    organisation: str
    public_url: str
    answering: AnsweringSettings

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that `PULSE_…` variables and their defaults give.

        An empty variable counts as absent.

        Raises:
            SettingsError: a value that cannot work, or a `PULSE_…` variable that does not exist.
        """
        _refuse_unknown(environ)
        given = {name: environ[name].strip() for name in VARIABLES if environ.get(name, "").strip()}
        home = Path(given.get("PULSE_HOME", "pulse-data")).absolute()
        urls = {
            store: _store_url(f"PULSE_{store.upper()}_URL", given, home / f"{store}.sqlite")
            for store in ("registry", "office", "archive")
        }
        _refuse_shared_stores(urls)
        public_url = _public_url(given.get("PULSE_PUBLIC_URL", "http://127.0.0.1:8000"))
        return cls(
            home=home,
            registry_url=urls["registry"].render_as_string(hide_password=False),
            office_url=urls["office"].render_as_string(hide_password=False),
            archive_url=urls["archive"].render_as_string(hide_password=False),
            keys=Path(given.get("PULSE_KEYS", str(home / "keys"))).absolute(),
            organisation=_organisation(given.get("PULSE_ORGANISATION", "Your organisation")),
            public_url=public_url,
            answering=answering_settings(given, home, public_url=public_url),
        )

    @property
    def store_urls(self) -> Mapping[str, str]:
        """The three URLs by the name of their store."""
        return {
            "registry": self.registry_url,
            "office": self.office_url,
            "archive": self.archive_url,
        }

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")


def _refuse_unknown(environ: Mapping[str, str]) -> None:
    for name in sorted(environ):
        if name.startswith("PULSE_") and name not in VARIABLES:
            nearest = get_close_matches(name, VARIABLES, n=1, cutoff=0.0)[0]
            raise SettingsError(
                f"{name} is not a setting of Pulse. Did you mean {nearest}? Correct the name or "
                "remove it."
            )


def _organisation(name: str) -> str:
    if len(name) > _LONGEST_ORGANISATION or not name.isprintable():
        raise SettingsError(
            f"PULSE_ORGANISATION must be one line of at most {_LONGEST_ORGANISATION} letters."
        )
    return name


def _public_url(text: str) -> str:
    problem = f"PULSE_PUBLIC_URL is {text!r}; "
    try:
        address = urlsplit(text)
        port = address.port
    except ValueError as error:
        raise SettingsError(f"{problem}{error}. Write an address that a browser opens.") from error
    if address.scheme not in {"http", "https"} or not address.hostname or port == 0:
        raise SettingsError(f"{problem}write a whole address such as https://pulse.example.org")
    if address.path.strip("/") or address.query or address.fragment or address.username:
        raise SettingsError(
            f"{problem}Pulse needs a host name of its own: write nothing after the name and port."
        )
    if address.scheme == "http" and address.hostname not in LOOPBACK_HOSTS:
        raise SettingsError(f"{problem}anywhere but on this machine it must begin with https://")
    return text.rstrip("/")


def _store_url(variable: str, given: Mapping[str, str], default: Path) -> URL:
    """Return the URL with its driver. Messages never repeat it: it may hold a password."""
    if variable not in given:
        return URL.create("sqlite", database=str(default))
    try:
        url = make_url(given[variable])
    except (ArgumentError, ValueError) as error:
        raise SettingsError(
            f"{variable} is not the address of a database. Write sqlite:////folder/file.sqlite or "
            "postgresql://name:password@host/database"
        ) from error
    if url.drivername == "sqlite":
        return _sqlite_file(variable, url)
    if url.drivername in {"postgresql", _POSTGRESQL}:
        if not url.database:
            raise SettingsError(f"{variable} names no database. Add /database to its end.")
        return url.set(drivername=_POSTGRESQL)
    raise SettingsError(
        f"{variable} asks for {url.drivername}, which Pulse does not speak. Use sqlite or "
        "postgresql."
    )


def _sqlite_file(variable: str, url: URL) -> URL:
    if not url.database or url.database == ":memory:" or not Path(url.database).is_absolute():
        raise SettingsError(
            f"{variable} needs the whole path of a file, with four slashes: "
            "sqlite:////folder/file.sqlite"
        )
    return url


def _refuse_shared_stores(urls: Mapping[str, URL]) -> None:
    places: dict[tuple[object, ...], str] = {}
    for store, url in urls.items():
        socket = (url.query.get("host"), url.query.get("port"))
        place = (url.get_backend_name(), url.host, url.port, socket, url.database)
        if place in places:
            raise SettingsError(
                f"The {places[place]} and the {store} are set to one database. Each of "
                "PULSE_REGISTRY_URL, PULSE_OFFICE_URL and PULSE_ARCHIVE_URL needs its own, so "
                "that accounts never lie beside results."
            )
        places[place] = store
