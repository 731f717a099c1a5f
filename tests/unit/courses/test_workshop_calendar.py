"""Workshops in calendars, read back as a calendar reads them; and in the mail that carries them."""

from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from courses.services.workshops.calendar_entry import leading_of, workshop_file
from foundation.calendar_file import REQUEST, Alike, Entry, Publisher, calendar_file
from reminders.services.letters import compose
from tests.unit.courses.workshop_told import AT, BOOKING, BOOKING_LINK, CALL, PUBLISHER, ROOM, workshop

SAM = "sam@council.example"


def read(content: bytes) -> tuple[Any, Any]:
    """The calendar and its one entry; what a property holds is no matter of types."""
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    assert not found.errors
    (event,) = found.events
    assert not event.errors
    return found, event


def made(
    sitting: Any = ROOM, *, ends: bool = False, booking: str = BOOKING, title: str = "Workshop"
) -> bytes:
    return workshop_file(PUBLISHER, workshop(sitting, title), booking, SAM, BOOKING_LINK, AT, ends=ends)


def test_a_booking_invites_one_person() -> None:
    calendar, event = read(made())
    assert calendar["method"] == "REQUEST"
    assert (ROOM.starts_at, ROOM.ends_at) == (event.DTSTART, event.DTEND)
    assert (event["sequence"], event["status"]) == (0, "CONFIRMED")
    assert event["location"] == ROOM.place
    assert event["attendee"] == f"mailto:{SAM}"
    assert event["organizer"] == "mailto:no-reply@council.example"
    assert ROOM.instructions in str(event["description"])


def test_a_call_says_how_to_join() -> None:
    _, event = read(made(CALL))
    assert event["location"] == "Online"
    assert CALL.joining in str(event["description"])


def test_a_workshop_that_moves_replaces_what_the_calendar_has_and_its_end_comes_after_both() -> None:
    first, moved, ended = read(made())[1], read(made(CALL))[1], read(made(CALL, ends=True))
    assert first["uid"] == moved["uid"] == ended[1]["uid"]
    assert first["sequence"] < moved["sequence"] < ended[1]["sequence"]
    assert (ended[0]["method"], ended[1]["status"]) == ("CANCEL", "CANCELLED")


def test_who_cancels_and_books_again_has_another_entry() -> None:
    assert read(made())[1]["uid"] != read(made(booking="c1" * 16))[1]["uid"]
    assert BOOKING not in str(read(made())[1]["uid"])


def test_leading_is_an_entry_of_its_own_for_each_person() -> None:
    led = [leading_of(workshop(), person) for person in ("d2" * 16, "e3" * 16)]
    assert len({read(made(booking=of))[1]["uid"] for of in (*led, BOOKING)}) == 3
    assert read(made(booking=led[0]))[1]["uid"] == read(made(CALL, booking=led[0]))[1]["uid"]


def test_words_add_no_line_of_their_own() -> None:
    evil = replace(ROOM, place="A\r\nATTENDEE:mailto:evil@x.test", instructions="B\nEND:VEVENT\nBEGIN:VEVENT")
    content = made(evil, title="C\r\nMETHOD:CANCEL\r\n")
    assert [line for line in content.split(b"\r\n") if line.startswith(b"ATTENDEE")] == [
        b"ATTENDEE;ROLE=REQ-PARTICIPANT:mailto:sam@council.example"
    ]
    assert read(content)[0]["method"] == "REQUEST"


@given(
    words=st.text(st.characters(exclude_categories=("C", "Z")), max_size=90),
    attendee=st.from_regex(r"[a-z.+']{1,90}@council\.example", fullmatch=True),
    link=st.sampled_from((BOOKING_LINK, f"{BOOKING_LINK}?a=1,2;b", "https://ŵ.example/")),
)
def test_a_file_made_with_others_is_the_one_that_is_made_alone(words: str, attendee: str, link: str) -> None:
    def entry(name: str, who: str, url: str, url_in_words: str) -> Entry:
        said = f"{words}\n{url_in_words}"
        return Entry(name, AT, AT, AT + timedelta(hours=1), words, url, said, words, attendee=who)

    alone = calendar_file(PUBLISHER, [entry("u" * 20, attendee, link, link)], REQUEST)
    assert Alike(PUBLISHER, entry, REQUEST).file("u" * 20, attendee, link) == alone


def test_the_same_facts_give_the_same_bytes() -> None:
    assert made() == made()


def letter(content: bytes | None, *, is_html: bool = False) -> Message:
    sent = compose(
        7, SAM, "A place", "Hello\n", AT, ("Training", "a@council.example"), is_html=is_html, calendar=content
    )
    return message_from_bytes(sent.content, policy=compat32)


def test_mail_carries_the_invitation_as_mail_programs_want_it() -> None:
    for is_html in (False, True):
        found = letter(made(), is_html=is_html)
        assert found.get_content_type() == "multipart/alternative"
        parts = found.get_payload()
        assert isinstance(parts, list)
        kinds = [part.get_content_type() for part in parts if isinstance(part, Message)]
        assert kinds == ["text/plain", *(["text/html"] if is_html else []), "text/calendar"]
        last = parts[-1]
        assert isinstance(last, Message)
        assert last.get_param("method") == "REQUEST"
        assert last.get_payload(decode=True) == made()


def test_the_end_of_an_invitation_says_so_in_the_mail_too() -> None:
    parts = letter(made(ends=True)).get_payload()
    assert isinstance(parts, list)
    last = parts[-1]
    assert isinstance(last, Message)
    assert last.get_param("method") == "CANCEL"


def test_mail_without_an_entry_stays_as_it_was() -> None:
    assert letter(None).get_content_type() == "text/plain"


def test_a_long_entry_is_broken_into_lines_that_mail_servers_take() -> None:
    long = replace(ROOM, instructions="Bring your pass. " * 200)
    other = Publisher("Prevent training", "no-reply@council.example", "training.council.example")
    content = workshop_file(other, workshop(long), BOOKING, SAM, BOOKING_LINK, AT + timedelta(days=1))
    sent = compose(7, SAM, "A place", "Hello\n", AT, ("Training", "a@council.example"), calendar=content)
    assert max(len(line) for line in sent.content.split(b"\r\n")) <= 78
    assert b"\n" not in sent.content.replace(b"\r\n", b"")
