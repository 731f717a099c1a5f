"""Printed letters for people without an e-mail address: what waits, a printing, its PDF, and taking a printing back.

A letter says what the mail would say (templates/emails/letter). We hold nobody's postal address, so it goes by
internal post: name, job title and unit stand behind the window. What no longer applies on the day of the printing is
not printed.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.store.lists import Post, posts_on
from compliance.store.rules import load_rules
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.plain import plain
from foundation.stamp import Stamp
from people.domain import UNIT_SEPARATOR
from reminders.domain.due import Outcome, Reason
from reminders.models import LetterRunRow, ReminderRow
from reminders.services.writing.frame import Letterhead, plain_name
from reminders.services.writing.person import DutiesOfDay, personal_facts
from reminders.services.writing.phrasing import letter_words
from reminders.services.writing.still import take_out
from reminders.store.addressing import Named, named
from reminders.store.ledger import Entry, letters, still_due
from reports.document import PrintedLetter, read_blocks
from reports.render_pdf import letters_pdf

NO_LETTERS = "No letters wait to be printed."
NO_RUN = "There is no such printing."
INTERNAL_POST = "Internal post"


@dataclass(frozen=True, slots=True)
class WaitingLetter:
    """One person's letter. `since` is the day of the plan that first asked for it; `entries` the nearest day first."""

    person_id: int
    since: date
    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class _Sorted:
    """What waits, parted: what is to be printed, what no longer applies and why, and what something newer replaces."""

    to_print: tuple[WaitingLetter, ...]
    ended: dict[int, Reason]
    overtaken: tuple[int, ...]


def waiting(session: Session, day: date) -> list[WaitingLetter]:
    """The letters that a printing on this day would have, in the order in which it would print them."""
    found = _sorted_out(session, day).to_print
    return _in_order(session, found, day)


def make(session: Session, stamp: Stamp, day: date) -> LetterRunRow | None:
    """Print what waits: a run that holds it. None where nothing does, or no longer.

    What no longer applies is taken out of the ledger, and that is kept where nothing is left to print. Call inside a
    transaction.
    """
    found = _sorted_out(session, day)
    take_out(session, found.ended)
    if not found.to_print:
        return None
    if found.overtaken:
        session.execute(
            update(ReminderRow)
            .where(ReminderRow.id.in_(found.overtaken))
            .values(outcome=Outcome.SUPERSEDED.value)
        )
    run = LetterRunRow(made_at=stamp.at, made_by=stamp.actor, day=day, letters=len(found.to_print))
    session.add(run)
    session.flush()
    printed = [entry.id for letter in found.to_print for entry in letter.entries]
    session.execute(update(ReminderRow).where(ReminderRow.id.in_(printed)).values(letter_run_id=run.id))
    audit.record(session, stamp, "letters.printed", f"letter_run:{run.public_id}", letters=run.letters)
    return run


def runs(session: Session) -> list[LetterRunRow]:
    """The printings, the newest first. One without letters was taken back."""
    return list(session.scalars(select(LetterRunRow).order_by(LetterRunRow.id.desc())))


def run_of(session: Session, public_id: str) -> LetterRunRow:
    """One printing. Raises NotFound."""
    found = session.scalar(select(LetterRunRow).where(LetterRunRow.public_id == public_id))
    if found is None:
        raise NotFound(NO_RUN)
    return found


def take_back(session: Session, stamp: Stamp, public_id: str) -> int:
    """The letters of a printing never left: they wait again, and so many. Raises NotFound and DomainError."""
    run = run_of(session, public_id)
    if not run.letters:
        raise DomainError("These letters were taken back already.")
    taken, run.letters = run.letters, 0
    session.execute(update(ReminderRow).where(ReminderRow.letter_run_id == run.id).values(letter_run_id=None))
    audit.record(session, stamp, "letters.taken_back", f"letter_run:{public_id}", letters=taken)
    return taken


def pdf(session: Session, letterhead: Letterhead, public_id: str) -> bytes:
    """The letters of a printing as a file to print, as at its day. Raises NotFound, also where they were taken back."""
    run = run_of(session, public_id)
    entries = letters(session, run.id)
    if not entries:
        raise NotFound(NO_RUN)
    return letters_pdf(
        f"{letterhead.service_name}: letters of {long_date(run.day)}",
        printed(session, letterhead, _in_order(session, _by_person(entries), run.day), run.day),
    )


def printed(
    session: Session, letterhead: Letterhead, found: Sequence[WaitingLetter], day: date
) -> list[PrintedLetter]:
    """Letters in words, as at a day."""
    people = named(session, (letter.person_id for letter in found))
    posts = posts_on(session, day, [letter.person_id for letter in found])
    duties = DutiesOfDay().on(load_rules(session).book, day)
    every = [entry for letter in found for entry in letter.entries]
    facts = personal_facts(session, duties, every, day)
    written = []
    for letter in found:
        person = people.get(letter.person_id, Named(letter.person_id, "", "", ""))
        subject, body = letter_words(letterhead, person.first_name, facts.things(letter.entries))
        written.append(
            PrintedLetter(
                sender=(letterhead.council_name, letterhead.service_name),
                address=_address(person, posts.get(letter.person_id)),
                date=long_date(day),
                subject=subject,
                blocks=read_blocks(body),
            )
        )
    return written


def _address(person: Named, post: Post | None) -> tuple[str, ...]:
    """Name, job title, unit with the one right below the organisation, organisation: what internal post needs."""
    lines = [person.name or "Name not recorded"]
    if post is not None:
        path = post.unit.split(UNIT_SEPARATOR) if post.unit else []
        lines += [post.job_title, *reversed(path[1:][-1:]), *path[:1], post.organisation]
    return (*(plain_name(line) for line in lines if line.strip()), INTERNAL_POST)


def _sorted_out(session: Session, day: date) -> _Sorted:
    entries = letters(session, None)
    ended = {
        reminder_id: reason
        for reminder_id, reason in still_due(session, entries, day).items()
        if reason is not None
    }
    reached = {
        person_id
        for person_id, person in named(session, (entry.person_id for entry in entries)).items()
        if person.email
    }
    ended = {entry.id: Reason.HAS_EMAIL_NOW for entry in entries if entry.person_id in reached} | ended
    left = [entry for entry in entries if entry.id not in ended]
    newest: dict[tuple[int, str], Entry] = {}
    for entry in left:
        key = entry.person_id, entry.requirement
        if key not in newest or (entry.triggered_on, entry.id) > (newest[key].triggered_on, newest[key].id):
            newest[key] = entry
    kept = {entry.id for entry in newest.values()}
    return _Sorted(
        to_print=tuple(_by_person(entry for entry in left if entry.id in kept)),
        ended=ended,
        overtaken=tuple(entry.id for entry in left if entry.id not in kept),
    )


def _by_person(entries: Iterable[Entry]) -> list[WaitingLetter]:
    found: dict[int, list[Entry]] = defaultdict(list)
    for entry in entries:
        found[entry.person_id].append(entry)
    return [
        WaitingLetter(person_id, min(entry.on for entry in own), tuple(own))
        for person_id, own in found.items()
    ]


def _in_order(session: Session, found: Sequence[WaitingLetter], day: date) -> list[WaitingLetter]:
    """By place, as internal post takes them, and then by name."""
    ids = [letter.person_id for letter in found]
    people, posts = named(session, ids), posts_on(session, day, ids)

    def place(letter: WaitingLetter) -> tuple[str, str, str, str, int]:
        post, person = posts.get(letter.person_id), people.get(letter.person_id)
        return (
            post.organisation if post else "",
            post.unit if post else "",
            plain(person.last_name) if person else "",
            plain(person.first_name) if person else "",
            letter.person_id,
        )

    return sorted(found, key=place)
