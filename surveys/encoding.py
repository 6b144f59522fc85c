"""Bytes as text for phones: base64url without padding (RFC 4648, section 5)."""

import base64
import binascii


def base64url(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """Return the bytes of a text that `base64url` made.

    Raises:
        ValueError: the text holds a character that is not of the alphabet.
    """
    padded = text + "=" * (-len(text) % 4)
    try:
        return base64.b64decode(padded, altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("this is not base64url") from error
