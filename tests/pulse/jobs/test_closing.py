"""Close, release and destruction with real ballots; cut short at every step, the same in the end."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest

from analysis.archive import month_cells, visible_releases
from analysis.publishing import (
    discard_month,
    discard_staged,
    staged_months,
    verify_release,
)
from analysis.release import Bound, CodedNumber, ShownCell, Source, Suppressed
from pulse.installation import Installation
from pulse.jobs import closing
from pulse.jobs.closing import (
    BELOW,
    close_wave,
    destroy_wave,
    finish_wave,
    release_wave,
    stage_wave,
)
from pulse.jobs.preparing import box_paths, keys_of
from surveys.ballot_format import POINT_BYTES, BallotKind
from surveys.ballots import Ballot
from surveys.box import BoxNotOpenError, put_ballot
from surveys.box_files import box_connection
from surveys.box_slots import ID_BYTES
from surveys.destruction import destroy_box
from surveys.errors import StateError
from surveys.ledger.log import EntryKind, IntactLog, entries, verify
from surveys.months import Month
from surveys.opening import ballots_root
from surveys.units import UnitCode
from surveys.wave_states import WaveState
from surveys.wave_tables import InvitationRow, PassMarkRow, WaveRow
from surveys.waves import descriptor_of, find_wave
from tests.pulse.waves_made import (
    CLOSES,
    answer,
    ballots_for,
    box_of,
    opened_wave,
    secrets_of,
)
from tests.pulse.waves_made import quick_keys as quick_keys  # noqa: PLC0414 - a fixture found here

NOVEMBER = Month(2026, 11)
RELEASE_DAY = CLOSES + timedelta(days=3)
pytestmark = pytest.mark.usefixtures("quick_keys")


@pytest.fixture
def answered(installation: Installation) -> str:
    """A wave of teams A (6 people), B (7) and C (3): everybody but one of B has answered."""
    code = opened_wave(installation)
    for place, secret in enumerate(list(secrets_of(installation, code))[:15]):
        answer(installation, secret, [1 + (place + item) % 5 for item in range(4)] + [0] * 4)
    return code


def state_of(site: Installation, code: str) -> WaveState:
    with site.stores.registry() as registry:
        return find_wave(registry, code).state


def logged(site: Installation) -> list[EntryKind]:
    with site.stores.archive() as archive:
        return [entry.kind for entry in entries(archive)]


def test_a_wave_goes_from_open_to_released_and_nothing_of_it_is_left(
    installation: Installation, answered: str
) -> None:
    site = installation
    with site.stores.registry() as registry:
        descriptor = descriptor_of(registry, answered)
    boxes = list(box_paths(site, descriptor).values())
    close_wave(site, answered, day=CLOSES)
    stage_wave(site, answered, day=CLOSES)
    with site.stores.archive() as archive:
        assert visible_releases(archive) == ()
        assert staged_months(archive) == (NOVEMBER,)
    with pytest.raises(StateError, match="come out on 2026-11-30"):
        release_wave(site, answered, day=CLOSES + timedelta(days=2))
    release_wave(site, answered, day=RELEASE_DAY)
    with site.stores.archive() as archive:
        (head,) = visible_releases(archive)
        cells = month_cells(archive, NOVEMBER)
        assert verify_release(archive, NOVEMBER).is_intact
        assert isinstance(verify(archive, site.signer.public_key), IntactLog)
    assert (head.month, head.source) == (NOVEMBER, Source.WAVE)
    whole = cells[head.tree.root.code].cell
    assert isinstance(whole, ShownCell)
    assert whole.respondents == 15
    assert whole.response_rate == CodedNumber(70, Bound.AT_LEAST)  # of 16; 12 would be 75%
    assert isinstance(cells[UnitCode("A")].cell, Suppressed)  # counted one level up: no rate
    assert not any(path.exists() for path in boxes)
    assert not keys_of(site, answered).folder.exists()
    assert not keys_of(site, answered).opening.exists()
    with site.stores.registry() as registry:
        assert registry.query(InvitationRow).count() == registry.query(PassMarkRow).count() == 0
    assert logged(site)[-5:] == [
        EntryKind.OPENED,
        EntryKind.CLOSED,
        EntryKind.RELEASE,
        EntryKind.BALLOT_IDS,
        EntryKind.DESTROYED,
    ]


def test_a_receipt_is_found_among_the_published_ids(installation: Installation) -> None:
    code = opened_wave(installation)
    secrets = list(secrets_of(installation, code))
    receipts = []
    for secret in secrets[:9]:
        for kind, body in ballots_for(installation, secret, [1] * 8).items():
            put_ballot(box_of(installation, secret), body)
            if kind is BallotKind.SCORES:
                receipts.append(closing_id(body))
    finish(installation, code)
    with installation.stores.archive() as archive:
        (published,) = entries(archive, kinds=[EntryKind.BALLOT_IDS])
        (closed,) = entries(archive, kinds=[EntryKind.CLOSED])
    ids = published.body["ids"]
    assert isinstance(ids, list)
    assert set(receipts) <= set(ids)
    assert ids == sorted(ids)
    assert len(ids) == 18
    assert closed.body["ballots_root"] == ballots_root(ids)


def closing_id(body: bytes) -> str:
    return Ballot.read(body).id.hex()


def finish(site: Installation, code: str) -> None:
    close_wave(site, code, day=CLOSES)
    stage_wave(site, code, day=CLOSES)
    release_wave(site, code, day=RELEASE_DAY)


def test_no_ballot_gets_in_after_the_close(installation: Installation, answered: str) -> None:
    secret = list(secrets_of(installation, answered))[-1]
    box = box_of(installation, secret)
    late = ballots_for(installation, secret, [1] * 8)[BallotKind.SCORES]
    close_wave(installation, answered, day=CLOSES)
    with pytest.raises(BoxNotOpenError):
        put_ballot(box, late)


def test_with_fewer_answers_than_the_threshold_nothing_is_shown_and_all_is_destroyed(
    installation: Installation,
) -> None:
    code = opened_wave(installation)
    for secret in list(secrets_of(installation, code))[:4]:
        answer(installation, secret, [1] * 8)
    close_wave(installation, code, day=CLOSES)
    stage_wave(installation, code, day=CLOSES)
    assert state_of(installation, code) is WaveState.DESTROYED
    assert not keys_of(installation, code).opening.exists()
    kinds = logged(installation)
    assert EntryKind.RELEASE not in kinds
    assert EntryKind.BALLOT_IDS not in kinds
    assert kinds[-1] is EntryKind.DESTROYED
    with installation.stores.archive() as archive:
        (closed,) = entries(archive, kinds=[EntryKind.CLOSED])
    # With a root and receipts of their own, people could try out how few ballots there are.
    assert closed.body["ballots_root"] == BELOW


def test_ids_that_were_published_stay_as_they_are_when_a_box_is_gone_already(
    installation: Installation, answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    close_wave(installation, answered, day=CLOSES)
    stage_wave(installation, answered, day=CLOSES)
    with monkeypatch.context() as patch:
        patch.setattr(closing, "destroy_box", _cut_after(destroy_box))
        with pytest.raises(KeyboardInterrupt):
            release_wave(installation, answered, day=RELEASE_DAY)
    finish_wave(installation, answered, day=RELEASE_DAY)
    assert logged(installation).count(EntryKind.BALLOT_IDS) == 1


def test_nothing_is_destroyed_when_the_prepared_results_are_missing(
    installation: Installation, answered: str
) -> None:
    close_wave(installation, answered, day=CLOSES)
    stage_wave(installation, answered, day=CLOSES)
    with installation.stores.archive() as archive:
        discard_month(archive, NOVEMBER)
    with pytest.raises(StateError, match="Nothing was released or destroyed"):
        release_wave(installation, answered, day=RELEASE_DAY)
    assert keys_of(installation, answered).opening.exists()


def test_an_import_that_is_given_up_leaves_what_a_wave_has_staged(
    installation: Installation, answered: str
) -> None:
    close_wave(installation, answered, day=CLOSES)
    stage_wave(installation, answered, day=CLOSES)
    with installation.stores.archive() as archive:
        assert discard_staged(archive) == ()
        assert staged_months(archive) == (NOVEMBER,)


def test_an_open_wave_is_never_cleaned_up(installation: Installation, answered: str) -> None:
    with pytest.raises(StateError, match="has not come to its end"):
        finish_wave(installation, answered, day=CLOSES)
    assert keys_of(installation, answered).opening.exists()


def test_a_staged_wave_can_be_destroyed_without_a_release(
    installation: Installation, answered: str
) -> None:
    close_wave(installation, answered, day=CLOSES)
    stage_wave(installation, answered, day=CLOSES)
    destroy_wave(installation, answered, day=CLOSES)
    with installation.stores.archive() as archive:
        assert staged_months(archive) == ()
        assert visible_releases(archive) == ()
        (entry,) = entries(archive, kinds=[EntryKind.DESTROYED])
    assert entry.body["is_released"] is False


Steps = tuple[Callable[[Installation, str], None], tuple[str, ...]]
STEPS: tuple[Steps, ...] = (
    (
        lambda site, code: close_wave(site, code, day=CLOSES),
        ("shut_box", "ballots_root", "log_once", "set_state"),
    ),
    (
        lambda site, code: stage_wave(site, code, day=CLOSES),
        ("_count", "prepare_release", "stage", "set_state"),
    ),
    (
        lambda site, code: release_wave(site, code, day=RELEASE_DAY),
        (
            "make_visible",
            "set_state",
            "all_ballot_ids",
            "destroy_wave_keys",
            "destroy_box",
            "forget_invitations",
            "log_once",
        ),
    ),
)


def test_cut_short_at_every_step_the_close_ends_the_same(
    installation: Installation, answered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each step is cut short once before and once after its work, then done again."""
    for step, names in STEPS:
        for name in names:
            for cut in (_cut_before, _cut_after):
                with monkeypatch.context() as patch:
                    patch.setattr(closing, name, cut(getattr(closing, name)))
                    # What was done before the cut is not always done again.
                    with suppress(KeyboardInterrupt):
                        step(installation, answered)
                        assert cut is _cut_after, f"{name} was never reached"
        step(installation, answered)
    assert state_of(installation, answered) is WaveState.RELEASED
    kinds = logged(installation)
    for once in (
        EntryKind.CLOSED,
        EntryKind.RELEASE,
        EntryKind.BALLOT_IDS,
        EntryKind.DESTROYED,
    ):
        assert kinds.count(once) == 1
    with installation.stores.archive() as archive:
        assert verify_release(archive, NOVEMBER).is_intact


def _cut_before(_step: Callable[..., object]) -> Callable[..., object]:
    def cut(*_args: object, **_kwargs: object) -> object:
        raise KeyboardInterrupt

    return cut


def _cut_after(step: Callable[..., object]) -> Callable[..., object]:
    def cut(*args: object, **kwargs: object) -> object:
        step(*args, **kwargs)
        raise KeyboardInterrupt

    return cut


def test_a_ballot_that_was_tampered_with_in_its_box_is_not_counted(
    installation: Installation, answered: str
) -> None:
    """Somebody who holds the file can spoil a ballot, and not change what it says."""
    secret = next(iter(secrets_of(installation, answered)))
    box = box_of(installation, secret)
    content = bytearray(box.read_bytes())
    with box_connection(box) as connection:
        (first, *_) = connection.execute(
            "SELECT slot FROM scores_slots WHERE slot > zeroblob(1000)"
        )
    ballot = Ballot.read(first[0][ID_BYTES:])
    content[content.index(ballot.sealed) + POINT_BYTES] ^= 1  # what was said, sealed
    box.write_bytes(content)
    close_wave(installation, answered, day=CLOSES)
    stage_wave(installation, answered, day=CLOSES)
    release_wave(installation, answered, day=RELEASE_DAY)
    with installation.stores.archive() as archive:
        whole = month_cells(archive, NOVEMBER)[visible_releases(archive)[0].tree.root.code].cell
    assert isinstance(whole, ShownCell)
    assert whole.respondents == 14


def test_the_wave_says_when_its_results_come_out(installation: Installation, answered: str) -> None:
    close_wave(installation, answered, day=CLOSES)
    with installation.stores.registry() as registry:
        row = registry.get_one(WaveRow, answered)
        assert (row.closed_on, row.releases_on) == (CLOSES, RELEASE_DAY)
