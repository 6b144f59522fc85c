"""`pulse worker` sends the mail that is due, beside its other steps."""

import threading
from collections.abc import Iterator
from datetime import datetime, time

import pytest

from pulse.cli import worker
from pulse.installation import Installation
from tests.conftest import RunPulse
from tests.pulse.mail_servers import MailServer, mail_server, with_mail
from tests.pulse.waves_made import OPENS, opened_wave
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def server() -> Iterator[MailServer]:
    with mail_server() as running:
        yield running


@pytest.fixture(autouse=True)
def _noon_of_the_opening(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "local_now", lambda: datetime.combine(OPENS, time(12)))


def test_one_look_sends_what_is_due_and_says_how_much(
    installation: Installation, run_pulse: RunPulse, server: MailServer
) -> None:
    opened_wave(installation)
    server.room.answers = {"a0@example.org": ["550 no"], "a1@example.org": ["451 later"]}
    result = run_pulse("worker", "--once", PULSE_MAIL=f"smtp://127.0.0.1:{server.port}")
    assert "Mail: 14 sent, 1 failed, 1 tried later" in result.output
    again = run_pulse("worker", "--once", PULSE_MAIL=f"smtp://127.0.0.1:{server.port}")
    assert "Mail:" not in again.output


def test_a_running_worker_sends_until_it_is_stopped(
    installation: Installation, server: MailServer
) -> None:
    opened_wave(installation)
    stopped = threading.Event()
    server.room.received = _StopsAfter(16, stopped)
    worker.run_until(with_mail(installation, server.settings()), stopped)
    assert len(server.room.addresses) == 16


class _StopsAfter(list[object]):
    """A list that sets an event when it has so many entries."""

    def __init__(self, entries: int, event: threading.Event) -> None:
        super().__init__()
        self._entries = entries
        self._event = event

    def extend(self, more: object) -> None:
        super().extend(more)  # type: ignore[arg-type]  # what a list takes
        if len(self) >= self._entries:
            self._event.set()
