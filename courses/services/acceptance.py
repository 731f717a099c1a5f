"""What accepting the evidence of a completion would do to the requirements that its course meets. Nothing is written.

The rules are of a later package, so `app` says who reads them (`asked_by`), as for `people.services.records.effect`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from courses.domain import CompletionKey


@dataclass(frozen=True, slots=True)
class MetLine:
    """One requirement that the course may meet, in words: how it stands, and how it would if the evidence counted.

    `since`: the first day on which the two differ; where they never do, the day that was asked about.
    """

    person_id: int
    title: str
    since: date
    before: str
    after: str

    @property
    def changes(self) -> bool:
        return self.before != self.after


class Rules(Protocol):
    """Reads what a completion is worth."""

    def accepting(self, session: Session, keys: Sequence[CompletionKey], day: date) -> Sequence[MetLine]:
        """What accepting these would do, each for its person alone, on a day or later."""
        ...


_rules: list[Rules] = []


def asked_by(rules: Rules) -> None:
    """Make these the rules that are asked. `app` calls this once."""
    _rules[:] = [rules]


def accepting(session: Session, keys: Sequence[CompletionKey], day: date) -> Sequence[MetLine]:
    """Every requirement that the course may meet and these people have, person by person, as of a day."""
    return _rules[0].accepting(session, keys, day)
