"""How a manager's people stand, in two numbers, and who of them is overdue: for the digest of a team.

Somebody is up to date who is so in every duty in which they are counted (counting rule 7, last sentence). Who is exempt
or away is in neither number, and is never named.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.orm import Session

from compliance.domain.spans import COUNTED_STATUSES, Status
from compliance.models import StatusSpanRow
from foundation.formats import count_noun
from people.store import Team, team_members


@dataclass(frozen=True, slots=True)
class Figure:
    """So many of so many people are up to date."""

    up_to_date: int = 0
    counted: int = 0

    @property
    def words(self) -> str:
        """The number with its noun.

        >>> Figure(14, 17).words, Figure(1, 1).words
        ('14 of 17 people', '1 of 1 person')
        """
        return f"{self.up_to_date:,} of {count_noun(self.counted, 'person', 'people')}"

    @property
    def verb(self) -> str:
        """The verb that goes with it."""
        return "is" if 1 in (self.up_to_date, self.counted) else "are"


@dataclass(frozen=True, slots=True)
class Standing:
    """The figure of a team, and the last day in time of everybody who is overdue (the earliest, of several)."""

    figure: Figure
    overdue: Mapping[int, date]


def standing(
    session: Session, manager_id: int, day: date, requirement_ids: Collection[int], *, below: bool
) -> Standing:
    """How the people stand who report to a manager, or with `below` all who follow. Teams of others that the manager
    looks after are not among them."""
    values = {**Team(manager_id, day, below).values, "day": day, "requirement_ids": sorted(requirement_ids)}
    counted: set[int] = set()
    behind: set[int] = set()
    overdue: dict[int, date] = {}
    for person_id, status, due_on, valid_until in session.connection().execute(_spans(below), values):
        counted.add(person_id)
        if Status(status).is_compliant:
            continue
        behind.add(person_id)
        missed = valid_until if status == Status.EXPIRED else due_on
        if status in _OVERDUE and missed is not None:
            overdue[person_id] = min(missed, overdue.get(person_id, missed))
    return Standing(Figure(len(counted - behind), len(counted)), overdue)


_OVERDUE = frozenset({Status.EXPIRED.value, Status.OUTSTANDING.value})


@cache
def _spans(below: bool) -> Select[int, str, date | None, date | None]:
    day = bindparam("day", type_=Date)
    # The index on the days leads through the whole council, and SQLite would take it (compliance.store.lists).
    last_day = func.coalesce(StatusSpanRow.last_day, StatusSpanRow.last_day)
    return select(
        StatusSpanRow.person_id, StatusSpanRow.status, StatusSpanRow.due_on, StatusSpanRow.valid_until
    ).where(
        StatusSpanRow.person_id.in_(team_members(below=below, handed_over=False)),
        StatusSpanRow.requirement_id.in_(bindparam("requirement_ids", expanding=True)),
        last_day >= day,
        StatusSpanRow.first_day <= day,
        StatusSpanRow.status.in_([status.value for status in COUNTED_STATUSES]),
    )
