"""Reads of the timeline tables for what happened between two days: proofs, what ran out, and who came and left.

Every row names a unit in which the person counts (counting rule 8), so that rows are told apart by place afterwards;
who counts in several units has a row for each. Statements are built once (`people.store`).
"""

from collections.abc import Iterator
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Date, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.spans import Status
from compliance.models import StatusSpanRow, UnitSpanRow
from foundation.dates import Period, day_after, day_before
from foundation.facts import known
from people.models import PostSpellRow

_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)
_AT, _OTHER = bindparam("at", type_=Date), bindparam("other", type_=Date)
_IN_DATE = (Status.COMPLIANT.value, Status.EXPIRING.value)


class Event(NamedTuple):
    """Something that happened to one person and requirement: `what` tells two things of the same person apart."""

    requirement_id: int
    person_id: int
    unit_id: int
    day: date
    what: tuple[Any, ...]


def _counts_in(day: ColumnElement[date]) -> ColumnElement[bool]:
    return and_(
        UnitSpanRow.person_id == StatusSpanRow.person_id,
        UnitSpanRow.requirement_id == StatusSpanRow.requirement_id,
        UnitSpanRow.last_day >= day,
        UnitSpanRow.first_day <= day,
    )


_PROOFS = (
    select(
        StatusSpanRow.requirement_id,
        StatusSpanRow.person_id,
        UnitSpanRow.unit_id,
        StatusSpanRow.completed_on,
        StatusSpanRow.course_id,
        StatusSpanRow.first_day,
    )
    .join(UnitSpanRow, _counts_in(StatusSpanRow.first_day.expression))
    .where(
        StatusSpanRow.covered,
        StatusSpanRow.completed_on.between(_FIRST, _LAST),
        StatusSpanRow.last_day >= _FIRST,
    )
    .order_by(StatusSpanRow.first_day)
)


def proofs(session: Session, days: Period) -> Iterator[Event]:
    """The completions of these days that are, or were, somebody's proof; placed where it first counted."""
    begun: dict[tuple[Any, ...], date] = {}
    rows: Any = session.connection().execute(_PROOFS, {"first": days.first, "last": days.last})
    for requirement_id, person_id, unit_id, completed_on, course_id, first_day in rows:
        key = (requirement_id, person_id, course_id, completed_on)
        if begun.setdefault(key, first_day) == first_day:
            yield Event(requirement_id, person_id, unit_id, completed_on, (course_id, completed_on))


_was = aliased(StatusSpanRow)
_RAN_OUT = (
    select(
        StatusSpanRow.requirement_id,
        StatusSpanRow.person_id,
        UnitSpanRow.unit_id,
        StatusSpanRow.first_day,
        _was.last_day,
    )
    .join(
        _was,
        and_(
            _was.person_id == StatusSpanRow.person_id,
            _was.requirement_id == StatusSpanRow.requirement_id,
            _was.first_day < StatusSpanRow.first_day,
        ),
    )
    .join(UnitSpanRow, _counts_in(StatusSpanRow.first_day.expression))
    .where(
        StatusSpanRow.status == Status.EXPIRED.value,
        StatusSpanRow.last_day >= _FIRST,
        StatusSpanRow.first_day.between(_FIRST, _LAST),
        # Of the same person alone: the index on the status leads through the whole council.
        func.coalesce(_was.status, _was.status).in_(_IN_DATE),
        func.coalesce(_was.last_day, _was.last_day) >= bindparam("before", type_=Date),
    )
)


def ran_out(session: Session, days: Period) -> Iterator[Event]:
    """The days among these on which somebody was overdue who had been in date on the day before."""
    values = {"first": days.first, "last": days.last, "before": day_before(days.first)}
    for requirement_id, person_id, unit_id, first_day, was_until in session.connection().execute(
        _RAN_OUT, values
    ):
        if day_after(was_until) == first_day:
            yield Event(requirement_id, person_id, unit_id, first_day, (first_day,))


_other_post = aliased(PostSpellRow)
_ONLY_ON = select(PostSpellRow.person_id).where(
    known(PostSpellRow, None),
    PostSpellRow.last_day >= _AT,
    PostSpellRow.first_day <= _AT,
    ~select(_other_post.id)
    .where(
        _other_post.person_id == PostSpellRow.person_id,
        known(_other_post, None),
        _other_post.last_day >= _OTHER,
        _other_post.first_day <= _OTHER,
    )
    .exists(),
)
_REQUIRED_ONLY_ON = (
    select(StatusSpanRow.requirement_id, StatusSpanRow.person_id, UnitSpanRow.unit_id)
    .join(UnitSpanRow, _counts_in(_AT))
    .where(
        StatusSpanRow.person_id.in_(_ONLY_ON),
        # The index on the requirement leads through the whole council (compliance.store.lists).
        func.coalesce(StatusSpanRow.last_day, StatusSpanRow.last_day) >= _AT,
        StatusSpanRow.first_day <= _AT,
    )
)


def required_only_on(session: Session, at: date, other: date) -> Iterator[Event]:
    """Those who are required on one day and hold no post at all on the other."""
    rows = session.connection().execute(_REQUIRED_ONLY_ON, {"at": at, "other": other})
    for requirement_id, person_id, unit_id in rows:
        yield Event(requirement_id, person_id, unit_id, at, ())
