"""Of whom a partner lead's file may speak: the one place in which that is settled (promises 8, "part rows only").

A row about anybody else says exactly what a row about nobody says, and names nothing of it (bad input C22 and C23).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from foundation.facts import known
from people.models import PersonRow, PostSpellRow, UnitRow

NOT_YOURS = (
    "This is not one of your organisation's people. "
    "Check the staff number or email address, or leave the row out."
)
"""What is said of a council's person, of another partner's and of nobody at all, to the letter."""
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """The people who hold a post in one of some organisations on a day."""

    organisation_ids: frozenset[int]
    day: date

    def among(self, person_id: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """The condition that a column names one of them."""
        there = (
            select(PostSpellRow.person_id)
            .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
            .where(
                UnitRow.organisation_id.in_(sorted(self.organisation_ids)),
                known(PostSpellRow, None),
                PostSpellRow.first_day <= self.day,
                PostSpellRow.last_day >= self.day,
            )
        )
        return person_id.in_(there)

    def holds_all(self, session: Session, person_ids: Iterable[int]) -> bool:
        """Whether all of these people are among them."""
        wanted = sorted(set(person_ids))
        for start in range(0, len(wanted), _AT_ONCE):
            some = wanted[start : start + _AT_ONCE]
            query = select(PersonRow.id).where(PersonRow.id.in_(some), self.among(PersonRow.id))
            if len(session.scalars(query.order_by(PersonRow.id)).all()) < len(some):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Lead:
    """A partner lead who loads a file. `actor`: as a stamp names the account."""

    actor: str
    part: Part
