"""Processes that are killed for good in the middle of a close: run again, they end the same."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from analysis.archive import visible_releases
from analysis.publishing import verify_release
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, is_cleaned_up, release_wave, stage_wave
from pulse.jobs.preparing import box_paths, keys_of
from surveys.ledger.log import EntryKind, IntactLog, entries, verify
from surveys.opening import ballots_root
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, PassMarkRow
from surveys.waves import descriptor_of, find_wave
from tests.pulse.waves_made import CLOSES, answer, opened_wave, secrets_of
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

RELEASE_DAY = CLOSES + timedelta(days=3)
pytestmark = pytest.mark.usefixtures("quick_keys")

PROGRAM = """
import os, signal, sys
from datetime import date
from pulse.config import Settings
from pulse.installation import Installation
from pulse.jobs import closing
from pulse.startup import check_installation
from pulse.stores import Stores

name, when, code, closes, releases = sys.argv[1:]
step = getattr(closing, name)

def killed(*args, **kwargs):
    if when == "after":
        step(*args, **kwargs)
    os.kill(os.getpid(), signal.SIGKILL)

settings = Settings.from_environ(os.environ)
stores = Stores.of(settings)
site = Installation(settings, stores, check_installation(settings, stores))
setattr(closing, name, killed)
closing.close_wave(site, code, day=date.fromisoformat(closes))
closing.stage_wave(site, code, day=date.fromisoformat(closes))
closing.release_wave(site, code, day=date.fromisoformat(releases))
"""


@pytest.mark.parametrize(
    ("name", "when"),
    [
        ("shut_box", "after"),
        ("log_once", "after"),
        ("_count", "after"),
        ("stage", "after"),
        ("make_visible", "before"),
        ("_show", "after"),  # between the two databases: visible, and not yet released
        ("_publish_ids", "after"),
        ("destroy_wave_keys", "after"),
        ("destroy_box", "after"),
        ("forget_invitations", "after"),
    ],
)
def test_a_close_that_was_killed_ends_the_same_when_it_is_run_again(
    installation: Installation, name: str, when: str
) -> None:
    site, code = installation, opened_wave(installation)
    for place, secret in enumerate(secrets_of(site, code)):
        answer(site, secret, [1 + (place + item) % 5 for item in range(8)])
    _run_killed(site, name, when, code)
    _run_to_the_end(site, code)
    _check_the_end(site, code)


def _run_killed(site: Installation, name: str, when: str, code: str) -> None:
    words = [name, when, code, CLOSES.isoformat(), RELEASE_DAY.isoformat()]
    environ = {**os.environ, "PULSE_HOME": str(site.settings.home)}
    ended = subprocess.run([sys.executable, "-c", PROGRAM, *words], env=environ, check=False)
    assert ended.returncode == -signal.SIGKILL, "the process was never killed"


def _run_to_the_end(site: Installation, code: str) -> None:
    with site.stores.registry() as registry:
        state = find_wave(registry, code).state
    if state in {WaveState.OPEN, WaveState.CLOSED}:
        close_wave(site, code, day=CLOSES)
        stage_wave(site, code, day=CLOSES)
    release_wave(site, code, day=RELEASE_DAY)


def _check_the_end(site: Installation, code: str) -> None:
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, code)
        assert registry.query(InvitationRow).count() == registry.query(PassMarkRow).count() == 0
    with site.stores.archive() as archive:
        (head,) = visible_releases(archive)
        assert verify_release(archive, head.month).is_intact
        assert isinstance(verify(archive, site.signer.public_key), IntactLog)
        once = {
            kind: entries(archive, kinds=[kind])
            for kind in (
                EntryKind.CLOSED,
                EntryKind.RELEASE,
                EntryKind.BALLOT_IDS,
                EntryKind.DESTROYED,
            )
        }
    assert [len(found) for found in once.values()] == [1, 1, 1, 1]
    ids = once[EntryKind.BALLOT_IDS][0].body["ids"]
    assert isinstance(ids, list)
    assert len(ids) == 32
    assert once[EntryKind.CLOSED][0].body["ballots_root"] == ballots_root(ids)
    assert is_cleaned_up(site, code)
    assert not keys_of(site, code).opening.exists()
    assert not keys_of(site, code).folder.exists()
    assert not any(path.exists() for path in box_paths(site, descriptor).values())
