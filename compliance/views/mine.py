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
    renewable_from,
    terms_on,
    waiting_for,
)
from compliance.domain.requirement import EVERYONE, Requirement, RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.lists import Lists
from compliance.store.history import Recorded, recorded_of
from compliance.views.blueprint import blueprint
from compliance.views.course_items import CourseItem, course_item
from compliance.views.history import withdraw_href
from compliance.views.shown import is_measure
from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import db
from people import auth
from people.domain import RoleReader
from people.services.details import HeldPost, held_posts
from people.views.own import no_record


@dataclass(frozen=True, slots=True)
class OptionItem:
    """A course that meets a requirement; `before`: any one of these has to be completed first."""

    course: CourseItem
    only_renews: bool
    before: list[CourseItem]


@dataclass(frozen=True, slots=True)
class Item:
    """One requirement of the reader. `press`: the day that matters, by which the list is ordered."""

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
    tell_us: str
    withdraw: str
    press: date

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
    posts: Sequence[HeldPost]
    roles: Sequence[Sequence[str]]
    """The codes of the roles of each post, today."""
    can_tell: bool


@blueprint.get("/my-training")
@auth.signed_in
def my_training() -> str | tuple[str, int]:
    """The reader's own requirements, what presses most at the top; the answer fits on a telephone."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    session, today = db.session(), clock.today()
    lists = Lists(session)
    posts = [post for post in held_posts(session, account.person_id) if post.runs_on(today)]
    roles = RoleReader(lists.book.role_rules)
    reader = Reader(
        lists.book,
        today,
        recorded_of(session, account.person_id),
        posts,
        [post.roles_on(roles, today) for post in posts],
        can_tell=not account.only_reads,
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
        reason=_reason(reader, requirement, span),
        why=lists.explain(span),
        options=[_option(option) for option in open_to],
        tell_us=_tell_us(open_to) if part is Part.TO_DO and reader.can_tell else "",
        withdraw=taken_back,
        press=_press(part, span, since),
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


def _press(part: Part, span: Span, since: date | None) -> date:
    if part is Part.WAITING:
        return since or span.first_day
    if part is Part.NOT_COUNTED:
        return span.reason_last_day or FAR_DAY
    if span.status in (Status.NOT_YET_DUE, Status.OUTSTANDING):
        return span.due_on or FAR_DAY
    return span.valid_until or (span.first_day if span.status is Status.EXPIRED else FAR_DAY)


def _reason(reader: Reader, requirement: Requirement, span: Span) -> str:
    """Why me, in a few words, from the role that gives the day by which it is due (counting rule 3)."""
    if span.role == EVERYONE:
        return wording.everyone_reason(units=bool(requirement.units), sectors=bool(requirement.sectors))
    holding = [
        post.spell.job_title
        for post, roles in zip(reader.posts, reader.roles, strict=True)
        if span.role in roles
    ]
    return wording.role_reason(
        reader.book.role_titles.get(span.role) or span.role, len(reader.posts), holding
    )


def _tell_us(open_to: Sequence[Option]) -> str:
    """Where somebody says that it is done, with the likeliest course chosen already."""
    return url_for("courses.tell_us", course=open_to[0].course.code if open_to else None)


def _option(option: Option) -> OptionItem:
    return OptionItem(
        course_item(option.course), option.only_renews, [course_item(course) for course in option.before]
    )
