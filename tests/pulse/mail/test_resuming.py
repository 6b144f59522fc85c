"""5,000 invitations by a worker that is killed for good again and again, and by two at once."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import delete, insert

from pulse.installation import Installation
from pulse.mail.mailings import MailingState, mailings_of
from surveys.issuing import NO_MARK
from surveys.roster_tables import PersonRow
from surveys.wave_tables import InvitationRow, LeaseRow, PassMarkRow
from tests.conftest import REPOSITORY
from tests.pulse.mail_servers import MailServer
from tests.pulse.waves_made import OPENS

WORKER = f"""
import os
from datetime import datetime
from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs.mailing import mail_round
from pulse.startup import check_installation
from pulse.stores import Stores
settings = Settings.from_environ(os.environ)
stores = Stores.of(settings)
site = Installation(settings, stores, check_installation(settings, stores))
print("ready", flush=True)
print(mail_round(site, datetime.fromisoformat("{OPENS}T12:00")), flush=True)
"""


@pytest.fixture
def tmp_path(tmp_path: Path) -> Iterator[Path]:
    """A folder in memory where there is one: a kill spares what was written, a disk is not needed."""
    memory = Path("/dev/shm")
    if not memory.is_dir():
        yield tmp_path
        return
    with tempfile.TemporaryDirectory(dir=memory) as folder:
        yield Path(folder)


def invite(site: Installation, code: str, people: int) -> Counter[str]:
    """Add people with invitations to an open wave, and return everybody's address."""
    made = [(uuid4(), uuid4(), number) for number in range(people)]
    with site.stores.registry() as registry:
        registry.execute(
            insert(PersonRow),
            [
                {"id": person, "reference": f"n{n}", "name": f"N {n}", "email": f"n{n}@example.org", "is_agency": False, "needs_card": False}
                for person, _, n in made
            ],
        )  # fmt: skip
        registry.execute(
            insert(PassMarkRow), [{"place": 1000 + n, "mark": NO_MARK} for _, _, n in made]
        )
        registry.execute(
            insert(InvitationRow),
            [
                {"id": own, "wave_code": code, "unit_code": "A", "person_id": person, "mark_place": 1000 + n, "secret_sha256": own.bytes * 2}
                for person, own, n in made
            ],
        )  # fmt: skip
        return Counter(row.email for row in registry.query(PersonRow) if row.email)


def start(site: Installation, server: MailServer) -> "subprocess.Popen[str]":
    environ = {
        "PULSE_HOME": str(site.settings.home),
        "PULSE_MAIL": f"smtp://127.0.0.1:{server.port}",
        "PATH": os.environ["PATH"],
    }
    worker = subprocess.Popen(
        [sys.executable, "-c", WORKER],
        cwd=REPOSITORY,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == "ready\n"
    return worker


def kill_after(worker: "subprocess.Popen[str]", server: MailServer, messages: int) -> None:
    while len(server.room.received) < messages and worker.poll() is None:
        time.sleep(0.02)
    worker.send_signal(signal.SIGKILL)
    worker.communicate()


def free_the_turn(site: Installation) -> None:
    """Let the five minutes pass after which the turn of a dead worker is free."""
    with site.stores.registry() as registry:
        registry.execute(delete(LeaseRow))


def test_5000_invitations_reach_everybody_although_the_worker_is_killed_five_times(
    site: Installation, code: str, server: MailServer
) -> None:
    invited = invite(site, code, 5000 - 16)
    assert len(invited) == 5000
    kills = (37, 700, 1600, 2900, 4400)
    for messages in kills:
        kill_after(start(site, server), server, messages)
        free_the_turn(site)
    worker = start(site, server)
    worker.communicate()
    assert set(server.room.addresses) == set(invited)
    twice = {address: n for address, n in server.room.addresses.items() if n > 1}
    assert len(server.room.received) - 5000 <= len(kills)
    for address in twice:
        assert len({each.ident for each in server.room.received if each.address == address}) == 1
    with site.stores.office() as office:
        invitation = mailings_of(office, code)[0]
    assert (invitation.state, invitation.sent, invitation.failed) == (MailingState.SENT, 5000, 0)


def test_two_workers_at_once_write_to_nobody_twice(
    site: Installation, code: str, server: MailServer
) -> None:
    invited = invite(site, code, 150)
    workers = [start(site, server), start(site, server)]
    said = sorted(worker.communicate()[0].strip() for worker in workers)
    assert said == [
        "SendingReport(sent=0, failed=0, deferred=0)",
        "SendingReport(sent=166, failed=0, deferred=0)",
    ]
    assert server.room.addresses == invited


def test_progress_can_be_read_while_a_worker_sends(
    site: Installation, code: str, server: MailServer
) -> None:
    invite(site, code, 500)
    worker = start(site, server)
    kill_after(worker, server, 100)
    with site.stores.office() as office:
        invitation = mailings_of(office, code)[0]
    assert invitation.state is MailingState.SENDING
    assert invitation.total == 516
    assert 100 - 1 <= invitation.sent <= len(server.room.received)
