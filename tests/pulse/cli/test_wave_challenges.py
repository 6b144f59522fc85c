"""`pulse wave` tells of challenges and answers them."""

from datetime import date, datetime, timedelta

import pytest

from pulse.cli import wave as commands
from pulse.installation import Installation
from pulse.jobs.worker import tick
from surveys.challenges import raise_challenge
from surveys.ledger.log import EntryKind, entries
from surveys.wave_states import WaveState
from surveys.waves import find_wave
from tests.conftest import RunPulse
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def code(installation: Installation, monkeypatch: pytest.MonkeyPatch) -> str:
    """A counted wave on the day after its close."""
    monkeypatch.setattr(commands, "today", lambda: day(1))
    code = opened_wave(installation)
    for place, secret in enumerate(secrets_of(installation, code)):
        answer(installation, secret, [1 + (place + item) % 5 for item in range(8)])
    tick(installation, datetime.fromisoformat(f"{CLOSES} 18:00"))
    return code


def day(number: int) -> date:
    return CLOSES + timedelta(days=number)


def challenge(site: Installation, code: str) -> None:
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
    with site.stores.archive(writing=True) as archive:
        raise_challenge(archive, wave, "Who changed it?", signer=site.signer, day=day(1))


def test_the_list_says_when_results_come_out_and_for_what_they_wait(
    installation: Installation, code: str, run_pulse: RunPulse
) -> None:
    assert f"Its results come out on {day(3)}." in run_pulse("wave", "list").output
    challenge(installation, code)
    listed = run_pulse("wave", "list").output
    assert f"Its results come out on {day(15)}. The union has challenged it" in listed


def test_a_challenge_is_told_and_answered_from_a_terminal(
    installation: Installation, code: str, run_pulse: RunPulse
) -> None:
    assert "The union has not challenged" in run_pulse("wave", "challenges", code).output
    challenge(installation, code)
    told = run_pulse("wave", "challenges", code).output
    assert f"{day(1)}. The union: Who changed it?" in told
    assert f"Not answered. Without an answer: {day(15)}." in told
    answered = run_pulse("wave", "answer", code, "--words", "We did.", "--then", "release", "--yes")
    assert f"Its results come out on {day(3)}." in answered.output
    told = run_pulse("wave", "challenges", code).output
    assert f"{day(1)}. HR: We did." in told
    assert "Decided: release." in told


def test_given_up_in_the_answer_the_worker_destroys_it(
    installation: Installation, code: str, run_pulse: RunPulse
) -> None:
    challenge(installation, code)
    answered = run_pulse("wave", "answer", code, "--words", "Right.", "--then", "destroy", "--yes")
    assert "HR has given it up" in answered.output
    tick(installation, datetime.fromisoformat(f"{day(1)} 12:00"))
    with installation.stores.registry() as registry:
        assert find_wave(registry, code).state is WaveState.DESTROYED


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("destroy", "2026-11", "--yes"), "Answer the challenge"),
        (("release", "2026-11"), "unless HR answers the union's challenge before"),
        (("answer", "2026-11", "--words", " ", "--then", "release", "--yes"), "answer is missing"),
    ],
)
def test_what_a_challenge_forbids_is_refused_in_words(
    installation: Installation,
    code: str,
    run_pulse: RunPulse,
    words: tuple[str, ...],
    message: str,
) -> None:
    challenge(installation, code)
    refused = run_pulse("wave", *words)
    assert refused.exit_code == 2
    assert message in refused.output
    with installation.stores.archive() as archive:
        assert entries(archive, kinds=[EntryKind.CHALLENGE_ANSWERED, EntryKind.DESTROYED]) == ()


def test_an_answer_is_asked_about_first(
    installation: Installation, code: str, run_pulse: RunPulse
) -> None:
    challenge(installation, code)
    words = ("wave", "answer", code, "--words", "We did.", "--then", "release")
    assert run_pulse(*words, typed="n").exit_code == 1
    with installation.stores.archive() as archive:
        assert entries(archive, kinds=[EntryKind.CHALLENGE_ANSWERED]) == ()
