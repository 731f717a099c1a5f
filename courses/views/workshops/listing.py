"""The list of workshops: those to come and those that are over, as far as the reader may see them; and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from flask import Response, render_template, request, stream_with_context

from courses.services.workshops.planning import upcoming_and_past
from courses.services.workshops.seeing import seen_by
from courses.store import bookings
from courses.store.bookings import Counts
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.workshops.words import ONLINE, day_words, free_words, place_words, time_words
from foundation import clock
from foundation.dates import LONDON
from foundation.db import Session, db
from foundation.pagination import Page
from foundation.tables import csv_pieces
from people import auth
from people.domain import Account, Permission
from people.views.exports import recorded

UPCOMING, PAST = "upcoming", "past"
HEADERS = (
    "reference",
    "course",
    "course_title",
    "date",
    "starts",
    "ends",
    "place",
    "online",
    "places",
    "booked",
    "offered",
    "waiting",
    "called_off",
)


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """A workshop on the page."""

    public_id: str
    reference: str
    course: str
    day: str
    time: str
    place: str
    free: str


@dataclass(frozen=True, slots=True)
class Asked:
    """The workshops that a reader asks for. The filters offer what these are, and nothing else."""

    when: str
    course: str
    place: str
    free: bool
    courses: list[tuple[str, str]]
    places: list[tuple[str, str]]
    found: list[Workshop]
    counts: dict[int, Counts]

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links; what is the default is left out."""
        filters = {
            "when": self.when if self.when == PAST else "",
            "course": self.course,
            "place": self.place,
            "free": "yes" if self.free else "",
        }
        return {name: value for name, value in filters.items() if value}


def may_plan(account: Account) -> bool:
    """Whether an account plans workshops: learning and development, and the coordinator."""
    return bool(account.permissions & {Permission.LEARNING, Permission.COORDINATOR})


def asked(session: Session) -> Asked:
    """Read the filters. A fixed number of queries, however many workshops there are."""
    account, now = auth.reader(), clock.now()
    upcoming, past = upcoming_and_past(session, now)
    when = PAST if request.args.get("when") == PAST else UPCOMING
    seen = seen_by(session, account, past if when == PAST else upcoming, clock.today())
    courses = sorted({one.sitting.course: one.course_title for one in seen}.items(), key=lambda one: one[1])
    places = sorted({place_words(one.sitting) for one in seen})
    course = request.args.get("course", "")
    course = course if course in dict(courses) else ""
    place = request.args.get("place", "")
    place = place if place in places else ""
    free = request.args.get("free") == "yes" and when == UPCOMING
    found = [
        one for one in seen if course in ("", one.sitting.course) and place in ("", place_words(one.sitting))
    ]
    counts = bookings.counts(session, [one.id for one in found])
    if free:
        found = [one for one in found if _has_free(one, counts[one.id])]
    return Asked(when, course, place, free, courses, [(one, one) for one in places], found, counts)


def _has_free(workshop: Workshop, counts: Counts) -> bool:
    return not workshop.sitting.is_cancelled and counts.held < workshop.sitting.capacity


@blueprint.get("/workshops")
@auth.signed_in
def workshops() -> str:
    """The workshops that the reader may see, fifty at a time."""
    filters = asked(db.session())
    page = Page.of(request.args.get("page"), len(filters.found))
    some = filters.found[page.offset : page.offset + page.size]
    return render_template(
        "courses/workshops/list.html",
        filters=filters,
        past=filters.when == PAST,
        lines=[_line(one, filters.counts[one.id]) for one in some],
        page=page,
        course_options=[("", "All courses"), *filters.courses],
        place_options=[("", "All places"), *filters.places],
        free_options=[("", "All workshops"), ("yes", "With free places")],
        plans=may_plan(auth.reader()),
        reads_need=auth.reader().sees_everybody,
    )


def _line(one: Workshop, counts: Counts) -> WorkshopLine:
    return WorkshopLine(
        public_id=one.public_id,
        reference=one.reference,
        course=one.course_title,
        day=day_words(one.sitting),
        time=time_words(one.sitting),
        place=place_words(one.sitting),
        free=free_words(one, counts),
    )


@blueprint.get("/workshops.csv")
@auth.signed_in
def workshops_csv() -> Response:
    """The same workshops as a file."""
    filters = asked(db.session())
    lines = _rows(filters.found, filters.counts)
    response = Response(stream_with_context(csv_pieces(recorded(lines), HEADERS)), mimetype="text/csv")
    name = f"workshops-{filters.when}-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(found: Sequence[Workshop], counts: dict[int, Counts]) -> Iterator[Sequence[str]]:
    for one in found:
        sitting, of = one.sitting, counts[one.id]
        yield (
            one.reference,
            sitting.course,
            one.course_title,
            sitting.day.isoformat(),
            f"{sitting.starts_at.astimezone(LONDON):%H:%M}",
            f"{sitting.ends_at.astimezone(LONDON):%H:%M}",
            sitting.place,
            "yes" if sitting.joining or place_words(sitting) == ONLINE else "no",
            str(sitting.capacity),
            str(of.booked),
            str(of.offered),
            str(of.waiting),
            "yes" if sitting.is_cancelled else "no",
        )
