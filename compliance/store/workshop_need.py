"""Reading the timelines for the planning of workshops: who has a requirement, and who lacks it on which days."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.domain.workshop_need import LACKING, Lack
from compliance.models import RequirementRow, StatusSpanRow, UnitSpanRow
from courses.domain import Completion
from courses.models import CompletionRow, CourseRow
from foundation.dates import Period
from foundation.facts import known
from people import store as people

_REQUIRED = (
    select(
        StatusSpanRow.person_id,
        RequirementRow.code,
        StatusSpanRow.first_day,
        StatusSpanRow.last_day,
    )
    .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
    .where(
        StatusSpanRow.person_id.in_(bindparam("person_ids", expanding=True)),
        StatusSpanRow.last_day >= bindparam("first"),
        StatusSpanRow.first_day <= bindparam("last"),
    )
    .order_by(StatusSpanRow.person_id, StatusSpanRow.requirement_id, StatusSpanRow.first_day)
)


def required_days(
    session: Session, person_ids: Collection[int], within: Period
) -> Iterator[tuple[int, str, date, date]]:
    """(person, requirement's code, first day, last day) of each stretch of these people that touches a period."""
    days = {"first": within.first, "last": within.last}
    for some in people.in_chunks(session, sorted(person_ids)):
        rows: Any = session.connection().execute(_REQUIRED, {"person_ids": list(some.ids), **days})
        yield from rows


_LACKING_NOW = (
    StatusSpanRow.requirement_id.in_(bindparam("requirement_ids", expanding=True)),
    StatusSpanRow.status.in_(sorted(status.value for status in LACKING)),
    StatusSpanRow.last_day >= bindparam("first"),
    StatusSpanRow.first_day <= bindparam("last"),
)
_WHO = select(StatusSpanRow.person_id).where(*_LACKING_NOW)
_LACKS = (
    select(
        StatusSpanRow.person_id,
        StatusSpanRow.requirement_id,
        StatusSpanRow.status,
        StatusSpanRow.first_day,
        StatusSpanRow.last_day,
    )
    .where(*_LACKING_NOW)
    .order_by(StatusSpanRow.person_id, StatusSpanRow.requirement_id, StatusSpanRow.first_day)
)
_UNITS = (
    select(UnitSpanRow.person_id, UnitSpanRow.unit_id)
    .where(
        UnitSpanRow.requirement_id.in_(bindparam("requirement_ids", expanding=True)),
        UnitSpanRow.last_day >= bindparam("first"),
        UnitSpanRow.first_day <= bindparam("last"),
        UnitSpanRow.person_id.in_(_WHO),
    )
    .order_by(UnitSpanRow.person_id, UnitSpanRow.first_day, UnitSpanRow.unit_id)
)
_DONE = (
    select(
        CompletionRow.person_id,
        CourseRow.code,
        CompletionRow.completed_on,
        CompletionRow.evidence,
        CompletionRow.revoked_on,
    )
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(known(CompletionRow, None), CompletionRow.person_id.in_(_WHO))
    .order_by(CompletionRow.person_id, CompletionRow.completed_on, CourseRow.code, CompletionRow.id)
)


class Ahead:
    """Who lacks one of some requirements on a day of a period. Three queries, however many people there are."""

    def __init__(self, session: Session, codes: dict[int, str], first: date, last: date) -> None:
        self._connection = session.connection()
        self._codes = codes
        self._values: dict[str, Any] = {"requirement_ids": sorted(codes), "first": first, "last": last}

    def lacks(self) -> list[Lack]:
        """The days on which somebody lacks one of them."""
        rows = self._connection.execute(_LACKS, self._values)
        return [
            Lack(person_id, self._codes[requirement_id], Status(status), first_day, last_day)
            for person_id, requirement_id, status, first_day, last_day in rows
        ]

    def units(self) -> dict[int, int]:
        """In which unit each of them counts first: each person once, so that nobody is planned for twice."""
        found: dict[int, int] = {}
        for person_id, unit_id in self._connection.execute(_UNITS, self._values):
            found.setdefault(person_id, unit_id)
        return found

    def completions(self) -> dict[int, Sequence[Completion]]:
        """What each of them has completed."""
        found: dict[int, list[Completion]] = defaultdict(list)
        for person_id, course, completed_on, evidence, revoked_on in self._connection.execute(
            _DONE, self._values
        ):
            found[person_id].append(Completion(course, completed_on, evidence, revoked_on))
        return dict(found)
