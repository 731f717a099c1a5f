"""The message to one person about everything that falls on a day: written when it leaves, from what holds then."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rules
from courses.domain import Completion
from courses.store.completed import completions
from foundation.stamp import Stamp
from people.store import Some
from reminders.domain.due import Digest
from reminders.domain.outbox import NoLonger, Words, Writing
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.phrasing import person_words
from reminders.services.writing.still import drop_what_ended, no_address
from reminders.services.writing.things import Duties, Thing
from reminders.store.addressing import recipient_of, recipients_of, roles_asking
from reminders.store.ledger import Entry, items_of, still_due
from reminders.store.told import weekly_among


class ReminderWriter:
    """Writes the messages of kind `reminder`."""

    kinds = frozenset({Digest.PERSON.value})

    def __init__(self, letterhead: Letterhead, day_of: Callable[[datetime], date]) -> None:
        self._letterhead = letterhead
        self._day_of = day_of
        self._duties = DutiesOfDay()

    def address_of(self, session: Session, message_id: int) -> str | None:
        """The person's address as the record has it now."""
        self._duties.get_ready(session)
        found = recipient_of(session, message_id)
        return (found.email or None) if found else None

    def write(self, session: Session, stamp: Stamp, message_id: int, again: bool) -> Words | NoLonger:
        """The words about what still applies."""
        return self.writing(session, stamp, [message_id])(message_id, again)

    def writing(self, session: Session, stamp: Stamp, message_ids: Sequence[int]) -> Writing:
        """The same of several messages, all of whose facts are read now: so many statements however many they are."""
        today = self._day_of(stamp.at)
        rules = load_rules(session)
        planned: dict[int | None, list[Entry]] = defaultdict(list)
        for entry in items_of(session, message_ids):
            planned[entry.message_id].append(entry)
        recipients = recipients_of(session, message_ids)
        every = [entry for entries in planned.values() for entry in entries]
        reasons = still_due(session, every, today, rules)
        facts = personal_facts(session, self._duties.on(rules.book, today), every, today)
        weekly = weekly_among(session, (one.person_id for one in recipients.values()))

        def write(message_id: int, again: bool) -> Words | NoLonger:
            recipient = recipients.get(message_id)
            if recipient is None or not recipient.email:
                return no_address(session, planned[message_id])
            entries = drop_what_ended(session, planned[message_id], reasons, again=again)
            if isinstance(entries, NoLonger):
                return entries
            subject, body = person_words(
                self._letterhead,
                recipient.first_name,
                facts.things(entries),
                weekly=recipient.person_id in weekly,
            )
            return Words(recipient.email, subject, body)

        return write


class DutiesOfDay:
    """The duties under the rule book of the moment, kept while neither it nor the day changes."""

    def __init__(self) -> None:
        self._book: RuleBook | None = None
        self._today: date | None = None
        self._found: Duties | None = None
        self._is_new = True

    def on(self, book: RuleBook, today: date) -> Duties:
        """Those of a day. The rule book that `load_rules` keeps is the same object until it changes."""
        if self._found is None or self._book is not book or self._today != today:
            self._is_new = self._book is not book
            self._book, self._today, self._found = book, today, Duties(book, today)
        return self._found

    def get_ready(self, session: Session) -> None:
        """Have the rule book kept, outside of a write: what is read inside one is read anew each time."""
        if self._is_new:
            load_rules(session)
            self._is_new = False


@dataclass(frozen=True, slots=True)
class PersonalFacts:
    """What the words about duties say of the people themselves: the roles that ask, and what they completed."""

    duties: Duties
    roles: Mapping[int, Mapping[str, str]]
    completions: Mapping[int, Sequence[Completion]]

    def things(self, entries: Iterable[Entry]) -> list[Thing]:
        """What is to be done, in words."""
        return [
            self.duties.thing(
                entry,
                self.roles.get(entry.person_id, {}).get(entry.requirement, ""),
                self.completions.get(entry.person_id, ()),
            )
            for entry in entries
        ]


def personal_facts(session: Session, duties: Duties, entries: Iterable[Entry], today: date) -> PersonalFacts:
    """What `PersonalFacts.things` needs for reminders to people themselves, with two queries at most."""
    every = list(entries)
    asking = {entry.person_id for entry in every if duties.asks_for_completions(entry.requirement)}
    done = completions(session, Some(sorted(asking))) if asking else {}
    return PersonalFacts(duties, roles_asking(session, (entry.person_id for entry in every), today), done)
