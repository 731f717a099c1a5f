"""Who is written to on a day to come, and why; who is not, and why; and what a message would say."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, TypeVar

from flask import Response, render_template, request, url_for

from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rule_book
from compliance.views.lines import csv_response, day_cell
from compliance.views.reach import Reach
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date
from foundation.pagination import Page
from people import auth
from people import store as people
from people.forms.typed_day import PARTS, TypedDay, typed_day
from people.services.finding.words import asked_words
from people.store import Unit
from reminders import wording
from reminders.domain.due import Digest, Item, NotWritten, PlannedMessage, Reason
from reminders.domain.why import why
from reminders.services.bank_holidays import is_working_day
from reminders.services.narrowing import Narrowed, Wanted, narrowed
from reminders.views.blueprint import blueprint
from reminders.views.lists import NOBODY, READERS, Named, may_act, names_by_id
from reminders.views.told_lines import requirement_title

ON, WRITTEN, NOT_WRITTEN = "on", "written", "not_written"
LONGEST_AHEAD = timedelta(days=366)
MOST_ITEMS = 5
"""How many things of one message are listed on the page; the file has all."""
HEADERS = ("day", "to", "channel", "what", "about", "requirement", "step", "last_day", "why")
OTHER_HEADERS = ("day", "name", "requirement", "reason", "reason_words", "next_on")


@dataclass(frozen=True, slots=True)
class ItemLine:
    """One thing in a message, and why it stands there, in words."""

    requirement: str
    why: str


@dataclass(frozen=True, slots=True)
class MessageLine:
    """Somebody who is written to. `about`: how many people a team's message is about; `more`: things not listed."""

    public_id: str
    name: str
    channel: str
    what: str
    about: str
    items: list[ItemLine]
    more: int
    preview: str


@dataclass(frozen=True, slots=True)
class LeftOutLine:
    """Somebody who is not written to about a duty. `to`: who would have been told, where it is not the person."""

    public_id: str
    name: str
    requirement: str
    reason: str
    to: str
    next_on: date | None


@dataclass(frozen=True)
class Asked:
    """What the address asks for."""

    day: TypedDay
    show: str
    typed: str
    unit: Unit | None
    reach: Reach
    book: RuleBook
    wanted: Wanted

    @property
    def on(self) -> date:
        assert self.day.value is not None
        return self.day.value

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        chosen = {
            ON: self.on.isoformat() if self.day.value else "",
            "show": self.show,
            "requirement": self.wanted.requirement,
            "reason": self.wanted.reason,
            "unit": self.unit.public_id if self.unit else "",
            "q": self.typed,
        }
        return {name: value for name, value in chosen.items() if value}


def next_working_day(today: date) -> date:
    """The first day after this one on which reminders leave."""
    day = today + timedelta(days=1)
    while not is_working_day(day):
        day += timedelta(days=1)
    return day


def asked_day(today: date) -> TypedDay:
    """The day of the plan: today or later, and no further ahead than the rule book is worth guessing by."""
    found = typed_day(ON, "Day", request.args, next_working_day(today))
    if found.value is not None and not today <= found.value <= today + LONGEST_AHEAD:
        limit = f"Day must be from today to {long_date(today + LONGEST_AHEAD)}"
        return replace(found, value=None, error=limit, wrong=PARTS)
    return found


def asked(session: Session) -> Asked:
    """Read the filters. Raises NotFound for a choice that there is not."""
    today, book = clock.today(), load_rule_book(session)
    show = request.args.get("show") or WRITTEN
    requirement, reason = request.args.get("requirement", ""), request.args.get("reason", "")
    if show not in (WRITTEN, NOT_WRITTEN) or (reason and reason not in set(Reason)):
        raise NotFound("There is no such choice.")
    if requirement and requirement not in book.codes:
        raise NotFound("There is no such requirement.")
    reach = Reach(people.tree(session).units, names=True)
    unit = reach.unit(request.args.get("unit", ""))
    typed = " ".join(request.args.get("q", "")[:200].split())
    wanted = Wanted(requirement, reason, unit, asked_words(typed))
    return Asked(asked_day(today), show, typed, unit, reach, book, wanted)


@blueprint.get("/reminders/plan")
@auth.only_for(*READERS)
def plan() -> str | tuple[str, int]:
    """A page of one of the two lists, by name."""
    session, account = db.session(), auth.reader()
    found = asked(session)
    listed = narrowed(session, found.on, found.wanted) if found.day.value else None
    is_written = found.show == WRITTEN
    rows: Sequence[PlannedMessage | NotWritten] = ()
    if listed is not None:
        rows = listed.messages if is_written else listed.not_written
    page = Page.of(request.args.get("page"), len(rows))
    some = rows[page.offset : page.offset + page.size]
    names = names_by_id(session, _ids(some))
    made = render_template(
        "reminders/plan.html",
        day=found.day,
        is_working=listed is not None and is_working_day(found.on),
        tabs=_tabs(found, listed),
        shows_written=is_written,
        lines=[_message_line(found, one, names) for one in some if isinstance(one, PlannedMessage)],
        left_out=[_left_out_line(found, one, names) for one in some if isinstance(one, NotWritten)],
        page=page,
        requirement=found.wanted.requirement,
        requirement_options=_requirements(found),
        reason=found.wanted.reason,
        reason_options=_reasons(found, listed),
        unit=found.unit.public_id if found.unit else "",
        unit_options=found.reach.unit_options(found.unit),
        text=found.typed,
        reads=may_act(account),
        where=found.where,
    )
    return (made, 422) if listed is None else made


@blueprint.get("/reminders/plan.csv")
@auth.only_for(*READERS)
def plan_csv() -> Response:
    """The same list as a file: a line for each thing in a message, or for each duty of who is not written to."""
    session = db.session()
    found = asked(session)
    if found.day.value is None:
        raise NotFound("There is no such day.")
    listed = narrowed(session, found.on, found.wanted)
    if found.show == WRITTEN:
        return csv_response(_rows(session, found, listed), HEADERS, f"reminders-{found.on.isoformat()}")
    name = f"no-reminders-{found.on.isoformat()}"
    return csv_response(_other_rows(session, found, listed), OTHER_HEADERS, name)


def _ids(rows: Sequence[PlannedMessage | NotWritten]) -> set[int]:
    ids: set[int] = set()
    for one in rows:
        if isinstance(one, PlannedMessage):
            ids.add(one.recipient_id)
        else:
            ids |= {one.person_id} if one.recipient_id is None else {one.person_id, one.recipient_id}
    return ids


def _tabs(found: Asked, listed: Narrowed | None) -> list[tuple[str, str, bool]]:
    if listed is None:
        return []
    here: dict[str, Any] = {
        name: value for name, value in found.where.items() if name not in ("show", "reason")
    }
    written = f"Who is written to ({len(listed.messages):,})"
    others = f"Who is not, and why ({listed.reasons.total():,})"
    return [
        (written, url_for("reminders.plan", **here, show=WRITTEN), found.show == WRITTEN),
        (others, url_for("reminders.plan", **here, show=NOT_WRITTEN), found.show == NOT_WRITTEN),
    ]


def _requirements(found: Asked) -> list[tuple[str, str]]:
    every = [(code, requirement_title(found.book, code)) for code in found.book.codes]
    return [("", "All requirements"), *every]


def _reasons(found: Asked, listed: Narrowed | None) -> list[tuple[str, str]]:
    counts = listed.reasons if listed else {}
    shown = {reason for reason in Reason if counts.get(reason)} | {found.wanted.reason}
    some = [
        (reason.value, f"{wording.reason_words(reason)} ({counts.get(reason, 0):,})")
        for reason in Reason
        if reason in shown
    ]
    return [("", "Any reason"), *some]


def _message_line(found: Asked, one: PlannedMessage, names: Mapping[int, Named]) -> MessageLine:
    who = names.get(one.recipient_id, NOBODY)
    of_team = one.digest is Digest.TEAM
    concerned = len({item.person_id for item in one.items})
    return MessageLine(
        public_id=who.public_id,
        name=who.name or "Name not recorded",
        channel=wording.CHANNEL_WORDS[one.channel],
        what=wording.kind_words(one.digest),
        about=f"About {count_noun(concerned, 'person', 'people')}" if of_team else "",
        items=[] if of_team else [_item_line(found.book, item) for item in one.items[:MOST_ITEMS]],
        more=0 if of_team else max(0, len(one.items) - MOST_ITEMS),
        preview=url_for(
            "reminders.plan_message", public_id=who.public_id, on=found.on.isoformat(), what=one.digest.value
        )
        if who.public_id
        else "",
    )


def _item_line(book: RuleBook, item: Item) -> ItemLine:
    return ItemLine(requirement_title(book, item.requirement), why(item))


def _left_out_line(found: Asked, one: NotWritten, names: Mapping[int, Named]) -> LeftOutLine:
    who = names.get(one.person_id, NOBODY)
    other = one.recipient_id not in (None, one.person_id)
    return LeftOutLine(
        public_id=who.public_id,
        name=who.name or "Name not recorded",
        requirement=requirement_title(found.book, one.requirement),
        reason=wording.reason_words(one.reason),
        to=(names.get(one.recipient_id or 0, NOBODY).name or "Somebody above them") if other else "",
        next_on=one.next_on,
    )


Row = TypeVar("Row")


def _handfuls(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    """So many rows at a time that their names are read with one query."""
    for start in range(0, len(rows), people.CHUNK):
        yield rows[start : start + people.CHUNK]


def _rows(session: Session, found: Asked, listed: Narrowed) -> Iterator[Sequence[str]]:
    for some in _handfuls(listed.messages):
        ids = {one.recipient_id for one in some} | {item.person_id for one in some for item in one.items}
        names = names_by_id(session, ids)
        for one in some:
            for item in one.items:
                yield (
                    found.on.isoformat(),
                    names.get(one.recipient_id, NOBODY).name,
                    one.channel.value,
                    one.digest.value,
                    names.get(item.person_id, NOBODY).name,
                    item.requirement,
                    item.step.code,
                    day_cell(item.deadline),
                    why(item),
                )


def _other_rows(session: Session, found: Asked, listed: Narrowed) -> Iterator[Sequence[str]]:
    for some in _handfuls(listed.not_written):
        names = names_by_id(session, {one.person_id for one in some})
        for one in some:
            yield (
                found.on.isoformat(),
                names.get(one.person_id, NOBODY).name,
                one.requirement,
                one.reason.value,
                wording.reason_words(one.reason),
                day_cell(one.next_on),
            )
