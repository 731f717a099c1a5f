"""The message to one person about everything that falls on a day: written when it leaves, from what holds then."""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.requirement import RuleBook
from compliance.store.history import recorded_of
from compliance.store.rules import load_rules
from courses.domain import Completion
from foundation.stamp import Stamp
from reminders.domain.due import Digest
from reminders.domain.outbox import NoLonger, Words
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.phrasing import person_words
from reminders.services.writing.still import drop_what_ended, no_address
from reminders.services.writing.things import Duties, Thing
from reminders.store.addressing import recipient_of, roles_asking
from reminders.store.ledger import Entry, items_of
from reminders.store.told import is_weekly


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
        planned = items_of(session, [message_id])
        recipient = recipient_of(session, message_id)
        if recipient is None or not recipient.email:
            return no_address(session, planned)
        today = self._day_of(stamp.at)
        rules = load_rules(session)
        entries = drop_what_ended(session, rules, planned, today, again=again)
        if isinstance(entries, NoLonger):
            return entries
        things = things_of(session, self._duties.on(rules.book, today), recipient.person_id, entries, today)
        weekly = is_weekly(session, recipient.person_id)
        subject, body = person_words(self._letterhead, recipient.first_name, things, weekly=weekly)
        return Words(recipient.email, subject, body)


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


def things_of(
    session: Session, duties: Duties, person_id: int, entries: Sequence[Entry], today: date
) -> list[Thing]:
    """What somebody has to do, in words."""
    roles = roles_asking(session, person_id, today)
    completions: list[Completion] = []
    if any(duties.asks_for_completions(entry.requirement) for entry in entries):
        completions = [one.completion for one in recorded_of(session, person_id)]
    return [duties.thing(entry, roles.get(entry.requirement, ""), completions) for entry in entries]
