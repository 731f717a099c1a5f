"""Rows about reminders: the ledger of who was told what, the runs that planned it, and how the scheduler fares."""

from datetime import date, datetime

from sqlalchemy import Boolean, Date, ForeignKey, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from people.models import new_public_id


class ReminderRunRow(Base):
    """The planning of one day. Its first messages are tried before the others leave (`trial`: a value of `Trial`)."""

    __tablename__ = "reminder_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    day: Mapped[date] = mapped_column(Date, unique=True)
    begun_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    """Null while some people's reminders are still to be planned."""
    reminders: Mapped[int] = mapped_column(Integer)
    messages: Mapped[int] = mapped_column(Integer)
    trial: Mapped[str] = mapped_column(String(20))


class ReminderMessageRow(Base):
    """A message of the outbox that is about reminders: whose it is, for which day, and the run that planned it."""

    __tablename__ = "reminder_message"

    message_id: Mapped[int] = mapped_column(ForeignKey("outgoing_message.id"), primary_key=True)
    recipient_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"), index=True)
    """Null: a digest to an account of nobody that we count."""
    run_id: Mapped[int] = mapped_column(ForeignKey("reminder_run.id"), index=True)
    day: Mapped[date] = mapped_column(Date)


class ReminderRow(Base):
    """The ledger: one row for each key, whatever became of it (`Outcome`). Written before anything is sent."""

    __tablename__ = "reminder"
    __table_args__ = (
        Index(
            "uq_reminder_key",
            "person_id",
            "requirement_id",
            "cycle",
            "step",
            "recipient_id",
            "channel",
            unique=True,
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    cycle: Mapped[str] = mapped_column(String(120))
    step: Mapped[str] = mapped_column(String(60))
    recipient_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    channel: Mapped[str] = mapped_column(String(10))
    outcome: Mapped[str] = mapped_column(String(20))
    why: Mapped[str] = mapped_column(String(60))
    """A value of `Reason` where the outcome is `cancelled`, or where somebody gave the message up; empty otherwise."""
    triggered_on: Mapped[date] = mapped_column(Date)
    deadline: Mapped[date] = mapped_column(Date)
    run_id: Mapped[int] = mapped_column(ForeignKey("reminder_run.id"), index=True)
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_message.id"), index=True)
    letter_run_id: Mapped[int | None] = mapped_column(ForeignKey("letter_run.id"), index=True)


class LetterRunRow(Base):
    """Letters that were printed together, for people without an e-mail address."""

    __tablename__ = "letter_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    day: Mapped[date] = mapped_column(Date)
    letters: Mapped[int] = mapped_column(Integer)


class ReminderChoiceRow(Base):
    """How often somebody wants to be written to. Nobody in here: as things fall due."""

    __tablename__ = "reminder_choice"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), primary_key=True)
    weekly: Mapped[bool] = mapped_column(Boolean)
    changed_at: Mapped[datetime]


class SchedulerBeatRow(Base):
    """How the scheduler fares: one row, written at every tick."""

    __tablename__ = "scheduler_beat"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    started_at: Mapped[datetime]
    ticked_at: Mapped[datetime]
    leader: Mapped[str] = mapped_column(String(32))
    """A random word for the process that leads; says nothing about the machine."""
    problem: Mapped[str] = mapped_column(String(300))
    """What kept the last tick from doing its work; empty when nothing did."""
