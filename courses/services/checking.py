"""Deciding about evidence on a page: one completion or a whole signed register, and undoing that.

The decision itself is `decide_evidence`. Whoever sent the evidence in is told by e-mail where it was not accepted.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import store
from courses.domain import CompletionKey, Evidence, Source
from courses.services.case import Case, decision_about, same_act
from courses.services.evidence import UNDONE, decide_evidence, senders
from courses.services.evidence_queue import TOLD
from courses.store import OnRecord
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import touch
from foundation.mail import Message, queue
from foundation.stamp import Stamp
from people import store as people
from people.models import AccountRow
from people.store import Some


class DecidedMeanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """Somebody decided while the page was open (bad input G13)."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a message about evidence says. `what`: "rejected" or "undone"; `own`: the reader's own training;
    `by_file`: of others, in the file of a partner lead and not on a signed register."""

    what: str
    own: bool
    course: str
    completed_on: date
    reason: str
    people: int
    by_file: bool = False


Words = Callable[[Told], tuple[str, str]]
"""Writes the subject and the body of a message."""


def decide(
    session: Session,
    stamp: Stamp,
    keys: Sequence[CompletionKey],
    decision: Evidence,
    reason: str,
    words: Words,
) -> None:
    """Accept or reject the evidence of one completion, or of several of one signed register: all of them or none.

    Raises DecidedMeanwhile where one of them was decided since, and as `decide_evidence` does.
    """
    before = [_waiting(session, key) for key in keys]
    for one in before:
        decide_evidence(session, stamp, one.key, decision, reason)
    if decision is Evidence.REJECTED:
        _tell(session, stamp, "rejected", before, reason, words)


def _waiting(session: Session, key: CompletionKey) -> OnRecord:
    found = store.on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    if found is None:
        raise NotFound("There is no such completion.")
    if found.evidence != Evidence.AWAITING:
        raise DecidedMeanwhile("Somebody has decided about this already.")
    return found


def register_keys(case: Case, ticked: Collection[str]) -> list[CompletionKey]:
    """The completions behind the people ticked on a register, by their public ids.

    Raises DecidedMeanwhile where one of them no longer waits with the same register.
    """
    known_as = {case.person.public_id: case.person, **{one.public_id: one for one in case.register}}
    if set(ticked) - known_as.keys():
        raise DecidedMeanwhile(
            "Somebody you ticked no longer waits with this register, so nothing was decided for anybody."
        )
    found = case.completion
    return [
        CompletionKey(person.person_id, found.course, found.completed_on)
        for public_id, person in known_as.items()
        if public_id in set(ticked)
    ]


def undo(session: Session, stamp: Stamp, key: CompletionKey, words: Words) -> int:
    """Take back one's own decision, with all that was decided in the same act: they wait again; gives how many.

    One fact is retracted and another recorded, so the decision stays readable. Raises NotFound where there is no
    decision, DomainError where it is somebody else's or too long ago.
    """
    found = store.on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    decision = None if found is None else decision_about(session, found, stamp.actor, stamp.at)
    if found is None or decision is None:
        raise NotFound("There is no such decision.")
    if found.recorded_by != stamp.actor:
        raise DomainError("Somebody else decided this, so you cannot undo it.")
    if not decision.can_undo:
        raise DomainError("A decision can be undone for one hour. This one is older.")
    together = same_act(session, found)
    for one in together:
        store.retract_completion(session, stamp, one, UNDONE)
        store.record_completion(
            session,
            stamp,
            one.key,
            Evidence.AWAITING,
            provider=one.provider,
            reference=one.reference,
            source=one.source,
            revoked_on=one.revoked_on,
        )
        audit.record(
            session,
            stamp,
            "evidence.undone",
            f"person:{people.names(session, Some([one.person_id]))[one.person_id][0]}",
            course=one.course,
            completed_on=one.completed_on.isoformat(),
            was=one.evidence,
        )
    touch(session, [one.person_id for one in together])
    if decision.evidence is Evidence.REJECTED:
        _tell(session, stamp, "undone", together, "", words)
    return len(together)


def _tell(
    session: Session, stamp: Stamp, what: str, decided: Sequence[OnRecord], reason: str, words: Words
) -> None:
    """Write to whoever sent these in, one message each; what another system reported is nobody's to be told of."""
    sent_by: dict[str, list[OnRecord]] = defaultdict(list)
    for one in decided:
        actors = senders(session, one.key) if one.source in TOLD else []
        if actors:
            sent_by[actors[-1]].append(one)
    for actor, some in sorted(sent_by.items()):
        query = select(AccountRow.email).where(
            AccountRow.public_id == actor.partition(":")[2], AccountRow.disabled_at.is_(None)
        )
        address = session.scalar(query)
        if address is not None:
            first = some[0]
            own, by_file = first.source == Source.SELF, first.source == Source.PARTNER_FILE
            told = Told(what, own, first.course, first.completed_on, reason, len(some), by_file)
            queue(session, stamp, Message(f"evidence_{what}", address, *words(told), is_secret=False))
