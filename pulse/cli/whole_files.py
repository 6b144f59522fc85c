"""Files and folders that appear whole or not at all, also where two commands write the same one."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

ANYBODY = 0o666
OWNER_ONLY = 0o600


@contextmanager
def whole_file(path: Path, *, mode: int = ANYBODY) -> Iterator[TextIO]:
    """Give a text file that takes the place of `path` once it was written without an error.

    Raises:
        OSError: the file cannot be written.
    """
    draft = _draft_of(path)
    try:
        with _new_text(draft, mode) as stream:
            yield stream
        draft.replace(path)
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)


@contextmanager
def whole_folder(path: Path) -> Iterator[Path]:
    """Give a folder, for its owner only, that becomes `path` once it was filled without an error.

    Raises:
        OSError: there is such a folder with something in it, or it cannot be written.
    """
    draft = _draft_of(path)
    draft.mkdir(mode=0o700)
    try:
        yield draft
        draft.rename(path)  # onto an empty folder at most, never onto a filled one
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def write_text(path: Path, text: str, *, mode: int = ANYBODY) -> None:
    """Write a new file; FileExistsError if there is one."""
    with _new_text(path, mode) as stream:
        stream.write(text)


@contextmanager
def _new_text(path: Path, mode: int) -> Iterator[TextIO]:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with open(descriptor, "w", encoding="utf-8", newline="") as stream:  # noqa: PTH123 - opened with a mode
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def _draft_of(path: Path) -> Path:
    return path.with_name(f".{path.name}.{secrets.token_hex(8)}.part")
