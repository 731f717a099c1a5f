"""Where and when to run the next workshops of a course: the need by place and month, and the sittings to plan."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request, url_for

from compliance.domain.workshop_answer import Ask, PlaceNeed, Plan, Suggested
from compliance.services import workshop_need as service
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response
from courses.domain import Course
from courses.services.workshops.planning import courses_held
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date
from foundation.pagination import Page
from people import auth
from people.domain import Permission

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
MONTHS = (3, 6, 12)
USUAL_MONTHS = 6
USUAL_CAPACITY = 20
MOST_CAPACITY = 200
SITTINGS = (3, 6, 12)
USUAL_SITTINGS = 6


@dataclass(frozen=True, slots=True)
class SuggestedLine:
    """A sitting on the page. `href` leads to the form of planning, filled in; empty for whoever plans nothing."""

    day: date
    weekday: str
    place: str
    people: int
    will_come: int
    overdue: int
    becomes: list[str]
    href: str


def asked(courses: Sequence[Course]) -> Ask:
    """Read the question: what is not one of the choices is the usual one."""
    course = request.args.get("course", "")
    codes = [one.code for one in courses]
    return Ask(
        course=course if course in codes else (codes[0] if codes else ""),
        months=_number("months", MONTHS, USUAL_MONTHS),
        capacity=_number("places", range(1, MOST_CAPACITY + 1), USUAL_CAPACITY),
        sittings=_number("sittings", SITTINGS, USUAL_SITTINGS),
    )


def _number(name: str, allowed: Sequence[int], usual: int) -> int:
    text = request.args.get(name, "").strip()
    number = int(text) if text.isascii() and text.isdigit() and len(text) < 6 else usual
    return number if number in allowed else usual


@blueprint.get("/workshops/need")
@auth.only_for(*READERS)
def workshop_need() -> str:
    """The need for a course, and what to do about it."""
    session, today = db.session(), clock.today()
    courses = courses_held(session, today)
    ask = asked(courses)
    found = service.plan(session, ask, clock.now(), today) if ask.course else None
    places = found.places if found else ()
    page = Page.of(request.args.get("page"), len(places))
    where = {
        "course": ask.course,
        "months": str(ask.months),
        "places": str(ask.capacity),
        "sittings": str(ask.sittings),
    }
    plans = bool(auth.reader().permissions & {Permission.LEARNING, Permission.COORDINATOR})
    return render_template(
        "compliance/workshop_need.html",
        plan=found,
        ask=ask,
        where=where,
        page=page,
        places=places[page.offset : page.offset + page.size],
        columns=_columns(found.months) if found else [],
        lines=[_line(one, found, ask, plans=plans) for one in found.suggested] if found else [],
        course_options=[(one.code, one.title or one.code) for one in courses],
        month_options=[(str(one), f"The next {one} months") for one in MONTHS],
        sitting_options=[(str(one), f"Up to {one}") for one in SITTINGS],
        last_words=long_date(found.last) if found else "",
        rate_words=_rate_words(found) if found else "",
    )


def _columns(months: Sequence[date]) -> list[tuple[str, bool]]:
    names = [long_date(one).split(" ", 1)[1] for one in months]
    return [
        ("Where", False),
        ("Overdue", True),
        *((one, True) for one in names),
        ("All", True),
        ("Booked", True),
        ("Free place", True),
    ]


def _rate_words(found: Plan) -> str:
    percent = round(100 * found.rate)
    if not found.seen:
        return f"{percent} in 100, as is usual: no register of this course has been closed yet"
    return (
        f"{percent} in 100, after {count_noun(found.seen, 'person', 'people')} who were booked in three years"
    )


_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def _line(one: Suggested, found: Plan, ask: Ask, *, plans: bool) -> SuggestedLine:
    suggestion = one.suggestion
    codes = ",".join(code for code, _ in found.requirements)
    href = url_for(
        "courses.plan_workshop",
        course=ask.course,
        on=suggestion.day.isoformat(),
        capacity=ask.capacity,
        requirements=codes,
    )
    return SuggestedLine(
        day=suggestion.day,
        weekday=_WEEKDAYS[suggestion.day.weekday()],
        place=suggestion.site or "People of several places together, or online",
        people=len(suggestion.people),
        will_come=one.will_come,
        overdue=suggestion.overdue,
        becomes=_becomes(one),
        href=href if plans else "",
    )


def _becomes(one: Suggested) -> list[str]:
    lines = []
    for each in one.becomes:
        before, then, best = each.percents
        if before is None or then is None:
            continue
        target = f"; target {each.target_hundredths / 100:g}%" if each.target_hundredths is not None else ""
        lines.append(f"{each.title}: {then}% instead of {before}%; {best}% if everybody comes{target}")
    return lines


HEADERS = ("organisation", "unit", "overdue", "due_later", "needed", "booked", "free_place")


@blueprint.get("/workshops/need.csv")
@auth.only_for(*READERS)
def workshop_need_csv() -> Response:
    """The need by place as a file, month by month."""
    session, today = db.session(), clock.today()
    ask = asked(courses_held(session, today))
    if not ask.course:
        raise NotFound("There is no such course.")
    found = service.plan(session, ask, clock.now(), today)
    headers = (*HEADERS, *(f"from_{one.isoformat()[:7]}" for one in found.months))
    name = f"workshop-need-{ask.course}-{today.isoformat()}"
    return csv_response(_rows(found.places, found.months), headers, name)


def _rows(places: Sequence[PlaceNeed], months: Sequence[date]) -> Iterator[Sequence[str]]:
    for one in places:
        numbers = (one.overdue, one.total - one.overdue, one.total, one.booked, one.provided)
        by_month = (one.by_month.get(month, 0) for month in months)
        yield (one.place.organisation, one.place.unit, *map(str, (*numbers, *by_month)))
