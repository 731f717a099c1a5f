"""Reading and writing certificates. Every query is ordered and answers with domain objects."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, insert, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from courses.domain import ACCEPTED_EVIDENCE, CompletionKey
from courses.domain.certificates import Certificate, Ending, Standing, standing
from courses.models import CompletionRow, CourseRow
from courses.models.certificates import CertificateEndRow, CertificateRow
from courses.store.catalogue import course_ids
from foundation.facts import known
from foundation.stamp import Stamp

_AT_ONCE = 200
"""Keys asked for in one statement: SQLite takes so many values and no more."""


@dataclass(frozen=True, slots=True)
class End:
    """How and when a certificate stopped to hold, and the number of the one that took its place."""

    ending: Ending
    reason: str
    ended_at: datetime
    ended_by: str
    replaced_by: str | None = None


@dataclass(frozen=True, slots=True)
class Issued:
    """A certificate in the register: what it says, whose it is, and what became of it and of its completion.

    `is_on_record`: the completion still stands, with evidence that counts; `revoked_on` is the completion's.
    """

    id: int
    person_id: int
    version: int
    issued_by: str
    certificate: Certificate
    end: End | None
    is_on_record: bool
    revoked_on: date | None

    @property
    def key(self) -> CompletionKey:
        """The completion that it certifies."""
        return CompletionKey(self.person_id, self.certificate.course, self.certificate.completed_on)

    def standing(self, today: date) -> Standing:
        """What the register says of it on a day. A completion that counts no more takes its certificate with it."""
        counts = self.is_on_record and (self.revoked_on is None or today < self.revoked_on)
        ending = self.end.ending if self.end is not None else None
        return standing(self.certificate.valid_until, ending, is_on_record=counts, today=today)


_replacing = aliased(CertificateRow)
_ISSUED = (
    select(
        CertificateRow.id,
        CertificateRow.person_id,
        CertificateRow.version,
        CertificateRow.issued_by,
        CertificateRow.number,
        CertificateRow.name,
        CourseRow.code.label("course"),
        CertificateRow.course_title,
        CertificateRow.provider,
        CertificateRow.completed_on,
        CertificateRow.valid_until,
        CertificateRow.council,
        CertificateRow.issued_at,
        CertificateRow.key_id,
        CertificateRow.layout,
        CertificateEndRow.ending,
        CertificateEndRow.reason,
        CertificateEndRow.ended_at,
        CertificateEndRow.ended_by,
        _replacing.number.label("replaced_by"),
        CompletionRow.id.label("completion_id"),
        CompletionRow.revoked_on,
    )
    .join(CourseRow, CourseRow.id == CertificateRow.course_id)
    .outerjoin(CertificateEndRow, CertificateEndRow.certificate_id == CertificateRow.id)
    .outerjoin(_replacing, _replacing.id == CertificateEndRow.replaced_by_id)
    .outerjoin(
        CompletionRow,
        and_(
            CompletionRow.person_id == CertificateRow.person_id,
            CompletionRow.course_id == CertificateRow.course_id,
            CompletionRow.completed_on == CertificateRow.completed_on,
            CompletionRow.evidence.in_([one.value for one in sorted(ACCEPTED_EVIDENCE)]),
            known(CompletionRow, None),
        ),
    )
)
_BY_NUMBER = _ISSUED.where(CertificateRow.number == bindparam("number"))
_BY_PERSON = _ISSUED.where(CertificateRow.person_id == bindparam("person_id")).order_by(
    CertificateRow.completed_on.desc(), CourseRow.code, CertificateRow.version.desc(), CertificateRow.id
)


def find(session: Session, number: str) -> Issued | None:
    """The certificate with a number, as `read_number` gives it; None where there is none."""
    row = session.connection().execute(_BY_NUMBER, {"number": number}).mappings().one_or_none()
    return None if row is None else _issued(row)


def of_person(session: Session, person_id: int) -> list[Issued]:
    """All certificates of a person, also those that hold no more: by day of completion, the newest first."""
    return [
        _issued(row) for row in session.connection().execute(_BY_PERSON, {"person_id": person_id}).mappings()
    ]


def of_completion(session: Session, key: CompletionKey) -> list[Issued]:
    """The certificates of one completion in the order in which they were issued; the last is the one in force."""
    return of_completions(session, [key]).get(key, [])


def of_completions(session: Session, keys: Iterable[CompletionKey]) -> dict[CompletionKey, list[Issued]]:
    """The certificates of these completions, each completion's in the order in which they were issued."""
    found: dict[CompletionKey, list[Issued]] = {}
    ids = course_ids(session)
    wanted = [(key.person_id, ids[key.course], key.completed_on) for key in keys if key.course in ids]
    of_row = tuple_(CertificateRow.person_id, CertificateRow.course_id, CertificateRow.completed_on)
    for at in range(0, len(wanted), _AT_ONCE):
        query = _ISSUED.where(of_row.in_(wanted[at : at + _AT_ONCE])).order_by(
            CertificateRow.version, CertificateRow.id
        )
        for row in session.connection().execute(query).mappings():
            one = _issued(row)
            found.setdefault(one.key, []).append(one)
    return found


def completed(
    session: Session, course: str | None, first: date, last: date, today: date
) -> list[CompletionKey]:
    """The completions that count today, of one course or all, made between two days, both included."""
    query = (
        select(CompletionRow.person_id, CourseRow.code, CompletionRow.completed_on)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            known(CompletionRow, None),
            CompletionRow.evidence.in_([one.value for one in sorted(ACCEPTED_EVIDENCE)]),
            CompletionRow.completed_on.between(first, last),
            or_(CompletionRow.revoked_on.is_(None), CompletionRow.revoked_on > today),
        )
        .order_by(CompletionRow.completed_on, CourseRow.code, CompletionRow.person_id)
    )
    if course is not None:
        query = query.where(CourseRow.code == course)
    return [CompletionKey(*row) for row in session.execute(query)]


@dataclass(frozen=True, slots=True)
class ToIssue:
    """A certificate that is about to be written down."""

    person_id: int
    version: int
    certificate: Certificate


def record_issued(session: Session, stamp: Stamp, many: Sequence[ToIssue]) -> None:
    """Write certificates down. Two of one completion and version, or of one number, are refused by the table."""
    ids = course_ids(session)
    if many:
        session.execute(insert(CertificateRow), [_values(stamp, one, ids) for one in many])


def record_end(
    session: Session,
    stamp: Stamp,
    issued: Issued,
    ending: Ending,
    reason: str,
    replaced_by: str | None = None,
) -> None:
    """Write down that a certificate holds no more, and the number of the one that takes its place."""
    replacing = select(CertificateRow.id).where(CertificateRow.number == replaced_by)
    session.execute(
        insert(CertificateEndRow).values(
            certificate_id=issued.id,
            ending=ending.value,
            reason=reason,
            ended_at=stamp.at,
            ended_by=stamp.actor,
            replaced_by_id=session.scalars(replacing).one() if replaced_by is not None else None,
        )
    )


def _values(stamp: Stamp, one: ToIssue, ids: dict[str, int]) -> dict[str, Any]:
    said = one.certificate
    return {
        "number": said.number,
        "person_id": one.person_id,
        "course_id": ids[said.course],
        "completed_on": said.completed_on,
        "version": one.version,
        "name": said.name,
        "course_title": said.course_title,
        "provider": said.provider,
        "valid_until": said.valid_until,
        "council": said.council,
        "issued_at": said.issued_at,
        "issued_by": stamp.actor,
        "key_id": said.key_id,
        "layout": said.layout,
    }


def _issued(row: Any) -> Issued:
    said = Certificate(
        number=row["number"],
        name=row["name"],
        course=row["course"],
        course_title=row["course_title"],
        provider=row["provider"],
        completed_on=row["completed_on"],
        valid_until=row["valid_until"],
        council=row["council"],
        issued_at=row["issued_at"],
        key_id=row["key_id"],
        layout=row["layout"],
    )
    end = (
        None
        if row["ending"] is None
        else End(Ending(row["ending"]), row["reason"], row["ended_at"], row["ended_by"], row["replaced_by"])
    )
    on_record = row["completion_id"] is not None
    return Issued(
        row["id"], row["person_id"], row["version"], row["issued_by"], said, end, on_record, row["revoked_on"]
    )
