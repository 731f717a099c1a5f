"""Exemptions and absences for the register: those that stand, and those that were taken back. Never why."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.models import ExemptionRow, RequirementRow, StatusSpanRow
from foundation.dates import Period
from foundation.facts import known
from people.models import AbsenceRow, PostSpellRow, UnitRow
from people.store import Some, Unit, inside, inside_values


@dataclass(frozen=True, slots=True)
class Recorded:
    """An exemption or an absence. `key`: what a file knows it by among the others of the person."""

    person_id: int
    key: tuple[object, ...]
    requirement: str | None
    first_day: date
    last_day: date
    approved_by: str
    recorded_at: datetime
    recorded_by: str
    batch_id: int | None
    taken_back_at: datetime | None
    taken_back_batch_id: int | None


@dataclass(frozen=True, slots=True)
class Reach:
    """The days of a register, with the moment at which they begin and the one at which they are over."""

    days: Period
    begins_at: datetime
    over_at: datetime


def exemptions(session: Session, reach: Reach) -> list[Recorded]:
    """Exemptions as they stand at the end of some days: those that end in them or later, and those taken back in them.

    What begins later is among them only where it was recorded by then.
    """
    query = _EXEMPTIONS.where(_wanted(ExemptionRow, reach)).order_by(
        ExemptionRow.person_id, ExemptionRow.first_day, ExemptionRow.id
    )
    rows = session.execute(query)
    found = [_recorded(row, (row.requirement_id, row.first_day), row.code, row.approved_by) for row in rows]
    return _at_the_end(found, reach)


def absences(session: Session, reach: Reach) -> list[Recorded]:
    """The same of absences; their kind is only what tells them apart."""
    query = _ABSENCES.where(_wanted(AbsenceRow, reach)).order_by(
        AbsenceRow.person_id, AbsenceRow.first_day, AbsenceRow.id
    )
    found = [_recorded(row, (row.kind, row.first_day)) for row in session.execute(query)]
    return _at_the_end(found, reach)


def _recorded(
    row: Any, key: tuple[object, ...], requirement: str | None = None, approved_by: str = ""
) -> Recorded:
    return Recorded(
        person_id=row.person_id,
        key=key,
        requirement=requirement,
        first_day=row.first_day,
        last_day=row.last_day,
        approved_by=approved_by,
        recorded_at=row.recorded_at,
        recorded_by=row.recorded_by,
        batch_id=row.recorded_batch_id,
        taken_back_at=row.retracted_at,
        taken_back_batch_id=row.retracted_batch_id,
    )


def _wanted(model: Any, reach: Reach) -> Any:
    # What replaces something was recorded in the moment in which that was taken back, so it is read here too.
    return or_(
        model.retracted_at.is_(None) & (model.last_day >= reach.days.first),
        model.retracted_at >= reach.begins_at,
        model.recorded_at >= reach.begins_at,
    )


def _at_the_end(found: Sequence[Recorded], reach: Reach) -> list[Recorded]:
    """What stood at the end of these days, and what was taken back in them.

    What was taken back afterwards stood still, if it was recorded by then. What was recorded afterwards about days
    before is told as it is now; about days to come nothing of it was known.
    """
    over = reach.over_at
    by_then = [one for one in found if one.first_day <= reach.days.last or one.recorded_at < over]
    kept = _without_replaced(by_then, reach.days.first)
    return [
        one if one.taken_back_at is None or one.taken_back_at < over else _standing(one)
        for one in kept
        if one.taken_back_at is None
        or one.taken_back_at < over
        or (one.recorded_at < over and one.last_day >= reach.days.first)
    ]


def _standing(one: Recorded) -> Recorded:
    return replace(one, taken_back_at=None, taken_back_batch_id=None)


def _without_replaced(found: Sequence[Recorded], since: date) -> list[Recorded]:
    """What was corrected stands in what was recorded in its place: only what was taken back for good is kept.

    By hand one fact takes the place of one; a batch replaces and takes back many at once, known by their keys.
    """
    by_hand = {(one.person_id, one.recorded_at) for one in found if one.batch_id is None}
    by_key = {(one.person_id, one.recorded_at, one.key) for one in found}
    return [
        one
        for one in found
        if (one.taken_back_at is None and one.last_day >= since)
        or (
            one.taken_back_at is not None
            and (one.person_id, one.taken_back_at, one.key) not in by_key
            and (one.taken_back_batch_id is not None or (one.person_id, one.taken_back_at) not in by_hand)
        )
    ]


def in_units(session: Session, day: date, roots: Sequence[Unit]) -> set[int]:
    """Everybody who holds a post on a day in one of these units or below one."""
    query = (
        select(PostSpellRow.person_id)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .where(
            known(PostSpellRow, None),
            PostSpellRow.first_day <= day,
            PostSpellRow.last_day >= day,
            inside(len(roots)),
        )
    )
    return set(session.scalars(query, inside_values(roots)))


def left_out_spans(session: Session, some: Some, since: date) -> list[tuple[int, str, str, date, date]]:
    """The days on which these people are left out: person, requirement, whether exempt or absent, first and last."""
    query = (
        select(
            StatusSpanRow.person_id,
            RequirementRow.code,
            StatusSpanRow.status,
            StatusSpanRow.first_day,
            StatusSpanRow.last_day,
        )
        .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
        .where(
            some.among(StatusSpanRow.person_id),
            StatusSpanRow.status.in_((Status.EXEMPT.value, Status.ABSENT.value)),
            StatusSpanRow.last_day >= since,
        )
        .order_by(StatusSpanRow.person_id, RequirementRow.code, StatusSpanRow.first_day)
    )
    return [
        (person_id, code, status, first_day, last_day)
        for person_id, code, status, first_day, last_day in session.execute(query)
    ]


_EXEMPTIONS: Select[*tuple[Any, ...]] = select(
    ExemptionRow.person_id,
    ExemptionRow.requirement_id,
    RequirementRow.code,
    ExemptionRow.first_day,
    ExemptionRow.last_day,
    ExemptionRow.approved_by,
    ExemptionRow.recorded_at,
    ExemptionRow.recorded_by,
    ExemptionRow.recorded_batch_id,
    ExemptionRow.retracted_at,
    ExemptionRow.retracted_batch_id,
).outerjoin(RequirementRow, RequirementRow.id == ExemptionRow.requirement_id)
_ABSENCES: Select[*tuple[Any, ...]] = select(
    AbsenceRow.person_id,
    AbsenceRow.kind,
    AbsenceRow.first_day,
    AbsenceRow.last_day,
    AbsenceRow.recorded_at,
    AbsenceRow.recorded_by,
    AbsenceRow.recorded_batch_id,
    AbsenceRow.retracted_at,
    AbsenceRow.retracted_batch_id,
)
