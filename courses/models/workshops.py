"""Rows about workshops: what is planned, who booked, what became of them, and what they thought of it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.facts import Fact, current_index
from people.models import new_public_id


class WorkshopRow(Base):
    """One sitting of a course. What is said about it is in lines, one of which stands."""

    __tablename__ = "workshop"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    """What people call it by on paper, such as "W-2026-014"."""
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"), index=True)
    door_secret: Mapped[str] = mapped_column(String(64))
    """What the codes that are shown at the door are made from."""
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))


class WorkshopLineRow(Fact, Base):
    """What holds about a workshop: a change retracts the line and records another with the next `sequence`."""

    __tablename__ = "workshop_line"
    __table_args__ = (
        current_index("workshop_line", "workshop_id", unique=True),
        current_index("workshop_line", "starts_at"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    sequence: Mapped[int] = mapped_column(Integer)
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    capacity: Mapped[int] = mapped_column(Integer)
    place: Mapped[str] = mapped_column(String(300))
    joining: Mapped[str] = mapped_column(String(500))
    instructions: Mapped[str] = mapped_column(Text)
    facilitator_ids: Mapped[list[int]] = mapped_column(JSON)
    other_facilitators: Mapped[str] = mapped_column(String(300))
    audience: Mapped[dict[str, Any]] = mapped_column(JSON)
    """The parts of `courses.domain.workshops.Audience` by name."""
    books_until: Mapped[datetime]
    cancels_until: Mapped[datetime]
    offer_hours: Mapped[int] = mapped_column(Integer)
    is_cancelled: Mapped[bool] = mapped_column(Boolean)
    cancelled_because: Mapped[str] = mapped_column(String(300))


class BookingRow(Fact, Base):
    """How somebody stands with a workshop. A change of state retracts the row and records the next under the same
    `public_id`; booking again after a cancellation begins another."""

    __tablename__ = "booking"
    __table_args__ = (
        current_index("booking", "workshop_id", "person_id", unique=True),
        current_index("booking", "person_id"),
        current_index("booking", "public_id"),
    )

    public_id: Mapped[str] = mapped_column(String(32), default=new_public_id)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    state: Mapped[str] = mapped_column(String(20))
    asked_at: Mapped[datetime]
    """When they first asked for it: the order of the waiting list."""
    asked_by: Mapped[str] = mapped_column(String(80))
    offer_until: Mapped[datetime | None]
    instead_of: Mapped[str | None] = mapped_column(String(32))
    """The booking whose place this one took, by its `public_id`."""


class AttendanceRow(Fact, Base):
    """What became of somebody at a workshop, for people of the record."""

    __tablename__ = "attendance"
    __table_args__ = (
        current_index("attendance", "workshop_id", "person_id", unique=True),
        current_index("attendance", "person_id"),
    )

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    outcome: Mapped[str] = mapped_column(String(20))
    how: Mapped[str] = mapped_column(String(20))
    arrived_at: Mapped[datetime | None]


class WorkshopGuestRow(Fact, Base):
    """Somebody who signed in at the door and is not in the record, or not yet known to be. Retracted when they are."""

    __tablename__ = "workshop_guest"
    __table_args__ = (current_index("workshop_guest", "workshop_id"),)

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    name: Mapped[str] = mapped_column(String(200))
    employer: Mapped[str] = mapped_column(String(200))
    number: Mapped[str] = mapped_column(String(60))
    arrived_at: Mapped[datetime]


class RegisterClosedRow(Fact, Base):
    """The register of a workshop was confirmed: what stands in it became completions."""

    __tablename__ = "register_closed"
    __table_args__ = (current_index("register_closed", "workshop_id", unique=True),)

    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))


class EvaluationAnswerRow(Base):
    """One set of answers, of nobody: `pair` is the hash of a token that whoever answered got (domain notes 8)."""

    __tablename__ = "evaluation_answer"
    __table_args__ = (UniqueConstraint("workshop_id", "asked", "pair"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    workshop_id: Mapped[int] = mapped_column(ForeignKey("workshop.id"))
    asked: Mapped[str] = mapped_column(String(10))
    pair: Mapped[str] = mapped_column(String(64))
    marks: Mapped[list[int]] = mapped_column(JSON)
    answered_on: Mapped[date] = mapped_column(Date)
    """The day alone: the minute would tell whose it is."""
