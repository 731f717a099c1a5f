"""Messages handed to a mail server: `smtp://host:port`, or `smtp+starttls://user:password@host:port`.

Encryption is never optional: where `smtp+starttls` cannot have it, with a certificate that this machine trusts, nothing
is sent. The dialogue is ours and not `sendmail`'s, because what a lost connection means depends on how far we had come:
before the final dot the message is sure not to arrive, after it nobody can know (promises, section 4).
"""

import re
import smtplib
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote

from reminders.domain import (
    Letter,
    Mailer,
    MailerUnusableError,
    NotNowError,
    RefusedError,
    UncertainError,
)

SCHEMES = frozenset({"smtp", "smtp+starttls"})
ANSWER_SECONDS = 30
FINAL_ANSWER_SECONDS = 300
"""A server may take its time over the final dot; whoever gives up early cannot know (RFC 5321, 4.5.3.2.6)."""

GOING_AWAY = 421
WHO_ARE_YOU = frozenset({530, 534, 535, 538})
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@dataclass(slots=True)
class SmtpMailer:
    """One connection, kept for as many messages as the server likes."""

    host: str
    port: int
    encrypted: bool
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    _server: smtplib.SMTP | None = field(default=None, init=False, repr=False)

    def open(self) -> None:
        if self._is_awake():
            return
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=ANSWER_SECONDS)
        except OSError as error:
            raise MailerUnusableError(f"The mail server cannot be reached: {_said(error)}") from error
        try:
            server.ehlo_or_helo_if_needed()
            if self.encrypted:
                server.starttls(context=ssl.create_default_context())
                server.ehlo()
            if self.user is not None:
                server.login(self.user, self.password or "")
        except (
            OSError,
            ValueError,
        ) as error:  # ValueError: letters in the password that the dialogue cannot hold
            server.close()
            raise MailerUnusableError(f"The mail server does not let us in: {_said(error)}") from error
        self._server = server

    def _is_awake(self) -> bool:
        """Whether the connection still holds: many servers end it after some messages, and do not say so."""
        if self._server is None:
            return False
        try:
            if self._server.noop()[0] == 250:
                return True
        except OSError:
            pass
        self._drop()
        return False

    def send(self, letter: Letter) -> None:
        try:
            refused = self._ask(f"MAIL FROM:<{letter.sender}>")
            if isinstance(refused, RefusedError):  # our address: this would be said to every message
                raise MailerUnusableError(f"The mail server does not take our messages: {refused}")
            refused = refused or self._ask(f"RCPT TO:<{letter.to}>") or self._ask("DATA", 354)
            if refused is None:
                self._connection.send(_dotted(letter.content))
        except OSError as error:
            self._drop()
            raise NotNowError(f"The connection was lost: {_said(error)}") from error
        if refused is not None:
            raise refused
        try:
            refused = self._ask(".", seconds=FINAL_ANSWER_SECONDS)
        except OSError as error:
            self._drop()
            raise UncertainError(f"The connection was lost after the message: {_said(error)}") from error
        if refused is not None:
            raise refused

    def close(self) -> None:
        if self._server is None:
            return
        try:
            self._server.quit()
        except OSError:
            pass  # the messages are answered for already
        finally:
            self._drop()

    @property
    def _connection(self) -> smtplib.SMTP:
        assert self._server is not None
        return self._server

    def _ask(
        self, command: str, wanted: int = 250, seconds: int = ANSWER_SECONDS
    ) -> RefusedError | NotNowError | None:
        """Say a line; None when the server agrees. After a refusal it is made ready for the next message.

        Raises OSError when no answer comes, MailerUnusableError when it wants to know first who we are.
        """
        if self._connection.sock is not None:
            self._connection.sock.settimeout(seconds)
        code, said = self._connection.docmd(command)
        if code in (wanted, wanted + 1):  # 251: taken, and forwarded
            return None
        words = _words(code, said)
        if code == GOING_AWAY:
            self._drop()
        else:
            self._start_again()
        if code in WHO_ARE_YOU:
            raise MailerUnusableError(f"The mail server does not let us in: {words}")
        return RefusedError(words) if 500 <= code < 600 else NotNowError(words)

    def _start_again(self) -> None:
        """Forget the message that was refused; a server that has gone meanwhile is asked anew for the next one."""
        try:
            self._connection.rset()
        except OSError:
            self._drop()

    def _drop(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None


def mailer_for(address: SplitResult) -> Mailer:
    """The mailer of an `smtp` address, as app/config.py has judged it."""
    assert address.hostname
    assert address.port
    return SmtpMailer(
        host=address.hostname,
        port=address.port,
        encrypted=address.scheme == "smtp+starttls",
        user=unquote(address.username) if address.username is not None else None,
        password=unquote(address.password) if address.password is not None else None,
    )


def _dotted(content: bytes) -> bytes:
    """The message with a dot more on lines that begin with one, ending with its last line (RFC 5321, 4.5.2)."""
    return re.sub(rb"(?m)^\.", b"..", content if content.endswith(b"\r\n") else content + b"\r\n")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _words(code: int, said: bytes | str) -> str:
    """What a server said, without the address that it may have repeated."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {_ADDRESS.sub('(address)', text)}"
