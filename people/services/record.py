"""What the record says about one person: details, posts and absences, as a page shows them."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from foundation.facts import known
from people.models import (
    AbsenceRow,
    OrganisationRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    RoleGrantRow,
    UnitRow,
)


@dataclass(frozen=True, slots=True)
class Details:
    """Who a person is. `has_roles`, `has_absences`: whether there is a role by hand, or an absence, to be read."""

    person_id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    email: str | None
    category: str
    has_roles: bool
    has_absences: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class PostLine:
    """A stretch of days in a post. `manager` is a name: a payroll number is not everybody's to read."""

    job_title: str
    organisation: str
    unit: str
    roles: tuple[str, ...]
    manager: str
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class AbsenceLine:
    """A stretch of days away from work. `kind` is a key, or None where the reader may not see it."""

    kind: str | None
    first_day: date
    last_day: date


def details(session: Session, person_id: int) -> Details:
    """The name and address under which a person is known now."""
    return _details(session.connection().execute(_DETAILS, {"person_id": person_id}).one())


def find(session: Session, public_id: str) -> Details | None:
    """The same by what names the person in an address; None where there is nobody."""
    found = session.connection().execute(_FOUND, {"public_id": public_id}).one_or_none()
    return None if found is None else _details(found)


def _details(found: Any) -> Details:
    return Details(
        person_id=found.id,
        public_id=found.public_id,
        person_ref=found.person_ref,
        first_name=found.first_name or "",
        last_name=found.last_name or "",
        email=found.email,
        category=found.category or "employee",
        has_roles=bool(found.has_roles),
        has_absences=bool(found.has_absences),
    )


def posts(session: Session, person_id: int) -> list[PostLine]:
    """Every post held, newest first."""
    return [
        PostLine(
            job_title=row.job_title,
            organisation=row.organisation,
            unit=row.path,
            roles=tuple(row.roles.split(";")) if row.roles else (),
            manager=f"{row.first or ''} {row.last or ''}".strip() or ("Unknown" if row.manager_ref else ""),
            first_day=row.first_day,
            last_day=row.last_day,
        )
        for row in session.connection().execute(_POSTS, {"person_id": person_id}).all()
    ]


def absences(session: Session, person_id: int, *, with_kind: bool) -> list[AbsenceLine]:
    """Every absence, newest first. The kind is read only for those who may know it."""
    found = session.connection().execute(_ABSENCES, {"person_id": person_id}).all()
    return [AbsenceLine(kind if with_kind else None, first, last) for kind, first, last in found]


# Asked whenever somebody looks at a person, so built once (`people.store`).
_WHO = select(
    PersonRow.id,
    PersonRow.public_id,
    PersonRow.person_ref,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
    PersonDetailRow.category,
    # Most people have neither: to look here costs less than to ask for each and be told nothing.
    exists().where(RoleGrantRow.person_id == PersonRow.id, known(RoleGrantRow, None)).label("has_roles"),
    exists().where(AbsenceRow.person_id == PersonRow.id, known(AbsenceRow, None)).label("has_absences"),
).outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
_DETAILS = _WHO.where(PersonRow.id == bindparam("person_id"))
_FOUND = _WHO.where(PersonRow.public_id == bindparam("public_id"))
_MANAGER, _OF_MANAGER = aliased(PersonRow), aliased(PersonDetailRow)
_POSTS = (
    select(
        PostSpellRow.job_title,
        OrganisationRow.name.label("organisation"),
        UnitRow.path,
        PostSpellRow.roles,
        PostSpellRow.manager_ref,
        _OF_MANAGER.first_name.label("first"),
        _OF_MANAGER.last_name.label("last"),
        PostSpellRow.first_day,
        PostSpellRow.last_day,
    )
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .outerjoin(_MANAGER, _MANAGER.person_ref == PostSpellRow.manager_ref)
    .outerjoin(_OF_MANAGER, (_OF_MANAGER.person_id == _MANAGER.id) & known(_OF_MANAGER, None))
    .where(PostSpellRow.person_id == bindparam("person_id"), known(PostSpellRow, None))
    .order_by(PostSpellRow.first_day.desc(), PostSpellRow.post_ref, PostSpellRow.id)
)
_ABSENCES = (
    select(AbsenceRow.kind, AbsenceRow.first_day, AbsenceRow.last_day)
    .where(AbsenceRow.person_id == bindparam("person_id"), known(AbsenceRow, None))
    .order_by(AbsenceRow.first_day.desc(), AbsenceRow.id)
)
