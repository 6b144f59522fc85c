"""Passwords: what may be one, how it is kept, and how many are checked at once."""

import unicodedata
from collections.abc import Collection
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

SHORTEST_PASSWORD = 12  # characters; length helps, rules about signs and digits do not

_HASHER = PasswordHasher()
_CHECKS_AT_ONCE = 2  # each takes 64 MiB and a processor for about 0.1 s
_checks = BoundedSemaphore(_CHECKS_AT_ONCE)


class PasswordRefusedError(Exception):
    """The password may not be used; the message says why and what to do."""


def check_new_password(password: str, *, names: Collection[str]) -> None:
    """Make sure that somebody with these names may have this password.

    Raises:
        PasswordRefusedError: too short, or one of the names.
    """
    if len(_normal(password)) < SHORTEST_PASSWORD:
        raise PasswordRefusedError(
            f"The password needs at least {SHORTEST_PASSWORD} characters. Three or four words "
            "that do not belong together are easy to keep in mind."
        )
    if _normal(password).casefold() in {_normal(name).casefold() for name in names}:
        raise PasswordRefusedError("The password is the account's name. Choose another.")


def hash_password(password: str) -> str:
    return _HASHER.hash(_normal(password))


def is_password(password_hash: str | None, password: str) -> bool:
    """Return whether the password belongs to the hash.

    Without a hash (no such account) the same work is done for nothing, so that the time taken
    tells nobody which names exist. Two checks run at a time, the others wait.
    """
    nobodys_hash = _nobodys_hash()  # before the choice: making it takes as long as a check
    with _checks:
        try:
            _HASHER.verify(password_hash or nobodys_hash, _normal(password))
        except VerificationError:
            return False
    return password_hash is not None


@cache
def _nobodys_hash() -> str:
    return _HASHER.hash("a password that opens nothing")


def _normal(text: str) -> str:
    """Return one form of letters that keyboards write in several ways."""
    return unicodedata.normalize("NFKC", text)
