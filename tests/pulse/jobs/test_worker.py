"""The worker: what is due is done at its hour, once, by one worker, and one failure stops no other."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from pulse.health import check_health
from pulse.installation import Installation
from pulse.jobs import worker
from pulse.jobs.closing import close_wave, destroy_wave, is_cleaned_up
from pulse.jobs.leases import lease
from pulse.jobs.preparing import begin_preparing
from pulse.jobs.worker import tick
from pulse.stores import Stores
from surveys.errors import StateError
from surveys.roster_tables import PersonRow, PlacementRow
from surveys.wave_states import WaveState
from surveys.wave_tables import LeaseRow, WaveRateRow
from surveys.wave_wishes import note_failure
from surveys.waves import find_wave
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    answer,
    draft_wave,
    fill_registry,
    opened_wave,
    prepared_wave,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture(autouse=True)
def _files_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spare these tests the building of the page: which files are logged is tested elsewhere."""
    monkeypatch.setattr(worker, "served_files", lambda: SERVED)


def at(day: object, hour: int, minute: int = 0) -> datetime:
    return datetime.fromisoformat(f"{day} {hour:02}:{minute:02}")


def state_of(site: Installation, code: str) -> WaveState:
    with site.stores.registry() as registry:
        return find_wave(registry, code).state


def answer_all(site: Installation, code: str) -> None:
    for place, secret in enumerate(secrets_of(site, code)):
        answer(site, secret, [1 + (place + item) % 5 for item in range(8)])


def test_a_wave_opens_closes_and_is_released_by_itself_at_its_hours(
    installation: Installation,
) -> None:
    site, code = installation, prepared_wave(installation)
    tick(site, at(OPENS, 7, 59))
    assert state_of(site, code) is WaveState.PREPARED
    tick(site, at(OPENS, 8))
    assert state_of(site, code) is WaveState.OPEN
    answer_all(site, code)
    tick(site, at(CLOSES, 17, 59))
    assert state_of(site, code) is WaveState.OPEN
    tick(site, at(CLOSES, 18))
    assert state_of(site, code) is WaveState.STAGED
    tick(site, at(CLOSES + timedelta(days=2), 23, 59))
    assert state_of(site, code) is WaveState.STAGED
    tick(site, at(CLOSES + timedelta(days=3), 0))
    assert state_of(site, code) is WaveState.RELEASED
    assert is_cleaned_up(site, code)
    assert tick(site, at(CLOSES + timedelta(days=4), 0)) == 0


def test_a_destruction_that_was_cut_short_is_finished(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    site, code = installation, opened_wave(installation)
    close_wave(site, code, day=CLOSES)
    with monkeypatch.context() as patch:
        patch.setattr("pulse.jobs.closing.destroy_wave_keys", _cut_short)
        with pytest.raises(KeyboardInterrupt):
            destroy_wave(site, code, day=CLOSES)
    assert not is_cleaned_up(site, code)
    assert tick(site, at(CLOSES, 19)) == 1
    assert is_cleaned_up(site, code)


def _cut_short(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_one_step_that_fails_does_not_stop_the_others(
    installation: Installation,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    site, first = installation, prepared_wave(installation)
    later = OPENS + timedelta(days=35)
    second = draft_wave(site, opens_on=later, closes_on=later + timedelta(days=14))
    begin_preparing(site, second)
    monkeypatch.setattr(worker, "open_wave", _refuse)
    assert tick(site, at(OPENS, 8)) == 1
    assert state_of(site, first) is WaveState.PREPARED
    assert state_of(site, second) is WaveState.PREPARED
    said = capsys.readouterr().err
    assert "worker: open" in said
    assert "quoted words" not in said


def _refuse(*_args: object, **_kwargs: object) -> None:
    raise StateError("quoted words")


def test_the_rate_is_counted_once_a_day_in_steps_and_only_for_enough_people(
    installation: Installation,
) -> None:
    site = installation
    code = opened_wave(site, teams={"A": 60, "B": 45})
    for secret in list(secrets_of(site, code))[:13]:
        answer(site, secret, [1] * 8)
    tick(site, at(OPENS + timedelta(days=1), 6, 59))
    assert rate(site, code) is None
    tick(site, at(OPENS + timedelta(days=1), 7))
    assert rate(site, code) == 10  # 13 of 105 are 12 percent
    for secret in list(secrets_of(site, code))[13:30]:
        answer(site, secret, [1] * 8)
    tick(site, at(OPENS + timedelta(days=1), 20))
    assert rate(site, code) == 10
    tick(site, at(OPENS + timedelta(days=2), 7))
    assert rate(site, code) == 25


def test_there_is_no_rate_of_a_small_organisation(installation: Installation) -> None:
    code = opened_wave(installation)
    tick(installation, at(OPENS + timedelta(days=1), 7))
    assert rate(installation, code) is None


def rate(site: Installation, code: str) -> int | None:
    with site.stores.registry() as registry:
        row = registry.get(WaveRateRow, code)
        return None if row is None else row.percent


def test_two_workers_never_act_at_the_same_time(any_stores: Stores) -> None:
    with lease(any_stores, "worker") as first:
        assert first is not None
        with lease(any_stores, "worker") as second:
            assert second is None
        assert first.renew()
    with lease(any_stores, "worker") as third:
        assert third is not None


def test_the_turn_of_a_dead_worker_runs_out_and_it_cannot_go_on(any_stores: Stores) -> None:
    with lease(any_stores, "worker") as dead:
        assert dead is not None
        with any_stores.registry() as registry:
            registry.execute(update(LeaseRow).values(until=datetime(2020, 1, 1)))  # noqa: DTZ001 - as stored
        with lease(any_stores, "worker") as next_one:
            assert next_one is not None
            assert not dead.renew()


def test_a_worker_without_the_turn_does_nothing(installation: Installation) -> None:
    code = prepared_wave(installation)
    with lease(installation.stores, "worker"):
        assert tick(installation, at(OPENS, 8)) == 0
    assert state_of(installation, code) is WaveState.PREPARED


def test_health_says_when_nobody_does_what_is_due(installation: Installation) -> None:
    def words() -> str:
        checks = check_health(installation.settings, installation.stores)
        return next(check.words for check in checks if check.name == "Waves are on time")

    assert words() == "No wave is under way."
    code = prepared_wave(installation)
    assert "No worker has looked" in words()
    tick(installation, at(OPENS - timedelta(days=1), 12))
    assert words() == "The worker is at it."
    with installation.stores.registry() as registry:
        note_failure(registry, code, "open", "The disk is full.")
    assert f"{code}: open" in words()
    assert "disk" not in words()


def test_people_who_left_are_forgotten_once_no_invitation_names_them(
    installation: Installation,
) -> None:
    site = installation
    fill_registry(site)
    with site.stores.registry() as registry:
        leaver = registry.query(PersonRow).filter_by(reference="a0").one().id
        registry.query(PlacementRow).filter_by(person_id=leaver).update({"valid_to": OPENS})
    tick(site, at(OPENS - timedelta(days=1), 12))
    with site.stores.registry() as registry:
        assert registry.get(PersonRow, leaver) is not None
    tick(site, at(OPENS, 12))
    with site.stores.registry() as registry:
        assert registry.get(PersonRow, leaver) is None
        assert registry.query(PlacementRow).filter_by(person_id=leaver).count() == 0
