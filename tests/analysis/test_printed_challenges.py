"""What is printed on a release is what its own log entry names, and nothing else."""

from sqlalchemy.orm import Session

from analysis.archive import visible_releases
from analysis.printed_challenges import printed_challenges
from analysis.publishing import make_visible, stage, verify_release
from pulse.stores import Stores
from surveys.challenges import Challenge, Outcome, answer_challenge, raise_challenge
from surveys.ledger.log import EntryKind, entries
from surveys.ledger.signing import LogSigner
from surveys.months import Month
from surveys.waves import Wave
from tests.analysis.release_factories import MARCH, service_release
from tests.surveys.closed_waves import CLOSED, make_wave

APRIL = Month(2026, 4)


def challenged(session: Session, wave: Wave, signer: LogSigner, *, outcome: Outcome) -> Challenge:
    raise_challenge(session, wave, "Who changed it?", signer=signer, day=CLOSED)
    return answer_challenge(session, wave, "We did.", outcome, signer=signer, day=CLOSED)


def show(session: Session, month: Month, signer: LogSigner, *challenges: Challenge) -> None:
    stage(session, service_release(month), import_sha256=None)
    places = [each.place for each in challenges]
    make_visible(session, [month], signer=signer, day=CLOSED, challenges=places)


def test_a_release_prints_its_own_challenges(any_stores: Stores, signer: LogSigner) -> None:
    with any_stores.archive() as session:
        said = challenged(session, make_wave(month=MARCH), signer, outcome=Outcome.RELEASE)
        show(session, MARCH, signer, said)
        show(session, APRIL, signer)
    with any_stores.archive() as session:
        assert printed_challenges(session, visible_releases(session)) == {MARCH: (said,)}
        assert verify_release(session, MARCH).is_intact


def test_what_was_said_of_a_destroyed_wave_is_not_printed_on_the_next_one_of_its_month(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        challenged(session, make_wave(month=MARCH), signer, outcome=Outcome.DESTROY)
        second = make_wave(month=MARCH, code="2026-03-b")
        said = challenged(session, second, signer, outcome=Outcome.RELEASE)
        show(session, MARCH, signer, said)
        assert printed_challenges(session, visible_releases(session)) == {MARCH: (said,)}


def test_a_release_without_challenges_logs_what_it_always_did(
    any_stores: Stores, signer: LogSigner
) -> None:
    with any_stores.archive() as session:
        show(session, MARCH, signer)
        assert printed_challenges(session, visible_releases(session)) == {}
        (entry,) = entries(session, kinds=[EntryKind.RELEASE])
    assert "challenges" not in entry.body
