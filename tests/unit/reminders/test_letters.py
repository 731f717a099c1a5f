"""No name and no subject becomes a header or a second recipient (promise S13, fact 8)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP
from email.policy import default as default_policy

import pytest

from reminders.domain.letter import RefusedError
from reminders.services.letters import compose
from reminders.services.writing.html_part import as_html

MADE_AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
ENVELOPE = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
    "MIME-Version", "Content-Type",
]  # fmt: skip
HEADERS = [*ENVELOPE, "Content-Transfer-Encoding"]
NASTY = [
    "Hi\r\nBcc: evil@evil.example",
    "Hi\nBcc: evil@evil.example",
    "Hi\rBcc: evil@evil.example",
    "Hi\0Bcc: evil@evil.example",
    "Hi\x0b\x0c\x1c\x85Bcc: evil@evil.example",
    "Hi\u2028Bcc: evil@evil.example",
    "Hi\u2029Bcc: evil@evil.example",
    "Hi =?UTF-8?Q?=0A?=Bcc: evil@evil.example",
    "Hi =?utf-8?b?DQpCY2M6IGV2aWxAZXZpbC5leGFtcGxl?=",
    "=?UTF-8?Q?a=0D=0ABcc:_evil@evil.example?=",
    "Grüße =?UTF-8?Q?=0A?=Bcc: evil@evil.example",
    '"Hi" <evil@evil.example>, x',
    "evil@evil.example,",
    "x" * 2000,
    "ü" * 500,
    "",
]  # fmt: skip


def read(content: bytes) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in message_from_bytes(content).items()]


@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("place", ["subject", "name", "body"])
def test_whatever_a_name_or_subject_holds_the_headers_are_those_that_we_wrote(
    place: str, text: str, is_html: bool
) -> None:
    letter = compose(
        1,
        "sam@council.example",
        text if place == "subject" else "Set a password",
        f"{text}\n\n{text}\n" if place == "body" else "Hello\n",
        MADE_AT,
        (text if place == "name" else "Prevent training", "no-reply@council.example"),
        is_html=is_html,
    )
    wanted = ENVELOPE if is_html else HEADERS
    head = letter.content.partition(b"\r\n\r\n")[0]
    assert sorted(name for name, _ in read(letter.content)) == sorted(wanted)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", letter.content), "a bare line end"
    assert all(byte < 128 for byte in letter.content)
    assert not re.search(rb"(?im)^bcc", head)
    # Modern programs decode encoded words and look again: still the same headers, and one recipient.
    for policy in (default_policy, SMTP):
        message = message_from_bytes(letter.content, policy=policy)
        again = message_from_bytes(message.as_bytes(), policy=policy)
        assert sorted(again.keys()) == sorted(wanted)
        kinds = [part.get_content_type() for part in again.walk()]
        assert kinds == (["multipart/alternative", "text/plain", "text/html"] if is_html else ["text/plain"])
        assert [str(address) for address in again["To"].addresses] == ["sam@council.example"]
        assert [address.addr_spec for address in again["From"].addresses] == ["no-reply@council.example"]
        assert again["Bcc"] is None


@pytest.mark.parametrize(
    "subject",
    [
        "Set a password for Prevent training",
        "Grüße aus Barking and Dagenham",
        "Zoë, Łukasz " * 12,
        "Prevent awareness for everybody " * 6,
        "x" * 100 + " y",
    ],
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    letter = compose(1, "sam@council.example", subject, "Hello\n", MADE_AT, ("T", "t@council.example"))
    found = message_from_bytes(letter.content)["Subject"]
    assert str(make_header(decode_header(found))).split() == subject.split()
    head = letter.content.partition(b"\r\n\r\n")[0]
    assert max(map(len, head.split(b"\r\n"))) <= 78 or "x" * 79 in subject


@pytest.mark.parametrize(
    "address",
    [
        "",
        "sam",
        "sam@council.example, eve@evil.example",
        "sam@council.example;eve@evil.example",
        "sam@council.example\r\nBcc: eve@evil.example",
        "sam@council.example\n",
        "Sam <sam@council.example>",
        '"a b"@council.example',
        "=?utf-8?q?=0a?=@council.example",
        "sam@council.example>",
        "sam\0@council.example",
        "sam@[127.0.0.1]",
        "sám@council.example",
    ],
)
def test_what_is_not_one_plain_address_is_refused(address: str) -> None:
    with pytest.raises(RefusedError):
        compose(1, address, "Hello", "Hello\n", MADE_AT, ("T", "t@council.example"))


@pytest.mark.parametrize(
    "body",
    ["From here\n.\n..\n", "Zoë, Łukasz\n", "a\r\nb\rc\n", "x" * 3000 + "\n", "", "\0\x1b[31m\u2028red\n"],
)
def test_a_body_arrives_as_it_was_written_without_what_steers_a_terminal(body: str) -> None:
    letter = compose(1, "sam@council.example", "Hello", body, MADE_AT, ("T", "t@council.example"))
    payload = message_from_bytes(letter.content).get_payload(decode=True)
    assert isinstance(payload, bytes)
    found = payload.decode().replace("\r\n", "\n")
    assert found == letter.body
    assert found == re.sub(r"[\0\x1b\u2028]", " ", body.replace("\r\n", "\n").replace("\r", "\n"))
    assert max(map(len, letter.content.split(b"\r\n"))) <= 78


@pytest.mark.parametrize("is_html", [False, True], ids=["text", "html"])
def test_the_same_message_is_the_same_letter_and_another_one_is_not(is_html: bool) -> None:
    def written(number: int) -> bytes:
        return compose(
            number,
            "sam@council.example",
            "Hello",
            "Hello\n",
            MADE_AT,
            ("T", "t@council.example"),
            is_html=is_html,
        ).content

    assert written(1) == written(1)
    assert written(1) != written(2)


@pytest.mark.parametrize(
    "body", ["Zoë, Łukasz\n\n- one\n- two\n", "--=_0123\n.\n", "x" * 3000 + "\n", "a = b  \n"]
)
def test_the_text_comes_before_the_html_and_both_arrive_whole(body: str) -> None:
    letter = compose(
        7, "sam@council.example", "Hello", body, MADE_AT, ("T", "t@council.example"), is_html=True
    )
    message = message_from_bytes(letter.content)
    assert message.get_content_type() == "multipart/alternative"
    text, html = [part.get_payload(decode=True) for part in message.walk()][1:]
    assert isinstance(text, bytes)
    assert isinstance(html, bytes)
    assert text.decode().replace("\r\n", "\n").rstrip("\n") == letter.body.rstrip("\n") == body.rstrip("\n")
    assert html.decode().replace("\r\n", "\n").rstrip("\n") == as_html("Hello", body).rstrip("\n")
    assert max(map(len, letter.content.split(b"\r\n"))) <= 78
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", letter.content), "a bare line end"


def test_an_answer_goes_to_the_support_address_and_machines_send_none() -> None:
    letter = compose(
        1,
        "sam@council.example",
        "Hello",
        "Hello\n",
        MADE_AT,
        ("T", "t@council.example"),
        reply_to="help@council.example",
    )
    message = message_from_bytes(letter.content)
    assert message["Reply-To"] == "help@council.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["X-Auto-Response-Suppress"] == "All"
    assert message["Date"] == "Sun, 03 May 2026 09:00:00 +0000"
    assert message["Message-ID"].endswith("@council.example>")


@pytest.mark.parametrize(
    "address", ["help@council.example\r\nBcc: evil@evil.example", "a@b, c@d", "=?utf-8?q?=0a?=@b"]
)
def test_answers_go_to_one_plain_address_and_no_message_is_lost_for_another(address: str) -> None:
    sender = ("T", "t@c.example")
    letter = compose(1, "sam@c.example", "Hello", "Hello\n", MADE_AT, sender, reply_to=address)
    assert letter == compose(1, "sam@c.example", "Hello", "Hello\n", MADE_AT, sender)
    assert message_from_bytes(letter.content)["Reply-To"] is None
