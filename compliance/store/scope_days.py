"""Reads of the timeline tables for units that are not rolled up, on many days in one query: for trends."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, Subquery, bindparam, case, func, select, union_all
from sqlalchemy.orm import Session

from compliance.domain.figures import COUNT_NAMES, Counts, PeopleFigure
from compliance.domain.spans import COUNTED_STATUSES, Status
from compliance.models import StatusSpanRow, UnitSpanRow
from people.models import UnitRow
from people.store import Unit, inside, inside_values

SHAPES = 64
"""Statements kept of each kind: one for each number of days and units that pages ask for."""
DAYS_AT_ONCE = 120
"""Days of one statement: ten years of month ends. SQLite takes at most 500, and a forecast may ask for each day."""


def in_scope_on(
    session: Session, days: Sequence[date], roots: Sequence[Unit]
) -> dict[date, dict[int, Counts]]:
    """The counts of distinct people who count in any of these units or below, by day and requirement."""
    found: dict[date, dict[int, list[int]]] = {day: {} for day in days}
    for some in _handfuls(days):
        rows = session.connection().execute(_in_scope(len(some), len(roots)), _values(some, roots))
        for day, requirement_id, status, covered, people in rows:
            counts = found[day].setdefault(requirement_id, [0] * len(COUNT_NAMES))
            counts[COUNT_NAMES.index(status)] += people
            counts[-1] += people if covered else 0
    return {
        day: {requirement_id: Counts(*counts) for requirement_id, counts in of_day.items()}
        for day, of_day in found.items()
    }


def people_based_on(
    session: Session, days: Sequence[date], roots: Sequence[Unit]
) -> dict[date, PeopleFigure]:
    """The people-based figure of each day among distinct people who count there (counting rule 7)."""
    found = defaultdict(PeopleFigure)
    for some in _handfuls(days):
        rows = session.connection().execute(_people_based(len(some), len(roots)), _values(some, roots))
        for day, counted, in_all in rows:
            found[day] = PeopleFigure(counted, int(in_all))
    return {day: found[day] for day in days}


def _handfuls(days: Sequence[date]) -> list[Sequence[date]]:
    return [days[start : start + DAYS_AT_ONCE] for start in range(0, len(days), DAYS_AT_ONCE)]


def _values(days: Sequence[date], roots: Sequence[Unit]) -> dict[str, Any]:
    return {**{f"day_{number}": day for number, day in enumerate(days)}, **inside_values(roots)}


def _of_days(days: int) -> Subquery:
    each = [select(bindparam(f"day_{number}", type_=Date).label("day")) for number in range(days)]
    return (union_all(*each) if len(each) > 1 else each[0]).subquery()


def _held(days: Subquery, roots: int) -> tuple[Any, ...]:
    # Wrapped so that SQLite, which keeps no statistics, begins with the units (compliance.store.figures).
    requirement = func.coalesce(UnitSpanRow.requirement_id, UnitSpanRow.requirement_id)
    last_day = func.coalesce(StatusSpanRow.last_day, StatusSpanRow.last_day)
    return (
        UnitSpanRow.unit_id.in_(select(UnitRow.id).where(inside(roots))),
        UnitSpanRow.last_day >= days.c.day,
        UnitSpanRow.first_day <= days.c.day,
        StatusSpanRow.person_id == UnitSpanRow.person_id,
        StatusSpanRow.requirement_id == requirement,
        last_day >= days.c.day,
        StatusSpanRow.first_day <= days.c.day,
    )


@lru_cache(maxsize=SHAPES)
def _in_scope(number: int, roots: int) -> Select[*tuple[Any, ...]]:
    days = _of_days(number)
    columns = (days.c.day, StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    people = func.count(UnitSpanRow.person_id.distinct())
    return select(*columns, people).where(*_held(days, roots)).group_by(*columns)


@lru_cache(maxsize=SHAPES)
def _people_based(number: int, roots: int) -> Select[*tuple[Any, ...]]:
    days = _of_days(number)
    counted = [status.value for status in COUNTED_STATUSES]
    compliant = [Status.COMPLIANT.value, Status.EXPIRING.value]
    of_person = (
        select(
            days.c.day,
            UnitSpanRow.person_id,
            func.min(case((StatusSpanRow.status.in_(compliant), 1), else_=0)).label("in_all"),
        )
        .where(*_held(days, roots), func.coalesce(StatusSpanRow.status, StatusSpanRow.status).in_(counted))
        .group_by(days.c.day, UnitSpanRow.person_id)
        .subquery()
    )
    return select(of_person.c.day, func.count(), func.sum(of_person.c.in_all)).group_by(of_person.c.day)
