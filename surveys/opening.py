"""Opening ballots at close: one after the other, straight to whoever counts. Nothing is written.

The pass of each ballot is checked again, because between the box and the close somebody may have
held the file.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from surveys.ballot_format import BallotKind
from surveys.ballots import Ballot, BallotRefused, check_ballot, decode_answers
from surveys.blind_rsa import PassPublicKey
from surveys.box_reading import WHOLE_BOX, Share, ballot_ids, read_ballots
from surveys.breakdown_questions import answers_on_offer
from surveys.descriptors import Descriptor, PassKeyLeaf
from surveys.ledger.merkle import leaf_hash, root_of
from surveys.sealing import OpeningKey, UnreadableBallotError, seal_info
from surveys.units import UnitCode


@dataclass(frozen=True, slots=True)
class OpenedAnswers:
    """One person’s choices: of the descriptor’s items, then of its breakdowns; 0 is skipped.

    `unit` is the reporting group in which they count.
    """

    unit: UnitCode
    choices: tuple[int, ...]


class SpoiltBallot:
    """A ballot whose pass does not hold or that does not open; nothing of it is counted."""


SPOILT = SpoiltBallot()


def open_answers(
    boxes: Iterable[Path],
    descriptor: Descriptor,
    leaves: Sequence[PassKeyLeaf],
    opening_key: OpeningKey,
    *,
    share: Share = WHOLE_BOX,
) -> Iterator[OpenedAnswers | SpoiltBallot]:
    """Yield what the answers in a share of each shut box say, one at a time.

    Raises:
        BoxNotShutError: a box still takes ballots.
    """
    info = seal_info(descriptor.sha256, BallotKind.SCORES)
    instrument = descriptor.instrument
    options = [len(instrument.scales[item.scale].options) for item in instrument.items]
    options += [len(answers_on_offer(each)) for each in descriptor.breakdown_questions]
    keys = _keys_of(leaves)
    for path in boxes:
        for ballot in read_ballots(path, BallotKind.SCORES, share=share):
            unit = _unit_of(ballot, keys)
            if unit is None:
                yield SPOILT
                continue
            try:
                plain = opening_key.open(ballot.sealed, info=info)
                yield OpenedAnswers(unit, decode_answers(plain, options))
            except UnreadableBallotError:
                yield SPOILT


def ballots_root(ids: Sequence[str]) -> str:
    """Return the Merkle root (RFC 6962) over sorted ballot ids, all in hexadecimal digits."""
    return root_of([leaf_hash(bytes.fromhex(each)) for each in ids]).hex()


def all_ballot_ids(boxes: Iterable[Path]) -> tuple[str, ...]:
    """Return the ids of every ballot of every shut box, sorted, so that no order is told."""
    return tuple(sorted(each for path in boxes for each in ballot_ids(path)))


_Keys = dict[bytes, tuple[PassPublicKey, UnitCode]]


def _keys_of(leaves: Sequence[PassKeyLeaf]) -> _Keys:
    publics = [(PassPublicKey.from_modulus(leaf.modulus), leaf) for leaf in leaves]
    return {
        public.key_id: (public, leaf.unit)
        for public, leaf in publics
        if leaf.kind is BallotKind.SCORES
    }


def _unit_of(ballot: Ballot, keys: _Keys) -> UnitCode | None:
    """Return the reporting group that the ballot's pass proves; None where it proves none."""
    found = keys.get(ballot.key_id)
    if found is None:
        return None
    public, unit = found
    try:
        check_ballot(ballot, public)
    except BallotRefused:
        return None
    return unit
