"""What reports ask, answered by the engine: the very figures and lists of the pages, within the reach of the reader."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge
from compliance.domain.headcount import Headcount, headcounts
from compliance.domain.requirement import RuleBook
from compliance.domain.target import target_for
from compliance.services import figures as engine
from compliance.services.bridge import bridge
from compliance.services.bridge_sources import End
from compliance.services.coverage import coverage
from compliance.services.figures import FigureRow, Question, Reference, figures, figures_on
from compliance.services.lists import Lists
from compliance.store.declared import declared_counts, trained
from foundation.dates import Period
from people.domain import Sector
from people.wording import SECTOR_WORDS
from reports.domain.asking import By, Line, School, Standing
from reports.services.sources.names import NameRecord
from reports.services.sources.told import ToldRecord
from reports.services.sources.training import TrainingRecord
from reports.services.sources.upkeep import UpkeepRecord

_BY = {
    By.ORGANISATION: engine.By.ORGANISATION,
    By.DIRECTORATE: engine.By.UNIT,
    By.ROLE: engine.By.ROLE,
    By.SECTOR: engine.By.SECTOR,
}
DIRECTORATE_DEPTH = 1
"""How deep below its organisation a directorate lies."""


@dataclass(frozen=True)
class Record:
    """The sources of one report, over the record as it stands. `organisation_ids` narrows to some organisations."""

    session: Session
    organisation_ids: frozenset[int] | None = None
    reference: Reference = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "reference", Reference.read(self.session))

    @property
    def book(self) -> RuleBook:
        """The rules."""
        return self.reference.rules.book

    @property
    def population(self) -> str:
        """Whom all answers are about, in words."""
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
        question = self._question(
            by=None if by is None else _BY[by], deepest=DIRECTORATE_DEPTH if by is By.DIRECTORATE else None
        )
        answer = figures(self.session, day, question, reference=self.reference)
        return [self._line(row, by) for row in answer.rows]

    def trend(self, days: Sequence[date]) -> Sequence[Line]:
        """The figures of the whole on several days."""
        answer = figures_on(self.session, days, self._question(), reference=self.reference)
        return [self._line(row, None) for row in answer.rows]

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
            )

    def schools(self, day: date, requirement: str) -> tuple[Sequence[School], Sequence[str]]:
        """The schools with somebody in post, and the names of the others."""
        found = coverage(self.session, day, self._question(requirement=requirement), self.reference)
        schools = [School(one.unit.organisation, one.in_post, one.counts, one.is_in) for one in found.schools]
        return schools, [one.unit.organisation for one in found.without_anybody]

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
        return UpkeepRecord(self.session, self.organisation_ids)

    @property
    def names(self) -> NameRecord:
        """One person, one team."""
        return NameRecord(self.session, self.organisation_ids)

    @property
    def told(self) -> ToldRecord:
        """Commentary and assurance."""
        return ToldRecord(self.session, self.organisation_ids)

    def _question(self, **narrower: object) -> Question:
        asked = Question(organisation_ids=self.organisation_ids)
        return replace(asked, **narrower)  # type: ignore[arg-type]  # the callers name fields of Question

    def _line(self, row: FigureRow, by: By | None) -> Line:
        target = target_for(self.book.targets, row.requirement, row.day, row.unit)
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
