"""What the plan of a day is made from: the spans that hold the day, who reports to whom, and who can be written to.

Read for a handful of people at a time, with the same number of queries however many they are. Statements are built once
and run on the connection (`people.store`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import BindParameter, Date, and_, bindparam, case, exists, func, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.requirement import Kind
from compliance.domain.spans import Status
from compliance.models import StatusSpanRow
from compliance.store.lists import SPAN_COLUMNS, STATUSES, STREAM, span_of
from compliance.store.rules import Rules
from foundation.facts import known
from people.models import PersonDetailRow, PersonRow, PostSpellRow
from reminders.domain.due import SPOKEN_TO, Due, Reachable, position, position_of
from reminders.models import ReminderChoiceRow

Managers = dict[int, tuple[int, ...]]
"""For each person, those to whom their running posts report, in order."""

_DAY = bindparam("day", type_=Date)
_PEOPLE: BindParameter[Any] = bindparam("person_ids", expanding=True)
_STATUSES: BindParameter[Any] = bindparam("statuses", expanding=True)
_SPOKEN_TO = sorted(status.value for status in SPOKEN_TO)
_EVERY_STATUS = sorted(status.value for status in Status)


def duties_on(rules: Rules, day: date) -> dict[int, str]:
    """The requirements that are asked of people on a day: ids and codes. Measures are only counted."""
    lines = ((code, rules.book.requirement_on(code, day)) for code in rules.book.codes)
    codes = [code for code, line in lines if line is not None and line.kind == Kind.DUTY]
    return {rules.requirement_ids[code]: code for code in codes if code in rules.requirement_ids}


_ON_DAY = (StatusSpanRow.last_day >= _DAY, StatusSpanRow.first_day <= _DAY)
_COLUMNS = (
    StatusSpanRow.person_id,
    StatusSpanRow.requirement_id,
    StatusSpanRow.status,
    StatusSpanRow.covered,
    StatusSpanRow.due_on,
    StatusSpanRow.course_id,
    StatusSpanRow.completed_on,
    StatusSpanRow.valid_until,
    StatusSpanRow.run_first_day,
    StatusSpanRow.returned_on,
)
"""What `_due` reads, in this order: a council has tens of thousands of them each day."""
_ORDER = (StatusSpanRow.person_id, StatusSpanRow.requirement_id)
# Apart from the order, for PostgreSQL would rather read everything in this order than find the few and sort them.
_spoken_to = (
    select(*_COLUMNS)
    .where(StatusSpanRow.status.in_(_STATUSES), *_ON_DAY)
    .cte("due")
    .prefix_with("MATERIALIZED", dialect="postgresql")
)
_EVERYBODY = select(*_spoken_to.c).order_by(_spoken_to.c.person_id, _spoken_to.c.requirement_id)
_SPANS = (
    select(*_COLUMNS)
    .where(
        StatusSpanRow.person_id.in_(_PEOPLE),
        # The index on the status leads through the whole council, and SQLite would take it (`compliance.store.lists`).
        func.coalesce(StatusSpanRow.status, StatusSpanRow.status).in_(_STATUSES),
        func.coalesce(StatusSpanRow.last_day, StatusSpanRow.last_day) >= _DAY,
        StatusSpanRow.first_day <= _DAY,
    )
    .order_by(*_ORDER)
)


def everybody_due(session: Session, rules: Rules, day: date, people: int) -> Iterator[list[Due]]:
    """Everybody who has something to do on a day, without those above them; at least so many people at a time.

    One query, streamed to its end.
    """
    duties, courses = duties_on(rules, day), rules.course_codes
    values = {"day": day, "statuses": _SPOKEN_TO}
    rows = session.connection().execute(_EVERYBODY, values, execution_options={"yield_per": STREAM})
    found: list[Due] = []
    seen = last = 0
    for some in rows.partitions(STREAM):
        for row in some:
            person_id, requirement_id = row[0], row[1]
            if requirement_id not in duties:
                continue
            if person_id != last:
                if seen == people:
                    yield found
                    found, seen = [], 0
                last, seen = person_id, seen + 1
            found.append(_due(row, duties[requirement_id], courses))
    if found:
        yield found


def dues_on(
    session: Session,
    rules: Rules,
    day: date,
    person_ids: Sequence[int],
    managers: Mapping[int, Sequence[int]],
    heads: Mapping[int, Sequence[int]],
    *,
    all_statuses: bool = False,
) -> list[Due]:
    """How these people stand on a day for each duty: who has something to do, or everybody who is required."""
    duties, courses = duties_on(rules, day), rules.course_codes
    statuses = _EVERY_STATUS if all_statuses else _SPOKEN_TO
    values = {"day": day, "person_ids": person_ids, "statuses": statuses}
    return [
        _due(row, duties[row[1]], courses, managers.get(row[0], ()), heads.get(row[0], ()))
        for row in session.connection().execute(_SPANS, values)
        if row[1] in duties
    ]


def _due(
    row: Any,
    requirement: str,
    courses: Mapping[int, str],
    managers: Sequence[int] = (),
    heads: Sequence[int] = (),
) -> Due:
    person_id, _, key, covered, due_on, course_id, completed_on, valid_until, run_first_day, returned_on = row
    status, course = STATUSES[key], None if course_id is None else courses[course_id]
    deadline, cycle = position(
        status, covered, due_on, course, completed_on, valid_until, run_first_day, returned_on
    )
    return Due(person_id, requirement, status, deadline, cycle, run_first_day, tuple(managers), tuple(heads))


_ALL_SPANS = (
    select(StatusSpanRow.person_id, *SPAN_COLUMNS)
    .where(StatusSpanRow.person_id.in_(_PEOPLE))
    .order_by(StatusSpanRow.person_id, StatusSpanRow.requirement_id, StatusSpanRow.first_day)
)


def cycles_of(session: Session, rules: Rules, person_ids: Iterable[int]) -> dict[tuple[int, str], set[str]]:
    """Every cycle that the timelines of these people have on any day."""
    found: dict[tuple[int, str], set[str]] = defaultdict(set)
    wanted = sorted(set(person_ids))
    if wanted:
        for row in session.connection().execute(_ALL_SPANS, {"person_ids": wanted}):
            cycle = position_of(span_of(row, rules.course_codes))[1]
            found[row[0], rules.requirement_codes[row[1]]].add(cycle)
    return found


_manager = aliased(PersonRow)
_RUNNING = (known(PostSpellRow, None), PostSpellRow.last_day >= _DAY, PostSpellRow.first_day <= _DAY)
_EDGES = (
    select(PostSpellRow.person_id, _manager.id)
    .join(_manager, _manager.person_ref == PostSpellRow.manager_ref)
    .where(*_RUNNING, _manager.id != PostSpellRow.person_id)
    .distinct()
    .order_by(PostSpellRow.person_id, _manager.id)
)
_MANAGERS_OF = _EDGES.where(PostSpellRow.person_id.in_(_PEOPLE))
_REPORTS_OF = _EDGES.where(
    # Nothing but the index on the manager leads to a team.
    PostSpellRow.manager_ref.in_(select(PersonRow.person_ref).where(PersonRow.id.in_(_PEOPLE)))
)


def managers_of(session: Session, day: date, person_ids: Iterable[int]) -> Managers:
    """The managers of these people on a day; nobody is their own."""
    return _gathered(session, _MANAGERS_OF, day, person_ids)


def heads_above(managers: Managers, managers_above: Managers) -> Managers:
    """The managers of people's managers, from those of the people and those of the managers; nobody is their own."""
    found = {}
    for person_id, own in managers.items():
        heads = {head for manager in own for head in managers_above.get(manager, ())} - {person_id}
        found[person_id] = tuple(sorted(heads))
    return found


def managers_on(session: Session, day: date) -> list[int]:
    """Everybody to whom a running post reports on a day, in order."""
    edges = _EDGES.subquery()
    query = select(edges.c.id).distinct().order_by(edges.c.id)
    return list(session.connection().execute(query, {"day": day}).scalars())


def teams_of(session: Session, day: date, manager_ids: Iterable[int]) -> tuple[Managers, Managers]:
    """Those who report to these managers, and those who report to them in turn: with their managers, and with their
    heads of service. Only the managers named stand in the answer."""
    wanted = set(manager_ids)
    reports = _gathered(session, _REPORTS_OF, day, wanted)
    below = _gathered(session, _REPORTS_OF, day, reports)
    own = {person: tuple(sorted(wanted.intersection(above))) for person, above in reports.items()}
    return own, heads_above(below, own)


def _gathered(session: Session, query: Any, day: date, person_ids: Iterable[int]) -> Managers:
    found: dict[int, list[int]] = defaultdict(list)
    wanted = sorted(set(person_ids))
    if wanted:
        for person_id, manager_id in session.connection().execute(query, {"day": day, "person_ids": wanted}):
            found[person_id].append(manager_id)
    return {person_id: tuple(managers) for person_id, managers in found.items()}


_HAS_POST = exists().where(PostSpellRow.person_id == PersonRow.id, *_RUNNING)
_REACHABLE = (
    select(PersonRow.id, case((_HAS_POST, PersonDetailRow.email), else_=None), ReminderChoiceRow.weekly)
    .select_from(PersonRow)
    .outerjoin(PersonDetailRow, and_(PersonDetailRow.person_id == PersonRow.id, known(PersonDetailRow, None)))
    .outerjoin(ReminderChoiceRow, ReminderChoiceRow.person_id == PersonRow.id)
    .where(PersonRow.id.in_(_PEOPLE))
    .order_by(PersonRow.id)
)


def reachable(session: Session, day: date, person_ids: Iterable[int]) -> dict[int, Reachable]:
    """How these people can be written to. Who holds no post on the day is not: the address may be somebody else's."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return {}
    rows = session.connection().execute(_REACHABLE, {"day": day, "person_ids": wanted})
    return {person_id: Reachable(person_id, email or "", bool(weekly)) for person_id, email, weekly in rows}
