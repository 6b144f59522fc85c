"""Sealing ballots so that only the closing process can open them (RFC 9180, base mode).

DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM: older phones lack X25519. What binds a sealed
ballot to its wave and kind is the `info` text.
"""

from dataclasses import dataclass, field
from typing import Self

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from surveys.ballot_format import BallotKind
from surveys.errors import SurveyError
from surveys.passes import point_of

_SUITE = Suite(KEM.P256, KDF.HKDF_SHA256, AEAD.AES_128_GCM)
_CURVE = ec.SECP256R1()


class UnreadableBallotError(SurveyError):
    """A sealed ballot does not open, or holds something else than answers. It says nothing else."""


def seal_info(descriptor_sha256: str, kind: BallotKind) -> bytes:
    """Return what a sealed ballot is bound to: its wave's descriptor (hexadecimal) and its kind."""
    return bytes.fromhex(descriptor_sha256) + bytes([kind.number])


def seal(public_point: bytes, plain: bytes, *, info: bytes) -> bytes:
    """Return the encapsulated key (65 bytes) and the ciphertext with its tag.

    Raises:
        ValueError: the point is not one of the curve.
    """
    return _SUITE.encrypt(
        plain, ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, public_point), info=info
    )


@dataclass(frozen=True, slots=True)
class OpeningKey:
    """The private key of a wave; only the closing process reads it."""

    _key: ec.EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def generate(cls) -> Self:
        return cls(ec.generate_private_key(_CURVE))

    @classmethod
    def from_pem(cls, pem: bytes) -> Self:
        """Return the key of a file.

        Raises:
            ValueError: it holds no P-256 key.
        """
        key = serialization.load_pem_private_key(pem, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey) or key.curve.name != _CURVE.name:
            raise ValueError("the file holds no opening key")
        return cls(key)

    def as_pem(self) -> bytes:
        return self._key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )

    @property
    def public_point(self) -> bytes:
        return point_of(self._key.public_key())

    def open(self, sealed: bytes, *, info: bytes) -> bytes:
        """Return what was sealed.

        Raises:
            UnreadableBallotError: it was sealed for another key, wave or kind, or altered.
        """
        try:
            return _SUITE.decrypt(sealed, self._key, info=info)
        except (InvalidTag, ValueError) as error:
            raise UnreadableBallotError("A ballot does not open.") from error
