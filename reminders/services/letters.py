"""A waiting message as the letter that leaves: one recipient, plain text, and a fixed set of headers (promise S13).

The same message always gives the same bytes, so that a second copy can be told from a second message (promise R4).
"""

import re
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.message import Message
from email.parser import BytesParser
from email.policy import compat32
from email.utils import format_datetime, formataddr

from foundation.mail import one_line
from reminders.domain import Letter, RefusedError

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+@[A-Za-z0-9.-]+")
_POLICY = compat32.clone(linesep="\r\n", mangle_from_=False)
_UTF_8 = Charset("utf-8")
_UTF_8.body_encoding = QP
_NOT_IN_TEXT = re.compile(r"[^\S\n\t ]|[\x00-\x08\x0e-\x1f\x7f]")


def compose(
    number: int, address: str, subject: str, body: str, made_at: datetime, sender: tuple[str, str]
) -> Letter:
    """Write the letter of a message. Raises RefusedError when it cannot be one letter to one address."""
    name, our_address = sender
    if not _ADDRESS.fullmatch(address) or "=?" in address:
        raise RefusedError("The address is not one plain email address.")
    subject = one_line(subject)
    letter = Message(_POLICY)
    letter["From"] = formataddr((one_line(name), our_address), "utf-8")
    letter["To"] = address
    letter["Subject"] = Header(
        subject, "us-ascii" if subject.isascii() else "utf-8", header_name="Subject"
    ).encode()
    letter["Date"] = format_datetime(made_at)
    letter["Message-ID"] = f"<message-{number}-{made_at:%Y%m%d%H%M%S%f}@{our_address.rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    body = _NOT_IN_TEXT.sub(" ", body.replace("\r\n", "\n").replace("\r", "\n"))
    letter.set_payload(body, _UTF_8)
    content = letter.as_bytes()
    _refuse_other_headers(content, set(letter.keys()), address)
    return Letter(our_address, address, subject, body, letter["Message-ID"], content)


def _refuse_other_headers(content: bytes, wanted: set[str], address: str) -> None:
    """Read the letter as a mail server would: it has the headers that were written, once each, and one recipient."""
    read = BytesParser(policy=_POLICY).parsebytes(content)
    if sorted(read.keys()) != sorted(wanted) or read["To"] != address or read.is_multipart():
        raise RefusedError("The message holds something that would become a header of its own.")
