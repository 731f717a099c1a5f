"""The list of completions that wait for a check: whose they are, since when, how they came, what makes one wonder.

A fixed number of queries whatever its length. Addresses name a completion by the person's random id, the course and the
day (`key_of`): that survives a correction, which records another row.
"""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, RowMapping, Select, String, and_, cast, exists, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses import store
from courses.domain import CompletionKey, Concern, Evidence, Purpose, Source
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from courses.store import EvidenceFile
from foundation.errors import NotFound
from foundation.facts import known
from foundation.pagination import Page
from people.domain import Account
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow

OURS = tuple(source.value for source in Source)
TOLD = (Source.SELF.value, Source.REGISTER.value)
"""Whose senders are written to where it is not accepted: those who may send it again."""


class Came(StrEnum):
    """How a completion came to us."""

    SELF = "self"
    REGISTER = "register"
    BY_HAND = "by_hand"
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
    wanted = _narrowed(select(func.count(CompletionRow.id)).select_from(CompletionRow), choice)
    return session.scalar(wanted) or 0


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


def courses_waiting(session: Session, today: date) -> list[tuple[int, str]]:
    """The courses to choose from: (row, title) of those of which something waits."""
    titles = course_titles(session, today)
    query = (
        select(CourseRow.id, CourseRow.code)
        .join(CompletionRow, CompletionRow.course_id == CourseRow.id)
        .where(known(CompletionRow, None), CompletionRow.evidence == Evidence.AWAITING.value)
        .distinct()
    )
    waiting = [(course_id, titles.get(code) or code) for course_id, code in session.execute(query)]
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
    query = query.where(known(CompletionRow, None), CompletionRow.evidence == Evidence.AWAITING.value)
    if choice.organisation_ids is not None:
        query = query.where(works_in_one(choice.organisation_ids, choice.today))
    if choice.organisation:
        wanted = select(OrganisationRow.id).where(OrganisationRow.public_id == choice.organisation)
        query = query.where(_works_in(UnitRow.organisation_id.in_(wanted), choice.today))
    if choice.course is not None:
        query = query.where(CompletionRow.course_id == choice.course)
    if choice.came is Came.IMPORT:
        query = query.where(CompletionRow.source.not_in(OURS))
    elif choice.came is not None:
        query = query.where(CompletionRow.source == choice.came.value)
    return query.where(_raises_a_question()) if choice.with_concerns else query


def works_in_one(organisation_ids: Collection[int], today: date) -> ColumnElement[bool]:
    """The condition that the person of a completion has a running post in one of these organisations."""
    return _works_in(UnitRow.organisation_id.in_(sorted(organisation_ids)), today)


def _works_in(where: ColumnElement[bool], today: date) -> ColumnElement[bool]:
    return exists().where(
        PostSpellRow.person_id == CompletionRow.person_id,
        UnitRow.id == PostSpellRow.unit_id,
        known(PostSpellRow, None),
        PostSpellRow.first_day <= today,
        PostSpellRow.last_day >= today,
        where,
    )


def _raises_a_question() -> ColumnElement[bool]:
    """The condition that whoever checks is told of a concern (`_concerns` finds the same)."""
    file, other = aliased(EvidenceFileRow), aliased(EvidenceFileRow)
    of_this = (
        file.person_id == CompletionRow.person_id,
        file.course_id == CompletionRow.course_id,
        file.completed_on == CompletionRow.completed_on,
        file.retracted_at.is_(None),
    )
    flagged = exists().where(*of_this, cast(file.concerns, String) != "[]")
    elsewhere = exists().where(
        *of_this,
        other.sha256 == file.sha256,
        other.stored_as != file.stored_as,
        other.person_id != file.person_id,
        other.retracted_at.is_(None),
    )
    no_file = and_(CompletionRow.source.in_(OURS), ~exists().where(*of_this))
    return or_(flagged, elsewhere, no_file)


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


def used_elsewhere(session: Session, files: Collection[EvidenceFile]) -> dict[int, list[int]]:
    """For each of these files by its id, the other people for whom the same contents were sent in another file.

    What is known when a file is sent says nothing of those who send it later; a register is one file for all on it.
    """
    if not files:
        return {}
    query = select(EvidenceFileRow.sha256, EvidenceFileRow.stored_as, EvidenceFileRow.person_id).where(
        EvidenceFileRow.sha256.in_(sorted({file.sha256 for file in files})), known(EvidenceFileRow, None)
    )
    sent: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for sha256, stored_as, person_id in session.execute(query):
        sent[sha256].add((stored_as, person_id))
    found = {
        file.id: sorted(
            {
                person_id
                for stored_as, person_id in sent[file.sha256]
                if stored_as != file.stored_as and person_id != file.person_id
            }
        )
        for file in files
    }
    return {file_id: people for file_id, people in found.items() if people}


def concerns(
    source: str, files: Sequence[EvidenceFile], used_by_others: Collection[int]
) -> tuple[Concern, ...]:
    """What makes one wonder, in the order in which it is told. Another system sends no file, and nobody misses it."""
    if not files:
        return (Concern.NO_FILE,) if source in OURS else ()
    found = {concern for file in files for concern in file.concerns}
    if any(file.id in used_by_others for file in files):
        found.add(Concern.FILE_USED_BY_ANOTHER)
    return tuple(concern for concern in Concern if concern in found)


def is_register(file: EvidenceFile) -> bool:
    """Whether a file is the signed register of a session."""
    return file.purpose == Purpose.REGISTER
