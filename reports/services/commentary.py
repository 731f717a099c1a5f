"""Commentary: who writes it, on which parts of which reports, and what happens when two write at once.

What is said is a fact: a change takes the note out and records another, so what a report said when it was kept can be
followed for good. Whoever writes says which note they had before them; where somebody else was quicker, nothing is
saved and both texts are shown (bad input G13).
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.figures import Rag
from foundation import audit
from foundation.dates import LONDON
from foundation.errors import DomainError, NotFound
from foundation.formats import fraction
from foundation.stamp import Stamp
from people.domain import Account, Permission
from reports import store
from reports.domain.commentary import BY_REQUIREMENT, PARTS, Note, Said, checked, is_commented
from reports.services.assurance import actor_words
from reports.services.sources.record import Record

WRITES = (Permission.LEARNING, Permission.COORDINATOR)
"""Who says something. Auditors read."""


NOT_YET = "Choose a day that is over, or today. Of a day to come nothing is known yet."


class SaidMeanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """Somebody else wrote about this part meanwhile. `now` is what stands; None: it was taken out."""

    def __init__(self, now: Note | None) -> None:
        super().__init__("Somebody else changed this meanwhile. Nothing was saved.")
        self.now = now


@dataclass(frozen=True, slots=True)
class Place:
    """A part of a report that is kept for words. `figure` and `counted` are those of a requirement.

    `owner` is suggested as who answers for it.
    """

    about: str
    title: str
    owner: str = ""
    figure: str = ""
    counted: Rag | None = None


@dataclass(frozen=True, slots=True)
class Earlier:
    """A line of the history: what was said, by whom and when."""

    note: Note
    by: str
    at: datetime


def may_write(account: Account) -> bool:
    """Whether an account writes commentary."""
    return bool(account.permissions & set(WRITES)) and not account.only_reads


def places(session: Session, report: str, as_at: date) -> list[Place]:
    """The parts of a report of a day that take words, in their order. Raises NotFound for a report that takes none."""
    if not is_commented(report):
        raise NotFound("There is no commentary on this report. Reports with commentary: annual, targets.")
    found = [Place(about, title) for about, title in PARTS.get(report, ())]
    if report in BY_REQUIREMENT:
        found += [
            Place(
                line.requirement,
                line.title,
                line.owner,
                fraction(line.counts.in_date, line.counts.counted),
                line.judgement.rag if line.judgement else None,
            )
            for line in Record(session).figures(as_at)
        ]
    return found


def find_place(session: Session, report: str, as_at: date, about: str) -> Place:
    """One part of it. Raises NotFound."""
    every = places(session, report, as_at)
    found = next((place for place in every if place.about == about), None)
    if found is None:
        raise NotFound(
            f'This report has no part "{about}" on this day. '
            f"Its parts: {', '.join(place.about for place in every) or 'none'}."
        )
    return found


def say(
    session: Session, stamp: Stamp, report: str, as_at: date, about: str, said: Said, seen: str | None
) -> None:
    """Put words in the place of the note that was `seen` (its public id, or empty); no words take that out.

    `seen` None: whatever stands. Where nothing differs, nothing is recorded. Call it in a transaction.
    Of a day to come nothing is said.
    Raises SaidMeanwhile, DomainError and NotFound.
    """
    if as_at > stamp.at.astimezone(LONDON).date():
        raise DomainError(NOT_YET)
    find_place(session, report, as_at, about)
    said = checked(said)
    before = store.standing_notes(session, report, as_at).get(about)
    if seen is not None and seen != (before.public_id if before else ""):
        raise SaidMeanwhile(before)
    if said == (before.said if before else Said("")):
        return
    if before is not None:
        store.take_out_note(session, stamp, before.public_id, "changed" if said.words else "taken out")
    event, public_id = "commentary.taken_out", before.public_id if before else ""
    if said.words:
        public_id = store.add_note(session, stamp, report, as_at, about, said)
        event = "commentary.changed" if before else "commentary.recorded"
    # Neither the words nor who answers for them: the trail says that something was said, the note says what.
    details = {"report": report, "as_at": as_at.isoformat(), "about": about}
    audit.record(session, stamp, event, f"commentary:{public_id}", **details)


def history(session: Session, report: str, as_at: date, about: str) -> list[Earlier]:
    """What was said about a part before what stands now, the newest first."""
    gone = [note for note in store.notes_about(session, report, as_at, about) if note.gone_at is not None]
    names = actor_words(session, [note.recorded_by for note in gone])
    return [Earlier(note, names[note.recorded_by], note.recorded_at) for note in gone]
