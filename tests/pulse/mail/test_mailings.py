"""Which mailings a wave has, when they are due, and what is left of them after the close."""

from datetime import date, datetime, time, timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from pulse.mail.carriers import Outcome, Verdict
from pulse.mail.deliveries import (
    MOST_TRIES,
    Mailing,
    Settled,
    begin_mailing,
    due_mailing,
    end_of_round,
    next_invitations,
    note_delivery,
    take_back,
)
from pulse.mail.mailings import (
    MailingKind,
    MailingState,
    add_reminders,
    mailings_of,
    plan_mailings,
    stop_mailings,
)
from pulse.mail.tables import DeliveryRow
from pulse.stores import Stores

OPENED, CLOSES = date(2026, 11, 9), date(2026, 11, 27)
CODE = "2026-11"
SENT, DEFERRED = Outcome(Verdict.SENT), Outcome(Verdict.DEFERRED, "451")
REFUSED = Outcome(Verdict.REFUSED, "550")


def days(session: Session) -> dict[str, int]:
    """Days after the opening on which each mailing is due."""
    return {each.kind.value: (each.due_on - OPENED).days for each in mailings_of(session, CODE)}


def at(after_opening: int, hour: int = 12) -> datetime:
    return datetime.combine(OPENED + timedelta(days=after_opening), time(hour))


def due(session: Session, now: datetime, *, closes_on: date = CLOSES) -> Mailing | None:
    return due_mailing(session, CODE, closes_on=closes_on, now=now)


def begun(
    session: Session, people: int, *, now: datetime | None = None
) -> tuple[Mailing, list[UUID]]:
    """Return the invitation, planned and begun for so many people, with their invitations."""
    plan_mailings(session, CODE, opened_on=OPENED, closes_on=CLOSES)
    invited = sorted(uuid4() for _ in range(people))
    mailing = due(session, now or at(0))
    assert mailing is not None
    begin_mailing(session, mailing, invited, day=(now or at(0)).date())
    return mailing, invited


def hand_over(
    session: Session, mailing: Mailing, outcome: Outcome, *, most: int = 100
) -> list[UUID]:
    """Claim and settle whoever is next, and return them."""
    people = list(next_invitations(session, mailing, most=most))
    for person in people:
        note_delivery(session, mailing, settled=None, following=person)
        note_delivery(session, mailing, settled=Settled(person, outcome), following=None)
    return people


def test_the_invitation_goes_at_once_and_reminders_on_day_4_and_8(any_stores: Stores) -> None:
    with any_stores.office() as office:
        plan_mailings(office, CODE, opened_on=OPENED, closes_on=CLOSES)
        plan_mailings(office, CODE, opened_on=OPENED + timedelta(days=1), closes_on=CLOSES)
        assert days(office) == {"invitation": 0, "reminder-1": 4, "reminder-2": 8}


def test_no_reminder_is_planned_on_or_after_the_closing_day(stores: Stores) -> None:
    with stores.office() as office:
        plan_mailings(office, CODE, opened_on=OPENED, closes_on=OPENED + timedelta(days=8))
        assert days(office) == {"invitation": 0, "reminder-1": 4}
        add_reminders(office, CODE, closes_on=OPENED + timedelta(days=9))
        assert days(office) == {"invitation": 0, "reminder-1": 4, "reminder-2": 8}


def test_a_wave_that_was_never_opened_gets_no_reminders(stores: Stores) -> None:
    with stores.office() as office:
        add_reminders(office, CODE, closes_on=CLOSES)
        assert mailings_of(office, CODE) == ()


def test_the_invitation_is_due_at_any_hour_and_a_reminder_from_the_morning_on(
    stores: Stores,
) -> None:
    with stores.office() as office:
        plan_mailings(office, CODE, opened_on=OPENED, closes_on=CLOSES)
        assert due(office, at(-1)) is None
        invitation = due(office, at(0, hour=0))
        assert invitation is not None
        assert invitation.kind is MailingKind.INVITATION
        begin_mailing(office, invitation, [], day=OPENED)
        end_of_round(office, invitation, now=at(0))
        assert due(office, at(4, hour=7)) is None
        reminder = due(office, at(4, hour=8))
        assert reminder is not None
        assert reminder.kind is MailingKind.FIRST_REMINDER
        assert due(office, at(4), closes_on=at(4).date()) is None


def test_a_late_invitation_moves_the_reminders_so_that_nobody_gets_two_at_once(
    stores: Stores,
) -> None:
    with stores.office() as office:
        begun(office, 1, now=at(5))
        assert days(office) == {"invitation": 5, "reminder-1": 9, "reminder-2": 13}


def test_progress_counts_people_while_a_mailing_is_sent(any_stores: Stores) -> None:
    with any_stores.office() as office:
        mailing, _invited = begun(office, 5)
        hand_over(office, mailing, SENT, most=2)
        hand_over(office, mailing, REFUSED, most=1)
        invitation, *others = mailings_of(office, CODE)
        assert (invitation.state, invitation.total, invitation.sent, invitation.failed) == (
            MailingState.SENDING, 5, 2, 1,
        )  # fmt: skip
        assert {(each.state, each.total) for each in others} == {(MailingState.PLANNED, 0)}


def test_whoever_was_about_to_be_written_to_comes_first_after_a_kill(any_stores: Stores) -> None:
    with any_stores.office() as office:
        mailing, invited = begun(office, 5)
        note_delivery(office, mailing, settled=None, following=invited[3])
        assert next_invitations(office, mailing, most=2) == (invited[3], invited[0])


def test_who_was_put_off_waits_for_the_next_round_which_is_five_minutes_later(
    any_stores: Stores,
) -> None:
    with any_stores.office() as office:
        mailing, invited = begun(office, 3)
        assert hand_over(office, mailing, DEFERRED, most=1) == invited[:1]
        assert hand_over(office, mailing, SENT) == invited[1:]
        end_of_round(office, mailing, now=at(0))
        assert due(office, at(0) + timedelta(minutes=4)) is None
        again = due(office, at(0) + timedelta(minutes=5))
        assert again is not None
        assert hand_over(office, again, SENT) == invited[:1]
        end_of_round(office, again, now=at(0, 13))
        assert mailings_of(office, CODE)[0].state is MailingState.SENT


def test_after_eight_tries_over_some_hours_an_address_has_failed(stores: Stores) -> None:
    now = at(0)
    rounds = 0
    with stores.office() as office:
        begun(office, 1)
        while (mailing := due(office, now)) is not None and mailing.is_begun:
            rounds += 1
            hand_over(office, mailing, DEFERRED)
            end_of_round(office, mailing, now=now)
            now += timedelta(hours=8)
        invitation = mailings_of(office, CODE)[0]
        assert (invitation.state, invitation.failed) == (MailingState.SENT, 1)
        assert office.scalar(select(DeliveryRow.problem)) == "451"
    assert rounds == MOST_TRIES == 8


def test_a_kill_in_the_same_try_counts_once(stores: Stores) -> None:
    with stores.office() as office:
        mailing, invited = begun(office, 1)
        for _ in range(3):
            note_delivery(office, mailing, settled=None, following=invited[0])
        assert office.scalar(select(DeliveryRow.tries)) == 1


def test_refusals_that_were_not_about_the_addresses_are_taken_back(stores: Stores) -> None:
    with stores.office() as office:
        mailing, _invited = begun(office, 3)
        refused = hand_over(office, mailing, REFUSED)
        take_back(office, mailing, refused)
        assert mailings_of(office, CODE)[0].failed == 0
        end_of_round(office, mailing, now=at(0))
        again = due(office, at(0, 13))
        assert again is not None
        assert hand_over(office, again, SENT) == refused


def test_the_close_forgets_to_whom_mail_went_and_keeps_the_counts(any_stores: Stores) -> None:
    with any_stores.office() as office:
        mailing, _invited = begun(office, 5)
        hand_over(office, mailing, SENT, most=3)
        hand_over(office, mailing, REFUSED, most=1)
        for _ in range(2):  # a close may be done again
            stop_mailings(office, CODE)
        assert office.scalar(select(func.count()).select_from(DeliveryRow)) == 0
        told = [
            (each.state, each.total, each.sent, each.failed) for each in mailings_of(office, CODE)
        ]
        stopped = (MailingState.STOPPED, 0, 0, 0)
        assert told == [(MailingState.STOPPED, 5, 3, 1), stopped, stopped]
        assert due(office, at(4)) is None


@pytest.mark.parametrize("people", [0, 2])
def test_a_round_that_ends_after_the_close_leaves_the_mailing_stopped(
    stores: Stores, people: int
) -> None:
    with stores.office() as office:
        mailing, _invited = begun(office, people)
        stop_mailings(office, CODE)
        end_of_round(office, mailing, now=at(0))
        assert mailings_of(office, CODE)[0].state is MailingState.STOPPED


def test_a_mailing_that_was_stopped_does_not_begin(stores: Stores) -> None:
    with stores.office() as office:
        plan_mailings(office, CODE, opened_on=OPENED, closes_on=CLOSES)
        mailing = due(office, at(0))
        assert mailing is not None
        stop_mailings(office, CODE)
        begin_mailing(office, mailing, [uuid4()], day=OPENED)
        assert mailings_of(office, CODE)[0].state is MailingState.STOPPED
        assert next_invitations(office, mailing, most=9) == ()


def test_no_row_about_mail_holds_a_time_an_address_or_whether_anybody_answered() -> None:
    assert set(DeliveryRow.__table__.columns.keys()) == {
        "mailing_id", "invitation_id", "state", "problem", "tries",
    }  # fmt: skip
