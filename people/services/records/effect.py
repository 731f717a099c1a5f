"""What a change would do to what is asked of somebody: tried in a transaction that is rolled back.

The rules are of a later package, so `app` says who reads them (`asked_by`), as it does for the timelines.

Trying takes the write lock for as long as one person's facts take to write and read. A savepoint on a connection that
reads would not spare it: SQLite takes the lock at the first write wherever that is made, and fails at once where
another writer got in between. What is only evidence is worked out without a try (`courses.services.acceptance`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Protocol

from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.stamp import Stamp

Act = Callable[[Session, Stamp], int]
"""A change; gives the id of the person whose facts it changes."""


@dataclass(frozen=True, slots=True)
class EffectLine:
    """One requirement, in words: how it stands without the change and with it, on the first day they differ."""

    title: str
    since: date
    before: str
    after: str


class Rules(Protocol):
    """Reads what is asked of somebody."""

    def facts(self, session: Session, person_id: int) -> Any:
        """What the rules are applied to, as the session has it now."""
        ...

    def compare(self, session: Session, before: Any, after: Any, day: date) -> Sequence[EffectLine]:
        """What differs on a day or later."""
        ...


_rules: list[Rules] = []


def asked_by(rules: Rules) -> None:
    """Make these the rules that are asked. `app` calls this once."""
    _rules[:] = [rules]


class _Tried(Exception):  # noqa: N818 -- it ends the try, and is no error
    """The change was tried."""


def effects(
    session: Session, stamp: Callable[[], Stamp], act: Act, person_id: int | None, day: date
) -> list[EffectLine]:
    """What a change would do, from a day on. Nothing is kept; what refuses the change is raised as it would be then."""
    found: list[EffectLine] = []
    try:
        with transaction(session):
            rules = _rules[0]
            before = rules.facts(session, person_id) if person_id is not None else None
            changed = act(session, stamp())
            session.flush()
            found = list(rules.compare(session, before, rules.facts(session, changed), day))
            raise _Tried
    except _Tried:
        return found
