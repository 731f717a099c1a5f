"""A waiting message as the letter that leaves: one recipient, a fixed set of headers, text and HTML (promise S13).

The same message always gives the same bytes, so that a second copy can be told from a second message (promise R4).
The bytes are put together here and not by the email package: what it makes depends on its version, and it decodes what
a name may hold into headers of its own (promises, fact 8).
"""

import binascii
import re
from base64 import encodebytes
from collections.abc import Iterable
from datetime import datetime
from email.header import Header
from email.message import Message
from email.policy import compat32
from email.utils import format_datetime, formataddr
from functools import lru_cache
from hashlib import sha256

from foundation.calendar_file import MEDIA_TYPE, method_of
from foundation.mail import one_line
from reminders.domain.letter import Attachment, Letter, RefusedError, is_one_address
from reminders.services.writing.html_part import as_html

_NOT_IN_TEXT = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f]")
LINE = 78
"""A line of the head should have no more letters (RFC 5322, 2.1.1)."""
_TEXT, _HTML = "text/plain", "text/html"
_FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
_MEDIA_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+(; charset=utf-8)?")


def compose(
    number: int,
    address: str,
    subject: str,
    body: str,
    made_at: datetime,
    sender: tuple[str, str],
    *,
    is_html: bool = False,
    reply_to: str = "",
    calendar: bytes | None = None,
    attachment: Attachment | None = None,
) -> Letter:
    """Write the letter of a message. Raises RefusedError when it cannot be one letter to one address.

    `is_html`: an HTML part is made from the text and stands beside it. `reply_to` is where answers go; empty, or no
    plain address: nowhere else than to the sender. No message is lost for it. `calendar`: a calendar file, which mail
    programs show as an invitation (RFC 6047). `attachment`: a file beside all that.
    """
    name, our_address = sender
    if not is_one_address(address):
        raise RefusedError("The address is not one plain email address.")
    subject = one_line(subject)
    body = _NOT_IN_TEXT.sub(" ", body.replace("\r\n", "\n").replace("\r", "\n"))
    date_header, made = _moment(made_at)
    message_id = f"<message-{number}-{made}@{our_address.rpartition('@')[2]}>"
    headers = {
        "From": _from(one_line(name), our_address),
        "To": address,
        "Subject": _subject(subject),
        "Date": date_header,
        "Message-ID": message_id,
        # RFC 3834, and what Exchange asks for: an answer "I am out of the office" would go to nobody.
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "MIME-Version": "1.0",
    }
    if is_one_address(reply_to):
        headers["Reply-To"] = reply_to
    parts = [_part(_TEXT, body)]
    if is_html:
        parts.append(_part(_HTML, as_html(subject, body)))
    if calendar is not None:
        parts.append(_calendar_part(calendar))
    if len(parts) > 1 or attachment is not None:
        # Quoted-printable writes "=" as "=3D" and base64 begins no line with it, so that no line of a part can be taken
        # for this one.
        boundary = f"=_{sha256(message_id.encode()).hexdigest()[:32]}"
        headers["Content-Type"] = f'multipart/alternative;\r\n boundary="{boundary}"'
        content = _parts(boundary, parts)
        if attachment is not None:
            said = _lines([f"Content-Type: {headers['Content-Type']}"]) + b"\r\n" + content
            outer = f"{boundary}-file"  # its mark stands on no line of the inner parts
            headers["Content-Type"] = f'multipart/mixed;\r\n boundary="{outer}"'
            content = _parts(outer, [said, _file_part(attachment)])
    else:
        headers |= _of_part(_TEXT)
        content = _quoted(body)
    head = _lines(f"{header}: {value}" for header, value in headers.items())
    _refuse_other_headers(head, set(headers), address)
    return Letter(our_address, address, subject, body, message_id, head + b"\r\n" + content)


def _lines(lines: Iterable[str]) -> bytes:
    return "".join(f"{line}\r\n" for line in lines).encode("ascii")


def _of_part(kind: str) -> dict[str, str]:
    return {"Content-Type": f'{kind}; charset="utf-8"', "Content-Transfer-Encoding": "quoted-printable"}


def _part(kind: str, text: str) -> bytes:
    head = _lines(f"{name}: {value}" for name, value in _of_part(kind).items())
    return head + b"\r\n" + _quoted(text)


def _calendar_part(content: bytes) -> bytes:
    """A calendar file. Its method stands in the header too: without it mail programs show no invitation."""
    head = _lines(
        (
            f'Content-Type: {MEDIA_TYPE}; method={method_of(content)}; charset="utf-8"',
            "Content-Transfer-Encoding: base64",
        )
    )
    return head + b"\r\n" + encodebytes(content).replace(b"\n", b"\r\n")


def _file_part(attachment: Attachment) -> bytes:
    """A file to be saved or opened, never shown as if it were the message. Raises RefusedError for a name that could
    become a header."""
    if not (_FILE_NAME.fullmatch(attachment.name) and _MEDIA_TYPE.fullmatch(attachment.media_type)):
        raise RefusedError("The name of the file cannot stand in a message.")
    head = _lines(
        (
            f"Content-Type: {attachment.media_type}",
            f'Content-Disposition: attachment;\r\n filename="{attachment.name}"',
            "Content-Transfer-Encoding: base64",
        )
    )
    return head + b"\r\n" + encodebytes(attachment.content).replace(b"\n", b"\r\n")


def _parts(boundary: str, parts: list[bytes]) -> bytes:
    """The parts, the plainest first: a mail program shows the last one that it understands."""
    mark = f"--{boundary}".encode("ascii")
    return b"".join(mark + b"\r\n" + part + b"\r\n" for part in parts) + mark + b"--\r\n"


def _quoted(text: str) -> bytes:
    return binascii.b2a_qp(text.replace("\n", "\r\n").encode(), istext=True)


def _subject(subject: str) -> str:
    """Folded so that no line is longer than it may be, as far as there are blanks to fold at."""
    if not subject.isascii():
        return Header(subject, "utf-8", header_name="Subject").encode(linesep="\r\n")
    lines = [""]
    for word in subject.split(" "):
        room = LINE if len(lines) > 1 else LINE - len("Subject: ")
        if lines[-1] and len(lines[-1]) + 1 + len(word) > room:
            lines.append("")
        lines[-1] += f" {word}" if lines[-1] or len(lines) > 1 else word
    return "\r\n".join(lines)


@lru_cache(maxsize=64)
def _moment(made_at: datetime) -> tuple[str, str]:
    """When a message was written, for its date and for its number; hundreds were written at once."""
    return format_datetime(made_at), f"{made_at:%Y%m%d%H%M%S%f}"


@lru_cache(maxsize=8)
def _from(name: str, address: str) -> str:
    """The sender, folded; always the same few."""
    holder = Message(compat32)
    holder["From"] = formataddr((name, address), "utf-8")
    folded: str = compat32.fold("From", holder["From"])
    return folded.removeprefix("From: ").rstrip("\n").replace("\n", "\r\n")


def _refuse_other_headers(head: bytes, wanted: set[str], address: str) -> None:
    """Read the head as a mail server would: it has the headers that were written, once each, and one recipient.

    Every line ends with both letters of a line's end, and neither stands anywhere else; one that begins with a blank
    goes on with the header before it, and any other is a name, a colon and a value.
    """
    *lines, rest = head.decode("ascii").split("\r\n")
    read = [line.partition(": ") for line in lines if not line.startswith((" ", "\t"))]
    names = [name for name, _, _ in read]
    is_odd = rest or any("\r" in line or "\n" in line for line in lines)
    if is_odd or sorted(names) != sorted(wanted) or ("To", ": ", address) not in read:
        raise RefusedError("The message holds something that would become a header of its own.")
