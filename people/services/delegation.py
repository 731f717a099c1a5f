"""Who looks after whose team, and until when (docs/security.md).

A delegation is a fact with an end. What it opens is worked out at every request (`people.store.team_members`): it
closes with its last day, and as soon as either of the two has left. `people.services.handing_over` makes and ends them.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from foundation.dates import Period
from foundation.facts import known
from foundation.plain import plain
from people.domain import Permission
from people.models import (
    AccountRow,
    DelegationRow,
    PermissionRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    UnitRow,
)


@dataclass(frozen=True, slots=True)
class LookedAfter:
    """A team that somebody looks after today: whose it is, and until when."""

    manager_id: int
    public_id: str
    name: str
    until: date


@dataclass(frozen=True, slots=True)
class Somebody:
    """A manager, or somebody to whom a team may be handed over or has been."""

    person_id: int
    public_id: str
    person_ref: str
    name: str
    email: str | None


@dataclass(frozen=True, slots=True)
class Delegation:
    """A team handed over. `id` is that of the fact: a form that carries it knows whether it is still so."""

    id: int
    delegate: Somebody
    days: Period
    recorded_at: datetime
    recorded_by: str

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.days.last < today

    def has_begun(self, today: date) -> bool:
        """Whether its first day has come."""
        return self.days.first <= today


def looked_after(session: Session, person_id: int, today: date) -> list[LookedAfter]:
    """The teams of others that a person looks after today, by the names of their managers."""
    found = session.connection().execute(_LOOKED_AFTER, {"person_id": person_id, "today": today})
    teams: dict[int, LookedAfter] = {}
    for until, *who in found:
        manager = _somebody(who)
        # Handed over twice, the longer one counts: they are read with the latest end first.
        teams.setdefault(
            manager.person_id, LookedAfter(manager.person_id, manager.public_id, manager.name, until)
        )
    return sorted(teams.values(), key=lambda team: (plain(team.name), team.manager_id))


def has_own_team(session: Session, person_id: int, today: date) -> bool:
    """Whether somebody else's running post names this person as manager: only then is there a team to hand over."""
    values = {"person_id": person_id, "today": today}
    return session.connection().execute(_HAS_OWN_TEAM, values).scalar() is not None


def delegations(session: Session, manager_id: int) -> list[Delegation]:
    """Every delegation of a manager's team, those that are over included; whichever began last comes first."""
    found = session.connection().execute(_OF_MANAGER, {"manager_id": manager_id})
    return [_delegation(row) for row in found]


def find_delegation(session: Session, manager_id: int, public_id: str, first_day: date) -> Delegation | None:
    """A manager's delegation as it stands: to whom, and from which day. There is never more than one."""
    every = delegations(session, manager_id)
    wanted = (public_id, first_day)
    return next((one for one in every if (one.delegate.public_id, one.days.first) == wanted), None)


def every_delegation(session: Session) -> list[tuple[Somebody, Delegation]]:
    """All delegations, each with the manager whose team it is; whichever began last comes first."""
    found = session.execute(_EVERY)
    return [(_somebody(row[_WIDTH:]), _delegation(row[:_WIDTH])) for row in found]


def find_delegate(session: Session, manager_id: int, email: str, today: date) -> Somebody | None:
    """The one person with this work e-mail and a running post in an organisation in which the manager has one too.

    None for everybody else, be they unknown, elsewhere, gone, the manager, or two people with one address: the answer
    tells nothing about the people of other organisations.
    """
    values = {"email": email.strip().lower(), "manager_id": manager_id, "today": today}
    found = session.connection().execute(_BY_EMAIL, values).all()
    return _somebody(found[0]) if len(found) == 1 else None


def delegate_known_as(session: Session, manager_id: int, public_id: str, today: date) -> Somebody | None:
    """The same person by the random id under which pages know them; None for whoever may not be a delegate."""
    values = {"public_id": public_id, "manager_id": manager_id, "today": today}
    found = session.connection().execute(_BY_PUBLIC_ID, values).one_or_none()
    return _somebody(found) if found else None


def only_reads(session: Session, somebody: Somebody) -> bool:
    """Whether this person signs in as an auditor, who writes nothing and so cannot look after a team (promises 8)."""
    return session.connection().execute(_ONLY_READS, {"person_id": somebody.person_id}).scalar() is not None


def person_known_as(session: Session, person_id: int) -> Somebody:
    """Somebody by the id of the table."""
    return _somebody(session.connection().execute(_PERSON, {"person_id": person_id}).one())


def overlapping(every: list[Delegation], public_id: str, days: Period, but: int = 0) -> Delegation | None:
    """A delegation to the same person that shares a day with these; the one with the id `but` is left out."""
    same = (one for one in every if one.delegate.public_id == public_id and one.id != but)
    return next((one for one in same if one.days.meet(days) is not None), None)


def _somebody(row: Any) -> Somebody:
    person_id, public_id, person_ref, first, last, email = row
    name = f"{first or ''} {last or ''}".strip() or "Name not recorded"
    return Somebody(person_id, public_id, person_ref, name, email)


def _delegation(row: Any) -> Delegation:
    fact_id, first_day, last_day, recorded_at, recorded_by, *who = row
    return Delegation(fact_id, _somebody(who), Period(first_day, last_day), recorded_at, recorded_by)


# Pages ask these, so they are built once (`people.store`).
_TODAY = bindparam("today", type_=Date)
_ROW = (
    DelegationRow.id,
    DelegationRow.first_day,
    DelegationRow.last_day,
    DelegationRow.recorded_at,
    DelegationRow.recorded_by,
)


def _who(person: Any, detail: Any) -> tuple[ColumnElement[Any], ...]:
    """What `_somebody` reads."""
    return (person.id, person.public_id, person.person_ref, detail.first_name, detail.last_name, detail.email)


def _details_of(person: Any, detail: Any) -> ColumnElement[bool]:
    return and_(detail.person_id == person.id, known(detail, None))


_WIDTH = len(_ROW) + len(_who(PersonRow, PersonDetailRow))
_DETAILS = _details_of(PersonRow, PersonDetailRow)
_PERSON = (
    select(*_who(PersonRow, PersonDetailRow))
    .outerjoin(PersonDetailRow, _DETAILS)
    .where(PersonRow.id == bindparam("person_id"))
)
_post, _managers_post, _managers_unit = aliased(PostSpellRow), aliased(PostSpellRow), aliased(UnitRow)


def _runs(post: Any) -> tuple[ColumnElement[bool], ...]:
    return known(post, None), post.first_day <= _TODAY, post.last_day >= _TODAY


_ONLY_READS = (
    select(AccountRow.id)
    .join(PermissionRow, PermissionRow.account_id == AccountRow.id)
    .where(
        AccountRow.person_id == bindparam("person_id"),
        AccountRow.disabled_at.is_(None),
        PermissionRow.permission == Permission.AUDITOR.value,
        known(PermissionRow, None),
    )
    .limit(1)
)
_LOOKED_AFTER = (
    select(DelegationRow.last_day, *_who(PersonRow, PersonDetailRow))
    .join(PersonRow, PersonRow.id == DelegationRow.manager_id)
    .outerjoin(PersonDetailRow, _DETAILS)
    .where(
        DelegationRow.delegate_id == bindparam("person_id"),
        known(DelegationRow, None),
        DelegationRow.first_day <= _TODAY,
        DelegationRow.last_day >= _TODAY,
        select(_post.id).where(_post.person_id == DelegationRow.manager_id, *_runs(_post)).exists(),
    )
    .order_by(DelegationRow.last_day.desc(), DelegationRow.id)
)
_HAS_OWN_TEAM = (
    select(PostSpellRow.id)
    .join(PersonRow, PersonRow.person_ref == PostSpellRow.manager_ref)
    .where(
        PersonRow.id == bindparam("person_id"), PostSpellRow.person_id != PersonRow.id, *_runs(PostSpellRow)
    )
    .limit(1)
)
_OF_MANAGER = (
    select(*_ROW, *_who(PersonRow, PersonDetailRow))
    .join(PersonRow, PersonRow.id == DelegationRow.delegate_id)
    .outerjoin(PersonDetailRow, _DETAILS)
    .where(DelegationRow.manager_id == bindparam("manager_id"), known(DelegationRow, None))
    .order_by(DelegationRow.first_day.desc(), DelegationRow.id.desc())
)
_manager, _managers_detail = aliased(PersonRow), aliased(PersonDetailRow)
_EVERY = (
    select(*_ROW, *_who(PersonRow, PersonDetailRow), *_who(_manager, _managers_detail))
    .join(PersonRow, PersonRow.id == DelegationRow.delegate_id)
    .outerjoin(PersonDetailRow, _DETAILS)
    .join(_manager, _manager.id == DelegationRow.manager_id)
    .outerjoin(_managers_detail, _details_of(_manager, _managers_detail))
    .where(known(DelegationRow, None))
    .order_by(DelegationRow.first_day.desc(), DelegationRow.id.desc())
)
_MANAGERS_ORGANISATIONS = (
    select(_managers_unit.organisation_id)
    .join(_managers_post, _managers_post.unit_id == _managers_unit.id)
    .where(_managers_post.person_id == bindparam("manager_id"), *_runs(_managers_post))
)
_MAY_BE_DELEGATE: Select[*tuple[Any, ...]] = (
    select(*_who(PersonRow, PersonDetailRow))
    .outerjoin(PersonDetailRow, _DETAILS)
    .where(
        PersonRow.id != bindparam("manager_id"),
        select(_post.id)
        .join(UnitRow, UnitRow.id == _post.unit_id)
        .where(
            _post.person_id == PersonRow.id,
            *_runs(_post),
            UnitRow.organisation_id.in_(_MANAGERS_ORGANISATIONS),
        )
        .exists(),
    )
    .order_by(PersonRow.id)
)
_BY_EMAIL = _MAY_BE_DELEGATE.where(func.lower(PersonDetailRow.email) == bindparam("email")).limit(2)
_BY_PUBLIC_ID = _MAY_BE_DELEGATE.where(PersonRow.public_id == bindparam("public_id"))
