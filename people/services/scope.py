"""Whom an account may see, and how much of them (docs/security.md, "Who sees which page").

Worked out from today's record at every request: yesterday's manager sees nothing of the old team.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.facts import known
from people.domain import Account, Permission
from people.models import PersonRow, PostSpellRow, UnitRow
from people.store import Team, Unit, team_members


class Seen(StrEnum):
    """As what an account sees a person."""

    SELF = "self"
    EVERYBODY = "everybody"
    PART = "part"
    TEAM = "team"


@dataclass(frozen=True, slots=True)
class View:
    """A person whom an account may see, and the fields that the account may read of them."""

    person_id: int
    seen: frozenset[Seen]
    reference: bool = False
    email: bool = False
    masked: bool = False
    """Reference and e-mail are shown, but only enough of them to tell people apart."""
    absence_kind: bool = False


def view_of(session: Session, account: Account, public_id: str, today: date) -> View | None:
    """How an account sees a person; None when it may not, or when there is no such person."""
    person_id = session.connection().execute(_PERSON, {"public_id": public_id}).scalar()
    return None if person_id is None else view_of_person(session, account, person_id, today)


def view_of_person(session: Session, account: Account, person_id: int, today: date) -> View | None:
    """The same for a person whose id is known already; None when the account may not see them."""
    seen = frozenset(_seen(session, account, person_id, today))
    return fields_of(account, person_id, seen) if seen else None


def _seen(session: Session, account: Account, person_id: int, today: date) -> list[Seen]:
    found = []
    if account.person_id == person_id:
        found.append(Seen.SELF)
    if account.sees_everybody:
        found.append(Seen.EVERYBODY)
    if account.is_partner_lead and _works_in(session, person_id, account.organisation_ids, today):
        found.append(Seen.PART)
    if account.person_id is not None and account.is_manager:
        values = Team(account.person_id, today, below=True).values
        if session.connection().execute(_in_team(), {**values, "person_id": person_id}).scalar():
            found.append(Seen.TEAM)
    return found


_PERSON = select(PersonRow.id).where(PersonRow.public_id == bindparam("public_id"))


@cache
def _in_team() -> Select[int]:
    members = team_members(below=True).subquery()
    return select(members.c.person_id).where(members.c.person_id == bindparam("person_id")).limit(1)


def _works_in(session: Session, person_id: int, organisation_ids: frozenset[int], today: date) -> bool:
    values = {"person_id": person_id, "organisation_ids": sorted(organisation_ids), "today": today}
    return session.connection().execute(_WORKS_IN, values).scalar() is not None


_WORKS_IN = (
    select(PostSpellRow.id)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .where(
        PostSpellRow.person_id == bindparam("person_id"),
        UnitRow.organisation_id.in_(bindparam("organisation_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.first_day <= bindparam("today"),
        PostSpellRow.last_day >= bindparam("today"),
    )
    .limit(1)
)


def fields_of(account: Account, person_id: int, seen: frozenset[Seen]) -> View:
    """The fields that go with it; whoever is several of these reads what any of them may."""
    own = Seen.SELF in seen
    learning = Seen.EVERYBODY in seen and Permission.LEARNING in account.permissions
    coordinator = Seen.EVERYBODY in seen and Permission.COORDINATOR in account.permissions
    auditor = Seen.EVERYBODY in seen and Permission.AUDITOR in account.permissions
    part, of_team = Seen.PART in seen, Seen.TEAM in seen
    plainly = own or learning or part
    return View(
        person_id=person_id,
        seen=seen,
        reference=plainly or auditor,
        email=plainly or of_team or coordinator or auditor,
        masked=auditor and not plainly,
        absence_kind=own or learning,
    )


def sees_references(account: Account) -> bool:
    """Whether payroll numbers of everybody on a list may stand in it."""
    return Permission.LEARNING in account.permissions


def masked(text: str) -> str:
    """Enough of a reference or an e-mail address to tell people apart, and no more.

    >>> masked("100234"), masked("sam.example@council.example"), masked("7")
    ('****34', 's**********@council.example', '*')
    """
    name, at, domain = text.partition("@")
    if at:
        return name[:1] + "*" * (len(name) - 1) + at + domain
    shown = text[-2:] if len(text) > 3 else ""
    return "*" * (len(text) - len(shown)) + shown


def team_size(session: Session, person_id: int, today: date, *, below: bool) -> int:
    """How many people report to this person, or stand anywhere below them; handed-over teams are not theirs."""
    values = Team(person_id, today, below).values
    return session.connection().execute(_team_size(below), values).scalar_one()


@cache
def _team_size(below: bool) -> Select[int]:
    return select(func.count()).select_from(team_members(below=below, handed_over=False).subquery())


def own_units(session: Session, person_id: int, today: date, every: Sequence[Unit]) -> list[Unit]:
    """Those of all units in which this person holds a running post, in order of organisation and path."""
    values = {"person_id": person_id, "today": today}
    ids = set(session.connection().execute(_OWN_UNITS, values).scalars())
    return [unit for unit in every if unit.id in ids]


_OWN_UNITS = select(PostSpellRow.unit_id).where(
    PostSpellRow.person_id == bindparam("person_id"),
    known(PostSpellRow, None),
    PostSpellRow.first_day <= bindparam("today"),
    PostSpellRow.last_day >= bindparam("today"),
)


def directorates(every: Sequence[Unit], own: list[Unit]) -> list[Unit]:
    """The units directly below an organisation that hold these; the organisation where there is none."""
    inside = [unit for unit in every if unit.depth == 1 and any(unit.contains(one) for one in own)]
    directly = [unit for unit in own if unit.depth == 0]
    return directly or inside
