"""Reading courses and completions. Every query is ordered and answers with domain objects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Date, RowMapping, Select, and_, bindparam, insert, select
from sqlalchemy.orm import Session

from courses.domain import Completion, CompletionKey, Concern, Course, Evidence
from courses.models import CompletionRow, CourseLineRow, CourseRow, EvidenceFileRow, HeldUploadRow
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.models import AccountRow, PersonDetailRow, PersonRow, PostSpellRow
from people.store import Some, Team, team_members


def course_ids(session: Session) -> dict[str, int]:
    """The id of every course by its code."""
    return dict(session.execute(_COURSE_IDS).all())


_COURSE_IDS = select(CourseRow.code, CourseRow.id).order_by(CourseRow.code)


def completions(
    session: Session, some: Some, known_at: datetime | None = None
) -> dict[int, list[Completion]]:
    """What each of these people completed, in order of day and course."""
    query = (
        select(
            CompletionRow.person_id,
            CourseRow.code,
            CompletionRow.completed_on,
            CompletionRow.evidence,
            CompletionRow.revoked_on,
        )
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(some.among(CompletionRow.person_id), known(CompletionRow, known_at))
        .order_by(CompletionRow.person_id, CompletionRow.completed_on, CourseRow.code, CompletionRow.id)
    )
    found: dict[int, list[Completion]] = defaultdict(list)
    for person_id, course, completed_on, evidence, revoked_on in session.execute(query):
        found[person_id].append(Completion(course, completed_on, evidence, revoked_on))
    return found


def courses_on(session: Session, day: date) -> list[Course]:
    """The courses that the rule book lists on a day, by title."""
    found = session.connection().execute(_COURSES_ON, {"day": day}).mappings()
    return [Course(**{**row, "prerequisites": ()}) for row in found]


_COURSES_ON = (
    select(
        CourseRow.code,
        CourseLineRow.title,
        CourseLineRow.provider,
        CourseLineRow.mode,
        CourseLineRow.duration_minutes,
        CourseLineRow.validity_months,
        CourseLineRow.url,
        CourseLineRow.first_day,
        CourseLineRow.last_day,
    )
    .join(CourseRow, CourseRow.id == CourseLineRow.course_id)
    .where(
        known(CourseLineRow, None),
        CourseLineRow.first_day <= bindparam("day"),
        CourseLineRow.last_day >= bindparam("day"),
    )
    .order_by(CourseLineRow.title, CourseRow.code, CourseLineRow.id)
)


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A completion as it stands in the record."""

    id: int
    person_id: int
    course: str
    completed_on: date
    provider: str
    reference: str
    source: str
    evidence: str
    revoked_on: date | None
    recorded_at: datetime
    recorded_by: str

    @property
    def key(self) -> CompletionKey:
        return CompletionKey(self.person_id, self.course, self.completed_on)


_ON_RECORD = (
    select(
        CompletionRow.id,
        CompletionRow.person_id,
        CourseRow.code.label("course"),
        CompletionRow.completed_on,
        CompletionRow.provider,
        CompletionRow.reference,
        CompletionRow.source,
        CompletionRow.evidence,
        CompletionRow.revoked_on,
        CompletionRow.recorded_at,
        CompletionRow.recorded_by,
    )
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(known(CompletionRow, None))
    .order_by(CompletionRow.recorded_at, CompletionRow.id)
)
_SAME = _ON_RECORD.where(
    CompletionRow.person_id.in_(bindparam("person_ids", expanding=True)),
    CourseRow.code == bindparam("course"),
    CompletionRow.completed_on == bindparam("completed_on"),
)
_ONE = _ON_RECORD.where(CompletionRow.id == bindparam("id"))
_AWAITING = _ON_RECORD.where(CompletionRow.evidence == Evidence.AWAITING.value)


def on_record(
    session: Session, course: str, completed_on: date, person_ids: Iterable[int]
) -> dict[int, OnRecord]:
    """Who of these people completed a course on a day already, and what the record says of it."""
    values = {"course": course, "completed_on": completed_on, "person_ids": sorted(person_ids)}
    found = session.connection().execute(_SAME, values).mappings()
    return {row["person_id"]: OnRecord(**row) for row in found}


def completion_on_record(session: Session, completion_id: int) -> OnRecord | None:
    """A completion by its row, if it stands."""
    row = session.connection().execute(_ONE, {"id": completion_id}).mappings().one_or_none()
    return None if row is None else OnRecord(**row)


def awaiting(session: Session) -> list[OnRecord]:
    """The completions whose evidence waits for a check, the longest waiting first."""
    return [OnRecord(**row) for row in session.connection().execute(_AWAITING).mappings()]


def reason_of_rejection(session: Session, key: CompletionKey) -> str:
    """Why the evidence that waited for a check was rejected, the last time; empty where it never was."""
    values = {"person_id": key.person_id, "course": key.course, "completed_on": key.completed_on}
    return session.connection().execute(_REASON, values).scalar() or ""


_REASON = (
    select(CompletionRow.retracted_reason)
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(
        CompletionRow.person_id == bindparam("person_id"),
        CourseRow.code == bindparam("course"),
        CompletionRow.completed_on == bindparam("completed_on"),
        CompletionRow.evidence == Evidence.AWAITING.value,
        CompletionRow.retracted_at.is_not(None),
    )
    .order_by(CompletionRow.retracted_at.desc(), CompletionRow.id.desc())
    .limit(1)
)


def record_completion(
    session: Session, stamp: Stamp, key: CompletionKey, evidence: Evidence, **said: Any
) -> None:
    """Record that somebody completed a course: `said` is provider, reference, source, and perhaps revoked_on."""
    session.execute(
        insert(CompletionRow).values(
            person_id=key.person_id,
            course_id=course_ids(session)[key.course],
            completed_on=key.completed_on,
            evidence=evidence.value,
            **said,
            **recorded(stamp),
        )
    )


def person_of_account(session: Session, public_id: str) -> int | None:
    """The person whose account this is, if it is anybody's."""
    return session.scalar(select(AccountRow.person_id).where(AccountRow.public_id == public_id))


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that proves a completion. `person` is the person's public id."""

    id: int
    public_id: str
    person_id: int
    person: str
    course: str
    completed_on: date
    purpose: str
    kind: str
    size: int
    sha256: str
    stored_as: str
    concerns: tuple[Concern, ...]
    recorded_at: datetime

    @property
    def key(self) -> CompletionKey:
        return CompletionKey(self.person_id, self.course, self.completed_on)


_FILES = (
    select(
        EvidenceFileRow.id,
        EvidenceFileRow.public_id,
        EvidenceFileRow.person_id,
        PersonRow.public_id.label("person"),
        CourseRow.code.label("course"),
        EvidenceFileRow.completed_on,
        EvidenceFileRow.purpose,
        EvidenceFileRow.kind,
        EvidenceFileRow.size,
        EvidenceFileRow.sha256,
        EvidenceFileRow.stored_as,
        EvidenceFileRow.concerns,
        EvidenceFileRow.recorded_at,
    )
    .join(CourseRow, CourseRow.id == EvidenceFileRow.course_id)
    .join(PersonRow, PersonRow.id == EvidenceFileRow.person_id)
    .where(known(EvidenceFileRow, None))
    .order_by(EvidenceFileRow.id)
)
_FILE = _FILES.where(EvidenceFileRow.public_id == bindparam("public_id"))
_FILES_OF = _FILES.where(EvidenceFileRow.person_id.in_(bindparam("person_ids", expanding=True)))
_SENT = (
    select(PersonRow.id, PersonRow.public_id, EvidenceFileRow.stored_as)
    .join(EvidenceFileRow, EvidenceFileRow.person_id == PersonRow.id)
    .where(EvidenceFileRow.sha256.in_(bindparam("contents", expanding=True)), known(EvidenceFileRow, None))
    .order_by(PersonRow.id, EvidenceFileRow.id)
)


def evidence_file(session: Session, public_id: str) -> EvidenceFile | None:
    """A file of evidence that stands."""
    row = session.connection().execute(_FILE, {"public_id": public_id}).mappings().one_or_none()
    return None if row is None else _evidence_file(row)


def evidence_files(session: Session, person_ids: Iterable[int]) -> dict[CompletionKey, list[EvidenceFile]]:
    """The files that prove the completions of these people."""
    found: dict[CompletionKey, list[EvidenceFile]] = defaultdict(list)
    for row in session.connection().execute(_FILES_OF, {"person_ids": sorted(person_ids)}).mappings():
        file = _evidence_file(row)
        found[file.key].append(file)
    return found


def _evidence_file(row: RowMapping) -> EvidenceFile:
    return EvidenceFile(**{**row, "concerns": tuple(Concern(concern) for concern in row["concerns"])})


class Sent(NamedTuple):
    """That a file was sent for somebody: the person, their public id, and the name under which the file is kept."""

    person_id: int
    person: str
    stored_as: str


def sent_for(session: Session, contents: Iterable[str]) -> list[Sent]:
    """Whose completions are proved by files that were sent with these contents (their SHA-256)."""
    return [Sent(*row) for row in session.connection().execute(_SENT, {"contents": sorted(set(contents))})]


def record_evidence_file(session: Session, stamp: Stamp, key: CompletionKey, **said: Any) -> None:
    """Record a file that proves a completion: purpose, kind, size, sha256, stored_as and concerns."""
    row = EvidenceFileRow(
        person_id=key.person_id,
        course_id=course_ids(session)[key.course],
        completed_on=key.completed_on,
        **said,
        **recorded(stamp),
    )
    session.add(row)
    session.flush()


def retract_completion(
    session: Session, stamp: Stamp, before: OnRecord, reason: str, *, with_files: bool = False
) -> None:
    """Take a completion out of the record, and where it is not only corrected the files that were to prove it."""
    retract(session, CompletionRow, [before.id], stamp, reason)
    if with_files:
        files = evidence_files(session, [before.person_id]).get(before.key, [])
        retract(session, EvidenceFileRow, [file.id for file in files], stamp, reason)


def files_in_use(session: Session, names: Iterable[str]) -> set[str]:
    """Which of these stored files a row refers to: evidence, standing or retracted, or a form being filled in."""
    found: set[str] = set()
    for column in (EvidenceFileRow.stored_as, HeldUploadRow.stored_as):
        found.update(session.scalars(select(column).where(column.in_(names)).order_by(column)))
    return found


@dataclass(frozen=True, slots=True)
class TeamPerson:
    """Somebody of a team, as a list shows them. Somebody without an e-mail address cannot use this service."""

    id: int
    public_id: str
    first_name: str
    last_name: str
    job_title: str
    has_email: bool

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


def team_people(session: Session, team: Team) -> list[TeamPerson]:
    """The people of a team: those without an e-mail address first, then by name."""
    found: dict[int, TeamPerson] = {}
    for person_id, public_id, first, last, email, title in session.connection().execute(
        _team_people(team.below), team.values
    ):
        person = TeamPerson(person_id, public_id, first or "", last or "", title or "", bool(email))
        found.setdefault(person_id, person)
    return sorted(
        found.values(), key=lambda one: (one.has_email, one.last_name, one.first_name, one.public_id)
    )


@cache
def _team_people(below: bool) -> Select[*tuple[Any, ...]]:
    day = bindparam("team_day", type_=Date)
    running = (known(PostSpellRow, None), PostSpellRow.first_day <= day, PostSpellRow.last_day >= day)
    return (
        select(
            PersonRow.id,
            PersonRow.public_id,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            PersonDetailRow.email,
            PostSpellRow.job_title,
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .outerjoin(PostSpellRow, and_(PostSpellRow.person_id == PersonRow.id, *running))
        .where(PersonRow.id.in_(team_members(below=below)))
        .order_by(PersonRow.id, PostSpellRow.post_ref, PostSpellRow.id)
    )
