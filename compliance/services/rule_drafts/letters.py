"""Whom a change of the rules would have e-mails sent to. `app` says who foresees reminders: a later package does.

`reminders.services.foreseen.Foreseen` is to be given to `asked_by`. Where nobody was named, nobody can say more than
who would come to owe something by a duty, and has an e-mail address.
"""

from collections.abc import Iterable
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from compliance.domain.change import RuleChange, reminder_lines
from compliance.domain.effect import Effect
from compliance.domain.requirement import Kind, RuleBook
from compliance.store.concerned import emails_of


class Letters(Protocol):
    """Foresees who is written to."""

    def would_be_written_to(
        self, session: Session, after: RuleBook, effects: Iterable[Effect], day: date
    ) -> tuple[int, ...]:
        """The ids, in order, of those to whom on `day` a message would go by `after` that would not go without it.

        A day on which nothing leaves stands for the next one, and weekly messages count as if they went on it.

        The rule book without it is that of the record (`load_rule_book(session)`); nothing is written. `effects` are
        the requirements whose statuses or targets differ on that day. They do not name everybody: days allowed that
        become fewer bring a step nearer without another status (`what_if.who_is_concerned` says who is to be looked
        at), and with other reminder steps or terms everybody may be. Recipients count, not those who are spoken of: a
        manager to whom a step speaks is one of them. People who get printed letters are not.
        """
        ...


class _NewlyOwing:
    """Stands in where nobody foresees reminders: it knows statuses and no steps."""

    def would_be_written_to(
        self, session: Session, after: RuleBook, effects: Iterable[Effect], day: date
    ) -> tuple[int, ...]:
        people: set[int] = set()
        for effect in effects:
            line = after.latest(effect.requirement)
            if line is not None and line.kind == Kind.DUTY:
                people.update(effect.gain, effect.become_overdue)
        return tuple(sorted(emails_of(session, people)))


_letters: list[Letters] = [_NewlyOwing()]


def asked_by(letters: Letters) -> None:
    """Make this the one who is asked. `app` calls this once."""
    _letters[:] = [letters]


def would_be_written_to(
    session: Session, after: RuleBook, effects: Iterable[Effect], day: date
) -> tuple[int, ...]:
    """The ids of those to whom the change would send something on a day; in order."""
    return _letters[0].would_be_written_to(session, after, tuple(effects), day)


def speaks_of_reminders(change: RuleChange) -> bool:
    """Whether a change is one of reminder steps or terms: then anybody may be written to who is not now."""
    return reminder_lines(change.before) != reminder_lines(change.after)
