"""Who would be written to if the rule book were another: what a what-if asks (compliance.services.rule_drafts).

The day is planned twice, by the rule book of the record and by the other one, from the same ledger. Whose timelines the
change can touch has them worked out anew for the second plan, and kept nowhere (counting rule 9).
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.change import concerned, reminder_lines
from compliance.domain.effect import Effect
from compliance.domain.requirement import Kind, RuleBook
from compliance.domain.timeline import Timelines
from compliance.store.concerned import people_concerned
from compliance.store.facts import people_facts
from compliance.store.rules import Rules, load_rules
from foundation.dates import FIRST_DAY, day_after
from people.store import in_chunks
from reminders.domain.due import Channel, Digest, due_of, position_of
from reminders.domain.planning import Circumstances
from reminders.services.bank_holidays import is_working_day
from reminders.services.gathering import Facts, above_them, facts_of, of_people, of_teams
from reminders.services.planning import circumstances_on
from reminders.store import dues as store

Spoken = set[tuple[int, Digest]]
"""To whom a message goes, and which."""


class Foreseen:
    """Foresees by the plan itself. Weekly messages count as if they went on the day, and a day that is no working day
    stands for the next one that is: what is asked is who hears of the change, not on which weekday."""

    def would_be_written_to(
        self, session: Session, after: RuleBook, effects: Iterable[Effect], day: date
    ) -> tuple[int, ...]:
        """The ids of those to whom a message would go by `after` that without it would not; in order."""
        rules = load_rules(session)
        while not is_working_day(day):
            day = day_after(day)
        moved = _moved(session, rules, after)
        looked_at = None if reminder_lines(rules.book) != reminder_lines(after) else sorted(moved)
        before, then = Facts(), Facts()
        for some in in_chunks(session, looked_at):
            before.add(of_people(session, rules, day, some.ids, above=True))
            then.add(_of_people_after(session, rules, after, day, some.ids, moved))
        new = _spoken(then, _under(session, after, day)) - _spoken(before, _under(session, rules.book, day))
        if looked_at is not None:
            new -= _spoken_anyway(session, rules, day, sorted({recipient for recipient, _ in new}))
        return tuple(sorted({recipient for recipient, _ in new}))


def _moved(session: Session, rules: Rules, after: RuleBook) -> frozenset[int]:
    """Those whose timelines may be others by the other rule book."""
    codes = concerned(rules.book, after)
    ids = [rules.requirement_ids[code] for code in codes if code in rules.requirement_ids]
    return frozenset(people_concerned(session, ids, after, codes)) if codes else frozenset()


def _of_people_after(
    session: Session,
    rules: Rules,
    after: RuleBook,
    day: date,
    person_ids: Sequence[int],
    moved: frozenset[int],
) -> Facts:
    """What is known of these people, with the timelines that the other rule book gives them."""
    managers, heads = above_them(session, day, person_ids)
    by_record = store.dues_on(session, replace(rules, book=after), day, person_ids, managers, heads)
    dues = [due for due in by_record if due.person_id not in moved]
    cycles: dict[tuple[int, str], set[str]] = {}
    timelines = Timelines(after)
    for person_id, facts in people_facts(session, [one for one in person_ids if one in moved]):
        for code, timeline in timelines.of(facts).items():
            span, line = timeline.on(day), after.requirement_on(code, day)
            if span is not None and line is not None and line.kind == Kind.DUTY:
                above = managers.get(person_id, ()), heads.get(person_id, ())
                dues.append(due_of(person_id, code, span, *above))
                cycles[person_id, code] = {position_of(one)[1] for one in timeline.spans}
    found = facts_of(session, rules, day, dues)
    found.cycles |= cycles
    return found


def _under(session: Session, book: RuleBook, day: date, only: Digest | None = None) -> Circumstances:
    return replace(circumstances_on(session, book, day, only), planned_until=FIRST_DAY)


def _spoken(facts: Facts, under: Circumstances) -> Spoken:
    # What somebody has had today is no reason why they would not hear of a change that is to come.
    messages = replace(facts, had={}).planned(under).messages
    return {(one.recipient_id, one.digest) for one in messages if one.channel is Channel.EMAIL}


def _spoken_anyway(session: Session, rules: Rules, day: date, recipients: Sequence[int]) -> Spoken:
    """What goes to these people by the record, about those as well whom the change does not touch."""
    found: Spoken = set()
    for some in in_chunks(session, recipients):
        own = of_people(session, rules, day, some.ids)
        teams = of_teams(session, rules, day, some.ids)
        found |= _spoken(own, _under(session, rules.book, day, Digest.PERSON))
        found |= _spoken(teams, _under(session, rules.book, day, Digest.TEAM))
    return found
