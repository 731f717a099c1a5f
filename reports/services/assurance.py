"""Judging the training programme: who may, what is refused, and what the record itself says about a criterion.

What is said is a fact: a change takes the line out and records another. Whoever changes one says which line they had
before them; where somebody else was quicker, nothing is saved and they are shown what stands now (bad input G13).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.services.scope import masked
from reports.domain.assurance import (
    BY_KEY,
    EARLIEST_YEAR,
    AssuranceLine,
    Criterion,
    Judged,
    checked_link,
    year_of,
)
from reports.store import assurance as store

WRITES = (Permission.LEARNING, Permission.COORDINATOR)
"""Who judges. Auditors read."""


class ChangedMeanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """Somebody else said something about this criterion meanwhile. `now` is what stands; None: it was taken out."""

    def __init__(self, now: AssuranceLine | None) -> None:
        super().__init__("Somebody else changed this meanwhile. Nothing was saved.")
        self.now = now


def may_judge(account: Account) -> bool:
    """Whether an account writes assurance lines."""
    return bool(account.permissions & set(WRITES)) and not account.only_reads


def find_criterion(key: str) -> Criterion:
    """A criterion by its key. Raises NotFound."""
    found = BY_KEY.get(key)
    if found is None:
        raise NotFound("There is no such criterion.")
    return found


def find_year(text: str, today: date) -> int:
    """The financial year that an address names; nothing: that of today. Raises NotFound for one that nobody judges."""
    latest = year_of(today)
    if not text:
        return latest
    if not (text.isascii() and text.isdigit() and len(text) == 4 and EARLIEST_YEAR <= int(text) <= latest):
        raise NotFound("There is no such year.")
    return int(text)


def judge(
    session: Session,
    stamp: Stamp,
    account: Account,
    year: int,
    criterion: str,
    says: Judged | None,
    shown: str,
) -> None:
    """Put what is said in the place of the line that was `shown` (its public id, or empty); None takes that out.

    Where nothing differs, nothing is recorded. Call it in a transaction. Raises ChangedMeanwhile, DomainError and
    NotFound.
    """
    find_criterion(criterion)
    if not may_judge(account):
        raise NotFound("There is no such criterion.")
    before = store.standing(session, year, criterion)
    if (before.public_id if before else "") != shown:
        raise ChangedMeanwhile(before)
    if says is not None:
        _refuse(says)
    if says == (before.says if before else None):
        return
    if before is not None:
        store.take_out(session, stamp, before.public_id, "changed" if says else "taken out")
    event = "assurance.taken_out"
    details: dict[str, str] = {}
    if says is not None:
        store.add_line(session, stamp, year, criterion, says)
        event = "assurance.changed" if before else "assurance.recorded"
        details = {"score": says.score.value, "rag": says.rag}
    audit.record(session, stamp, event, f"assurance:{year}-{criterion}", **details)


def _refuse(says: Judged) -> None:
    checked_link(says.link)
    if says.link and not says.evidence:
        raise DomainError("Enter what the evidence is called, so that the link says something")
    if says.due_on is not None and not says.action:
        raise DomainError("Enter the action that is due on this day, or leave the day empty")


@dataclass(frozen=True, slots=True)
class Said:
    """A line of the history: what was said, by whom and when; `stands`: nothing has taken its place."""

    line: AssuranceLine
    by: str
    at: datetime
    stands: bool


def history(session: Session, year: int, criterion: str) -> list[Said]:
    """What was ever said about a criterion of a year, the newest first."""
    lines = store.history_of(session, year, criterion)
    names = actor_words(session, [line.recorded_by for line in lines])
    return [Said(line, names[line.recorded_by], line.recorded_at, line.gone_at is None) for line in lines]


def actor_words(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Who acted, in words: the name behind an account, or as much of its address as an auditor may read."""
    found = dict.fromkeys(actors, "The command line")
    for actor, (email, first_name, last_name) in store.accounts_of(session, found).items():
        found[actor] = f"{first_name} {last_name}" if last_name else masked(email)
    return found
