"""What there is to know of one completion whose evidence is or was checked: who, what, the file, the decision."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from courses import store
from courses.domain import CompletionKey, Concern, Evidence
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from courses.services.concerns import concerns, is_register, used_elsewhere
from courses.services.evidence import DECISIONS, senders
from courses.services.evidence_queue import led_alone
from courses.store import EvidenceFile, OnRecord
from foundation.errors import NotFound
from foundation.facts import known
from people import store as people
from people.domain import Account, Permission
from people.models import AccountRow, PersonDetailRow
from people.store import Some

UNDO_WITHIN = timedelta(hours=1)
"""For so long whoever decided may take it back at the page; what stands longer is corrected in the record."""
MOST_OTHERS = 10
NOT_THEIRS = "They do not work in your organisation alone. The training team must check it."


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody by name, and the random id by which pages know them."""

    person_id: int
    public_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Decision:
    """What was decided, when and by whom: a name, or what kind of actor it was. `count`: for how many in one act."""

    evidence: Evidence
    at: datetime
    by: str
    by_reader: bool
    reason: str
    can_undo: bool
    count: int = 1


@dataclass(frozen=True, slots=True)
class Case:
    """A completion whose evidence is or was to be checked. `why_not`: why this reader may not decide; or empty."""

    completion: OnRecord
    person: Named
    files: list[EvidenceFile]
    concerns: tuple[Concern, ...]
    others: list[OnRecord]
    """Other completions of the same course by the same person, the latest first."""
    used_by: list[Named]
    """For whom else a file with the same contents was sent."""
    register: list[Named]
    """Who else stands on the same signed register and waits for a check, this reader left out."""
    decision: Decision | None
    why_not: str


def find_case(session: Session, account: Account, key: CompletionKey, now: datetime, today: date) -> Case:
    """What there is to know of a completion that waits for a check, or that was checked.

    A partner lead is told of nobody who does not work in the own organisations alone. Raises NotFound where nothing
    was to be checked, or not by this account.
    """
    actor = f"account:{account.public_id}"
    found = store.on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    decision = None if found is None else decision_about(session, found, actor, now)
    if found is None or (found.evidence != Evidence.AWAITING and decision is None):
        raise NotFound("There is no such completion.")
    led = Permission.LEARNING in account.permissions or _is_led(session, account, found, today)
    if not led and not account.sees_everybody:
        raise NotFound("There is no such completion.")
    files = store.evidence_files(session, [key.person_id]).get(key, [])
    shared = used_elsewhere(session, files)
    others = {one for some in shared.values() for one in some} if account.sees_everybody else set()
    together = _on_register(session, account, files, found, today) if decision is None else []
    names = named(session, {key.person_id, *together, *others})
    return Case(
        completion=found,
        person=names[key.person_id],
        files=files,
        concerns=concerns(found.source, files, shared),
        others=_others(session, found),
        used_by=_in_order(names[one] for one in others),
        register=_in_order(names[one] for one in together if one not in (key.person_id, account.person_id)),
        decision=decision,
        why_not=_why_not(session, account, found) or ("" if led else NOT_THEIRS),
    )


def _is_led(session: Session, account: Account, found: OnRecord, today: date) -> bool:
    query = select(CompletionRow.id).where(CompletionRow.id == found.id)
    return session.scalar(query.where(led_alone(account.organisation_ids, today))) is not None


def _in_order(people: Iterable[Named]) -> list[Named]:
    return sorted(people, key=lambda one: (one.name, one.public_id))


def _why_not(session: Session, account: Account, found: OnRecord) -> str:
    if account.person_id == found.person_id:
        return "This is your own training. Somebody else must check it."
    if f"account:{account.public_id}" in senders(session, found.key):
        return "You sent this in yourself. Somebody else must check it."
    return ""


def named(session: Session, person_ids: Collection[int]) -> dict[int, Named]:
    """These people by their ids."""
    found = people.names(session, Some(sorted(person_ids)))
    return {
        person_id: Named(person_id, public_id, f"{first} {last}".strip() or "Name not recorded")
        for person_id, (public_id, _, first, last) in found.items()
    }


def _others(session: Session, found: OnRecord) -> list[OnRecord]:
    query = (
        select(CompletionRow.id)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == found.person_id,
            CourseRow.code == found.course,
            CompletionRow.id != found.id,
            known(CompletionRow, None),
        )
        .order_by(CompletionRow.completed_on.desc(), CompletionRow.id.desc())
    )
    others = (
        store.completion_on_record(session, one) for one in session.scalars(query.limit(MOST_OTHERS)).all()
    )
    return [one for one in others if one is not None]


def _on_register(
    session: Session, account: Account, files: Sequence[EvidenceFile], found: OnRecord, today: date
) -> list[int]:
    """Whose completions wait for a check with the same signed register; empty where there is none."""
    stored = sorted({file.stored_as for file in files if is_register(file)})
    if not stored:
        return []
    query = (
        select(CompletionRow.person_id)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .join(
            EvidenceFileRow,
            (EvidenceFileRow.person_id == CompletionRow.person_id)
            & (EvidenceFileRow.course_id == CompletionRow.course_id)
            & (EvidenceFileRow.completed_on == CompletionRow.completed_on),
        )
        .where(
            EvidenceFileRow.sha256.in_(sorted({file.sha256 for file in files})),
            EvidenceFileRow.stored_as.in_(stored),
            known(EvidenceFileRow, None),
            known(CompletionRow, None),
            CompletionRow.evidence == Evidence.AWAITING.value,
            CompletionRow.completed_on == found.completed_on,
            CourseRow.code == found.course,
        )
        .order_by(CompletionRow.person_id)
        .distinct()
    )
    if Permission.LEARNING not in account.permissions:
        query = query.where(led_alone(account.organisation_ids, today))
    return list(session.scalars(query))


def decision_about(session: Session, found: OnRecord, actor: str, now: datetime) -> Decision | None:
    """The decision that stands about a completion; None where it was never checked, or waits again."""
    if found.evidence not in DECISIONS:
        return None
    query = (
        select(CompletionRow.retracted_reason)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == found.person_id,
            CourseRow.code == found.course,
            CompletionRow.completed_on == found.completed_on,
            CompletionRow.evidence == Evidence.AWAITING.value,
            CompletionRow.retracted_at == found.recorded_at,
        )
    )
    reason = session.scalar(query)
    if reason is None:
        return None
    can_undo = found.recorded_by == actor and now - found.recorded_at < UNDO_WITHIN
    return Decision(
        evidence=Evidence(found.evidence),
        at=found.recorded_at,
        by=who_is(session, found.recorded_by),
        by_reader=found.recorded_by == actor,
        reason=reason if found.evidence == Evidence.REJECTED else "",
        can_undo=can_undo,
        count=len(same_act(session, found)),
    )


def who_is(session: Session, actor: str) -> str:
    """An actor of the record as a page names them: the person of an account. Not every reader may see addresses."""
    kind, _, public_id = actor.partition(":")
    if kind != "account":
        return "The service"
    query = (
        select(PersonDetailRow.first_name, PersonDetailRow.last_name)
        .select_from(AccountRow)
        .outerjoin(
            PersonDetailRow,
            (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None),
        )
        .where(AccountRow.public_id == public_id)
    )
    row = session.execute(query).one_or_none()
    if row is None:
        return "Somebody whose account is gone"
    name = f"{row.first_name or ''} {row.last_name or ''}".strip()
    return name or "An account that belongs to nobody who is counted"


def same_act(session: Session, found: OnRecord) -> list[OnRecord]:
    """The completions decided in the same act: this one, and others of the same signed register."""
    mine = aliased(EvidenceFileRow)
    together = (
        select(EvidenceFileRow.person_id)
        .join(mine, (mine.sha256 == EvidenceFileRow.sha256) & (mine.stored_as == EvidenceFileRow.stored_as))
        .where(mine.person_id == found.person_id, mine.retracted_at.is_(None), known(EvidenceFileRow, None))
        .distinct()
    )
    everybody = {found.person_id, *session.scalars(together)}
    standing = store.on_record(session, found.course, found.completed_on, everybody)
    act = (found.evidence, found.recorded_at, found.recorded_by)
    return [
        one for _, one in sorted(standing.items()) if (one.evidence, one.recorded_at, one.recorded_by) == act
    ]
