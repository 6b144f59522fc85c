"""Boxes and genuine ballots for tests; signing keys and ballots are made once per process."""

import functools
from collections.abc import Mapping
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PassKey
from surveys.box import make_box, open_box
from surveys.passes import begin_pass
from surveys.sealing import OpeningKey

WAVE = "2026-11"
DESCRIPTOR_SHA256 = "ab" * 32


@functools.cache
def pass_key(kind: BallotKind, group: str = "town") -> PassKey:  # noqa: ARG001 - what the cache tells keys apart by
    return PassKey.generate()


@functools.cache
def opening_key() -> OpeningKey:
    return OpeningKey.generate()


def new_ballot(kind: BallotKind, group: str = "town") -> bytes:
    """Return a full-size ballot of a fresh pass, made as a phone makes it."""
    key = pass_key(kind, group)
    pending = begin_pass(key.public, kind)
    plain = encode_answers((1, 2, 0)) if kind is BallotKind.SCORES else encode_comment("")
    return make_ballot(
        pending.finish(key.sign_blinded(pending.blinded)),
        plain,
        opening_point=opening_key().public_point,
        descriptor_sha256=DESCRIPTOR_SHA256,
    )


@functools.cache
def ballot(kind: BallotKind, number: int) -> bytes:
    """Return one of the ballots that all tests of a process share."""
    assert number >= 0
    return new_ballot(kind)


def key_table(*groups: str) -> Mapping[bytes, tuple[BallotKind, bytes]]:
    keys = [(kind, pass_key(kind, group).public) for group in groups for kind in BallotKind]
    return {public.key_id: (kind, public.modulus) for kind, public in keys}


def opened_box(path: Path, *, invited: int = 20) -> Path:
    make_box(path, wave=WAVE, keys=key_table("town"), invited=invited)
    open_box(path)
    return path
