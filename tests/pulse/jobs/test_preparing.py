"""Preparing and opening a wave: cut short anywhere, the same in the end; nothing is half done."""

import json
from datetime import timedelta

import pytest

from pulse.installation import Installation
from pulse.jobs.opening import cancel_wave, extend_wave, open_wave
from pulse.jobs.preparing import begin_preparing, box_paths, go_on_preparing, keys_of
from surveys.ballot_format import BallotKind
from surveys.blind_rsa import PassPublicKey
from surveys.box import BoxNotOpenError, put_ballot
from surveys.errors import StateError
from surveys.issuing import PassRefused, Refusal, find_invitation
from surveys.ledger.log import EntryKind, entries
from surveys.ledger.merkle import is_included, leaf_hash
from surveys.policy import AnonymityPolicy
from surveys.policy_log import record_policy
from surveys.preparing_waves import pass_key_tree
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, PassMarkRow
from surveys.waves import descriptor_of, find_wave, set_state
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    ballots_for,
    box_of,
    draft_wave,
    fill_registry,
    opened_wave,
    prepared_wave,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

BEFORE = OPENS - timedelta(days=3)
pytestmark = pytest.mark.usefixtures("quick_keys")


def kinds_logged(site: Installation) -> list[EntryKind]:
    with site.stores.archive() as archive:
        return [entry.kind for entry in entries(archive)][1:]  # after the policy


def state_of(site: Installation, code: str) -> WaveState:
    with site.stores.registry() as registry:
        return find_wave(registry, code).state


def test_people_of_a_small_team_are_counted_one_level_up(installation: Installation) -> None:
    code = prepared_wave(installation, teams={"A": 6, "B": 7, "C": 3, "D": 4})
    with installation.stores.registry() as registry:
        groups = descriptor_of(registry, code).groups
    assert {group.unit: group.invited for group in groups} == {"A": 6, "ALL": 7, "B": 7}


def test_a_prepared_wave_has_a_key_a_proof_and_a_box_for_everybody(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    with installation.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
        tree = pass_key_tree(registry, code)
        wave = find_wave(registry, code)
    assert wave.state is WaveState.PREPARED
    assert wave.keys_made == wave.keys_needed == descriptor.keys == 2 * len(descriptor.groups)
    assert len({PassPublicKey.from_modulus(leaf.modulus).key_id for leaf in tree.leaves}) == 4
    for place, leaf in enumerate(tree.leaves):
        assert is_included(
            leaf_hash(leaf.text.encode()),
            place,
            size=descriptor.keys,
            root=descriptor.keys_root,
            proof=tree.proof(place),
        )
    assert [path.exists() for path in box_paths(installation, descriptor).values()] == [True]


def test_the_log_holds_the_descriptor_that_phones_will_hash(installation: Installation) -> None:
    code = prepared_wave(installation)
    with installation.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
    with installation.stores.archive() as archive:
        (entry,) = entries(archive, kinds=[EntryKind.PREPARED])
    assert entry.body["descriptor_sha256"] == descriptor.sha256
    assert entry.body["descriptor"] == json.loads(descriptor.text)
    assert (entry.body["invited"], entry.body["invited_before"]) == (16, 0)


def test_a_wave_declares_that_its_release_will_say_how_its_questions_go_together(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    with installation.stores.registry() as registry:
        assert descriptor_of(registry, code).questionnaire_figures


def test_the_registry_keeps_no_secret_and_no_mark_before_the_wave_opens(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    secrets = secrets_of(installation, code)
    with installation.stores.registry() as registry:
        invited = registry.query(InvitationRow).count()
        marks = [bytes(row.mark) for row in registry.query(PassMarkRow)]
    assert len(secrets) == invited == len(marks) == 16
    assert set(marks) == {bytes(32)}
    stored = (installation.settings.home / "registry.sqlite").read_bytes()
    assert not any(secret.encode() in stored for secret in secrets)


def test_preparing_goes_on_where_it_was_stopped(installation: Installation) -> None:
    fill_registry(installation)
    code = draft_wave(installation)
    begin_preparing(installation, code)
    assert not go_on_preparing(installation, code, day=BEFORE, should_stop=lambda: True)
    assert state_of(installation, code) is WaveState.DRAFT
    keys_of(installation, code).pass_key(1).parent.mkdir(parents=True, exist_ok=True)
    assert go_on_preparing(installation, code, day=BEFORE)
    assert go_on_preparing(installation, code, day=BEFORE)
    assert kinds_logged(installation) == [EntryKind.PREPARED]


def test_preparing_cut_short_at_each_step_ends_the_same(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill_registry(installation)
    code = draft_wave(installation)
    begin_preparing(installation, code)
    for step in ("freeze", "make_box", "log_once", "set_state"):
        with monkeypatch.context() as patch:
            patch.setattr(f"pulse.jobs.preparing.{step}", _cut_short)
            with pytest.raises(KeyboardInterrupt):
                go_on_preparing(installation, code, day=BEFORE)
        assert state_of(installation, code) is WaveState.DRAFT
    assert go_on_preparing(installation, code, day=BEFORE)
    assert kinds_logged(installation) == [EntryKind.PREPARED]


def _cut_short(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_nobody_takes_part_before_the_wave_opens(installation: Installation) -> None:
    code = prepared_wave(installation)
    secret = next(iter(secrets_of(installation, code)))
    with pytest.raises(PassRefused) as refused:
        ballots_for(installation, secret, [1] * 8)
    assert refused.value.refusal is Refusal.NOT_YET


def test_an_opened_wave_takes_one_ballot_of_each_kind_per_person(
    installation: Installation,
) -> None:
    code = opened_wave(installation)
    secret = next(iter(secrets_of(installation, code)))
    answer(installation, secret, [1, 2, 3, 4, 5, 0, 1, 2])
    with installation.stores.registry() as registry:
        found = find_invitation(registry, secret)
    assert found is not None
    assert found.is_used
    with pytest.raises(PassRefused) as refused:
        answer(installation, secret, [1] * 8)
    assert refused.value.refusal is Refusal.USED
    logged = [EntryKind.PREPARED, EntryKind.SERVED, EntryKind.OPENED]
    assert kinds_logged(installation) == logged
    open_wave(installation, code, day=OPENS, served=SERVED)
    assert kinds_logged(installation) == logged


def test_a_box_takes_nothing_before_its_wave_opens(installation: Installation) -> None:
    code = prepared_wave(installation)
    secret = next(iter(secrets_of(installation, code)))
    box = box_of(installation, secret)
    with installation.stores.registry() as registry:
        set_state(registry, code, WaveState.OPEN)  # as far as passes go
    body = ballots_for(installation, secret, [1] * 8)[BallotKind.SCORES]
    with pytest.raises(BoxNotOpenError):
        put_ballot(box, body)


def test_a_wave_that_would_close_today_does_not_open(installation: Installation) -> None:
    code = prepared_wave(installation)
    with pytest.raises(StateError, match="Cancel it and plan another one"):
        open_wave(installation, code, day=CLOSES, served=SERVED)


def test_an_open_wave_can_be_extended_by_two_weeks_and_the_log_says_so(
    installation: Installation,
) -> None:
    code = opened_wave(installation)
    for wrong in (CLOSES, CLOSES + timedelta(days=15)):
        with pytest.raises(StateError, match="The new closing day"):
            extend_wave(installation, code, wrong, day=OPENS)
    extend_wave(installation, code, CLOSES + timedelta(days=5), day=OPENS)
    with installation.stores.registry() as registry:
        assert find_wave(registry, code).closes_on == CLOSES + timedelta(days=5)
    assert kinds_logged(installation)[-1] is EntryKind.EXTENDED


def test_cancelling_a_prepared_wave_destroys_what_was_made_and_is_logged(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    keys = keys_of(installation, code)
    with installation.stores.registry() as registry:
        boxes = box_paths(installation, descriptor_of(registry, code))
    cancel_wave(installation, code, day=BEFORE)
    assert state_of(installation, code) is WaveState.CANCELLED
    assert not keys.folder.exists()
    assert not keys.opening.exists()
    assert not any(path.exists() for path in boxes.values())
    with installation.stores.registry() as registry:
        assert registry.query(InvitationRow).count() == registry.query(PassMarkRow).count() == 0
    assert kinds_logged(installation) == [EntryKind.PREPARED, EntryKind.CANCELLED]
    assert draft_wave(installation) == "2026-11-b"


def test_an_open_wave_cannot_be_cancelled(installation: Installation) -> None:
    code = opened_wave(installation)
    with pytest.raises(StateError, match="cannot become cancelled"):
        cancel_wave(installation, code, day=OPENS)


def test_the_policy_stays_while_a_wave_is_under_way(installation: Installation) -> None:
    code = prepared_wave(installation)
    stricter = AnonymityPolicy(threshold=8)
    with (
        installation.stores.archive() as archive,
        pytest.raises(StateError, match="A wave is prepared or open"),
    ):
        record_policy(archive, stricter, signer=installation.signer, day=OPENS)
    cancel_wave(installation, code, day=BEFORE)
    with installation.stores.archive() as archive:
        record_policy(archive, stricter, signer=installation.signer, day=OPENS)
