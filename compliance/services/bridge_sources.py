"""Where a bridge comes from: the timeline tables between two days known now, the facts for what was known earlier."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple, Protocol

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridging, part_of
from compliance.domain.figures import NOBODY, Counts
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status, Timeline
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.services.figures import Question, Reference, figures_on, find_units
from compliance.services.sources import Scope
from compliance.store import bridge as store
from compliance.store.facts import facts_of, handfuls
from foundation.dates import Period
from foundation.errors import NotFound, Problem
from foundation.facts import Progress, no_progress
from people import store as people
from people.domain import Place
from people.store import CHUNK, Some


@dataclass(frozen=True, slots=True)
class End:
    """One end of a bridge: the day asked about, and the moment whose knowledge is used; None: now."""

    day: date
    known_at: datetime | None = None

    @property
    def order(self) -> tuple[date, bool, float]:
        """By day, then by what was known: now comes after every moment."""
        return self.day, self.known_at is None, self.known_at.timestamp() if self.known_at else 0.0


class Stand(NamedTuple):
    """Where one person stood for one requirement, inside what is asked about; None: not required there.

    `shown` is the first figure's, `before` that day's by what is known at the last end.
    """

    requirement: str
    shown: Span | None
    before: Span | None
    after: Span | None

    @property
    def moves(self) -> bool:
        """Whether the person's part in the figure is another one."""
        return part_of(self.shown) != part_of(self.after)


OfPerson = tuple[int, PersonFacts, list[Stand]]
"""A person, the facts that the reasons read (`Bridging.needs_facts`), and the figures that the person moves."""
Figures = Mapping[str, Counts]
"""The figure of each requirement."""
_Standing = tuple[str, Status, bool]
"""Requirement, status, and whether the person is covered."""
_NOTHING_KNOWN = PersonFacts()


class Asked:
    """A bridge asked for, with its names looked up; `last` is not before `first`."""

    def __init__(self, session: Session, first: End, last: End, question: Question) -> None:
        self.session = session
        self.first = first
        self.last = last
        self.question = question
        self.reference = Reference.read(session, last.known_at)
        self.book: RuleBook = self.reference.rules.book
        self.book_then = self.book
        if first.known_at != last.known_at:
            self.book_then = Reference.read(session, first.known_at).rules.book
        self.codes = self._codes()
        self.roots = find_units(self.reference.tree.units, question)
        inside = None
        if self.roots is not None:
            scope = Scope(self.roots)
            inside = frozenset(unit.id for unit in self.reference.tree.units if scope.holds(unit))
        self.bridging = Bridging(self.book, first.day, last.day, inside, self.codes)

    def _codes(self) -> list[str]:
        codes = sorted({*self.book.codes, *self.book_then.codes})
        wanted = self.question.requirement
        if wanted is None:
            return codes
        if wanted not in codes:
            raise NotFound(Problem(f'There is no requirement "{wanted}". There are: {", ".join(codes)}.'))
        return [wanted]

    def is_shown(self, code: str, before: Counts, after: Counts) -> bool:
        """As with figures: a requirement that is in force, or of which somebody is required, at either end."""
        return bool(
            before.required
            or after.required
            or self.book_then.requirement_on(code, self.first.day)
            or self.book.requirement_on(code, self.last.day)
        )

    def source(self, progress: Progress = no_progress) -> "Source":
        """The tables where both ends are known now; of an earlier moment there are none."""
        if self.first.known_at is None and self.last.known_at is None:
            return FromTables(self)
        return FromFacts(self, progress)


class Source(Protocol):
    """Those who move a figure, some at a time; and the figures, for which everybody must have been read."""

    def some(self) -> Iterator[list[OfPerson]]: ...

    def figures(self) -> tuple[Figures, Figures]: ...


class FromTables:
    """Reads those whose spans differ, and the figures as every page does."""

    def __init__(self, asked: Asked) -> None:
        self._asked = asked

    def some(self) -> Iterator[list[OfPerson]]:
        asked, rules = self._asked, self._asked.reference.rules
        first, last = asked.first.day, asked.last.day
        if first == last:
            return
        wanted = None if asked.question.requirement is None else rules.requirement_ids[asked.codes[0]]
        found = store.differing(asked.session, first, last, rules.course_codes, wanted, asked.roots)
        where = people.places(asked.session)
        while chunk := list(islice(found, CHUNK)):
            moving = {person_id: stands for person_id, stands in self._stands(chunk) if stands}
            yield self._with_facts(moving, where)

    def _stands(self, chunk: list[store.OfPerson]) -> Iterator[tuple[int, list[Stand]]]:
        asked, codes = self._asked, self._asked.reference.rules.requirement_codes
        first, last = asked.first.day, asked.last.day
        inside = None
        if asked.roots is not None:
            ids = [person_id for person_id, _ in chunk]
            inside = store.counting_inside(asked.session, first, last, ids, asked.roots)
        for person_id, spans in chunk:
            before: dict[int, Span] = {}
            after: dict[int, Span] = {}
            for requirement_id, span in spans:
                pair = (person_id, requirement_id)
                if span.first_day <= first and (inside is None or pair in inside[0]):
                    before[requirement_id] = span
                if span.last_day >= last and (inside is None or pair in inside[1]):
                    after[requirement_id] = span
            stands = [
                Stand(
                    codes[requirement_id],
                    before.get(requirement_id),
                    before.get(requirement_id),
                    after.get(requirement_id),
                )
                for requirement_id in sorted(before.keys() | after.keys())
            ]
            yield person_id, [stand for stand in stands if stand.moves]

    def _with_facts(self, moving: Mapping[int, list[Stand]], where: dict[int, Place]) -> list[OfPerson]:
        """All facts of the few about whom a reason asks for them; of the others the post spells."""
        asked = self._asked
        needs = asked.bridging.needs_facts
        in_full = [
            person_id
            for person_id, stands in moving.items()
            if any(needs(stand.requirement, stand.before, stand.after) for stand in stands)
        ]
        others = sorted(moving.keys() - set(in_full))
        facts: dict[int, PersonFacts] = {}
        if in_full:
            facts |= facts_of(asked.session, Some(in_full), where)
        if others:
            spells = people.spells(asked.session, Some(others), where)
            facts |= {person_id: PersonFacts(spells=held) for person_id, held in spells.items()}
        return [
            (person_id, facts.get(person_id, _NOTHING_KNOWN), stands) for person_id, stands in moving.items()
        ]

    def figures(self) -> tuple[Figures, Figures]:
        asked = self._asked
        first, last = asked.first.day, asked.last.day
        rows = figures_on(
            asked.session, sorted({first, last}), asked.question, reference=asked.reference
        ).rows
        before, after = (
            {row.requirement: row.counts for row in rows if row.day == day} for day in (first, last)
        )
        return before, after


class FromFacts:
    """Makes everybody's timelines from the facts known at both ends, and counts them on the way."""

    def __init__(self, asked: Asked, progress: Progress = no_progress) -> None:
        self._asked = asked
        self._progress = progress
        self._before: Counter[_Standing] = Counter()
        self._after: Counter[_Standing] = Counter()

    def some(self) -> Iterator[list[OfPerson]]:
        asked, session = self._asked, self._asked.session
        now, then = asked.last.known_at, asked.first.known_at
        where = people.places(session, now)
        where_then = where if then == now else people.places(session, then)
        timelines, timelines_then = (Timelines(book, asked.codes) for book in (asked.book, asked.book_then))
        chunks = handfuls(session, asked.roots, Period(asked.first.day, asked.last.day), now, then)
        for done, some in enumerate(chunks):
            self._progress("As known then", done, len(chunks))
            facts = dict(facts_of(session, some, where, now))
            facts_then = facts if then == now else dict(facts_of(session, some, where_then, then))
            found: list[OfPerson] = []
            for person_id in sorted(facts.keys() | facts_then.keys()):
                person = facts.get(person_id, _NOTHING_KNOWN)
                by_code = timelines.of(person)
                by_code_then = by_code
                if then != now:
                    by_code_then = timelines_then.of(facts_then.get(person_id, _NOTHING_KNOWN))
                stands = self._stands(by_code_then, by_code)
                if stands:
                    found.append((person_id, person, stands))
            yield found
        self._progress("As known then", len(chunks), len(chunks))

    def _stands(self, then: Mapping[str, Timeline], now: Mapping[str, Timeline]) -> list[Stand]:
        first, last = self._asked.first.day, self._asked.last.day
        span_on = self._asked.bridging.span_on
        stands = []
        for code in sorted(then.keys() | now.keys()):
            of_code = now.get(code)
            shown, after = span_on(then.get(code), first), span_on(of_code, last)
            if shown is not None:
                self._before[code, shown.status, shown.covered] += 1
            if after is not None:
                self._after[code, after.status, after.covered] += 1
            stand = Stand(code, shown, span_on(of_code, first), after)
            if stand.moves:
                stands.append(stand)
        return stands

    def figures(self) -> tuple[Figures, Figures]:
        return _counted(self._before), _counted(self._after)


def _counted(found: Counter[_Standing]) -> dict[str, Counts]:
    result: dict[str, Counts] = {}
    for (code, status, covered), number in found.items():
        some = Counts(**{status.value: number}, covered=number if covered else 0)
        result[code] = result.get(code, NOBODY) + some
    return result
