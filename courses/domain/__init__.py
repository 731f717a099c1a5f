"""Courses and completions. Pure: facts in, answers out."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foundation.dates import FAR_DAY, FIRST_DAY, add_months

OLDEST_YEARS = 60
"""A completion longer ago than this is a slip of the pen (interfaces, "Completions")."""


class Mode(StrEnum):
    """How a course is taken."""

    E_LEARNING = "e_learning"
    WORKSHOP = "workshop"
    WEBINAR = "webinar"
    BRIEFING = "briefing"
    EXTERNAL = "external"


class Evidence(StrEnum):
    """How well a completion is proved. Only trusted and verified evidence counts (counting rule 5)."""

    TRUSTED = "trusted"
    VERIFIED = "verified"
    AWAITING = "awaiting"
    REJECTED = "rejected"


ACCEPTED_EVIDENCE = frozenset({Evidence.TRUSTED, Evidence.VERIFIED})
HOPED_FOR_EVIDENCE = ACCEPTED_EVIDENCE | {Evidence.AWAITING}
"""What would be accepted if every check now waiting turned out well (counting rule 6, awaiting_check)."""


class Source(StrEnum):
    """Who says that somebody completed a course, where no other system does."""

    SELF = "self"
    REGISTER = "register"
    BY_HAND = "by_hand"
    WORKSHOP = "workshop"
    PASSPORT = "passport"
    PARTNER_FILE = "partner_file"


def is_reserved(source: str) -> bool:
    """Whether the name of another system is one of our own keys: what such a row says would be told as somebody's word.

    >>> is_reserved(" Self "), is_reserved("Totara"), is_reserved("")
    (True, False, False)
    """
    return " ".join(source.split()).casefold() in {one.value for one in Source}


class Purpose(StrEnum):
    """What a file is sent as: somebody's own certificate, the signed register of a session for several people, or the
    register of a workshop as a table, which is only read and never kept as proof."""

    CERTIFICATE = "certificate"
    REGISTER = "register"
    ATTENDANCE = "attendance"


class Concern(StrEnum):
    """What makes one wonder about evidence. It hinders nobody from sending it; whoever checks is told."""

    NAME_DIFFERS = "name_differs"
    DATE_DIFFERS = "date_differs"
    COURSE_DIFFERS = "course_differs"
    FILE_USED_BY_ANOTHER = "file_used_by_another"
    FILE_USED_AGAIN = "file_used_again"
    TEXT_UNREADABLE = "text_unreadable"
    NO_FILE = "no_file"
    NOT_SCANNED = "not_scanned"
    REJECTED_BEFORE = "rejected_before"


@dataclass(frozen=True, slots=True)
class CompletionKey:
    """By what a completion is known: person, course and day (interfaces, "Completions"). `course` is its code."""

    person_id: int
    course: str
    completed_on: date


@dataclass(frozen=True, slots=True)
class Told:
    """What somebody tells of a course completed. Provider and certificate number may be empty."""

    course: str
    completed_on: date
    provider: str = ""
    reference: str = ""


def earliest_completion(today: date) -> date:
    """The first day on which a completion may have been."""
    return add_months(today, -12 * OLDEST_YEARS)


@dataclass(frozen=True, slots=True)
class Course:
    """What the rule book says about a course on the days on which this line holds."""

    code: str
    title: str = ""
    provider: str = ""
    mode: str = Mode.E_LEARNING
    duration_minutes: int | None = None
    validity_months: int | None = None
    prerequisites: tuple[str, ...] = ()
    url: str = ""
    counts_for_facilitators: bool = False
    """Whoever leads a workshop of it has completed it too."""
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class Completion:
    """A course completed on a day. `course` is its code."""

    course: str
    completed_on: date
    evidence: str = Evidence.TRUSTED
    revoked_on: date | None = None


def lines_by_code(lines: Iterable[Course]) -> dict[str, tuple[Course, ...]]:
    """The lines of each course in order of their days."""
    found: dict[str, list[Course]] = {}
    for line in sorted(lines, key=lambda line: (line.code, line.first_day)):
        found.setdefault(line.code, []).append(line)
    return {code: tuple(of_code) for code, of_code in found.items()}


def course_on(lines: Mapping[str, tuple[Course, ...]], code: str, day: date) -> Course:
    """What is said about a course on a day.

    A course that the rule book no longer lists keeps its last line, one that it does not list yet has its first:
    what was completed does not lose its validity because a course was retired (domain notes, rule 15).
    """
    of_code = lines.get(code)
    if not of_code:
        return Course(code)
    found = of_code[0]
    for line in of_code:
        if line.first_day <= day:
            found = line
    return found
