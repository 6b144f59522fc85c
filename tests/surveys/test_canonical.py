"""Canonical JSON: equal values have one text, and so one hash."""

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.canonical import canonical_json, sha256_hex

LETTERS = st.text(alphabet=st.characters(codec="utf-8"))
LEAVES = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | LETTERS
)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner) | st.dictionaries(LETTERS, inner), max_leaves=20
)


def test_keys_are_sorted_and_nothing_is_spaced() -> None:
    assert (
        canonical_json({"b": [1, 2], "a": {"d": None, "c": True}})
        == '{"a":{"c":true,"d":null},"b":[1,2]}'
    )


def test_letters_stay_as_they_are() -> None:
    assert canonical_json("Grüße \N{EM DASH} 学") == '"Grüße \N{EM DASH} 学"'


def test_a_tuple_is_written_as_a_list() -> None:
    assert canonical_json((1, 2)) == canonical_json([1, 2])


@given(VALUES)
def test_reading_gives_the_value_back(value: object) -> None:
    assert json.loads(canonical_json(value)) == value


@given(st.dictionaries(LETTERS, LEAVES))
def test_the_order_of_making_does_not_matter(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert canonical_json(backwards) == canonical_json(value)


@pytest.mark.parametrize(
    "value",
    [math.nan, math.inf, {"a": [-math.inf]}, {1: "one"}, [{True: 1}], {"day": object()}, "\ud800"],
)
def test_what_has_no_single_text_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"canonical JSON|JSON compliant|surrogates"):
        canonical_json(value)


def test_the_hash_of_text_is_the_hash_of_its_bytes_in_utf_8() -> None:
    assert sha256_hex("é") == sha256_hex(b"\xc3\xa9")


def test_the_hash_is_sha_256() -> None:
    # FIPS 180-4, the example "abc".
    assert sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
