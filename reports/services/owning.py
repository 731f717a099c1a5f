"""What is asked of one person on a day, as lines: what the page "My training" shows, from the same services."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance import wording
from compliance.domain.asked import Option, Part, options, part_of, pressing_day, terms_on, waiting_for
from compliance.domain.requirement import Kind, Requirement, RuleBook, Terms, Use
from compliance.domain.spans import Span
from compliance.services.course_items import CourseItem, course_item
from compliance.services.lists import Lists
from compliance.services.own_reason import own_reason
from compliance.store.history import Recorded, recorded_of
from courses.domain import Completion, Evidence, course_on
from courses.domain.workshops import BookingState
from courses.services.workshops.bookable import Ahead, ahead_of
from foundation.dates import LONDON
from foundation.formats import long_date
from people.services.details import held_posts
from reports.domain.sources.names import OwnDuty

ASK = "Ask your training team which course to do"
_BOOKED = {
    BookingState.BOOKED: "a place is booked at the workshop on {day}",
    BookingState.OFFERED: "a place is offered at the workshop on {day}",
    BookingState.WAITING: "on the waiting list for the workshop on {day}",
}


@dataclass(frozen=True, slots=True)
class _Known:
    """What all lines of one person rest on: completions, the posts held on the day, and workshops to come."""

    book: RuleBook
    day: date
    recorded: Sequence[Recorded]
    completions: Sequence[Completion]
    posts: Sequence[tuple[str, Sequence[str]]]
    """The job title of each, and the codes of its roles, on the day."""
    ahead: Ahead


def own_duties(session: Session, person_id: int, day: date, at: datetime) -> list[OwnDuty]:
    """Every duty of a person, whatever presses most first. A fixed number of queries.

    `at`: the moment from which a workshop is still to come; measures are left out, as nobody is asked to do them.
    """
    lists = Lists(session)
    held = held_posts(session, person_id, lists.grants_of(person_id))
    recorded = [one for one in recorded_of(session, person_id) if one.completion.completed_on <= day]
    known = _Known(
        lists.book,
        day,
        recorded,
        [one.completion for one in recorded],
        [
            (post.spell.job_title, post.roles_on(lists.book.role_reader, day))
            for post in held
            if post.runs_on(day)
        ],
        ahead_of(session, person_id, at),
    )
    found = []
    for code, spans in lists.of_person(person_id, day).items():
        line = lists.book.requirement_on(code, day) or lists.book.latest(code) or Requirement(code)
        if line.kind != Kind.MEASURE:
            found += [_duty(lists, known, line, span) for span in spans]
    return sorted(found, key=_order)


def _order(duty: OwnDuty) -> tuple[int, bool, date, str]:
    """What presses most first: by part of the page, then what is overdue, then the earliest day."""
    return _PLACE[duty.part], duty.span.status not in wording.OVERDUE, duty.press, duty.title


_PLACE = {part: number for number, part in enumerate(Part)}


def _duty(lists: Lists, known: _Known, line: Requirement, span: Span) -> OwnDuty:
    terms = terms_on(known.book, line.code, known.day)
    waiting = waiting_for(terms, known.completions, known.day) if terms else None
    part = part_of(span.status, waiting=waiting is not None)
    since = None
    if part is Part.WAITING and waiting is not None:
        since = _recorded_on(known, waiting.course, waiting.completed_on)
    open_to = options(known.book, terms, known.completions, known.day) if terms and part is Part.TO_DO else []
    shown = next(
        (one.completion for one in known.recorded if one.key == (span.course, span.completed_on)), None
    )
    return OwnDuty(
        requirement=line.code,
        title=line.title or line.code,
        part=part,
        press=pressing_day(part, span, since),
        span=span,
        reason=own_reason(known.book, line, span, known.posts),
        why=lists.explain(span),
        courses=_courses(known.book, terms, known.day),
        taken=(known.book.course_titles.get(span.course) or span.course) if span.course else "",
        evidence=Evidence(shown.evidence) if shown else None,
        recorded_on=_recorded_on(known, shown.course, shown.completed_on) if shown else None,
        waiting_since=since,
        where=_where(open_to, known.ahead) if part is Part.TO_DO else "",
    )


def _recorded_on(known: _Known, course: str, completed_on: date) -> date | None:
    """The day, in London, on which a completion was recorded."""
    found = (one.recorded_at for one in known.recorded if one.key == (course, completed_on))
    return next((at.astimezone(LONDON).date() for at in found), None)


def _courses(book: RuleBook, terms: Terms | None, day: date) -> tuple[str, ...]:
    """The courses that can be taken on the day and meet the requirement, as the rule book has them."""
    found = []
    for one in terms.acceptances if terms else ():
        if one.taken_from <= day <= one.taken_to and day <= one.honoured_to:
            course = course_on(book.course_lines, one.course, day)
            found.append((course.title or course.code) + (" (to renew)" if one.use == Use.RENEWAL else ""))
    return tuple(found)


def _where(open_to: Sequence[Option], ahead: Ahead) -> str:
    """Where the best course is done, or what has to be done before it; and how it stands with its workshops."""
    if not open_to:
        return ASK
    best = open_to[0]
    course, before = course_item(best.course), [course_item(one) for one in best.before]
    first = before or [course]
    says = " or ".join(_place(one) for one in first)
    if before:
        says = f"First {says}, then {_place(course)}"
    codes = [one.code for one in first]
    return says + _booked(ahead, codes)


def _place(course: CourseItem) -> str:
    """A course with who gives it, and its address or how to come by one."""
    given_by = f", {course.provider}" if course.provider else ""
    return f"{course.title}{given_by}: {course.url or course.ask}"


def _booked(ahead: Ahead, codes: Sequence[str]) -> str:
    for booking, workshop in ahead.booked:
        if workshop.sitting.course in codes:
            return "; " + _BOOKED[booking.state].format(day=long_date(workshop.sitting.day))
    return "; a workshop can be booked" if ahead.open_courses.intersection(codes) else ""
