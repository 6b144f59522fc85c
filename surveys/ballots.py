"""Ballots: making one, reading one, checking one, and what the sealed part says.

The layout is in `surveys.ballot_format`. A refusal names the rule that was broken and nothing of
the ballot.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

from surveys.ballot_format import (
    KEY_ID_BYTES,
    LONGEST_COMMENT,
    PASS_BYTES,
    POINT_BYTES,
    PREFIX_BYTES,
    SIGNATURE_BYTES,
    BallotKind,
)
from surveys.blind_rsa import PassPublicKey
from surveys.errors import SurveyError
from surveys.passes import Pass, pass_message, point_of
from surveys.sealing import UnreadableBallotError, seal, seal_info

_VERSION = 1
_CURVE = ec.SECP256R1()
_SHA256 = ec.ECDSA(hashes.SHA256())
_HALF = SIGNATURE_BYTES // 2
_KINDS = {kind.number: kind for kind in BallotKind}


class BallotRefused(SurveyError):  # noqa: N818 - a refusal is an answer, not a fault
    """The box does not take a ballot; `rule` says which rule it broke, in words."""

    def __init__(self, rule: str) -> None:
        super().__init__(rule)
        self.rule = rule


@dataclass(frozen=True, slots=True)
class Ballot:
    """A ballot in its parts, as `Ballot.read` found them; nothing is checked but sizes and kind."""

    key_id: bytes
    kind: BallotKind
    ballot_key: bytes
    prefix: bytes
    signature: bytes
    sealed: bytes
    ballot_signature: bytes

    @classmethod
    def read(cls, body: bytes) -> Self:
        """Return the ballot of the bytes.

        Raises:
            BallotRefused: there is no such kind, or the length is not exactly the kind's.
        """
        kind = _KINDS.get(body[KEY_ID_BYTES]) if len(body) > KEY_ID_BYTES else None
        if kind is None or len(body) != kind.ballot_bytes:
            raise BallotRefused("a ballot has exactly the size of its kind")
        parts = []
        start = 0
        for length in (
            KEY_ID_BYTES, 1, POINT_BYTES, PREFIX_BYTES, PASS_BYTES, kind.sealed_bytes,
            SIGNATURE_BYTES,
        ):  # fmt: skip
            parts.append(body[start : start + length])
            start += length
        key_id, _kind, ballot_key, prefix, signature, sealed, ballot_signature = parts
        return cls(key_id, kind, ballot_key, prefix, signature, sealed, ballot_signature)

    @property
    def id(self) -> bytes:
        """SHA-256 of the ballot key: what the published list and a receipt show."""
        return hashlib.sha256(self.ballot_key).digest()

    @property
    def signed_part(self) -> bytes:
        """Everything before the ballot's own signature."""
        return b"".join(
            (
                self.key_id,
                bytes([self.kind.number]),
                self.ballot_key,
                self.prefix,
                self.signature,
                self.sealed,
            )
        )

    @property
    def body(self) -> bytes:
        return self.signed_part + self.ballot_signature


def make_ballot(
    a_pass: Pass, plain: bytes, *, opening_point: bytes, descriptor_sha256: str
) -> bytes:
    """Seal what is said, sign it with the ballot's key and return the bytes for the box.

    Args:
        a_pass: a finished pass; it fixes the kind.
        plain: from `encode_answers` or `encode_comment`.
        opening_point: the wave's public opening key.
        descriptor_sha256: hexadecimal.
    """
    kind = a_pass.kind
    if len(plain) != kind.plain_bytes:
        raise ValueError(f"what is sealed in a {kind} ballot has {kind.plain_bytes} bytes")
    sealed = seal(opening_point, plain, info=seal_info(descriptor_sha256, kind))
    ballot_key = point_of(a_pass.ballot_key.public_key())
    unsigned = Ballot(
        a_pass.key_id, kind, ballot_key, a_pass.prefix, a_pass.signature, sealed, b""
    ).signed_part
    r, s = decode_dss_signature(a_pass.ballot_key.sign(unsigned, _SHA256))
    return unsigned + r.to_bytes(_HALF, "big") + s.to_bytes(_HALF, "big")


def check_ballot(ballot: Ballot, public: PassPublicKey) -> None:
    """Check a ballot's pass and its own signature; `public` is the key that its key id names.

    Raises:
        BallotRefused: the pass or the signature is not what it must be.
    """
    message = pass_message(
        prefix=ballot.prefix,
        key_id=ballot.key_id,
        kind=ballot.kind,
        ballot_key=ballot.ballot_key,
    )
    if ballot.key_id != public.key_id or not public.verify(message, ballot.signature):
        raise BallotRefused("the pass was not signed for this wave, group and kind")
    r = int.from_bytes(ballot.ballot_signature[:_HALF], "big")
    s = int.from_bytes(ballot.ballot_signature[_HALF:], "big")
    try:
        key = ec.EllipticCurvePublicKey.from_encoded_point(_CURVE, ballot.ballot_key)
        key.verify(encode_dss_signature(r, s), ballot.signed_part, _SHA256)
    except (InvalidSignature, ValueError) as error:
        raise BallotRefused("the ballot was not signed by its own key") from error


def encode_answers(choices: Sequence[int]) -> bytes:
    """Return what is sealed: for each question 0 for skipped, else the option's number from 1.

    The questions are the descriptor's items, then its breakdowns.
    """
    plain = bytes([_VERSION, len(choices), *choices])
    return plain.ljust(BallotKind.SCORES.plain_bytes, b"\0")


def decode_answers(plain: bytes, options_per_item: Sequence[int]) -> tuple[int, ...]:
    """Return the choices in the order of the descriptor's items and then its breakdowns.

    Raises:
        UnreadableBallotError: another version, another number of items, an option that the item
            does not have, or anything behind the answers.
    """
    items = len(options_per_item)
    choices = tuple(plain[2 : 2 + items])
    if (
        len(plain) != BallotKind.SCORES.plain_bytes
        or plain[:2] != bytes([_VERSION, items])
        or any(choice > most for choice, most in zip(choices, options_per_item, strict=True))
        or any(plain[2 + items :])
    ):
        raise UnreadableBallotError("A ballot holds something else than answers.")
    return choices


def encode_comment(text: str) -> bytes:
    """Return what is sealed in a comment ballot; "" for no comment.

    Raises:
        ValueError: the comment is longer than 500 characters.
    """
    if len(text) > LONGEST_COMMENT:
        raise ValueError(f"a comment has at most {LONGEST_COMMENT} characters")
    written = text.encode()
    plain = bytes([_VERSION]) + len(written).to_bytes(2, "big") + written
    return plain.ljust(BallotKind.COMMENT.plain_bytes, b"\0")


def decode_comment(plain: bytes) -> str:
    """Return the comment.

    Raises:
        UnreadableBallotError: another version, a wrong length, or bytes that are no text.
    """
    unreadable = UnreadableBallotError("A ballot holds something else than a comment.")
    length = int.from_bytes(plain[1:3], "big")
    if (
        len(plain) != BallotKind.COMMENT.plain_bytes
        or plain[0] != _VERSION
        or any(plain[3 + length :])
    ):
        raise unreadable
    try:
        text = plain[3 : 3 + length].decode()
    except UnicodeDecodeError as error:
        raise unreadable from error
    if len(text) > LONGEST_COMMENT:
        raise unreadable
    return text
