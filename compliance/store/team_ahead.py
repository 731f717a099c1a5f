"""How a manager's team stands and will stand if nothing else is recorded, and the people on whom it depends."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import Session

from compliance.domain.drop import Stretch
from compliance.domain.figures import COUNT_NAMES, Counts
from compliance.models import StatusSpanRow
from compliance.store.lists import SHAPES, STATUSES, Listed
from compliance.store.team import NAMES, OF_SPANS, line_of
from compliance.store.team_choice import (
    BEHIND,
    DAY,
    Chosen,
    Shape,
    shape_of,
    span_last_day,
    span_requirement,
    span_status,
    values_of,
    wanted,
)
from foundation.dates import FAR_DAY

_UNTIL = bindparam("until", type_=Date)
_FROM_DAY = case((StatusSpanRow.first_day <= DAY, DAY), else_=StatusSpanRow.first_day)
_TO_DAY = case((StatusSpanRow.last_day >= _UNTIL, FAR_DAY), else_=StatusSpanRow.last_day)


@dataclass(frozen=True, slots=True)
class Ahead:
    """How the people of a team stand for one requirement today, and the statuses that they will have."""

    counts: Counts
    stretches: list[Stretch]


def ahead(session: Session, chosen: Chosen, until: date) -> dict[int, Ahead]:
    """By requirement id, the figures of today and what they will be until a day if nothing else is recorded.

    People with one status on the same days come together, so a team of thousands gives no more than some hundred rows
    for each requirement. Name and group do not narrow it.
    """
    values = {**values_of(chosen), "until": until}
    found: dict[int, tuple[list[int], list[Stretch]]] = {}
    rows = session.connection().execute(_ahead(shape_of(chosen)), values).all()
    for requirement_id, status, covered, first_day, last_day, people in rows:
        counts, stretches = found.setdefault(requirement_id, ([0] * len(COUNT_NAMES), []))
        stretches.append(Stretch(first_day, last_day, STATUSES[status], people))
        if first_day == chosen.team.day:
            counts[COUNT_NAMES.index(status)] += people
            counts[-1] += people if covered else 0
    return {key: Ahead(Counts(*counts), stretches) for key, (counts, stretches) in found.items()}


@lru_cache(maxsize=SHAPES)
def _ahead(shape: Shape) -> Select[*tuple[Any, ...]]:
    grouped = (StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    return (
        select(*grouped, _FROM_DAY.label("from_day"), _TO_DAY.label("to_day"), func.count())
        .where(span_last_day >= DAY, StatusSpanRow.first_day <= _UNTIL, *wanted(shape))
        .group_by(*grouped, "from_day", "to_day")
    )


def behind_until(
    session: Session, chosen: Chosen, courses: Mapping[int, str], days: Mapping[int, date]
) -> list[Listed]:
    """For each requirement id, the spans from today to a day in which people are counted and not up to date."""
    values = values_of(chosen)
    for number, (requirement_id, day) in enumerate(sorted(days.items())):
        values |= {f"requirement_{number}": requirement_id, f"until_{number}": day}
    rows = session.connection().execute(_behind_until(shape_of(chosen), len(days)), values).all()
    return [line_of(row, courses, {}) for row in rows]


@lru_cache(maxsize=SHAPES)
def _behind_until(shape: Shape, requirements: int) -> Select[*tuple[Any, ...]]:
    until = (
        and_(
            span_requirement == bindparam(f"requirement_{number}"),
            StatusSpanRow.first_day <= bindparam(f"until_{number}", type_=Date),
        )
        for number in range(requirements)
    )
    return OF_SPANS.where(
        span_last_day >= DAY, span_status.in_(BEHIND), or_(*until), *wanted(shape)
    ).order_by(*NAMES, StatusSpanRow.first_day)
