"""Messages handed to GOV.UK Notify, which sends them in the council's name: `notify://` (docs/operations.md).

The dialogue is ours and not a library's, because what a lost connection means depends on how far we had come: until the
request has been handed over the message is sure not to arrive, after it nobody can know without asking (`was_taken`).
A connection carries one request: one that is kept may be gone without our knowing, and then every message is uncertain.

Errors are told apart by their status and kind alone; Notify changes their words at will.
"""

import json
import re
import ssl
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from typing import Any, Final
from urllib.parse import SplitResult, quote, unquote

import jwt

from foundation import clock
from reminders.domain.letter import (
    ANSWER_SECONDS,
    Letter,
    LockedOutError,
    Mailer,
    MailerUnusableError,
    NotNowError,
    NotSentError,
    RefusedError,
    UncertainError,
)

SCHEMES = frozenset({"notify+https", "notify+http"})
FRESH_SECONDS = 5.0
"""A connection on which nothing was said for longer may be gone at the other end."""
LARGEST_ANSWER = 100_000
LONGEST_BODY = 1_000_000
"""Characters. Notify refuses messages that are longer than twice this, by an error that tells nothing of the kind."""

_WITH_FILE: Final = b"Content-Disposition: attachment;"
EMAIL_PATH: Final = "/v2/notifications/email"
LOOK_UP_PATH: Final = "/v2/notifications?template_type=email&reference="
_ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+")


@dataclass(slots=True)
class NotifyMailer:
    """Sends by one template of the service at Notify, which holds nothing but ((subject)) and ((body))."""

    host: str
    port: int
    encrypted: bool
    service: str
    secret: str = field(repr=False)
    template: str
    now: Callable[[], datetime]
    _connection: HTTPConnection | None = field(default=None, init=False, repr=False)
    _connected_at: float = field(default=0.0, init=False)

    def open(self) -> None:
        """Nothing is kept open; see `begin`."""

    def begin(self, sender: str, to: str) -> None:
        """Reach Notify, whose certificate this machine trusts. What it thinks of the address, it says at the end."""
        self.close()
        self._connect()

    def finish(self, letter: Letter) -> None:
        content = self._request(letter)
        if self._connection is None or time.monotonic() - self._connected_at > FRESH_SECONDS:
            self.close()
            try:
                self._connect()
            except MailerUnusableError as error:
                raise NotNowError(str(error)) from error
        status, answer = self._ask("POST", EMAIL_PATH, content)
        if status != 201:
            raise _refusal(status, answer)

    def was_taken(self, letter: Letter) -> bool | None:
        """Whether Notify has a message of this reference; None when it does not say.

        For a message that is uncertain, some minutes after it was handed over: before a second copy is sent.
        """
        self.close()
        try:
            self._connect()
            status, answer = self._ask("GET", LOOK_UP_PATH + quote(letter.reference, safe=""))
        except (MailerUnusableError, NotNowError, UncertainError):
            return None
        found = answer.get("notifications")
        return bool(found) if status == 200 and isinstance(found, list) else None

    def abandon(self) -> None:
        self.close()

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _connect(self) -> None:
        connection = (
            HTTPSConnection(
                self.host, self.port, timeout=ANSWER_SECONDS, context=ssl.create_default_context()
            )
            if self.encrypted
            else HTTPConnection(self.host, self.port, timeout=ANSWER_SECONDS)
        )
        try:
            connection.connect()
        except OSError as error:  # SSL errors are among these
            connection.close()
            raise MailerUnusableError(f"GOV.UK Notify cannot be reached: {_said(error)}") from error
        self._connection, self._connected_at = connection, time.monotonic()

    def _request(self, letter: Letter) -> bytes:
        if _WITH_FILE in letter.content:
            raise RefusedError("The message has a file with it, and GOV.UK Notify takes none.")
        if len(letter.body) > LONGEST_BODY:
            raise RefusedError("The message is longer than GOV.UK Notify takes.")
        fields = {
            "email_address": letter.to,
            "template_id": self.template,
            "personalisation": {"subject": letter.subject, "body": letter.body},
            "reference": letter.reference,
        }
        return json.dumps(fields).encode()

    def _ask(self, method: str, path: str, content: bytes | None = None) -> tuple[int, Mapping[str, Any]]:
        """Send a request over the connection that was made for it, and give the status and the answer."""
        connection, self._connection = self._connection, None
        assert connection is not None
        try:
            try:
                connection.request(method, path, content, self._headers())
            except (OSError, HTTPException) as error:
                raise NotNowError(f"The connection to GOV.UK Notify was lost: {_said(error)}") from error
            try:
                response = connection.getresponse()
            except (OSError, HTTPException) as error:
                raise UncertainError(f"GOV.UK Notify did not answer: {_said(error)}") from error
            return response.status, _answer(response)
        finally:
            connection.close()

    def _headers(self) -> dict[str, str]:
        claims = {"iss": self.service, "iat": int(self.now().timestamp())}
        token = jwt.encode(claims, self.secret, algorithm="HS256")
        return {
            "Authorization": f"Bearer {token}",
            "Content-Type": "application/json",
            "User-Agent": "prevent-training-tracker",
            "Connection": "close",
        }


def mailer_for(address: SplitResult) -> Mailer:
    """The mailer of `notify+https://service:secret@host:port/template`, which app/config.py makes of the settings."""
    assert address.hostname
    assert address.username
    assert address.password
    encrypted = address.scheme == "notify+https"
    return NotifyMailer(
        host=address.hostname,
        port=address.port or (443 if encrypted else 80),
        encrypted=encrypted,
        service=unquote(address.username),
        secret=unquote(address.password),
        template=unquote(address.path.strip("/")),
        now=clock.now,
    )


def _answer(response: HTTPResponse) -> Mapping[str, Any]:
    """What was said; nothing where the words are lost or not JSON: the status alone decides then."""
    try:
        found = json.loads(response.read(LARGEST_ANSWER))
    except (OSError, HTTPException, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _refusal(status: int, answer: Mapping[str, Any]) -> NotSentError:
    """What an answer that is no consent means."""
    kind, words = _first_error(answer)
    said = f"GOV.UK Notify says: {status} {kind} {words}".strip()
    if status >= 500:  # it may have been kept before things went wrong there; `was_taken` asks
        return UncertainError(said, status)
    if status == 429 and kind != "TooManyRequestsError":
        return NotNowError(said, status)
    if status == 400 and kind == "ValidationError":  # an address that is none
        return RefusedError(said, status)
    # The key, the template, the trial, the day's limit: what would be said to the next message as well.
    return LockedOutError(said, status)


def _first_error(answer: Mapping[str, Any]) -> tuple[str, str]:
    errors = answer.get("errors")
    first = errors[0] if isinstance(errors, list) and errors else None
    if not isinstance(first, dict):
        return "", ""
    kind, words = str(first.get("error", "")), str(first.get("message", ""))
    return kind, _ADDRESS.sub("(address)", words)


def _said(error: Exception) -> str:
    return str(error) or type(error).__name__
