"""What the made-up borough consists of: seats, the people who hold them, and what they did."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

HAVENBROOK = "London Borough of Havenbrook"
COUNCIL_MAIL = "havenbrook.example"


@dataclass(frozen=True)
class Workplace:
    """Where a seat stands: an organisation and, below it, a unit path (parts separated by ' > ')."""

    organisation: str
    sector: str
    unit: str = ""


@dataclass(frozen=True)
class Seat:
    """A place that one person at a time holds; `boss` is the position of the manager's seat in the list.

    `kinds` are the role codes that the rule book must find from title, unit, sector and category; `named`
    are role codes given by name, on top of those. An empty `mail` means that people here have no e-mail.
    """

    title: str
    workplace: Workplace
    category: str = "employee"
    kinds: frozenset[str] = frozenset()
    named: tuple[str, ...] = ()
    boss: int | None = None
    mail: str = COUNCIL_MAIL
    moved_from: str = ""
    "The unit before the reorganisation; empty when the seat did not move."
    turnover: float = 0.18
    "Leavers a year for each person in post."
    history_years: float = 8.0
    pinned: Pinned | None = None


@dataclass(frozen=True)
class Pinned:
    """Somebody who is in the demonstration by design: the same name in the same seat whatever the seed."""

    key: str
    first_name: str
    last_name: str
    trained_days_ago: int = 0
    "Their only awareness training, so many days before the as-at day; 0: trained like everybody else."


@dataclass
class Person:
    """Somebody we count."""

    ref: str
    first_name: str
    last_name: str
    email: str
    category: str
    pinned: Pinned | None = None


@dataclass
class Tenure:
    """One stretch of one person in one seat; `last_day` None: still there."""

    seat: int
    person: Person
    post_ref: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Spell:
    """One row of people.csv."""

    person: Person
    post_ref: str
    seat: Seat
    unit: str
    manager_ref: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Absence:
    """One row of absences.csv."""

    person_ref: str
    kind: str
    first_day: date
    last_day: date | None


@dataclass(frozen=True)
class Completion:
    """One row of completions.csv."""

    person_ref: str
    course: str
    completed_on: date
    provider: str
    reference: str
    evidence: str
    revoked_on: date | None = None


@dataclass(frozen=True)
class Exemption:
    """One row of exemptions.csv; `requirement` is a code, or * for all."""

    person_ref: str
    requirement: str
    reason: str
    approved_by: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class School:
    """One row of schools.csv."""

    name: str
    phase: str
    urn: str
    headcount: int
    headcount_on: date
    audit_on: date | None
    audit_gaps: int | None


@dataclass(frozen=True)
class SignIn:
    """A plainly fictional person to sign in as; `key` says what for."""

    key: str
    person_ref: str
    name: str
    email: str
    job_title: str
    organisation: str
    unit: str


@dataclass(frozen=True)
class DemoFiles:
    """The files written, and who can be signed in as."""

    people: Path
    absences: Path
    completions: Path
    exemptions: Path
    schools: Path
    sign_ins: tuple[SignIn, ...] = field(default=())
