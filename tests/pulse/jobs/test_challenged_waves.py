"""A challenged wave, day by day: it waits for HR, comes out with what was said, or is destroyed."""

from datetime import date, datetime, timedelta

import pytest

from analysis.archive import visible_releases
from analysis.printed_challenges import printed_challenges
from analysis.publishing import staged_months, verify_release
from pulse.installation import Installation
from pulse.jobs import closing
from pulse.jobs.closing import close_wave, give_up_wave, is_cleaned_up, release_wave
from pulse.jobs.worker import tick
from surveys.challenges import Challenge, Outcome, answer_challenge, raise_challenge
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, entries
from surveys.months import Month
from surveys.wave_states import WaveState
from surveys.wave_wishes import WaveStep, wish, wish_of
from surveys.waves import find_wave
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")
NOVEMBER = Month(2026, 11)


def day(number: int) -> date:
    """Day 0 is the day of the close; without a challenge the results come out on day 3."""
    return CLOSES + timedelta(days=number)


@pytest.fixture
def code(installation: Installation) -> str:
    """A wave that everybody has answered, closed and counted by the worker on day 0."""
    code = opened_wave(installation)
    for place, secret in enumerate(secrets_of(installation, code)):
        answer(installation, secret, [1 + (place + item) % 5 for item in range(8)])
    work(installation, 0, hour=18)
    assert state_of(installation, code) is WaveState.STAGED
    return code


def work(site: Installation, number: int, *, hour: int = 12) -> int:
    return tick(site, datetime.fromisoformat(f"{day(number)} {hour:02}:00"))


def state_of(site: Installation, code: str) -> WaveState:
    with site.stores.registry() as registry:
        return find_wave(registry, code).state


def challenge(site: Installation, code: str, number: int) -> Challenge:
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
    with site.stores.archive(writing=True) as archive:
        return raise_challenge(
            archive, wave, "Who changed the list?", signer=site.signer, day=day(number)
        )


def reply(site: Installation, code: str, number: int, outcome: Outcome) -> None:
    with site.stores.registry() as registry:
        wave = find_wave(registry, code)
    with site.stores.archive(writing=True) as archive:
        answer_challenge(
            archive, wave, "We did, twice.", outcome, signer=site.signer, day=day(number)
        )


def printed(site: Installation) -> tuple[Challenge, ...]:
    with site.stores.archive() as archive:
        return printed_challenges(archive, visible_releases(archive)).get(NOVEMBER, ())


def test_challenged_on_day_2_and_answered_on_day_5_it_comes_out_on_day_5(
    installation: Installation, code: str
) -> None:
    site = installation
    raised = challenge(site, code, 2)
    for number in (2, 3, 4):
        work(site, number)
        assert state_of(site, code) is WaveState.STAGED
    reply(site, code, 5, Outcome.RELEASE)
    work(site, 5)
    assert state_of(site, code) is WaveState.RELEASED
    assert is_cleaned_up(site, code)
    (found,) = printed(site)
    assert (found.reason, found.day) == ("Who changed the list?", day(2))
    assert found.answer is not None
    assert (found.answer.words, found.answer.day) == ("We did, twice.", day(5))
    with site.stores.archive() as archive:
        (release,) = entries(archive, kinds=[EntryKind.RELEASE])
        assert release.body["challenges"] == [raised.place]
        assert verify_release(archive, NOVEMBER).is_intact


def test_answered_at_once_it_still_waits_for_the_end_of_the_days_to_challenge(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 0)
    reply(installation, code, 1, Outcome.RELEASE)
    work(installation, 2)
    assert state_of(installation, code) is WaveState.STAGED
    work(installation, 3)
    assert state_of(installation, code) is WaveState.RELEASED


def test_without_an_answer_it_comes_out_after_fourteen_days_with_the_challenge_on_it(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 2)
    for number in (3, 10, 15):
        work(installation, number)
        assert state_of(installation, code) is WaveState.STAGED
    work(installation, 16)
    assert state_of(installation, code) is WaveState.RELEASED
    (found,) = printed(installation)
    assert found.answer is None


def test_given_up_in_the_answer_it_is_destroyed_without_results(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 2)
    reply(installation, code, 2, Outcome.DESTROY)
    work(installation, 2)
    assert state_of(installation, code) is WaveState.DESTROYED
    assert is_cleaned_up(installation, code)
    with installation.stores.archive() as archive:
        assert staged_months(archive) == ()
        assert visible_releases(archive) == ()


@pytest.mark.parametrize("step", ["discard_month", "set_state", "destroy_box", "log_once"])
def test_cut_short_while_it_is_given_up_the_worker_finishes_it(
    installation: Installation, code: str, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    challenge(installation, code, 2)
    reply(installation, code, 2, Outcome.DESTROY)
    with monkeypatch.context() as patch:
        patch.setattr(closing, step, _cut)
        with pytest.raises(KeyboardInterrupt):
            work(installation, 2)
    work(installation, 2)
    assert state_of(installation, code) is WaveState.DESTROYED
    assert is_cleaned_up(installation, code)


def test_cut_short_between_the_release_in_the_log_and_the_state_it_stays_released(
    installation: Installation, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    challenge(installation, code, 2)
    reply(installation, code, 5, Outcome.RELEASE)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "set_state", _cut)
        with pytest.raises(KeyboardInterrupt):
            work(installation, 5)
    with pytest.raises(StateError, match="are out already"):
        challenge(installation, code, 2)
    work(installation, 5)
    assert state_of(installation, code) is WaveState.RELEASED
    with installation.stores.archive() as archive:
        assert len(entries(archive, kinds=[EntryKind.RELEASE])) == 1


def _cut(*_args: object, **_kwargs: object) -> None:
    raise KeyboardInterrupt


def test_a_command_cannot_release_it_before_the_answer(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 2)
    with pytest.raises(StateError, match=f"come out on {day(16)}, unless HR answers"):
        release_wave(installation, code, day=day(3))
    assert printed(installation) == ()


def test_a_wave_that_was_given_up_cannot_be_released_by_a_command(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 2)
    reply(installation, code, 2, Outcome.DESTROY)
    with pytest.raises(StateError, match="HR has given up"):
        release_wave(installation, code, day=day(20))


def test_hr_cannot_destroy_it_past_the_challenge_and_reads_why(
    installation: Installation, code: str
) -> None:
    with installation.stores.registry() as registry:
        wish(registry, code, WaveStep.DESTROY)
    challenge(installation, code, 2)
    work(installation, 2)
    assert state_of(installation, code) is WaveState.STAGED
    with installation.stores.registry() as registry:
        assert "Answer the challenge" in wish_of(registry, code).why


def test_once_it_is_answered_hr_can_still_give_up_a_wave_that_cannot_be_released(
    installation: Installation, code: str
) -> None:
    challenge(installation, code, 2)
    reply(installation, code, 3, Outcome.RELEASE)
    give_up_wave(installation, code, day=day(3))
    assert state_of(installation, code) is WaveState.DESTROYED


def test_a_wave_is_counted_although_it_is_challenged_before_the_count(
    installation: Installation,
) -> None:
    code = opened_wave(installation)
    for place, secret in enumerate(secrets_of(installation, code)):
        answer(installation, secret, [1 + (place + item) % 5 for item in range(8)])
    close_wave(installation, code, day=day(0))
    challenge(installation, code, 0)
    work(installation, 0, hour=18)
    assert state_of(installation, code) is WaveState.STAGED


def test_a_release_that_nobody_challenged_has_nothing_printed_on_it(
    installation: Installation, code: str
) -> None:
    work(installation, 3)
    assert state_of(installation, code) is WaveState.RELEASED
    assert printed(installation) == ()
    with installation.stores.archive() as archive:
        (release,) = entries(archive, kinds=[EntryKind.RELEASE])
    assert "challenges" not in release.body
