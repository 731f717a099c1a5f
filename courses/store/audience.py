"""Reading to whom a workshop may belong: where people work, which roles they hold, and whom an account speaks for."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from foundation.dates import Period
from foundation.facts import known
from people import store as people
from people.domain import RoleReader, RoleRule
from people.models import OrganisationRow, PostSpellRow, RoleRuleRow, UnitRow
from people.store import Team, team_members

Held = tuple[str, Period]
"""A role, and the days on which it is held."""

_ORGANISATIONS = (
    select(PostSpellRow.person_id, UnitRow.organisation_id, PostSpellRow.first_day, PostSpellRow.last_day)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .where(known(PostSpellRow, None), PostSpellRow.person_id.in_(bindparam("person_ids", expanding=True)))
    .order_by(PostSpellRow.person_id, PostSpellRow.first_day, PostSpellRow.id)
)
_WORKING_IN = (
    select(PostSpellRow.person_id)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .where(
        UnitRow.organisation_id.in_(bindparam("organisation_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.last_day >= bindparam("today"),
    )
    .distinct()
    .order_by(PostSpellRow.person_id)
)
_RULES = (
    select(
        RoleRuleRow.role,
        RoleRuleRow.job_title,
        RoleRuleRow.unit,
        RoleRuleRow.organisation,
        RoleRuleRow.sector,
        RoleRuleRow.category,
        RoleRuleRow.first_day,
        RoleRuleRow.last_day,
    )
    .where(known(RoleRuleRow, None))
    .order_by(RoleRuleRow.id)
)
_NAMES = select(OrganisationRow.id, OrganisationRow.name).order_by(OrganisationRow.name, OrganisationRow.id)


def organisations(session: Session) -> list[tuple[int, str]]:
    """Every organisation of the record, by name."""
    return [(row[0], row[1]) for row in session.connection().execute(_NAMES)]


def organisation_days(session: Session, person_ids: Iterable[int]) -> dict[int, list[tuple[int, Period]]]:
    """In which organisations people hold posts, and on which days, by person."""
    found: dict[int, list[tuple[int, Period]]] = defaultdict(list)
    for some in people.in_chunks(session, sorted(set(person_ids))):
        rows = session.connection().execute(_ORGANISATIONS, {"person_ids": list(some.ids)})
        for person_id, organisation_id, first_day, last_day in rows:
            found[person_id].append((organisation_id, Period(first_day, last_day)))
    return found


def role_days(session: Session, person_ids: Iterable[int]) -> dict[int, list[Held]]:
    """Which roles people hold, and on which days, by person (counting rule 2)."""
    reader = RoleReader(RoleRule(*row) for row in session.connection().execute(_RULES))
    where = people.places(session)
    found: dict[int, list[Held]] = {}
    for some in people.in_chunks(session, sorted(set(person_ids))):
        categories, grants = people.categories(session, some), people.role_grants(session, some)
        for person_id, spells in people.spells(session, some, where).items():
            category, given = categories.get(person_id, ""), grants.get(person_id, [])
            found[person_id] = [held for spell in spells for held in reader.holdings(spell, category, given)]
    return found


def team_ids(session: Session, manager_id: int, day: date) -> list[int]:
    """Everybody below a manager on a day, and below those whose team was handed over."""
    values = Team(manager_id, day, below=True).values
    return sorted(session.connection().execute(_team(), values).scalars())


@cache
def _team() -> Select[*tuple[Any, ...]]:
    return team_members(below=True)


def working_in(session: Session, organisation_ids: Sequence[int], today: date) -> list[int]:
    """Who works in these organisations today, or will."""
    values = {"organisation_ids": sorted(organisation_ids), "today": today}
    return list(session.connection().execute(_WORKING_IN, values).scalars())
