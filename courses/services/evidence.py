"""Evidence: who may open a file, and what becomes of a completion that waits for a check."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from courses import store
from courses.domain import CompletionKey, Concern, Evidence, Purpose
from courses.models import CompletionRow, CourseRow
from courses.services.concerns import concerns, used_elsewhere
from courses.store import EvidenceFile, OnRecord
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import touch
from foundation.stamp import Stamp
from people import store as people
from people.domain import Account
from people.services.scope import view_of
from people.store import Some, Team

DECISIONS = frozenset({Evidence.VERIFIED, Evidence.REJECTED})
LONGEST_REASON = 200
UNDONE = "Decision undone"
"""Why a decision left the record when it was taken back (courses/services/checking.py)."""


def open_evidence(session: Session, account: Account, public_id: str, today: date) -> EvidenceFile:
    """A file that this account may open (promises 8, "View evidence file"). Raises NotFound for every other.

    A certificate is opened by whoever may see the person. A register names all who signed it, so it is opened only by
    those who may see every one of them: somebody on it does not read the rest of the list here.
    """
    file = store.evidence_file(session, public_id)
    if file is None or view_of(session, account, file.person, today) is None:
        raise NotFound("There is no such file.")
    if not _may_open(session, account, [file], today):
        raise NotFound("There is no such file.")
    return file


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that proves a completion, as a list shows it. `may_open`: this reader may open it."""

    file: EvidenceFile
    course: str
    may_open: bool

    @property
    def is_register(self) -> bool:
        return self.file.purpose == Purpose.REGISTER


def files_of(session: Session, account: Account, person: str, today: date) -> tuple[str, list[FileLine]]:
    """A person's name, and the files that prove the completions. Raises NotFound for whom the account may not see."""
    seen = view_of(session, account, person, today)
    if seen is None:
        raise NotFound("There is no such person.")
    titles = {course.code: course.title for course in store.courses_on(session, today)}
    found = [file for files in store.evidence_files(session, [seen.person_id]).values() for file in files]
    found.sort(key=lambda file: (file.completed_on, file.id), reverse=True)
    may_open = _may_open(session, account, found, today)
    lines = [FileLine(file, titles.get(file.course) or file.course, file.id in may_open) for file in found]
    _, _, first, last = people.names(session, Some([seen.person_id]))[seen.person_id]
    return f"{first} {last}".strip(), lines


def _may_open(session: Session, account: Account, files: Collection[EvidenceFile], today: date) -> set[int]:
    """Which files of somebody whom the account may see it may open: a register only if it sees everybody on it."""
    registers = [file for file in files if file.purpose == Purpose.REGISTER]
    others = {file.id for file in files if file.purpose != Purpose.REGISTER}
    if account.sees_everybody or not registers:
        return others | {file.id for file in registers}
    seen: set[int] = {account.person_id} if account.person_id is not None else set()
    if account.is_manager and account.person_id is not None:
        below = Team(account.person_id, today, below=True)
        seen |= {person.id for person in store.team_people(session, below)}
    signed = store.sent_for(session, [file.sha256 for file in registers])
    if account.is_partner_lead:
        unknown = {one.person for one in signed if one.person_id not in seen}
        views = [view_of(session, account, person, today) for person in sorted(unknown)]
        seen |= {view.person_id for view in views if view is not None}
    hidden = {one.stored_as for one in signed if one.person_id not in seen}
    return others | {file.id for file in registers if file.stored_as not in hidden}


@dataclass(frozen=True, slots=True)
class Waiting:
    """A completion that waits for a check, the files sent with it, and what makes one wonder."""

    completion: OnRecord
    person_ref: str
    name: str
    files: list[EvidenceFile]
    concerns: tuple[Concern, ...]


def waiting_for_check(session: Session) -> list[Waiting]:
    """Every completion that waits for a check, the longest waiting first."""
    found = store.awaiting(session)
    ids = sorted({one.person_id for one in found})
    files = store.evidence_files(session, ids)
    used = used_elsewhere(session, [file for of_one in files.values() for file in of_one])
    names = {}
    for some in people.in_chunks(session, ids):
        names.update(people.names(session, Some(some.ids)))
    return [
        Waiting(
            completion=one,
            person_ref=names[one.person_id][1],
            name=" ".join(names[one.person_id][2:]).strip(),
            files=files.get(one.key, []),
            concerns=concerns(one.source, files.get(one.key, []), used),
        )
        for one in found
    ]


def decide_evidence(
    session: Session, stamp: Stamp, key: CompletionKey, decision: Evidence, reason: str = ""
) -> None:
    """Accept or reject the evidence of a completion: one fact is retracted and another recorded.

    Nobody decides about their own training, nor about what they sent in themselves for others (promises 8, rule 1). To
    reject needs a reason, which the person reads on sending it again. Raises NotFound; DomainError where it is refused.
    """
    if decision not in DECISIONS:
        raise ValueError(f"{decision} is no decision")
    reason = " ".join(reason.split())
    before = store.on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    if before is None:
        raise NotFound("There is no such completion on record.")
    if before.evidence != Evidence.AWAITING:
        raise DomainError("This record is closed: it is not waiting for a check.")
    _refuse_own(session, stamp, before)
    if decision is Evidence.REJECTED and not reason:
        raise DomainError("Give a reason, so that the person knows what to do.")
    if len(reason) > LONGEST_REASON:
        raise DomainError(f"The reason has more than {LONGEST_REASON} characters. Make it shorter.")
    store.retract_completion(session, stamp, before, reason or "Checked and accepted")
    store.record_completion(
        session,
        stamp,
        key,
        decision,
        provider=before.provider,
        reference=before.reference,
        source=before.source,
        revoked_on=before.revoked_on,
    )
    touch(session, [key.person_id])
    done = "accepted" if decision is Evidence.VERIFIED else "rejected"
    audit.record(
        session,
        stamp,
        f"evidence.{done}",
        f"person:{people.names(session, Some([key.person_id]))[key.person_id][0]}",
        course=key.course,
        completed_on=key.completed_on.isoformat(),
    )


def _refuse_own(session: Session, stamp: Stamp, before: OnRecord) -> None:
    kind, _, public_id = stamp.actor.partition(":")
    if kind == "account" and store.person_of_account(session, public_id) == before.person_id:
        raise DomainError("You cannot check your own training. Ask somebody else to do it.")
    if stamp.actor in senders(session, before.key):
        raise DomainError("You cannot check what you sent in yourself. Ask somebody else to do it.")


def senders(session: Session, key: CompletionKey, until: datetime | None = None) -> list[str]:
    """Who has sent in a completion, the first first; with `until`, before that moment.

    Whoever only undid a decision about it, or corrected it while it waited, has sent in nothing: who sent in the one
    that was corrected still has, whatever its course and day were.
    """
    replaced = aliased(CompletionRow)
    by_correcting = and_(replaced.evidence == Evidence.AWAITING.value, replaced.retracted_batch_id.is_(None))
    not_sent = exists().where(
        replaced.person_id == CompletionRow.person_id,
        replaced.course_id == CompletionRow.course_id,
        replaced.completed_on == CompletionRow.completed_on,
        replaced.retracted_at == CompletionRow.recorded_at,
        or_(replaced.retracted_reason == UNDONE, by_correcting),
    )
    query = (
        select(CompletionRow.recorded_by, CompletionRow.recorded_at)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == key.person_id,
            CourseRow.code == key.course,
            CompletionRow.completed_on == key.completed_on,
            CompletionRow.evidence == Evidence.AWAITING.value,
            ~not_sent,
        )
        .order_by(CompletionRow.recorded_at, CompletionRow.id)
    )
    if until is not None:
        query = query.where(CompletionRow.recorded_at < until)
    found: list[str] = []
    for actor, at in session.execute(query).all():
        found += _senders_before(session, key, at) or [actor]
    return list(dict.fromkeys(found))


def _senders_before(session: Session, key: CompletionKey, at: datetime) -> list[str]:
    """Who had sent in what became this completion at a moment, by a correction of its course or day."""
    query = (
        select(CourseRow.code, CompletionRow.completed_on)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == key.person_id,
            CompletionRow.evidence == Evidence.AWAITING.value,
            CompletionRow.retracted_at == at,
            CompletionRow.retracted_batch_id.is_(None),
            or_(CourseRow.code != key.course, CompletionRow.completed_on != key.completed_on),
        )
        .order_by(CompletionRow.id)
    )
    before = [CompletionKey(key.person_id, *row) for row in session.execute(query).all()]
    return [actor for one in before for actor in senders(session, one, at)]
