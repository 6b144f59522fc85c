"""Files between the upload and the word that they are right: private, and not for long.

They lie under the installation's own home, never in the system's shared folder, and are overwritten
when they are stored, thrown away, or an hour old.
"""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import IO

from flask import request
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.formparser import FormDataParser

KEPT = timedelta(hours=1)
STAFF_LISTS, WORKFORCE_FIGURES = "people", "workforce"
"""The kinds of uploads; each begins the names of its folders."""
LARGEST_UPLOAD_BYTES = 8 * 1024 * 1024  # room for 50,000 people and a mapping
_TOKEN = re.compile(r"[0-9a-f]{32}")


class InMemoryParser(FormDataParser):
    """Keeps uploads in memory: what they hold never reaches the system's shared folder."""

    def parse(
        self,
        stream: IO[bytes],
        mimetype: str,
        content_length: int | None,
        options: dict[str, str] | None = None,
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        self.stream_factory = _memory
        return super().parse(stream, mimetype, content_length, options)


def make_room_for_a_file() -> None:
    """Let the present request bring a large file, and keep it in memory.

    It has to be called before anybody reads the form, the CSRF check among them.
    """
    request.max_content_length = LARGEST_UPLOAD_BYTES
    request.form_data_parser_class = InMemoryParser


def _memory(
    total_content_length: int | None,  # noqa: ARG001 - the four that the parser gives by name
    content_type: str | None,  # noqa: ARG001 - as above
    filename: str | None,  # noqa: ARG001 - as above
    content_length: int | None = None,  # noqa: ARG001 - as above
) -> IO[bytes]:
    return BytesIO()


@dataclass(frozen=True, slots=True)
class Shelf:
    """Where the uploads of one kind lie; `kind` begins the names of their folders."""

    home: Path
    kind: str

    def keep(self, files: Mapping[str, bytes]) -> str:
        """Keep the files of one import and return the name by which they are found again."""
        token = secrets.token_hex(16)
        folder = self._folder(token)
        folder.mkdir(mode=0o700, parents=True)
        for name, content in files.items():
            path = folder / name
            path.touch(mode=0o600)
            path.write_bytes(content)
        return token

    def find(self, token: str) -> Path | None:
        """Return the folder kept under the name, None if it is gone or never was."""
        folder = self._folder(token)
        return folder if _TOKEN.fullmatch(token) and folder.is_dir() else None

    def drop(self, token: str) -> None:
        """Overwrite and delete the files kept under the name, if they are there."""
        folder = self.find(token)
        if folder is not None:
            _erase(folder)

    def sweep(self, *, now: datetime) -> None:
        """Delete everything that was kept for longer than an hour."""
        oldest = (now - KEPT).timestamp()
        for folder in (self.home / "tmp").glob(f"{self.kind}-*"):
            if folder.stat().st_mtime < oldest:
                _erase(folder)

    def _folder(self, token: str) -> Path:
        return self.home / "tmp" / f"{self.kind}-{token}"


def sweep_all(home: Path, *, now: datetime) -> None:
    """Delete every upload that was kept for longer than an hour."""
    for kind in (STAFF_LISTS, WORKFORCE_FIGURES):
        Shelf(home, kind).sweep(now=now)


def _erase(folder: Path) -> None:
    for file in sorted(folder.iterdir()):
        with file.open("r+b") as stream:
            stream.write(bytes(file.stat().st_size))
        file.unlink()
    folder.rmdir()
