"""Reads and writes of numbers declared without names, and the people trained by sector beside them."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, case, distinct, exists, func, insert, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.headcount import Declared, DeclaredKind, Key, Trained
from compliance.models import DeclaredCountRow
from courses.domain import ACCEPTED_EVIDENCE
from courses.models import CompletionRow, CourseLineRow, CourseRow
from foundation.dates import Period
from foundation.facts import known, recorded
from foundation.stamp import Stamp
from people.models import OrganisationRow, OrganisationSectorRow, PostSpellRow, UnitRow


def declared_counts(session: Session, organisation_ids: Collection[int] | None = None) -> list[Declared]:
    """The numbers that stand, newest period first; only those of these organisations where they are given."""
    values = {} if organisation_ids is None else {"organisation_ids": sorted(organisation_ids)}
    return [
        _declared(row) for row in session.connection().execute(_all(organisation_ids is not None), values)
    ]


@cache
def _all(narrowed: bool) -> Select[Any]:
    query = _DECLARED.where(known(DeclaredCountRow, None))
    if narrowed:
        query = query.where(
            DeclaredCountRow.organisation_id.in_(bindparam("organisation_ids", expanding=True))
        )
    return query.order_by(
        DeclaredCountRow.last_day.desc(), DeclaredCountRow.sector, OrganisationRow.name, DeclaredCountRow.id
    )


_TITLE = (
    select(CourseLineRow.title)
    .where(CourseLineRow.course_id == CourseRow.id, known(CourseLineRow, None))
    .order_by(CourseLineRow.first_day.desc(), CourseLineRow.id.desc())
    .limit(1)
    .scalar_subquery()
)
_DECLARED = (
    select(
        DeclaredCountRow.public_id,
        DeclaredCountRow.kind,
        DeclaredCountRow.sector,
        OrganisationRow.name.label("organisation"),
        DeclaredCountRow.organisation_id,
        CourseRow.code,
        _TITLE.label("title"),
        DeclaredCountRow.first_day,
        DeclaredCountRow.last_day,
        DeclaredCountRow.people,
        DeclaredCountRow.declared_by,
        DeclaredCountRow.source,
        DeclaredCountRow.recorded_at,
    )
    .join(CourseRow, CourseRow.id == DeclaredCountRow.course_id)
    .outerjoin(OrganisationRow, OrganisationRow.id == DeclaredCountRow.organisation_id)
)


def _declared(row: Any) -> Declared:
    return Declared(
        public_id=row.public_id,
        kind=DeclaredKind(row.kind),
        sector=row.sector,
        organisation=row.organisation or "",
        organisation_id=row.organisation_id,
        course=row.code,
        course_title=row.title or row.code,
        days=Period(row.first_day, row.last_day),
        people=row.people,
        declared_by=row.declared_by,
        source=row.source,
        recorded_at=row.recorded_at,
    )


def fact_of(session: Session, public_id: str) -> tuple[int, Declared, datetime | None] | None:
    """The id of a declared number, what it says, and when it left the record; None where there never was one."""
    row = session.execute(
        _DECLARED.add_columns(DeclaredCountRow.id, DeclaredCountRow.retracted_at).where(
            DeclaredCountRow.public_id == public_id
        )
    ).first()
    return None if row is None else (row.id, _declared(row), row.retracted_at)


def add_declared(session: Session, stamp: Stamp, told: Declared) -> None:
    """Record a number."""
    course_id = session.scalars(select(CourseRow.id).where(CourseRow.code == told.course)).one()
    session.execute(
        insert(DeclaredCountRow).values(
            public_id=told.public_id,
            kind=told.kind.value,
            sector=told.sector,
            organisation_id=told.organisation_id,
            course_id=course_id,
            first_day=told.days.first,
            last_day=told.days.last,
            people=told.people,
            declared_by=told.declared_by,
            source=told.source,
            **recorded(stamp),
        )
    )


def sector_of(session: Session, organisation_id: int) -> str:
    """The sector of an organisation as the record has it now."""
    return session.scalars(
        select(OrganisationSectorRow.sector).where(
            OrganisationSectorRow.organisation_id == organisation_id, known(OrganisationSectorRow, None)
        )
    ).one()


def trained(
    session: Session, days: Period, organisation_ids: Collection[int] | None = None
) -> dict[Key, Trained]:
    """Completions in these days, by the sector of the posts that people held on the day they completed.

    Only completions that are believed and were not revoked. Whoever held posts in two sectors that day is in both.
    Leavers stay in: they were trained. With organisations, only posts in these.
    """
    values: dict[str, Any] = {"first": days.first, "last": days.last}
    if organisation_ids is not None:
        values["organisation_ids"] = sorted(organisation_ids)
    rows = session.connection().execute(_trained(organisation_ids is not None), values)
    return {
        (sector, course): Trained(completions, people, first_time)
        for sector, course, completions, people, first_time in rows
    }


@cache
def _trained(narrowed: bool) -> Select[str, str, int, int, int]:
    earlier = aliased(CompletionRow)
    had_one_before = exists().where(
        earlier.person_id == CompletionRow.person_id,
        earlier.course_id == CompletionRow.course_id,
        earlier.completed_on < CompletionRow.completed_on,
        earlier.evidence.in_(ACCEPTED_EVIDENCE),
        earlier.revoked_on.is_(None),
        known(earlier, None),
    )
    on_the_day = and_(
        PostSpellRow.person_id == CompletionRow.person_id,
        PostSpellRow.first_day <= CompletionRow.completed_on,
        PostSpellRow.last_day >= CompletionRow.completed_on,
        known(PostSpellRow, None),
    )
    query = (
        select(
            OrganisationSectorRow.sector,
            CourseRow.code,
            func.count(distinct(CompletionRow.id)),
            func.count(distinct(CompletionRow.person_id)),
            func.count(distinct(case((~had_one_before, CompletionRow.id)))),
        )
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .outerjoin(PostSpellRow, on_the_day)
        .outerjoin(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .outerjoin(
            OrganisationSectorRow,
            and_(
                OrganisationSectorRow.organisation_id == UnitRow.organisation_id,
                known(OrganisationSectorRow, None),
            ),
        )
        .where(
            known(CompletionRow, None),
            CompletionRow.completed_on.between(bindparam("first"), bindparam("last")),
            CompletionRow.evidence.in_(ACCEPTED_EVIDENCE),
            CompletionRow.revoked_on.is_(None),
        )
        .group_by(OrganisationSectorRow.sector, CourseRow.code)
    )
    if narrowed:
        query = query.where(UnitRow.organisation_id.in_(bindparam("organisation_ids", expanding=True)))
    return query
