"""What the record says about one person: details, posts and absences, as a page shows them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from foundation.facts import known
from people.models import AbsenceRow, OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow


@dataclass(frozen=True, slots=True)
class Details:
    """Who a person is."""

    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    email: str | None
    category: str

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
    query = (
        select(
            PersonRow.public_id,
            PersonRow.person_ref,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            PersonDetailRow.email,
            PersonDetailRow.category,
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .where(PersonRow.id == person_id)
    )
    found = session.execute(query).one()
    return Details(
        public_id=found.public_id,
        person_ref=found.person_ref,
        first_name=found.first_name or "",
        last_name=found.last_name or "",
        email=found.email,
        category=found.category or "employee",
    )


def posts(session: Session, person_id: int) -> list[PostLine]:
    """Every post held, newest first."""
    manager, of_manager = aliased(PersonRow), aliased(PersonDetailRow)
    query = (
        select(PostSpellRow, UnitRow.path, OrganisationRow.name, of_manager.first_name, of_manager.last_name)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .outerjoin(manager, manager.person_ref == PostSpellRow.manager_ref)
        .outerjoin(of_manager, (of_manager.person_id == manager.id) & known(of_manager, None))
        .where(PostSpellRow.person_id == person_id, known(PostSpellRow, None))
        .order_by(PostSpellRow.first_day.desc(), PostSpellRow.post_ref, PostSpellRow.id)
    )
    return [
        PostLine(
            job_title=row.job_title,
            organisation=organisation,
            unit=path,
            roles=tuple(row.roles.split(";")) if row.roles else (),
            manager=f"{first or ''} {last or ''}".strip() or ("Unknown" if row.manager_ref else ""),
            first_day=row.first_day,
            last_day=row.last_day,
        )
        for row, path, organisation, first, last in session.execute(query)
    ]


def absences(session: Session, person_id: int, *, with_kind: bool) -> list[AbsenceLine]:
    """Every absence, newest first. The kind is read only for those who may know it."""
    query = (
        select(AbsenceRow.kind, AbsenceRow.first_day, AbsenceRow.last_day)
        .where(AbsenceRow.person_id == person_id, known(AbsenceRow, None))
        .order_by(AbsenceRow.first_day.desc(), AbsenceRow.id)
    )
    return [
        AbsenceLine(kind if with_kind else None, first, last) for kind, first, last in session.execute(query)
    ]
