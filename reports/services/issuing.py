"""Keeping and sending the reports whose period is over: each period of each schedule once, whole or not at all.

A report with places for words waits `COMMENTARY_DAYS` first: what is kept takes in no words that are written later.

A report is made ready before its transaction begins (reports.services.freezing). Keeping it, a message for each
address, the rows that say so and the event in the trail are one transaction. Who dies in it leaves nothing; of two at
once the second finds that it was done. The words of a message are written when it
leaves, and whoever may not read the report by then gets nothing (reminders.services.writing.report).
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from foundation import audit
from foundation.db import transaction
from foundation.stamp import Stamp
from reports.domain.schedule import Due, Schedule, commentary_in, due, waits_days
from reports.services.freezing import Ready, keep, make_ready
from reports.services.scheduling import is_address
from reports.store import schedules as store

KIND = "report"
"""The kind of the messages."""
MADE_BY = "Reports on schedule"
PASSED_OVER = "passed_over"
NO_ADDRESS = "This is not one plain email address."


@dataclass(frozen=True, slots=True)
class Issued:
    """A period that was kept and sent: of which report, up to which day, to how many, and how many went before it."""

    report: str
    last_day: date
    recipients: int
    passed_over: int


@dataclass(slots=True)
class Tally:
    """What came of a look. `failed`: by schedule, the kind of error that kept it; it names nobody.

    `rested`: schedules that are due and were left alone, as the caller asked.
    """

    issued: list[Issued] = field(default_factory=list)
    failed: dict[int, str] = field(default_factory=dict)
    rested: list[int] = field(default_factory=list)


def issue_due(
    session: Session,
    stamp: Callable[[], Stamp],
    council: str,
    today: date,
    *,
    resting: Collection[int] = (),
    stop: Callable[[], bool] = lambda: False,
    alive: Callable[[], None] = lambda: None,
) -> Tally:
    """Keep and send what is due, each schedule in a transaction of its own; one that fails keeps no other from it.

    Where nothing is due this asks one thing of the database and writes nothing. `stamp` is asked in each transaction,
    `alive` is called after each schedule. `resting`: schedules that are left alone this time.
    """
    found = [one for one in store.schedules(session) if _due(one, today)]
    session.rollback()
    tally = Tally()
    for schedule in found:
        if stop():
            break
        if schedule.id in resting:
            tally.rested.append(schedule.id)
            continue
        try:
            issued = _issue(session, stamp, council, schedule.id, today)
        except Exception as error:  # whatever it was, the other schedules have their turn
            session.rollback()
            tally.failed[schedule.id] = type(error).__name__
            continue
        if issued is not None:
            tally.issued.append(issued)
        alive()
    return tally


def _due(schedule: Schedule, today: date) -> Due | None:
    wanted = schedule.wanted
    return due(wanted.every, wanted.first_day, schedule.issued_to, today, waits_days(wanted.report))


def _issue(
    session: Session, stamp: Callable[[], Stamp], council: str, schedule_id: int, today: date
) -> Issued | None:
    """One schedule; None where somebody else was faster, or has ended it."""
    try:
        while True:
            found = _made_ready(session, stamp, council, schedule_id, today)
            if found is None:
                return None
            try:
                return _keep_in_one(session, stamp, found, schedule_id, today)
            except _OutOfDateError:
                continue
    except IntegrityError:
        schedule = store.standing_schedule(session, schedule_id)
        session.rollback()
        if schedule is None or _due(schedule, today) is None:
            return None
        raise


class _OutOfDateError(Exception):
    """Something was written while the report was made, so that another one has to be kept."""


def _made_ready(
    session: Session, stamp: Callable[[], Stamp], council: str, schedule_id: int, today: date
) -> tuple[Due, Ready | None] | None:
    """What is due, with the report to keep, or without where another schedule has kept it; None: nothing is due."""
    session.rollback()
    schedule = store.standing_schedule(session, schedule_id)
    found = None if schedule is None else _due(schedule, today)
    if schedule is None or found is None:
        session.rollback()
        return None
    wanted = schedule.wanted
    if store.kept_by_schedule(session, wanted, found.last_day, commentary_in(wanted.report)) is not None:
        return found, None
    # The moment is asked for now that the snapshot stands: what is in it came before.
    ready = make_ready(session, stamp().at, wanted.report, found.last_day, MADE_BY, council, wanted.unit_id)
    return found, ready


def _keep_in_one(
    session: Session,
    stamp: Callable[[], Stamp],
    made: tuple[Due, Ready | None],
    schedule_id: int,
    today: date,
) -> Issued | None:
    with transaction(session):
        # Read again under the lock: another process may have issued it since.
        schedule = store.standing_schedule(session, schedule_id)
        found = None if schedule is None else _due(schedule, today)
        if schedule is None or found is None:
            return None
        due_then, ready = made
        if found != due_then:
            raise _OutOfDateError
        return _keep_and_queue(session, stamp(), schedule, found, ready)


def _keep_and_queue(
    session: Session, stamp: Stamp, schedule: Schedule, found: Due, ready: Ready | None
) -> Issued:
    wanted = schedule.wanted
    frozen_id = store.kept_by_schedule(session, wanted, found.last_day, commentary_in(wanted.report))
    if frozen_id is None:
        if ready is None:
            raise _OutOfDateError
        frozen_id = keep(session, stamp, ready).id
    rows = [
        _row(schedule, day, store.NOBODY, frozen_id, stamp.at, problem=PASSED_OVER)
        for day in found.passed_over
    ]
    for recipient in wanted.recipients:
        message_id = _queue(session, stamp.at, schedule, found.last_day, recipient)
        problem = "" if message_id else NO_ADDRESS
        rows.append(_row(schedule, found.last_day, recipient, frozen_id, stamp.at, message_id, problem))
    store.add_issues(session, rows)
    audit.record(
        session,
        stamp,
        "report.issued",
        f"schedule:{schedule.public_id}",
        report=wanted.report,
        last_day=found.last_day.isoformat(),
        recipients=len(wanted.recipients),
        passed_over=len(found.passed_over),
    )
    return Issued(wanted.report, found.last_day, len(wanted.recipients), len(found.passed_over))


def _queue(session: Session, at: datetime, schedule: Schedule, last_day: date, recipient: str) -> int | None:
    """The number of the message; None for what is no address, though each was looked at when it was typed."""
    if not is_address(recipient):
        return None
    return store.add_message(session, at, KIND, recipient, key_of(schedule.public_id, last_day, recipient))


def key_of(schedule: str, last_day: date, recipient: str) -> str:
    """What there is one message of: a schedule, a period, an address. The address stands in it as a digest alone."""
    digest = sha256(recipient.encode()).hexdigest()[:32]
    return f"{KIND}:{schedule}:{last_day.isoformat()}:{digest}"


def _row(
    schedule: Schedule,
    last_day: date,
    recipient: str,
    frozen_id: int,
    at: datetime,
    message_id: int | None = None,
    problem: str = "",
) -> dict[str, object]:
    return {
        "schedule_id": schedule.id,
        "last_day": last_day,
        "recipient": recipient,
        "frozen_report_id": frozen_id,
        "message_id": message_id,
        "problem": problem,
        "made_at": at,
    }
