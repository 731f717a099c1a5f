"""Which requirements people have, for the audiences of workshops (`courses.services.workshops`)."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rules
from compliance.store.workshop_need import required_days
from courses.services.workshops import seeing
from foundation.dates import Period


@dataclass(frozen=True, slots=True)
class WorkshopDuties:
    """Reads the timelines."""

    def options(self, session: Session, day: date) -> Sequence[tuple[str, str]]:
        """The requirements in force on a day, as (code, title)."""
        return requirement_options(load_rules(session).book, day)

    def days(self, session: Session, person_ids: Collection[int], within: Period) -> seeing.Days:
        """Which requirements these people have, and on which days, as far as those touch a period."""
        found = defaultdict(list)
        for person_id, code, first_day, last_day in required_days(session, person_ids, within):
            found[person_id].append((code, Period(first_day, last_day)))
        return found


def requirement_options(book: RuleBook, day: date) -> list[tuple[str, str]]:
    """The requirements in force on a day, as (code, title)."""
    found = ((code, book.requirement_on(code, day)) for code in book.codes)
    return [(code, line.title or code) for code, line in found if line is not None]
