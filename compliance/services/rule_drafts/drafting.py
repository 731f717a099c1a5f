"""Drafting a change of the rule book: edits gathered, looked at, then applied or discarded (docs/programme.md).

A draft is the wanted rule book, made from the record of a moment. When the record changes meanwhile the draft is
carried over to it, unless both changed the same thing: then it can only be given up, or what collides be taken out.
What is applied is exactly what was shown: `mark` names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from hashlib import sha256

from sqlalchemy.orm import Session

from compliance.domain.change import (
    Key,
    RuleChange,
    change,
    concerned,
    key,
    lines_of,
    reminder_lines,
    rests_on,
)
from compliance.domain.drafting import CollisionError, Edit, carried_over, moved, taken_out
from compliance.domain.requirement import RoleLink, RuleBook, Target
from compliance.programme.reading import read_programme
from compliance.programme.words import Note, notes
from compliance.programme.writing import write_programme
from compliance.services.programme import apply_book
from compliance.services.rule_drafts.signs import PATIENCE, Signs
from compliance.store import rule_drafts as store
from compliance.store.rule_drafts import DraftRecord
from compliance.store.rules import load_rule_book
from foundation import audit
from foundation.dates import add_months, quarter_ends
from foundation.errors import DomainError, NotFound, Problem
from foundation.formats import long_date
from foundation.stamp import Stamp

NO_DRAFT = "There is no such draft."
LOOK_AGAIN = "The rule book was changed meanwhile. Nothing was saved. Look at your draft again."
DAY_IS_PAST = "The day from which your draft counts is past. Choose today or a later day."
BUSY = "Your draft is being worked on. Wait until that is done."
TARGETS_ALONE = "You may change targets and who must hold a requirement. This draft changes more than that."
APPLIED, DISCARDED = "applied", "discarded"
MEASURING, APPLYING = "measuring", "applying"


@dataclass(frozen=True)
class Draft:
    """A draft as it stands against the record of now."""

    record: DraftRecord
    recorded: RuleBook
    wanted: RuleBook
    change: RuleChange
    collisions: tuple[Key, ...] = ()
    carried: bool = False
    """The record has changed since the draft was last saved, and nothing collides."""
    seen_at: datetime | None = None
    """When the process that is at work on it last gave a sign of life."""

    @property
    def notes(self) -> tuple[Note, ...]:
        """The change in words."""
        return notes(self.change)

    @cached_property
    def mark(self) -> str:
        """By what this very change is known, its two days included, and what it does.

        It differs when anything else would be applied, and when the figures of what it concerns rest on other rules.
        """
        change, record = self.change, self.record
        parts = (change.effective, change.ended, change.kept, change.added, change.name, record.later_on)
        return sha256(repr((record.public_id, record.effective, parts, self._grounds())).encode()).hexdigest()

    def _grounds(self) -> list[tuple[object, ...]]:
        """What the effects rest on. Of what collides nothing is worked out."""
        if self.collisions:
            return []
        before, after = self.change.before, self.change.after
        lines = (*self.change.ended, *self.change.added)
        codes = concerned(before, after) | {line.requirement for line in lines if isinstance(line, Target)}
        told = [tuple(sorted(reminder_lines(book), key=repr)) for book in (before, after)]
        # Who would be written to rests on all reminder steps, whichever the draft changes.
        return [
            ("reminders", *told),
            *((code, rests_on(before, code), rests_on(after, code)) for code in sorted(codes)),
        ]

    def is_at_work(self, now: datetime) -> bool:
        """Whether a process is at work on the draft. One that died is not waited for."""
        record = self.record
        if record.work is None or record.work_problem is not None or record.work_began_at is None:
            return False
        return now - max(record.work_began_at, self.seen_at or record.work_began_at) < PATIENCE

    @property
    def days(self) -> tuple[date, ...]:
        """The days on which the what-if looks: the first, and a later one."""
        return tuple(sorted({self.record.effective, self.record.later_on}))


def next_quarter_end(day: date) -> date:
    """The end of the quarter of the financial year after the one in which a day lies.

    >>> next_quarter_end(date(2026, 5, 3))
    datetime.date(2026, 9, 30)
    """
    return list(quarter_ends(day, add_months(day, 7)))[1]


def find_draft(session: Session, account_id: int, signs: Signs) -> Draft | None:
    """The open draft of an account, as it stands against the record of now."""
    record = store.open_draft(session, account_id)
    return None if record is None else _standing(session, record, signs.last(record.public_id))


def expect_draft(session: Session, account_id: int, signs: Signs, public_id: str) -> Draft:
    """The same, if it is the one that a form names. Raises NotFound for any other, somebody else's included."""
    found = find_draft(session, account_id, signs)
    if found is None or found.record.public_id != public_id:
        raise NotFound(NO_DRAFT)
    return found


def draft_at_work(session: Session, public_id: str) -> Draft:
    """An open draft by its id alone, for the process that works on it. Raises NotFound."""
    record = store.draft_of(session, public_id)
    if record is None or record.ended_at is not None:
        raise NotFound(NO_DRAFT)
    return _standing(session, record)


def _standing(session: Session, record: DraftRecord, seen_at: datetime | None = None) -> Draft:
    recorded = load_rule_book(session)
    base, wanted = _book(record.base), _book(record.wanted)
    collisions: tuple[Key, ...] = ()
    is_stale = set(lines_of(base)) != set(lines_of(recorded)) or base.name != recorded.name
    if is_stale:
        try:
            wanted = carried_over(base, wanted, recorded)
        except CollisionError as collision:
            collisions = collision.keys
    found = change(recorded, wanted, record.effective)
    return Draft(record, recorded, wanted, found, collisions, is_stale and not collisions, seen_at)


def save_edit(session: Session, stamp: Stamp, account_id: int, signs: Signs, edit: Edit, day: date) -> None:
    """Put an edit into the account's draft, which is begun where there is none; inside a transaction.

    Raises DomainError where the edit cannot be, where the draft counts from another day or collides, or while it is at
    work.
    """
    draft = find_draft(session, account_id, signs)
    if draft is None:
        recorded = load_rule_book(session)
        wanted = canonical(edit(recorded, day))
        public_id = store.add_draft(
            session,
            account_id,
            effective=day,
            later_on=next_quarter_end(day),
            base=_text(recorded),
            wanted=_text(wanted),
            made_at=stamp.at,
            changed_at=stamp.at,
        )
        audit.record(session, stamp, "rule_draft.begun", public_id, effective=day.isoformat())
        return
    _must_hold(draft, stamp.at)
    if draft.record.effective != day:
        raise DomainError(
            f"The other changes of your draft count from {long_date(draft.record.effective)}. Give that day here, "
            "and change the day of the whole draft afterwards if you need to"
        )
    _save(session, stamp, draft, canonical(edit(draft.wanted, day)), "rule_draft.changed")


def move_draft(session: Session, stamp: Stamp, draft: Draft, day: date) -> None:
    """Have the whole draft count from another day. Raises DomainError where a line does not hold then."""
    _must_hold(draft, stamp.at)
    wanted = canonical(moved(draft.change, day))
    later_on = max(draft.record.later_on, day)
    _save(session, stamp, draft, wanted, "rule_draft.moved", effective=day, later_on=later_on)


def look_later(session: Session, stamp: Stamp, draft: Draft, day: date) -> None:
    """Choose the later day on which the what-if looks too."""
    _must_hold(draft, stamp.at)
    _save(session, stamp, draft, draft.wanted, "rule_draft.looked_ahead", later_on=day)


def take_out(session: Session, stamp: Stamp, draft: Draft, about: Sequence[Key]) -> None:
    """Leave some things as the record has them."""
    _must_be_free(draft, stamp.at)
    if draft.collisions:
        # What collides goes first; the rest is then carried over.
        base, wanted = _book(draft.record.base), _book(draft.record.wanted)
        wanted = canonical(carried_over(base, taken_out(wanted, base, about), draft.recorded))
    else:
        wanted = canonical(taken_out(draft.wanted, draft.recorded, about))
    _save(session, stamp, draft, wanted, "rule_draft.changed")


def discard_draft(session: Session, stamp: Stamp, draft: Draft) -> None:
    """Give the draft up; the rule book stays as it is."""
    _must_be_free(draft, stamp.at)
    store.update_draft(session, draft.record.public_id, ended_at=stamp.at, outcome=DISCARDED, result=None)
    audit.record(session, stamp, "rule_draft.discarded", draft.record.public_id)


def check_applicable(draft: Draft, seen: str, today: date, *, targets_alone: bool) -> None:
    """Raise DomainError unless the draft may be applied as it was seen. `targets_alone`: by a coordinator."""
    if draft.collisions or draft.mark != seen or draft.record.result_of != seen:
        raise DomainError(LOOK_AGAIN)
    if draft.record.effective < today:
        raise DomainError(DAY_IS_PAST)
    if not draft.change:
        raise DomainError("Your draft changes nothing. Change something first, or discard it")
    if targets_alone and not is_for_coordinators(draft.change):
        raise DomainError(TARGETS_ALONE)


def is_for_coordinators(change: RuleChange) -> bool:
    """Whether a coordinator may make a change: of targets and of who must hold a requirement, and no new name."""
    lines = (*change.ended, *change.added)
    return not change.renames and all(isinstance(line, Target | RoleLink) for line in lines)


def apply_draft(session: Session, stamp: Stamp, draft: Draft) -> None:
    """Make the rule book what the draft wants, the past as it was; the timelines follow at the commit."""
    apply_book(
        session,
        stamp,
        draft.wanted,
        draft.record.effective,
        draft.change,
        "rule_draft.applied",
        draft.record.public_id,
    )
    store.update_draft(
        session,
        draft.record.public_id,
        ended_at=stamp.at,
        outcome=APPLIED,
        result=None,
        work=None,
        work_began_at=None,
    )


def canonical(wanted: RuleBook) -> RuleBook:
    """The rule book as a programme file gives it back. Raises DomainError where such a file would be refused."""
    if not lines_of(wanted):
        return wanted
    try:
        return read_programme(write_programme(wanted)).book
    except DomainError as refused:
        raise DomainError(*(Problem(problem.message) for problem in refused.problems)) from None


def about_words(about: Key) -> str:
    """What a line is about, in words, for what has no line any more.

    >>> about_words(("role link", "AWARE", "frontline"))
    'role link: AWARE, frontline'
    """
    return f"{about[0]}: {', '.join(part for part in about[1:] if part)}"


def _must_be_free(draft: Draft, now: datetime) -> None:
    if draft.is_at_work(now):
        raise DomainError(BUSY)


def _must_hold(draft: Draft, now: datetime) -> None:
    """What collides is as of the record that it was made from: to save it would undo what was changed since."""
    _must_be_free(draft, now)
    if draft.collisions:
        raise DomainError(LOOK_AGAIN)


def _save(session: Session, stamp: Stamp, draft: Draft, wanted: RuleBook, event: str, **days: date) -> None:
    store.update_draft(
        session,
        draft.record.public_id,
        base=_text(draft.recorded),
        wanted=_text(wanted),
        changed_at=stamp.at,
        work=None,
        work_began_at=None,
        work_problem=None,
        **days,
    )
    audit.record(
        session,
        stamp,
        event,
        draft.record.public_id,
        **{name: day.isoformat() for name, day in days.items()},
    )


def touched(draft: Draft) -> set[Key]:
    """What the draft changes, by what it is about."""
    return {key(line) for line in (*draft.change.ended, *draft.change.added)}


def _text(book: RuleBook) -> str:
    return write_programme(book) if lines_of(book) else ""


def _book(text: str) -> RuleBook:
    return read_programme(text).book if text else RuleBook()
