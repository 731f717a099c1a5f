"""A mail server on this machine that does what a test asks: takes messages, refuses them, or hangs up."""

import asyncio
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import Message
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

OK = "250 OK"
HANG_UP = "hang up"
"""What a script says where the server is to end the connection without an answer."""
STALL = "stall"
"""What a script says where the server is to give no answer for longer than anybody waits."""
STALLED_SECONDS = 1.0


@dataclass(frozen=True)
class Taken:
    """A message that arrived: between whom, and its bytes."""

    sender: str
    to: tuple[str, ...]
    content: bytes

    @property
    def read(self) -> Message:
        return message_from_bytes(self.content)

    @property
    def text(self) -> str:
        payload = self.read.get_payload(decode=True)
        assert isinstance(payload, bytes)
        return payload.decode()


@dataclass
class PostOffice:
    """What the server is to answer, by command, and what it has taken. A script is used up; then all is well."""

    script: dict[str, list[str]] = field(default_factory=dict)
    taken: list[Taken] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def _answer(self, command: str, server: SMTP) -> str:
        said = self.script.get(command, [])
        answer = said.pop(0) if said else OK
        if answer == STALL:
            await asyncio.sleep(STALLED_SECONDS)
        if answer in (HANG_UP, STALL):
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            raise asyncio.CancelledError
        return answer

    async def handle_MAIL(  # noqa: N802 -- aiosmtpd names its hooks after the commands
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("MAIL", server)
        if answer == OK:
            envelope.mail_from = address
        return answer

    async def handle_RCPT(  # noqa: N802 -- as above, named by aiosmtpd
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        answer = await self._answer("RCPT", server)
        if answer == OK:
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 -- as above, named by aiosmtpd
        content = envelope.content
        assert isinstance(content, bytes)
        if (self.script.get("DOT") or [OK])[0] in (OK, HANG_UP, STALL):
            self.taken.append(Taken(envelope.mail_from or "", tuple(envelope.rcpt_tos), content))
        return await self._answer("DOT", server)


class AnyPort(Controller):
    """A controller on whichever port is free."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()  # type: ignore[no-untyped-call]  # aiosmtpd gives it no types


@contextmanager
def post_office(**options: Any) -> Iterator[PostOffice]:
    """A mail server on a free port."""
    office = PostOffice()
    controller = AnyPort(office, hostname="127.0.0.1", port=0, **options)
    controller.start()
    try:
        office.port = controller.port
        yield office
    finally:
        controller.stop()


def password_of(right: str) -> Callable[..., AuthResult]:
    """Lets in whoever has this password."""

    def judge(
        _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, said: LoginPassword
    ) -> AuthResult:
        return AuthResult(success=said.password == right.encode(), handled=False)

    return judge


def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """What a server on 127.0.0.1 shows, and the file that makes a machine trust it."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "A mail server for tests")])
    now = datetime.now(UTC)
    shown = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    cert_file, key_file = folder / "certificate.pem", folder / "key.pem"
    cert_file.write_bytes(shown.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert_file, key_file)
    return context, cert_file
