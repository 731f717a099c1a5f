"""What makes one wonder about new completions of a file. They are recorded all the same."""

from dataclasses import dataclass, field
from datetime import date

from foundation.dates import add_months
from foundation.formats import long_date
from people.imports.incoming import Findings
from people.imports.keyed import tell_some

OLD_YEARS = 20

Said = list[tuple[int, str]]


@dataclass
class Doubts:
    """Notices in the making: each kind is told for its first rows and counted for the rest."""

    left: Said = field(default_factory=list)
    early: Said = field(default_factory=list)
    old: Said = field(default_factory=list)
    course: Said = field(default_factory=list)

    def note(
        self, line: int, day: date, employed: tuple[date, date] | None, since: date, today: date
    ) -> None:
        """Note what there is about a completion of a day.

        `employed`: the first and last day in any post, where they may be told; `since`: when the course started.
        """
        if employed is not None and employed[1] < today:
            self.left.append((line, f"Recorded; the person left on {long_date(employed[1])}."))
        if employed is not None and day < employed[0]:
            self.early.append(
                (line, f"Completed before the person's start on {long_date(employed[0])}: prior learning.")
            )
        if day < add_months(today, -12 * OLD_YEARS):
            self.old.append((line, f"{long_date(day)} is more than {OLD_YEARS} years ago."))
        if day < since:
            self.course.append((line, f"The course started on {long_date(since)}."))

    def tell(self, found: Findings) -> None:
        """Add the notices to what was found."""
        tell_some(found, self.left, "person_ref", "the person has left.")
        tell_some(found, self.early, "completed_on", "completed before the person's start.")
        tell_some(found, self.old, "completed_on", f"more than {OLD_YEARS} years ago.")
        tell_some(found, self.course, "completed_on", "completed before the course started.")
