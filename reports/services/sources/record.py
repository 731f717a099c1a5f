"""What reports ask, answered by the engine: the very figures and lists of the pages, within the reach of the reader."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge
from compliance.domain.flows import Flow
from compliance.domain.headcount import Headcount, headcounts
from compliance.domain.requirement import RuleBook
from compliance.domain.schools import SchoolRecord
from compliance.domain.target import target_for
from compliance.services import figures as engine
from compliance.services.bridge import bridge
from compliance.services.bridge_sources import End
from compliance.services.coverage import coverage
from compliance.services.figures import FigureRow, Question, Reference, figures, figures_on, find_units
from compliance.services.flows import flows
from compliance.services.lists import Lists
from compliance.services.schools import school_records
from compliance.services.within import Within
from compliance.store.declared import declared_counts, trained
from foundation.dates import Period
from people.domain import Sector
from people.store import Unit
from people.wording import SECTOR_WORDS
from reports.domain.asking import By, FlowKey, Line, School, Standing
from reports.domain.part import Part
from reports.services.sources.chasing import ChasingRecord
from reports.services.sources.names import NameRecord
from reports.services.sources.told import ToldRecord
from reports.services.sources.training import TrainingRecord
from reports.services.sources.upkeep import UpkeepRecord
from reports.store.in_post import in_post
from reports.store.kept_on import references_of

_BY = {
    By.ORGANISATION: engine.By.ORGANISATION,
    By.DIRECTORATE: engine.By.UNIT,
    By.SERVICE: engine.By.UNIT,
    By.ROLE: engine.By.ROLE,
    By.SECTOR: engine.By.SECTOR,
}
DIRECTORATE_DEPTH = 1
"""How deep below its organisation a directorate lies."""


@dataclass(frozen=True)
class Record:
    """The sources of one report, over the record as it stands.

    `organisation_ids` narrows to some organisations: those that the reader may see. `part` narrows to what was asked
    for within them; NotFound is raised where there is no such part.
    """

    session: Session
    organisation_ids: frozenset[int] | None = None
    part: Part | None = None
    reference: Reference = field(init=False)
    _roots: tuple[Unit, ...] | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reference", Reference.read(self.session))
        object.__setattr__(self, "_roots", find_units(self.reference.tree.units, self._question()))

    @property
    def book(self) -> RuleBook:
        """The rules."""
        return self.reference.rules.book

    @property
    def population(self) -> str:
        """Whom all answers are about, in words."""
        if self.part is not None:
            return f"Everybody with a running post in {self.part.words} whom a requirement is for"
        if self.organisation_ids is None:
            return "Everybody with a running post in the council or a partner whom a requirement is for"
        return f"Everybody with a running post in {self.narrowed_to} whom a requirement is for"

    @property
    def narrowed_to(self) -> str:
        """The organisations that all answers are narrowed to, by name; empty: they are about everybody."""
        names = sorted(
            unit.organisation
            for unit in self.reference.tree.units
            if unit.depth == 0 and unit.organisation_id in (self.organisation_ids or ())
        )
        return ", ".join(names)

    def figures(self, day: date, by: By | None = None) -> Sequence[Line]:
        """The figures of a day, whole or in parts."""
        answer = figures(self.session, day, self._parted(by), reference=self.reference)
        return self._lines(answer.rows, by)

    def trend(self, days: Sequence[date], by: By | None = None) -> Sequence[Line]:
        """The figures of several days, whole or in parts."""
        answer = figures_on(self.session, days, self._parted(by), reference=self.reference)
        return self._lines(answer.rows, by)

    def in_post(self, day: date, by: By | None = None) -> dict[tuple[str, str], int]:
        """How many people hold a post, whole or by place."""
        within = Within(self.reference.tree, self._parted(by))
        people: defaultdict[int | None, set[int]] = defaultdict(set)
        for person_id, unit_id in in_post(self.session, day):
            for place in within.of(unit_id):
                people[place].add(person_id)
        return {self._place(place): len(found) for place, found in people.items()}

    def flows(self, ends: Sequence[date], by: By | None = None) -> dict[FlowKey, Flow]:
        """What happened between each two of these days, whole or by directorate."""
        found = flows(self.session, ends, self._parted(by), self.reference)
        return {(day, code, *self._place(place)): flow for (day, code, place), flow in found.items()}

    def kept(self, report: str, days: Sequence[date]) -> dict[date, str]:
        """The references of reports that were kept; of part of the council none is."""
        is_of_all = self.organisation_ids is None and self.part is None
        return references_of(self.session, report, days) if is_of_all else {}

    def people(self, day: date) -> Iterator[Standing]:
        """Everybody who is required, streamed."""
        lists = Lists(self.session, self.reference.tree)
        for one in lists.every(day, lists.filters(self._question())):
            post = one.person.post
            yield Standing(
                one.person.person_ref,
                one.name,
                post.organisation if post else "",
                post.unit if post else "",
                post.job_title if post else "",
                one.requirement,
                one.span,
                one.why,
                one.person.person_id,
            )

    def schools(self, day: date, requirement: str) -> tuple[Sequence[School], Sequence[str]]:
        """The schools with somebody in post, and the names of the others."""
        found = coverage(self.session, day, self._question(requirement=requirement), self.reference)
        schools = [School(one.unit.organisation, one.in_post, one.counts, one.is_in) for one in found.schools]
        return schools, [one.unit.organisation for one in found.without_anybody]

    def school_records(self, day: date) -> dict[str, SchoolRecord]:
        """What is known of every school beside its figures, by name."""
        found = school_records(self.session, day, self.reference, self.organisation_ids)
        names = {unit.organisation_id: unit.organisation for unit in self.reference.tree.units}
        return {names[organisation_id]: one for organisation_id, one in found.items()}

    def headcounts(self, days: Period) -> Sequence[Headcount]:
        """People trained by sector and course, with the numbers that were declared."""
        declared = declared_counts(self.session, self.organisation_ids)
        return headcounts(trained(self.session, days, self.organisation_ids), declared, days)

    def movements(self, first: date, last: date) -> dict[str, Bridge]:
        """Why the figures moved between two days, by requirement."""
        found = bridge(self.session, End(first), End(last), self._question())
        return {one.requirement: one for one in found}

    @property
    def training(self) -> TrainingRecord:
        """Workshops, evidence, evaluation."""
        return TrainingRecord(self.session, self.organisation_ids)

    @property
    def upkeep(self) -> UpkeepRecord:
        """Exemptions, absences, imports, moves, the trail."""
        roots = None if self.part is None else self._roots
        return UpkeepRecord(self.session, self.organisation_ids, roots)

    @property
    def names(self) -> NameRecord:
        """One person, one team."""
        return NameRecord(self.session, self.organisation_ids)

    @property
    def chasing(self) -> ChasingRecord:
        """People who owe something."""
        return ChasingRecord(self.session, self.book)

    @property
    def told(self) -> ToldRecord:
        """Commentary and assurance."""
        return ToldRecord(self.session, self.organisation_ids, is_of_part=self.part is not None)

    @property
    def _deepest(self) -> int:
        """How deep the directorates lie; below a unit that was asked for, the units next to it."""
        if self.part is None:
            return DIRECTORATE_DEPTH
        return max(unit.depth for unit in self._roots or ()) + 1

    def _question(self, **narrower: object) -> Question:
        part = self.part or Part()
        asked = Question(
            organisation_ids=self.organisation_ids,
            organisation=part.organisation or None,
            unit=part.unit or None,
        )
        return replace(asked, **narrower)  # type: ignore[arg-type]  # the callers name fields of Question

    def _parted(self, by: By | None) -> Question:
        """The question of all figures, in parts."""
        depths = {By.DIRECTORATE: self._deepest, By.SERVICE: self._deepest + 1}
        return self._question(
            by=None if by is None else _BY[by], deepest=None if by is None else depths.get(by)
        )

    def _place(self, unit_id: int | None) -> tuple[str, str]:
        """The organisation and the path of a unit; nothing of either for the whole."""
        unit = None if unit_id is None else self._units[unit_id]
        return ("", "") if unit is None else (unit.organisation, unit.path)

    @cached_property
    def _units(self) -> dict[int, Unit]:
        return {unit.id: unit for unit in self.reference.tree.units}

    def _lines(self, rows: Iterable[FigureRow], by: By | None) -> list[Line]:
        depth = self._deepest + 1
        return [
            self._line(row, by)
            for row in rows
            if by is not By.SERVICE or (row.place is not None and row.place.depth == depth)
        ]

    def _line(self, row: FigureRow, by: By | None) -> Line:
        unit = row.unit or (self.part.unit if self.part else None) or None
        target = target_for(self.book.targets, row.requirement, row.day, unit)
        return Line(
            row.day,
            row.requirement,
            row.title,
            row.counts,
            row.judgement,
            self._part(row, by),
            row.organisation or "",
            row.plan_ref,
            target.owner if target else "",
        )

    def _part(self, row: FigureRow, by: By | None) -> str:
        if by is By.SECTOR:
            return SECTOR_WORDS.get(Sector(row.group), row.group or "") if row.group else ""
        if by is By.ROLE:
            return self.book.role_titles.get(row.group or "", row.group or "")
        return row.unit or ""
