"""Mail over SMTP: one connection for many messages, always as encrypted as the settings demand.

A server's answer of 5xx to one address is final, 4xx means later. What is wrong with the server
itself (unreachable, not encrypted, wrong password, sender not wanted) ends the sending with a
sentence that says what to put right. A connection that is lost in the middle is made anew.
"""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from email.message import EmailMessage

from pulse.answering_settings import Encryption, MailSettings
from pulse.mail.carriers import MailServerError, Outcome, Verdict

TIMEOUT_SECONDS = 30
_MESSAGES_PER_CONNECTION = 100  # many servers end longer ones
_MOST_LOST_IN_A_ROW = 3
_FINAL = 500
_SHUTTING_DOWN = 421  # smtplib hangs up on it by itself
_LOST = "connection lost"


class SmtpCarrier:
    """Sends through the mail server of the settings; connects when the first message comes."""

    def __init__(self, settings: MailSettings) -> None:
        self._settings = settings
        self._server: smtplib.SMTP | None = None
        self._carried = 0
        self._lost_in_a_row = 0

    def carry(self, message: EmailMessage, address: str) -> Outcome:
        """Hand a message over.

        Raises:
            MailServerError: the server takes no mail from us now.
        """
        server = self._connected()
        try:
            server.send_message(message, self._settings.sender, [address])
        except smtplib.SMTPRecipientsRefused as refused:
            code, _words = refused.recipients[address]
            return self._answered(code)
        except smtplib.SMTPDataError as error:
            return self._answered(error.smtp_code)
        except smtplib.SMTPSenderRefused as error:
            self.close()
            raise _sender_refused(self._settings, error.smtp_code) from error
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            return self._lost(error)
        self._lost_in_a_row = 0
        self._carried += 1
        if self._carried % _MESSAGES_PER_CONNECTION == 0:
            self.close()
        return Outcome(Verdict.SENT)

    def connect(self) -> str:
        """Connect and sign in, and return in words how; for those who set up mail.

        Raises:
            MailServerError: it cannot be done.
        """
        server = self._connected()
        tls = server.sock.version() if isinstance(server.sock, ssl.SSLSocket) else None
        signed_in = f"signed in as {self._settings.name}" if self._settings.name else "no sign-in"
        return f"{tls or 'not encrypted, on this machine alone'}, {signed_in}"

    def close(self) -> None:
        """End the connection, if there is one."""
        if self._server is not None:
            with suppress(smtplib.SMTPException, OSError):
                self._server.quit()
            self._server.close()
            self._server = None

    def _connected(self) -> smtplib.SMTP:
        if self._server is None:
            with _said_plainly(self._settings):
                self._server = _connect(self._settings)
        return self._server

    def _answered(self, code: int) -> Outcome:
        """Return the outcome of an answer to one message; only a lost connection has no code."""
        if code == _SHUTTING_DOWN:
            return self._lost(None)
        self._lost_in_a_row = 0
        is_final = code >= _FINAL
        return Outcome(Verdict.REFUSED if is_final else Verdict.DEFERRED, str(code))

    def _lost(self, error: Exception | None) -> Outcome:
        self.close()
        self._lost_in_a_row += 1
        if self._lost_in_a_row >= _MOST_LOST_IN_A_ROW:
            raise MailServerError(
                f"The mail server {_place(self._settings)} hangs up on every message. It may limit "
                "how much it takes: ask whoever runs it. Sending goes on by itself."
            ) from error
        return Outcome(Verdict.DEFERRED, _LOST)


def _connect(settings: MailSettings) -> smtplib.SMTP:
    own_name = settings.sender.rpartition("@")[2]  # the machine's own name is nobody's business
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if settings.encryption is Encryption.TLS:
        server = smtplib.SMTP_SSL(
            settings.host, settings.port, own_name, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        server = smtplib.SMTP(settings.host, settings.port, own_name, timeout=TIMEOUT_SECONDS)
    try:
        if settings.encryption is Encryption.STARTTLS:
            server.starttls(context=context)
        if settings.name:
            server.login(settings.name, settings.password)
    except BaseException:
        server.close()
        raise
    return server


@contextmanager
def _said_plainly(settings: MailSettings) -> Iterator[None]:
    """Turn what can go wrong while connecting into a sentence; none repeats a server's words."""
    place = _place(settings)
    try:
        yield
    except ssl.SSLCertVerificationError as error:
        raise MailServerError(
            f"The mail server {place} shows a certificate that this machine does not trust "
            f"({error.verify_message}). If it is your own, name its authority in SSL_CERT_FILE."
        ) from error
    except ssl.SSLError as error:
        raise MailServerError(
            f"The mail server {place} does not encrypt as expected. Check in PULSE_MAIL that "
            "smtp:// (STARTTLS) or smtps:// (encrypted from the start) fits the port."
        ) from error
    except smtplib.SMTPAuthenticationError as error:
        raise MailServerError(
            f"The mail server {place} does not accept the name and password in PULSE_MAIL "
            f"({error.smtp_code}). Correct them; signs such as @ and / are written %40 and %2F."
        ) from error
    except smtplib.SMTPNotSupportedError as error:
        raise MailServerError(
            f"The mail server {place} offers no encryption or no sign-in that Pulse knows, so "
            "nothing is sent. Check the port in PULSE_MAIL."
        ) from error
    except (smtplib.SMTPException, OSError) as error:
        raise MailServerError(
            f"The mail server {place} cannot be reached. Check its name and port in PULSE_MAIL, "
            "and that this machine may connect to it."
        ) from error


def _sender_refused(settings: MailSettings, code: int) -> MailServerError:
    if code < _FINAL:
        return MailServerError(
            f"The mail server {_place(settings)} takes no more mail for now ({code}). Sending goes "
            "on by itself."
        )
    return MailServerError(
        f"The mail server {_place(settings)} takes no mail from {settings.sender} ({code}). Write "
        "into PULSE_MAIL_FROM an address that it lets this name send from."
    )


def _place(settings: MailSettings) -> str:
    return f"{settings.host}:{settings.port}"
