"""People as a register names them: who they are, and for whom they worked on the day of the workshop."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.plain import plain
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Attender:
    """Somebody on a register. `organisation` is empty for whoever had no post on the day."""

    id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    email: str
    organisation: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Name not recorded"

    @property
    def order(self) -> tuple[str, str, str]:
        """How registers are sorted: by last name."""
        return plain(self.last_name), plain(self.first_name), self.public_id


_PEOPLE = select(
    PersonRow.id,
    PersonRow.public_id,
    PersonRow.person_ref,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
).outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
_BY_IDS = _PEOPLE.where(PersonRow.id.in_(bindparam("ids", expanding=True))).order_by(PersonRow.id)
_BY_PUBLIC_ID = _PEOPLE.where(PersonRow.public_id == bindparam("public_id"))
_BY_REF = _PEOPLE.where(PersonRow.person_ref == bindparam("person_ref"))
_BY_EMAIL = _PEOPLE.where(PersonDetailRow.email == bindparam("email")).order_by(PersonRow.id)
_EMPLOYERS = (
    select(PostSpellRow.person_id, OrganisationRow.name)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .where(
        PostSpellRow.person_id.in_(bindparam("ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.first_day <= bindparam("day"),
        PostSpellRow.last_day >= bindparam("day"),
    )
    .order_by(PostSpellRow.person_id, PostSpellRow.first_day, PostSpellRow.post_ref, PostSpellRow.id)
)


def attenders(session: Session, person_ids: Collection[int], day: date) -> dict[int, Attender]:
    """These people by id. Whoever held several posts on the day is of the organisation of the oldest one."""
    found: dict[int, Attender] = {}
    for some in _chunks(person_ids):
        employers = employers_on(session, some, day)
        for row in session.connection().execute(_BY_IDS, {"ids": some}):
            found[row.id] = _attender(row, employers.get(row.id, ""))
    return found


def employers_on(session: Session, person_ids: Collection[int], day: date) -> dict[int, str]:
    """The organisation for which each of these people worked on a day."""
    found: dict[int, str] = {}
    for some in _chunks(person_ids):
        for person_id, name in session.connection().execute(_EMPLOYERS, {"ids": some, "day": day}):
            found.setdefault(person_id, name)
    return found


def _chunks(person_ids: Collection[int]) -> Iterator[Sequence[int]]:
    ids = sorted(set(person_ids))
    return (ids[start : start + CHUNK] for start in range(0, len(ids), CHUNK))


def by_public_id(session: Session, public_id: str) -> Attender | None:
    """A person by what stands in addresses."""
    row = session.connection().execute(_BY_PUBLIC_ID, {"public_id": public_id}).one_or_none()
    return None if row is None else _attender(row)


def by_ref(session: Session, person_ref: str) -> Attender | None:
    """Whoever has exactly this staff number."""
    row = session.connection().execute(_BY_REF, {"person_ref": person_ref}).one_or_none()
    return None if row is None else _attender(row)


def by_email(session: Session, email: str) -> list[Attender]:
    """Everybody with this e-mail address, in small letters; several may share one."""
    return [_attender(row) for row in session.connection().execute(_BY_EMAIL, {"email": email})]


def _attender(row: Any, organisation: str = "") -> Attender:
    return Attender(
        row.id,
        row.public_id,
        row.person_ref,
        row.first_name or "",
        row.last_name or "",
        row.email or "",
        organisation,
    )
