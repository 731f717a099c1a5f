"""No name and no subject becomes a header or a second recipient (promise S13, fact 8)."""

import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.header import decode_header, make_header
from email.policy import SMTP
from email.policy import default as default_policy

import pytest

from reminders.domain import RefusedError
from reminders.services.letters import compose

MADE_AT = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
HEADERS = [
    "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted",
    "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
]  # fmt: skip
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


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("place", ["subject", "name"])
def test_whatever_a_name_or_subject_holds_the_headers_are_those_that_we_wrote(place: str, text: str) -> None:
    letter = compose(
        1,
        "sam@council.example",
        text if place == "subject" else "Set a password",
        "Hello\n",
        MADE_AT,
        (text if place == "name" else "Prevent training", "no-reply@council.example"),
    )
    head = letter.content.partition(b"\r\n\r\n")[0]
    assert sorted(name for name, _ in read(letter.content)) == sorted(HEADERS)
    assert not re.search(rb"(?<!\r)\n|\r(?!\n)", letter.content), "a bare line end"
    assert all(byte < 128 for byte in letter.content)
    assert not re.search(rb"(?im)^bcc", head)
    # Modern programs decode encoded words and look again: still the same headers, and one recipient.
    for policy in (default_policy, SMTP):
        message = message_from_bytes(letter.content, policy=policy)
        again = message_from_bytes(message.as_bytes(), policy=policy)
        assert sorted(again.keys()) == sorted(HEADERS)
        assert [str(address) for address in again["To"].addresses] == ["sam@council.example"]
        assert [address.addr_spec for address in again["From"].addresses] == ["no-reply@council.example"]
        assert again["Bcc"] is None


@pytest.mark.parametrize(
    "subject", ["Set a password for Prevent training", "Grüße aus Barking and Dagenham", "Zoë, Łukasz " * 12]
)
def test_a_subject_arrives_as_it_was_written(subject: str) -> None:
    letter = compose(1, "sam@council.example", subject, "Hello\n", MADE_AT, ("T", "t@council.example"))
    found = message_from_bytes(letter.content)["Subject"]
    assert str(make_header(decode_header(found))).split() == subject.split()


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


def test_the_same_message_is_the_same_letter_and_another_one_is_not() -> None:
    def written(number: int) -> bytes:
        return compose(
            number, "sam@council.example", "Hello", "Hello\n", MADE_AT, ("T", "t@council.example")
        ).content

    assert written(1) == written(1)
    assert written(1) != written(2)
