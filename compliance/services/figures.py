"""Questions about the figures: as at any day, known at any moment, whole or by organisation, unit, role or sector.

Asked about now, they read the timeline tables. Asked what the record said at an earlier moment, they make the same
timelines from the facts known then (counting rule 1) and add them up by the same rules: slower, and kept nowhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from compliance.domain.figures import NOBODY, Counts, Judgement, PeopleFigure, judge
from compliance.domain.groups import NO_ROLE
from compliance.domain.requirement import RuleBook
from compliance.domain.target import target_for
from compliance.services.sources import Groups, Parts, Scope, source_for
from compliance.store.rules import Rules, load_rules
from foundation.errors import NotFound, Problem
from foundation.facts import Progress, no_progress
from people import store as people
from people.store import Tree, Unit


class By(StrEnum):
    """How a figure is broken down."""

    ORGANISATION = "organisation"
    UNIT = "unit"
    ROLE = "role"
    SECTOR = "sector"

    @property
    def is_place(self) -> bool:
        """Whether the parts are units of the tree."""
        return self in (By.ORGANISATION, By.UNIT)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked. `organisation_ids` narrows everything to some organisations (a partner lead's own)."""

    requirement: str | None = None
    by: By | None = None
    unit: str | None = None
    organisation: str | None = None
    known_at: datetime | None = None
    organisation_ids: frozenset[int] | None = None
    deepest: int | None = None
    """With `by=UNIT`: leave out units below this depth (1 is a directorate)."""


@dataclass(frozen=True, slots=True)
class FigureRow:
    """The figure of one requirement, in the whole (organisation and unit None) or in one part of it."""

    day: date
    requirement: str
    title: str
    organisation: str | None
    unit: str | None
    counts: Counts
    judgement: Judgement | None
    plan_ref: str = ""
    place: Unit | None = None
    group: str | None = None
    """By role or sector: its code; NO_ROLE for those without any role."""


@dataclass(frozen=True, slots=True)
class Answer:
    """The rows, the people-based figure over the requirements shown, and the bridge between parts and whole."""

    rows: list[FigureRow]
    people: dict[date, PeopleFigure]
    counted_again: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reference:
    """What every question refers to: the rules and the units. A page reads them once."""

    rules: Rules
    tree: Tree

    @classmethod
    def read(cls, session: Session, known_at: datetime | None = None) -> "Reference":
        """The rules as they were known at a moment, and the units; None: as they stand now."""
        return cls(load_rules(session, known_at), people.tree(session))


def figures(
    session: Session,
    day: date,
    question: Question,
    progress: Progress = no_progress,
    reference: Reference | None = None,
) -> Answer:
    """The figures of one day. Raises NotFound for an unknown requirement, unit or organisation.

    `reference` spares reading it again; it must be of `question.known_at`.
    """
    return figures_on(session, [day], question, progress, reference)


def figures_on(
    session: Session,
    days: Sequence[date],
    question: Question,
    progress: Progress = no_progress,
    reference: Reference | None = None,
) -> Answer:
    """The figures of several days: trend and forecast are the same read at period ends."""
    asked = _Asked(reference or Reference.read(session, question.known_at), question)
    by_role = question.by is By.ROLE
    source = source_for(
        session, question.known_at, days, asked.tree, asked.rules, progress, by_role, asked.roots
    )
    rows: list[FigureRow] = []
    people_found: dict[date, PeopleFigure] = {}
    shared: dict[str, int] = {}
    if question.by is None:
        for day, counts, everything in source.wholes(days, asked.scope):
            rows += asked.rows(day, None, counts)
            people_found[day] = asked.people_figure(counts, everything)
    elif question.by.is_place:
        for day in days:
            parts = source.parts(day, asked.scope, asked.parts())
            rows += asked.broken_down(day, parts, shared)
            _, counts, everything = parts.whole
            people_found[day] = asked.people_figure(counts, everything)
    else:
        for day in days:
            groups = source.by_role(day, asked.scope) if by_role else source.by_sector(day, asked.scope)
            rows += asked.grouped(day, groups, shared)
            _, counts, everything = groups.whole
            people_found[day] = asked.people_figure(counts, everything)
    return Answer(rows, people_found, shared)


class _Asked:
    """A question with its names looked up."""

    def __init__(self, reference: Reference, question: Question) -> None:
        self.question = question
        self.rules = reference.rules
        self.book = reference.rules.book
        self.ids = reference.rules.requirement_ids
        self.codes = _wanted_codes(self.book, question.requirement)
        self.tree = reference.tree
        self.units = reference.tree.units
        self.roots = find_units(self.units, question)
        self.scope = Scope(self.roots, None if question.requirement is None else self.ids.get(self.codes[0]))
        self.asked_for_unit = self.roots is not None and question.unit is not None

    def people_figure(self, counts: Mapping[int, Counts], everything: PeopleFigure) -> PeopleFigure:
        """Over the requirements shown: all of them, or the one asked about."""
        if self.question.requirement is None:
            return everything
        found = counts.get(self.ids.get(self.codes[0], -1), NOBODY)
        return PeopleFigure(found.counted, found.in_date)

    def rows(self, day: date, part: Unit | None, counts: Mapping[int, Counts]) -> list[FigureRow]:
        """A row for each requirement: all in force for the whole, only those with someone required for a part."""
        result = []
        for code in self.codes:
            found = counts.get(self.ids.get(code, -1), NOBODY)
            if not found.required and (part is not None or self.book.requirement_on(code, day) is None):
                continue
            result.append(figure_row(self.book, day, code, found, part, self._unit_for_target(part)))
        return result

    def _unit_for_target(self, part: Unit | None) -> str | None:
        return (part.path if part is not None else None) or self.question.unit

    def broken_down(self, day: date, parts: Parts, shared: dict[str, int]) -> list[FigureRow]:
        """Rows for every organisation or unit, ordered by requirement, organisation and unit path."""
        by_part: dict[int, dict[int, Counts]] = {}
        for (unit_id, requirement_id), found in parts.counts.items():
            by_part.setdefault(unit_id, {})[requirement_id] = found
        self._share(parts.again, shared)
        rows = [
            row for part in parts.units for row in self.rows(day, self._named(part), by_part.get(part.id, {}))
        ]
        rows.sort(key=lambda row: (row.requirement, row.organisation or "", row.unit or ""))
        return rows

    def grouped(self, day: date, groups: Groups, shared: dict[str, int]) -> list[FigureRow]:
        """Rows for every role or sector in which someone is required; those without any role come last."""
        self._share(groups.again, shared)
        codes = {self.ids[code]: code for code in self.codes if code in self.ids}
        rows = [
            figure_row(self.book, day, codes[requirement_id], counts, None, self.question.unit, group)
            for (group, requirement_id), counts in groups.counts.items()
            if requirement_id in codes
        ]
        rows.sort(key=lambda row: (row.requirement, row.group == NO_ROLE, row.group or ""))
        return rows

    def _share(self, again: Mapping[int, int], shared: dict[str, int]) -> None:
        for code in self.codes:
            if again.get(self.ids.get(code, -1)):
                shared[code] = again[self.ids[code]]

    def _named(self, part: Unit) -> Unit:
        """The unit that a row names: by organisation, the organisation."""
        if self.question.by is By.ORGANISATION and part.depth:
            return next(u for u in self.units if u.organisation_id == part.organisation_id and not u.depth)
        return part

    def parts(self) -> list[Unit]:
        """The units into which the figures are broken down."""
        if self.question.by is By.ORGANISATION and self.asked_for_unit:
            return list(self.roots or ())  # that path in any organisation: one unit in each
        inside = [unit for unit in self.units if self.scope.holds(unit)]
        if self.question.by is By.ORGANISATION:
            return [unit for unit in inside if unit.depth == 0]
        deepest = self.question.deepest
        return [unit for unit in inside if unit.depth > 0 and (deepest is None or unit.depth <= deepest)]


def figure_row(
    book: RuleBook,
    day: date,
    code: str,
    counts: Counts,
    part: Unit | None = None,
    unit_for_target: str | None = None,
    group: str | None = None,
) -> FigureRow:
    """Counts of a requirement made a figure: titled, and judged by the target in force on the day."""
    requirement = book.requirement_on(code, day) or book.latest(code)
    target = target_for(book.targets, code, day, unit_for_target)
    return FigureRow(
        day=day,
        requirement=code,
        title=requirement.title if requirement else code,
        organisation=part.organisation if part else None,
        unit=(part.path or None) if part else None,
        counts=counts,
        judgement=judge(counts, target.percent_hundredths if target else None),
        plan_ref=target.plan_ref if target else "",
        place=part,
        group=group,
    )


def _wanted_codes(book: RuleBook, requirement: str | None) -> tuple[str, ...]:
    if requirement is None:
        return book.codes
    if requirement not in book.codes:
        raise NotFound(
            Problem(f'There is no requirement "{requirement}". There are: {", ".join(book.codes)}.')
        )
    return (requirement,)


def find_units(units: Sequence[Unit], question: Question) -> tuple[Unit, ...] | None:
    """The units that a question is narrowed to; None for everybody. A unit is that path in any organisation."""
    inside = [
        unit
        for unit in units
        if (question.organisation_ids is None or unit.organisation_id in question.organisation_ids)
        and (question.organisation is None or unit.organisation == question.organisation)
    ]
    if question.organisation is not None and not inside:
        raise NotFound(Problem(f'There is no organisation "{question.organisation}".'))
    if question.unit is not None:
        found = tuple(unit for unit in inside if unit.path == question.unit and unit.depth > 0)
        if not found:
            raise NotFound(
                Problem(f'There is no unit "{question.unit}". Give its path, such as "Homes > Repairs".')
            )
        return found
    if question.organisation_ids is None and question.organisation is None:
        return None
    return tuple(unit for unit in inside if unit.depth == 0)
