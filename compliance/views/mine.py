"""My training: am I up to date, what next, by when, why me, where do I do it, how long does it take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for

from compliance import wording
from compliance.domain.asked import (
    Option,
    Part,
    options,
    part_of,
    pressing_day,
    renewable_from,
    terms_on,
    waiting_for,
)
from compliance.domain.requirement import Requirement, RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.course_items import CourseItem, course_item
from compliance.services.lists import Lists
from compliance.services.own_reason import own_reason
from compliance.store.history import Recorded, recorded_of
from compliance.views.blueprint import blueprint
from compliance.views.history import withdraw_href
from compliance.views.shown import is_measure
from courses.domain.workshops import BookingState
from courses.services.workshops.bookable import Ahead, ahead_of
from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import db
from foundation.formats import long_date
from people import auth
from people.services.details import held_posts
from people.views.own import no_record


@dataclass(frozen=True, slots=True)
class OptionItem:
    """A course that meets a requirement; `before`: any one of these has to be completed first.

    `booked`: how the reader stands with a workshop of it to come, and where that is told; else `book`: where a workshop
    of it, or of one of those before it, can be booked. Empty where there is none.
    """

    course: CourseItem
    only_renews: bool
    before: list[CourseItem]
    booked: tuple[str, str]
    book: str


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement of the reader. `press`: the day that matters, by which the list is ordered.

    `calendar`: its code, where its last day is to be had for a calendar; empty where there is none. `tell_us`: whether
    its reader may say that it is done.
    """

    title: str
    part: Part
    status: Status
    status_words: str
    tone: str
    when: str
    more: str
    reason: str
    why: str
    options: list[OptionItem]
    tell_us: bool
    withdraw: str
    press: date
    calendar: str

    @property
    def order(self) -> tuple[int, bool, date, str]:
        """What presses most comes first: by part of the page, then what is overdue, then the earliest day."""
        return _ORDER[self.part], self.status not in wording.OVERDUE, self.press, self.title


_ORDER = {part: number for number, part in enumerate(Part)}


@dataclass(frozen=True, slots=True)
class Reader:
    """What the page knows of its reader: what was completed, and the posts held today."""

    book: RuleBook
    today: date
    recorded: Sequence[Recorded]
    posts: Sequence[tuple[str, Sequence[str]]]
    """The job title of each, and the codes of its roles, today."""
    can_tell: bool
    ahead: Ahead
    """The workshops to come: booked by the reader, and open to them."""


@blueprint.get("/my-training")
@auth.signed_in
def my_training() -> str | tuple[str, int]:
    """The reader's own requirements, what presses most at the top; the answer fits on a telephone."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    session, today = db.session(), clock.today()
    lists = Lists(session)
    held = held_posts(session, account.person_id)
    if held:
        lists.know_grants(account.person_id, held[0].grants)
    posts = [post for post in held if post.runs_on(today)]
    reader = Reader(
        lists.book,
        today,
        recorded_of(session, account.person_id),
        [(post.spell.job_title, post.roles_on(lists.book.role_reader, today)) for post in posts],
        can_tell=not account.only_reads,
        ahead=ahead_of(session, account.person_id, clock.now()),
    )
    items = [
        _item(lists, reader, code, span)
        for code, spans in lists.of_person(account.person_id, today).items()
        for span in spans
        if not is_measure(lists.book, code, today)
    ]
    items.sort(key=lambda item: item.order)
    following = next_of(items)
    rest = [item for item in items if item is not following]
    return render_template(
        "compliance/my_training.html",
        as_at=today,
        answer=wording.answer([(item.part, item.status) for item in items]),
        required=len(items),
        next=following,
        parts={part.value: [item for item in rest if item.part is part] for part in Part},
        completed=len(reader.recorded),
        can_tell=reader.can_tell,
    )


def next_of(items: Sequence[Item]) -> Item | None:
    """What the page is about: of what is to do, else waits, else runs out, the first."""
    return next((item for item in items if item.part in _ASKED or _runs_out(item)), None)


_ASKED = frozenset({Part.TO_DO, Part.WAITING})


def _runs_out(item: Item) -> bool:
    return item.part is Part.UP_TO_DATE and item.press != FAR_DAY


def _item(lists: Lists, reader: Reader, code: str, span: Span) -> Item:
    book, today, status = reader.book, reader.today, span.status
    requirement = book.requirement_on(code, today) or book.latest(code) or Requirement(code)
    terms = terms_on(book, code, today)
    completions = [one.completion for one in reader.recorded]
    waiting = waiting_for(terms, completions, today) if terms else None
    part = part_of(status, waiting=waiting is not None)
    since, taken_back = None, ""
    if part is Part.WAITING and waiting is not None:
        key = waiting.course, waiting.completed_on
        sent = next(one for one in reader.recorded if one.key == key)
        since = clock.london_day(sent.recorded_at)
        taken_back = withdraw_href(sent) if reader.can_tell else ""
    words, tone = wording.status_words(status), wording.status_tone(status)
    if part is Part.WAITING:
        words, tone = wording.waiting_words(since), wording.status_tone(Status.AWAITING_CHECK)
    wanted = terms is not None and part in (Part.TO_DO, Part.UP_TO_DATE)
    open_to = options(book, terms, completions, today) if terms and wanted else []
    return Item(
        title=requirement.title or code,
        part=part,
        status=status,
        status_words=words,
        tone=tone,
        when=_when(part, span, today),
        more=_more(part, requirement, span, today),
        reason=own_reason(book, requirement, span, reader.posts),
        why=lists.explain(span),
        options=[_option(option, reader) for option in open_to],
        tell_us=part is Part.TO_DO and reader.can_tell,
        withdraw=taken_back,
        press=(press := pressing_day(part, span, since)),
        calendar=code if _has_last_day(part, press, today) else "",
    )


def _when(part: Part, span: Span, today: date) -> str:
    if part is Part.NOT_COUNTED:
        return wording.not_counted_words(span.status, span.reason_last_day)
    if part is Part.WAITING:
        return wording.waiting_when(span.status, span.valid_until, today)
    return wording.by_when(span.status, span.due_on, span.valid_until, today)


def _more(part: Part, requirement: Requirement, span: Span, today: date) -> str:
    """From when it can be renewed, for whoever has something to renew."""
    if part is not Part.UP_TO_DATE or span.valid_until is None:
        return ""
    return wording.renewal_words(renewable_from(requirement.renewal, span.valid_until), today)


def _has_last_day(part: Part, press: date, today: date) -> bool:
    """Whether a duty has a last day that is still to come."""
    return part in (Part.TO_DO, Part.UP_TO_DATE) and today <= press < FAR_DAY


def _option(option: Option, reader: Reader) -> OptionItem:
    first = option.before or (option.course,)
    return OptionItem(
        course_item(option.course),
        option.only_renews,
        [course_item(course) for course in option.before],
        _booked(reader.ahead, [course.code for course in first]),
        _book(reader, [course.code for course in first]),
    )


_BOOKED = {
    BookingState.BOOKED: "You have a place at the workshop on {day}",
    BookingState.OFFERED: "You have been offered a place at the workshop on {day}: answer",
    BookingState.WAITING: "You are on the waiting list for the workshop on {day}",
}


def _booked(ahead: Ahead, courses: Sequence[str]) -> tuple[str, str]:
    """How the reader stands with the nearest workshop of one of these courses, and where that is told."""
    for booking, workshop in ahead.booked:
        if workshop.sitting.course in courses:
            words = _BOOKED[booking.state].format(day=long_date(workshop.sitting.day))
            return words, url_for("courses.booking", public_id=booking.public_id)
    return "", ""


def _book(reader: Reader, courses: Sequence[str]) -> str:
    """Where a workshop of the first of these courses that has one open can be booked."""
    found = next((code for code in courses if code in reader.ahead.open_courses), None)
    if found is None or not reader.can_tell:
        return ""
    return url_for("courses.my_workshops", course=found, _anchor="book")
