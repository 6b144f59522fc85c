"""The secret in an invitation: worked out when a message needs it, stored only as a hash.

A secret has 16 characters of the alphabet A-Z and 2-7 (RFC 4648): 15 carry 75 bits of an HMAC over
the invitation's id, the last one checks them. Link and typed code are the same 16 characters.

The check character: with the values 0 to 31 of the 15 characters, each is multiplied, in the field
of 32 elements (polynomials over two elements modulo x^5 + x^2 + 1), by x to the power of its place
counted from 1, and all are added (exclusive or). Its value is the character. As the 15 factors and
1 all differ and none is 0, every single wrong character and every swap of two changes it.
"""

import hashlib
import hmac
import re
from uuid import UUID

from surveys.errors import SurveyError

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
SECRET_CHARACTERS = 16
INVITATION_KEY_BYTES = 32
_BITS = 5
_FIELD = 0b100101  # x^5 + x^2 + 1
_LABEL = b"pulse/v1 invitation"
_MEANT = str.maketrans({"0": "O", "1": "I", "8": "B"})  # digits that the alphabet does not have


class MistypedCodeError(SurveyError):
    """What was typed cannot be a code; the message says what to look at."""


def secret_of(invitation_key: bytes, invitation_id: UUID) -> str:
    """Return the secret of one invitation; the same key and id always give the same."""
    digest = hmac.new(invitation_key, _LABEL + invitation_id.bytes, hashlib.sha256).digest()
    number = int.from_bytes(digest[:10], "big") >> _BITS  # the first 75 of 80 bits
    values = [number >> _BITS * place & 31 for place in reversed(range(SECRET_CHARACTERS - 1))]
    return "".join(ALPHABET[value] for value in (*values, _check_value(values)))


def hash_of(secret: str) -> bytes:
    """Return what the registry keeps of a secret: SHA-256 of its 16 characters."""
    return hashlib.sha256(secret.encode()).digest()


def tidy_secret(typed: str) -> str:
    """Return the 16 characters that somebody typed: any case, with or without spaces and dashes.

    0, 1 and 8 do not occur in a code; they are read as O, I and B.

    Raises:
        MistypedCodeError: it has another length, a foreign character, or does not check.
    """
    text = re.sub(r"[\s\-–.]", "", typed).upper().translate(_MEANT)
    if len(text) != SECRET_CHARACTERS:
        raise MistypedCodeError(
            f"The code has {SECRET_CHARACTERS} characters; this one has {len(text)}. "
            "Look at it once more."
        )
    values = [ALPHABET.find(character) for character in text]
    if min(values) < 0 or _check_value(values[:-1]) != values[-1]:
        raise MistypedCodeError(
            "One of the characters is not right. Compare the code with your message once more."
        )
    return text


def grouped(secret: str) -> str:
    """Return the secret in four groups of four, as people read and type it."""
    return "-".join(secret[start : start + 4] for start in range(0, SECRET_CHARACTERS, 4))


def link_of(public_url: str, secret: str) -> str:
    """Return the link of an invitation. Browsers keep what follows # to themselves."""
    return f"{public_url}/p#{secret}"


def _check_value(values: list[int]) -> int:
    check = 0
    for value in reversed(values):  # Horner: the first character is multiplied once
        check = _times_x(check ^ value)
    return check


def _times_x(value: int) -> int:
    value <<= 1
    return value ^ _FIELD if value >> _BITS else value
