"""Reads of the timeline tables, person by person: the people behind a figure, a team, one person's timelines."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from compliance.domain.figures import COUNT_NAMES, Counts
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status
from compliance.models import RequirementRow, StatusSpanRow, UnitSpanRow
from foundation.facts import known
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from people.store import Unit

STREAM = 2000
"""Rows fetched at a time when a list goes on to its end."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list. Every part that is None or empty does not narrow."""

    requirement_id: int | None = None
    roots: tuple[Unit, ...] | None = None
    outside: bool = False
    """Those who do not count in `roots`, instead of those who do."""
    statuses: tuple[str, ...] = ()
    team: Select[tuple[int]] | None = None
    """A query of person ids: the team of a manager."""


@dataclass(frozen=True, slots=True)
class Post:
    """What is shown of a post: title, unit path ("" for the organisation itself) and organisation."""

    job_title: str
    unit: str
    organisation: str


@dataclass(frozen=True, slots=True)
class Listed:
    """One person and requirement on a day."""

    person_id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    requirement_id: int
    span: Span
    post: Post | None


SPAN_COLUMNS = tuple(column for column in StatusSpanRow.__table__.columns if column.name != "person_id")
STATUSES = {status.value: status for status in Status}
_EVERY_STATUS = {status.value for status in REQUIRED_STATUSES}


def span_of(row: Any, courses: Mapping[int, str]) -> Span:
    """The span in a row of `status_span`."""
    return Span(
        first_day=row.first_day,
        last_day=row.last_day,
        status=STATUSES[row.status],
        due_on=row.due_on,
        covered=row.covered,
        course=None if row.course_id is None else courses[row.course_id],
        completed_on=row.completed_on,
        valid_until=row.valid_until,
        run_first_day=row.run_first_day,
        role=row.role,
        role_since=row.role_since,
        returned_on=row.returned_on,
        reason_first_day=row.reason_first_day,
        reason_last_day=row.reason_last_day,
    )


def _where(day: date, filters: Filters) -> list[ColumnElement[bool]]:
    status, last_day = StatusSpanRow.status.expression, StatusSpanRow.last_day.expression
    if filters.team is not None or (filters.roots is not None and not filters.outside):
        # The people are few and known: neither the index on the status nor that on the requirement may be the way to
        # their spans, for both lead through the whole council. SQLite keeps no statistics and would take them.
        status, last_day = func.coalesce(status, status), func.coalesce(last_day, last_day)
    wanted: list[ColumnElement[bool]] = [last_day >= day, StatusSpanRow.first_day <= day]
    if filters.requirement_id is not None:
        wanted.append(StatusSpanRow.requirement_id == filters.requirement_id)
    if filters.statuses and set(filters.statuses) != _EVERY_STATUS:
        wanted.append(status.in_(filters.statuses))
    if filters.team is not None:
        wanted.append(StatusSpanRow.person_id.in_(filters.team))
    if filters.roots is not None:
        inside = _counts_in(day, filters.roots)
        wanted.append(~inside if filters.outside else inside)
        if not filters.outside and filters.team is None:
            # Says nothing new, but lets the database begin with the people of the units.
            wanted.append(StatusSpanRow.person_id.in_(_people_in(day, filters.roots)))
    return wanted


def _counts_in(day: date, roots: Sequence[Unit]) -> ColumnElement[bool]:
    """The span's person counts, for its requirement, in one of these units or below (counting rule 8)."""
    of_span = (
        UnitSpanRow.person_id == StatusSpanRow.person_id,
        UnitSpanRow.requirement_id == StatusSpanRow.requirement_id,
    )
    return _people_in(day, roots).where(*of_span).exists()


def _people_in(day: date, roots: Sequence[Unit]) -> Select[int]:
    below = or_(*(and_(UnitRow.left >= root.left, UnitRow.right <= root.right) for root in roots))
    return (
        select(UnitSpanRow.person_id)
        .join(UnitRow, UnitRow.id == UnitSpanRow.unit_id)
        .where(UnitSpanRow.last_day >= day, UnitSpanRow.first_day <= day, below)
    )


def count(session: Session, day: date, filters: Filters) -> int:
    """How many rows a list has."""
    query = select(func.count()).select_from(StatusSpanRow).where(*_where(day, filters))
    return session.execute(query).scalar_one()


def counts(session: Session, day: date, filters: Filters) -> dict[int, Counts]:
    """The counts by requirement of the people in a list: each has one row a requirement, so rows are people."""
    columns = (StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    query = select(*columns, func.count()).where(*_where(day, filters)).group_by(*columns)
    found: dict[int, list[int]] = {}
    for requirement_id, status, covered, people in session.execute(query):
        of_requirement = found.setdefault(requirement_id, [0] * len(COUNT_NAMES))
        of_requirement[COUNT_NAMES.index(status)] += people
        of_requirement[-1] += people if covered else 0
    return {requirement_id: Counts(*numbers) for requirement_id, numbers in found.items()}


def listed(
    session: Session,
    day: date,
    filters: Filters,
    courses: Mapping[int, str],
    *,
    offset: int = 0,
    limit: int | None = None,
    by_reference: bool = False,
) -> Iterator[Listed]:
    """The rows of a list, by name, or by person reference and requirement. Without a limit, streamed to the end."""
    query = (
        select(
            PersonRow.id.label("person_id"),
            PersonRow.public_id,
            PersonRow.person_ref,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            *SPAN_COLUMNS,
        )
        .select_from(StatusSpanRow)
        .join(PersonRow, PersonRow.id == StatusSpanRow.person_id)
        .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
        .outerjoin(
            PersonDetailRow, and_(PersonDetailRow.person_id == PersonRow.id, known(PersonDetailRow, None))
        )
        .where(*_where(day, filters))
    )
    names = (PersonDetailRow.last_name, PersonDetailRow.first_name, PersonRow.person_ref)
    order = (PersonRow.person_ref,) if by_reference else names
    query = query.order_by(*order, RequirementRow.code)
    if limit is not None:
        query = query.offset(offset).limit(limit)
    rows = session.execute(query, execution_options={"yield_per": STREAM} if limit is None else {})
    for some in rows.partitions(STREAM):
        posts = posts_on(session, day, [row.person_id for row in some])
        for row in some:
            yield Listed(
                person_id=row.person_id,
                public_id=row.public_id,
                person_ref=row.person_ref,
                first_name=row.first_name or "",
                last_name=row.last_name or "",
                requirement_id=row.requirement_id,
                span=span_of(row, courses),
                post=posts.get(row.person_id),
            )


def posts_on(session: Session, day: date, person_ids: Sequence[int]) -> dict[int, Post]:
    """A post of each of these people on a day; of several, the one with the lowest reference."""
    query = (
        select(PostSpellRow.person_id, PostSpellRow.job_title, UnitRow.path, OrganisationRow.name)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .where(
            PostSpellRow.person_id.in_(sorted(set(person_ids))),
            known(PostSpellRow, None),
            PostSpellRow.last_day >= day,
            PostSpellRow.first_day <= day,
        )
        .order_by(PostSpellRow.person_id, PostSpellRow.post_ref.desc(), PostSpellRow.id.desc())
    )
    return {person_id: Post(title, path, name) for person_id, title, path, name in session.execute(query)}


# Asked on every page about one person, so built once: building it takes longer than the database's answer.
_OF_PERSON = (
    select(*SPAN_COLUMNS)
    .where(StatusSpanRow.person_id == bindparam("person_id"))
    .order_by(StatusSpanRow.requirement_id, StatusSpanRow.first_day)
)


def timelines_of(session: Session, person_id: int, courses: Mapping[int, str]) -> dict[int, list[Span]]:
    """All spans of one person, by requirement, in order of their days."""
    found: dict[int, list[Span]] = {}
    for row in session.execute(_OF_PERSON, {"person_id": person_id}):
        found.setdefault(row.requirement_id, []).append(span_of(row, courses))
    return found
