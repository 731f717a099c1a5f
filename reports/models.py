"""Rows about reports: those that were kept for good, what people say about them, and to whom they go when."""

from datetime import date, datetime

from sqlalchemy import JSON, Date, ForeignKey, Integer, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.facts import Fact, current_index
from people.models import new_public_id


class FrozenReportRow(Base):
    """A report as it was when it was frozen: its description and the people behind it, never changed (promise D10).

    Both are kept as packed text (reports.domain.kept); `sha256` is of the two texts one after the other, unpacked.
    """

    __tablename__ = "frozen_report"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    reference: Mapped[str] = mapped_column(String(20), unique=True)
    """What people call it by, such as "R-2026-014"."""
    report: Mapped[str] = mapped_column(String(40), index=True)
    """Its key; with the number of a unit where it is of one part of the council (reports.domain.part)."""
    as_at: Mapped[date] = mapped_column(Date)
    known_at: Mapped[datetime]
    frozen_at: Mapped[datetime]
    frozen_by: Mapped[str] = mapped_column(String(80))
    description: Mapped[bytes] = mapped_column(LargeBinary)
    behind: Mapped[bytes] = mapped_column(LargeBinary)
    sha256: Mapped[str] = mapped_column(String(64))


class ReportNoteRow(Fact, Base):
    """Commentary: what somebody says about a report of a day, and whether they call it green, amber or red.

    `about` is a requirement's code, or one of `reports.domain.commentary.PARTS`: the summary, the next year. The note
    of a part that stands is the one that was recorded last; changing it retracts one and records another.
    """

    __tablename__ = "report_note"
    __table_args__ = (current_index("report_note", "report", "as_at", "about", unique=True),)

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    report: Mapped[str] = mapped_column(String(40))
    as_at: Mapped[date] = mapped_column(Date)
    about: Mapped[str] = mapped_column(String(60))
    rag: Mapped[str] = mapped_column(String(10))
    """A value of `Rag`, or empty: no colour is said."""
    words: Mapped[str] = mapped_column(Text)
    said_by: Mapped[str] = mapped_column(String(200))
    """Who answers for it, such as the owner of the action; whoever typed it is `recorded_by`."""


class AssuranceLineRow(Fact, Base):
    """How the council judges one criterion of its training programme in a financial year, and on what evidence.

    `year` is the calendar year in which the financial year begins.
    """

    __tablename__ = "assurance_line"
    __table_args__ = (current_index("assurance_line", "year", "criterion", unique=True),)

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    year: Mapped[int] = mapped_column(Integer)
    criterion: Mapped[str] = mapped_column(String(60))
    score: Mapped[str] = mapped_column(String(20))
    rag: Mapped[str] = mapped_column(String(10))
    evidence: Mapped[str] = mapped_column(String(200))
    link: Mapped[str] = mapped_column(String(500))
    evidence_on: Mapped[date | None] = mapped_column(Date)
    owner: Mapped[str] = mapped_column(String(200))
    gap: Mapped[str] = mapped_column(Text)
    action: Mapped[str] = mapped_column(Text)
    due_on: Mapped[date | None] = mapped_column(Date)


class ReportScheduleRow(Fact, Base):
    """A report that is kept at the end of every month, quarter or year, and whom it goes to.

    `recipients` are addresses. `form` is empty where they get a link to sign in for, or the format of a file that goes
    with the message: only of a version that may be published.
    """

    __tablename__ = "report_schedule"

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    report: Mapped[str] = mapped_column(String(40))
    """As in `frozen_report`."""
    every: Mapped[str] = mapped_column(String(10))
    form: Mapped[str] = mapped_column(String(10))
    recipients: Mapped[list[str]] = mapped_column(JSON)
    first_day: Mapped[date] = mapped_column(Date)
    """Periods that end before this day are not sent."""


class ReportIssueRow(Base):
    """One period of a schedule that was kept, and one message of it to one address: at most once each (promise R1).

    `message_id` is empty where the address could not be written to; `problem` then says why.
    """

    __tablename__ = "report_issue"
    __table_args__ = (UniqueConstraint("schedule_id", "last_day", "recipient"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    schedule_id: Mapped[int] = mapped_column(ForeignKey("report_schedule.id"))
    last_day: Mapped[date] = mapped_column(Date)
    recipient: Mapped[str] = mapped_column(String(254))
    frozen_report_id: Mapped[int] = mapped_column(ForeignKey("frozen_report.id"))
    message_id: Mapped[int | None] = mapped_column(ForeignKey("outgoing_message.id"), index=True)
    problem: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime]
