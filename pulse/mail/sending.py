"""Sends what is due: resumable at any moment, the same for everybody, nothing secret kept.

Secrets are worked out when a message needs them and are in memory for that moment alone. Whether
anybody has answered is not looked at.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pulse.answering_settings import MailWay
from pulse.config import Settings
from pulse.installation import Installation
from pulse.languages import language
from pulse.mail.carriers import Carrier, MailServerError, Outcome, Verdict
from pulse.mail.deliveries import (
    Mailing,
    Settled,
    begin_mailing,
    due_mailing,
    end_of_round,
    next_invitations,
    note_delivery,
    note_problem,
    take_back,
)
from pulse.mail.mailbox import Mailbox
from pulse.mail.messages import (
    Letterhead,
    MailedWave,
    UnusableAddressError,
    Writer,
    message_id,
)
from pulse.mail.smtp import SmtpCarrier
from surveys.addressees import addresses_of, is_open, mailable_invitations
from surveys.calendar import has_closed
from surveys.custody import WaveKeys, read_key
from surveys.invitations import secret_of
from surveys.wave_states import WaveState
from surveys.waves import Wave, all_waves, descriptor_of

_AT_ONCE = 20
_REFUSED_IN_A_ROW = 10
_NO_ADDRESS = Outcome(Verdict.REFUSED, "no address")
_UNUSABLE = Outcome(Verdict.REFUSED, "unusable address")


@dataclass(frozen=True, slots=True)
class SendingReport:
    """What one run did, in messages."""

    sent: int = 0
    failed: int = 0
    deferred: int = 0

    def with_outcome(self, outcome: Outcome) -> "SendingReport":
        verdict = outcome.verdict
        return SendingReport(
            self.sent + (verdict is Verdict.SENT),
            self.failed + (verdict is Verdict.REFUSED),
            self.deferred + (verdict is Verdict.DEFERRED),
        )


def mailbox_of(settings: Settings) -> Mailbox:
    """Return the local mailbox of an installation; it may be empty."""
    return Mailbox(settings.home / "mailbox")


@contextmanager
def open_carrier(settings: Settings) -> Iterator[Carrier]:
    """Give what carries mail away as the settings say, and end its connection afterwards.

    Raises:
        MailServerError: the settings name none.
    """
    mail = settings.answering.mail
    if mail.way is MailWay.NONE:
        raise MailServerError("No mail server is set. Write its address into PULSE_MAIL.")
    is_local = mail.way is MailWay.MAILBOX
    carrier: Carrier = mailbox_of(settings) if is_local else SmtpCarrier(mail)
    try:
        yield carrier
    finally:
        carrier.close()


def letterhead(settings: Settings, contact: str) -> Letterhead:
    """Return what all messages of an installation share; `contact` says whom to ask."""
    return Letterhead(
        settings.organisation,
        settings.answering.mail.sender,
        settings.public_url,
        tuple(map(language, settings.answering.languages)),
        contact,
    )


def send_due_mail(
    site: Installation, now: datetime, *, contact: str, should_stop: Callable[[], bool]
) -> SendingReport:
    """Send what is due for all open waves, one mailing for each, until it is sent or stopped.

    Whoever calls it holds the turn: two at once would write to people twice.

    Args:
        site: the installation.
        now: local time.
        contact: whom to ask, for the messages.
        should_stop: whether to end before the next message.

    Raises:
        MailServerError: nothing can be sent now; the console says why, and it is tried again later.
        CustodyError: the key of a wave's invitations cannot be read.
    """
    report = SendingReport()
    head = letterhead(site.settings, contact)
    with site.stores.registry() as registry:
        waves = [wave for wave in all_waves(registry) if wave.state is WaveState.OPEN]
    for wave in waves:
        if has_closed(wave.closes_on, now):
            continue
        with site.stores.office() as office:
            due = due_mailing(office, wave.code, closes_on=wave.closes_on, now=now)
        if due is not None:
            report = _Run(site, wave, due, now).send(report, head, should_stop)
    return report


class _Run:
    """One mailing of one open wave, from where it stands."""

    def __init__(self, site: Installation, wave: Wave, mailing: Mailing, now: datetime) -> None:
        self._site = site
        self._wave = wave
        self._mailing = mailing
        self._now = now
        self._key = read_key(_keys(site, wave.code).invitation)
        self._refused: list[UUID] = []

    def send(
        self, report: SendingReport, head: Letterhead, should_stop: Callable[[], bool]
    ) -> SendingReport:
        """Send until nobody is left for now; a problem of the server is kept for HR."""
        if not self._mailing.is_begun:
            self._begin()
        writer = self._writer(head)
        try:
            with open_carrier(self._site.settings) as carrier:
                while not should_stop() and self._is_open():
                    people = self._next()
                    if not people:
                        self._end()
                        break
                    for outcome in self._hand_over(people, writer, carrier, should_stop):
                        report = report.with_outcome(outcome)
        except MailServerError as error:
            with self._site.stores.office() as office:
                note_problem(office, self._mailing, str(error), now=self._now)
            raise
        return report

    def _begin(self) -> None:
        with self._site.stores.registry() as registry:
            invited = mailable_invitations(registry, self._wave.code)
        with self._site.stores.office() as office:
            begin_mailing(office, self._mailing, invited, day=self._now.date())

    def _writer(self, head: Letterhead) -> Writer:
        with self._site.stores.registry() as registry:
            policy = descriptor_of(registry, self._wave.code).policy
        told = MailedWave(self._wave.title, self._wave.closes_on, policy.shown_threshold)
        return Writer(head, told, self._mailing.kind)

    def _end(self) -> None:
        with self._site.stores.office() as office:
            end_of_round(office, self._mailing, now=self._now)

    def _is_open(self) -> bool:
        """Look anew whether the wave is open: somebody may close it while mail is sent."""
        with self._site.stores.registry() as registry:
            return is_open(registry, self._wave.code)

    def _next(self) -> dict[UUID, str | None]:
        """Return the next people with their addresses as they are now."""
        with self._site.stores.office() as office:
            invitations = next_invitations(office, self._mailing, most=_AT_ONCE)
        with self._site.stores.registry() as registry:
            known = addresses_of(registry, invitations)
        return {invitation: known.get(invitation) for invitation in invitations}

    def _hand_over(
        self,
        people: dict[UUID, str | None],
        writer: Writer,
        carrier: Carrier,
        should_stop: Callable[[], bool],
    ) -> Iterator[Outcome]:
        """Yield what becomes of each message; each is kept before the next one leaves."""
        settled: Settled | None = None
        for invitation, address in people.items():
            if should_stop():
                break
            self._note(settled, invitation)
            settled = Settled(invitation, self._carry(invitation, address, writer, carrier))
            yield settled.outcome
            self._watch_refusals(settled)
        self._note(settled, None)

    def _carry(
        self, invitation: UUID, address: str | None, writer: Writer, carrier: Carrier
    ) -> Outcome:
        if address is None:
            return _NO_ADDRESS
        sender = self._site.settings.answering.mail.sender
        try:
            message = writer.write(
                address,
                secret_of(self._key, invitation),
                ident=message_id(self._key, self._mailing.id, invitation, sender=sender),
                written=self._now.astimezone(),
            )
        except UnusableAddressError:
            return _UNUSABLE
        return carrier.carry(message, address)

    def _note(self, settled: Settled | None, following: UUID | None) -> None:
        with self._site.stores.office() as office:
            note_delivery(office, self._mailing, settled=settled, following=following)

    def _watch_refusals(self, settled: Settled) -> None:
        """Stop where one after the other is refused: that is the server's rule, not the addresses.

        Raises:
            MailServerError: so many were refused in a row; they wait to be tried again.
        """
        if settled.outcome.verdict is not Verdict.REFUSED:
            self._refused.clear()
            return
        self._refused.append(settled.invitation)
        if len(self._refused) < _REFUSED_IN_A_ROW:
            return
        self._note(settled, None)
        with self._site.stores.office() as office:
            take_back(office, self._mailing, self._refused)
        raise MailServerError(
            f"The mail server refused {_REFUSED_IN_A_ROW} addresses in a row "
            f"({settled.outcome.problem}). It may not send for us, or not to these domains: ask "
            "whoever runs it. They are tried again by themselves."
        )


def _keys(site: Installation, code: str) -> WaveKeys:
    return WaveKeys(site.settings.keys, site.settings.answering.opening_keys, code)
