"""Evaluation of workshops: answering by a link without an account, and what may be shown of the answers.

An answer leaves no audit event and no time: either would tell, together with who was signed in or looked at a page at
that moment, whose it is (promise: anonymous to managers).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from courses.domain.evaluation import MARKS, STATEMENTS, When
from courses.domain.evaluation_results import Results, results, together
from courses.domain.evaluation_windows import Window, window
from courses.services.workshops.house import house
from courses.services.workshops.tickets import Ticket, new_pair, read_token, token_of
from courses.store import evaluations, workshops
from courses.store.workshops import Workshop
from foundation import audit
from foundation.dates import LONDON
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp

MOST_SLIPS = 100
_VALUES = frozenset(value for value, _ in MARKS)


class AnsweredError(DomainError):
    """There is an answer by this link already."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a link asks for: a workshop, a moment, and the days on which it can be answered."""

    ticket: Ticket
    workshop: Workshop
    window: Window


@dataclass(frozen=True, slots=True)
class Evaluation:
    """One workshop with what may be shown of its evaluation. `attended`: how many people were there."""

    workshop: Workshop
    results: Results
    windows: Mapping[When, Window]
    attended: int


@dataclass(frozen=True, slots=True)
class CourseEvaluation:
    """What may be shown of the workshops of a course together.

    `counted`: of how many workshops something is shown at each moment, and `attended`: how many people were at those.
    """

    course: str
    title: str
    results: Results
    held: int
    counted: Mapping[When, int]
    attended: Mapping[When, int]


def asked_by(session: Session, token: str) -> Asked:
    """What a link asks for. Raises NotFound where it was not made here or its workshop is gone."""
    ticket = read_token(house().keys, token)
    workshop = workshops.by_id(session, ticket.workshop_id) if ticket else None
    if ticket is None or workshop is None or workshop.sitting.is_cancelled:
        raise NotFound("There is nothing to answer here.")
    return Asked(ticket, workshop, windows_of(session, [workshop])[workshop.id][ticket.when])


def has_answered(session: Session, asked: Asked) -> bool:
    """Whether somebody has answered by this link."""
    ticket = asked.ticket
    return evaluations.has_answered(session, ticket.workshop_id, ticket.when, ticket.pair_hash)


def answer(session: Session, token: str, marks: Sequence[int], today: date) -> None:
    """Record an answer, once. Raises NotFound, AnsweredError, and DomainError outside of its days."""
    asked = asked_by(session, token)
    if len(marks) != len(STATEMENTS) or not _VALUES.issuperset(marks):
        raise DomainError("Choose an answer for each statement.")
    if has_answered(session, asked):
        raise AnsweredError("This has been answered already.")
    if not asked.window.is_open(today):
        raise DomainError("This can no longer be answered, or not yet.")
    ticket = asked.ticket
    evaluations.record_answer(session, ticket.workshop_id, ticket.when, ticket.pair_hash, marks, today)


def slips(session: Session, stamp: Stamp, workshop: Workshop, many: int) -> list[dict[When, str]]:
    """Links for so many slips of paper, a random pair token on each. They are kept nowhere. Raises DomainError."""
    if not 0 < many <= MOST_SLIPS:
        raise DomainError(f"Enter a number from 1 to {MOST_SLIPS}.")
    if workshop.sitting.is_cancelled:
        raise DomainError("This workshop has been called off.")
    found = []
    for _ in range(many):
        pair = new_pair()
        found.append({when: link_of(Ticket(workshop.id, when, pair)) for when in When})
    audit.record(session, stamp, "evaluation.slips_made", f"workshop:{workshop.public_id}", slips=many)
    return found


def link_of(ticket: Ticket) -> str:
    """The address at which a ticket is answered."""
    return house().voice.address(f"/evaluation/{token_of(house().keys[0], ticket)}")


def windows_of(session: Session, some: Collection[Workshop]) -> dict[int, dict[When, Window]]:
    """When each of these workshops can be answered about."""
    closed = evaluations.first_closed(session, [one.id for one in some])
    days = {one: at.astimezone(LONDON).date() for one, at in closed.items()}
    return {one.id: {when: window(when, one.sitting.day, days.get(one.id)) for when in When} for one in some}


def evaluations_of(session: Session, some: Sequence[Workshop], today: date) -> list[Evaluation]:
    """What may be shown of each of these workshops, in the same order."""
    ids = [one.id for one in some]
    windows, given = windows_of(session, some), evaluations.answers(session, ids)
    there = evaluations.attended(session, ids)
    return [
        Evaluation(
            one,
            results(given.get(one.id, ()), [when for when, w in windows[one.id].items() if w.is_over(today)]),
            windows[one.id],
            there[one.id],
        )
        for one in some
    ]


def by_course(found: Iterable[Evaluation]) -> list[CourseEvaluation]:
    """The same, course by course, by title: sums of what is shown of each workshop and of nothing else."""
    courses: dict[str, list[Evaluation]] = {}
    for one in found:
        courses.setdefault(one.workshop.sitting.course, []).append(one)
    return sorted(
        (
            CourseEvaluation(
                course,
                of_it[-1].workshop.course_title,
                together(one.results for one in of_it),
                len(of_it),
                {when: sum(when in one.results.sums for one in of_it) for when in When},
                {when: sum(one.attended for one in of_it if when in one.results.sums) for when in When},
            )
            for course, of_it in courses.items()
        ),
        key=lambda one: (one.title, one.course),
    )
