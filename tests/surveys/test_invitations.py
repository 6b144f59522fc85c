"""Secrets of invitations: unguessable, the same each time, and forgiving to type."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.invitations import (
    ALPHABET,
    MistypedCodeError,
    grouped,
    hash_of,
    link_of,
    secret_of,
    tidy_secret,
)

KEY = bytes(range(32))
IDS = st.uuids()


@given(IDS)
def test_a_secret_is_the_same_each_time_and_checks(invitation: UUID) -> None:
    secret = secret_of(KEY, invitation)
    assert secret == secret_of(KEY, invitation)
    assert len(secret) == 16
    assert set(secret) <= set(ALPHABET)
    assert tidy_secret(secret) == secret


def test_another_key_or_invitation_gives_another_secret() -> None:
    ids = [UUID(int=number) for number in range(500)]
    secrets = {secret_of(key, each) for key in (KEY, bytes(32)) for each in ids}
    assert len(secrets) == 1000


@given(IDS, st.integers(0, 15), st.sampled_from(ALPHABET))
def test_every_single_wrong_character_is_noticed(invitation: UUID, place: int, other: str) -> None:
    secret = secret_of(KEY, invitation)
    if secret[place] == other:
        return
    with pytest.raises(MistypedCodeError, match="One of the characters"):
        tidy_secret(secret[:place] + other + secret[place + 1 :])


@given(IDS, st.integers(0, 15), st.integers(0, 15))
def test_every_swap_of_two_characters_is_noticed(invitation: UUID, one: int, two: int) -> None:
    letters = list(secret_of(KEY, invitation))
    if letters[one] == letters[two]:
        return
    letters[one], letters[two] = letters[two], letters[one]
    with pytest.raises(MistypedCodeError):
        tidy_secret("".join(letters))


@given(IDS)
def test_a_code_may_be_typed_in_groups_in_any_case_and_with_digits_for_letters(
    invitation: UUID,
) -> None:
    secret = secret_of(KEY, invitation)
    typed = grouped(secret).lower().replace("o", "0").replace("i", "1").replace("b", "8")
    assert tidy_secret(f"  {typed.replace('-', ' ', 1)} ") == secret


@pytest.mark.parametrize(("typed", "said"), [("ABC", "this one has 3"), ("", "this one has 0")])
def test_a_code_of_another_length_says_so(typed: str, said: str) -> None:
    with pytest.raises(MistypedCodeError, match=said):
        tidy_secret(typed)


def test_a_foreign_character_is_noticed() -> None:
    with pytest.raises(MistypedCodeError):
        tidy_secret("9" * 16)


def test_the_link_carries_the_secret_behind_the_hash_sign() -> None:
    secret = secret_of(KEY, UUID(int=1))
    assert link_of("https://pulse.example.org", secret) == f"https://pulse.example.org/p#{secret}"


def test_the_registry_keeps_the_hash_of_the_characters() -> None:
    assert hash_of("A" * 16).hex() == (
        "991204fba2b6216d476282d375ab88d20e6108d109aecded97ef424ddd114706"
    )
