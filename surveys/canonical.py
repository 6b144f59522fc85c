"""One way to write a value as text, so that equal values always have equal hashes."""

import hashlib
import json
from collections.abc import Mapping


def canonical_json(value: object) -> str:
    """Return the value as JSON: keys sorted by code point, no spaces, no escapes but needed ones.

    Tuples are written as lists. The text is always valid UTF-8.

    Raises:
        ValueError: the value holds NaN, an infinity, a key that is not text, half a surrogate
            pair, or a type that JSON does not have.
    """
    _refuse_other_keys(value)
    try:
        text = json.dumps(
            value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False
        )
        text.encode()
    except TypeError as error:
        raise ValueError(f"this value has no canonical JSON: {error}") from error
    return text


def sha256_hex(content: str | bytes) -> str:
    """Return the SHA-256 of the bytes, or of the text in UTF-8, as 64 hexadecimal digits."""
    data = content.encode() if isinstance(content, str) else content
    return hashlib.sha256(data).hexdigest()


def _refuse_other_keys(value: object) -> None:
    # json.dumps writes the keys 1 and "1" alike: two values would have one text.
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if not isinstance(key, str):
                raise ValueError(f"this value has no canonical JSON: the key {key!r} is not text")  # noqa: TRY004 - one error for every value that cannot be written
            _refuse_other_keys(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            _refuse_other_keys(inner)
