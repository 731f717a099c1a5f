"""People as those need them who record or check training: the team of a manager, the person of an account."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.plain import plain
from people.models import AccountRow, PersonDetailRow, PersonRow, PostSpellRow
from people.store import Team, team_members


def person_of_account(session: Session, public_id: str) -> int | None:
    """The person whose account this is, if it is anybody's."""
    return session.scalar(select(AccountRow.person_id).where(AccountRow.public_id == public_id))


def person_of_ref(session: Session, person_ref: str) -> int | None:
    """The person with a reference, as HR calls them."""
    return session.scalar(select(PersonRow.id).where(PersonRow.person_ref == person_ref))


@dataclass(frozen=True, slots=True)
class TeamPerson:
    """Somebody of a team, as a list shows them. Somebody without an e-mail address cannot use this service."""

    id: int
    public_id: str
    first_name: str
    last_name: str
    job_title: str
    has_email: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def team_people(session: Session, team: Team) -> list[TeamPerson]:
    """The people of a team: those without an e-mail address first, then by name."""
    found: dict[int, TeamPerson] = {}
    for person_id, public_id, first, last, email, title in session.connection().execute(
        _team_people(team.below), team.values
    ):
        person = TeamPerson(person_id, public_id, first or "", last or "", title or "", bool(email))
        found.setdefault(person_id, person)
    return sorted(
        found.values(),
        key=lambda one: (one.has_email, plain(one.last_name), plain(one.first_name), one.public_id),
    )


@cache
def _team_people(below: bool) -> Select[*tuple[Any, ...]]:
    day = bindparam("team_day", type_=Date)
    running = (known(PostSpellRow, None), PostSpellRow.first_day <= day, PostSpellRow.last_day >= day)
    return (
        select(
            PersonRow.id,
            PersonRow.public_id,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            PersonDetailRow.email,
            PostSpellRow.job_title,
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .outerjoin(PostSpellRow, and_(PostSpellRow.person_id == PersonRow.id, *running))
        .where(PersonRow.id.in_(team_members(below=below)))
        .order_by(PersonRow.id, PostSpellRow.post_ref, PostSpellRow.id)
    )
