"""The people of a reader, for the pages of reminders: a manager's team, and who works in a partner's organisation.

Their messages are found by a query inside the query: a team may have very many people.
"""

from collections.abc import Collection
from datetime import date
from functools import cache

from sqlalchemy import Date, Select, bindparam, select, union
from sqlalchemy.orm import Session

from foundation.facts import known
from people.models import PostSpellRow, UnitRow
from people.store import Team, team_members


def team_ids(session: Session, team: Team) -> list[int]:
    """The people of a team, in order."""
    return sorted(session.connection().execute(_members(below=team.below), team.values).scalars())


@cache
def _members(*, below: bool) -> Select[int]:
    return team_members(below=below)


_WORKING_IN = (
    select(PostSpellRow.person_id)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .where(
        UnitRow.organisation_id.in_(bindparam("organisation_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.first_day <= bindparam("today", type_=Date),
        PostSpellRow.last_day >= bindparam("today", type_=Date),
    )
)


def among(team: Team | None, organisation_ids: Collection[int], today: date) -> Select[int]:
    """A query for the ids of those in a team, and of those who work in these organisations today."""
    working = _WORKING_IN.params(organisation_ids=sorted(organisation_ids), today=today)
    if team is None:
        return working
    members = _members(below=team.below).params(**team.values)
    if not organisation_ids:
        return members
    both = union(members, working).subquery()
    return select(both.c.person_id)
