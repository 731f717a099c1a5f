"""The bridge between two figures: why they differ, person by person, so that it adds up (compliance.domain.bridge).

People are taken a thousand at a time and counted, not kept: what becomes of each who moved a figure is up to `each`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge, Movements, Reason, part_of
from compliance.domain.figures import NOBODY
from compliance.domain.spans import Span
from compliance.domain.why import why
from compliance.services.bridge_sources import Asked, End, OfPerson
from compliance.services.figures import Question
from foundation.errors import DomainError
from foundation.facts import Progress, no_progress
from people import store as people
from people.store import Some


@dataclass(frozen=True, slots=True)
class Moved:
    """A person whose part in a figure changed. A span None: not required, or not inside what was asked about."""

    person_id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    requirement: str
    reason: Reason
    before: Span | None
    after: Span | None
    why: str
    """The facts behind the status after; where there is none, behind the one before."""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def counted(self) -> int:
        """1: counted after and not before; -1: the other way round; 0: no difference."""
        return part_of(self.after).counted - part_of(self.before).counted

    @property
    def in_date(self) -> int:
        """The same of being in date."""
        return part_of(self.after).in_date - part_of(self.before).in_date


Each = Callable[[Moved], None]
"""Told of everybody who moved, in order of person ids and requirements."""
_Found = tuple[int, str, Reason, Span | None, Span | None]
"""Person, requirement, reason, and the spans before and after as the asker orders them."""


def bridge(
    session: Session,
    start: End,
    end: End,
    question: Question,
    progress: Progress = no_progress,
    each: Each | None = None,
) -> list[Bridge]:
    """The bridge of each requirement, by code, from the figure at `start` to that at `end`.

    `question` narrows both alike; its `known_at` and `by` say nothing here. Raises NotFound for an unknown requirement,
    unit or organisation, and DomainError should the people not add up to the figures that the tables hold.
    """
    question = replace(question, known_at=None, by=None)
    backwards = end.order < start.order
    asked = Asked(session, *((end, start) if backwards else (start, end)), question)
    source, movements = asked.source(progress), Movements()
    for some in source.some():
        found = _found(asked, some, backwards)
        for _, code, reason, before, after in found:
            movements.add(code, reason, part_of(before), part_of(after))
        if each is not None:
            _tell(asked, found, each)
    figures = source.figures()
    result = []
    for code in asked.codes:
        first, last = (of_end.get(code, NOBODY) for of_end in figures)
        lines = movements.lines(code)
        if lines or asked.is_shown(code, first, last):
            ends = (last, first) if backwards else (first, last)
            result.append(Bridge(code, *ends, lines))
    if not all(one.adds_up for one in result):
        raise DomainError(
            "The people behind the figures do not add up to them. Run: flask compliance rebuild --check"
        )
    return result


def _found(asked: Asked, some: Sequence[OfPerson], backwards: bool) -> list[_Found]:
    found: list[_Found] = []
    for person_id, person, stands in some:
        for code, shown, before, after in stands:
            reason = asked.bridging.reason(code, before, after, person, shown)
            assert reason is not None
            found.append((person_id, code, reason, *((after, shown) if backwards else (shown, after))))
    return found


def _tell(asked: Asked, found: Sequence[_Found], each: Each) -> None:
    if not found:
        return
    ids = sorted({person_id for person_id, *_ in found})
    names = people.names(asked.session, Some(ids), asked.last.known_at)
    grants = people.role_grants(asked.session, Some(ids), asked.last.known_at)
    book = asked.book
    for person_id, code, reason, before, after in found:
        shown = after or before
        assert shown is not None
        explained = why(shown, book.role_titles, book.course_titles, grants.get(person_id, ()))
        each(Moved(person_id, *names[person_id], code, reason, before, after, explained))
