"""The plan of a day: read from the timelines and the ledger, and written down (docs/reminders.md).

`plan_for` reads only. `write_plan` writes what it says, in chunks of some people, each whole or not at all. What a
chunk has written is in the ledger, so that another process, or the same one begun anew, finds nothing more to write.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from traceback import extract_tb

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from compliance.domain.requirement import ReminderTerms, RuleBook
from compliance.store.rules import Rules, load_rules
from foundation import audit
from foundation.db import transaction
from foundation.registry import modules
from foundation.stamp import Stamp
from people.store import in_chunks, names
from reminders import steps
from reminders.domain.due import Channel, Digest, Plan, Steps
from reminders.domain.planning import Circumstances
from reminders.domain.workdays import london_day
from reminders.services.bank_holidays import is_working_day
from reminders.services.gathering import Facts, facts_of, of_people, of_teams
from reminders.store import dues, giving_way, ledger, runs

CHUNK = 400
"""People planned in one transaction: others who write wait for a fraction of a second."""
MANAGERS = 40
"""Managers and heads of service planned in one transaction: each has a team."""

log = logging.getLogger(__name__)


class Became(StrEnum):
    """What became of the planning of a day."""

    PLANNED = "planned"
    ALREADY = "already"
    STOPPED = "stopped"
    """Cut off on request, or some could not be planned (`RunTally.failed`); it goes on where it was."""
    NOT_A_WORKING_DAY = "not_a_working_day"
    OVERTAKEN = "overtaken"
    """A later day has been planned: what was due on this one has been told with it."""


@dataclass(slots=True)
class RunTally:
    """What a planning wrote down. `letters`: reminders to people without an e-mail address, to be printed."""

    day: date
    became: Became = Became.PLANNED
    reminders: int = 0
    messages: int = 0
    letters: int = 0
    superseded: int = 0
    failed: list[str] = field(default_factory=list)
    """What kept some people from being planned, by its type alone: its words may hold somebody's name."""
    chunks: int = field(default=0, compare=False)


def step_files() -> Steps:
    """The kinds of steps by their key. A new kind is one new file in reminders/steps."""
    return {module.KIND: module for module in modules(steps)}


def terms_on(book: RuleBook, day: date) -> ReminderTerms:
    """The terms on a day; where the rule book says nothing, those of the programme as it is delivered."""
    lines = (line for line in book.reminder_terms if line.first_day <= day <= line.last_day)
    return next(lines, ReminderTerms())


def circumstances_on(
    session: Session, book: RuleBook, day: date, only: Digest | None = None
) -> Circumstances:
    """What a day is planned under, by a rule book."""
    return Circumstances(
        day=day,
        steps=book.reminder_steps,
        terms=terms_on(book, day),
        step_files=step_files(),
        working_day=is_working_day,
        planned_until=runs.planned_until(session, day),
        only=only,
    )


def plan_for(session: Session, day: date, person_ids: Sequence[int] | None = None) -> Plan:
    """Who is written to on a day as things stand, and who is not and why: about everybody, or about these people.

    Reads only. For a day to come it is what would be written if nothing were done, and nobody told, until then.
    """
    rules = load_rules(session)
    facts = Facts()
    for some in in_chunks(session, person_ids):
        facts.add(of_people(session, rules, day, some.ids, above=True, all_statuses=True))
    return facts.planned(circumstances_on(session, rules.book, day))


def references(session: Session, plan: Plan) -> dict[int, str]:
    """The numbers by which everybody in a plan is known."""
    people = {item.person_id for message in plan.messages for item in message.items}
    people |= {one.person_id for one in plan.not_written}
    people |= {message.recipient_id for message in plan.messages}
    people |= {one.recipient_id for one in plan.not_written if one.recipient_id is not None}
    found: dict[int, str] = {}
    for some in in_chunks(session, sorted(people)):
        found |= {person_id: words[1] for person_id, words in names(session, some).items()}
    return found


def write_plan(
    session: Session,
    stamp: Callable[[], Stamp],
    day: date,
    *,
    stop: Callable[[], bool] = lambda: False,
) -> RunTally:
    """Plan a day and write it down: the ledger, and messages without words in the outbox.

    Harmless when several processes do it at once, and when it was cut off. `stamp` is asked in each transaction, `stop`
    between them.
    """
    tally = RunTally(day)
    if not is_working_day(day):
        tally.became = Became.NOT_A_WORKING_DAY
        return tally
    with transaction(session):
        begun = stamp()
        if runs.is_overtaken(session, day, london_day(begun.at)):
            tally.became = Became.OVERTAKEN
            return tally
        run = runs.begin(session, begun, day)
    if run.finished_at is not None:
        tally.became = Became.ALREADY
        return tally
    rules = load_rules(session)
    for digest, ids in _chunks(session, rules, day, tally):
        if stop():
            tally.became = Became.STOPPED
            return tally
        with _one_by_one(session, tally), transaction(session):
            if not _write_chunk(session, stamp(), run, digest, ids, tally):
                return tally
    if tally.failed:
        tally.became = Became.STOPPED
        return tally
    with transaction(session):
        now = stamp()
        if runs.finish(session, now, day):
            audit.record(session, now, "reminders.planned", f"reminder_run:{run.id}", day=day.isoformat())
    return tally


@contextmanager
def _one_by_one(session: Session, tally: RunTally) -> Iterator[None]:
    """What fails for some people is noted, and keeps nobody else from being told."""
    try:
        yield
    except Exception as error:  # whatever it was, the others are told
        if isinstance(error, SQLAlchemyError):
            session.rollback()
        kind, places = type(error).__name__, extract_tb(error.__traceback__)[-3:]
        at = " < ".join(f"{place.filename.rpartition('/')[2]}:{place.lineno}" for place in reversed(places))
        log.error("reminders: some people could not be planned: %s at %s", kind, at)
        tally.failed.append(kind)


def _chunks(session: Session, rules: Rules, day: date, tally: RunTally) -> list[tuple[Digest, Sequence[int]]]:
    """Managers and heads of service, where it is their day, and people to whom something is to be written, in handfuls.

    Read beforehand, so that on an ordinary day the write lock is held for the few to whom something is new.
    """
    of_teams_on = circumstances_on(session, rules.book, day, Digest.TEAM)
    managers: list[int] = []
    if of_teams_on.has_digests:
        every = dues.managers_on(session, day)
        for at in range(0, len(every), MANAGERS):
            with _one_by_one(session, tally):
                plan = of_teams(session, rules, day, every[at : at + MANAGERS]).planned(of_teams_on)
                managers += _recipients(plan)
    own = circumstances_on(session, rules.book, day, Digest.PERSON)
    people: list[int] = []
    for some in dues.everybody_due(session, rules, day, CHUNK):
        with _one_by_one(session, tally):
            people += _recipients(facts_of(session, rules, day, some).planned(own))
    return [
        *((Digest.TEAM, managers[at : at + MANAGERS]) for at in range(0, len(managers), MANAGERS)),
        *((Digest.PERSON, people[at : at + CHUNK]) for at in range(0, len(people), CHUNK)),
    ]


def _recipients(plan: Plan) -> list[int]:
    """To whom something is to be told, or stands in the ledger as superseded, in order."""
    told = {message.recipient_id for message in plan.messages}
    return sorted(told | {item.recipient_id for item in plan.superseded})


def _write_chunk(
    session: Session, stamp: Stamp, run: runs.Run, digest: Digest, ids: Sequence[int], tally: RunTally
) -> bool:
    """Plan some people under the write lock and write it down; False where another process has finished the day."""
    found = runs.run_of(session, run.day)
    if found is None or found.finished_at is not None:
        tally.became = Became.ALREADY
        return False
    rules = load_rules(session)
    under = circumstances_on(session, rules.book, run.day, digest)
    gather = of_teams if digest is Digest.TEAM else of_people
    planned = gather(session, rules, run.day, ids).planned(under)
    written = write_down(session, stamp, run, rules.requirement_ids, planned)
    letters = sum(len(one.items) for one in planned.messages if one.channel is Channel.LETTER)
    counts = {
        "reminders": written.reminders,
        "messages": len(written.message_ids),
        "letters": letters,
        "superseded": len(planned.superseded),
    }
    if any(counts.values()):
        audit.record(session, stamp, "reminders.written", f"reminder_run:{run.id}", **counts)
    tally.reminders += written.reminders
    tally.messages += len(written.message_ids)
    tally.letters += letters
    tally.superseded += len(planned.superseded)
    tally.chunks += 1
    return True


@dataclass(frozen=True, slots=True)
class Written:
    """What was written down: how many reminders, and the rows of the messages by dedupe key."""

    reminders: int
    message_ids: Mapping[str, int]


def write_down(
    session: Session, stamp: Stamp, run: runs.Run, requirement_ids: Mapping[str, int], planned: Plan
) -> Written:
    """Write a plan of the day into the ledger and the outbox; so many statements however many messages there are.

    Call inside a transaction, in which the plan was made: under its write lock nobody else has written them.
    """
    messages = [message for message in planned.messages if message.channel is Channel.EMAIL]
    message_ids = runs.write_messages(session, stamp, run, messages)
    giving_way.take_place(session, requirement_ids, message_ids, messages)
    reminders = ledger.write(
        session,
        run.id,
        requirement_ids,
        [(item, message_ids.get(one.dedupe_key)) for one in planned.messages for item in one.items],
        planned.superseded,
    )
    if reminders or messages:
        runs.count_in(session, run.id, reminders, len(messages))
    return Written(reminders, message_ids)
