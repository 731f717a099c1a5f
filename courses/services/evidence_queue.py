"""The list of completions that wait for a check: whose they are, since when, how they came, what makes one wonder.

A fixed number of queries whatever its length. Addresses name a completion by the person's random id, the course and the
day (`key_of`): that survives a correction, which records another row.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, and_, exists, func, or_, select
from sqlalchemy.orm import Session

from courses import store
from courses.domain import CompletionKey, Concern, Source
from courses.models import WAITING, CompletionRow, CourseRow
from courses.services.concerns import OURS, concerns, raises_a_question, used_elsewhere
from foundation.errors import NotFound
from foundation.facts import known
from foundation.pagination import Page
from people.domain import Account, Permission
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow

TOLD = (Source.SELF.value, Source.REGISTER.value, Source.PARTNER_FILE.value)
"""Whose senders are written to where it is not accepted: those who may send it again."""


class Came(StrEnum):
    """How a completion came to us."""

    SELF = "self"
    REGISTER = "register"
    BY_HAND = "by_hand"
    PARTNER_FILE = "partner_file"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Choice:
    """What the list shows. `organisation_ids`: a partner lead's own, None for everybody; the rest are filters."""

    today: date
    organisation_ids: frozenset[int] | None = None
    course: int | None = None
    """Its row: an address holds no longer text than a number."""
    organisation: str = ""
    came: Came | None = None
    with_concerns: bool = False


@dataclass(frozen=True, slots=True)
class Place:
    """Where a completion stands in the list, the longest waiting first."""

    since: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Line:
    """A completion that waits. `own`: it is the reader's own training, or was sent in by them."""

    id: int
    key: str
    person: str
    person_ref: str
    name: str
    course: str
    completed_on: date
    since: datetime
    source: str
    concerns: tuple[Concern, ...]
    own: bool


def key_of(person: str, course_id: int, completed_on: date) -> str:
    """By what an address names a completion.

    >>> key_of("0" * 32, 7, date(2026, 5, 3))
    '00000000000000000000000000000000-7-20260503'
    """
    return f"{person}-{course_id}-{completed_on:%Y%m%d}"


_KEY = re.compile(r"(?P<person>[0-9a-f]{32})-(?P<course>[0-9]{1,9})-(?P<day>[0-9]{8})", re.ASCII)


def read_key(session: Session, text: str) -> tuple[str, CompletionKey]:
    """The public id of the person, and the completion, that an address names. Raises NotFound for any other text."""
    match = _KEY.fullmatch(text)
    day = _day(match["day"]) if match else None
    if match and day:
        course = CourseRow.id == int(match["course"])
        query = select(PersonRow.id, CourseRow.code).join(CourseRow, course)
        query = query.where(PersonRow.public_id == match["person"])
        row = session.execute(query).one_or_none()
        if row is not None:
            return match["person"], CompletionKey(row.id, row.code, day)
    raise NotFound("There is no such completion.")


def _day(digits: str) -> date | None:
    try:
        return date.fromisoformat(digits)
    except ValueError:
        return None


def count(session: Session, choice: Choice) -> int:
    """How many completions the list has."""
    return session.connection().execute(_counted(choice)).scalar_one()


@lru_cache(maxsize=64)
def _counted(choice: Choice) -> Select[int]:
    """Built once for each choice of a day: several pages say how many wait."""
    return _narrowed(select(func.count(CompletionRow.id)).select_from(CompletionRow), choice)


def oldest_since(session: Session, choice: Choice) -> datetime | None:
    """Since when the longest waiting of the list has waited."""
    wanted = select(func.min(CompletionRow.recorded_at)).select_from(CompletionRow)
    return session.scalar(_narrowed(wanted, choice))


def page(session: Session, choice: Choice, account: Account, wanted: str | None) -> tuple[list[Line], Page]:
    """One page of the list, the longest waiting first."""
    where = Page.of(wanted, count(session, choice))
    query = _narrowed(_LINES, choice).offset(where.offset).limit(where.size)
    return _lines(session, session.execute(query).mappings().all(), choice.today, account), where


def every(session: Session, choice: Choice, account: Account) -> Iterator[Line]:
    """The whole list, in the same order."""
    rows = session.execute(_narrowed(_LINES, choice)).mappings().all()
    for start in range(0, len(rows), 500):
        yield from _lines(session, rows[start : start + 500], choice.today, account)


def place_of(session: Session, completion_id: int) -> Place | None:
    """Where a completion stands, or stood before it was decided."""
    query = select(CompletionRow.recorded_at, CompletionRow.id).where(CompletionRow.id == completion_id)
    row = session.execute(query).one_or_none()
    return None if row is None else Place(row.recorded_at, row.id)


def next_key(session: Session, choice: Choice, account: Account, after: Place | None) -> str | None:
    """The next one of the list that this account may decide about; None at its end."""
    query = _narrowed(_LINES, choice).where(CompletionRow.recorded_by != f"account:{account.public_id}")
    if account.person_id is not None:
        query = query.where(CompletionRow.person_id != account.person_id)
    if account.is_partner_lead and Permission.LEARNING not in account.permissions:
        query = query.where(led_alone(account.organisation_ids, choice.today))
    if after is not None:
        later = and_(CompletionRow.recorded_at == after.since, CompletionRow.id > after.id)
        query = query.where(or_(CompletionRow.recorded_at > after.since, later))
    row = session.execute(query.limit(1)).mappings().one_or_none()
    return None if row is None else key_of(row["person"], row["course_id"], row["completed_on"])


def organisations(session: Session, among: frozenset[int] | None) -> list[tuple[str, str]]:
    """The organisations to choose from: (public id, name)."""
    query = select(OrganisationRow.public_id, OrganisationRow.name).order_by(OrganisationRow.name)
    if among is not None:
        query = query.where(OrganisationRow.id.in_(sorted(among)))
    return [(public_id, name) for public_id, name in session.execute(query)]


def courses_waiting(session: Session, today: date, among: frozenset[int] | None) -> list[tuple[int, str]]:
    """The courses to choose from: (row, title) of those of which something waits; `among` as in `Choice`."""
    titles = course_titles(session, today)
    query = (
        select(CourseRow.id, CourseRow.code)
        .join(CompletionRow, CompletionRow.course_id == CourseRow.id)
        .distinct()
    )
    rows = session.execute(_narrowed(query, Choice(today, among)))
    waiting = [(course_id, titles.get(code) or code) for course_id, code in rows]
    return sorted(waiting, key=lambda one: (one[1], one[0]))


def course_titles(session: Session, today: date) -> dict[str, str]:
    """What the courses are called today, by their codes."""
    return {course.code: course.title for course in store.courses_on(session, today)}


Rows = TypeVar("Rows", bound=Select[*tuple[Any, ...]])
_COURSE = (CourseRow, CourseRow.id == CompletionRow.course_id)
_LINES = (
    select(
        CompletionRow.id,
        CompletionRow.person_id,
        PersonRow.public_id.label("person"),
        PersonRow.person_ref,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        CourseRow.id.label("course_id"),
        CourseRow.code,
        CompletionRow.completed_on,
        CompletionRow.source,
        CompletionRow.recorded_at,
        CompletionRow.recorded_by,
    )
    .join(*_COURSE)
    .join(PersonRow, PersonRow.id == CompletionRow.person_id)
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .order_by(CompletionRow.recorded_at, CompletionRow.id)
)


def _narrowed(query: Rows, choice: Choice) -> Rows:
    query = query.where(*WAITING)
    if choice.organisation_ids is not None:
        query = query.where(led_alone(choice.organisation_ids, choice.today))
    if choice.organisation:
        wanted = select(OrganisationRow.id).where(OrganisationRow.public_id == choice.organisation)
        query = query.where(_works_in(UnitRow.organisation_id.in_(wanted), choice.today))
    if choice.course is not None:
        query = query.where(CompletionRow.course_id == choice.course)
    if choice.came is Came.IMPORT:
        query = query.where(CompletionRow.source.not_in(OURS))
    elif choice.came is not None:
        query = query.where(CompletionRow.source == choice.came.value)
    return query.where(raises_a_question()) if choice.with_concerns else query


def led_alone(organisation_ids: Collection[int], today: date) -> ColumnElement[bool]:
    """The condition that the person of a completion works in one of these organisations, and nowhere else.

    A partner lead who decided about anybody with a post elsewhere, running or to come, would move another employer's
    figures: those are for learning and development.
    """
    ids = sorted(organisation_ids)
    elsewhere = exists().where(
        PostSpellRow.person_id == CompletionRow.person_id,
        UnitRow.id == PostSpellRow.unit_id,
        known(PostSpellRow, None),
        PostSpellRow.last_day >= today,
        UnitRow.organisation_id.not_in(ids),
    )
    return and_(_works_in(UnitRow.organisation_id.in_(ids), today), ~elsewhere)


def _works_in(where: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    return exists().where(
        PostSpellRow.person_id == CompletionRow.person_id,
        UnitRow.id == PostSpellRow.unit_id,
        known(PostSpellRow, None),
        PostSpellRow.first_day <= today,
        PostSpellRow.last_day >= today,
        where,
    )


def _lines(session: Session, rows: Sequence[RowMapping], today: date, account: Account) -> list[Line]:
    titles = course_titles(session, today)
    files = store.evidence_files(session, {row["person_id"] for row in rows})
    shared = used_elsewhere(session, [file for found in files.values() for file in found])
    actor = f"account:{account.public_id}"
    return [
        Line(
            id=row["id"],
            key=key_of(row["person"], row["course_id"], row["completed_on"]),
            person=row["person"],
            person_ref=row["person_ref"],
            name=f"{row['first_name'] or ''} {row['last_name'] or ''}".strip() or "Name not recorded",
            course=titles.get(row["code"]) or row["code"],
            completed_on=row["completed_on"],
            since=row["recorded_at"],
            source=row["source"],
            concerns=concerns(row["source"], files.get(_key(row), []), shared),
            own=row["person_id"] == account.person_id or row["recorded_by"] == actor,
        )
        for row in rows
    ]


def _key(row: RowMapping) -> CompletionKey:
    return CompletionKey(row["person_id"], row["code"], row["completed_on"])
