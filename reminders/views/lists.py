"""What the lists of messages have in common: who reads them, their filters, a message as a line."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TypedDict

from flask import request

from foundation.clock import LONDON
from foundation.db import Session
from foundation.errors import NotFound
from foundation.formats import count_noun, long_date
from foundation.mail import State
from people import store as people
from people.domain import Account, Permission
from people.forms.typed_day import PARTS, TypedDay, typed_day
from people.services.scope import masked
from reminders import wording
from reminders.domain.outbox import Line, Possible

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
DAY, SINCE = "day", "since"


class Chosen(TypedDict):
    """What the outbox is asked for (reminders/store/outbox.py)."""

    states: Collection[State]
    kinds: Collection[str]
    since: datetime | None
    before: datetime | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list of messages is narrowed to, and how it stands in its address."""

    state: str
    kind: str
    day: TypedDay
    since: TypedDay

    @property
    def days(self) -> tuple[TypedDay, TypedDay]:
        """Both days as they were typed: that on which messages were written, and the first on which they were."""
        return self.day, self.since

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """What is wrong with the days, each with the box to mend."""
        return [(typed.error, typed.first_wrong) for typed in self.days if typed.error is not None]

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        days = {typed.name: typed.value.isoformat() for typed in self.days if typed.value}
        chosen = {"state": self.state, "kind": self.kind, **days}
        return {name: value for name, value in chosen.items() if value}

    @property
    def chosen(self) -> Chosen:
        """The same, for the outbox."""
        first = [typed.value for typed in self.days if typed.value]
        return {
            "states": [State(self.state)] if self.state else [],
            "kinds": [self.kind] if self.kind else [],
            "since": begin_of(max(first)) if first else None,
            "before": begin_of(self.day.value + timedelta(days=1)) if self.day.value else None,
        }


def begin_of(day: date) -> datetime:
    """The moment in which a day begins in London."""
    return datetime.combine(day, time(), LONDON)


@dataclass(frozen=True, slots=True)
class MessageLine:
    """A message in words. `to`: the name of whoever it is to, else the address as this reader may see it."""

    public_id: str
    kind: str
    subject: str
    to: str
    recipient: str
    state: str
    tone: str
    made_at: str
    detail: str


@dataclass(frozen=True, slots=True)
class Named:
    """Whom a message is to; empty for an account of nobody that we count."""

    public_id: str
    name: str


NOBODY = Named("", "")


def asked() -> Filters:
    """Read the filters. Raises NotFound for a choice that there is not."""
    state, kind = request.args.get("state", ""), request.args.get("kind", "")
    if state and state not in wording.STATE_WORDS:
        raise NotFound("There is no such state.")
    return Filters(state, kind[:40], _asked_day(DAY, "Day"), _asked_day(SINCE, "First day"))


def _asked_day(name: str, label: str) -> TypedDay:
    typed: Mapping[str, str] = request.args
    is_asked = any(typed.get(box, "").strip() for box in (name, *(f"{name}-{part}" for part in PARTS)))
    return typed_day(name, label, typed, date.max) if is_asked else TypedDay(name, "", "", "")


def names_of(session: Session, lines: Iterable[Line | Possible]) -> Mapping[int, Named]:
    """Whom these messages are to: public id and name by the row of the person."""
    return names_by_id(session, {line.person_id for line in lines if line.person_id is not None})


def names_by_id(session: Session, person_ids: Collection[int]) -> Mapping[int, Named]:
    """Public id and name of these people, with one query."""
    if not person_ids:
        return {}
    found = people.names(session, people.Some(sorted(person_ids)))
    return {number: Named(one[0], f"{one[2]} {one[3]}".strip()) for number, one in found.items()}


def moment_words(at: datetime) -> str:
    """A moment as people here tell it: "3 May 2026, 09:05"."""
    local = at.astimezone(LONDON)
    return f"{long_date(local.date())}, {local:%H:%M}"


def may_act(account: Account) -> bool:
    """Whether a reader decides about messages, and reads what they say: learning and development alone."""
    return Permission.LEARNING in account.permissions


def shown_address(account: Account, address: str) -> str:
    """An address as this reader may see it: an auditor sees enough to tell addresses apart (docs/security.md)."""
    plainly = {Permission.LEARNING, Permission.COORDINATOR}
    return address if account.permissions & plainly else masked(address)


def line_of(account: Account, one: Line, names: Mapping[int, Named]) -> MessageLine:
    """A message in words, as this reader may see it."""
    recipient = names.get(one.person_id or 0, NOBODY)
    return MessageLine(
        public_id=one.public_id,
        kind=wording.kind_words(one.kind),
        subject=one.subject,
        to=recipient.name or shown_address(account, one.address) or "Nobody",
        recipient=recipient.public_id,
        state=wording.state_words(one.state),
        tone=wording.state_tone(one.state),
        made_at=moment_words(one.made_at),
        detail=_detail(one),
    )


def _detail(one: Line) -> str:
    if one.sent_at is not None:
        return moment_words(one.sent_at)
    if one.state == State.WAITING and one.tries:
        return f"Tried {count_noun(one.tries, 'time', 'times')}, next on {moment_words(one.next_try_at)}"
    return ""


def moment_cell(at: datetime | None) -> str:
    """A moment in a file, as London tells it; empty where there is none."""
    return at.astimezone(LONDON).isoformat(timespec="seconds") if at else ""


@dataclass(frozen=True, slots=True)
class PossibleLine:
    """A message that was handed over without an answer, in words. `copies`: what may have arrived of it."""

    public_id: str
    to: str
    kind: str
    state: str
    tone: str
    handed_at: str
    copies: str


def possible_line(account: Account, one: Possible, names: Mapping[int, Named]) -> PossibleLine:
    """The same message in words, as this reader may see it."""
    name = names.get(one.person_id or 0, NOBODY).name
    return PossibleLine(
        public_id=one.public_id,
        to=name or shown_address(account, one.address) or "Nobody",
        kind=wording.kind_words(one.kind),
        state=wording.state_words(one.state),
        tone=wording.state_tone(one.state),
        handed_at=moment_words(one.handed_at) if one.handed_at else "",
        copies=wording.copies_words(one.most_copies, follows=one.may_follow),
    )


def possible_cells(account: Account, one: Possible, names: Mapping[int, Named]) -> list[str]:
    """The same for a file."""
    return [
        names.get(one.person_id or 0, NOBODY).name,
        shown_address(account, one.address),
        one.kind,
        one.state,
        moment_cell(one.handed_at),
        str(one.ambiguous),
        wording.copies_words(one.most_copies, follows=one.may_follow),
    ]
