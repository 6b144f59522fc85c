"""Settings: the one place that reads the environment, typed and checked once at start.

Anonymity rules are never settings; they are the logged policy (surveys.policy).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"localhost", "127.0.0.1", "::1"})


class SettingsError(Exception):
    """A setting is missing or wrong; the message says which and what to write instead."""


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

    @classmethod
    def from_environ(cls, environ: Mapping[str, str]) -> Self:
        """Return the settings that `PULSE_…` variables and their defaults give.

        Raises:
            SettingsError: a value that cannot work.
        """
        home = Path(environ.get("PULSE_HOME", "pulse-data")).absolute()
        public_url = environ.get("PULSE_PUBLIC_URL", "http://127.0.0.1:8000").rstrip("/")
        address = urlsplit(public_url)
        if address.scheme not in {"http", "https"} or not address.hostname:
            raise SettingsError(
                f"PULSE_PUBLIC_URL is {public_url!r}; write a whole address such as "
                "https://pulse.example.org"
            )
        if address.scheme == "http" and address.hostname not in LOOPBACK_HOSTS:
            raise SettingsError(
                f"PULSE_PUBLIC_URL is {public_url!r}; anywhere but on this machine it must begin "
                "with https://"
            )
        return cls(
            home=home,
            registry_url=environ.get("PULSE_REGISTRY_URL", f"sqlite:///{home}/registry.sqlite"),
            office_url=environ.get("PULSE_OFFICE_URL", f"sqlite:///{home}/office.sqlite"),
            archive_url=environ.get("PULSE_ARCHIVE_URL", f"sqlite:///{home}/archive.sqlite"),
            keys=Path(environ.get("PULSE_KEYS", str(home / "keys"))).absolute(),
            organisation=environ.get("PULSE_ORGANISATION", "Your organisation"),
            public_url=public_url,
        )

    @property
    def is_https(self) -> bool:
        return self.public_url.startswith("https://")
