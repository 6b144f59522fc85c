"""The log's key: who signs checkpoints, and how anybody checks that.

Source: RFC 8032 (Ed25519); names and key ids as in C2SP signed-note.
"""

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from surveys.errors import SurveyError

KEY_ID_BYTES = 4
_ED25519 = b"\x01"  # the signature type of C2SP signed-note
_PUBLIC_KEY_BYTES = 32
_PARTS = 3


class KeyTextError(SurveyError):
    """A text is not a public key of a log."""


@dataclass(frozen=True, slots=True)
class LogPublicKey:
    """What an auditor keeps: the log's name and the 32 bytes of its Ed25519 public key."""

    origin: str
    raw: bytes

    @property
    def key_id(self) -> bytes:
        """Four bytes that tell apart keys of one name; not a secret and not a proof."""
        named = self.origin.encode() + b"\n" + _ED25519 + self.raw
        return hashlib.sha256(named).digest()[:KEY_ID_BYTES]

    @property
    def text(self) -> str:
        """The key on one line, `name+id+key`, as C2SP signed-note writes verifier keys."""
        key = base64.b64encode(_ED25519 + self.raw).decode()
        return f"{self.origin}+{self.key_id.hex()}+{key}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the key of a line that `text` made.

        Raises:
            KeyTextError: the line has another shape, or its id does not match its key.
        """
        parts = text.strip().split("+", maxsplit=_PARTS - 1)
        try:
            key = base64.b64decode(parts[-1], validate=True)
        except ValueError as error:
            raise KeyTextError(
                "this is not the public key of a log: it is cut or changed"
            ) from error
        if len(parts) != _PARTS or key[:1] != _ED25519 or len(key) != 1 + _PUBLIC_KEY_BYTES:
            raise KeyTextError("this is not the public key of a log: write name+id+key on one line")
        public_key = cls(parts[0], key[1:])
        if public_key.key_id.hex() != parts[1]:
            raise KeyTextError("this public key is damaged: its id does not match")
        return public_key

    def has_signed(self, message: bytes, signature: bytes) -> bool:
        try:
            Ed25519PublicKey.from_public_bytes(self.raw).verify(signature, message)
        except InvalidSignature:
            return False
        return True


@dataclass(frozen=True, slots=True)
class LogSigner:
    """The private key that signs checkpoints; its name is made from its public half.

    A name made from the key stays right when the organisation or its address is renamed.
    """

    _private: Ed25519PrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        return cls(Ed25519PrivateKey.generate())

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key that `as_pem` wrote.

        Raises:
            KeyTextError: this is not an unencrypted Ed25519 private key.
        """
        try:
            private = load_pem_private_key(pem, password=None)
        except (ValueError, TypeError, UnsupportedAlgorithm) as error:
            raise KeyTextError(
                "this is not a private key of a log: it is cut or changed"
            ) from error
        if not isinstance(private, Ed25519PrivateKey):
            raise KeyTextError("this private key is not an Ed25519 key")
        return cls(private)

    def as_pem(self) -> bytes:
        return self._private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())

    @property
    def public_key(self) -> LogPublicKey:
        raw = self._private.public_key().public_bytes_raw()
        return LogPublicKey(f"pulse-log/{hashlib.sha256(raw).hexdigest()[:16]}", raw)

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)
