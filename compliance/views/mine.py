"""What I have to do: next, by when, and why."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template

from compliance import wording
from compliance.domain.requirement import Acceptance, RuleBook, Use
from compliance.domain.spans import Span, Status
from compliance.services.lists import Lists
from compliance.views.blueprint import blueprint
from compliance.views.shown import is_measure
from courses.domain import course_on
from foundation import clock
from foundation.db import db
from people import auth

RENEWING = frozenset({Status.EXPIRING, Status.COMPLIANT, Status.EXPIRED})
"""The statuses of those who completed something that counted, and may therefore renew it."""
LONGEST_COURSE = 10_000
"""Where a course without a length stands among the others: last."""


@dataclass(frozen=True, slots=True)
class CourseItem:
    """A course that meets a requirement. `only_renews`: it counts for those alone who did another before."""

    title: str
    provider: str
    minutes: int | None
    url: str
    only_renews: bool


@dataclass(frozen=True, slots=True)
class RequirementItem:
    """One requirement of the reader."""

    title: str
    status: Status
    headline: str
    why: str
    courses: list[CourseItem]

    @property
    def to_do(self) -> bool:
        return self.status in wording.TO_DO


@blueprint.get("/my-requirements")
@auth.signed_in
def my_requirements() -> str:
    """The reader's own requirements, what presses most coming first."""
    account = auth.reader()
    if account.person_id is None:
        abort(403)
    today = clock.today()
    lists = Lists(db.session())
    items = [
        _item(lists, code, span, today)
        for code, spans in lists.of_person(account.person_id).items()
        for span in spans
        if span.first_day <= today <= span.last_day and not is_measure(lists.book, code, today)
    ]
    items.sort(key=lambda item: (wording.URGENCY.index(item.status), item.title))
    return render_template(
        "compliance/my_requirements.html", as_at=today, items=items, to_do=sum(item.to_do for item in items)
    )


def _item(lists: Lists, code: str, span: Span, today: date) -> RequirementItem:
    requirement = lists.book.requirement_on(code, today) or lists.book.latest(code)
    return RequirementItem(
        title=requirement.title if requirement and requirement.title else code,
        status=span.status,
        headline=wording.headline(span.status, span.due_on, span.valid_until),
        why=lists.explain(span),
        courses=accepted_courses(lists.book, code, today, span.status),
    )


def accepted_courses(book: RuleBook, code: str, today: date, status: Status) -> list[CourseItem]:
    """The courses that can be taken today and will count for somebody with this status, the shortest first.

    A course that only renews is first for those who have something to renew, and left out for those who never did
    anything that counted (counting rule 5, renewal use).
    """
    terms = next((part for part in book.terms(code) if part.period.first <= today <= part.period.last), None)
    usable = [
        _course(book, acceptance, today)
        for acceptance in (terms.acceptances if terms else ())
        if acceptance.taken_from <= today <= acceptance.taken_to and today <= acceptance.honoured_to
    ]
    if status is Status.OUTSTANDING:
        usable = [course for course in usable if not course.only_renews]
    renewing = status in RENEWING
    usable.sort(
        key=lambda course: (course.only_renews != renewing, course.minutes or LONGEST_COURSE, course.title)
    )
    return usable


def _course(book: RuleBook, acceptance: Acceptance, today: date) -> CourseItem:
    course = course_on(book.course_lines, acceptance.course, today)
    return CourseItem(
        title=course.title or course.code,
        provider=course.provider,
        minutes=course.duration_minutes,
        # The rule book is a file: only a web address becomes a link.
        url=course.url if course.url.startswith(("https://", "http://")) else "",
        only_renews=acceptance.use == Use.RENEWAL,
    )
