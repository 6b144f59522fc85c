"""Sending for a real open wave to a real server: everybody, once, the same, and nothing kept."""

from collections import Counter
from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from pulse.answering_settings import MailWay
from pulse.installation import Installation
from pulse.jobs.closing import close_wave, destroy_wave
from pulse.jobs.leases import lease
from pulse.jobs.mailing import mail_round
from pulse.jobs.opening import extend_wave
from pulse.mail.carriers import MailServerError
from pulse.mail.mailings import MailingKind, MailingProgress, MailingState, mailings_of
from pulse.mail.sending import SendingReport, open_carrier, send_due_mail
from pulse.mail.tables import DeliveryRow
from surveys.invitations import grouped
from surveys.roster_tables import PersonRow
from tests.pulse.mail_servers import HANG_UP, MailServer, Received, with_mail
from tests.pulse.waves_made import CLOSES, OPENS, TEAMS, answer, secrets_of

EVERYBODY = Counter(
    f"{team.lower()}{number}@example.org"
    for team, people in TEAMS.items()
    for number in range(people)
)
DANA = "Ask Dana."
pytestmark = pytest.mark.usefixtures("code")


def at(after_opening: int, hour: int = 12, minute: int = 0) -> datetime:
    return datetime.combine(OPENS + timedelta(days=after_opening), time(hour, minute))


def send(site: Installation, now: datetime) -> SendingReport:
    return send_due_mail(site, now, contact=DANA, should_stop=lambda: False)


def progress(site: Installation, code: str, place: int = 0) -> MailingProgress:
    with site.stores.office() as office:
        return mailings_of(office, code)[place]


def states(site: Installation) -> Counter[str]:
    with site.stores.office() as office:
        return Counter(office.scalars(select(DeliveryRow.state)))


def secret_in(received: Received) -> str:
    (link,) = (line for line in received.text.splitlines() if "/p#" in line)
    return link.partition("#")[2]


def test_everybody_gets_an_invitation_with_a_link_of_their_own(
    site: Installation, code: str, server: MailServer
) -> None:
    assert send(site, at(0)) == SendingReport(sent=16)
    assert server.room.addresses == EVERYBODY
    assert {secret_in(each) for each in server.room.received} == set(secrets_of(site, code))
    assert all(DANA in each.text for each in server.room.received)
    assert progress(site, code).state is MailingState.SENT
    assert send(site, at(0, 13)) == SendingReport()


def test_reminders_follow_on_the_mornings_of_day_4_and_8_and_then_no_more(
    site: Installation, server: MailServer
) -> None:
    sent = {
        (day, hour): send(site, at(day, hour)).sent
        for day in range((CLOSES - OPENS).days + 3)
        for hour in (7, 9)
    }
    assert {when: people for when, people in sent.items() if people} == {
        (0, 7): 16, (4, 9): 16, (8, 9): 16,
    }  # fmt: skip
    assert server.room.addresses == Counter(dict.fromkeys(EVERYBODY, 3))
    assert len({each.ident for each in server.room.received}) == 48


def test_a_reminder_goes_to_the_same_people_in_the_same_words_whoever_has_answered(
    site: Installation, code: str, server: MailServer
) -> None:
    send(site, at(0))
    for secret in list(secrets_of(site, code))[:9]:
        answer(site, secret, [3] * 8)
    server.room.received.clear()
    send(site, at(4))
    assert server.room.addresses == EVERYBODY
    told = {
        each.text.replace(secret_in(each), "").replace(grouped(secret_in(each)), "")
        for each in server.room.received
    }
    assert len(told) == 1
    assert states(site) == {"sent": 32}


def test_an_address_that_was_put_off_gets_its_mail_later_and_the_others_at_once(
    site: Installation, code: str, server: MailServer
) -> None:
    server.room.answers = {"a0@example.org": ["451 later", "450 later"]}
    assert send(site, at(0)) == SendingReport(sent=15, deferred=1)
    assert progress(site, code).state is MailingState.SENDING
    assert send(site, at(0, 12, 4)) == SendingReport()
    assert send(site, at(0, 12, 5)) == SendingReport(deferred=1)
    assert send(site, at(0, 12, 20)) == SendingReport(sent=1)
    assert server.room.addresses == EVERYBODY
    assert progress(site, code).state is MailingState.SENT


def test_an_address_refused_for_good_leaves_the_code_alone(
    site: Installation, code: str, server: MailServer
) -> None:
    server.room.answers = {"b3@example.org": ["550 no b3@example.org here"]}
    assert send(site, at(0)) == SendingReport(sent=15, failed=1)
    invitation = progress(site, code)
    assert (invitation.total, invitation.sent, invitation.failed) == (16, 15, 1)
    with site.stores.office() as office:
        assert set(office.scalars(select(DeliveryRow.problem))) == {"", "550"}


def test_everybody_gets_their_mail_when_the_connection_breaks_in_the_middle(
    site: Installation, server: MailServer
) -> None:
    server.room.answers = {"a2@example.org": [HANG_UP], "b4@example.org": ["421 restarting"]}
    assert send(site, at(0)) == SendingReport(sent=14, deferred=2)
    assert send(site, at(0, 13)) == SendingReport(sent=2)
    assert server.room.addresses == EVERYBODY


def test_a_server_that_will_not_send_for_us_costs_nobody_their_invitation(
    site: Installation, code: str, server: MailServer
) -> None:
    server.room.to_everybody = "554 relay access denied"
    with pytest.raises(MailServerError, match="refused 10 addresses in a row"):
        send(site, at(0))
    standing = progress(site, code)
    assert (standing.state, standing.failed) == (MailingState.SENDING, 0)
    assert "ask whoever runs it" in standing.problem
    server.room.to_everybody = ""
    assert send(site, at(0, 12, 4)) == SendingReport()
    send(site, at(0, 12, 5))
    send(site, at(0, 12, 10))
    assert server.room.addresses == EVERYBODY
    assert progress(site, code).problem == ""


def test_whoever_has_no_address_is_not_mailed(
    site: Installation, code: str, server: MailServer
) -> None:
    with site.stores.registry() as registry:
        registry.execute(update(PersonRow).where(PersonRow.reference == "c0").values(email=None))
    send(site, at(0))
    assert server.room.addresses == EVERYBODY - Counter(["c0@example.org"])
    assert progress(site, code).total == 15


def test_a_new_address_holds_for_the_next_mail(site: Installation, server: MailServer) -> None:
    send(site, at(0))
    new = "new@example.org"
    with site.stores.registry() as registry:
        registry.execute(update(PersonRow).where(PersonRow.reference == "c0").values(email=new))
    server.room.received.clear()
    send(site, at(4))
    assert new in server.room.addresses


def test_an_address_that_no_header_can_hold_fails_alone(
    site: Installation, server: MailServer
) -> None:
    bad = "c0@example.org\nBcc: all@example.org"
    with site.stores.registry() as registry:
        registry.execute(update(PersonRow).where(PersonRow.reference == "c0").values(email=bad))
    assert send(site, at(0)) == SendingReport(sent=15, failed=1)
    assert server.room.addresses == EVERYBODY - Counter(["c0@example.org"])


def test_a_close_by_hand_in_the_middle_ends_the_sending(
    site: Installation, code: str, server: MailServer
) -> None:
    asked = 0

    def close_after_some() -> bool:
        nonlocal asked
        asked += 1
        if asked == 8:
            close_wave(site, code, day=OPENS)
        return False

    send_due_mail(site, at(0), contact=DANA, should_stop=close_after_some)
    assert progress(site, code).state is MailingState.STOPPED
    assert states(site) == {}
    server.room.received.clear()
    assert send(site, at(4)) == SendingReport()
    assert server.room.received == []


def test_the_close_keeps_numbers_and_forgets_people(site: Installation, code: str) -> None:
    send(site, at(0))
    close_wave(site, code, day=CLOSES)
    assert states(site) == {}
    assert progress(site, code).sent == 16
    destroy_wave(site, code, day=CLOSES)
    assert progress(site, code).sent == 16


def test_an_extension_makes_room_for_the_reminder_that_had_none(
    site: Installation, code: str
) -> None:
    with site.stores.office() as office:
        first, *_others = mailings_of(office, code)
    assert first.kind is MailingKind.INVITATION
    extend_wave(site, code, CLOSES + timedelta(days=3), day=OPENS)
    with site.stores.office() as office:
        assert [each.kind for each in mailings_of(office, code)] == list(MailingKind)


def test_a_reminder_names_the_new_closing_day(
    site: Installation, code: str, server: MailServer
) -> None:
    send(site, at(0))
    extend_wave(site, code, date(2026, 11, 30), day=OPENS)
    server.room.received.clear()
    send(site, at(4))
    assert all("Monday 30 November 2026" in each.text for each in server.room.received)


def test_no_secret_is_kept_or_logged_anywhere(
    site: Installation, code: str, server: MailServer, capsys: pytest.CaptureFixture[str]
) -> None:
    server.room.answers = {"a0@example.org": ["550 no"], "a1@example.org": [HANG_UP]}
    mail_round(site, at(0))
    server.room.to_senders = "553 no"
    mail_round(site, at(4))
    said = "".join(capsys.readouterr())
    assert "worker: mail" in said
    kept = b"".join(path.read_bytes() for path in files_of(site)) + said.encode()
    for secret in secrets_of(site, code):
        assert secret.encode() not in kept
        assert grouped(secret).encode() not in kept
    assert b"@example.org" not in said.encode()


def files_of(site: Installation) -> list[Path]:
    return [path for path in site.settings.home.rglob("*") if path.is_file()]


def test_a_problem_of_the_server_is_said_to_hr_and_tried_again_later(
    site: Installation, code: str, server: MailServer
) -> None:
    server.room.to_senders = "553 not yours"
    mail_round(site, at(0))
    standing = progress(site, code)
    assert "PULSE_MAIL_FROM" in standing.problem
    assert standing.sent == 0
    server.room.to_senders = ""
    assert mail_round(site, at(0, 12, 5)).sent == 16
    assert progress(site, code).problem == ""


def test_a_second_worker_sends_nothing_while_the_first_has_the_turn(
    site: Installation, server: MailServer
) -> None:
    with lease(site.stores, "mail"):
        assert mail_round(site, at(0)) == SendingReport()
    assert server.room.received == []
    assert mail_round(site, at(0)).sent == 16


def test_a_worker_that_is_stopped_goes_on_where_it_was(
    site: Installation, server: MailServer
) -> None:
    asked = iter([False] * 6 + [True] * 3)
    mail_round(site, at(0), should_stop=lambda: next(asked, True))
    assert 0 < len(server.room.received) < 16
    mail_round(site, at(0))
    assert server.room.addresses == EVERYBODY


def test_without_a_mail_server_nothing_is_begun(
    installation: Installation, site: Installation, code: str
) -> None:
    assert installation.settings.answering.mail.way is MailWay.NONE
    assert mail_round(installation, at(0)) == SendingReport()
    assert progress(site, code).state is MailingState.PLANNED
    with pytest.raises(MailServerError, match="PULSE_MAIL"), open_carrier(installation.settings):
        pass


def test_mail_of_a_late_start_leaves_four_days_to_the_reminder(
    site: Installation, server: MailServer
) -> None:
    send(site, at(3))
    server.room.received.clear()
    assert send(site, at(4)) == SendingReport()
    assert send(site, at(7)) == SendingReport(sent=16)


def test_deliveries_do_not_depend_on_who_has_answered(
    site: Installation, code: str, server: MailServer
) -> None:
    for secret in list(secrets_of(site, code))[::2]:
        answer(site, secret, [2] * 8)
    send(site, at(0))
    with site.stores.office() as office:
        rows = office.execute(
            select(
                DeliveryRow.state, DeliveryRow.problem, DeliveryRow.tries, func.count()
            ).group_by(DeliveryRow.state, DeliveryRow.problem, DeliveryRow.tries)
        ).all()
    assert [tuple(row) for row in rows] == [("sent", "", 1, 16)]
    assert server.room.addresses == EVERYBODY


def test_the_turn_is_renewed_while_mail_is_sent_and_lost_mail_waits(
    site: Installation, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pulse.jobs.mailing._RENEWED_EVERY", 0)
    monkeypatch.setattr("pulse.jobs.leases.Lease.renew", lambda _own: len(server.room.received) < 5)
    mail_round(with_mail(site, server.settings()), at(0))
    assert len(server.room.received) == 5
