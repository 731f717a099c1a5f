"""What a reader has just decided about evidence: the page after it says so, and offers to undo it."""

from dataclasses import dataclass

from flask import request

from courses.domain import Evidence
from courses.services.case import decision_about, named
from courses.services.evidence_queue import course_titles, read_key
from courses.store import on_record
from foundation import clock
from foundation.db import Session
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date
from people.domain import Account


@dataclass(frozen=True, slots=True)
class Done:
    """A decision in words, and the key by which it is undone."""

    key: str
    sentence: str


def just_done(session: Session, account: Account) -> Done | None:
    """What the address says that the reader has decided, as long as it stands and can be undone."""
    text = request.args.get("done", "")
    if not text:
        return None
    try:
        _, key = read_key(session, text)
    except NotFound:
        return None
    found = on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    actor = f"account:{account.public_id}"
    decision = decision_about(session, found, actor, clock.now()) if found else None
    if decision is None or not decision.can_undo:
        return None
    course = course_titles(session, clock.today()).get(key.course) or key.course
    whose = named(session, [key.person_id])[key.person_id].name
    if decision.count > 1:
        whose = count_noun(decision.count, "person", "people")
    verb = "Accepted" if decision.evidence is Evidence.VERIFIED else "Not accepted"
    return Done(text, f"{verb}: {whose}, {course}, {long_date(key.completed_on)}.")
