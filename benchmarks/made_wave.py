"""An installation with an open wave, and what its phones would send, for the benchmarks.

Installation, wave, keys, invitations and boxes are made by the product. Only the phones are quick:
whoever holds the pass keys can sign a pass with the library and blind it backwards, which gives
exactly the bytes that a phone sends and costs a tenth.
"""

import json
import multiprocessing
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from uuid import uuid4

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_private_key
from sqlalchemy import insert, select

from pulse.cli.init import make_stores
from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.opening import open_wave
from pulse.jobs.preparing import begin_preparing, go_on_preparing, keys_of
from pulse.keys import create_keys
from pulse.stores import Stores
from surveys.ballot_format import PREFIX_BYTES, BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PUBLIC_EXPONENT, SALT_BYTES, PassPublicKey
from surveys.custody import read_key
from surveys.descriptors import Descriptor
from surveys.encoding import base64url
from surveys.invitations import secret_of
from surveys.library_bank import default_instrument
from surveys.passes import Pass, pass_message, point_of
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.powers import power
from surveys.preparing_waves import place_of
from surveys.roster_tables import PersonRow, PlacementRow
from surveys.tables import UnitRow, UnitTreeRow
from surveys.units import UnitCode
from surveys.wave_states import WaveKind
from surveys.wave_tables import InvitationRow
from surveys.waves import WavePlan, create_draft, descriptor_of

OPENS, CLOSES = date(2026, 11, 9), date(2026, 11, 27)
QUESTIONS = 8
_YEAR = date(2026, 1, 1)
_POLICY = AnonymityPolicy(threshold=5)
_PSS = padding.PSS(mgf=padding.MGF1(hashes.SHA384()), salt_length=SALT_BYTES)
FORK = multiprocessing.get_context("fork")


@dataclass(frozen=True, slots=True)
class Messages:
    """The bodies that one phone sends, in their order."""

    invitation: bytes
    passes: bytes
    scores: bytes
    comment: bytes


def made_installation(home: Path, environ: Mapping[str, str]) -> Installation:
    """Make an empty installation; `environ` may name PostgreSQL databases for its stores."""
    settings = Settings.from_environ({"PULSE_HOME": str(home), **environ})
    site = installation_at(settings)
    make_stores(settings, site.stores)
    with site.stores.archive() as archive:
        record_policy(archive, _POLICY, signer=site.signer, day=_YEAR)
    return site


def installation_at(settings: Settings) -> Installation:
    return Installation(settings, Stores.of(settings), create_keys(settings))


def opened_wave(site: Installation, *, people: int, teams: int) -> str:
    """Put staff in equal teams into the registry, open a wave for them and return its code."""
    _fill_registry(site, people, [f"team-{number:03}" for number in range(teams)])
    items = tuple(item.code for item in default_instrument().items[:QUESTIONS])
    with site.stores.registry() as registry:
        plan = WavePlan(WaveKind.MONTHLY, OPENS, CLOSES, items)
        code = create_draft(registry, plan, policy=_POLICY, released=()).code
    begin_preparing(site, code)
    go_on_preparing(site, code, day=OPENS)
    open_wave(site, code, day=OPENS, served={})
    return code


def _fill_registry(site: Installation, people: int, teams: Sequence[str]) -> None:
    in_force = {"valid_from": _YEAR}
    units = [("all", None), *((team, "all") for team in teams)]
    staff = [(uuid4(), number) for number in range(people)]
    with site.stores.registry() as registry:
        registry.execute(insert(UnitTreeRow), [in_force | {"revision": 1}])
        registry.execute(
            insert(UnitRow),
            [in_force | {"code": c, "name": c, "parent_code": above} for c, above in units],
        )
        plain = {"email": None, "is_agency": False, "needs_card": False}
        registry.execute(
            insert(PersonRow),
            [plain | {"id": id_, "reference": f"S{n}", "name": f"Person {n}"} for id_, n in staff],
        )
        registry.execute(
            insert(PlacementRow),
            [
                in_force | {"person_id": id_, "valid_to": None, "unit_code": teams[n % len(teams)]}
                for id_, n in staff
            ],
        )


@dataclass(frozen=True)
class QuickKey:
    """A pass key in the hands of a benchmark, which signs with the library what it can see."""

    der: bytes

    @cached_property
    def private(self) -> rsa.RSAPrivateKey:
        key = load_der_private_key(self.der, None, unsafe_skip_rsa_key_validation=True)
        assert isinstance(key, rsa.RSAPrivateKey)
        return key

    @cached_property
    def public(self) -> PassPublicKey:
        number = self.private.public_key().public_numbers().n
        return PassPublicKey.from_modulus(number.to_bytes(256, "big"))

    def finished_pass(self, kind: BallotKind) -> Pass:
        ballot_key = ec.generate_private_key(ec.SECP256R1())
        prefix = secrets.token_bytes(PREFIX_BYTES)
        key_id = self.public.key_id
        point = point_of(ballot_key.public_key())
        message = pass_message(prefix=prefix, key_id=key_id, kind=kind, ballot_key=point)
        signature = self.private.sign(message, _PSS, hashes.SHA384())
        return Pass(key_id, kind, ballot_key, prefix, signature)

    def blinded(self, signature: bytes) -> bytes:
        """Return what a phone would send to get this signature: (signature x blinding)^e."""
        n = self.public.number
        blinding = secrets.randbelow(n - 2) + 2
        product = int.from_bytes(signature, "big") * blinding % n
        return power(product, PUBLIC_EXPONENT, n).to_bytes(256, "big")


@dataclass(frozen=True)
class Phones:
    """Works out everything that the phones of one open wave send, before time is taken."""

    descriptor: Descriptor
    keys: tuple[QuickKey, ...]

    @classmethod
    def of(cls, site: Installation, code: str) -> "Phones":
        with site.stores.registry() as registry:
            descriptor = descriptor_of(registry, code)
        files = keys_of(site, code)
        ders = (read_key(files.pass_key(place)) for place in range(descriptor.keys))
        return cls(descriptor, tuple(map(QuickKey, ders)))

    def ballot(self, unit: UnitCode, kind: BallotKind, number: int) -> tuple[bytes, bytes]:
        """Return a ballot, and the blinded message that its pass was signed by."""
        key = self.keys[place_of(self.descriptor.groups, unit, kind)]
        done = key.finished_pass(kind)
        choices = [1 + (number + item) % 5 for item in range(QUESTIONS)]
        plain = encode_answers(choices) if kind is BallotKind.SCORES else encode_comment("")
        descriptor = self.descriptor
        body = make_ballot(
            done,
            plain,
            opening_point=descriptor.opening_point,
            descriptor_sha256=descriptor.sha256,
        )
        return body, key.blinded(done.signature)

    def messages(self, invited: tuple[str, UnitCode]) -> Messages:
        secret, unit = invited
        made = {kind: self.ballot(unit, kind, len(secret)) for kind in BallotKind}
        blinded = {kind.value: base64url(each) for kind, (_body, each) in made.items()}
        return Messages(
            json.dumps({"secret": secret}).encode(),
            json.dumps({"secret": secret, "blinded": blinded}).encode(),
            made[BallotKind.SCORES][0],
            made[BallotKind.COMMENT][0],
        )


def invited_people(site: Installation, code: str) -> list[tuple[str, UnitCode]]:
    """Return every secret of a wave with its reporting group."""
    key = read_key(keys_of(site, code).invitation)
    with site.stores.registry() as registry:
        rows = registry.execute(
            select(InvitationRow.id, InvitationRow.unit_code).where(InvitationRow.wave_code == code)
        )
        return [(secret_of(key, invitation), UnitCode(unit)) for invitation, unit in rows]


def all_messages(site: Installation, code: str) -> list[Messages]:
    """Return what the phones of everybody who is invited send, worked out on every core."""
    phones = Phones.of(site, code)
    invited = invited_people(site, code)
    with FORK.Pool() as pool:
        return pool.map(phones.messages, invited, chunksize=50)
