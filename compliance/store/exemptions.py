"""Reading exemptions: of one person, and everybody's with filters. Every query is ordered (`people.store`)."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, func, select
from sqlalchemy.orm import Session

from compliance.models import ExemptionRow, RequirementRow
from foundation.dates import Period, add_days
from foundation.facts import known
from foundation.plain_column import plain_of
from people.models import PersonDetailRow, PersonRow, PostSpellRow, UnitRow


@dataclass(frozen=True, slots=True)
class RecordedExemption:
    """An exemption as the record has it. `id` is that of the fact; `requirement` None: all of them."""

    id: int
    person_id: int
    public_id: str
    name: str
    requirement: str | None
    first_day: date
    last_day: date
    reason: str
    approved_by: str
    recorded_at: datetime
    recorded_by: str

    def is_over(self, today: date) -> bool:
        """Whether its last day has passed."""
        return self.last_day < today

    @property
    def days(self) -> Period:
        return Period(self.first_day, self.last_day)


class Show(StrEnum):
    """Which exemptions a list shows."""

    CURRENT = "current"
    SOON = "soon"
    LATER = "later"
    TO_COME = "to_come"
    ENDED = "ended"
    ALL = "all"


SOON_DAYS, LATER_DAYS = 30, 60


@dataclass(frozen=True, slots=True)
class Narrow:
    """What narrows a list. `organisation_ids`: people with a running post in one of these; None: everybody."""

    today: date
    show: Show = Show.CURRENT
    requirement: str | None = None
    """The code of a requirement; exemptions from all of them are found with each."""
    organisation_ids: frozenset[int] | None = None


def exemptions_of_person(session: Session, person_id: int) -> list[RecordedExemption]:
    """Every exemption of a person, whichever began last first."""
    return _read(session.connection().execute(_OF_PERSON, {"person_id": person_id}).all())


def was_exemption(session: Session, person_id: int, fact_id: int) -> bool:
    """Whether this was ever an exemption of this person, though it may stand no more."""
    query = select(ExemptionRow.id).where(ExemptionRow.id == fact_id, ExemptionRow.person_id == person_id)
    return session.scalar(query) is not None


def count_exemptions(session: Session, narrow: Narrow) -> int:
    """How many a list has in all."""
    query = select(func.count()).select_from(_EXEMPTIONS.where(*_conditions(narrow)).subquery())
    return session.scalars(query).one()


def listed_exemptions(
    session: Session, narrow: Narrow, offset: int = 0, limit: int | None = None
) -> list[RecordedExemption]:
    """A part of a list: the first to end first; of those that have ended, the last to end first."""
    first_to_end = ExemptionRow.last_day.asc()
    if narrow.show in (Show.ENDED, Show.ALL):
        first_to_end = ExemptionRow.last_day.desc()
    query = _EXEMPTIONS.where(*_conditions(narrow)).order_by(first_to_end, *_BY_END[1:])
    return _read(session.execute(query.offset(offset).limit(limit)))


def _conditions(narrow: Narrow) -> list[ColumnElement[bool]]:
    today = narrow.today
    found: list[ColumnElement[bool]] = []
    match narrow.show:
        case Show.CURRENT:
            found = [ExemptionRow.first_day <= today, ExemptionRow.last_day >= today]
        case Show.SOON | Show.LATER:
            days = SOON_DAYS if narrow.show is Show.SOON else LATER_DAYS
            found = [ExemptionRow.last_day.between(today, add_days(today, days))]
        case Show.TO_COME:
            found = [ExemptionRow.first_day > today]
        case Show.ENDED:
            found = [ExemptionRow.last_day < today]
    if narrow.requirement is not None:
        found.append((RequirementRow.code == narrow.requirement) | ExemptionRow.requirement_id.is_(None))
    if narrow.organisation_ids is not None:
        found.append(
            _has_post(
                PostSpellRow.first_day <= today,
                PostSpellRow.last_day >= today,
                PostSpellRow.unit_id.in_(
                    select(UnitRow.id).where(UnitRow.organisation_id.in_(sorted(narrow.organisation_ids)))
                ),
            )
        )
    return found


def _has_post(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    of_person = PostSpellRow.person_id == ExemptionRow.person_id
    return select(PostSpellRow.id).where(of_person, known(PostSpellRow, None), *conditions).exists()


def _read(rows: Iterable[Any]) -> list[RecordedExemption]:
    return [
        RecordedExemption(fact_id, person_id, public_id, f"{first or ''} {last or ''}".strip(), *said)
        for fact_id, person_id, public_id, first, last, *said in rows
    ]


_EXEMPTIONS: Select[*tuple[Any, ...]] = (
    select(
        ExemptionRow.id,
        ExemptionRow.person_id,
        PersonRow.public_id,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        RequirementRow.code,
        ExemptionRow.first_day,
        ExemptionRow.last_day,
        ExemptionRow.reason,
        ExemptionRow.approved_by,
        ExemptionRow.recorded_at,
        ExemptionRow.recorded_by,
    )
    .join(PersonRow, PersonRow.id == ExemptionRow.person_id)
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .outerjoin(RequirementRow, RequirementRow.id == ExemptionRow.requirement_id)
    .where(known(ExemptionRow, None))
)
_BY_END = (
    ExemptionRow.last_day,
    plain_of(func.coalesce(PersonDetailRow.last_name, "")),
    plain_of(func.coalesce(PersonDetailRow.first_name, "")),
    ExemptionRow.id,
)
_OF_PERSON = _EXEMPTIONS.where(ExemptionRow.person_id == bindparam("person_id")).order_by(
    ExemptionRow.first_day.desc(), ExemptionRow.id
)
