"""The kinds of ballots and the exact size of every part, for box, browser and close alike.

A ballot is these parts one after the other, always the same length for its kind:

    key id 32, kind 1, ballot key 65, prefix 32, pass 256, sealed 65 + plain + 16, signature 64

The key id names the pass key (SHA-256 of its SubjectPublicKeyInfo). The ballot key is a fresh P-256
point (uncompressed), the pass is the unblinded RSA signature over `surveys.passes.pass_message`,
and the signature (ECDSA with SHA-256, r and s) covers everything before it.
"""

from enum import StrEnum

KEY_ID_BYTES = 32
POINT_BYTES = 65
PREFIX_BYTES = 32
PASS_BYTES = 256
TAG_BYTES = 16
SIGNATURE_BYTES = 64
HEAD_BYTES = KEY_ID_BYTES + 1 + POINT_BYTES + PREFIX_BYTES + PASS_BYTES
LONGEST_COMMENT = 500  # characters; a character takes up to four bytes


class BallotKind(StrEnum):
    """What a ballot holds. Everybody sends one of each kind, an empty comment too."""

    SCORES = "scores"
    COMMENT = "comment"

    @property
    def number(self) -> int:
        """The byte that stands for the kind in a ballot, in a pass and in what seals it."""
        return 1 if self is BallotKind.SCORES else 2

    @property
    def plain_bytes(self) -> int:
        """Length of what is sealed, padded with zeros."""
        return 64 if self is BallotKind.SCORES else 2048

    @property
    def sealed_bytes(self) -> int:
        return POINT_BYTES + self.plain_bytes + TAG_BYTES

    @property
    def ballot_bytes(self) -> int:
        return HEAD_BYTES + self.sealed_bytes + SIGNATURE_BYTES
