"""Passes: what is blind-signed for a person and later opens the box for one ballot of one kind."""

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from surveys.ballot_format import PREFIX_BYTES, BallotKind
from surveys.blind_rsa import BlindedMessage, PassPublicKey, blind, finalize

PROTOCOL = b"pulse/v1"


def pass_message(*, prefix: bytes, key_id: bytes, kind: BallotKind, ballot_key: bytes) -> bytes:
    """Return the prepared message of a pass: its random prefix first (RFC 9474, 5.1).

    Args:
        prefix: 32 random bytes.
        key_id: of the pass key, which fixes wave and reporting group.
        kind: of the ballot.
        ballot_key: the fresh public key of the ballot, an uncompressed P-256 point.
    """
    return prefix + PROTOCOL + key_id + bytes([kind.number]) + hashlib.sha256(ballot_key).digest()


def point_of(key: ec.EllipticCurvePublicKey) -> bytes:
    """Return the uncompressed point, 65 bytes."""
    return key.public_bytes(
        serialization.Encoding.X962, serialization.PublicFormat.UncompressedPoint
    )


@dataclass(frozen=True, slots=True)
class Pass:
    """A finished pass and the private key of its ballot; nobody but its holder has either."""

    key_id: bytes
    kind: BallotKind
    ballot_key: ec.EllipticCurvePrivateKey = field(repr=False)
    prefix: bytes
    signature: bytes


@dataclass(frozen=True, slots=True)
class PendingPass:
    """A pass whose blinded message is on its way to the signer."""

    public: PassPublicKey
    kind: BallotKind
    ballot_key: ec.EllipticCurvePrivateKey = field(repr=False)
    prefix: bytes
    message: bytes
    hidden: BlindedMessage = field(repr=False)

    @property
    def blinded(self) -> bytes:
        return self.hidden.blinded

    def finish(self, blind_signature: bytes) -> Pass:
        """Return the pass.

        Raises:
            UnblindingError: the signer did not sign what was sent.
        """
        signature = finalize(self.public, self.message, blind_signature, self.hidden.unblinder)
        return Pass(self.public.key_id, self.kind, self.ballot_key, self.prefix, signature)


def begin_pass(public: PassPublicKey, kind: BallotKind) -> PendingPass:
    """Make a fresh ballot key and blind the message that is to be signed."""
    ballot_key = ec.generate_private_key(ec.SECP256R1())
    prefix = secrets.token_bytes(PREFIX_BYTES)
    message = pass_message(
        prefix=prefix,
        key_id=public.key_id,
        kind=kind,
        ballot_key=point_of(ballot_key.public_key()),
    )
    return PendingPass(public, kind, ballot_key, prefix, message, blind(public, message))
