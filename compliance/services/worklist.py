"""What needs a person today: how much of each kind waits, for whoever looks after all of it or the part that is theirs.

Each number is that of the list to which the page leads, counted by the same query.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.services.figures import FigureRow, Question, figures
from compliance.services.importing import runs
from compliance.services.importing.folder import ImportFolder
from compliance.services.importing.reach import is_open_to, loadable
from compliance.store.exemptions import Narrow, Show, count_exemptions
from compliance.store.worklist import Problem, Reach, count_to_mend
from courses.services import evidence_queue
from courses.services.evidence_queue import Choice
from people.domain import Account, Permission
from people.services.by_hand import RoleByHand, grants_to_review
from people.services.details import every_open_request

REVIEW_DAYS = 30
"""A role given by hand is to be asked about again within so many days."""


@dataclass(frozen=True, slots=True)
class Rows:
    """Rows that one's own imports set aside: in how many files, and how many rows."""

    files: int
    rows: int


@dataclass(frozen=True, slots=True)
class Work:
    """What waits. None: this reader has nothing to do with it."""

    evidence: int
    waiting_since: datetime | None
    problems: dict[Problem, int]
    exemptions: int
    set_aside: Rows | None
    roles: int | None
    requests: int | None
    below: list[FigureRow]
    """Requirements below their target, those that need the most people first."""

    @property
    def is_empty(self) -> bool:
        return self.nothing_waits and not self.below

    @property
    def nothing_waits(self) -> bool:
        """Whether nobody has anything to check or put right, whatever is below its target."""
        numbers = (
            self.evidence,
            self.exemptions,
            self.set_aside.files if self.set_aside else 0,
            self.roles or 0,
            self.requests or 0,
            *self.problems.values(),
        )
        return not any(numbers)


def reach_of(account: Account, today: date) -> Reach:
    """Whose people an account looks after: everybody's, or those of a partner lead's organisations."""
    return Reach(today, None if account.sees_everybody else account.organisation_ids)


def work(session: Session, account: Account, today: date, folder: ImportFolder) -> Work:
    """What waits for somebody, as far as this account may see."""
    reach = reach_of(account, today)
    choice = Choice(today, reach.organisation_ids)
    sees_requests = bool(account.permissions & {Permission.LEARNING, Permission.AUDITOR})
    return Work(
        evidence=evidence_queue.count(session, choice),
        waiting_since=evidence_queue.oldest_since(session, choice),
        problems={problem: count_to_mend(session, problem, reach) for problem in Problem},
        exemptions=count_exemptions(session, Narrow(today, Show.SOON, None, reach.organisation_ids)),
        set_aside=import_blocks(session, account, folder),
        roles=len(roles_to_review(session, today)) if account.sees_everybody else None,
        requests=len(every_open_request(session)) if sees_requests else None,
        below=_below(session, today, reach),
    )


def import_blocks(session: Session, account: Account, folder: ImportFolder) -> Rows | None:
    """The rows that this account's own imports set aside and nobody has mended; they are nobody else's to see."""
    if not loadable(account):
        return None
    aside = [run for run in runs.to_mend(session, account.id, folder) if is_open_to(run, account)]
    return Rows(len(aside), sum(int(run.found.get("set_aside_rows", 0)) for run in aside))


def roles_to_review(session: Session, today: date) -> list[RoleByHand]:
    """The roles given by hand that somebody is to ask about, the most pressing first."""
    return grants_to_review(session, today, REVIEW_DAYS)


def _below(session: Session, today: date, reach: Reach) -> list[FigureRow]:
    found = figures(session, today, Question(organisation_ids=reach.organisation_ids)).rows
    below = [row for row in found if row.judgement is not None and not row.judgement.met]
    return sorted(below, key=lambda row: (-_missing(row), row.title))


def _missing(row: FigureRow) -> int:
    return row.judgement.people_to_target if row.judgement else 0
