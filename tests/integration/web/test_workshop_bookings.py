"""The pages of bookings: for oneself, a team, several at once; lists, offers, substitutes (docs/workshops.md)."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.domain import Course
from courses.domain.workshops import Audience
from courses.models.workshops import BookingRow
from courses.store.workshops import Workshop
from tests.borough import PARTNER, Borough, rule_book
from tests.integration.courses.booking_desk import Desk
from tests.integration.web.sending import follow
from tests.integration.web.staff import change_rules, client_for
from tests.integration.web.teams import handed_over
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def fill(client: PageClient, page: BeautifulSoup, number: int = 0, **fields: str | list[str]) -> TestResponse:
    """Send a form of a page with what it hides and what is filled in; the key and the token are its own."""
    form = page.select("main form[method=post]")[number]
    data: dict[str, str | list[str]] = {}
    for one in form.select("input[type=hidden]"):
        name, value = str(one["name"]), str(one.get("value", ""))
        before = data.get(name, [])
        data[name] = [*before, value] if isinstance(before, list) else [before, value]
    return client.post(str(form["action"]), data={**data, **fields})


def sent(
    client: PageClient, page: BeautifulSoup, number: int = 0, **fields: str | list[str]
) -> BeautifulSoup:
    """The page that follows: the one led to, or the same one again."""
    answer = fill(client, page, number, **fields)
    if answer.status_code == 302:
        return follow(client, answer)
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def rows(page: BeautifulSoup, table: str) -> list[str]:
    """The lines of a table, as they are read out."""
    return [text_of(row) for row in page.select(f"#{table} tbody tr")]


def heading(page: BeautifulSoup) -> str:
    """What the page calls itself."""
    found = page.h1
    assert found is not None
    return text_of(found)


def how_many(session: Session, workshop: Workshop) -> int:
    session.rollback()
    query = select(func.count(BookingRow.id)).where(BookingRow.workshop_id == workshop.id)
    return session.execute(query).scalar_one()


def test_a_member_of_staff_books_from_my_training_and_cancels(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.plan(places=2, audience=Audience(organisation_ids=(desk.borough.organisations[PARTNER],)))
    client = sign_in("staff")
    page = client.page("/my-training")
    link = page.find("a", string=lambda text: "Book a workshop" in (text or "")) or page.select_one(
        'a[href*="/my-training/workshops?course=BRIEF"]'
    )
    assert link is not None
    mine = client.page(str(link["href"]).partition("#")[0])
    assert len(rows(mine, "offers")) == 1, "the partner's workshop is not for Sam"
    page = client.page(f"/workshops/{workshop.public_id}/book")
    assert heading(page) == "Book a place?"
    page = sent(client, page)
    assert "You have a place at Team briefing." in text_of(page)
    assert "You have a place at the workshop on" in text_of(client.page("/my-training"))
    assert len(rows(client.page("/my-training/workshops"), "to-come")) == 1
    booking = desk.of(workshop, "Sam").public_id
    page = sent(client, client.page(f"/bookings/{booking}/cancel"))
    assert "The booking was given up." in text_of(page)
    assert desk.states(workshop) == {"Sam": "cancelled"}
    assert len(rows(client.page("/my-training/workshops"), "others")) == 1


def test_the_calendar_file_of_a_place_is_for_its_owner(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan()
    desk.book(workshop, "Sam", "Uma")
    client = sign_in("staff")
    answer = client.get(f"/bookings/{desk.of(workshop, 'Sam').public_id}/calendar.ics")
    assert answer.status_code == 200
    assert "Team briefing" in answer.get_data(as_text=True)
    assert client.get(f"/bookings/{desk.of(workshop, 'Uma').public_id}/calendar.ics").status_code == 404


def test_whoever_saw_a_free_place_is_not_put_on_the_waiting_list_unasked(
    sign_in: SignIn, desk: Desk, session: Session
) -> None:
    workshop = desk.plan(places=1)
    client = sign_in("staff")
    page = client.page(f"/workshops/{workshop.public_id}/book")
    desk.book(workshop, "Ola")
    again = sent(client, page)
    assert "The number of places has changed" in text_of(again)
    assert how_many(session, workshop) == 1
    assert heading(again) == "Join the waiting list?"
    page = sent(client, again)
    assert "You are on the waiting list for Team briefing." in text_of(page)
    assert "Number 1 on the list" in text_of(page)


def test_a_double_click_books_once(sign_in: SignIn, desk: Desk, session: Session) -> None:
    workshop = desk.plan(places=5)
    client = sign_in("staff")
    page = client.page(f"/workshops/{workshop.public_id}/book")
    first, second = sent(client, page), sent(client, page)
    assert "Your booking" in text_of(first)
    assert "This was saved already" in text_of(second)
    assert how_many(session, workshop) == 1


def test_what_stands_in_the_way_is_said_and_there_is_no_button(sign_in: SignIn, desk: Desk) -> None:
    workshop, other = desk.plan(), desk.plan()
    desk.book(other, "Sam")
    client = sign_in("staff")
    page = client.page(f"/workshops/{workshop.public_id}/book")
    assert "You have another workshop at that time: Team briefing on" in text_of(page)
    assert page.select("main form[method=post]") == []
    hidden = desk.plan(audience=Audience(organisation_ids=(desk.borough.organisations[PARTNER],)))
    assert client.get(f"/workshops/{hidden.public_id}/book").status_code == 404
    manager = sign_in("manager")
    street = desk.plan(audience=Audience(roles=("street",)), in_days=40)
    page = manager.page(f"/workshops/{street.public_id}/book")
    assert "This workshop is for other people" in text_of(page)


def test_an_offer_is_answered_on_its_page(app: Flask, session: Session, sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    for name in ("Uma", "Sam", "Ola"):
        desk.book(workshop, name)
    desk.act("cancel", workshop, "Uma")
    client = sign_in("staff")
    address = f"/bookings/{desk.of(workshop, 'Sam').public_id}"
    page = client.page(address)
    assert "Kept until" in text_of(page)
    again = sent(client, page)
    assert "Select whether to take the place" in text_of(again)
    assert "The place goes to the next person." in text_of(sent(client, again, answer="decline"))
    assert desk.states(workshop) == {"Uma": "cancelled", "Sam": "declined", "Ola": "offered"}
    other = client_for(app, session, "Ola")
    page = other.page(f"/bookings/{desk.of(workshop, 'Ola').public_id}")
    assert "The place is booked." in text_of(sent(other, page, answer="accept"))
    assert client.get(f"/bookings/{desk.of(workshop, 'Ola').public_id}").status_code == 404


def test_a_manager_books_people_of_the_team_and_sees_them_alone(sign_in: SignIn, desk: Desk) -> None:
    borough = desk.borough
    workshop = desk.plan(places=2)
    desk.book(workshop, "Uma")
    client = sign_in("manager")
    address = f"/workshops/{workshop.public_id}/book-for"
    page = client.page(address)
    assert "Kit Tester" in text_of(page), "below a manager below"
    assert "Vic Tester" not in text_of(page)
    assert page.select("textarea") == [], "numbers are not a manager's"
    page = sent(client, page, step="find", looked_for="ola", people=[borough.people["Kit"]])
    assert [text_of(one) for one in page.select(".govuk-checkboxes__label")] == ["Kit Tester", "Ola Tester"]
    page = sent(client, page, step="check", people=[borough.people["Kit"], borough.people["Ola"]])
    assert "Get a place: 1 Kit Tester" in text_of(page)
    assert "Go on the waiting list: 1 Ola Tester" in text_of(page)
    page = sent(client, page, step="confirm")
    assert "1 person has a place, and 1 person is on the waiting list." in text_of(page)
    assert desk.states(workshop) == {"Uma": "booked", "Kit": "booked", "Ola": "waiting"}
    assert "Uma" not in " ".join(rows(page, "booked"))
    assert "2 of 2 places booked" in text_of(page)
    page = client.page(f"/workshops/{workshop.public_id}/bookings")
    assert "Uma Tester" not in text_of(page)
    assert rows(page, "waiting")[0].startswith("1 Ola Tester")
    assert len(rows(client.page("/workshops/people"), "bookings")) == 2
    stranger = fill(client, client.page(address), step="check", people=[borough.people["Vic"]])
    assert stranger.status_code == 404


def test_whoever_looks_after_a_team_books_for_it(
    app: Flask, session: Session, borough: Borough, desk: Desk, sign_in: SignIn
) -> None:
    workshop = desk.plan()
    handed_over(session, borough, "Mo", "Vic")
    client = client_for(app, session, "Vic")
    page = client.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(client, page, step="check", people=[borough.people["Ash"]])
    sent(client, page, step="confirm")
    assert desk.states(workshop) == {"Ash": "booked"}
    assert sign_in("staff").get(f"/workshops/{workshop.public_id}/book-for").status_code == 403


def test_learning_pastes_numbers_and_is_told_what_cannot_be(
    sign_in: SignIn, desk: Desk, session: Session
) -> None:
    workshop = desk.plan(places=3)
    desk.book(workshop, "Sam")
    client = sign_in("learning")
    page = client.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(client, page, step="check", numbers="N-Kit\nN-Ola, N-Nobody\nN-Sam;N-Lee\nN-Kit")
    told = text_of(page)
    assert "Get a place: 2 Kit Tester Ola Tester" in told
    assert "Sam Tester: has a place already" in told
    assert "Lee Tester: has no post on the day of this workshop" in told
    assert "Numbers of nobody you can book N-Nobody" in told
    assert how_many(session, workshop) == 1, "nothing is done before the last step"
    assert "2 people have a place." in text_of(sent(client, page, step="confirm"))
    assert "This was saved already" in text_of(sent(client, page, step="confirm"))
    assert desk.states(workshop) == {"Sam": "booked", "Kit": "booked", "Ola": "booked"}


def test_several_are_booked_or_nobody_when_something_changed_meanwhile(
    sign_in: SignIn, desk: Desk, session: Session
) -> None:
    workshop = desk.plan(places=3)
    client = sign_in("learning")
    page = client.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(client, page, step="check", numbers="N-Kit\nN-Ola")
    desk.book(workshop, "Ola")
    again = sent(client, page, step="confirm")
    assert "Ola Tester has a place already." in text_of(again)
    assert how_many(session, workshop) == 1
    assert "1 person has a place." in text_of(sent(client, again, step="confirm"))


def test_learning_books_without_the_course_that_is_needed_first_for_a_reason(
    sign_in: SignIn, desk: Desk
) -> None:
    follow_up = Course("FOLLOW", "Follow-up day", "The council", "workshop", 120, 12, ("PREV",))
    change_rules(desk.session, desk.borough, courses=(*rule_book().courses, follow_up))
    workshop = desk.plan(course="FOLLOW", places=5)
    client = sign_in("learning")
    page = client.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(client, page, step="check", numbers="N-Kit\nN-Mo")
    assert "Kit Tester: has not completed Prevent awareness" in text_of(page)
    page = sent(client, page, 1, step="check", reason="elsewhere")
    assert "Get a place: 2" in text_of(page)
    sent(client, page, step="confirm")
    assert desk.states(workshop) == {"Kit": "booked", "Mo": "booked"}
    manager = sign_in("manager")
    page = manager.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(manager, page, step="check", people=[desk.borough.people["Ash"]], reason="agreed")
    assert "Ash Tester: has not completed Prevent awareness" in text_of(page)


def test_a_partner_lead_books_the_own_organisation_alone(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(places=5)
    desk.book(workshop, "Sam")
    client = sign_in("partner")
    page = client.page(f"/workshops/{workshop.public_id}/book-for")
    page = sent(client, page, step="find", looked_for="tester")
    assert {text_of(one).split()[0] for one in page.select(".govuk-checkboxes__label")} == {
        "Pia", "Per", "Pat", "Pip", "Pol", "Pam",
    }  # fmt: skip
    page = sent(client, page, step="check", numbers="N-Pia\nN-Sam\nN-Nobody")
    assert "Numbers of nobody you can book N-Sam N-Nobody" in text_of(page)
    sent(client, page, step="confirm")
    assert desk.states(workshop) == {"Sam": "booked", "Pia": "booked"}
    page = client.page(f"/workshops/{workshop.public_id}")
    assert "2 of 5 places booked" in text_of(page)
    assert "Sam Tester" not in text_of(page)
    assert client.get(f"/bookings/{desk.of(workshop, 'Sam').public_id}").status_code == 404


def test_a_manager_names_a_substitute(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam", "Uma")
    client = sign_in("manager")
    address = f"/bookings/{desk.of(workshop, 'Sam').public_id}"
    assert "Name somebody who goes instead" in text_of(client.page(address))
    page = client.page(f"{address}/substitute")
    labels = [text_of(one) for one in page.select(".govuk-radios__label")]
    assert "Sam Tester" not in labels
    assert "Kit Tester" in labels
    assert "Select who goes instead" in text_of(sent(client, page, step="confirm"))
    again = sent(
        client, client.page(f"{address}/substitute"), step="confirm", people=desk.borough.people["Vic"]
    )
    assert "Select who goes instead" in text_of(again)
    page = sent(
        client, client.page(f"{address}/substitute"), step="confirm", people=desk.borough.people["Kit"]
    )
    assert "Booking of Kit Tester" in text_of(page)
    assert desk.states(workshop) == {"Sam": "substituted", "Uma": "booked", "Kit": "booked"}


def test_the_waiting_list_stands_in_order_for_those_who_see_everybody(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    for name in ("Sam", "Uma", "Kit", "Pia"):
        desk.book(workshop, name)
    for reader in ("learning", "coordinator", "auditor"):
        page = sign_in(reader).page(f"/workshops/{workshop.public_id}/bookings")
        order = [line.split()[1] for line in rows(page, "waiting")]
        assert order == ["Uma", "Kit", "Pia"], reader
    coordinator = sign_in("coordinator")
    booking = desk.of(workshop, "Kit").public_id
    assert "Leave the waiting list" not in text_of(coordinator.page(f"/bookings/{booking}"))
    assert coordinator.get(f"/bookings/{booking}/cancel").status_code == 403
    assert sign_in("staff").get(f"/workshops/{workshop.public_id}/bookings").status_code == 403


def test_whoever_waits_knows_the_number_without_the_names(
    app: Flask, session: Session, desk: Desk, anyone: PageClient
) -> None:
    workshop = desk.plan(places=1)
    for name in ("Sam", "Uma", "Ola"):
        desk.book(workshop, name)
    page = client_for(app, session, "Ola").page(f"/workshops/{workshop.public_id}")
    assert "You: On the waiting list . Number 2 on the list" in text_of(page)
    assert "Uma" not in text_of(page)
