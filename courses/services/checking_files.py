"""A file that says it is a certificate, a badge or a passport: whether it is genuine, and what the register says now.

Whether it is genuine is judged by its signature alone, and nothing is read of a file that a stranger may have written
until that was found right (`courses.certificate.checking`). What is printed in a PDF that is not genuine is read in a
process of its own, so that its number can be looked up and what differs from the register be named. Whoever wrote the
file chose what is printed: of a name nothing is said to strangers, or they would try one after another.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from threading import BoundedSemaphore

from sqlalchemy.orm import Session

from courses.certificate import record
from courses.certificate.badge import read_badge
from courses.certificate.checking import check
from courses.certificate.issuer import Issuer
from courses.certificate.passport import passport_number, read_passport, token_in
from courses.certificate.tokens import Jwk, NotGenuine
from courses.domain.certificates import Certificate, read_number
from courses.services.verifying import Truth, truth_of
from courses.uploads.apart import read_apart
from courses.uploads.kinds import Kind
from foundation.errors import DomainError
from foundation.formats import long_date
from foundation.plain import plain

_NUMBER = re.compile(
    r"\b[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}-[0-9A-Za-z]{4}\b|/verify/([0-9A-Za-z]{16})\b"
)
NAME, COURSE, PROVIDER = "The name", "The course", "The provider"
COMPLETED, UNTIL = "The date completed", "The last day for which it is valid"
PATIENCE = 2.0
"""Seconds for which a stranger's file waits to be read. After that it is answered without what is printed in it."""
_FOR_STRANGERS = BoundedSemaphore(1)
"""Strangers have one file read at a time, of the two that are: they never keep evidence from being uploaded."""


@dataclass(frozen=True, slots=True)
class FileTruth:
    """What is known of a file. `why`: why it is not genuine, or holds no more of itself; empty where all is well.

    `truth` is None where no number was found in it; `differences` are what it says otherwise than the register.
    """

    is_genuine: bool
    kind: str
    why: str
    truth: Truth | None
    differences: tuple[str, ...] = ()


def truth_of_file(
    session: Session,
    content: bytes,
    limit: int,
    issuer: Issuer,
    keys: Mapping[str, Jwk],
    now: datetime,
    today: date,
    *,
    sees_names: bool = False,
) -> FileTruth:
    """Check a file. `sees_names`: the reader sees everybody by name in any case.

    Raises DomainError, with what to do, for what can be no such file at all, and KeyFault where our own keys cannot be
    read: then nothing can be said of any file.
    """
    if not content:
        raise DomainError("The file is empty. Save it again, look whether it opens, and upload it then.")
    if len(content) > limit:
        raise DomainError(
            f"The file is larger than {limit // (1024 * 1024)} MB. No certificate of ours is that large."
        )
    if content.startswith(b"%PDF-"):
        return _of_pdf(session, content, issuer, today, sees_names)
    return _of_statement(session, content, keys, now, today)


def _of_pdf(session: Session, content: bytes, issuer: Issuer, today: date, sees_names: bool) -> FileTruth:
    # Looking at a file may take seconds, and nobody should wait for a transaction that does nothing.
    session.rollback()
    trusted = issuer.keys.published()
    try:
        found = check(content, trusted)
        number = passport_number(found.information.get(record.ENTRY, ""))
        if number is not None:
            return FileTruth(True, "training passport", "", truth_of(session, number, today))
        certificate = found.certificate
    except NotGenuine as error:
        return _of_print(session, content, str(error), today, sees_names)
    truth = truth_of(session, certificate.number, today)
    differs = _differences(certificate, truth.certificate) if truth.certificate is not None else ()
    return FileTruth(True, "certificate", "", truth, differs)


def _differences(one: Certificate, other: Certificate) -> tuple[str, ...]:
    """What two certificates of one number say differently."""
    pairs = (
        (NAME, one.name, other.name),
        (COURSE, one.course_title, other.course_title),
        (PROVIDER, one.provider, other.provider),
        (COMPLETED, one.completed_on, other.completed_on),
        (UNTIL, one.valid_until, other.valid_until),
    )
    return tuple(what for what, this, that in pairs if this != that)


def _of_print(session: Session, content: bytes, why: str, today: date, sees_names: bool) -> FileTruth:
    """What can be said of a PDF that is not genuine: the register's truth about the number printed in it."""
    words = _printed(content, sees_names)
    numbers = {number for found in _NUMBER.finditer(words) if (number := read_number(found[1] or found[0]))}
    if len(numbers) != 1:
        return FileTruth(False, "", why, None)
    truth = truth_of(session, numbers.pop(), today)
    differs = _not_printed(words, truth.certificate) if truth.certificate else ()
    return FileTruth(False, "", why, truth, tuple(what for what in differs if sees_names or what != NAME))


def _printed(content: bytes, sees_names: bool) -> str:
    """The words in a PDF; none where it cannot be read, or other strangers have theirs read."""
    if not sees_names and not _FOR_STRANGERS.acquire(timeout=PATIENCE):
        return ""
    try:
        return read_apart(Kind.PDF, content)[0]
    except DomainError:
        return ""
    finally:
        if not sees_names:
            _FOR_STRANGERS.release()


def _not_printed(words: str, said: Certificate) -> tuple[str, ...]:
    """What the register says of a certificate and the words of a file do not."""
    printed = plain(words)
    wanted = (
        (NAME, said.name),
        (COURSE, said.course_title),
        (PROVIDER, said.provider),
        (COMPLETED, long_date(said.completed_on)),
        (UNTIL, long_date(said.valid_until) if said.valid_until is not None else ""),
    )
    return tuple(what for what, text in wanted if plain(text) not in printed)


def _of_statement(
    session: Session, content: bytes, keys: Mapping[str, Jwk], now: datetime, today: date
) -> FileTruth:
    """A badge, or a passport as JSON."""
    try:
        token = token_in(content)
    except NotGenuine as error:
        raise DomainError(
            "The file is not a certificate, a badge or a training passport. Choose the PDF, or the file that was "
            "handed out beside it."
        ) from error
    try:
        passport, _ = read_passport(token, keys)
        return FileTruth(True, "training passport", "", truth_of(session, passport.number, today))
    except NotGenuine as error:
        why = error
    try:
        badge = read_badge(token, keys)
    except NotGenuine:
        return FileTruth(False, "", str(why), None)
    return FileTruth(True, "badge", badge.problem(now), truth_of(session, badge.number, today))
