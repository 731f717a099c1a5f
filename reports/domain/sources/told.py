"""What people add to a report's numbers: commentary, and how the council judges its own training programme. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Protocol

from reports.domain.assurance import Assurance
from reports.domain.commentary import Said


class ToldSources(Protocol):
    """Commentary and assurance, as told for a day."""

    def assurance(self, day: date) -> Assurance:
        """How the training programme is judged in the financial year of a day, and the workshops from then on."""
        ...

    def notes(self, report: str, as_at: date) -> Mapping[str, Said]:
        """What is said about a report of a day, by the part that it is about (reports.domain.commentary)."""
        ...
