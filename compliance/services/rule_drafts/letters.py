"""Whom a change of the rules would have e-mails sent to.

There are no reminder steps yet. Until there are, those stand here who would come to owe something by a duty, and whose
e-mail address is on record: a first reminder would go to them.
"""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from compliance.domain.effect import Effect
from compliance.domain.requirement import Kind, RuleBook
from compliance.store.concerned import emails_of


def would_be_written_to(session: Session, after: RuleBook, effects: Iterable[Effect]) -> tuple[int, ...]:
    """The ids of those who by a duty are newly required or become overdue, and have an e-mail address; in order."""
    people: set[int] = set()
    for effect in effects:
        line = after.latest(effect.requirement)
        if line is not None and line.kind == Kind.DUTY:
            people.update(effect.gain, effect.become_overdue)
    return tuple(sorted(emails_of(session, people)))
