"""What a message of the plan would say if it left now: the words of the writers, for reminders that nobody has written
down yet. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from sqlalchemy.orm import Session

from compliance.store.rules import load_rules
from reminders.domain.due import Channel, Digest, Item, Outcome, PlannedMessage
from reminders.domain.letter import RefusedError
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import DutiesOfDay, personal_facts
from reminders.services.writing.phrasing import letter_words, person_words, team_words
from reminders.services.writing.team import news_of
from reminders.store.addressing import Named, named
from reminders.store.ledger import Entry
from reminders.store.told import is_weekly

NOT_WRITTEN: Final = 2**31 - 1
"""The row that the message would have: later than any that there is."""


@dataclass(frozen=True, slots=True)
class Preview:
    """The words, or the problem that keeps them from being made."""

    subject: str = ""
    body: str = ""
    problem: str = ""


def preview(session: Session, letterhead: Letterhead, message: PlannedMessage, today: date) -> Preview:
    """What a message, or letter, of the plan would say."""
    rules = load_rules(session)
    duties = DutiesOfDay().on(rules.book, today)
    entries = entries_of(message.items, message.day)
    people = named(session, {message.recipient_id, *(entry.person_id for entry in entries)})
    recipient = people.get(message.recipient_id, Named(message.recipient_id, "", "", ""))
    try:
        if message.digest is Digest.TEAM:
            news = news_of(session, rules, duties, NOT_WRITTEN, recipient, entries, people, today)
            return Preview(*team_words(letterhead, news))
        things = personal_facts(session, duties, entries, today).things(entries)
        if message.channel is Channel.LETTER:
            return Preview(*letter_words(letterhead, recipient.first_name, things))
        weekly = is_weekly(session, message.recipient_id)
        return Preview(*person_words(letterhead, recipient.first_name, things, weekly=weekly))
    except RefusedError as error:
        return Preview(problem=str(error))


def entries_of(items: Iterable[Item], day: date) -> list[Entry]:
    """The rows that the ledger will have of these items."""
    return [
        Entry(
            id=number,
            person_id=item.person_id,
            requirement=item.requirement,
            cycle=item.cycle,
            step=item.step.code,
            recipient_id=item.recipient_id,
            channel=item.channel,
            outcome=Outcome.PLANNED,
            triggered_on=item.triggered_on,
            deadline=item.deadline,
            on=day,
            message_id=None,
            letter_run_id=None,
        )
        for number, item in enumerate(items)
    ]
