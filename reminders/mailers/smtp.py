"""Messages handed to a mail server: `smtp://host:port`, or `smtp+starttls://user:password@host:port`.

Encryption is never optional: where `smtp+starttls` cannot have it, with a certificate that this machine trusts, nothing
is sent. The dialogue is ours and not `sendmail`'s, because what a lost connection means depends on how far we had come:
before the final dot the message is sure not to arrive, after it nobody can know (promises, section 4).
"""

import re
import smtplib
import socket
import ssl
from dataclasses import dataclass, field
from urllib.parse import SplitResult, unquote

from reminders.domain.letter import (
    ANSWER_SECONDS,
    FINAL_ANSWER_SECONDS,
    Letter,
    LockedOutError,
    Mailer,
    MailerUnusableError,
    NotNowError,
    RefusedError,
    UncertainError,
)

SCHEMES = frozenset({"smtp", "smtp+starttls"})
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
    _used: bool = field(default=False, init=False, repr=False)
    """Whether a message went over this connection: then the server may have ended it since, and not said so."""

    def open(self) -> None:
        if self._server is None:
            self._connect()

    def _connect(self) -> None:
        try:
            server = smtplib.SMTP(self.host, self.port, timeout=ANSWER_SECONDS)
        except smtplib.SMTPResponseException as error:
            raise MailerUnusableError(
                f"The mail server does not answer: {_said(error)}", _code(error)
            ) from error
        except OSError as error:
            raise MailerUnusableError(f"The mail server cannot be reached: {_said(error)}") from error
        try:
            if server.sock is not None:
                # The text and the final dot leave apart; the dot must not wait for the text's receipt.
                server.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
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
            kind = MailerUnusableError if _is_passing(error) else LockedOutError
            raise kind(f"The mail server does not let us in: {_said(error)}", _code(error)) from error
        self._server, self._used = server, False

    def begin(self, sender: str, to: str) -> None:
        try:
            try:
                refused = self._ask(f"MAIL FROM:<{sender}>")
            except OSError:
                if not self._used:
                    raise
                self._drop()
                self._connect()
                refused = self._ask(f"MAIL FROM:<{sender}>")
            self._used = True
            if isinstance(refused, RefusedError):  # our address: this would be said to every message
                raise LockedOutError(f"The mail server does not take our messages: {refused}", refused.code)
            refused = refused or self._ask(f"RCPT TO:<{to}>") or self._ask("DATA", 354)
        except OSError as error:
            self._drop()
            raise NotNowError(f"The connection was lost: {_said(error)}") from error
        if refused is not None:
            raise refused

    def finish(self, letter: Letter) -> None:
        try:
            self._say_text(_dotted(letter.content))
        except OSError as error:
            self._drop()
            raise NotNowError(f"The connection was lost: {_said(error)}") from error
        try:
            refused = self._ask(".", seconds=FINAL_ANSWER_SECONDS)
        except OSError as error:
            self._drop()
            raise UncertainError(f"The connection was lost after the message: {_said(error)}") from error
        if refused is not None:
            raise refused

    def _say_text(self, text: bytes) -> None:
        """Everything up to the dot: what is lost before the dot has come is sure not to arrive."""
        self._connection.send(text)

    def abandon(self) -> None:
        """A server that waits for the text can only be left: what is not ended with a dot is not delivered."""
        self._drop()

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

        Raises OSError when no answer comes, LockedOutError when it wants to know first who we are.
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
            raise LockedOutError(f"The mail server does not let us in: {words}", code)
        return RefusedError(words, code) if 500 <= code < 600 else NotNowError(words, code)

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


def _is_passing(error: Exception) -> bool:
    """Whether the server is only away or busy, so that asking again soon is right: no "no", and no doubt who it is."""
    if isinstance(error, smtplib.SMTPResponseException):
        return 400 <= error.smtp_code < 500 or error.smtp_code == -1
    return isinstance(error, OSError) and not isinstance(
        error, ssl.SSLError | smtplib.SMTPNotSupportedError | smtplib.SMTPHeloError
    )


def _code(error: Exception) -> int | None:
    return error.smtp_code if isinstance(error, smtplib.SMTPResponseException) else None


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _words(error.smtp_code, error.smtp_error)
    return str(error) or type(error).__name__


def _words(code: int, said: bytes | str) -> str:
    """What a server said, without the address that it may have repeated."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return f"{code} {_ADDRESS.sub('(address)', text)}"
