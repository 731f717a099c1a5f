"""Planning workshops in the pages: what is asked, what is refused, what is saved once, and who sees it."""

import csv
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.domain.workshops import BookingState, Sitting
from courses.models.workshops import WorkshopLineRow, WorkshopRow
from courses.services.workshops import planning
from courses.store import bookings
from courses.store.workshops import Workshop, between, record_line
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY, FIRST_DAY, LONDON
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from tests.borough import COUNCIL, PARTNER, Borough
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
NEW = "/workshops/new"


def ahead(days: int = 60) -> date:
    return clock.today() + timedelta(days=days)


def typed(day: date | None = None, **more: str) -> dict[str, str]:
    held = day or ahead()
    return {
        "course": "BRIEF",
        "starts_on-day": str(held.day),
        "starts_on-month": str(held.month),
        "starts_on-year": str(held.year),
        "begins": "9:30am",
        "ends": "12.30pm",
        "place": "Room 4, Town Hall",
        "joining": "",
        "instructions": "",
        "capacity": "12",
        "other_facilitators": "",
        "booking_days": "1",
        "cancel_days": "3",
        "offer_hours": "24",
    } | more


def answers(response: TestResponse) -> tuple[str, dict[str, list[str]]]:
    """Where the form of a page goes, and what travels hidden in it."""
    form = BeautifulSoup(response.get_data(as_text=True), "html.parser").select_one("main form[method=post]")
    assert form is not None
    fields: dict[str, list[str]] = {}
    for field in form.select("input[type=hidden]"):
        fields.setdefault(str(field["name"]), []).append(str(field.get("value", "")))
    return str(form["action"]), fields


def go_on(client: PageClient, response: TestResponse, step: str = "confirm") -> TestResponse:
    """From the check of the answers on."""
    assert response.status_code == 200, text_of(BeautifulSoup(response.get_data(as_text=True), "html.parser"))
    action, fields = answers(response)
    return client.post(action, data={**fields, "step": step})


def plan(client: PageClient, day: date | None = None, **more: str) -> str:
    """Plan a workshop by the pages; the address of its page."""
    response = go_on(client, client.send(NEW, **typed(day, **more), step="check"))
    assert response.status_code == 302
    return str(response.headers["Location"])


def errors(response: TestResponse) -> list[str]:
    assert response.status_code == 422
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    return [text_of(line) for line in page.select(".govuk-error-summary li")]


def value_of(page: BeautifulSoup, selector: str) -> str:
    """What stands in an input."""
    (field,) = page.select(selector)
    return str(field.get("value", ""))


def every(session: Session) -> list[Workshop]:
    session.rollback()
    return between(session, FIRST_DAY, FAR_DAY)


def hold(session: Session, workshop: Workshop, person_id: int, state: BookingState) -> None:
    with transaction(session):
        bookings.record(session, Stamp("command:tests", clock.now()), workshop.id, person_id, state)


def test_a_workshop_is_planned_after_its_answers_were_checked(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    checked = client.send(NEW, **typed(), step="check")
    assert not every(session)
    words = text_of(BeautifulSoup(checked.get_data(as_text=True), "html.parser"))
    assert "9:30am to 12:30pm" in words
    assert "Nobody is named who leads it" in words
    response = go_on(client, checked)
    assert response.status_code == 302
    (found,) = every(session)
    assert found.reference == f"W-{ahead().year}-001"
    assert found.course_title == "Team briefing"
    assert found.sitting.day == ahead()
    assert found.sitting.ends_at - found.sitting.starts_at == timedelta(hours=3)
    assert found.sitting.sequence == 0
    page = client.page(response.headers["Location"])
    assert "The workshop is planned." in text_of(page)
    assert "Room 4, Town Hall" in text_of(page)
    event = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "workshop.planned")).one()
    assert event.subject == f"workshop:{found.public_id}"


def test_a_form_that_is_sent_twice_plans_one_workshop(sign_in: SignIn, session: Session) -> None:
    client = sign_in("coordinator")
    action, fields = answers(client.send(NEW, **typed(), step="check"))
    for _ in range(2):
        assert client.post(action, data={**fields, "step": "confirm"}).status_code == 302
    assert len(every(session)) == 1


def test_answers_come_back_to_the_form_to_be_changed(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    checked = client.send(
        NEW, **typed(place="Café, 2nd floor", instructions="Bring a pass\nRing twice"), step="check"
    )
    response = go_on(client, checked, "back")
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert value_of(page, "#place") == "Café, 2nd floor"
    (words,) = page.select("#instructions")
    assert words.get_text().strip().splitlines() == ["Bring a pass", "Ring twice"]
    assert not every(session)


@pytest.mark.parametrize(
    "fields, message",
    [
        ({"course": ""}, "Choose the course from the list"),
        ({"course": "PREV"}, "Choose the course from the list"),
        ({"begins": ""}, "Enter the start time"),
        ({"ends": "half past"}, "End time must be a time, like 9:30am or 13:45"),
        ({"ends": "9:30"}, "End time must be after the start time"),
        ({"ends": "8am"}, "End time must be after the start time"),
        ({"begins": "8am", "ends": "11pm"}, "A workshop may last up to 12 hours. Plan one for each day"),
        ({"place": ""}, "Enter a venue, or the link to join by, or both"),
        (
            {"joining": "http://meet.example/x"},
            "The link to join by must be a web address that starts with https://",
        ),
        ({"capacity": ""}, "Enter the number of places"),
        ({"capacity": "0"}, "Number of places must be a whole number between 1 and 1,000"),
        ({"offer_hours": "0"}, "Hours must be a whole number between 1 and 168"),
        ({"booking_days": "-1"}, "Days before the start must be a whole number between 0 and 60"),
        ({"starts_on-month": "13"}, "Date must be a real date"),
        ({"roles": "nobody"}, "Choose from the list"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(
    sign_in: SignIn, session: Session, fields: dict[str, str], message: str
) -> None:
    client = sign_in("learning")
    refused = errors(client.send(NEW, **(typed() | fields), step="check"))
    if fields == {"starts_on-month": "13"}:
        assert len(refused) == 1
    else:
        assert refused == [message]
    assert not every(session)


def test_a_workshop_is_never_planned_for_the_past(sign_in: SignIn) -> None:
    client = sign_in("learning")
    assert errors(client.send(NEW, **typed(ahead(-1)), step="check")) == [
        "Date and start time must be in the future"
    ]
    soon = client.send(NEW, **typed(ahead(1), booking_days="5"), step="check")
    assert errors(soon) == ["Booking would be closed already. Enter fewer days"]


def test_times_are_those_of_the_clock_in_london(sign_in: SignIn, session: Session) -> None:
    client, year = sign_in("learning"), clock.today().year + 1
    summer, winter = date(year, 7, 1), date(year, 12, 1)
    plan(client, summer)
    plan(client, winter)
    starts = {one.sitting.day: one.sitting.starts_at.astimezone(UTC).hour for one in every(session)}
    assert starts == {summer: 8, winter: 9}


def test_an_hour_that_the_clocks_leave_out_is_refused(sign_in: SignIn) -> None:
    client, year = sign_in("learning"), clock.today().year + 1
    last = date(year, 3, 31)
    sunday = last - timedelta(days=(last.weekday() + 1) % 7)
    refused = errors(client.send(NEW, **typed(sunday, begins="1:30am", ends="9am"), step="check"))
    assert refused == ["There is no such time on this day: clocks go forward"]


def test_people_who_lead_it_are_found_by_name_or_number(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    response = client.send(NEW, **typed(), look_for="N-Vic", find="yes")
    assert response.status_code == 200
    page = BeautifulSoup(response.get_data(as_text=True), "html.parser")
    assert not page.select(".govuk-error-summary")
    (box,) = page.select("[name=facilitators]")
    assert box["value"] == borough.people["Vic"]
    checked = client.send(NEW, **typed(), facilitators=borough.people["Vic"], step="check")
    assert "Vic Tester" in text_of(BeautifulSoup(checked.get_data(as_text=True), "html.parser"))
    go_on(client, checked)
    (found,) = every(session)
    assert found.sitting.facilitator_ids == (borough.ids["Vic"],)


def test_the_coordinator_finds_nobody_by_number(sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    by_number = client.send(NEW, **typed(), look_for="N-Vic", find="yes").get_data(as_text=True)
    assert "Nobody who works here today matches" in by_number
    by_name = client.send(NEW, **typed(), look_for="vic", find="yes").get_data(as_text=True)
    assert "Vic Tester" in by_name
    assert "N-Vic" not in by_name


def test_a_change_says_what_differs_and_is_saved_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    address = plan(client)
    change = f"{address}/change"
    assert value_of(client.page(change), "#begins") == "09:30"
    same = client.send(change, **typed(), step="check")
    assert "Nothing differs from what stands." in same.get_data(as_text=True)
    assert go_on(client, same).status_code == 302
    moved = client.send(change, **typed(ahead(61), begins="10:00"), step="check")
    assert go_on(client, moved).status_code == 302
    (found,) = every(session)
    assert (found.sitting.day, found.sitting.sequence) == (ahead(61), 1)
    events = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "workshop.changed")).all()
    assert [event.details["parts"] for event in events] == [
        ["starts_at", "ends_at", "books_until", "cancels_until"]
    ]
    lines = session.scalar(select(func.count()).select_from(WorkshopLineRow))
    assert lines == 2


def test_places_that_are_taken_are_not_taken_away(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = plan(client)
    (found,) = every(session)
    for name in ("Sam", "Ola", "Kit"):
        hold(session, found, borough.ids[name], BookingState.BOOKED)
    refused = errors(client.send(f"{address}/change", **typed(capacity="2"), step="check"))
    assert refused == ["3 places are taken already. Enter 3 or more, or cancel bookings first"]
    enough = client.send(f"{address}/change", **typed(capacity="3", place="Library"), step="check")
    assert "3 people who have to do with it are told what has changed" in enough.get_data(as_text=True)


def test_who_comes_second_is_shown_what_stands_and_saves_nothing(sign_in: SignIn, session: Session) -> None:
    learning, coordinator = sign_in("learning"), sign_in("coordinator")
    address = plan(learning)
    mine = learning.send(f"{address}/change", **typed(place="Library"), step="check")
    theirs = coordinator.send(f"{address}/change", **typed(place="Depot"), step="check")
    assert go_on(coordinator, theirs).status_code == 302
    action, fields = answers(mine)
    late = learning.post(action, data={**fields, "step": "confirm"})
    assert late.status_code == 409
    words = text_of(BeautifulSoup(late.get_data(as_text=True), "html.parser"))
    assert "This was changed meanwhile" in words
    assert "Depot" in words
    assert "Library" in words
    assert every(session)[0].sitting.place == "Depot"


def test_calling_off_ends_the_bookings_and_cannot_be_done_twice(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = plan(client)
    (found,) = every(session)
    hold(session, found, borough.ids["Sam"], BookingState.BOOKED)
    hold(session, found, borough.ids["Ola"], BookingState.WAITING)
    off = f"{address}/call-off"
    assert "2 people who have to do with it are told" in text_of(client.page(off))
    assert errors(client.send(off)) == ["Enter why it is called off"]
    assert client.send(off, because="The trainer is away").status_code == 302
    session.rollback()
    states = {one.person_id: one.state for one in bookings.of_workshop(session, found.id)}
    assert states == {borough.ids[name]: BookingState.CANCELLED for name in ("Sam", "Ola")}
    (after,) = every(session)
    assert (after.sitting.is_cancelled, after.sitting.cancelled_because) == (True, "The trainer is away")
    words = text_of(client.page(address))
    assert "This workshop is called off: The trainer is away" in words
    client.page(off, status=404)
    client.page(f"{address}/change", status=404)
    assert "Called off" in text_of(client.page("/workshops"))


def test_auditors_read_and_others_plan_nothing(sign_in: SignIn) -> None:
    address = plan(sign_in("learning"))
    auditor = sign_in("auditor")
    assert "Change this workshop" not in text_of(auditor.page(address))
    assert not auditor.page("/workshops").select(f"a[href='{NEW}']")
    for reader in ("auditor", "staff", "manager", "partner"):
        client = sign_in(reader)
        for page in (NEW, f"{address}/change", f"{address}/call-off"):
            client.page(page, status=403)


@pytest.mark.parametrize(
    "part, who_sees",
    [
        ({}, {"staff", "manager", "partner"}),
        ({"requirements": "AWARE"}, {"staff", "manager", "partner"}),
        ({"roles": "street"}, {"staff", "manager"}),
        ({"organisations": COUNCIL}, {"staff", "manager"}),
        ({"organisations": PARTNER}, {"partner"}),
    ],
)
def test_others_see_the_workshops_that_are_for_them(
    sign_in: SignIn, borough: Borough, part: dict[str, str], who_sees: set[str]
) -> None:
    named = {name: str(borough.organisations.get(value, value)) for name, value in part.items()}
    address = plan(sign_in("learning"), None, **named)
    seen = set()
    for reader in ("staff", "manager", "partner"):
        client = sign_in(reader)
        if "W-" in text_of(client.page("/workshops")):
            client.page(address)
            seen.add(reader)
        else:
            client.page(address, status=404)
    assert seen == who_sees


def led_by(page: BeautifulSoup) -> str:
    """Who leads a workshop, as its page says."""
    (row,) = [row for row in page.select(".govuk-summary-list__row") if text_of(row).startswith("Led by")]
    return text_of(row).removeprefix("Led by").strip()


def test_who_leads_a_workshop_is_named_to_whoever_may_see_them_and_to_colleagues(
    sign_in: SignIn, borough: Borough
) -> None:
    unnamed = f"A trainer arranged by {COUNCIL}"
    by_council = plan(sign_in("learning"), None, facilitators=borough.people["Vic"])
    by_partner = plan(sign_in("learning"), ahead(61), facilitators=borough.people["Pia"])
    for reader in ("learning", "coordinator", "auditor"):
        client = sign_in(reader)
        assert [led_by(client.page(one)) for one in (by_council, by_partner)] == ["Vic Tester", "Pia Tester"]
    for reader in ("staff", "manager"):
        client = sign_in(reader)
        assert [led_by(client.page(one)) for one in (by_council, by_partner)] == ["Vic Tester", unnamed]
    client = sign_in("partner")
    assert [led_by(client.page(one)) for one in (by_council, by_partner)] == [unnamed, "Pia Tester"]


def test_who_leads_a_workshop_takes_it_into_a_calendar(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    address = plan(sign_in("learning"), None, facilitators=borough.people["Mo"])
    invited = session.scalars(
        select(OutgoingMessageRow).where(OutgoingMessageRow.calendar.is_not(None))
    ).one()
    session.rollback()
    file = sign_in("manager").get(f"{address}/calendar.ics")
    assert (file.status_code, file.mimetype) == (200, "text/calendar")
    uids = [
        [line for line in content.split(b"\r\n") if line.startswith(b"UID")]
        for content in (file.data, invited.calendar or b"")
    ]
    assert uids[0] == uids[1] != []
    assert sign_in("staff").get(f"{address}/calendar.ics").status_code == 404


def test_the_link_to_join_by_is_for_those_who_have_a_place(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    address = plan(sign_in("learning"), joining="https://meet.example/secret")
    client = sign_in("staff")
    assert "meet.example" not in text_of(client.page(address))
    assert "Shown once you have a place" in text_of(client.page(address))
    hold(session, every(session)[0], borough.ids["Sam"], BookingState.BOOKED)
    assert "meet.example/secret" in text_of(client.page(address))


def test_the_list_is_filtered_and_the_same_as_a_file(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    assert "No workshop is planned" in text_of(client.page("/workshops"))
    plan(client, place="Library", capacity="1")
    plan(client, ahead(70), place="", joining="https://meet.example/x")
    hold(session, every(session)[0], borough.ids["Sam"], BookingState.BOOKED)
    words = text_of(client.page("/workshops"))
    assert "Full" in words
    assert "12 of 12" in words
    assert "Library" not in [text_of(one) for one in client.page("/workshops?free=yes").select("td")]
    online = client.page("/workshops?place=Online")
    assert len(online.select("#workshops tbody tr")) == 1
    rows = list(csv.DictReader(client.get("/workshops.csv?course=BRIEF").text.lstrip("\ufeff").splitlines()))
    assert [(row["place"], row["places"], row["booked"], row["online"]) for row in rows] == [
        ("Library", "1", "1", "no"),
        ("", "12", "0", "yes"),
    ]
    assert "No workshop is over yet" in text_of(client.page("/workshops?when=past"))
    assert "No workshop matches these filters" in text_of(client.page("/workshops?place=Library&free=yes"))


def test_a_past_workshop_is_listed_as_such(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    address = plan(client, ahead(2))
    (found,) = every(session)
    month = timedelta(days=30)
    past = replace(
        found.sitting, starts_at=found.sitting.starts_at - month, ends_at=found.sitting.ends_at - month
    )
    with transaction(session):
        record_line(session, Stamp("command:tests", clock.now()), found.id, past)
    assert "No workshop is planned" in text_of(client.page("/workshops"))
    assert found.reference in text_of(client.page("/workshops?when=past"))
    assert "This workshop is over." in text_of(client.page(address))
    refused = errors(client.send(f"{address}/change", **typed(), step="check"))
    assert refused == ["It has begun: its date and times stay as they are"]


def test_nobody_is_said_to_be_told_of_a_change_to_a_workshop_that_is_over(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = plan(client, ahead(2))
    (found,) = every(session)
    hold(session, found, borough.ids["Sam"], BookingState.BOOKED)
    month = timedelta(days=30)
    past = replace(
        found.sitting, starts_at=found.sitting.starts_at - month, ends_at=found.sitting.ends_at - month
    )
    with transaction(session):
        record_line(session, Stamp("command:tests", clock.now()), found.id, past)
    begins, ends = (f"{one.astimezone(LONDON):%H:%M}" for one in (past.starts_at, past.ends_at))
    said = typed(past.day, begins=begins, ends=ends, place="Room 5")
    page = client.send(f"{address}/change", **said, step="check")
    assert page.status_code == 200
    assert "told what has changed" not in page.get_data(as_text=True)
    assert go_on(client, page).status_code == 302


def test_whom_a_change_is_told_is_said_before_and_of_what_is_no_news_nobody(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = plan(client, facilitators=borough.people["Vic"])
    (found,) = every(session)
    hold(session, found, borough.ids["Sam"], BookingState.BOOKED)
    told, written = "told what has changed", "we write to whoever leads it"

    def checked(**more: str) -> tuple[bool, bool]:
        words = client.send(f"{address}/change", **typed(None, **more), step="check").get_data(as_text=True)
        return told in words, written in words

    vic = borough.people["Vic"]
    assert checked(facilitators=vic, place="Library") == (True, True)
    assert checked(facilitators=vic, capacity="30") == (False, False)
    assert checked(facilitators=borough.people["Uma"]) == (False, True)
    assert checked() == (False, True), "whoever leads it no more is told as well"


def test_another_like_this_brings_everything_but_the_date(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    plan(client, place="Library", capacity="7")
    (found,) = every(session)
    page = client.page(NEW, {"like": found.public_id})
    assert value_of(page, "#place") == "Library"
    assert value_of(page, "#capacity") == "7"
    assert not value_of(page, "#starts_on-day")


def test_references_count_on_within_the_year(session: Session, borough: Borough) -> None:
    stamp = Stamp("command:tests", clock.now())
    year = clock.today().year + 1
    start = datetime(year, 6, 1, 9, tzinfo=UTC)
    with transaction(session):
        for number in range(3):
            held = start + timedelta(days=number)
            planning.plan(session, stamp, Sitting("BRIEF", held, held + timedelta(hours=1), 5, place="Hall"))
    session.rollback()
    found = session.scalars(select(WorkshopRow.reference).order_by(WorkshopRow.id)).all()
    assert found == [f"W-{year}-001", f"W-{year}-002", f"W-{year}-003"]
