"""Reading what reports of training ask and no store below answers: for many workshops, or all people, at once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, case, distinct, exists, func, select
from sqlalchemy.orm import Session

from courses.domain import ACCEPTED_EVIDENCE
from courses.domain.workshops import BookingState, Outcome
from courses.models import CompletionRow, CourseRow
from courses.models.workshops import AttendanceRow, BookingRow, WorkshopGuestRow
from foundation.dates import Period
from foundation.facts import known
from people.models import OrganisationRow, OrganisationSectorRow, PostSpellRow, UnitRow

_AMONG: BindParameter[int] = bindparam("workshop_ids", expanding=True)
CAME = (Outcome.ATTENDED.value, Outcome.PARTIAL.value)


class Employed(NamedTuple):
    """That somebody who attended a workshop held a post in a sector for some days; None: it has no sector."""

    workshop_id: int
    person_id: int
    days: Period
    sector: str | None


_EMPLOYED = (
    select(
        AttendanceRow.workshop_id,
        AttendanceRow.person_id,
        PostSpellRow.first_day,
        PostSpellRow.last_day,
        OrganisationSectorRow.sector,
    )
    .join(PostSpellRow, PostSpellRow.person_id == AttendanceRow.person_id)
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .outerjoin(
        OrganisationSectorRow,
        (OrganisationSectorRow.organisation_id == UnitRow.organisation_id)
        & known(OrganisationSectorRow, None),
    )
    .where(
        known(AttendanceRow, None),
        known(PostSpellRow, None),
        AttendanceRow.workshop_id.in_(_AMONG),
        AttendanceRow.outcome.in_(CAME),
        PostSpellRow.first_day <= bindparam("last"),
        PostSpellRow.last_day >= bindparam("first"),
    )
    .order_by(
        AttendanceRow.workshop_id,
        AttendanceRow.person_id,
        PostSpellRow.first_day,
        PostSpellRow.post_ref,
        PostSpellRow.id,
    )
)


def employed(session: Session, workshop_ids: Collection[int], days: Period) -> list[Employed]:
    """The posts of these days of everybody who attended, the oldest post of each first (as registers name them)."""
    values = {"workshop_ids": sorted(workshop_ids), "first": days.first, "last": days.last}
    return [
        Employed(workshop_id, person_id, Period(first, last), sector)
        for workshop_id, person_id, first, last, sector in session.connection().execute(_EMPLOYED, values)
    ]


_SECTORS = (
    select(OrganisationRow.name, OrganisationSectorRow.sector)
    .join(OrganisationSectorRow, OrganisationSectorRow.organisation_id == OrganisationRow.id)
    .where(known(OrganisationSectorRow, None))
    .order_by(OrganisationRow.name, OrganisationSectorRow.id)
)


def sectors(session: Session) -> dict[str, str]:
    """The sector of each organisation by the organisation's name."""
    return {name: sector for name, sector in session.execute(_SECTORS)}  # noqa: C416 -- a row is no pair to dict()


_LATE_EVER = (
    select(BookingRow.workshop_id, BookingRow.person_id)
    .where(BookingRow.workshop_id.in_(_AMONG), BookingRow.state == BookingState.LATE_CANCELLED.value)
    .order_by(BookingRow.workshop_id, BookingRow.person_id)
)


def late_ever(session: Session, workshop_ids: Collection[int]) -> dict[int, set[int]]:
    """Who ever gave a place at each of these workshops up late, whatever they asked for since."""
    found: dict[int, set[int]] = defaultdict(set)
    values = {"workshop_ids": sorted(workshop_ids)}
    for workshop_id, person_id in session.connection().execute(_LATE_EVER, values):
        found[workshop_id].add(person_id)
    return found


_GUESTS = (
    select(WorkshopGuestRow.workshop_id, func.count())
    .where(known(WorkshopGuestRow, None), WorkshopGuestRow.workshop_id.in_(_AMONG))
    .group_by(WorkshopGuestRow.workshop_id)
    .order_by(WorkshopGuestRow.workshop_id)
)


def guests(session: Session, workshop_ids: Collection[int]) -> dict[int, int]:
    """How many signed in at the door of each of these workshops and are not known."""
    rows = session.execute(_GUESTS, {"workshop_ids": sorted(workshop_ids)})
    return {workshop_id: many for workshop_id, many in rows}  # noqa: C416 -- a row is no pair to dict()


def trained_since(
    session: Session, since: Sequence[date], last: date, organisation_ids: Collection[int] | None = None
) -> dict[str, list[tuple[int, int]]]:
    """By course: for each of these days, the different people who completed it from then until the last, and how often.

    Only completions that are believed and were not revoked; with organisations, only those by somebody with a post
    there on the day. Courses that nobody completed from any of these days on are left out.
    """
    counts = []
    for first in since:
        within = CompletionRow.completed_on >= first
        counts += [
            func.count(distinct(case((within, CompletionRow.person_id)))),
            func.count(case((within, CompletionRow.id))),
        ]
    query: Select[*tuple[Any, ...]] = (
        select(CourseRow.code, *counts)
        .join(CompletionRow, CompletionRow.course_id == CourseRow.id)
        .where(
            known(CompletionRow, None),
            CompletionRow.completed_on.between(min(since), last),
            CompletionRow.evidence.in_(sorted(ACCEPTED_EVIDENCE)),
            CompletionRow.revoked_on.is_(None),
        )
        .group_by(CourseRow.code)
        .order_by(CourseRow.code)
    )
    if organisation_ids is not None:
        query = query.where(
            exists().where(
                PostSpellRow.person_id == CompletionRow.person_id,
                PostSpellRow.first_day <= CompletionRow.completed_on,
                PostSpellRow.last_day >= CompletionRow.completed_on,
                known(PostSpellRow, None),
                UnitRow.id == PostSpellRow.unit_id,
                UnitRow.organisation_id.in_(sorted(organisation_ids)),
            )
        )
    return {
        code: list(zip(numbers[::2], numbers[1::2], strict=True)) for code, *numbers in session.execute(query)
    }
