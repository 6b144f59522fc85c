"""Fictional staff who take part as real phones do: a pass for each ballot, sealed, into the box."""

from collections.abc import Sequence
from dataclasses import dataclass

from pulse.installation import Installation
from pulse.jobs.preparing import box_paths, keys_of
from surveys.ballot_format import BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PassKey
from surveys.box import put_ballot
from surveys.custody import read_key
from surveys.descriptors import Descriptor
from surveys.issuing import find_invitation, sign_passes, take_mark
from surveys.passes import begin_pass
from surveys.preparing_waves import place_of
from surveys.units import UnitCode
from surveys.waves import descriptor_of


@dataclass(frozen=True)
class Phones:
    """Takes part in one open wave, one person after the other."""

    site: Installation
    descriptor: Descriptor

    @classmethod
    def of(cls, site: Installation, code: str) -> "Phones":
        with site.stores.registry() as registry:
            return cls(site, descriptor_of(registry, code))

    def answer(self, secret: str, choices: Sequence[int]) -> None:
        """Take part once with the choices (0 is skipped) and an empty comment."""
        with self.site.stores.registry() as registry:
            found = find_invitation(registry, secret)
        if found is None:
            raise ValueError("an invitation of the demo leads nowhere")
        keys = {kind: self._key(found.unit_code, kind) for kind in BallotKind}
        pending = {kind: begin_pass(key.public, kind) for kind, key in keys.items()}
        blinded = {kind: each.blinded for kind, each in pending.items()}
        signed = sign_passes(found, blinded, key_of=lambda _wave, _unit, kind: keys[kind])
        with self.site.stores.registry() as registry:
            take_mark(registry, found, blinded)
        plain = {
            BallotKind.SCORES: encode_answers(choices),
            BallotKind.COMMENT: encode_comment(""),
        }
        box = box_paths(self.site, self.descriptor)[found.box_part]
        for kind, each in pending.items():
            ballot = make_ballot(
                each.finish(signed[kind]),
                plain[kind],
                opening_point=self.descriptor.opening_point,
                descriptor_sha256=self.descriptor.sha256,
            )
            put_ballot(box, ballot)

    def _key(self, unit: UnitCode, kind: BallotKind) -> PassKey:
        place = place_of(self.descriptor.groups, unit, kind)
        return PassKey.from_der(read_key(keys_of(self.site, self.descriptor.code).pass_key(place)))
