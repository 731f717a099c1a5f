"""Commentary and assurance as reports ask for them."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from courses.store import workshops
from foundation.dates import add_months
from reports.domain.assurance import Assurance, PlannedWorkshop, year_of
from reports.domain.commentary import Said
from reports.store import assurance as store
from reports.store.notes import standing_notes

AHEAD_MONTHS = 24
"""So far ahead at most are workshops planned."""


@dataclass(frozen=True)
class ToldRecord:
    """The answers of one report. `organisation_ids` narrows to some organisations, `is_of_part` to a part."""

    session: Session
    organisation_ids: frozenset[int] | None = None
    is_of_part: bool = False

    def assurance(self, day: date) -> Assurance:
        """The lines of the financial year of a day and the workshops to come; none for part of the council."""
        if self.organisation_ids is not None:
            return Assurance()
        return Assurance(store.lines_of(self.session, year_of(day)), planned_from(self.session, day))

    def notes(self, report: str, as_at: date) -> dict[str, Said]:
        """What is said about a report of a day; nothing for part of the council, whose numbers are others."""
        if self.organisation_ids is not None or self.is_of_part:
            return {}
        found = standing_notes(self.session, report, as_at)
        return {about: note.said for about, note in found.items()}


def planned_from(session: Session, day: date, *, titled: bool = True) -> list[PlannedWorkshop]:
    """The workshops that begin on a day or later and were not called off, in order of time.

    Not `titled`: the code of the course stands for its title.
    """
    found = workshops.between(session, day, add_months(day, AHEAD_MONTHS), titled=titled)
    return [
        PlannedWorkshop(
            one.reference,
            one.sitting.course,
            one.course_title,
            one.sitting.day,
            one.sitting.place,
            one.sitting.capacity,
        )
        for one in found
        if not one.sitting.is_cancelled
    ]
