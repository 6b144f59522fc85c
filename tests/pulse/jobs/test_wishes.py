"""What HR asks for on a page is done by the worker, once, and a refusal comes back in words."""

from datetime import date, datetime, timedelta

import pytest

from pulse.installation import Installation
from pulse.jobs import worker
from pulse.jobs.worker import tick
from surveys.errors import StateError
from surveys.wave_states import WaveState
from surveys.wave_wishes import WaveStep, Wish, possible_steps, wish, wish_of
from surveys.waves import Wave, all_waves, find_wave
from tests.pulse.waves_made import (
    CLOSES,
    OPENS,
    SERVED,
    draft_wave,
    fill_registry,
    opened_wave,
    prepared_wave,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")
NOON = datetime.fromisoformat(f"{OPENS - timedelta(days=2)} 12:00")


@pytest.fixture(autouse=True)
def _files_of_the_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "served_files", lambda: SERVED)


def ask(site: Installation, code: str, step: WaveStep, closes_on: date | None = None) -> None:
    with site.stores.registry() as registry:
        wish(registry, code, step, closes_on=closes_on)


def wave_of(site: Installation, code: str) -> Wave:
    with site.stores.registry() as registry:
        return find_wave(registry, code)


def wish_for(site: Installation, code: str) -> Wish:
    with site.stores.registry() as registry:
        return wish_of(registry, code)


def test_a_draft_is_prepared_when_somebody_asks_and_not_before(installation: Installation) -> None:
    fill_registry(installation)
    code = draft_wave(installation)
    assert tick(installation, NOON) == 0
    ask(installation, code, WaveStep.PREPARE)
    tick(installation, NOON, wished_only=True)
    assert wave_of(installation, code).state is WaveState.PREPARED
    assert wish_for(installation, code) == Wish()


def test_only_waves_that_somebody_asked_about_are_looked_at_between_minutes(
    installation: Installation,
) -> None:
    code = prepared_wave(installation)
    opening_hour = datetime.fromisoformat(f"{OPENS} 09:00")
    assert tick(installation, opening_hour, wished_only=True) == 0
    assert wave_of(installation, code).state is WaveState.PREPARED


def test_a_wave_opens_is_extended_and_closes_when_somebody_asks(
    installation: Installation,
) -> None:
    site, code = installation, prepared_wave(installation)
    ask(site, code, WaveStep.OPEN)
    tick(site, NOON, wished_only=True)
    assert wave_of(site, code).state is WaveState.OPEN
    ask(site, code, WaveStep.EXTEND, CLOSES + timedelta(days=3))
    tick(site, NOON, wished_only=True)
    assert wave_of(site, code).closes_on == CLOSES + timedelta(days=3)
    ask(site, code, WaveStep.CLOSE)
    tick(site, NOON, wished_only=True)
    # nobody had answered: nothing can be shown, so everything is destroyed
    assert wave_of(site, code).state is WaveState.DESTROYED


def test_why_a_step_was_refused_is_kept_in_words_until_something_else_is_asked(
    installation: Installation,
) -> None:
    site, code = installation, opened_wave(installation)
    ask(site, code, WaveStep.EXTEND, CLOSES - timedelta(days=3))
    tick(site, NOON, wished_only=True)
    kept = wish_for(site, code)
    assert (kept.step, kept.failed) == (None, "extend")
    assert "closing day" in kept.why
    tick(site, NOON)  # another step that works leaves the reason on the page
    assert wish_for(site, code) == kept
    ask(site, code, WaveStep.EXTEND, CLOSES + timedelta(days=1))
    tick(site, NOON, wished_only=True)
    assert wish_for(site, code) == Wish()


def test_an_organisation_that_is_too_small_is_told_so_and_its_draft_stays(
    installation: Installation,
) -> None:
    fill_registry(installation, {"A": 3})
    code = draft_wave(installation)
    ask(installation, code, WaveStep.PREPARE)
    tick(installation, NOON)
    assert "3 people work here" in wish_for(installation, code).why
    assert possible_steps(wave_of(installation, code)) == (WaveStep.PREPARE, WaveStep.CANCEL)


def test_a_cancelled_draft_is_gone_with_what_was_asked_for_it(installation: Installation) -> None:
    code = draft_wave(installation)
    ask(installation, code, WaveStep.CANCEL)
    tick(installation, NOON, wished_only=True)
    with installation.stores.registry() as registry:
        assert all_waves(registry) == ()
    assert tick(installation, NOON, wished_only=True) == 0


def test_nobody_can_ask_for_what_the_state_does_not_allow(installation: Installation) -> None:
    code = opened_wave(installation)
    with pytest.raises(StateError, match="this cannot be done"):
        ask(installation, code, WaveStep.CANCEL)
