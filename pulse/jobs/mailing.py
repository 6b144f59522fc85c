"""Mail of the worker: apart from its other steps, so that no wave waits for a slow mail server."""

from collections.abc import Callable
from datetime import datetime
from time import monotonic

from sqlalchemy.exc import SQLAlchemyError

from pulse.answering_settings import MailWay
from pulse.config import SettingsError
from pulse.installation import Installation
from pulse.jobs.leases import LEASE_SECONDS, Lease, lease
from pulse.jobs.preparing import never
from pulse.logs import log_failure
from pulse.mail.sending import SendingReport, send_due_mail
from pulse.respond.contacts import Contacts
from surveys.errors import SurveyError

_LEASE = "mail"
_RENEWED_EVERY = LEASE_SECONDS / 5  # seconds; one message takes less than what is left


def mail_round(
    site: Installation, now: datetime, *, should_stop: Callable[[], bool] = never
) -> SendingReport:
    """Send all mail that is due; nothing without a mail server or while another has the turn.

    What fails is logged, without an address, and tried again in a later round.

    Args:
        site: the installation.
        now: local time.
        should_stop: asked before each message.
    """
    if site.settings.answering.mail.way is MailWay.NONE:
        return SendingReport()
    with lease(site.stores, _LEASE) as turn:
        if turn is None:
            return SendingReport()
        try:
            contact = Contacts.read(site.settings.answering.contacts).survey
            stop = _stops_without(turn, should_stop)
            return send_due_mail(site, now, contact=contact, should_stop=stop)
        except (SurveyError, SettingsError, SQLAlchemyError, OSError) as error:
            log_failure(error, page="worker: mail")
            return SendingReport()


def _stops_without(turn: Lease, should_stop: Callable[[], bool]) -> Callable[[], bool]:
    """Return what to ask before each message: it renews the turn and stops when that is lost."""
    renewed_at = monotonic()

    def stops() -> bool:
        nonlocal renewed_at
        if should_stop():
            return True
        if monotonic() - renewed_at < _RENEWED_EVERY:
            return False
        renewed_at = monotonic()
        return not turn.renew()

    return stops
