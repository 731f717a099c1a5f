"""What reports say of reminders: what was told about duties, how far up, and what is told next. Reads only.

`app` gives it to reports (reports.services.sources.reminding), which stand below this package.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.requirement import ReminderStep, RuleBook, StepTo
from compliance.store.rules import Rules, load_rules
from foundation.dates import FIRST_DAY
from people.store import in_chunks
from reminders.domain.due import Digest, Due, Item, due_of
from reminders.domain.following import next_step
from reminders.domain.planning import Circumstances
from reminders.domain.step_told import step_told
from reminders.services.gathering import above_them, facts_of
from reminders.services.planning import circumstances_on
from reminders.store.dues import duties_on
from reminders.store.reported import Left, left_about
from reminders.wording import step_words, to_words
from reports.domain.sources.chasing import Owing, Reminded, Stage

_STAGES = tuple(Stage)
_Pending = dict[tuple[int, str], list[Item]]


class Reported:
    """Knows by the ledger and the plan itself. What is told next is what would be told if nothing were done."""

    def reminded(
        self, session: Session, owing: Sequence[Owing], day: date
    ) -> dict[tuple[int, str], Reminded]:
        """For each of these duties. Measures are never spoken of, so they are not in the answer."""
        rules = load_rules(session)
        duties = set(duties_on(rules, day).values())
        by_person: dict[int, list[Owing]] = {}
        for one in owing:
            if one.requirement in duties:
                by_person.setdefault(one.person_id, []).append(one)
        under = _as_if_everything_went(circumstances_on(session, rules.book, day))
        found: dict[tuple[int, str], Reminded] = {}
        for some in in_chunks(session, sorted(by_person)):
            every = [one for person_id in some.ids for one in by_person[person_id]]
            found |= _of_some(session, rules, under, every)
        return found


def _as_if_everything_went(under: Circumstances) -> Circumstances:
    """The day with nothing that keeps a reminder for another one: every step whose day has come is in its plan."""
    terms = replace(under.terms, most_a_day=len(Digest))
    return replace(under, terms=terms, working_day=lambda _day: True, planned_until=FIRST_DAY)


def _of_some(
    session: Session, rules: Rules, under: Circumstances, owing: Sequence[Owing]
) -> dict[tuple[int, str], Reminded]:
    people = sorted({one.person_id for one in owing})
    managers, heads = above_them(session, under.day, people)
    dues = [due_of(*one, managers.get(one.person_id, ()), heads.get(one.person_id, ())) for one in owing]
    facts = facts_of(session, rules, under.day, dues)
    facts.told = [one for one in facts.told if one.on <= under.day]
    facts.had = {}
    pending: _Pending = {}
    for message in facts.planned(under).messages:
        for item in message.items:
            pending.setdefault((item.person_id, item.requirement), []).append(item)
    left: dict[tuple[int, str, str], list[Left]] = {}
    for one in left_about(session, people, under.day):
        left.setdefault((one.person_id, one.requirement, one.cycle), []).append(one)
    found = {}
    for due in dues:
        key = due.person_id, due.requirement
        of_cycle = left.get((*key, due.cycle), ())
        found[key] = _reminded(rules.book, under, due, of_cycle, pending.get(key, ()))
    return found


def _reminded(
    book: RuleBook, under: Circumstances, due: Due, left: Sequence[Left], pending: Sequence[Item]
) -> Reminded:
    own = [one.left_on for one in left if one.is_to_person]
    stage = max((_stage(book, one) for one in left), key=_STAGES.index, default=Stage.NOBODY)
    words, next_on = _following(under, due, pending)
    return Reminded(len(own), max(own, default=None), stage, words, next_on)


def _stage(book: RuleBook, one: Left) -> Stage:
    """Up to whom a reminder went. A manager also gets what is for somebody who has no email address."""
    if one.is_to_person:
        return Stage.PERSON
    step = step_told(book.reminder_steps, one.requirement, one.step, one.planned_on)
    is_head = step is not None and step.to == StepTo.HEAD_OF_SERVICE
    return Stage.HEAD_OF_SERVICE if is_head else Stage.MANAGER


def _following(under: Circumstances, due: Due, pending: Sequence[Item]) -> tuple[str, date | None]:
    """In words, and its day: what waits to be told on the day, to the person before others; else the next step."""
    if pending:
        first = min(pending, key=lambda item: (item.recipient_id != due.person_id, item.recipient_id))
        return _words(first.step, is_person=first.recipient_id == due.person_id), under.day
    following = next_step(under, due)
    if following is None:
        return "", None
    day, step = following
    return _words(step, is_person=step.to == StepTo.PERSON), day


def _words(step: ReminderStep, *, is_person: bool) -> str:
    to = to_words(step, is_person)
    return f"{step_words(step)}, {to[:1].lower()}{to[1:]}"
