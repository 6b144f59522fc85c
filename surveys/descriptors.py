"""The descriptor of a wave: everything that is frozen before it opens, as one text with one hash.

Staff's phones work out the hash by themselves and seal their answers with it, so nothing in it can
be another thing for another person. The public pass keys are too many for a phone: the descriptor
holds the root of their Merkle tree (RFC 6962), and each phone gets a proof for the two it uses.
Units and groups are too many as well in a large organisation: they stand in an annex, whose hash
the descriptor holds.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import NotRequired, TypedDict

from surveys.ballot_format import BallotKind
from surveys.canonical import canonical_json, sha256_hex
from surveys.encoding import base64url, from_base64url
from surveys.instrument_documents import instrument_document, instrument_of
from surveys.instruments import Instrument
from surveys.ledger.merkle import StandingTree, leaf_hash
from surveys.months import Month
from surveys.policy import AnonymityPolicy, Breakdown
from surveys.units import Unit, UnitCode, UnitTree
from surveys.wave_states import WaveKind

FORMAT = "pulse/v1"


@dataclass(frozen=True, slots=True)
class Group:
    """A reporting group: the unit its people are counted in, how many they are, their box."""

    unit: UnitCode
    invited: int
    box_part: str


@dataclass(frozen=True, slots=True)
class PassKeyLeaf:
    """A public pass key and what it stands for; `modulus` is in bytes."""

    wave: str
    unit: UnitCode
    kind: BallotKind
    box_part: str
    modulus: bytes

    @property
    def text(self) -> str:
        """The leaf as it is hashed and as a phone gets it."""
        return canonical_json(
            {
                "box": self.box_part,
                "group": self.unit,
                "key": base64url(self.modulus),
                "kind": self.kind.value,
                "wave": self.wave,
            }
        )


class PassKeyTree:
    """The tree over all pass keys of a wave, in the order of their places."""

    def __init__(self, leaves: Sequence[PassKeyLeaf]) -> None:
        self.leaves = tuple(leaves)
        self._tree = StandingTree([leaf_hash(leaf.text.encode()) for leaf in self.leaves])

    @property
    def root(self) -> bytes:
        return self._tree.root

    def proof(self, place: int) -> tuple[bytes, ...]:
        """Return what leads from the leaf at this place (from 0) to the root."""
        return self._tree.inclusion_proof(place)


@dataclass(frozen=True)
class Descriptor:
    """What a wave asks of whom under which rules.

    `instrument` holds the items in the order asked with their scales and constructs.
    `opening_point` is the public key that ballots are sealed for. `engine` is the version of the
    disclosure engine that will protect the release. `comments` says whether staff are offered the
    comment box; a comment ballot is sent either way. `breakdowns` are the codes of the policy's
    breakdown questions that are asked, after the items; a ballot answers them in this order.
    `questionnaire_figures` says that the release will tell how the questions go together, for the
    organisation as a whole and from the policy's `reliability_from` complete answers.
    """

    code: str
    kind: WaveKind
    month: Month
    title: str
    instrument: Instrument
    policy: AnonymityPolicy
    tree: UnitTree
    groups: tuple[Group, ...]
    opening_point: bytes
    keys: int
    keys_root: bytes
    engine: str
    comments: bool = False
    breakdowns: tuple[str, ...] = ()
    questionnaire_figures: bool = False

    @property
    def breakdown_questions(self) -> tuple[Breakdown, ...]:
        """The breakdown questions in the order asked."""
        declared = {breakdown.code: breakdown for breakdown in self.policy.breakdowns}
        return tuple(declared[code] for code in self.breakdowns)

    @cached_property
    def text(self) -> str:
        """The descriptor as canonical JSON; `read_descriptor` is its inverse.

        A wave without breakdown questions does not name them, so that its hash is what it was
        before they existed; nor does a wave without figures of the questionnaire.
        """
        return canonical_json(
            ({"breakdowns": list(self.breakdowns)} if self.breakdowns else {})
            | ({"questionnaire_figures": True} if self.questionnaire_figures else {})
            | {
                "annex_sha256": sha256_hex(self.annex),
                "code": self.code,
                "comments": self.comments,
                "engine": self.engine,
                "format": FORMAT,
                "instrument": json.loads(instrument_document(self.instrument)),
                "keys": self.keys,
                "keys_root": self.keys_root.hex(),
                "kind": self.kind.value,
                "kinds": [kind.value for kind in BallotKind],
                "month": str(self.month),
                "opening_key": base64url(self.opening_point),
                "policy": self.policy.as_document(),
                "title": self.title,
            }
        )

    @cached_property
    def annex(self) -> str:
        """The units and the reporting groups as canonical JSON."""
        return canonical_json(
            {
                "groups": [[each.unit, each.invited, each.box_part] for each in self.groups],
                "units": [[unit.code, unit.name, unit.parent] for unit in self.tree],
                "units_valid_from": self.tree.valid_from.isoformat(),
            }
        )

    @cached_property
    def sha256(self) -> str:
        return sha256_hex(self.text)

    @property
    def invited(self) -> int:
        return sum(group.invited for group in self.groups)


class _Document(TypedDict):
    breakdowns: NotRequired[list[str]]
    code: str
    comments: bool
    engine: str
    instrument: object
    keys: int
    keys_root: str
    kind: str
    month: str
    opening_key: str
    policy: Mapping[str, object]
    questionnaire_figures: NotRequired[bool]
    title: str


class _Annex(TypedDict):
    groups: list[tuple[str, int, str]]
    units: list[tuple[str, str, str | None]]
    units_valid_from: str


def read_descriptor(text: str, annex: str) -> Descriptor:
    """Return the descriptor of two texts that `Descriptor` made."""
    values: _Document = json.loads(text)
    parts: _Annex = json.loads(annex)
    return Descriptor(
        code=values["code"],
        kind=WaveKind(values["kind"]),
        month=Month.parse(values["month"]),
        title=values["title"],
        instrument=instrument_of(canonical_json(values["instrument"])),
        policy=AnonymityPolicy.from_document(values["policy"]),
        tree=UnitTree.of(
            date.fromisoformat(parts["units_valid_from"]),
            (
                Unit(UnitCode(code), name, None if parent is None else UnitCode(parent))
                for code, name, parent in parts["units"]
            ),
        ),
        groups=tuple(
            Group(UnitCode(unit), invited, part) for unit, invited, part in parts["groups"]
        ),
        opening_point=from_base64url(values["opening_key"]),
        keys=values["keys"],
        keys_root=bytes.fromhex(values["keys_root"]),
        engine=values["engine"],
        comments=values["comments"],
        breakdowns=tuple(values.get("breakdowns", ())),
        questionnaire_figures=values.get("questionnaire_figures", False),
    )
