"""Rows about courses and what people completed."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, literal_column, text
from sqlalchemy.orm import Mapped, mapped_column

from courses.domain import Evidence
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.db import Base
from foundation.facts import Fact, current_index
from people.models import new_public_id


class CourseRow(Base):
    """A course, known by its code. What is said about it is in dated lines."""

    __tablename__ = "course"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)


class CourseLineRow(Fact, Base):
    """What the rule book says about a course, for the days on which the line holds."""

    __tablename__ = "course_line"

    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    title: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str] = mapped_column(String(200))
    mode: Mapped[str] = mapped_column(String(20))
    duration_minutes: Mapped[int | None] = mapped_column(Integer)
    validity_months: Mapped[int | None] = mapped_column(Integer)
    prerequisites: Mapped[str] = mapped_column(String(1000))
    url: Mapped[str] = mapped_column(String(500))
    counts_for_facilitators: Mapped[bool] = mapped_column(Boolean, default=False)
    """Whoever leads a workshop of this course has completed it, as those have who attended."""
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


_WAITS = text("retracted_at IS NULL AND evidence = 'awaiting'")


class CompletionRow(Fact, Base):
    """A person completed a course on a day. The key is person, course and day (interfaces, "Completions")."""

    __tablename__ = "completion"
    __table_args__ = (
        current_index("completion", "person_id", "course_id", "completed_on", unique=True),
        # The few that wait for a check are found without reading the others (`WAITING`).
        Index("ix_completion_waiting", "recorded_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    completed_on: Mapped[date] = mapped_column(Date)
    provider: Mapped[str] = mapped_column(String(200))
    reference: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(60))
    evidence: Mapped[str] = mapped_column(String(20))
    revoked_on: Mapped[date | None] = mapped_column(Date)


WAITING = (
    CompletionRow.retracted_at.is_(None),
    CompletionRow.evidence == literal_column(f"'{Evidence.AWAITING.value}'"),
)
"""The conditions for completions that wait for a check now, in the words of their index: a value would hide it."""


class EvidenceFileRow(Fact, Base):
    """A file that proves a completion, found by the completion's key: person, course and day.

    `sha256` is of the file as it was sent; what is kept under `stored_as` was made harmless first. One signed register
    proves the completions of several people, so several rows may share a stored file.
    """

    __tablename__ = "evidence_file"
    __table_args__ = (
        current_index("evidence_file", "person_id", "course_id", "completed_on"),
        current_index("evidence_file", "sha256"),
    )

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    completed_on: Mapped[date] = mapped_column(Date)
    purpose: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64))
    concerns: Mapped[list[str]] = mapped_column(JSON)


class HeldUploadRow(Base):
    """A file that somebody sent while filling in a form: kept until the form is sent, at most a day."""

    __tablename__ = "held_upload"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    held_at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(10))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(64))
    found: Mapped[dict[str, Any]] = mapped_column(JSON)


from courses.models import certificates, workshops  # noqa: E402, F401 -- their tables belong to the same record
