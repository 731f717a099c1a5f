"""What a school is: phase, URN, declared headcount, last safeguarding audit (domain notes, C 7; plan, action 6).

One fact for each school, changed by retracting it and recording another. Whoever changes it says which fact they had
before them; where somebody else was quicker, nothing is saved (bad input G13).
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row, Select, insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import known, recorded, retract
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import Phase, SchoolDetails, Sector
from people.models import (
    AccountRow,
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    SchoolDetailRow,
)
from people.services.records.standing import ChangedMeanwhile, Lines
from people.wording import PHASE_WORDS

MOST_STAFF = 10_000
"""More than any school has: a slip of the keyboard, not a number."""
MOST_GAPS = 1_000
COLUMNS = ("phase", "urn", "headcount", "headcount_on", "audit_on", "audit_gaps")
"""What a fact says, in the order of `SchoolDetails`."""
_URN = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class SchoolFact:
    """What stands of a school, by the fact that says so."""

    id: int
    organisation_id: int
    details: SchoolDetails


@dataclass(frozen=True, slots=True)
class Told:
    """A line of a school's history: what was said, by whom and when, and since when it stands no more.

    `by` is a name, or empty: then `email` is the address of the account, or empty for a command on the server.
    """

    details: SchoolDetails
    by: str
    email: str
    at: datetime
    gone_at: datetime | None


def school_facts(session: Session, organisation_ids: Collection[int] | None = None) -> dict[int, SchoolFact]:
    """What stands of every school, or of these organisations, by organisation."""
    query = _FACTS.where(known(SchoolDetailRow, None)).order_by(SchoolDetailRow.id)
    if organisation_ids is not None:
        query = query.where(SchoolDetailRow.organisation_id.in_(sorted(organisation_ids)))
    return {row.organisation_id: _fact(row) for row in session.execute(query)}


_FACTS: Select[Any] = select(
    SchoolDetailRow.id,
    SchoolDetailRow.organisation_id,
    *(getattr(SchoolDetailRow, name) for name in COLUMNS),
)


def _fact(row: Row[Any]) -> SchoolFact:
    return SchoolFact(row.id, row.organisation_id, SchoolDetails(*(getattr(row, name) for name in COLUMNS)))


def schools(session: Session) -> dict[str, int]:
    """Every school on record, the organisations of the schools' sector, by name."""
    query = (
        select(OrganisationRow.name, OrganisationRow.id)
        .join(OrganisationSectorRow, OrganisationSectorRow.organisation_id == OrganisationRow.id)
        .where(known(OrganisationSectorRow, None), OrganisationSectorRow.sector == Sector.SCHOOL.value)
        .order_by(OrganisationRow.name)
    )
    return dict(session.execute(query).all())


def history_of(session: Session, organisation_id: int) -> list[Told]:
    """All that was ever said of a school, the newest first."""
    query = (
        _FACTS.add_columns(
            SchoolDetailRow.recorded_at,
            SchoolDetailRow.recorded_by,
            SchoolDetailRow.retracted_at,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            AccountRow.email,
        )
        .outerjoin(AccountRow, "account:" + AccountRow.public_id == SchoolDetailRow.recorded_by)
        .outerjoin(
            PersonDetailRow,
            (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None),
        )
        .where(SchoolDetailRow.organisation_id == organisation_id)
        .order_by(SchoolDetailRow.recorded_at.desc(), SchoolDetailRow.id.desc())
    )
    return [
        Told(
            _fact(row).details,
            f"{row.first_name} {row.last_name}" if row.last_name else "",
            row.email or "",
            row.recorded_at,
            row.retracted_at,
        )
        for row in session.execute(query)
    ]


def save_school(
    session: Session, stamp: Stamp, organisation_id: int, seen: int, said: SchoolDetails, today: date
) -> None:
    """Say what a school is, in place of the fact that was `seen` (0: nothing was known). Inside a transaction.

    Raises what `check_school` raises.
    """
    now = check_school(session, organisation_id, seen, said, today, stamp.at)
    if now is not None:
        retract(session, SchoolDetailRow, [now.id], stamp, "Corrected on the pages")
    values = {name: getattr(said, name) for name in COLUMNS}
    session.execute(
        insert(SchoolDetailRow).values(organisation_id=organisation_id, **values, **recorded(stamp))
    )
    public_id = session.get_one(OrganisationRow, organisation_id).public_id
    audit.record(session, stamp, "school.corrected" if now else "school.recorded", f"school:{public_id}")


def check_school(
    session: Session, organisation_id: int, seen: int, said: SchoolDetails, today: date, at: datetime
) -> SchoolFact | None:
    """Whether that could be saved at a moment; gives the fact that stands. Writes nothing.

    Raises ChangedMeanwhile, NotFound for what is no school, and DomainError for what cannot be or changes nothing.
    """
    if organisation_id not in schools(session).values():
        raise NotFound("There is no such school.")
    every = school_facts(session)
    now = every.get(organisation_id)
    if seen != (now.id if now else 0):
        when = _changed_at(session, organisation_id) or at
        raise ChangedMeanwhile(when, "", lines_of(now.details) if now else [])
    problems = [words for _, words in problems_of(said, today)]
    holder = urn_holder(every.values(), said.urn, organisation_id)
    if holder is not None:
        problems.append(f"URN {said.urn} belongs to {session.get_one(OrganisationRow, holder).name}.")
    if problems:
        raise DomainError(*problems)
    if now is not None and now.details == said:
        raise DomainError("Nothing is different. Change something, or go back.")
    return now


def _changed_at(session: Session, organisation_id: int) -> datetime | None:
    query = select(SchoolDetailRow.recorded_at, SchoolDetailRow.retracted_at).where(
        SchoolDetailRow.organisation_id == organisation_id
    )
    moments = [moment for row in session.execute(query) for moment in row if moment is not None]
    return max(moments, default=None)


def urn_holder(facts: Collection[SchoolFact], urn: str | None, but: int) -> int | None:
    """The other organisation that has a URN now; None where it is free."""
    if urn is None:
        return None
    return next(
        (fact.organisation_id for fact in facts if fact.details.urn == urn and fact.organisation_id != but),
        None,
    )


def problems_of(said: SchoolDetails, today: date) -> Iterator[tuple[str, str]]:
    """What cannot be, as (name of the value, words). Days lie in the past; a number comes with its day."""
    if said.phase not in set(Phase):
        yield "phase", "Choose the phase of the school."
    if said.urn is not None and not _URN.fullmatch(said.urn):
        yield "urn", "The URN must be 6 digits, like 900123."
    yield from _number(said.headcount, MOST_STAFF, "headcount", "The headcount")
    yield from _number(said.audit_gaps, MOST_GAPS, "audit_gaps", "The number of open gaps")
    for name, words in (("headcount_on", "day of the headcount"), ("audit_on", "date of the audit")):
        day = getattr(said, name)
        if day is not None and day > today:
            yield name, f"The {words} must be today or in the past."
    if said.headcount is not None and said.headcount_on is None:
        yield "headcount_on", "Give the day of the headcount."
    if said.headcount is None and said.headcount_on is not None:
        yield "headcount", "Give the headcount of that day, or leave out the day."
    if said.audit_on is not None and said.audit_gaps is None:
        yield "audit_gaps", "Give the number of gaps still open after the audit; 0 for none."
    if said.audit_on is None and said.audit_gaps is not None:
        yield "audit_on", "Give the date of the audit that found the gaps."


def _number(value: int | None, most: int, name: str, words: str) -> Iterator[tuple[str, str]]:
    if value is not None and not 0 <= value <= most:
        yield name, f"{words} must be a whole number from 0 to {most:,}."


def lines_of(details: SchoolDetails | None) -> Lines:
    """What a school is, as names and values for pages; an empty value is not recorded."""
    said = details or SchoolDetails("")
    staff = "" if said.headcount is None else f"{said.headcount:,}"
    gaps = "" if said.audit_gaps is None else f"{said.audit_gaps:,}"
    if said.headcount_on is not None:
        staff += f", declared for {long_date(said.headcount_on)}"
    return [
        ("Phase", PHASE_WORDS[Phase(said.phase)] if said.phase else ""),
        ("URN", said.urn or ""),
        ("Staff headcount", staff),
        ("Last safeguarding audit", long_date(said.audit_on) if said.audit_on else ""),
        ("Prevent gaps still open", gaps),
    ]
