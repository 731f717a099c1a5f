"""The weekly message to a manager or head of service: how the team stands, who is newly behind, whom to tell.

It names people of their own team alone, says nothing of anybody who is away or exempt, and is written when it leaves.
"""

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.requirement import StepTo
from compliance.store.rules import Rules, load_rules
from foundation.dates import FIRST_DAY
from foundation.stamp import Stamp
from reminders.domain.due import Digest, Reason
from reminders.domain.outbox import NoLonger, Words
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import DutiesOfDay
from reminders.services.writing.phrasing import News, TeamNews, team_words
from reminders.services.writing.still import drop_what_ended, has_left, no_address, take_out
from reminders.services.writing.things import Duties
from reminders.store.addressing import Named, named, recipient_of, told_about_before
from reminders.store.dues import duties_on, managers_of, reachable
from reminders.store.ledger import Entry, items_of, still_due
from reminders.store.team_standing import standing
from reminders.store.told import told_by_email

_NOBODY = Named(0, "", "", "")


class TeamWriter:
    """Writes the messages of kind `team_digest`."""

    kinds = frozenset({Digest.TEAM.value})

    def __init__(self, letterhead: Letterhead, day_of: Callable[[datetime], date]) -> None:
        self._letterhead = letterhead
        self._day_of = day_of
        self._duties = DutiesOfDay()

    def address_of(self, session: Session, message_id: int) -> str | None:
        """The manager's address as the record has it now."""
        self._duties.get_ready(session)
        found = recipient_of(session, message_id)
        return (found.email or None) if found else None

    def write(self, session: Session, stamp: Stamp, message_id: int, again: bool) -> Words | NoLonger:
        """The words about what still applies."""
        entries = items_of(session, [message_id])
        recipient = recipient_of(session, message_id)
        if recipient is None or not recipient.email:
            return no_address(session, entries)
        today = self._day_of(stamp.at)
        # In a message to a person the same is said of each item: nothing is asked of who holds no post.
        if not reachable(session, today, [recipient.person_id])[recipient.person_id].email:
            return has_left(session, entries)
        rules = load_rules(session)
        duties = self._duties.on(rules.book, today)
        people = named(session, (entry.person_id for entry in entries))
        to_tell = _without_those_told(session, duties, entries, people)
        reasons = still_due(session, to_tell, today, rules)
        found = drop_what_ended(session, to_tell, reasons, again=again, fewer=len(to_tell) < len(entries))
        if isinstance(found, NoLonger):
            return found
        news = news_of(session, rules, duties, message_id, recipient, found, people, today)
        subject, body = team_words(self._letterhead, news)
        return Words(recipient.email, subject, body)


def news_of(
    session: Session,
    rules: Rules,
    duties: Duties,
    message_id: int,
    recipient: Named,
    entries: Sequence[Entry],
    people: dict[int, Named],
    today: date,
) -> TeamNews:
    """What these reminders tell of the team, for the message or for a look at it before it is written down."""
    steps = {entry.id: duties.step(entry) for entry in entries}
    lines = {entry.id: duties.line(entry, people.get(entry.person_id, _NOBODY).name) for entry in entries}
    below = [entry for entry in entries if steps[entry.id].to == StepTo.HEAD_OF_SERVICE]
    managers = _managers(session, today, recipient.person_id, {entry.person_id for entry in below})
    asked = duties_on(rules, today)
    figure = standing(session, recipient.person_id, today, asked, below=len(below) == len(entries))
    overdue = figure.overdue
    if below and len(below) < len(entries):
        overdue = standing(session, recipient.person_id, today, asked, below=True).overdue
    before = told_about_before(session, recipient.person_id, message_id)
    return TeamNews(
        first_name=recipient.first_name,
        as_at=today,
        figure=figure.figure,
        news=tuple(
            News(
                steps[entry.id],
                entry.person_id,
                lines[entry.id],
                managers.get(entry.person_id, "") if entry in below else "",
            )
            for entry in entries
            if steps[entry.id].to != StepTo.PERSON
        ),
        tell=tuple(lines[entry.id] for entry in entries if steps[entry.id].to == StepTo.PERSON),
        earlier=len(overdue.keys() & before - {entry.person_id for entry in entries}),
    )


def _without_those_told(
    session: Session, duties: Duties, entries: Sequence[Entry], people: dict[int, Named]
) -> list[Entry]:
    """Nobody needs to be told by the manager who has had the same by email. An address alone tells nobody anything."""
    reached = [
        entry
        for entry in entries
        if people.get(entry.person_id, _NOBODY).email and duties.step(entry).to == StepTo.PERSON
    ]
    sent = told_by_email(session, (entry.person_id for entry in reached))
    have_been_told = {
        entry.id: Reason.HAS_EMAIL_NOW
        for entry in reached
        if sent.get((entry.person_id, entry.requirement, entry.cycle), FIRST_DAY) >= entry.triggered_on
    }
    take_out(session, have_been_told)
    return [entry for entry in entries if entry.id not in have_been_told]


def _managers(session: Session, today: date, head_id: int, person_ids: set[int]) -> dict[int, str]:
    """The names of those who manage these people and report to the head themselves; of several, the first.

    Somebody with two posts has managers in two lines. Who is in the other one is not told.
    """
    found = managers_of(session, today, person_ids)
    above = managers_of(session, today, {manager for own in found.values() for manager in own})
    in_line = {
        person_id: manager
        for person_id, own in found.items()
        for manager in reversed(own)
        if head_id in above.get(manager, ())
    }
    names = named(session, in_line.values())
    return {person_id: names.get(manager, _NOBODY).name for person_id, manager in in_line.items()}
