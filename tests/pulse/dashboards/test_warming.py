"""What takes long is worked out before anybody asks, and again when something is new."""

import threading
from collections.abc import Iterator

import pytest

from analysis.archive import visible_releases
from pulse.dashboards import associations, memory
from pulse.dashboards.warming import keep_warm, warm_up
from pulse.stores import Stores
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from tests.pulse.released import MANY, release, tally_of, workforce


@pytest.fixture(autouse=True)
def _own_memory(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    kept: memory.ReleaseMemory[associations.Associations] = memory.ReleaseMemory(size=4)
    monkeypatch.setattr(associations, "_memory", kept)
    yield
    assert not [each for each in threading.enumerate() if each.name == "warming"]


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that gets the theme of each study that is worked out."""
    worked: list[str] = []
    real = associations.study_turnover

    def study(*args: object, **rest: object) -> object:
        worked.append(str(rest["about"]))
        return real(*args, **rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(associations, "study_turnover", study)
    return worked


def test_a_reader_after_warming_finds_the_numbers_worked_out(
    stores: Stores, released_months: tuple[Month, ...], counted: list[str]
) -> None:
    assert released_months
    warm_up(stores, ())
    assert counted == ["morale"]
    with stores.archive() as session:
        heads = visible_releases(session)
    associations.associations_of(stores.archive, heads)
    assert counted == ["morale"]


def test_the_same_state_is_not_worked_out_again_and_a_new_import_is(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner, counted: list[str]
) -> None:
    state = warm_up(stores, ())
    assert warm_up(stores, state) == state
    assert len(counted) == 1
    with stores.archive() as session:
        workforce(session, released_months, {"north-1": 2}, signer)
    assert warm_up(stores, state) != state
    assert len(counted) == 2


def test_a_new_release_is_worked_out(
    stores: Stores, released_months: tuple[Month, ...], signer: LogSigner, counted: list[str]
) -> None:
    state = warm_up(stores, ())
    with stores.archive() as session:
        release(session, [tally_of(released_months[-1].shifted(1), MANY, means={})], signer)
    warm_up(stores, state)
    assert len(counted) == 2


def test_without_a_release_there_is_nothing_to_do(stores: Stores, counted: list[str]) -> None:
    warm_up(stores, ())
    assert counted == []


def test_the_thread_works_by_itself_and_ends_when_told(
    stores: Stores, released_months: tuple[Month, ...], counted: list[str]
) -> None:
    assert released_months
    ended = keep_warm(stores)
    (thread,) = [each for each in threading.enumerate() if each.name == "warming"]
    ended.set()
    thread.join(60)
    assert not thread.is_alive()
    assert len(counted) in {0, 1}  # ended before or after its first look


def test_two_who_ask_at_once_wait_for_one_working_out() -> None:
    kept: memory.ReleaseMemory[int] = memory.ReleaseMemory(size=2)
    begun, may_end, worked = threading.Event(), threading.Event(), []

    def work_out() -> int:
        begun.set()
        may_end.wait(10)
        worked.append(1)
        return len(worked)

    answers: list[int] = []
    threads = [
        threading.Thread(target=lambda: answers.append(kept.recall((), "q", work_out)))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    assert begun.wait(10)
    may_end.set()
    for thread in threads:
        thread.join(10)
    assert answers == [1, 1, 1]


def test_nobody_waits_to_write_while_numbers_are_worked_out(
    stores: Stores,
    released_months: tuple[Month, ...],
    signer: LogSigner,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    written: list[str] = []
    real = associations.study_turnover

    def study(*args: object, **rest: object) -> object:
        with stores.archive(writing=True) as session:
            workforce(session, released_months, {}, signer)
        written.append("in the middle of it")
        return real(*args, **rest)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(associations, "study_turnover", study)
    warm_up(stores, ())
    assert written == ["in the middle of it"]
