"""Calendar files (RFC 5545): entries as text that any calendar reads. The only reader of icalendar.

A file is made from its arguments alone: the same facts give the same bytes. What is in a title is text, whatever
characters it has: icalendar escapes it, so that no title can add a line of its own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from typing import Final

from icalendar import Alarm, Calendar, Event, vCalAddress, vText
from icalendar.parser import Contentline, Contentlines

MEDIA_TYPE: Final = "text/calendar"
PRODUCT: Final = "-//Prevent training//Calendar//EN"
PUBLISH: Final = "PUBLISH"
REQUEST: Final = "REQUEST"
CANCEL: Final = "CANCEL"


@dataclass(frozen=True, slots=True)
class Publisher:
    """Whose calendar files these are: a name and an address of the council, and the host of its service."""

    name: str
    address: str
    host: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry. It lasts from one moment to another, or from a day to the day after its last.

    `stamp`: the moment of what is told; a calendar takes the later of two entries with the same uid, and of those with
    a `sequence` the higher. `remind_before`: how long before it the calendar speaks up. `attendee`: the address of the
    one person who is invited.
    """

    uid: str
    stamp: datetime
    starts: date
    ends: date
    summary: str
    url: str
    description: str = ""
    location: str = ""
    blocks_time: bool = True
    remind_before: timedelta | None = None
    attendee: str = ""
    sequence: int | None = None


def uid(host: str, *parts: str) -> str:
    """The name under which calendars keep an entry: the same for the same parts, and telling nothing of them.

    >>> uid("council.example", "duty", "a" * 32, "AWARE")
    '661e5769824f83638842@council.example'
    """
    return f"{sha256(' '.join(parts).encode()).hexdigest()[:20]}@{host}"


def calendar_file(publisher: Publisher, entries: Iterable[Entry], method: str = PUBLISH) -> bytes:
    """The file. `method`: what a calendar is to do with it; REQUEST invites, CANCEL takes an invitation back."""
    return bytes(_calendar(publisher, entries, method).to_ical())


class Alike:
    """Files of one entry for many people, each with a uid, an attendee and an address of their own.

    What they have in common is made once: of a file that icalendar makes in a millisecond two hundred are a wait.
    `entry_of` makes the entry of given uid, attendee, url, and the url as it stands in the description.
    """

    def __init__(
        self, publisher: Publisher, entry_of: Callable[[str, str, str, str], Entry], method: str
    ) -> None:
        # By chance, so that no title or instruction can have one in it.
        self._marks = tuple(f"mark{token_hex(16)}" for _ in range(4))
        entry = entry_of(*self._marks)
        lines = [str(line) for line in _calendar(publisher, [entry], method).content_lines() if line]
        self._lines = [line if any(mark in line for mark in self._marks) else _folded(line) for line in lines]

    def file(self, uid: str, attendee: str, url: str) -> bytes:
        """The file for one of them: the same bytes that `calendar_file` gives."""
        own = (uid, attendee, url, vText(url).to_ical().decode())
        return b"".join(line if isinstance(line, bytes) else self._filled(line, own) for line in self._lines)

    def _filled(self, line: str, own: Iterable[str]) -> bytes:
        for mark, value in zip(self._marks, own, strict=True):
            line = line.replace(mark, value)
        return _folded(line)


def _folded(line: str) -> bytes:
    return bytes(Contentlines([Contentline(line)]).to_ical())  # type: ignore[no-untyped-call]  # icalendar's own


def _calendar(publisher: Publisher, entries: Iterable[Entry], method: str) -> Calendar:
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", method)
    if method == PUBLISH:
        calendar.add("x-wr-calname", publisher.name)
    for entry in entries:
        calendar.add_component(_event(publisher, entry, method))
    return calendar


def method_of(content: bytes) -> str:
    """What a calendar is to do with a file that was made here.

    >>> method_of(calendar_file(Publisher("Training", "a@council.example", "council.example"), [], CANCEL))
    'CANCEL'
    """
    methods = (PUBLISH, REQUEST, CANCEL)
    return next((one for one in methods if f"\r\nMETHOD:{one}\r\n".encode() in content), PUBLISH)


def _event(publisher: Publisher, entry: Entry, method: str) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp.astimezone(UTC))
    event.add("dtstart", _universal(entry.starts))
    event.add("dtend", _universal(entry.ends))
    if entry.sequence is not None:
        event.add("sequence", entry.sequence)
        event.add("status", "CANCELLED" if method == CANCEL else "CONFIRMED")
    event.add("summary", entry.summary)
    for name, words in (("description", entry.description), ("location", entry.location)):
        if words:
            event.add(name, words)
    event.add("url", entry.url)
    if not entry.blocks_time:
        event.add("transp", "TRANSPARENT")
        event.add("class", "PRIVATE")
    event["organizer"] = vCalAddress(f"mailto:{publisher.address}")
    event["organizer"].params["cn"] = vText(publisher.name)
    if entry.attendee:
        guest = vCalAddress(f"mailto:{entry.attendee}")
        guest.params["role"] = vText("REQ-PARTICIPANT")
        event["attendee"] = guest
    if entry.remind_before is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("description", entry.summary)
        alarm.add("trigger", -entry.remind_before)
        event.add_component(alarm)
    return event


def _universal(when: date) -> date:
    """A moment in UTC; a day as it is."""
    return when.astimezone(UTC) if isinstance(when, datetime) else when
