"""How the training programme is judged: the lines that stand, those that stood, and another in the place of one."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, func, insert, select
from sqlalchemy.orm import Session

from courses.domain import ACCEPTED_EVIDENCE
from courses.models import CompletionRow
from foundation.dates import Period
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.models import AccountRow, PersonDetailRow, new_public_id
from reports.domain.assurance import AssuranceLine, Judged, Score, newest_of_each
from reports.models import AssuranceLineRow

_LINES: Select[*tuple[Any, ...]] = select(
    AssuranceLineRow.public_id,
    AssuranceLineRow.year,
    AssuranceLineRow.criterion,
    AssuranceLineRow.score,
    AssuranceLineRow.rag,
    AssuranceLineRow.evidence,
    AssuranceLineRow.link,
    AssuranceLineRow.evidence_on,
    AssuranceLineRow.owner,
    AssuranceLineRow.gap,
    AssuranceLineRow.action,
    AssuranceLineRow.due_on,
    AssuranceLineRow.recorded_at,
    AssuranceLineRow.recorded_by,
    AssuranceLineRow.retracted_at,
)
_STANDS = known(AssuranceLineRow, None)
_IN_ORDER = (AssuranceLineRow.year, AssuranceLineRow.id)
# The plan at a glance asks it, so it is built once (`people.store`).
_UP_TO = _LINES.where(_STANDS, AssuranceLineRow.year <= bindparam("latest_year")).order_by(*_IN_ORDER)


def lines_of(session: Session, year: int) -> list[AssuranceLine]:
    """The lines that stand for a financial year."""
    return _read(session, _STANDS, AssuranceLineRow.year == year)


def standing(session: Session, year: int, criterion: str) -> AssuranceLine | None:
    """The line that stands for a criterion of a year."""
    found = _read(session, _STANDS, AssuranceLineRow.year == year, AssuranceLineRow.criterion == criterion)
    return found[0] if found else None


def last_before(session: Session, year: int, criterion: str) -> AssuranceLine | None:
    """What was said last about a criterion in an earlier year, where it still stands."""
    found = _read(session, _STANDS, AssuranceLineRow.year < year, AssuranceLineRow.criterion == criterion)
    return found[-1] if found else None


def history_of(session: Session, year: int, criterion: str) -> list[AssuranceLine]:
    """All that was ever said about a criterion of a year, the newest first."""
    found = _read(session, AssuranceLineRow.year == year, AssuranceLineRow.criterion == criterion)
    return found[::-1]


def overdue(session: Session, day: date, latest_year: int) -> list[AssuranceLine]:
    """Of each criterion the line of its latest year, where its action should have been done before a day."""
    rows = session.connection().execute(_UP_TO, {"latest_year": latest_year})
    found = newest_of_each([_line(row) for row in rows])
    return [line for line in found if line.says.is_overdue(day)]


def _read(session: Session, *wanted: ColumnElement[bool]) -> list[AssuranceLine]:
    query = _LINES.where(*wanted).order_by(*_IN_ORDER)
    return [_line(row) for row in session.execute(query)]


def _line(row: Row[Any]) -> AssuranceLine:
    says = Judged(
        score=Score(row.score),
        rag=row.rag,
        evidence=row.evidence,
        link=row.link,
        evidence_on=row.evidence_on,
        owner=row.owner,
        gap=row.gap,
        action=row.action,
        due_on=row.due_on,
    )
    return AssuranceLine(
        row.public_id, row.year, row.criterion, says, row.recorded_at, row.recorded_by, row.retracted_at
    )


def add_line(session: Session, stamp: Stamp, year: int, criterion: str, says: Judged) -> str:
    """Record a line; gives back its public id. What stood has to be taken out before."""
    public_id = new_public_id()
    values: dict[str, Any] = {
        "public_id": public_id,
        "year": year,
        "criterion": criterion,
        "score": says.score.value,
        "rag": says.rag,
        "evidence": says.evidence,
        "link": says.link,
        "evidence_on": says.evidence_on,
        "owner": says.owner,
        "gap": says.gap,
        "action": says.action,
        "due_on": says.due_on,
        **recorded(stamp),
    }
    session.execute(insert(AssuranceLineRow).values(**values))
    return public_id


def take_out(session: Session, stamp: Stamp, public_id: str, reason: str) -> None:
    """Take a line out of the record from now on."""
    query = select(AssuranceLineRow.id).where(AssuranceLineRow.public_id == public_id)
    retract(session, AssuranceLineRow, session.scalars(query).all(), stamp, reason)


def proved(session: Session, days: Period) -> tuple[int, int]:
    """How many completions of these days are on record by name, and how many of them have accepted evidence."""
    query = select(func.count(), func.count().filter(CompletionRow.evidence.in_(ACCEPTED_EVIDENCE))).where(
        known(CompletionRow, None),
        CompletionRow.completed_on.between(days.first, days.last),
        CompletionRow.revoked_on.is_(None),
    )
    completions, accepted = session.execute(query).one()
    return completions, accepted


def accounts_of(session: Session, actors: Iterable[str]) -> dict[str, tuple[str, str | None, str | None]]:
    """Address, first and last name behind those actors of the trail that are accounts."""
    ids = sorted({actor.removeprefix("account:") for actor in actors if actor.startswith("account:")})
    query = (
        select(AccountRow.public_id, AccountRow.email, PersonDetailRow.first_name, PersonDetailRow.last_name)
        .outerjoin(
            PersonDetailRow,
            (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None),
        )
        .where(AccountRow.public_id.in_(ids))
        .order_by(AccountRow.id)
    )
    return {f"account:{row.public_id}": (row.email, row[2], row[3]) for row in session.execute(query)}
