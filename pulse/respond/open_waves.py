"""The waves that can be answered now, and their keys, kept in memory while they do not change."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from surveys.ballot_format import BallotKind
from surveys.blind_rsa import PassKey
from surveys.custody import WaveKeys, read_key
from surveys.descriptors import Descriptor, PassKeyTree, read_descriptor
from surveys.preparing_waves import pass_key_tree
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import WaveRow

_OPEN = (
    select(WaveRow.code, WaveRow.descriptor_sha256, WaveRow.closes_on)
    .where(WaveRow.state == WaveState.OPEN.value)
    .order_by(WaveRow.opens_on, WaveRow.code)
)


@dataclass(frozen=True, slots=True)
class OpenWaveHead:
    """What tells whether anything changed: which waves are open, until when, under what hash."""

    code: str
    descriptor_sha256: str
    closes_on: date


@dataclass(frozen=True)
class OpenWave:
    """One open wave with its frozen descriptor and the tree over its public pass keys."""

    head: OpenWaveHead
    descriptor: Descriptor
    key_tree: PassKeyTree

    @cached_property
    def _places(self) -> Mapping[tuple[str, str], int]:
        """The place of every pass key by its group and kind; there may be twenty thousand."""
        leaves = self.key_tree.leaves
        return {(leaf.unit, leaf.kind): place for place, leaf in enumerate(leaves)}

    def place(self, unit: UnitCode, kind: BallotKind) -> int:
        """Return the place of a pass key."""
        return self._places[unit, kind]

    def key_proofs(self, unit: UnitCode) -> dict[str, dict[str, object]]:
        """Return for each kind the leaf of a group's pass key, its place and its proof."""
        proofs: dict[str, dict[str, object]] = {}
        for kind in BallotKind:
            place = self.place(unit, kind)
            proofs[kind.value] = {
                "leaf": self.key_tree.leaves[place].text,
                "place": place,
                "proof": [part.hex() for part in self.key_tree.proof(place)],
            }
        return proofs


def open_heads(session: Session) -> tuple[OpenWaveHead, ...]:
    """Return what is open now, in one small query (registry session)."""
    rows = session.connection().execute(_OPEN)
    return tuple(OpenWaveHead(code, sha256 or "", closes_on) for code, sha256, closes_on in rows)


class WaveMemory:
    """Remembers open waves by hash and pass keys by place; a process has one."""

    def __init__(self, keys: Path, opening_keys: Path) -> None:
        self._keys = keys
        self._opening_keys = opening_keys
        self._waves: dict[str, OpenWave] = {}
        self._pass_keys: dict[tuple[str, int], PassKey] = {}

    def wave(self, session: Session, head: OpenWaveHead) -> OpenWave:
        """Return an open wave, reading it from the registry the first time only."""
        known = self._waves.get(head.code)
        if known is None or known.head != head:
            text, annex = session.execute(
                select(WaveRow.descriptor, WaveRow.annex).where(WaveRow.code == head.code)
            ).one()
            known = OpenWave(
                head, read_descriptor(text or "", annex or ""), pass_key_tree(session, head.code)
            )
            self._waves[head.code] = known
        return known

    def pass_key(self, wave: OpenWave, unit: UnitCode, kind: BallotKind) -> PassKey:
        """Return a signing key, reading its file the first time only.

        Raises:
            CustodyError: the file is gone, as it is after the close, or open to others.
        """
        place = wave.place(unit, kind)
        known = self._pass_keys.get((wave.head.code, place))
        if known is None:
            files = WaveKeys(self._keys, self._opening_keys, wave.head.code)
            known = PassKey.from_der(read_key(files.pass_key(place)))
            self._pass_keys[wave.head.code, place] = known
        return known

    def forget_others(self, open_now: Mapping[str, object]) -> None:
        """Drop what belongs to waves that are no longer open, above all their signing keys."""
        self._waves = {code: wave for code, wave in self._waves.items() if code in open_now}
        self._pass_keys = {
            (code, place): key for (code, place), key in self._pass_keys.items() if code in open_now
        }
