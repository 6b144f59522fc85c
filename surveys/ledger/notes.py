"""Signed notes and checkpoints: short texts that anybody can check with a public key.

Source: C2SP signed-note and C2SP tlog-checkpoint. A note is a text, an empty line, and one line
`— name base64(key id and signature)` per signature.
"""

import base64
from dataclasses import dataclass
from typing import Self

from surveys.errors import SurveyError
from surveys.ledger.signing import KEY_ID_BYTES, LogPublicKey, LogSigner

_SEPARATOR = "\n\n"
_SIGNATURE_MARK = "\N{EM DASH} "
_ROOT_BYTES = 32
_CHECKPOINT_LINES = 3


class NoteError(SurveyError):
    """A text is not a note that the given key signed, or not a checkpoint."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log was at one moment: its name, how many entries it had, and their Merkle root."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        return f"{self.origin}\n{self.size}\n{base64.b64encode(self.root).decode()}\n"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the checkpoint of a note's text; further lines (extensions) are passed over.

        Raises:
            NoteError: the text has another shape.
        """
        lines = text.split("\n")
        if len(lines) <= _CHECKPOINT_LINES or lines[-1]:
            raise NoteError("a checkpoint has a name, a size and a root, each on a line of its own")
        origin, size, root = lines[:_CHECKPOINT_LINES]
        if not size.isascii() or not size.isdigit() or (size.startswith("0") and size != "0"):
            raise NoteError(f"the checkpoint's size {size!r} is not a number of entries")
        root_bytes = _decoded(root)
        if not origin or len(root_bytes) != _ROOT_BYTES:
            raise NoteError("the checkpoint's name or root is not as it should be")
        return cls(origin, int(size), root_bytes)


def sign_note(text: str, signer: LogSigner) -> str:
    """Return the note of a text, which must end its last line and hold no empty one at the end."""
    key = signer.public_key
    signature = base64.b64encode(key.key_id + signer.sign(text.encode())).decode()
    return f"{text}\n{_SIGNATURE_MARK}{key.origin} {signature}\n"


def open_note(note: str, public_key: LogPublicKey) -> str:
    """Return the note's text if this key signed it; signatures by other keys are passed over.

    Raises:
        NoteError: the note has another shape, or this key did not sign it.
    """
    text, separator, signatures = note.rpartition(_SEPARATOR)
    if not separator or not signatures.endswith("\n"):
        raise NoteError("this is not a signed note: it has no text followed by signatures")
    text += "\n"
    for line in signatures[:-1].split("\n"):
        name, _, encoded = line.removeprefix(_SIGNATURE_MARK).partition(" ")
        if not line.startswith(_SIGNATURE_MARK) or not name or not encoded:
            raise NoteError("this is not a signed note: a signature line has another shape")
        signature = _decoded(encoded)
        key_id, proof = signature[:KEY_ID_BYTES], signature[KEY_ID_BYTES:]
        if (
            name == public_key.origin
            and key_id == public_key.key_id
            and public_key.has_signed(text.encode(), proof)
        ):
            return text
    raise NoteError(f"the key {public_key.origin} did not sign this note")


def open_checkpoint(note: str, public_key: LogPublicKey) -> Checkpoint:
    """Return the checkpoint that this key signed.

    Raises:
        NoteError: the note is not a checkpoint of this log, or this key did not sign it.
    """
    checkpoint = Checkpoint.parse(open_note(note, public_key))
    if checkpoint.origin != public_key.origin:
        raise NoteError(f"the checkpoint is of another log, {checkpoint.origin}")
    return checkpoint


def _decoded(text: str) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except ValueError as error:  # also what base64 raises for letters beyond ASCII
        raise NoteError("a part that should be base64 is not") from error
