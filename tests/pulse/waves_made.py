"""Real waves for tests: people, units, keys and boxes made as the product makes them.

RSA keys take a tenth of a second each, so one set is generated per process and handed out again:
which key a group has does not matter to any rule.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from pulse.installation import Installation
from pulse.jobs.opening import open_wave
from pulse.jobs.preparing import begin_preparing, box_paths, go_on_preparing, keys_of
from surveys import preparing_waves
from surveys.ballot_format import BallotKind
from surveys.ballots import encode_answers, encode_comment, make_ballot
from surveys.blind_rsa import PassKey
from surveys.box import put_ballot
from surveys.custody import WaveKeys, read_key, write_key
from surveys.invitations import secret_of
from surveys.issuing import find_invitation, sign_passes, take_mark
from surveys.library_bank import default_instrument
from surveys.passes import begin_pass
from surveys.policy import Breakdown
from surveys.policy_log import policy_in_force, record_policy
from surveys.roster_tables import PersonRow, PlacementRow
from surveys.tables import UnitRow, UnitTreeRow
from surveys.units import UnitCode
from surveys.wave_states import WaveKind
from surveys.wave_tables import InvitationRow
from surveys.waves import WavePlan, create_draft, descriptor_of

OPENS = date(2026, 11, 9)
CLOSES = date(2026, 11, 27)
SERVED = {"answering.js": "0" * 64}
TEAMS: Mapping[str, int] = {"A": 6, "B": 7, "C": 3}
"""People per team under the root `ALL`; the third team is smaller than k = 5."""

_KEYS: list[bytes] = []


@pytest.fixture
def quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand out pass keys that were made before in this process."""
    hand_out_keys(monkeypatch)


def hand_out_keys(patch: pytest.MonkeyPatch) -> None:
    """Do as `quick_keys` does, for fixtures that live longer than one test."""
    patch.setattr(preparing_waves, "make_pass_key", _hand_out)
    patch.setattr("pulse.jobs.preparing.make_pass_key", _hand_out)


def _hand_out(keys: WaveKeys, place: int) -> None:
    while len(_KEYS) <= place:
        _KEYS.append(PassKey.generate().as_der())
    write_key(keys.pass_key(place), _KEYS[place])


def fill_registry(site: Installation, teams: Mapping[str, int] = TEAMS) -> None:
    """Put a root with teams and their people into the registry, in force since 2026."""
    start = date(2026, 1, 1)
    with site.stores.registry() as registry:
        registry.add(UnitTreeRow(valid_from=start, revision=1))
        registry.flush()
        units = [("ALL", None), *((team, "ALL") for team in teams if team != "ALL")]
        registry.add_all(
            UnitRow(valid_from=start, code=code, name=f"Team {code}", parent_code=parent)
            for code, parent in units
        )
        for team, people in teams.items():
            for number in range(people):
                name = f"{team.lower()}{number}"
                person = PersonRow(
                    reference=name,
                    name=f"Person {name}",
                    email=f"{name}@example.org",
                    is_agency=False,
                    needs_card=False,
                )
                registry.add(person)
                registry.flush()
                registry.add(
                    PlacementRow(
                        person_id=person.id, valid_from=start, valid_to=None, unit_code=team
                    )
                )


def draft_wave(
    site: Installation,
    *,
    opens_on: date = OPENS,
    closes_on: date = CLOSES,
    questions: int = 8,
    breakdowns: tuple[str, ...] = (),
) -> str:
    """Add a draft with the first questions of the default bank and return its code."""
    items = tuple(item.code for item in default_instrument().items[:questions])
    with site.stores.archive() as archive:
        policy = policy_in_force(archive)
    with site.stores.registry() as registry:
        plan = WavePlan(WaveKind.MONTHLY, opens_on, closes_on, items, breakdowns=breakdowns)
        return create_draft(registry, plan, policy=policy, released=()).code


def prepared_wave(site: Installation, *, teams: Mapping[str, int] = TEAMS, **draft: date) -> str:
    """Return the code of a prepared wave; give the test `quick_keys`."""
    fill_registry(site, teams)
    code = draft_wave(site, **draft)  # type: ignore[arg-type]  # dates only
    begin_preparing(site, code)
    assert go_on_preparing(site, code, day=OPENS - timedelta(days=3))
    return code


def opened_wave(site: Installation, *, teams: Mapping[str, int] = TEAMS) -> str:
    code = prepared_wave(site, teams=teams)
    open_wave(site, code, day=OPENS, served=SERVED)
    return code


def opened_divided_wave(
    site: Installation, breakdowns: Sequence[Breakdown], *, teams: Mapping[str, int], questions: int
) -> str:
    """Return the code of an open wave that asks these breakdown questions after its items."""
    with site.stores.archive() as archive:
        policy = replace(policy_in_force(archive), threshold=5, breakdowns=tuple(breakdowns))
        record_policy(archive, policy, signer=site.signer, day=OPENS - timedelta(days=30))
    fill_registry(site, teams)
    codes = tuple(breakdown.code for breakdown in breakdowns)
    code = draft_wave(site, questions=questions, breakdowns=codes)
    begin_preparing(site, code)
    assert go_on_preparing(site, code, day=OPENS - timedelta(days=3))
    open_wave(site, code, day=OPENS, served=SERVED)
    return code


def secrets_of(site: Installation, code: str) -> dict[str, UnitCode]:
    """Return every secret of a wave with its reporting group, in the order of invitations' ids."""
    key = read_key(keys_of(site, code).invitation)
    with site.stores.registry() as registry:
        rows = (
            registry.query(InvitationRow)
            .filter(InvitationRow.wave_code == code)
            .order_by(InvitationRow.id)
        )
        return {secret_of(key, row.id): UnitCode(row.unit_code) for row in rows}


def ballots_for(site: Installation, secret: str, answers: Sequence[int]) -> dict[BallotKind, bytes]:
    """Take both passes of an invitation and return the finished ballots, not yet in the box."""
    with site.stores.registry() as registry:
        found = find_invitation(registry, secret)
        assert found is not None
        descriptor = descriptor_of(registry, found.wave_code)
    keys = {kind: _pass_key(site, found.wave_code, found.unit_code, kind) for kind in BallotKind}
    pending = {kind: begin_pass(key.public, kind) for kind, key in keys.items()}
    blinded = {kind: each.blinded for kind, each in pending.items()}
    signed = sign_passes(found, blinded, key_of=lambda _wave, _unit, kind: keys[kind])
    with site.stores.registry() as registry:
        take_mark(registry, found, blinded)
    plain = {BallotKind.SCORES: encode_answers(answers), BallotKind.COMMENT: encode_comment("")}
    return {
        kind: make_ballot(
            each.finish(signed[kind]),
            plain[kind],
            opening_point=descriptor.opening_point,
            descriptor_sha256=descriptor.sha256,
        )
        for kind, each in pending.items()
    }


def answer(site: Installation, secret: str, answers: Sequence[int]) -> None:
    """Take part in a wave as a phone does, from the secret to both ballots in the box."""
    box = box_of(site, secret)
    for body in ballots_for(site, secret, answers).values():
        put_ballot(box, body)


def box_of(site: Installation, secret: str) -> Path:
    with site.stores.registry() as registry:
        found = find_invitation(registry, secret)
        assert found is not None
        return box_paths(site, descriptor_of(registry, found.wave_code))[found.box_part]


def _pass_key(site: Installation, code: str, unit: UnitCode, kind: BallotKind) -> PassKey:
    with site.stores.registry() as registry:
        groups = preparing_waves.groups_of(registry, code)
    place = preparing_waves.place_of(groups, unit, kind)
    return PassKey.from_der(read_key(keys_of(site, code).pass_key(place)))
