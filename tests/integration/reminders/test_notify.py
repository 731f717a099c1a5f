"""GOV.UK Notify: what it is asked, what its answers mean, and what a lost connection means (promises, section 4)."""

import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import jwt
import pytest
from pydantic import SecretStr
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from app.config import Settings
from foundation import clock
from reminders.domain.letter import (
    Letter,
    LockedOutError,
    MailerUnusableError,
    NotNowError,
    NotSentError,
    RefusedError,
    UncertainError,
)
from reminders.mailers import notify
from reminders.mailers.notify import EMAIL_PATH, NotifyMailer, mailer_for
from reminders.services.providers import find_mailer
from tests.integration.reminders.post_office import certificate

SERVICE = "26785a09-ab16-4eb0-8407-a37497a57506"
SECRET = "3d844edf-8d35-48ac-975b-e847b4f122b0"
TEMPLATE = "f33517ff-2a88-4f6e-b855-c550268ce08a"
LETTER = Letter(
    sender="no-reply@council.example",
    to="sam@council.example",
    subject="Grüße: your training",
    body="Hello Sam,\n\nplease do it.\n",
    message_id="<message-7@council.example>",
    content=b"",
    reference="0123456789abcdef0123456789abcdef",
)


def mailer_at(url: str) -> NotifyMailer:
    address = urlsplit(url)
    found = mailer_for(urlsplit(f"notify+{address.scheme}://{SERVICE}:{SECRET}@{address.netloc}/{TEMPLATE}"))
    assert isinstance(found, NotifyMailer)
    return found


def send(mailer: NotifyMailer, letter: Letter = LETTER) -> None:
    mailer.open()
    mailer.begin(letter.sender, letter.to)
    mailer.finish(letter)
    mailer.close()


def answer(kind: str, words: str, status: int) -> Response:
    content = json.dumps({"status_code": status, "errors": [{"error": kind, "message": words}]})
    return Response(content, status, mimetype="application/json")


@pytest.fixture(scope="module")
def server() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as found:
        yield found


@pytest.fixture
def api(server: HTTPServer) -> Iterator[HTTPServer]:
    yield server
    server.check()
    server.clear()


@pytest.fixture
def mailer(api: HTTPServer) -> NotifyMailer:
    return mailer_at(api.url_for(""))


def test_a_message_is_asked_for_by_template_with_its_reference(
    api: HTTPServer, mailer: NotifyMailer, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = datetime(2026, 5, 1, 12, 0, 30, 500_000, tzinfo=UTC)
    monkeypatch.setattr(mailer, "now", lambda: now)
    seen: list[Request] = []

    def take(request: Request) -> Response:
        seen.append(request)
        return Response('{"id": "740e5834-3a29-46b4-9a6f-16142fde533a"}', 201, mimetype="application/json")

    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_handler(take)
    send(mailer)
    [request] = seen
    assert request.get_json() == {
        "email_address": "sam@council.example",
        "template_id": TEMPLATE,
        "personalisation": {"subject": "Grüße: your training", "body": "Hello Sam,\n\nplease do it.\n"},
        "reference": LETTER.reference,
    }
    token = request.headers["Authorization"].removeprefix("Bearer ")
    assert jwt.get_unverified_header(token)["alg"] == "HS256"
    claims = jwt.decode(token, SECRET, algorithms=["HS256"], options={"verify_iat": False})
    assert claims == {"iss": SERVICE, "iat": 1777636830}


def test_the_time_in_a_token_is_that_of_the_moment(mailer: NotifyMailer) -> None:
    assert mailer.now is clock.now


@pytest.mark.parametrize(
    "status, kind, words, meaning",
    [
        (400, "ValidationError", "email_address Not a valid email address", RefusedError),
        (400, "BadRequestError", "Cannot send to this recipient using a team-only API key", LockedOutError),
        (
            400,
            "BadRequestError",
            "Cannot send to this recipient when service is in trial mode",
            LockedOutError,
        ),
        (400, "BadRequestError", "Missing personalisation: body", LockedOutError),
        (400, "BadRequestError", "Template not found", LockedOutError),
        (403, "AuthError", "Invalid token: API key not found", LockedOutError),
        (403, "AuthError", "Error: Your system clock must be accurate to within 30 seconds", LockedOutError),
        (404, "NoResultFound", "No result found", LockedOutError),
        (302, "", "", LockedOutError),
        (429, "RateLimitError", "Exceeded rate limit for key type live of 3000 requests", NotNowError),
        (429, "TooManyRequestsError", "Exceeded send limits (email: 250000) for today", LockedOutError),
        (500, "Exception", "Internal server error", UncertainError),
        (503, "", "", UncertainError),
        (502, "", "", UncertainError),
        (504, "", "", UncertainError),
    ],
)
def test_what_each_answer_means(
    api: HTTPServer,
    mailer: NotifyMailer,
    status: int,
    kind: str,
    words: str,
    meaning: type[NotSentError],
) -> None:
    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_response(answer(kind, words, status))
    with pytest.raises(NotSentError) as caught:
        send(mailer)
    assert type(caught.value) is meaning
    assert caught.value.code == status
    assert words in str(caught.value)


def test_an_answer_that_repeats_the_address_is_kept_without_it(api: HTTPServer, mailer: NotifyMailer) -> None:
    said = answer("ValidationError", "email_address sam@council.example is none", 400)
    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_response(said)
    with pytest.raises(RefusedError) as caught:
        send(mailer)
    assert "sam@" not in str(caught.value)
    assert "(address) is none" in str(caught.value)


@pytest.mark.parametrize(
    "content", ["<html>Bad gateway</html>", "[]", '{"errors": []}', '{"errors": [7]}', ""]
)
def test_an_answer_without_words_is_judged_by_its_status(
    api: HTTPServer, mailer: NotifyMailer, content: str
) -> None:
    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_data(content, 503)
    with pytest.raises(UncertainError, match="503"):
        send(mailer)
    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_data(content, 201)
    send(mailer)


def test_a_message_that_is_too_long_is_refused_without_asking(mailer: NotifyMailer) -> None:
    mailer.begin(LETTER.sender, LETTER.to)
    letter = Letter("s@x.example", "a@x.example", "Long", "x" * 1_000_001, "<1@x.example>", b"", "r")
    with pytest.raises(RefusedError, match="longer"):
        mailer.finish(letter)
    mailer.close()


def test_where_nobody_listens_no_message_is_used_up() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    mailer = mailer_at(f"http://127.0.0.1:{port}")
    with pytest.raises(MailerUnusableError, match="cannot be reached") as caught:
        mailer.begin(LETTER.sender, LETTER.to)
    assert not isinstance(caught.value, LockedOutError), "it may be back at the next tick"


@dataclass
class Wire:
    """A server of bare sockets, which does with each connection in turn what it is told."""

    acts: list[Callable[[socket.socket], None]] = field(default_factory=list)
    connections: int = 0
    _listener: socket.socket = field(init=False)

    def __enter__(self) -> "Wire":
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._listener.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, suppress(ConnectionError):
                connection.settimeout(30)
                self.connections += 1
                (self.acts.pop(0) if self.acts else hang_up)(connection)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"


def read_request(connection: socket.socket) -> None:
    """The whole of a request; raises when it ends before."""
    found = b""
    while b"\r\n\r\n" not in found:
        found += _some(connection)
    head, _, body = found.partition(b"\r\n\r\n")
    length = next(
        int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")
    )
    while len(body) < length:
        body += _some(connection)


def _some(connection: socket.socket) -> bytes:
    found = connection.recv(65_536)
    if not found:
        raise ConnectionError
    return found


def hang_up(_connection: socket.socket) -> None:
    """End it without a word."""


def read_and_hang_up(connection: socket.socket) -> None:
    read_request(connection)


def read_and_babble(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"what?\r\n\r\n")


def take(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 201 CREATED\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{}")


def take_and_lose_the_words(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 201 CREATED\r\nContent-Length: 200\r\n\r\n{")


@pytest.mark.parametrize("act", [read_and_hang_up, read_and_babble])
def test_without_an_answer_to_the_whole_request_nobody_knows(act: Callable[[socket.socket], None]) -> None:
    with Wire([act]) as wire, pytest.raises(UncertainError):
        send(mailer_at(wire.url))


def test_an_answer_that_takes_too_long_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "ANSWER_SECONDS", 0.2)
    done = threading.Event()

    def read_and_think(connection: socket.socket) -> None:
        read_request(connection)
        done.wait(30)

    with Wire([read_and_think]) as wire:
        with pytest.raises(UncertainError, match="did not answer"):
            send(mailer_at(wire.url))
        done.set()


def test_a_message_that_was_taken_is_sent_whatever_became_of_the_words() -> None:
    with Wire([take_and_lose_the_words]) as wire:
        send(mailer_at(wire.url))


def test_a_connection_that_is_lost_while_the_request_leaves_delivers_nothing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Wire([take]) as wire:
        mailer = mailer_at(wire.url)
        mailer.begin(LETTER.sender, LETTER.to)
        assert mailer._connection is not None
        sock = mailer._connection.sock
        assert sock is not None
        sock.shutdown(socket.SHUT_WR)
        with pytest.raises(NotNowError, match="was lost"):
            mailer.finish(LETTER)


def test_a_connection_that_has_waited_for_the_database_is_made_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """Notify may have ended it meanwhile, and the message would be uncertain for no reason."""
    monkeypatch.setattr(notify, "FRESH_SECONDS", -1.0)
    with Wire([hang_up, take]) as wire:
        send(mailer_at(wire.url))
        assert wire.connections == 2


def test_if_that_cannot_be_made_the_message_is_sure_not_to_arrive(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(notify, "FRESH_SECONDS", -1.0)
    with Wire() as wire:
        mailer = mailer_at(wire.url)
        mailer.begin(LETTER.sender, LETTER.to)
    with pytest.raises(NotNowError):
        mailer.finish(LETTER)


def test_what_was_begun_may_be_forgotten(api: HTTPServer, mailer: NotifyMailer) -> None:
    mailer.begin(LETTER.sender, LETTER.to)
    mailer.abandon()
    mailer.abandon()
    api.expect_ordered_request(EMAIL_PATH, "POST").respond_with_json({}, 201)
    send(mailer)


# --- asking later whether it was taken


@pytest.mark.parametrize("found, taken", [([{"id": "1"}], True), ([], False)])
def test_notify_can_be_asked_whether_it_has_a_message(
    api: HTTPServer, mailer: NotifyMailer, found: list[object], taken: bool
) -> None:
    query = {"template_type": "email", "reference": LETTER.reference}
    api.expect_ordered_request("/v2/notifications", "GET", query_string=query).respond_with_json(
        {"notifications": found, "links": {}}
    )
    assert mailer.was_taken(LETTER) is taken


@pytest.mark.parametrize("content, status", [("{}", 200), ("", 200), ("{}", 500), ("{}", 403)])
def test_an_answer_that_says_neither_is_none(
    api: HTTPServer, mailer: NotifyMailer, content: str, status: int
) -> None:
    api.expect_ordered_request("/v2/notifications", "GET").respond_with_data(content, status)
    assert mailer.was_taken(LETTER) is None


def test_while_notify_is_away_nobody_knows() -> None:
    with Wire() as wire:
        mailer = mailer_at(wire.url)
    assert mailer.was_taken(LETTER) is None


# --- encryption


@pytest.fixture
def encrypted(tmp_path: Path) -> Iterator[tuple[HTTPServer, Path]]:
    context, shown = certificate(tmp_path)
    with HTTPServer(host="127.0.0.1", ssl_context=context) as server:
        yield server, shown


def test_over_https_with_a_certificate_that_this_machine_trusts(
    encrypted: tuple[HTTPServer, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    server, shown = encrypted
    monkeypatch.setenv("SSL_CERT_FILE", str(shown))
    server.expect_ordered_request(EMAIL_PATH, "POST").respond_with_json({}, 201)
    send(mailer_at(server.url_for("")))
    server.check()


def test_with_a_certificate_that_nobody_vouches_for_nothing_is_handed_over(
    encrypted: tuple[HTTPServer, Path],
) -> None:
    server, _ = encrypted
    with pytest.raises(MailerUnusableError, match=r"cannot be reached.*CERTIFICATE_VERIFY_FAILED"):
        send(mailer_at(server.url_for("")))
    assert server.log == []
    assert ssl.create_default_context().check_hostname


# --- the settings


def test_the_settings_of_notify_make_its_mailer(tmp_path: Path) -> None:
    settings = Settings(
        _env_file=None,
        instance_path=tmp_path,
        mail_url=SecretStr("notify://"),
        notify_api_key=SecretStr(f"my_key-{SERVICE}-{SECRET}"),
        notify_template_id=TEMPLATE,
    )
    mailer = find_mailer(str(settings.for_flask()["MAIL_URL"]))
    assert isinstance(mailer, NotifyMailer)
    assert (mailer.host, mailer.port, mailer.encrypted) == ("api.notifications.service.gov.uk", 443, True)
    assert (mailer.service, mailer.secret, mailer.template) == (SERVICE, SECRET, TEMPLATE)
    assert SECRET not in repr(mailer)
