"""Workshops, evidence and evaluation as reports ask for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from courses import store as courses
from courses.domain import course_on
from courses.services.workshops.evaluating import CourseEvaluation, Evaluation, by_course, evaluations_of
from courses.store import workshops
from foundation.dates import Period
from foundation.errors import NotFound
from reports.domain.sources.training import (
    CourseTrained,
    EvaluationLine,
    EvidenceLine,
    RegisterOf,
    WorkshopLine,
)
from reports.services.sources.evidence import evidence_lines
from reports.services.sources.workshop_lines import workshop_lines, workshop_register
from reports.store.training import trained_since


@dataclass(frozen=True)
class TrainingRecord:
    """The answers of one report. `organisation_ids` narrows to some organisations.

    Workshops, registers, evidence and evaluation are for those who see everybody: nothing of them is told to whoever
    sees some organisations alone (docs/workshops.md, "What is shown").
    """

    session: Session
    organisation_ids: frozenset[int] | None = None

    @property
    def _is_narrowed(self) -> bool:
        return self.organisation_ids is not None

    def workshops(self, days: Period, today: date) -> Sequence[WorkshopLine]:
        """The workshops held or called off in these days, in order of time; answers as they may be shown today."""
        return () if self._is_narrowed else workshop_lines(self.session, days, today)

    def register(self, of: str, day: date) -> RegisterOf:
        """The register of a workshop by its public id or reference. Raises NotFound."""
        if self._is_narrowed:
            raise NotFound("There is no such workshop.")
        return workshop_register(self.session, of, day)

    def evidence(self, days: Period) -> Sequence[EvidenceLine]:
        """Evidence sent in in these days, and what was sent before and waits at their end."""
        return () if self._is_narrowed else evidence_lines(self.session, days)

    def evaluation(self, days: Period, today: date) -> Sequence[EvaluationLine]:
        """What may be shown today of the workshops held in these days, by title of the course."""
        if self._is_narrowed:
            return ()
        held = workshops.between(self.session, days.first, min(days.last, today))
        held = [one for one in held if not one.sitting.is_cancelled]
        found = evaluations_of(self.session, held, today) if held else []
        return [_evaluation(one, found) for one in by_course(found)]

    def trained(self, since: Sequence[date], last: date) -> Sequence[CourseTrained]:
        """People who completed each course from each of some days on until the last one, by title."""
        lines = courses.course_lines(self.session)
        found = trained_since(self.session, since, last, self.organisation_ids)
        every = [
            CourseTrained(
                code,
                course_on(lines, code, last).title or code,
                tuple(people for people, _ in periods),
                tuple(completions for _, completions in periods),
            )
            for code, periods in found.items()
        ]
        return sorted(every, key=lambda one: (one.title, one.course))


def _evaluation(course: CourseEvaluation, found: Sequence[Evaluation]) -> EvaluationLine:
    of_it = [one for one in found if one.workshop.sitting.course == course.course]
    return EvaluationLine(
        course.course,
        course.title,
        course.held,
        sum(one.attended for one in of_it),
        course.attended,
        course.results,
        frozenset(when for one in of_it for when in one.results.too_few),
    )
