"""Reading the roles given to people by hand: of one person, and those that somebody is to ask about again.

What pages ask at every request is built once (`people.store`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.dates import Period, add_days
from foundation.facts import known
from foundation.plain_column import plain_of
from people.domain import RoleGrant
from people.models import PersonDetailRow, PersonRow, PostSpellRow, RoleGrantRow, RoleLineRow


@dataclass(frozen=True, slots=True)
class RoleByHand:
    """A role given by hand, as the record has it. `id` is that of the fact."""

    id: int
    person_id: int
    public_id: str
    name: str
    role: str
    first_day: date
    last_day: date
    approved_by: str
    review_on: date
    reason: str
    recorded_at: datetime
    recorded_by: str

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.last_day < today

    @property
    def days(self) -> Period:
        return Period(self.first_day, self.last_day)


def roles_by_hand(session: Session, person_id: int) -> list[RoleByHand]:
    """The roles that a person has, had or will have by hand, whichever began last first."""
    return _read(session, _OF_PERSON, {"person_id": person_id})


def grants_in(roles: Iterable[RoleByHand]) -> list[RoleGrant]:
    """The same roles as the counting takes them, in its order (`people.store.role_grants_of`)."""
    ordered = sorted(roles, key=lambda one: (one.first_day, one.role, one.id))
    return [RoleGrant(one.role, one.first_day, one.last_day, one.approved_by) for one in ordered]


def role_by_hand(session: Session, person_id: int, fact_id: int) -> RoleByHand | None:
    """One of them, as long as it stands; None for anything else."""
    return next((one for one in roles_by_hand(session, person_id) if one.id == fact_id), None)


def was_by_hand(session: Session, person_id: int, fact_id: int) -> bool:
    """Whether this was ever a role by hand of this person, though it may stand no more."""
    query = select(RoleGrantRow.id).where(RoleGrantRow.id == fact_id, RoleGrantRow.person_id == person_id)
    return session.scalar(query) is not None


def grants_to_review(session: Session, today: date, within_days: int) -> list[RoleByHand]:
    """The roles by hand to ask about within so many days, the most pressing first.

    Those that are over are left out, and those of people who hold no post and will hold none: they count for nothing.
    """
    return _read(session, _TO_REVIEW, {"today": today, "until": add_days(today, within_days)})


def role_titles(session: Session) -> Mapping[str, str]:
    """The title of each role by its code, those that the rule book no longer lists included."""
    return dict(session.connection().execute(_TITLES).all())


def roles_to_give(session: Session, today: date) -> list[tuple[str, str]]:
    """Code and title of the roles that the rule book lists today or will list, by title."""
    found = dict(session.connection().execute(_TITLES.where(RoleLineRow.last_day >= today)).all())
    return sorted(found.items(), key=lambda one: (one[1].casefold(), one[0]))


def _read(
    session: Session, query: Select[*tuple[Any, ...]], values: Mapping[str, object]
) -> list[RoleByHand]:
    rows = session.connection().execute(query, values).all()
    return [
        RoleByHand(fact_id, person_id, public_id, f"{first or ''} {last or ''}".strip(), *said)
        for fact_id, person_id, public_id, first, last, *said in rows
    ]


_ROLES = (
    select(
        RoleGrantRow.id,
        RoleGrantRow.person_id,
        PersonRow.public_id,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        RoleGrantRow.role,
        RoleGrantRow.first_day,
        RoleGrantRow.last_day,
        RoleGrantRow.approved_by,
        RoleGrantRow.review_on,
        RoleGrantRow.reason,
        RoleGrantRow.recorded_at,
        RoleGrantRow.recorded_by,
    )
    .join(PersonRow, PersonRow.id == RoleGrantRow.person_id)
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .where(known(RoleGrantRow, None))
)
_OF_PERSON = _ROLES.where(RoleGrantRow.person_id == bindparam("person_id")).order_by(
    RoleGrantRow.first_day.desc(), RoleGrantRow.role, RoleGrantRow.id
)
_TO_REVIEW = _ROLES.where(
    RoleGrantRow.review_on <= bindparam("until"),
    RoleGrantRow.last_day >= bindparam("today"),
    select(PostSpellRow.id)
    .where(
        PostSpellRow.person_id == RoleGrantRow.person_id,
        known(PostSpellRow, None),
        PostSpellRow.last_day >= bindparam("today"),
    )
    .exists(),
).order_by(
    RoleGrantRow.review_on,
    plain_of(func.coalesce(PersonDetailRow.last_name, "")),
    plain_of(func.coalesce(PersonDetailRow.first_name, "")),
    RoleGrantRow.id,
)
_TITLES = (
    select(RoleLineRow.code, RoleLineRow.title)
    .where(known(RoleLineRow, None))
    .order_by(RoleLineRow.first_day, RoleLineRow.id)
)
