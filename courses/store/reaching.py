"""Reading by what way people can be told of something: their own e-mail address, or a manager who has one."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Date, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from foundation.facts import known
from people.models import PersonDetailRow, PersonRow, PostSpellRow

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Reached:
    """Somebody, and how they hear of things. `email` is empty where there is none.

    `managers`: those who have an address and hold a post themselves: the address of who has left may be another's.
    """

    person_id: int
    public_id: str
    first_name: str
    last_name: str
    email: str
    managers: tuple["Reached", ...] = ()

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip() or "Name not recorded"

    @property
    def by_hand(self) -> bool:
        """Whether nobody can be written to: somebody has to go and tell them."""
        return not self.email and not self.managers


_DAY = bindparam("day", type_=Date)
_DETAILS = (
    PersonRow.id,
    PersonRow.public_id,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
)
_PEOPLE = (
    select(*_DETAILS)
    .outerjoin(PersonDetailRow, and_(PersonDetailRow.person_id == PersonRow.id, known(PersonDetailRow, None)))
    .where(PersonRow.id.in_(bindparam("person_ids", expanding=True)))
    .order_by(PersonRow.id)
)
_HELD = aliased(PostSpellRow)
_MANAGERS = (
    select(PostSpellRow.person_id, *_DETAILS)
    .join(PersonRow, PersonRow.person_ref == PostSpellRow.manager_ref)
    .join(PersonDetailRow, and_(PersonDetailRow.person_id == PersonRow.id, known(PersonDetailRow, None)))
    .where(
        PostSpellRow.person_id.in_(bindparam("person_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.first_day <= _DAY,
        PostSpellRow.last_day >= _DAY,
        PersonRow.id != PostSpellRow.person_id,
        PersonDetailRow.email != "",
        select(_HELD.id)
        .where(
            _HELD.person_id == PersonRow.id,
            known(_HELD, None),
            _HELD.first_day <= _DAY,
            _HELD.last_day >= _DAY,
        )
        .exists(),
    )
    .distinct()
    .order_by(PostSpellRow.person_id, PersonRow.id)
)


def reached(session: Session, person_ids: Iterable[int], day: date) -> dict[int, Reached]:
    """How these people hear of something on a day. Managers are looked up for those without an address alone."""
    found: dict[int, Reached] = {}
    wanted = sorted(set(person_ids))
    for start in range(0, len(wanted), CHUNK):
        rows = session.connection().execute(_PEOPLE, {"person_ids": wanted[start : start + CHUNK]})
        found.update({row[0]: _reached(*row) for row in rows})
    without = [one.person_id for one in found.values() if not one.email]
    managers: dict[int, list[Reached]] = defaultdict(list)
    for start in range(0, len(without), CHUNK):
        asked = {"person_ids": without[start : start + CHUNK], "day": day}
        for row in session.connection().execute(_MANAGERS, asked):
            managers[row[0]].append(_reached(*row[1:]))
    return found | {one: replace(found[one], managers=tuple(who)) for one, who in managers.items()}


def _reached(
    person_id: int, public_id: str, first_name: str | None, last_name: str | None, email: str | None
) -> Reached:
    return Reached(person_id, public_id, first_name or "", last_name or "", email or "")
