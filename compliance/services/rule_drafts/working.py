"""The long part of a draft: working out what it does, and applying it. In the request for few people, else beside it.

A process of its own asks `work_on`; what it finds is kept with the draft, where the page looks for it.
"""

import logging
from collections.abc import Callable
from datetime import date, datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.services.rule_drafts import drafting
from compliance.services.rule_drafts.drafting import APPLYING, MEASURING, Draft
from compliance.services.rule_drafts.letters import speaks_of_reminders, would_be_written_to
from compliance.services.rule_drafts.outcome import Outcome, as_text, from_text
from compliance.services.rule_drafts.signs import Signs
from compliance.services.what_if import what_if, who_is_concerned
from compliance.store import rule_drafts as store
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.models import PersonRow

log = logging.getLogger(__name__)

MOST_AT_ONCE = 2_000
"""Up to so many people concerned, a request works by itself: some seconds. Beyond, a process of its own does."""
MOST_TO_REFRESH = 5_000
"""Up to so many people on record, a request saves a change by itself: the timelines of all are looked at."""
FAILED = "This could not be worked out. Try again."
FAILED_TO_APPLY = "Nothing was saved, because something went wrong. Look at your draft, then try again."


def outcome_of(draft: Draft) -> Outcome | None:
    """What was worked out of this very change; None where that is still to come."""
    record = draft.record
    if record.result is None or record.result_of != draft.mark:
        return None
    return from_text(record.result)


def work_out(session: Session, draft: Draft) -> Outcome:
    """What the draft would do on its two days."""
    concerned = who_is_concerned(session, draft.change)
    days = what_if(session, draft.change, draft.days, person_ids=concerned)
    first = draft.record.effective
    written_to = would_be_written_to(session, draft.change.after, days[first], first)
    return Outcome(days, len(concerned), written_to)


def measure(session: Session, draft: Draft, now: datetime) -> None:
    """Work out what the draft would do, and keep that with it: its own transaction."""
    found, mark = as_text(work_out(session, draft)), draft.mark
    with transaction(session):
        store.update_draft(
            session,
            draft.record.public_id,
            result=found,
            result_of=mark,
            result_at=now,
            work=None,
            work_began_at=None,
            work_problem=None,
        )


def is_long(session: Session, draft: Draft) -> bool:
    """Whether so many people are concerned that no request should wait for it."""
    if speaks_of_reminders(draft.change) and _people_on_record(session) > MOST_AT_ONCE:
        return True
    return len(who_is_concerned(session, draft.change)) > MOST_AT_ONCE


def takes_long_to_apply(session: Session) -> bool:
    """Whether so many people are on record that no request should wait for all their timelines."""
    return _people_on_record(session) > MOST_TO_REFRESH


def _people_on_record(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(PersonRow)) or 0


def hand_over(session: Session, draft: Draft, work: str, now: datetime) -> None:
    """Note what a process is about to do; inside a transaction. Raises DomainError where one is at it."""
    if draft.is_at_work(now):
        raise DomainError(drafting.BUSY)
    store.update_draft(session, draft.record.public_id, work=work, work_began_at=now, work_problem=None)


def was_not_started(session: Session, public_id: str) -> None:
    """Note that the process could not be started that was to do what was handed over: its own transaction."""
    draft = drafting.draft_at_work(session, public_id)
    _give_up(session, public_id, FAILED_TO_APPLY if draft.record.work == APPLYING else FAILED)


def work_on(
    session: Session, signs: Signs, public_id: str, mark: str, now: Callable[[], datetime], today: date
) -> bool:
    """Do what the page of a draft has asked; whether it came to a good end. `mark` is the change as it was shown.

    Raises NotFound for a draft that is not open.
    """
    drafting.draft_at_work(session, public_id)
    with signs.alive(public_id):
        return _work_on(session, public_id, mark, now, today)


def _work_on(session: Session, public_id: str, mark: str, now: Callable[[], datetime], today: date) -> bool:
    draft = drafting.draft_at_work(session, public_id)
    work = draft.record.work
    try:
        if work == MEASURING:
            measure(session, draft, now())
        elif work == APPLYING:
            with transaction(session):
                draft = drafting.draft_at_work(session, public_id)
                # Whether this account may apply it was settled when it asked.
                drafting.check_applicable(draft, mark, today, targets_alone=False)
                actor = store.actor_of(session, draft.record.account_id)
                drafting.apply_draft(session, Stamp(actor, now()), draft)
    except DomainError as problem:
        _give_up(session, public_id, str(problem)[:500])
        return False
    except Exception:  # whatever it was, the draft must not seem busy for ever
        log.exception("the work on draft %s failed", public_id)
        _give_up(session, public_id, FAILED_TO_APPLY if work == APPLYING else FAILED)
        return False
    return True


def _give_up(session: Session, public_id: str, problem: str) -> None:
    with transaction(session):
        store.update_draft(session, public_id, work_problem=problem)
