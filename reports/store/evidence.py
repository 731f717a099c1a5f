"""Reading what was sent in as evidence over time: rows that stand, and those that decisions took out of the record."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime
from typing import NamedTuple

from sqlalchemy import BindParameter, Select, bindparam, distinct, func, or_, select
from sqlalchemy.orm import Session, aliased

from courses.domain import Evidence
from courses.models import CompletionRow, EvidenceFileRow
from foundation.facts import known
from people.models import AccountRow, PersonDetailRow

CHUNK = 500


class Key(NamedTuple):
    """By what a completion is known."""

    person_id: int
    course_id: int
    completed_on: date


class Step(NamedTuple):
    """A completion as it once stood, and when and why it left the record."""

    id: int
    person_id: int
    course_id: int
    completed_on: date
    source: str
    evidence: str
    recorded_at: datetime
    recorded_by: str
    retracted_at: datetime | None
    retracted_reason: str | None
    retracted_batch_id: int | None

    @property
    def key(self) -> Key:
        return Key(self.person_id, self.course_id, self.completed_on)


class SentFile(NamedTuple):
    """A file that was sent with evidence, also where it left the record since."""

    person_id: int
    course_id: int
    completed_on: date
    sha256: str
    stored_as: str
    concerns: list[str]
    recorded_at: datetime

    @property
    def key(self) -> Key:
        return Key(self.person_id, self.course_id, self.completed_on)


def _senders(since: datetime, before: datetime) -> Select[int]:
    """For whom something was sent in between two moments, or sent before and waiting at the second."""
    sent = aliased(CompletionRow)
    return select(sent.person_id).where(
        sent.evidence == Evidence.AWAITING.value,
        sent.recorded_at < before,
        or_(sent.recorded_at >= since, sent.retracted_at.is_(None), sent.retracted_at >= before),
    )


def steps(session: Session, since: datetime, before: datetime) -> list[Step]:
    """All completions, in the order in which they were recorded, of everybody for whom something was sent in.

    What was recorded, and what left the record, from the second moment on is left out.
    """
    query = (
        select(
            CompletionRow.id,
            CompletionRow.person_id,
            CompletionRow.course_id,
            CompletionRow.completed_on,
            CompletionRow.source,
            CompletionRow.evidence,
            CompletionRow.recorded_at,
            CompletionRow.recorded_by,
            CompletionRow.retracted_at,
            CompletionRow.retracted_reason,
            CompletionRow.retracted_batch_id,
        )
        .where(CompletionRow.person_id.in_(_senders(since, before)), CompletionRow.recorded_at < before)
        .order_by(CompletionRow.recorded_at, CompletionRow.id)
    )
    return [
        one if one.retracted_at is None or one.retracted_at < before else one._replace(retracted_at=None)
        for one in (Step(*row) for row in session.execute(query))
    ]


def files(session: Session, since: datetime, before: datetime) -> dict[Key, list[SentFile]]:
    """The files that were sent for the same people, by completion."""
    query = (
        select(
            EvidenceFileRow.person_id,
            EvidenceFileRow.course_id,
            EvidenceFileRow.completed_on,
            EvidenceFileRow.sha256,
            EvidenceFileRow.stored_as,
            EvidenceFileRow.concerns,
            EvidenceFileRow.recorded_at,
        )
        .where(EvidenceFileRow.person_id.in_(_senders(since, before)), EvidenceFileRow.recorded_at < before)
        .order_by(EvidenceFileRow.recorded_at, EvidenceFileRow.id)
    )
    found: dict[Key, list[SentFile]] = defaultdict(list)
    for row in session.execute(query):
        file = SentFile(*row)
        found[file.key].append(file)
    return found


_SHARED = (
    select(EvidenceFileRow.sha256)
    .where(known(EvidenceFileRow, None))
    .group_by(EvidenceFileRow.sha256)
    .having(func.count(distinct(EvidenceFileRow.stored_as)) > 1)
)
_USED = (
    select(EvidenceFileRow.sha256, EvidenceFileRow.stored_as, EvidenceFileRow.person_id)
    .where(known(EvidenceFileRow, None), EvidenceFileRow.sha256.in_(_SHARED))
    .order_by(EvidenceFileRow.sha256, EvidenceFileRow.id)
)


def sent_more_than_once(session: Session) -> dict[str, set[tuple[str, int]]]:
    """Contents (SHA-256) that are on record as several files: as which, and for whom. A register is one file."""
    found: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for sha256, stored_as, person_id in session.execute(_USED):
        found[sha256].add((stored_as, person_id))
    return found


_ACCOUNTS: BindParameter[str] = bindparam("accounts", expanding=True)
_OWNERS = (
    select(AccountRow.public_id, PersonDetailRow.first_name, PersonDetailRow.last_name)
    .outerjoin(
        PersonDetailRow, (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None)
    )
    .where(AccountRow.public_id.in_(_ACCOUNTS))
    .order_by(AccountRow.id)
)


def owners(session: Session, accounts: Collection[str]) -> dict[str, str]:
    """The names of the people of accounts, by the account's public id; empty where nobody who is counted owns it."""
    found: dict[str, str] = {}
    for some in _chunks(sorted(accounts)):
        for public_id, first, last in session.execute(_OWNERS, {"accounts": some}):
            found[public_id] = f"{first or ''} {last or ''}".strip()
    return found


def _chunks(values: list[str]) -> Iterable[list[str]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
