"""A real mail server on this machine that can be told to refuse, to put off and to hang up."""

import ssl
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pulse.answering_settings import Encryption, MailSettings, MailWay
from pulse.installation import Installation

NAME, PASSWORD = "pulse", "p@ss/word"
HANG_UP = "hang up"


@dataclass(frozen=True)
class Received:
    """One message as it came in."""

    address: str
    content: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.content, policy=policy.default)

    @property
    def ident(self) -> str:
        return str(self.message["Message-ID"])

    @property
    def text(self) -> str:
        body = self.message.get_body(("plain",))
        assert body is not None
        return str(body.get_content())

    @property
    def html(self) -> str:
        body = self.message.get_body(("html",))
        assert body is not None
        return str(body.get_content())


@dataclass
class PostRoom:
    """What the server took in, and what it is to answer to an address, one answer a time.

    An answer is a line such as "550 no such person", or HANG_UP; "" takes the message.
    `to_senders` and `to_everybody` answer each time.
    """

    received: list[Received] = field(default_factory=list)
    answers: dict[str, list[str]] = field(default_factory=dict)
    to_senders: str = ""
    to_everybody: str = ""
    connections: int = 0
    encrypted: list[bool] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)

    @property
    def addresses(self) -> Counter[str]:
        return Counter(each.address for each in self.received)

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's names
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        offers: list[str],
    ) -> list[str]:
        session.host_name = hostname
        self.connections += session.ssl is None  # STARTTLS greets twice
        return offers

    async def handle_MAIL(  # noqa: N802 - as above
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        envelope.mail_from = address
        return self.to_senders or "250 OK"

    async def handle_RCPT(  # noqa: N802 - as above
        self, server: SMTP, _session: Session, envelope: Envelope, address: str, _options: object
    ) -> str:
        waiting = self.answers.get(address, [])
        answer = waiting.pop(0) if waiting else self.to_everybody
        if answer == HANG_UP:
            server.transport.abort()
        elif not answer:
            envelope.rcpt_tos.append(address)
        return answer or "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - as above
        content = envelope.content
        assert isinstance(content, bytes)
        self.encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        self.received.extend(Received(address, content) for address in envelope.rcpt_tos)
        return "250 taken"

    def check(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _way: str, given: object
    ) -> AuthResult:
        assert isinstance(given, LoginPassword)
        self.signed_in.append(given.login.decode())
        is_right = given == LoginPassword(NAME.encode(), PASSWORD.encode())
        return AuthResult(success=is_right, handled=False)


@dataclass(frozen=True)
class MailServer:
    """A running server, and how to reach it."""

    room: PostRoom
    port: int

    def settings(
        self,
        encryption: Encryption = Encryption.NONE,
        *,
        name: str = "",
        password: str = "",
    ) -> MailSettings:
        return MailSettings(
            MailWay.SMTP, "127.0.0.1", self.port, name, password, encryption, "pulse@example.org"
        )


@contextmanager
def mail_server(**options: object) -> Iterator[MailServer]:
    """Run a server on a free port; `options` are those of aiosmtpd's controller and SMTP."""
    room = PostRoom()
    if options.get("auth_required"):
        options["authenticator"] = room.check
    controller = _FreePort(room, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        yield MailServer(room, controller.port)
    finally:
        controller.stop()


class _FreePort(Controller):  # type: ignore[misc]  # aiosmtpd publishes no types
    """Learns its port once it listens, and then knocks there as its parent does."""

    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def own_certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's context with a certificate made here, and the file that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    public, private = folder / "mail.pem", folder / "mail.key"
    public.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(public, private)
    return context, public


def with_mail(site: Installation, mail: MailSettings) -> Installation:
    """Return the installation as if its settings named this way for mail."""
    answering = replace(site.settings.answering, mail=mail)
    return replace(site, settings=replace(site.settings, answering=answering))
