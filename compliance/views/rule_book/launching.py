"""Having a draft worked out or applied: here for few people, in a process of its own for many."""

from flask import current_app

from compliance.services.rule_drafts.drafting import MEASURING, Draft, find_draft
from compliance.services.rule_drafts.signs import Signs
from compliance.services.rule_drafts.working import (
    hand_over,
    is_long,
    measure,
    outcome_of,
    was_not_started,
)
from compliance.views import own_process
from foundation import clock
from foundation.db import db, transaction


def signs() -> Signs:
    """The signs of life of the processes of this service."""
    return Signs.in_instance(current_app.instance_path)


def begin_measuring(account_id: int) -> None:
    """Have the what-if of the account's draft worked out, unless that is done or a process is at it."""
    session = db.session()
    draft = find_draft(session, account_id, signs())
    if draft is None or not _waits(draft):
        return
    if not is_long(session, draft):
        measure(session, draft, clock.now())
        return
    with transaction(session):
        # Read again under the lock: another tab may have asked for the same meanwhile.
        draft = find_draft(session, account_id, signs())
        if draft is None or not _waits(draft):
            return
        hand_over(session, draft, MEASURING, clock.now())
    launch(draft.record.public_id, draft.mark)


def _waits(draft: Draft) -> bool:
    """Whether what the draft does is still to be worked out, and nobody is at it."""
    if draft.collisions or not draft.change or draft.is_at_work(clock.now()):
        return False
    return outcome_of(draft) is None


def launch(draft: str, mark: str) -> None:
    """Start the process for a draft, whose row has been committed. Where it cannot be started, the draft says so."""
    database = current_app.config[own_process.DATABASE]
    if not own_process.start(database, current_app.instance_path, "work-on-draft", draft, mark):
        was_not_started(db.session(), draft)
