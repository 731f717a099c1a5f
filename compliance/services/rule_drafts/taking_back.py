"""Taking a change of the rule book back: a draft that undoes it, which goes through the what-if as any other does."""

from datetime import date, timedelta

from sqlalchemy.orm import Session

from compliance.domain.change import RuleChange, change, key
from compliance.domain.drafting import CollisionError
from compliance.domain.requirement import RuleBook
from compliance.domain.taking_back import left_hanging, taken_back
from compliance.programme.words import subject
from compliance.services.rule_drafts.drafting import (
    canonical,
    is_for_coordinators,
    save_edit,
)
from compliance.services.rule_drafts.signs import Signs
from compliance.store import rule_drafts as store
from compliance.store.rule_changes import Made
from compliance.store.rules import load_rule_book
from foundation import audit
from foundation.errors import DomainError
from foundation.stamp import Stamp

BEGINNING = "This is how the rule book began, so it cannot be taken back. Change what is wrong in it."
DRAFT_FIRST = "You have a draft already. Save or discard it first."
PAST = "It changed only days that are past, and those stay as they were. There is nothing to take back."
NOT_FOR_YOU = (
    "You may take back changes of targets and of who must hold a requirement. This one changed more."
)
_LEAST = timedelta(microseconds=1)


def change_of(session: Session, made: Made) -> RuleChange:
    """What a change did: the rule book that was known just before it, and just after."""
    before, after = load_rule_book(session, made.at - _LEAST), load_rule_book(session, made.at)
    return change(before, after, made.effective or made.at.date())


def first_day(made: Made, today: date) -> date:
    """From when on taking a change back can count: not in the past, and not before the change itself."""
    return max(today, made.effective or today)


def refuse(
    session: Session, account_id: int, made: Made, done: RuleChange, today: date, *, targets_alone: bool
) -> None:
    """Raise DomainError where a change cannot be taken back, or not by this account now.

    `targets_alone`: by a coordinator.
    """
    if made.effective is None:
        raise DomainError(BEGINNING)
    if targets_alone and not is_for_coordinators(done):
        raise DomainError(NOT_FOR_YOU)
    _undone(done, load_rule_book(session), first_day(made, today))
    if store.open_draft(session, account_id) is not None:
        raise DomainError(DRAFT_FIRST)


def take_back(
    session: Session,
    stamp: Stamp,
    account_id: int,
    signs: Signs,
    made: Made,
    today: date,
    *,
    targets_alone: bool,
) -> None:
    """Begin a draft that undoes a change; inside a transaction. Nothing counts before the draft is saved.

    Raises DomainError as `refuse` does.
    """
    done = change_of(session, made)
    refuse(session, account_id, made, done, today, targets_alone=targets_alone)
    save_edit(
        session, stamp, account_id, signs, lambda book, day: _undone(done, book, day), first_day(made, today)
    )
    begun = store.open_draft(session, account_id)
    assert begun is not None
    audit.record(session, stamp, "rule_draft.began_taking_back", begun.public_id, change=made.number)


def _undone(done: RuleChange, book: RuleBook, day: date) -> RuleBook:
    try:
        found = taken_back(done, book, day)
    except CollisionError as collision:
        subjects = {key(line): subject(line) for line in (*done.ended, *done.added)}
        about = "; ".join(subjects[about] for about in collision.keys)
        raise DomainError(
            "This can no longer be taken back, because the same was changed again since, or has been taken back "
            f"already: {about}. Take the later change back first, or change it by hand."
        ) from collision
    if not change(book, found, day):
        raise DomainError(PAST)
    if hanging := left_hanging(done, found, day):
        told = "; ".join(dict.fromkeys(subject(line) for line in hanging))
        raise DomainError(
            f"This can no longer be taken back, because others built on it since: {told}. End that first."
        )
    return canonical(found)
