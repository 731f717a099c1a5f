"""Schedules of reports, what of them was kept and sent, and whose addresses they go to."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, insert, or_, select
from sqlalchemy.orm import Session

from foundation import facts
from foundation.facts import known, recorded
from foundation.mail import OutgoingMessageRow, State, waiting_row
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountRow, PermissionRow, PostSpellRow, new_public_id
from reports.domain.description import Format
from reports.domain.part import read_stored, stored
from reports.domain.schedule import Every, Schedule, Wanted
from reports.models import FrozenReportRow, ReportIssueRow, ReportNoteRow, ReportScheduleRow

NOBODY = ""
"""The recipient of a period that was passed over: it stands in the record, and no message does."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One message of one period: what the writer of messages is to write of."""

    every: Every
    form: Format | None
    recipient: str
    frozen_public_id: str
    reference: str
    report: str
    last_day: date
    unit_id: int | None


@dataclass(frozen=True, slots=True)
class Sent:
    """What became of a period of a schedule for one address. `state`: of its message; empty where there is none.

    `recipient` is empty for a period that was passed over; `reference` then names the report that was sent instead.
    """

    schedule_id: int
    report: str
    every: Every
    last_day: date
    recipient: str
    frozen_public_id: str
    reference: str
    made_at: datetime
    state: str
    problem: str
    unit_id: int | None = None


_ISSUED_TO = (
    select(func.max(ReportIssueRow.last_day))
    .where(ReportIssueRow.schedule_id == ReportScheduleRow.id)
    .scalar_subquery()
)
_SCHEDULES = (
    select(
        ReportScheduleRow.id,
        ReportScheduleRow.public_id,
        ReportScheduleRow.report,
        ReportScheduleRow.every,
        ReportScheduleRow.form,
        ReportScheduleRow.recipients,
        ReportScheduleRow.first_day,
        _ISSUED_TO,
    )
    .where(known(ReportScheduleRow, None))
    .order_by(ReportScheduleRow.report, ReportScheduleRow.id)
)


def schedules(session: Session) -> list[Schedule]:
    """The schedules that stand, by report. One statement: the scheduler asks this at every tick."""
    return [_schedule(row) for row in session.connection().execute(_SCHEDULES)]


def find_schedule(session: Session, public_id: str) -> Schedule | None:
    """A schedule that stands; None where there is none, or not any more."""
    return _one(session, _SCHEDULES.where(ReportScheduleRow.public_id == public_id))


def was_there(session: Session, public_id: str) -> bool:
    """Whether there ever was such a schedule, also one that was changed or ended."""
    query = select(ReportScheduleRow.id).where(ReportScheduleRow.public_id == public_id)
    return session.scalar(query) is not None


def standing_schedule(session: Session, schedule_id: int) -> Schedule | None:
    """The same by its number."""
    return _one(session, _SCHEDULES.where(ReportScheduleRow.id == schedule_id))


def _one(session: Session, query: Select[*tuple[Any, ...]]) -> Schedule | None:
    row = session.connection().execute(query).one_or_none()
    return None if row is None else _schedule(row)


def _schedule(row: Any) -> Schedule:
    number, public_id, text, every, form, recipients, first_day, issued_to = row
    report, unit_id = read_stored(text)
    wanted = Wanted(report, Every(every), _format(form), tuple(recipients), first_day, unit_id)
    return Schedule(number, public_id, wanted, issued_to)


def _format(form: str) -> Format | None:
    return Format(form) if form else None


def add_schedule(session: Session, stamp: Stamp, wanted: Wanted) -> str:
    """Record a schedule; its public id."""
    public_id = new_public_id()
    session.execute(
        insert(ReportScheduleRow).values(
            public_id=public_id,
            report=stored(wanted.report, wanted.unit_id),
            every=wanted.every.value,
            form=wanted.form.value if wanted.form else "",
            recipients=list(wanted.recipients),
            first_day=wanted.first_day,
            **recorded(stamp),
        )
    )
    return public_id


def retract_schedule(session: Session, stamp: Stamp, schedule: Schedule, reason: str) -> None:
    """Take a schedule out of the record."""
    facts.retract(session, ReportScheduleRow, [schedule.id], stamp, reason)


def kept_by_schedule(
    session: Session, wanted: Wanted, last_day: date, told_in: Collection[str]
) -> int | None:
    """The report that another schedule kept of the same period: whoever gets it reads the same numbers.

    None where commentary in it was written or taken out since: the older copy does not have what is said now.
    `told_in`: the reports whose commentary it shows.
    """
    said_since = (
        select(ReportNoteRow.id)
        .where(
            ReportNoteRow.report.in_(sorted(told_in)),
            ReportNoteRow.as_at == FrozenReportRow.as_at,
            or_(
                ReportNoteRow.recorded_at > FrozenReportRow.known_at,
                ReportNoteRow.retracted_at > FrozenReportRow.known_at,
            ),
        )
        .exists()
    )
    return session.scalar(
        select(func.min(FrozenReportRow.id))
        .join(ReportIssueRow, ReportIssueRow.frozen_report_id == FrozenReportRow.id)
        .where(
            FrozenReportRow.report == stored(wanted.report, wanted.unit_id),
            FrozenReportRow.as_at == last_day,
            ReportIssueRow.last_day == last_day,
            ~said_since,
        )
    )


def add_message(session: Session, at: datetime, kind: str, recipient: str, dedupe_key: str) -> int:
    """Put a message without words into the outbox: they are written when it leaves. Its number."""
    row = waiting_row(kind, at, address=recipient, dedupe_key=dedupe_key)
    return session.scalars(insert(OutgoingMessageRow).values(**row).returning(OutgoingMessageRow.id)).one()


def add_issues(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Write down what was kept and for whom; the table takes each period, schedule and address once."""
    session.execute(insert(ReportIssueRow), list(rows))


_ISSUE = (
    select(
        ReportScheduleRow.every,
        ReportScheduleRow.form,
        ReportIssueRow.recipient,
        FrozenReportRow.public_id,
        FrozenReportRow.reference,
        FrozenReportRow.report,
        ReportIssueRow.last_day,
    )
    .join(ReportScheduleRow, ReportScheduleRow.id == ReportIssueRow.schedule_id)
    .join(FrozenReportRow, FrozenReportRow.id == ReportIssueRow.frozen_report_id)
    .where(ReportIssueRow.message_id == bindparam("message_id"))
)


def issue_of(session: Session, message_id: int) -> Issue | None:
    """What a message is about."""
    row = session.connection().execute(_ISSUE, {"message_id": message_id}).one_or_none()
    if row is None:
        return None
    report, unit_id = read_stored(row.report)
    return Issue(
        Every(row.every),
        _format(row.form),
        row.recipient,
        row.public_id,
        row.reference,
        report,
        row.last_day,
        unit_id,
    )


def keys_of(session: Session, schedule: Schedule, recipients: Collection[str] | None = None) -> list[str]:
    """The dedupe keys of the messages that were written for a schedule, to all or to some of its addresses."""
    query = (
        select(OutgoingMessageRow.dedupe_key)
        .join(ReportIssueRow, ReportIssueRow.message_id == OutgoingMessageRow.id)
        .where(
            ReportIssueRow.schedule_id == schedule.id,
            OutgoingMessageRow.state.in_((State.WAITING.value, State.CLAIMED.value)),
        )
        .order_by(OutgoingMessageRow.id)
    )
    if recipients is not None:
        query = query.where(ReportIssueRow.recipient.in_(sorted(recipients)))
    return [str(key) for key in session.scalars(query)]


def sent(session: Session, most: int) -> list[Sent]:
    """What became of the periods that were kept last, the newest first; of schedules that have ended, too."""
    query = (
        select(
            ReportIssueRow.schedule_id,
            ReportScheduleRow.report,
            ReportScheduleRow.every,
            ReportIssueRow.last_day,
            ReportIssueRow.recipient,
            FrozenReportRow.public_id,
            FrozenReportRow.reference,
            ReportIssueRow.made_at,
            func.coalesce(OutgoingMessageRow.state, ""),
            func.coalesce(OutgoingMessageRow.problem, ReportIssueRow.problem),
        )
        .join(ReportScheduleRow, ReportScheduleRow.id == ReportIssueRow.schedule_id)
        .join(FrozenReportRow, FrozenReportRow.id == ReportIssueRow.frozen_report_id)
        .outerjoin(OutgoingMessageRow, OutgoingMessageRow.id == ReportIssueRow.message_id)
        .order_by(ReportIssueRow.last_day.desc(), ReportIssueRow.schedule_id, ReportIssueRow.recipient)
        .limit(most)
    )
    rows = session.connection().execute(query)
    found = []
    for number, text, every, *others in rows:
        report, unit_id = read_stored(text)
        found.append(replace(Sent(number, report, Every(every), *others), unit_id=unit_id))
    return found


_SEES = [one.value for one in (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)]
_READERS = (
    select(AccountRow.id, AccountRow.public_id, AccountRow.email, PermissionRow.permission)
    .join(PermissionRow, PermissionRow.account_id == AccountRow.id)
    .where(
        known(PermissionRow, None),
        PermissionRow.permission.in_(_SEES),
        AccountRow.disabled_at.is_(None),
        AccountRow.email.in_(bindparam("emails", expanding=True)),
        or_(
            AccountRow.person_id.is_(None),
            # Whoever holds no post today has left, and signs in no more.
            select(PostSpellRow.id)
            .where(
                known(PostSpellRow, None),
                PostSpellRow.person_id == AccountRow.person_id,
                PostSpellRow.first_day <= bindparam("today"),
                PostSpellRow.last_day >= bindparam("today"),
            )
            .exists(),
        ),
    )
    .order_by(AccountRow.id, PermissionRow.id)
)


def readers(session: Session, emails: Collection[str], today: date) -> dict[str, Account]:
    """Of these addresses those of accounts that may open kept reports today, with the permissions that let them."""
    if not emails:
        return {}
    held: dict[str, tuple[int, str, set[Permission]]] = {}
    asked = {"emails": sorted(emails), "today": today}
    for number, public_id, email, permission in session.connection().execute(_READERS, asked):
        held.setdefault(email, (number, public_id, set()))[2].add(Permission(permission))
    return {
        email: Account(number, public_id, email, permissions=frozenset(permissions))
        for email, (number, public_id, permissions) in held.items()
    }
