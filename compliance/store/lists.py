"""Reads of the timeline tables, person by person: the people behind a figure, a team, one person's timelines.

Every statement is built once and run on the connection (`people.store`); a list has one for each shape of its filters.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ARRAY, JSON, ColumnElement, Date, Integer, Select, and_, any_, bindparam, func, select
from sqlalchemy.orm import Session

from compliance.domain.figures import COUNT_NAMES, Counts
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status
from compliance.models import RequirementRow, StatusSpanRow, UnitSpanRow
from foundation.dates import Period
from foundation.facts import known
from foundation.plain_column import plain_of
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from people.store import Team, Unit, inside, inside_values, team_members

STREAM = 2000
"""Rows fetched at a time when a list goes on to its end."""
SHAPES = 128
"""Statements kept of each kind of list: more shapes than pages and files ask for."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows a list. Every part that is None or empty does not narrow."""

    requirement_id: int | None = None
    roots: tuple[Unit, ...] | None = None
    outside: bool = False
    """Those who do not count in `roots`, instead of those who do."""
    statuses: tuple[str, ...] = ()
    team: Team | None = None
    person_ids: tuple[int, ...] | None = None
    """Only these people, however many: those of a role."""
    ends: Period | None = None
    """Only where what the status rests on is valid until one of these days."""


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
"""In the order of the table: the requirement, then what `span_of` reads."""
STATUSES = {status.value: status for status in Status}
_EVERY_STATUS = {status.value for status in REQUIRED_STATUSES}
_READ_OF_SPAN = len(SPAN_COLUMNS) - 1


def span_of(row: Sequence[Any], courses: Mapping[int, str]) -> Span:
    """The span in a row that ends with the columns of `status_span`; by position, for a list has many."""
    first_day, last_day, status, covered, due_on, course_id, *others = row[-_READ_OF_SPAN:]
    course = None if course_id is None else courses[course_id]
    return Span(first_day, last_day, STATUSES[status], due_on, covered, course, *others)


@dataclass(frozen=True, slots=True)
class _Shape:
    """What decides the statement of a list; everything else is a value that is bound to it."""

    one_requirement: bool
    some_statuses: bool
    below: bool | None
    """Which team; None: not narrowed to one."""
    roots: int | None
    outside: bool
    named: str | None
    """Which database is given a list of people; None: no such list."""
    ends: bool

    @property
    def few(self) -> bool:
        """Whether the people of the list are few and known."""
        return self.below is not None or (self.roots is not None and not self.outside)


def _shape(session: Session, filters: Filters) -> _Shape:
    return _Shape(
        one_requirement=filters.requirement_id is not None,
        some_statuses=bool(filters.statuses) and set(filters.statuses) != _EVERY_STATUS,
        below=filters.team.below if filters.team else None,
        roots=None if filters.roots is None else len(filters.roots),
        outside=filters.outside,
        named=None if filters.person_ids is None else session.get_bind().dialect.name,
        ends=filters.ends is not None,
    )


def _values(day: date, filters: Filters) -> dict[str, Any]:
    """What a statement of this shape binds; it takes no notice of what it has no place for."""
    values: dict[str, Any] = {"day": day}
    if filters.requirement_id is not None:
        values["requirement_id"] = filters.requirement_id
    if filters.statuses:
        values["statuses"] = filters.statuses
    if filters.team is not None:
        values.update(filters.team.values)
    if filters.person_ids is not None:
        values["person_ids"] = list(filters.person_ids)
    if filters.ends is not None:
        values.update(ends_first=filters.ends.first, ends_last=filters.ends.last)
    return values | inside_values(filters.roots or ())


_DAY = bindparam("day", type_=Date)


def _where(shape: _Shape) -> list[ColumnElement[bool]]:
    status, last_day = StatusSpanRow.status.expression, StatusSpanRow.last_day.expression
    if shape.few:
        # Neither the index on the status nor that on the requirement may be the way to the spans of a few people, for
        # both lead through the whole council. SQLite keeps no statistics and would take them.
        status, last_day = func.coalesce(status, status), func.coalesce(last_day, last_day)
    wanted: list[ColumnElement[bool]] = [last_day >= _DAY, StatusSpanRow.first_day <= _DAY]
    if shape.one_requirement:
        wanted.append(StatusSpanRow.requirement_id == bindparam("requirement_id"))
    if shape.some_statuses:
        wanted.append(status.in_(bindparam("statuses", expanding=True)))
    if shape.below is not None:
        wanted.append(StatusSpanRow.person_id.in_(team_members(below=shape.below)))
    if shape.named is not None:
        wanted.append(_is_one_of(shape.named))
    if shape.ends:
        first, last = bindparam("ends_first", type_=Date), bindparam("ends_last", type_=Date)
        wanted += [StatusSpanRow.valid_until >= first, StatusSpanRow.valid_until <= last]
    if shape.roots is not None:
        counts_there = _counts_in(shape.roots)
        wanted.append(~counts_there if shape.outside else counts_there)
        if not shape.outside and shape.below is None:
            # Says nothing new, but lets the database begin with the people of the units.
            wanted.append(StatusSpanRow.person_id.in_(_people_in(shape.roots)))
    return wanted


def _is_one_of(database: str) -> ColumnElement[bool]:
    """One bound value for tens of thousands of people: a list of parameters would be too long for either database."""
    if database == "postgresql":
        return StatusSpanRow.person_id == any_(bindparam("person_ids", type_=ARRAY(Integer)))
    ids = func.json_each(bindparam("person_ids", type_=JSON)).table_valued("value")
    return StatusSpanRow.person_id.in_(select(ids.c.value))


def _counts_in(roots: int) -> ColumnElement[bool]:
    """The span's person counts, for its requirement, in one of these units or below (counting rule 8)."""
    of_span = (
        UnitSpanRow.person_id == StatusSpanRow.person_id,
        UnitSpanRow.requirement_id == StatusSpanRow.requirement_id,
    )
    return _people_in(roots).where(*of_span).exists()


def _people_in(roots: int) -> Select[int]:
    return (
        select(UnitSpanRow.person_id)
        .join(UnitRow, UnitRow.id == UnitSpanRow.unit_id)
        .where(UnitSpanRow.last_day >= _DAY, UnitSpanRow.first_day <= _DAY, inside(roots))
    )


def count(session: Session, day: date, filters: Filters) -> int:
    """How many rows a list has."""
    found = session.connection().execute(_count(_shape(session, filters)), _values(day, filters))
    return int(found.scalar_one())


@lru_cache(maxsize=SHAPES)
def _count(shape: _Shape) -> Select[*tuple[Any, ...]]:
    return select(func.count()).select_from(StatusSpanRow).where(*_where(shape))


def counts(session: Session, day: date, filters: Filters) -> dict[int, Counts]:
    """The counts by requirement of the people in a list: each has one row a requirement, so rows are people."""
    found: dict[int, list[int]] = {}
    rows = session.connection().execute(_counts(_shape(session, filters)), _values(day, filters))
    for requirement_id, status, covered, people in rows:
        of_requirement = found.setdefault(requirement_id, [0] * len(COUNT_NAMES))
        of_requirement[COUNT_NAMES.index(status)] += people
        of_requirement[-1] += people if covered else 0
    return {requirement_id: Counts(*numbers) for requirement_id, numbers in found.items()}


@lru_cache(maxsize=SHAPES)
def _counts(shape: _Shape) -> Select[*tuple[Any, ...]]:
    columns = (StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    return select(*columns, func.count()).where(*_where(shape)).group_by(*columns)


def ends(session: Session, day: date, filters: Filters) -> dict[date, int]:
    """How many lines of a list are valid until each day, in order of the days."""
    found = session.connection().execute(_ends(_shape(session, filters)), _values(day, filters))
    return {last_day: lines for last_day, lines in found if last_day is not None}


@lru_cache(maxsize=SHAPES)
def _ends(shape: _Shape) -> Select[*tuple[Any, ...]]:
    column = StatusSpanRow.valid_until
    return select(column, func.count()).where(*_where(shape)).group_by(column).order_by(column)


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
    rows = session.connection().execute(
        _listed(_shape(session, filters), by_reference, limit is not None),
        {**_values(day, filters), "offset": offset, "limit": limit},
        execution_options={"yield_per": STREAM} if limit is None else {},
    )
    try:
        for some in rows.partitions(STREAM):
            posts = posts_on(session, day, [row.person_id for row in some])
            for row in some:
                person_id, public_id, person_ref, first_name, last_name, requirement_id = row[:-_READ_OF_SPAN]
                yield Listed(
                    person_id=person_id,
                    public_id=public_id,
                    person_ref=person_ref,
                    first_name=first_name or "",
                    last_name=last_name or "",
                    requirement_id=requirement_id,
                    span=span_of(row, courses),
                    post=posts.get(person_id),
                )
    finally:
        # Whoever reads no further leaves a cursor of the server open otherwise.
        rows.close()


@lru_cache(maxsize=SHAPES)
def _listed(shape: _Shape, by_reference: bool, limited: bool) -> Select[*tuple[Any, ...]]:
    by_name = (
        plain_of(PersonDetailRow.last_name),
        plain_of(PersonDetailRow.first_name),
        PersonRow.person_ref,
    )
    order: tuple[Any, ...] = (PersonRow.person_ref,) if by_reference else by_name
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
        .where(*_where(shape))
        .order_by(*order, RequirementRow.code)
    )
    return query.offset(bindparam("offset")).limit(bindparam("limit")) if limited else query


def posts_on(session: Session, day: date, person_ids: Sequence[int]) -> dict[int, Post]:
    """A post of each of these people on a day; of several, the one with the lowest reference."""
    values = {"day": day, "person_ids": sorted(set(person_ids))}
    found = session.connection().execute(_POSTS, values)
    return {person_id: Post(title, path, name) for person_id, title, path, name in found}


_POSTS = (
    select(PostSpellRow.person_id, PostSpellRow.job_title, UnitRow.path, OrganisationRow.name)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .where(
        PostSpellRow.person_id.in_(bindparam("person_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.last_day >= _DAY,
        PostSpellRow.first_day <= _DAY,
    )
    .order_by(PostSpellRow.person_id, PostSpellRow.post_ref.desc(), PostSpellRow.id.desc())
)

_OF_PERSON = (
    select(*SPAN_COLUMNS)
    .where(StatusSpanRow.person_id == bindparam("person_id"))
    .order_by(StatusSpanRow.requirement_id, StatusSpanRow.first_day)
)
_OF_PERSON_ON = _OF_PERSON.where(StatusSpanRow.last_day >= _DAY, StatusSpanRow.first_day <= _DAY)


def timelines_of(
    session: Session, person_id: int, courses: Mapping[int, str], day: date | None = None
) -> dict[int, list[Span]]:
    """The spans of one person by requirement, in order of their days: all, or those that hold a day."""
    query, values = (_OF_PERSON, {}) if day is None else (_OF_PERSON_ON, {"day": day})
    found: dict[int, list[Span]] = {}
    for row in session.connection().execute(query, {**values, "person_id": person_id}).all():
        found.setdefault(row[0], []).append(span_of(row, courses))
    return found
