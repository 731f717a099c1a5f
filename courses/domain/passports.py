"""Training passports: what one says, which completions go into it, and what becomes of its entries elsewhere. Pure.

A passport lists what is in date for one person on the day on which it is issued. In date is what the course itself
says: the months of validity in the rule book of the issuer (`courses.domain.certificates.valid_until`).
What a requirement asks besides, and from when to when it is owed, is the issuer's own affair and no concern of the next
employer, whose own rules say what the training is worth there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from courses.domain import ACCEPTED_EVIDENCE, Completion, Course, course_on
from courses.domain.certificates import read_number, valid_until

FORMAT = "training-passport/1"
LONGEST_TEXT = 401
MOST_ENTRIES = 500


@dataclass(frozen=True, slots=True)
class Entry:
    """A course in a passport. `valid_until` None: no end."""

    course: str
    title: str
    provider: str
    completed_on: date
    valid_until: date | None

    def is_in_date(self, today: date) -> bool:
        """Whether it is still valid on a day, as far as the passport knows."""
        return self.valid_until is None or today <= self.valid_until


@dataclass(frozen=True, slots=True)
class Passport:
    """What a passport says. `email_mark` is a hash of the person's e-mail address with `salt`; both may be empty."""

    number: str
    name: str
    council: str
    address: str
    issued_at: datetime
    entries: tuple[Entry, ...]
    salt: str = ""
    email_mark: str = ""


def to_content(passport: Passport) -> dict[str, Any]:
    """A passport as it is signed and kept."""
    return {
        "format": FORMAT,
        "number": passport.number,
        "issuer": {"name": passport.council, "url": passport.address},
        "issued_at": passport.issued_at.isoformat(),
        "holder": {"name": passport.name, "salt": passport.salt, "email_sha256": passport.email_mark},
        "entries": [
            {
                "course": one.course,
                "title": one.title,
                "provider": one.provider,
                "completed_on": one.completed_on.isoformat(),
                "valid_until": one.valid_until and one.valid_until.isoformat(),
            }
            for one in passport.entries
        ],
    }


def from_content(content: Mapping[str, Any]) -> Passport:
    """A passport as it was written down. Raises ValueError, saying what is not as it should be."""
    if content.get("format") != FORMAT:
        raise ValueError("it is not a training passport of a kind that this service knows")
    issuer, holder, entries = content.get("issuer"), content.get("holder"), content.get("entries")
    if not isinstance(issuer, dict) or not isinstance(holder, dict) or not isinstance(entries, list):
        raise ValueError("a part of it is missing")
    if len(entries) > MOST_ENTRIES:
        raise ValueError(f"it has more than {MOST_ENTRIES} courses")
    number = read_number(_text(content, "number"))
    issued_at = datetime.fromisoformat(_text(content, "issued_at"))
    if number is None or issued_at.tzinfo is None:
        raise ValueError("its number or the moment of its issue cannot be read")
    return Passport(
        number=number,
        name=_text(holder, "name"),
        council=_text(issuer, "name"),
        address=_text(issuer, "url"),
        issued_at=issued_at,
        entries=tuple(_entry(one) for one in entries),
        salt=_text(holder, "salt"),
        email_mark=_text(holder, "email_sha256"),
    )


def _entry(found: Any) -> Entry:
    if not isinstance(found, dict):
        raise ValueError("one of its courses cannot be read")
    last = found.get("valid_until")
    return Entry(
        course=_text(found, "course"),
        title=_text(found, "title"),
        provider=_text(found, "provider"),
        completed_on=date.fromisoformat(_text(found, "completed_on")),
        valid_until=date.fromisoformat(_text(found, "valid_until")) if last is not None else None,
    )


def _text(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or len(value) > LONGEST_TEXT or not value.isprintable():
        raise ValueError(f"what it says of “{name}” cannot be read")
    return value


def in_date(
    completions: Iterable[tuple[Completion, str]], lines: Mapping[str, tuple[Course, ...]], today: date
) -> tuple[Entry, ...]:
    """What goes into a passport: of each course the latest completion that counts and is in date, by title.

    `completions` come with the provider that the record names; empty where it is the one of the rule book.
    """
    latest: dict[str, Entry] = {}
    for one, provider in completions:
        revoked = one.revoked_on is not None and one.revoked_on <= today
        if one.evidence not in ACCEPTED_EVIDENCE or revoked or one.completed_on > today:
            continue
        course = course_on(lines, one.course, one.completed_on)
        entry = Entry(
            one.course,
            course.title or one.course,
            provider or course.provider,
            one.completed_on,
            valid_until(course, one.completed_on),
        )
        before = latest.get(one.course)
        if entry.is_in_date(today) and (before is None or before.completed_on < entry.completed_on):
            latest[one.course] = entry
    return tuple(sorted(latest.values(), key=lambda one: (one.title.casefold(), one.course)))


class Fate(StrEnum):
    """What becomes of an entry of somebody else's passport here."""

    NEW = "new"
    PROVED = "proved"
    """It is on record already and waits for a check: the passport is the check."""
    WAITS = "waits"
    """It waits for a check, and this passport is none: they upload it themselves, and only the name is theirs."""
    KNOWN = "known"
    UNKNOWN_COURSE = "unknown_course"
    NOT_ACCEPTED = "not_accepted"
    TAKEN_BACK = "taken_back"
    NOT_POSSIBLE = "not_possible"
    """A day that cannot be: still to come, or before anybody's time."""


class Overrule(StrEnum):
    """Why learning and development accept a passport with another name. A choice of these and no words of one's own: it
    stands in the audit trail for good, and why a name changed is nobody's business."""

    CHANGED = "name_changed"
    WRITTEN = "written_differently"
    MISTAKE = "mistake_in_a_name"
    KNOWN = "identity_seen"


RECORDED = frozenset({Fate.NEW, Fate.PROVED})
"""What accepting a passport records."""


@dataclass(frozen=True, slots=True)
class Judged:
    """An entry and what becomes of it. `course` is our code for it, empty where we know none; `title` is ours too."""

    entry: Entry
    fate: Fate
    course: str = ""
    title: str = ""


@dataclass(frozen=True, slots=True)
class Looked:
    """A genuine passport of an issuer whom we trust, looked at for one person. `issuer` is the name we know it by.

    `needs_check`: somebody else looks at what is recorded before it counts.
    """

    passport: Passport
    issuer: str
    key_id: str
    name_differs: bool
    judged: tuple[Judged, ...] = field(default=())
    needs_check: bool = False

    @property
    def to_record(self) -> tuple[Judged, ...]:
        """What accepting it would record."""
        return tuple(one for one in self.judged if one.fate in RECORDED)
