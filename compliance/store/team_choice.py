"""What narrows the list of a manager's team, as conditions on the timeline tables.

Statements are built once for each shape of the filters, their values bound when they are asked (`people.store`). All of
them begin with the people of the team, so they cost as much in a large council as in a small one.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, and_, bindparam, case, func, literal, or_, select

from compliance.domain.drop import is_behind
from compliance.domain.spans import Status
from compliance.models import StatusSpanRow, UnitSpanRow
from foundation.facts import known
from foundation.plain import literally, plain
from foundation.plain_column import plain_of
from people.models import PersonDetailRow, UnitRow
from people.store import Team, Unit, inside, inside_values, team_members

LONGEST_NAME = 401
"""First name, blank and last name at their longest: whoever looks for more looks for nobody."""


class Group(StrEnum):
    """What a manager has to see to. Every line of the list is in exactly one of these."""

    OVERDUE = "overdue"
    SOON = "soon"
    WAITING = "waiting"
    NOT_YET_DUE = "not_yet_due"
    NOT_COUNTED = "not_counted"
    UP_TO_DATE = "up_to_date"


class Sort(StrEnum):
    """The columns by which the list can be sorted."""

    NAME = "name"
    STATUS = "status"
    DUE = "due"
    VALID = "valid"


@dataclass(frozen=True, slots=True)
class Chosen:
    """What narrows and orders a list. `soon`: the last day of what runs out soon."""

    team: Team
    requirement_ids: tuple[int, ...]
    soon: date
    roots: tuple[Unit, ...] | None = None
    outside: bool = False
    """Those who do not count in `roots`, instead of those who do."""
    name: str = ""
    group: Group | None = None
    sort: Sort = Sort.STATUS
    downwards: bool = False


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides a statement; everything else is a value that is bound to it."""

    below: bool
    roots: int | None
    outside: bool
    named: bool = False
    group: Group | None = None


def shape_of(chosen: Chosen, *, named: bool = False, group: Group | None = None) -> Shape:
    """The statement that a choice asks for; figures are narrowed by neither name nor group."""
    roots = None if chosen.roots is None else len(chosen.roots)
    return Shape(chosen.team.below, roots, chosen.outside, named, group)


def values_of(chosen: Chosen) -> dict[str, Any]:
    """What a statement binds; it takes no notice of what it has no place for."""
    return {
        **chosen.team.values,
        **inside_values(chosen.roots or ()),
        "day": chosen.team.day,
        "soon": chosen.soon,
        "requirement_ids": chosen.requirement_ids,
        # Of a name that is longer than any, the beginning is looked for.
        "name": f"%{literally(plain(chosen.name)[: LONGEST_NAME + 1])}%",
    }


DAY = bindparam("day", type_=Date)
_SOON = bindparam("soon", type_=Date)
# None of the indexes on status, days or requirement may be the way to the spans of a few people: all lead through the
# whole council. SQLite keeps no statistics and would take them, so the columns are written as if computed.
span_status = func.coalesce(StatusSpanRow.status, StatusSpanRow.status)
span_last_day = func.coalesce(StatusSpanRow.last_day, StatusSpanRow.last_day)
span_requirement = func.coalesce(StatusSpanRow.requirement_id, StatusSpanRow.requirement_id)
BEHIND = tuple(status.value for status in Status if is_behind(status))
line_group = case(
    (span_status.in_((Status.EXPIRED.value, Status.OUTSTANDING.value)), Group.OVERDUE.value),
    (span_status == Status.AWAITING_CHECK.value, Group.WAITING.value),
    (span_status == Status.NOT_YET_DUE.value, Group.NOT_YET_DUE.value),
    (span_status.in_((Status.ABSENT.value, Status.EXEMPT.value)), Group.NOT_COUNTED.value),
    (StatusSpanRow.valid_until <= _SOON, Group.SOON.value),
    else_=Group.UP_TO_DATE.value,
)


def wanted(shape: Shape) -> list[ColumnElement[bool]]:
    """The spans of the people chosen, on whatever days."""
    found: list[ColumnElement[bool]] = [
        StatusSpanRow.person_id.in_(team_members(below=shape.below, handed_over=False)),
        span_requirement.in_(bindparam("requirement_ids", expanding=True)),
    ]
    if shape.roots is not None:
        counts_there = (
            select(UnitSpanRow.person_id)
            .join(UnitRow, UnitRow.id == UnitSpanRow.unit_id)
            .where(
                UnitSpanRow.person_id == StatusSpanRow.person_id,
                UnitSpanRow.requirement_id == StatusSpanRow.requirement_id,
                UnitSpanRow.last_day >= DAY,
                UnitSpanRow.first_day <= DAY,
                inside(shape.roots),
            )
            .exists()
        )
        found.append(~counts_there if shape.outside else counts_there)
    if shape.named:
        found.append(has_name())
    if shape.group is not None:
        found.append(line_group == literal(shape.group.value))
    return found


def has_name() -> ColumnElement[bool]:
    """The name holds the text, first name or last name first; capitals and accents do not matter."""
    first, last = plain_of(PersonDetailRow.first_name), plain_of(PersonDetailRow.last_name)
    pattern: BindParameter[str] = bindparam("name")
    names = (first + " " + last, last + " " + first)
    return or_(*(name.like(pattern, escape="\\") for name in names))


TODAY = (span_last_day >= DAY, StatusSpanRow.first_day <= DAY)
OF_PERSON = and_(PersonDetailRow.person_id == StatusSpanRow.person_id, known(PersonDetailRow, None))
