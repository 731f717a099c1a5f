"""Closing a register: attendance becomes completions, dated by the workshop's day in London (counting rule 1).

All of it is one transaction: the outcomes that come by themselves, the completions, their certificates, the timelines.
Correcting an outcome afterwards retracts the fact and records another, and the completion goes or comes with it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from courses import store
from courses.certificate.issuer import Issuer
from courses.domain import ACCEPTED_EVIDENCE, CompletionKey, Course, Evidence, Source, course_on
from courses.domain.workshops import How, Outcome
from courses.services import certificates
from courses.services.workshops.attending import (
    Line,
    Register,
    own_person,
    put,
    refuse_early,
    register_of,
)
from courses.store import OnRecord, attendance, attenders, workshops
from courses.store.attenders import Attender
from courses.store.catalogue import course_lines
from courses.store.certificates import of_completions
from courses.store.workshops import Workshop
from foundation import audit
from foundation.dates import LONDON
from foundation.errors import DomainError
from foundation.facts import touch
from foundation.formats import count_noun
from foundation.stamp import Stamp

OF_WORKSHOP = "The register of a workshop says so now"
OWN_CLOSING = (
    "Closing this register would record a completion for you, and nobody records their own training. "
    "Ask somebody else to close it."
)
OWN_OUTCOME = "Nobody changes what became of themselves. Ask somebody else to do it."


@dataclass(frozen=True, slots=True)
class Closing:
    """What closing would do. `known`: who has this course on this day on record already, which stands."""

    register: Register
    lacking: Sequence[Line]
    by_themselves: Sequence[Line]
    new: Sequence[Attender]
    facilitators: Sequence[Attender]
    known: Sequence[tuple[Attender, OnRecord]]


def course_of(session: Session, workshop: Workshop) -> Course:
    """What the rule book says of the course on the day of the workshop."""
    return course_on(course_lines(session), workshop.sitting.course, workshop.sitting.day)


def plan(session: Session, workshop: Workshop) -> Closing:
    """What closing the register as it stands would do. Writes nothing."""
    register, sitting = register_of(session, workshop), workshop.sitting
    attended = {line.person.id: line.person for line in register.of(Outcome.ATTENDED)}
    leading: dict[int, Attender] = {}
    if course_of(session, workshop).counts_for_facilitators:
        ids = set(sitting.facilitator_ids) - attended.keys()
        leading = attenders.attenders(session, ids, sitting.day)
    everybody = {**attended, **leading}
    before = _standing(session, workshop, everybody)
    return Closing(
        register,
        register.lacking,
        [line for line in register.lines if line.found is None and line.outcome is not None],
        [one for one in attended.values() if one.id not in before],
        [one for one in leading.values() if one.id not in before],
        [(one, before[one.id]) for one in everybody.values() if one.id in before],
    )


def _standing(session: Session, workshop: Workshop, person_ids: Collection[int]) -> dict[int, OnRecord]:
    """Whose completion is on record already; what nobody accepted makes room for the register's word."""
    sitting = workshop.sitting
    found = store.on_record(session, sitting.course, sitting.day, person_ids)
    return {one: said for one, said in found.items() if said.evidence in ACCEPTED_EVIDENCE}


def close(session: Session, stamp: Stamp, workshop: Workshop, issuer: Issuer) -> Closing:
    """Confirm the register. The issuer of certificates is named as the provider where the course names none.

    Raises DomainError where it is closed already, before the workshop begins, where it was called off, and where
    somebody who was booked has no outcome, and where whoever closes it would give themselves a completion.
    """
    if workshop.sitting.is_cancelled:
        refuse_early(workshop, stamp.at)
    if attendance.closed(session, workshop.id) is not None:
        raise DomainError("The register is closed already.")
    if stamp.at < workshop.sitting.starts_at:
        raise DomainError("The register cannot be closed before the workshop begins.")
    doing = plan(session, workshop)
    if doing.lacking:
        many = count_noun(len(doing.lacking), "person who was booked has", "people who were booked have")
        raise DomainError(f"{many} no outcome yet. Say what became of everybody, then close the register.")
    _refuse_own(session, stamp, workshop, doing)
    for line in doing.by_themselves:
        put(session, stamp, workshop, None, line.person.id, Outcome.LATE_CANCELLED, How.REGISTER)
    attendance.record_closed(session, stamp, workshop.id)
    given = give_completions(
        session, stamp, workshop, [one.id for one in (*doing.new, *doing.facilitators)], issuer
    )
    counts = {outcome.value: len(doing.register.of(outcome)) for outcome in Outcome}
    audit.record(
        session,
        stamp,
        "register.closed",
        f"workshop:{workshop.public_id}",
        completions=given,
        guests=len(doing.register.guests),
        **counts,
    )
    return doing


def _refuse_own(session: Session, stamp: Stamp, workshop: Workshop, doing: Closing) -> None:
    """Nobody closes a register that makes their own attendance a completion (promises 8, rule 1).

    Leading is another thing: that somebody leads was planned by somebody else, so they may close what they led. Whoever
    put themselves down as leading may not.
    """
    own = own_person(session, stamp)
    attended = own in {one.id for one in doing.new}
    leads = own in {one.id for one in doing.facilitators}
    if attended or (leads and stamp.actor in workshops.planned_by(session, workshop.id)):
        raise DomainError(OWN_CLOSING)


def give_completions(
    session: Session, stamp: Stamp, workshop: Workshop, person_ids: Collection[int], issuer: Issuer
) -> int:
    """Record that these people completed the course on the day of the workshop, and issue their certificates.

    Whose completion was accepted already is left as they are; one that waits for a check waits no longer. Gives for
    how many it was recorded.
    """
    course, day = course_of(session, workshop), workshop.sitting.day
    before = store.on_record(session, course.code, day, person_ids)
    people = attenders.attenders(session, person_ids, day)
    given: list[CompletionKey] = []
    for person_id in sorted(set(person_ids)):
        standing = before.get(person_id)
        if standing is not None and standing.evidence in ACCEPTED_EVIDENCE:
            continue
        if standing is not None:
            store.retract_completion(session, stamp, standing, OF_WORKSHOP, with_files=True)
        key = CompletionKey(person_id, course.code, day)
        store.record_completion(
            session,
            stamp,
            key,
            Evidence.VERIFIED,
            provider=course.provider or issuer.council,
            reference=workshop.reference,
            source=Source.WORKSHOP.value,
        )
        _note(session, stamp, "completion.recorded", people[person_id], workshop)
        given.append(key)
    touch(session, [key.person_id for key in given])
    # A completion that comes back finds its certificate; one that was taken back stays so until somebody corrects it.
    before_now = of_completions(session, given)
    new = [key for key in given if key not in before_now]
    certificates.issue_many(session, stamp, issuer, new, stamp.at.astimezone(LONDON).date())
    return len(given)


def take_completion(
    session: Session, stamp: Stamp, workshop: Workshop, person: Attender, reason: str
) -> bool:
    """Take the completion back that this workshop gave somebody; what others recorded of the same day stands.

    Its certificate is shown as revoked at once: the register's truth decides (promise S17).
    """
    sitting = workshop.sitting
    found = store.on_record(session, sitting.course, sitting.day, [person.id]).get(person.id)
    ours = (Source.WORKSHOP.value, workshop.reference)
    if found is None or (found.source, found.reference) != ours:
        return False
    store.retract_completion(session, stamp, found, reason, with_files=True)
    touch(session, [person.id])
    _note(session, stamp, "completion.taken_back", person, workshop)
    return True


def _give_from_another(
    session: Session, stamp: Stamp, workshop: Workshop, person: Attender, issuer: Issuer
) -> None:
    """Whoever was at another sitting of the same course on the same day completed it all the same."""
    day = workshop.sitting.day
    others = {
        one.id: one
        for one in workshops.between(session, day, day)
        if one.id != workshop.id and one.course_id == workshop.course_id and not one.sitting.is_cancelled
    }
    closed = attendance.closed_among(session, others)
    there = {
        one.workshop_id
        for one in attendance.of_workshops(session, closed)
        if one.person_id == person.id and one.outcome is Outcome.ATTENDED
    }
    if course_of(session, workshop).counts_for_facilitators:
        there |= {one for one in closed if person.id in others[one].sitting.facilitator_ids}
    if there:
        give_completions(session, stamp, others[min(there)], [person.id], issuer)


def _note(session: Session, stamp: Stamp, event: str, person: Attender, workshop: Workshop) -> None:
    audit.record(
        session,
        stamp,
        event,
        f"person:{person.public_id}",
        course=workshop.sitting.course,
        completed_on=workshop.sitting.day.isoformat(),
        workshop=workshop.reference,
    )


def correct(
    session: Session,
    stamp: Stamp,
    workshop: Workshop,
    person: Attender,
    seen: int,
    outcome: Outcome,
    reason: str,
    issuer: Issuer,
) -> None:
    """Say after closing what really became of somebody. `seen` is the fact that the page showed, 0 for none.

    Raises DomainError where the register is still open, where it says so already, or where it changed meanwhile.
    """
    if attendance.closed(session, workshop.id) is None:
        raise DomainError("The register is still open: change the outcome there.")
    if own_person(session, stamp) == person.id:
        raise DomainError(OWN_OUTCOME)
    before = attendance.of_workshop(session, workshop.id).get(person.id)
    if (before.id if before else 0) != seen:
        raise DomainError("Somebody else has corrected this meanwhile. Look at it again.")
    was = before.outcome if before else None
    if was is outcome:
        raise DomainError("The register says so already. Choose another outcome, or go back.")
    put(session, stamp, workshop, before, person.id, outcome, How.REGISTER, reason)
    counts_anyway = (
        person.id in workshop.sitting.facilitator_ids and course_of(session, workshop).counts_for_facilitators
    )
    if outcome is Outcome.ATTENDED:
        give_completions(session, stamp, workshop, [person.id], issuer)
    elif not counts_anyway and take_completion(session, stamp, workshop, person, reason):
        _give_from_another(session, stamp, workshop, person, issuer)
    audit.record(
        session,
        stamp,
        "register.corrected",
        f"workshop:{workshop.public_id}",
        person_id=person.id,
        was=was.value if was else "",
        outcome=outcome.value,
    )
