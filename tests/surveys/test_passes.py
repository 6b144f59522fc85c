"""Passes: the exact message that is signed, and what a finished pass is bound to."""

import hashlib

import pytest

from surveys.ballot_format import PREFIX_BYTES, BallotKind
from surveys.blind_rsa import UnblindingError
from surveys.passes import begin_pass, pass_message, point_of
from tests.surveys.box_factories import pass_key

KEY = pass_key(BallotKind.SCORES, "town")


def test_the_message_is_prefix_protocol_key_kind_and_the_hash_of_the_ballot_key() -> None:
    message = pass_message(
        prefix=b"p" * 32, key_id=b"k" * 32, kind=BallotKind.COMMENT, ballot_key=b"b" * 65
    )
    assert message == (
        b"p" * 32 + b"pulse/v1" + b"k" * 32 + b"\x02" + hashlib.sha256(b"b" * 65).digest()
    )


@pytest.mark.parametrize(
    "other",
    [
        {"prefix": b"q" * 32},
        {"key_id": b"l" * 32},
        {"kind": BallotKind.COMMENT},
        {"ballot_key": b"c" * 65},
    ],
    ids=lambda other: next(iter(other)),
)
def test_a_pass_is_good_for_its_own_message_alone(other: dict[str, object]) -> None:
    parts: dict[str, object] = {
        "prefix": b"p" * 32,
        "key_id": b"k" * 32,
        "kind": BallotKind.SCORES,
        "ballot_key": b"b" * 65,
    }
    assert pass_message(**parts) != pass_message(**parts | other)  # type: ignore[arg-type]  # a table of parts


@pytest.mark.parametrize("kind", BallotKind)
def test_a_finished_pass_verifies_under_the_wave_s_key_for_its_ballot_key(kind: BallotKind) -> None:
    key = pass_key(kind, "town")
    pending = begin_pass(key.public, kind)
    done = pending.finish(key.sign_blinded(pending.blinded))
    message = pass_message(
        prefix=done.prefix,
        key_id=key.public.key_id,
        kind=kind,
        ballot_key=point_of(done.ballot_key.public_key()),
    )
    assert (done.key_id, done.kind, len(done.prefix)) == (key.public.key_id, kind, PREFIX_BYTES)
    assert key.public.verify(message, done.signature)


def test_every_pass_has_a_ballot_key_a_prefix_and_a_blinding_of_its_own() -> None:
    first, second = (begin_pass(KEY.public, BallotKind.SCORES) for _ in range(2))
    assert first.prefix != second.prefix
    assert point_of(first.ballot_key.public_key()) != point_of(second.ballot_key.public_key())
    assert first.blinded != second.blinded


def test_the_signer_sees_no_part_of_the_pass() -> None:
    pending = begin_pass(KEY.public, BallotKind.SCORES)
    blind_signature = KEY.sign_blinded(pending.blinded)
    done = pending.finish(blind_signature)
    seen = pending.blinded + blind_signature
    for part in (done.prefix, done.signature, point_of(done.ballot_key.public_key())):
        assert not any(part[at : at + 8] in seen for at in range(len(part) - 7))


def test_a_pass_cannot_be_finished_with_the_signature_of_another_request() -> None:
    mine, other = (begin_pass(KEY.public, BallotKind.SCORES) for _ in range(2))
    with pytest.raises(UnblindingError):
        mine.finish(KEY.sign_blinded(other.blinded))


def test_nothing_that_links_a_pass_to_its_request_is_printed() -> None:
    pending = begin_pass(KEY.public, BallotKind.SCORES)
    done = pending.finish(KEY.sign_blinded(pending.blinded))
    shown = repr(pending) + repr(done)
    assert "ballot_key" not in shown
    assert "hidden" not in shown
