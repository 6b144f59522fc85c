"""Sealing: the published vector, and what a sealed ballot does not open for."""

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballot_format import POINT_BYTES, TAG_BYTES, BallotKind
from surveys.sealing import OpeningKey, UnreadableBallotError, seal, seal_info
from tests.published_vectors import RFC_9180_A3_1
from tests.surveys.box_factories import opening_key
from tests.surveys.hpke_by_the_rfc import Context, private_key, receiver, sender

VECTOR = RFC_9180_A3_1
DESCRIPTOR_SHA256 = "5e" * 32
INFO = seal_info(DESCRIPTOR_SHA256, BallotKind.SCORES)
PLAIN = bytes(range(64))


def recipient() -> OpeningKey:
    """The recipient of the vector."""
    return OpeningKey(private_key(VECTOR["skRm"]))


@pytest.mark.parametrize("side", ["sender", "receiver"])
def test_the_measure_agrees_with_the_published_vector_in_every_step(side: str) -> None:
    context = (
        sender(private_key(VECTOR["skEm"]), VECTOR["pkRm"], VECTOR["info"])
        if side == "sender"
        else receiver(private_key(VECTOR["skRm"]), VECTOR["enc"], VECTOR["info"])
    )
    assert context == Context(VECTOR["shared_secret"], VECTOR["key"], VECTOR["base_nonce"])
    assert context.seal(VECTOR["pt"], aad=VECTOR["aad"]) == VECTOR["ct"]
    assert context.open(VECTOR["ct"], aad=VECTOR["aad"]) == VECTOR["pt"]


def test_the_opening_key_has_the_published_public_point() -> None:
    assert recipient().public_point == VECTOR["pkRm"]


def test_what_the_published_sender_seals_without_associated_data_opens() -> None:
    context = sender(private_key(VECTOR["skEm"]), VECTOR["pkRm"], VECTOR["info"])
    sealed = VECTOR["enc"] + context.seal(VECTOR["pt"])
    assert recipient().open(sealed, info=VECTOR["info"]) == VECTOR["pt"]


def test_what_was_sealed_with_associated_data_does_not_open_for_ballots_have_none() -> None:
    with pytest.raises(UnreadableBallotError):
        recipient().open(VECTOR["enc"] + VECTOR["ct"], info=VECTOR["info"])


def test_what_we_seal_opens_for_the_published_receiver() -> None:
    sealed = seal(VECTOR["pkRm"], VECTOR["pt"], info=VECTOR["info"])
    enc, ciphertext = sealed[:POINT_BYTES], sealed[POINT_BYTES:]
    context = receiver(private_key(VECTOR["skRm"]), enc, VECTOR["info"])
    assert context.open(ciphertext) == VECTOR["pt"]


@given(st.binary(max_size=2048))
def test_what_was_sealed_opens_and_its_length_tells_only_the_kind(plain: bytes) -> None:
    sealed = seal(opening_key().public_point, plain, info=INFO)
    assert opening_key().open(sealed, info=INFO) == plain
    assert len(sealed) == POINT_BYTES + len(plain) + TAG_BYTES


def test_the_same_answers_never_look_the_same() -> None:
    first, second = (seal(opening_key().public_point, PLAIN, info=INFO) for _ in range(2))
    assert first[:POINT_BYTES] != second[:POINT_BYTES]
    assert first[POINT_BYTES:] != second[POINT_BYTES:]


def test_a_ballot_is_bound_to_its_descriptor_and_its_kind() -> None:
    assert bytes.fromhex(DESCRIPTOR_SHA256) + b"\x01" == INFO
    assert seal_info(DESCRIPTOR_SHA256, BallotKind.COMMENT)[-1] == 2


@pytest.mark.parametrize(
    "other",
    [
        seal_info("5f" * 32, BallotKind.SCORES),
        seal_info(DESCRIPTOR_SHA256, BallotKind.COMMENT),
        INFO[:-1],
        b"",
    ],
    ids=["another wave", "another kind", "no kind", "nothing"],
)
def test_a_ballot_does_not_open_as_one_of(other: bytes) -> None:
    sealed = seal(opening_key().public_point, PLAIN, info=INFO)
    with pytest.raises(UnreadableBallotError):
        opening_key().open(sealed, info=other)


def test_a_ballot_does_not_open_with_another_key() -> None:
    sealed = seal(opening_key().public_point, PLAIN, info=INFO)
    with pytest.raises(UnreadableBallotError):
        OpeningKey.generate().open(sealed, info=INFO)


@pytest.mark.parametrize("place", [0, 1, 64, 65, 100, -1])
def test_a_ballot_with_one_changed_bit_does_not_open(place: int) -> None:
    sealed = bytearray(seal(opening_key().public_point, PLAIN, info=INFO))
    sealed[place] ^= 1
    with pytest.raises(UnreadableBallotError) as raised:
        opening_key().open(bytes(sealed), info=INFO)
    assert str(raised.value) == "A ballot does not open."


@pytest.mark.parametrize("length", [0, 1, 64, 65, 80, 81, 144])
def test_a_ballot_that_was_cut_short_does_not_open(length: int) -> None:
    sealed = seal(opening_key().public_point, PLAIN, info=INFO)
    with pytest.raises(UnreadableBallotError):
        opening_key().open(sealed[:length], info=INFO)


def test_a_ballot_with_something_behind_it_does_not_open() -> None:
    sealed = seal(opening_key().public_point, PLAIN, info=INFO)
    with pytest.raises(UnreadableBallotError):
        opening_key().open(sealed + b"\0", info=INFO)


@pytest.mark.parametrize(
    "point",
    [b"", b"\x04" + bytes(64), VECTOR["pkRm"][:-1], VECTOR["pkRm"][:-1] + b"\0"],
    ids=["nothing", "zeros", "short", "off the curve"],
)
def test_nothing_is_sealed_for_a_point_that_is_not_on_the_curve(point: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words differ by point
        seal(point, PLAIN, info=INFO)


def test_an_opening_key_is_read_back_from_its_file() -> None:
    again = OpeningKey.from_pem(opening_key().as_pem())
    assert again.public_point == opening_key().public_point
    assert again.open(seal(again.public_point, PLAIN, info=INFO), info=INFO) == PLAIN


@pytest.mark.parametrize(
    "foreign", [ec.generate_private_key(ec.SECP384R1()), ed25519.Ed25519PrivateKey.generate()]
)
def test_a_file_with_a_key_of_another_curve_is_refused(
    foreign: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey,
) -> None:
    pem = foreign.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    with pytest.raises(ValueError, match="holds no opening key"):
        OpeningKey.from_pem(pem)


def test_the_opening_key_is_not_printed() -> None:
    assert repr(opening_key()) == "OpeningKey()"
