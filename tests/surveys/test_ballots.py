"""Ballots: their exact layout, what the box refuses, and what the sealed part may say."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.ballot_format import BallotKind
from surveys.ballots import (
    Ballot,
    BallotRefused,
    check_ballot,
    decode_answers,
    decode_comment,
    encode_answers,
    encode_comment,
    make_ballot,
)
from surveys.blind_rsa import PassKey, blind, finalize
from surveys.passes import begin_pass, pass_message
from surveys.sealing import UnreadableBallotError, seal_info
from tests.surveys.box_factories import (
    DESCRIPTOR_SHA256,
    ballot,
    new_ballot,
    opening_key,
    pass_key,
)

SCORES, COMMENT = BallotKind.SCORES, BallotKind.COMMENT
FOREIGN_PASS = "the pass was not signed for this wave, group and kind"
FOREIGN_SIGNATURE = "the ballot was not signed by its own key"
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Of the group of points on P-256 (FIPS 186)."""


def town_key(kind: BallotKind) -> PassKey:
    """Return the key of the group whose ballots `ballot` makes."""
    return pass_key(kind, "town")


def read(kind: BallotKind = SCORES, number: int = 0) -> Ballot:
    return Ballot.read(ballot(kind, number))


def refusal_of(changed: Ballot) -> str:
    with pytest.raises(BallotRefused) as raised:
        check_ballot(Ballot.read(changed.body), town_key(SCORES).public)
    return raised.value.rule


@pytest.mark.parametrize(("kind", "length"), [(SCORES, 595), (COMMENT, 2579)])
def test_every_ballot_of_a_kind_has_the_same_length(kind: BallotKind, length: int) -> None:
    assert len(ballot(kind, 0)) == len(ballot(kind, 1)) == kind.ballot_bytes == length


def test_the_parts_stand_in_the_order_of_the_published_layout() -> None:
    body = ballot(SCORES, 0)
    found = Ballot.read(body)
    ends = (32, 33, 98, 130, 386, 531, 595)
    starts = (0, *ends)
    assert [body[start:end] for start, end in zip(starts, ends, strict=False)] == [
        found.key_id, b"\x01", found.ballot_key, found.prefix, found.signature, found.sealed,
        found.ballot_signature,
    ]  # fmt: skip
    assert found.body == body
    assert found.key_id == town_key(SCORES).public.key_id


@pytest.mark.parametrize("kind", BallotKind)
def test_a_genuine_ballot_is_taken_and_opens(kind: BallotKind) -> None:
    found = read(kind)
    check_ballot(found, town_key(kind).public)
    plain = opening_key().open(found.sealed, info=seal_info(DESCRIPTOR_SHA256, kind))
    if kind is SCORES:
        assert decode_answers(plain, (5, 5, 5)) == (1, 2, 0)
    else:
        assert decode_comment(plain) == ""


@pytest.mark.parametrize("change", [lambda b: b[:-1], lambda b: b + b"\0", lambda _b: b""])
def test_a_ballot_of_another_size_is_refused(change: object) -> None:
    with pytest.raises(BallotRefused, match="exactly the size of its kind"):
        Ballot.read(change(ballot(SCORES, 0)))  # type: ignore[operator]  # a table of functions


@pytest.mark.parametrize("number", [0, 2, 3, 255])
def test_a_ballot_that_calls_itself_another_kind_is_refused_for_its_size(number: int) -> None:
    body = ballot(SCORES, 0)
    with pytest.raises(BallotRefused, match="exactly the size of its kind"):
        Ballot.read(body[:32] + bytes([number]) + body[33:])


def test_a_pass_of_another_wave_or_group_is_refused() -> None:
    with pytest.raises(BallotRefused, match=FOREIGN_PASS):
        check_ballot(Ballot.read(new_ballot(SCORES, "harbour")), town_key(SCORES).public)


def test_a_pass_that_names_another_group_s_key_as_its_own_is_refused() -> None:
    foreign = Ballot.read(new_ballot(SCORES, "harbour"))
    assert refusal_of(replace(foreign, key_id=town_key(SCORES).public.key_id)) == FOREIGN_PASS


def test_a_pass_that_one_key_signed_in_the_name_of_another_is_refused_by_both() -> None:
    town, harbour = town_key(SCORES), pass_key(SCORES, "harbour")
    point = read().ballot_key
    named = town.public.key_id
    message = pass_message(prefix=b"p" * 32, key_id=named, kind=SCORES, ballot_key=point)
    hidden = blind(harbour.public, message)
    blind_signature = harbour.sign_blinded(hidden.blinded)
    signature = finalize(harbour.public, message, blind_signature, hidden.unblinder)
    forged = replace(read(), key_id=named, prefix=b"p" * 32, signature=signature)
    for key in (town, harbour):
        with pytest.raises(BallotRefused, match=FOREIGN_PASS):
            check_ballot(forged, key.public)


def test_a_pass_for_comments_is_refused_for_scores() -> None:
    a_pass = begin_pass(town_key(COMMENT).public, COMMENT)
    done = a_pass.finish(town_key(COMMENT).sign_blinded(a_pass.blinded))
    body = make_ballot(
        replace(done, kind=SCORES),
        encode_answers((1,)),
        opening_point=opening_key().public_point,
        descriptor_sha256=DESCRIPTOR_SHA256,
    )
    assert refusal_of(Ballot.read(body)) == FOREIGN_PASS


def test_a_kind_s_key_that_signed_a_message_of_the_other_kind_is_refused() -> None:
    """The signer cannot see the kind; the message and the key both fix it."""
    key = town_key(SCORES)
    pending = begin_pass(key.public, COMMENT)
    done = replace(pending.finish(key.sign_blinded(pending.blinded)), kind=SCORES)
    body = make_ballot(
        done,
        encode_answers((1,)),
        opening_point=opening_key().public_point,
        descriptor_sha256=DESCRIPTOR_SHA256,
    )
    assert refusal_of(Ballot.read(body)) == FOREIGN_PASS


@pytest.mark.parametrize("part", ["ballot_key", "prefix", "signature"])
def test_a_pass_with_a_part_of_another_pass_is_refused(part: str) -> None:
    other = getattr(read(SCORES, 1), part)
    assert refusal_of(replace(read(), **{part: other})) == FOREIGN_PASS


@pytest.mark.parametrize("part", ["sealed", "ballot_signature"])
def test_a_ballot_with_a_part_of_another_ballot_is_refused(part: str) -> None:
    """Whoever carries a ballot to the box can exchange nothing in it."""
    other = getattr(read(SCORES, 1), part)
    assert refusal_of(replace(read(), **{part: other})) == FOREIGN_SIGNATURE


def test_an_invented_pass_is_refused() -> None:
    assert refusal_of(replace(read(), signature=bytes(256))) == FOREIGN_PASS
    assert refusal_of(replace(read(), signature=b"\xff" * 256)) == FOREIGN_PASS


@pytest.mark.parametrize(
    "signature",
    [bytes(64), b"\xff" * 64, ORDER.to_bytes(32) * 2, bytes(31) + b"\x01" + bytes(32)],
    ids=["zeros", "the largest", "the order of the curve", "s is zero"],
)
def test_an_invented_ballot_signature_is_refused(signature: bytes) -> None:
    assert refusal_of(replace(read(), ballot_signature=signature)) == FOREIGN_SIGNATURE


@pytest.mark.parametrize(
    "point",
    [b"\x04" + bytes(64), b"\x02" * 65, bytes(65)],
    ids=["off the curve", "compressed", "zeros"],
)
def test_a_ballot_key_that_is_no_point_is_refused_though_its_pass_is_good(point: bytes) -> None:
    """The signer cannot see what it signs, so a pass for any 65 bytes can be had."""
    key = town_key(SCORES)
    message = pass_message(
        prefix=b"p" * 32, key_id=key.public.key_id, kind=SCORES, ballot_key=point
    )
    hidden = blind(key.public, message)
    signature = finalize(key.public, message, key.sign_blinded(hidden.blinded), hidden.unblinder)
    body = replace(read(), ballot_key=point, prefix=b"p" * 32, signature=signature)
    assert refusal_of(body) == FOREIGN_SIGNATURE


def test_the_id_is_the_hash_of_the_ballot_key_and_tells_two_ballots_apart() -> None:
    assert read(SCORES, 0).id != read(SCORES, 1).id
    assert len(read().id) == 32


@pytest.mark.parametrize("kind", BallotKind)
def test_only_a_plain_text_of_the_kind_s_exact_size_is_sealed(kind: BallotKind) -> None:
    pending = begin_pass(town_key(kind).public, kind)
    done = pending.finish(town_key(kind).sign_blinded(pending.blinded))
    with pytest.raises(ValueError, match=f"has {kind.plain_bytes} bytes"):
        make_ballot(
            done,
            bytes(kind.plain_bytes - 1),
            opening_point=opening_key().public_point,
            descriptor_sha256=DESCRIPTOR_SHA256,
        )


def test_answers_are_version_count_choices_and_zeros() -> None:
    assert encode_answers((3, 0, 5)) == b"\x01\x03\x03\x00\x05" + bytes(59)


@given(st.lists(st.integers(0, 7), max_size=62))
def test_answers_come_back_as_they_were_given(choices: list[int]) -> None:
    assert decode_answers(encode_answers(choices), [7] * len(choices)) == tuple(choices)


@pytest.mark.parametrize(
    "plain",
    [
        b"\x02\x02\x01\x02" + bytes(60),
        b"\x01\x03\x01\x02" + bytes(60),
        b"\x01\x01\x01\x00" + bytes(60),
        b"\x01\x02\x06\x01" + bytes(60),
        b"\x01\x02\x01\x03" + bytes(60),
        b"\x01\x02\x01\x02\x01" + bytes(59),
        b"\x01\x02\x01\x02" + bytes(59) + b"\x01",
        b"\x01\x02\x01\x02" + bytes(59),
        b"\x01\x02\x01\x02" + bytes(61),
        b"",
    ],
    ids=[
        "another version", "an answer too many", "an answer too few", "an option off its scale",
        "an option off the other scale", "a hidden answer", "a mark at the end", "too short",
        "too long", "nothing",
    ],
)  # fmt: skip
def test_what_is_not_answers_to_these_questions_is_unreadable(plain: bytes) -> None:
    with pytest.raises(UnreadableBallotError, match="something else than answers"):
        decode_answers(plain, (5, 2))


@given(st.text(max_size=500))
def test_a_comment_comes_back_as_it_was_written(text: str) -> None:
    assert decode_comment(encode_comment(text)) == text


def test_the_longest_comment_of_the_widest_characters_fits() -> None:
    text = "\N{GRINNING FACE}" * 500
    assert decode_comment(encode_comment(text)) == text


def test_a_comment_too_long_is_not_sealed() -> None:
    with pytest.raises(ValueError, match="at most 500 characters"):
        encode_comment("a" * 501)


@pytest.mark.parametrize(
    "plain",
    [
        b"\x02" + bytes(2047),
        b"\x01\x00\x01ab" + bytes(2043),
        b"\x01\x00\x01\xff" + bytes(2044),
        b"\x01\x01\xf5" + b"a" * 501 + bytes(1544),
        b"\x01\x00\x00" + bytes(2044) + b"\x01",
        b"\x01" + bytes(2046),
        b"",
    ],
    ids=[
        "another version", "more behind it", "no text", "too many characters", "a mark at the end",
        "too short", "nothing",
    ],
)  # fmt: skip
def test_what_is_not_a_comment_is_unreadable(plain: bytes) -> None:
    with pytest.raises(UnreadableBallotError, match="something else than a comment"):
        decode_comment(plain)
