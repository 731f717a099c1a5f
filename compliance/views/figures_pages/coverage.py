"""School coverage: in how many schools somebody is in date, and which they are. A page and a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, render_template, request

from compliance.services.coverage import Coverage, School, of_schools
from compliance.services.coverage import coverage as coverage_of
from compliance.services.figures import Question
from compliance.views.blueprint import blueprint
from compliance.views.figures_pages.choices import Choices, choices, is_one_of, requirement_title
from compliance.views.figures_pages.known import TypedMoment, typed_moment
from compliance.views.lines import csv_response
from compliance.views.shown import kept
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.forms.typed_day import TypedDay, typed_day

SHOW = {"": "All schools", "in": "Schools with somebody in date", "out": "Schools without anybody in date"}
HEADERS = (
    "as_at",
    "requirement",
    "school",
    "somebody_in_date",
    "people_in_date",
    "counted",
    "required",
    "in_post",
)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page."""

    choices: Choices
    day: TypedDay
    known: TypedMoment
    requirement: str
    options: list[str]
    show: str

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            as_at=self.day.value.isoformat() if self.day.value else None,
            known_at=self.known.address,
            requirement=self.requirement,
            show=self.show,
        )

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """What is wrong with the dates, and the boxes to mend."""
        return [(each.error, each.first_wrong) for each in (self.day, self.known) if each.error]

    def answer(self, session: Session) -> Coverage | None:
        """The schools; None while a date is wrong or there is no requirement."""
        if self.problems or self.day.value is None or not self.requirement:
            return None
        question = Question(
            self.requirement,
            known_at=self.known.value,
            organisation_ids=self.choices.reach.organisation_ids,
        )
        return coverage_of(session, self.day.value, question, self.choices.reference)

    def shown(self, answer: Coverage) -> list[School]:
        """The schools of the list."""
        if not self.show:
            return answer.schools
        return [school for school in answer.schools if school.is_in == (self.show == "in")]


def asked(session: Session) -> Asked:
    """Read the filters; the page is for those who may see names behind figures."""
    today = clock.today()
    known = typed_moment("known_at", request.args, clock.now())
    found = choices(session, today, known.value, with_names=True)
    day = typed_day("as_at", "Date", request.args, today)
    options = of_schools(found.book, day.value or today)
    wanted = request.args.get("requirement", "")
    if wanted and known.value is None:
        is_one_of(options, wanted)
    return Asked(
        found,
        day,
        known,
        (wanted if wanted in options else "") if wanted else next(iter(options), ""),
        options,
        is_one_of(SHOW, request.args.get("show", "")),
    )


@blueprint.get("/figures/schools")
@auth.signed_in
def coverage() -> str | tuple[str, int]:
    """The schools with at least one person in date, and those without."""
    session = db.session()
    found = asked(session)
    answer = found.answer(session)
    day = found.day.value or found.choices.today
    text = render_template(
        "compliance/coverage.html",
        as_at=found.day.value if not found.problems else None,
        day=found.day,
        known=found.known,
        problems=found.problems,
        is_ahead=day > found.choices.today,
        requirement=found.requirement,
        requirement_options=[
            (code, requirement_title(found.choices.book, code, day)) for code in found.options
        ],
        title=requirement_title(found.choices.book, found.requirement, day) if found.requirement else "",
        show=found.show,
        show_options=list(SHOW.items()),
        answer=answer,
        schools=found.shown(answer) if answer else [],
        where=found.where,
        behind=_behind(found),
        schools_out=dict(replace(found, show="out").where),
        opens=auth.reader().sees_everybody,
    )
    return (text, 422) if found.problems else text


@blueprint.get("/figures/schools.csv")
@auth.signed_in
def coverage_csv() -> Response:
    """The same schools as a file."""
    session = db.session()
    found = asked(session)
    answer = found.answer(session)
    if answer is None or found.day.value is None:
        raise NotFound("There is no such day.")
    name = f"school-coverage-{found.day.value.isoformat()}"
    return csv_response(_lines(found.day.value, answer, found.shown(answer)), HEADERS, name)


def _behind(found: Asked) -> dict[str, str]:
    """The filters of the people behind a number, but for the school."""
    return kept(
        as_at=found.day.value.isoformat() if found.day.value else None,
        known_at=found.known.address,
        requirement=found.requirement,
    )


def _lines(day: date, answer: Coverage, schools: Sequence[School]) -> Iterator[Sequence[str]]:
    for school in schools:
        yield (
            day.isoformat(),
            answer.requirement,
            school.unit.organisation,
            "yes" if school.is_in else "no",
            str(school.counts.in_date),
            str(school.counts.counted),
            str(school.counts.required),
            str(school.in_post),
        )
