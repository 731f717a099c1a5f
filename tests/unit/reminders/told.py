"""Reminders as the ledger has them, a rule book to speak of, and who writes: for tests of words."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from compliance.domain.requirement import ReminderStep, RuleBook
from compliance.programme.reading import read_programme
from courses.domain import Completion
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.things import Duties, Thing

TODAY = date(2026, 11, 23)
PROGRAMME = Path(__file__).resolve().parents[3] / "compliance" / "programmes" / "prevent.toml"
LETTERHEAD = Letterhead(
    "Example Borough Council",
    "Prevent training",
    "https://training.example.gov.uk",
    "learning@example.gov.uk",
    "020 7946 0000",
)
STEPS = tuple(
    ReminderStep(f"{kind}_{days}_{to}", kind, days, to)
    for to in ("person", "manager", "head_of_service")
    for kind, days in (("welcome", 0), ("before", 30), ("before", 0), ("overdue", 1), ("overdue", 30))
)


@dataclass(frozen=True)
class Entry:
    """A row of the ledger."""

    requirement: str
    step: str
    deadline: date
    cycle: str = "run:2026-10-01"
    person_id: int = 1
    recipient_id: int = 1
    triggered_on: date = TODAY
    on: date = TODAY


@cache
def duties() -> Duties:
    """Those of the programme that is delivered."""
    from dataclasses import replace

    book: RuleBook = read_programme(PROGRAMME.read_text(encoding="utf-8")).book
    return Duties(replace(book, reminder_steps=STEPS), TODAY)


def thing(
    requirement: str,
    step: str,
    deadline: date,
    *,
    role: str = "",
    cycle: str = "run:2026-10-01",
    done: tuple[Completion, ...] = (),
) -> Thing:
    """Something that one person has to do."""
    return duties().thing(Entry(requirement, f"{step}_person", deadline, cycle), role, done)
