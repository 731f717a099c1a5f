"""What people were told about their duties. `app` says who knows: reminders are a later package.

`reminders.services.reported.Reported` is to be given to `asked_by`.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from reports.domain.sources.chasing import Owing, Reminded


class Reminders(Protocol):
    """Knows what was told, and what is told next."""

    def reminded(
        self, session: Session, owing: Sequence[Owing], day: date
    ) -> Mapping[tuple[int, str], Reminded]:
        """For each of these duties that people are reminded of, by person and requirement."""
        ...


_reminders: list[Reminders] = []


def asked_by(reminders: Reminders) -> None:
    """Make this the one who is asked. `app` calls this once."""
    _reminders[:] = [reminders]


def reminded_of(session: Session, owing: Sequence[Owing], day: date) -> Mapping[tuple[int, str], Reminded]:
    """What was told about these duties up to a day, and what is told next."""
    return _reminders[0].reminded(session, owing, day) if owing else {}
