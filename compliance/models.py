"""Rows about the rules, and the derived tables that every screen, report and reminder reads.

The derived tables (`status_span`, `unit_span`, `figure_change`, `figure_month`) can be rebuilt from the facts at any
time; `flask compliance rebuild --check` proves that they equal such a rebuild. They carry no foreign keys: they are
written in bulk and nothing is looked up through them.
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Boolean, Date, ForeignKey, Index, Integer, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.db import Base
from foundation.facts import Fact, current_index
from people.models import new_public_id

WHOLE = 0
"""The unit id under which `figure_change` and `figure_month` keep the figures of everybody."""
EVERYTHING = 0
"""The requirement id under which they keep the people-based figure (counting rule 7, last sentence)."""


class RequirementRow(Base):
    """A requirement, known by its code. What it asks is in dated lines."""

    __tablename__ = "requirement"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    code: Mapped[str] = mapped_column(String(60), unique=True)


class RequirementLineRow(Fact, Base):
    """Title, kind, scope, renewal rule and settings of a requirement, for the days on which the line holds."""

    __tablename__ = "requirement_line"

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    title: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(20))
    sectors: Mapped[list[str]] = mapped_column(JSON)
    units: Mapped[list[str]] = mapped_column(JSON)
    renewal: Mapped[dict[str, Any]] = mapped_column(JSON)
    expiring_days: Mapped[int] = mapped_column(Integer)
    return_due_days: Mapped[int] = mapped_column(Integer)
    rejoin_gap_days: Mapped[int] = mapped_column(Integer)
    shortest_absence_days: Mapped[int] = mapped_column(Integer)
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class RoleLinkRow(Fact, Base):
    """Who must meet a requirement, and within how many days. Role `*` is everyone."""

    __tablename__ = "role_link"

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    role: Mapped[str] = mapped_column(String(60))
    days: Mapped[int] = mapped_column(Integer)
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class AcceptedCourseRow(Fact, Base):
    """A course that meets a requirement, and on what terms."""

    __tablename__ = "accepted_course"

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    use: Mapped[str] = mapped_column(String(20))
    validity_months: Mapped[int | None] = mapped_column(Integer)
    taken_from: Mapped[date | None] = mapped_column(Date)
    taken_to: Mapped[date | None] = mapped_column(Date)
    honoured_to: Mapped[date | None] = mapped_column(Date)
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class TargetRow(Fact, Base):
    """The percentage to reach. Kept in hundredths of a percent, so that comparisons stay in whole numbers."""

    __tablename__ = "target"

    requirement_id: Mapped[int] = mapped_column(ForeignKey("requirement.id"))
    percent_hundredths: Mapped[int] = mapped_column(Integer)
    unit: Mapped[str | None] = mapped_column(String(1000))
    plan_ref: Mapped[str] = mapped_column(String(60))
    owner: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class ReminderStepRow(Fact, Base):
    """When somebody is told about a duty, and who. `requirement_id` null: every duty."""

    __tablename__ = "reminder_step"

    code: Mapped[str] = mapped_column(String(60))
    kind: Mapped[str] = mapped_column(String(20))
    days: Mapped[int] = mapped_column(Integer)
    to: Mapped[str] = mapped_column(String(20))
    requirement_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class ReminderTermsRow(Fact, Base):
    """In which hours reminders leave, how many a person may get on a day, and on which weekday managers get theirs."""

    __tablename__ = "reminder_terms"

    from_hour: Mapped[int] = mapped_column(Integer)
    to_hour: Mapped[int] = mapped_column(Integer)
    most_a_day: Mapped[int] = mapped_column(Integer)
    digest_weekday: Mapped[str] = mapped_column(String(3))
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class ProgrammeNameRow(Fact, Base):
    """The name of the programme that the rule book serves."""

    __tablename__ = "programme_name"

    name: Mapped[str] = mapped_column(String(200))


class ExemptionRow(Fact, Base):
    """A person need not meet one requirement (or any, when `requirement_id` is null) from a day to a day."""

    __tablename__ = "exemption"
    __table_args__ = (current_index("exemption", "person_id"), current_index("exemption", "last_day"))

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    requirement_id: Mapped[int | None] = mapped_column(ForeignKey("requirement.id"))
    reason: Mapped[str] = mapped_column(String(500))
    approved_by: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class DeclaredCountRow(Fact, Base):
    """How many people were trained, as told without names; in headcounts by sector, never in a percentage."""

    __tablename__ = "declared_count"
    __table_args__ = (current_index("declared_count", "course_id", "last_day"),)

    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    kind: Mapped[str] = mapped_column(String(20))
    sector: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    people: Mapped[int] = mapped_column(Integer)
    declared_by: Mapped[str] = mapped_column(String(200))
    source: Mapped[str] = mapped_column(String(200))


class StatusSpanRow(Base):
    """The timeline table (counting rule 9): days on which a person's status and its reasons stay the same.

    `course_id`, `completed_on` and `valid_until` are those of the proof where `covered`; else of what lapsed last
    (`expired`) or waits for a check (`awaiting_check`). FAR_DAY in `last_day` or `valid_until` means no end.
    """

    __tablename__ = "status_span"
    __table_args__ = (
        Index("ix_status_span_requirement", "requirement_id", "last_day", "first_day", "status"),
        Index("ix_status_span_status", "status", "last_day", "first_day", "valid_until"),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    requirement_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    last_day: Mapped[date] = mapped_column(Date)
    status: Mapped[str] = mapped_column(String(20))
    covered: Mapped[bool] = mapped_column(Boolean)
    due_on: Mapped[date | None] = mapped_column(Date)
    course_id: Mapped[int | None] = mapped_column(Integer)
    completed_on: Mapped[date | None] = mapped_column(Date)
    valid_until: Mapped[date | None] = mapped_column(Date)
    run_first_day: Mapped[date] = mapped_column(Date)
    role: Mapped[str] = mapped_column(String(60))
    role_since: Mapped[date] = mapped_column(Date)
    returned_on: Mapped[date | None] = mapped_column(Date)
    reason_first_day: Mapped[date | None] = mapped_column(Date)
    reason_last_day: Mapped[date | None] = mapped_column(Date)


class UnitSpanRow(Base):
    """The days on which a person counts in a unit for a requirement (counting rule 8)."""

    __tablename__ = "unit_span"
    __table_args__ = (
        Index("ix_unit_span_unit", "unit_id", "requirement_id", "last_day", "first_day", "person_id"),
        # The few people who count in several units are found without reading the others.
        Index(
            "ix_unit_span_shared",
            "last_day",
            "first_day",
            sqlite_where=text("shared = 1"),
            postgresql_where=text("shared"),
        ),
        {"sqlite_with_rowid": False},
    )

    person_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    requirement_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    unit_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_day: Mapped[date] = mapped_column(Date, primary_key=True)
    last_day: Mapped[date] = mapped_column(Date)
    shared: Mapped[bool] = mapped_column(Boolean)


class _Counts:
    """Distinct people in each status, and how many of them are covered."""

    exempt: Mapped[int] = mapped_column(Integer)
    absent: Mapped[int] = mapped_column(Integer)
    expiring: Mapped[int] = mapped_column(Integer)
    compliant: Mapped[int] = mapped_column(Integer)
    not_yet_due: Mapped[int] = mapped_column(Integer)
    awaiting_check: Mapped[int] = mapped_column(Integer)
    expired: Mapped[int] = mapped_column(Integer)
    outstanding: Mapped[int] = mapped_column(Integer)
    covered: Mapped[int] = mapped_column(Integer)


class FigureChangeRow(_Counts, Base):
    """The roll-up: how the counts of a unit, everything below included, change on a day against the day before."""

    __tablename__ = "figure_change"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    requirement_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class FigureMonthRow(_Counts, Base):
    """The roll-up: the counts of a unit, everything below included, at a month end."""

    __tablename__ = "figure_month"
    __table_args__ = ({"sqlite_with_rowid": False},)

    unit_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    requirement_id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    day: Mapped[date] = mapped_column(Date, primary_key=True)


class FigureHorizonRow(Base):
    """From which month end to which the roll-up keeps month totals. One row; outside it, changes are added up."""

    __tablename__ = "figure_horizon"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    first_month_end: Mapped[date] = mapped_column(Date)
    last_month_end: Mapped[date] = mapped_column(Date)


class ImportRunRow(Base):
    """One file on its way through the pages, or the taking back of a batch: how far it has come, never what it holds.

    The file, and what was found in it, lie in the folder `stored_as` of the instance for as long as they are needed.
    Here are numbers only: `found` holds counts and figures, no name and no reference. `worker` marks the process that
    is at it.
    """

    __tablename__ = "import_run"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    map_name: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(60))
    as_at: Mapped[date] = mapped_column(Date)
    is_part: Mapped[bool] = mapped_column(Boolean)
    file_name: Mapped[str] = mapped_column(String(200))
    size: Mapped[int] = mapped_column(Integer)
    sha256: Mapped[str] = mapped_column(String(64))
    stored_as: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(20), index=True)
    worker: Mapped[str | None] = mapped_column(String(32))
    expected_leavers: Mapped[int | None] = mapped_column(Integer)
    found: Mapped[dict[str, Any]] = mapped_column(JSON)
    batch_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))
    made_at: Mapped[datetime]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]


class RuleDraftRow(Base):
    """A change of the rule book that somebody prepares: one open draft an account. Not a fact: nothing counts by it.

    `base` is the record it was made from, `wanted` what it is to become from `effective` on, both as programme files.
    `result` is the what-if as JSON (ids and numbers, no names), of the change whose mark is `result_of`. `work` says
    what a process of its own is doing with the draft since `work_began_at`, or, with `work_problem`, what came of it.
    """

    __tablename__ = "rule_draft"
    __table_args__ = (
        Index(
            "uq_rule_draft_open_account_id",
            "account_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    effective: Mapped[date] = mapped_column(Date)
    later_on: Mapped[date] = mapped_column(Date)
    base: Mapped[str] = mapped_column(Text)
    wanted: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None] = mapped_column(String(20))
    work: Mapped[str | None] = mapped_column(String(20))
    work_began_at: Mapped[datetime | None]
    work_problem: Mapped[str | None] = mapped_column(String(500))
    result: Mapped[str | None] = mapped_column(Text)
    result_of: Mapped[str | None] = mapped_column(String(64))
    result_at: Mapped[datetime | None]
