"""Bookings: places, waiting lists, offers, cancellations and substitutes (docs/workshops.md)."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import Course
from courses.domain.workshops import Audience, BookingState
from courses.models.workshops import BookingRow
from courses.services.workshops.booking import Expected
from courses.services.workshops.checks import check
from courses.services.workshops.places import standing_of, unsettled
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.errors import DomainError, NotFound
from people.domain import Permission
from tests.borough import PARTNER, Borough, rule_book
from tests.integration.courses.booking_desk import DAY, HOUR, Desk
from tests.integration.settled import settle
from tests.integration.web.staff import adding, change_rules, complete
from tests.integration.web.teams import end_posts, handed_over

BOOKED, WAITING, OFFERED = BookingState.BOOKED, BookingState.WAITING, BookingState.OFFERED


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def test_places_go_in_order_and_whoever_asks_later_waits(desk: Desk) -> None:
    workshop = desk.plan(places=2)
    for name in ("Sam", "Ola", "Kit", "Uma"):
        desk.book(workshop, name, by=desk.account(name))
    assert desk.states(workshop) == {"Sam": "booked", "Ola": "booked", "Kit": "waiting", "Uma": "waiting"}
    assert desk.events() == ["booking.made", "booking.made", "booking.waiting", "booking.waiting"]


def test_several_are_booked_in_the_order_given_or_nobody_is(desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Kit", "Sam", "Ola")
    assert desk.states(workshop) == {"Kit": "booked", "Sam": "booked", "Ola": "waiting"}
    with pytest.raises(DomainError, match="Kit Tester has a place already"):
        desk.book(workshop, "Uma", "Kit", "Vic")
    assert set(desk.states(workshop)) == {"Kit", "Sam", "Ola"}


def test_a_freed_place_is_offered_to_whoever_waited_longest(desk: Desk) -> None:
    workshop = desk.plan(places=1, offer_lasts=timedelta(hours=6))
    for name in ("Sam", "Ola", "Kit"):
        desk.book(workshop, name)
    desk.act("cancel", workshop, "Sam")
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "offered", "Kit": "waiting"}
    assert desk.of(workshop, "Ola").offer_until == desk.now + 6 * HOUR
    desk.act("accept", workshop, "Ola", by=desk.account("Ola"))
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "booked", "Kit": "waiting"}


def test_an_offer_that_is_declined_or_runs_out_goes_to_the_next_and_is_never_made_again(desk: Desk) -> None:
    workshop = desk.plan(places=1, offer_lasts=timedelta(hours=6))
    for name in ("Sam", "Ola", "Kit", "Uma"):
        desk.book(workshop, name)
    desk.act("cancel", workshop, "Sam")
    desk.act("decline", workshop, "Ola")
    assert desk.who(workshop, OFFERED) == ["Kit"]
    assert desk.wait(6 * HOUR - timedelta(seconds=2)) == []
    desk.wait(timedelta(seconds=2))
    assert desk.states(workshop) == {
        "Sam": "cancelled", "Ola": "declined", "Kit": "declined", "Uma": "offered",
    }  # fmt: skip
    assert desk.wait(timedelta(0)) == []
    desk.wait(6 * HOUR)
    assert desk.who(workshop, OFFERED) == []


def test_an_offer_that_ran_out_cannot_be_accepted(desk: Desk) -> None:
    workshop = desk.plan(places=1, offer_lasts=HOUR)
    desk.book(workshop, "Sam")
    desk.book(workshop, "Ola")
    desk.act("cancel", workshop, "Sam")
    desk.mail_leaves()
    desk.now += HOUR
    with pytest.raises(DomainError, match="It has been given to somebody else since"):
        desk.act("accept", workshop, "Ola")
    assert desk.who(workshop, OFFERED) == ["Ola"], "the scheduler or the next act lets it go"
    desk.book(workshop, "Ola")
    assert desk.who(workshop, BOOKED) == ["Ola"], "asking again lets it go, and finds the place free"


def test_an_offer_ends_with_the_booking_period(desk: Desk) -> None:
    workshop = desk.plan(places=1, in_days=3, books_until=desk.now + 2 * DAY, offer_lasts=DAY)
    desk.book(workshop, "Sam")
    desk.book(workshop, "Ola")
    desk.book(workshop, "Kit")
    desk.now += DAY + 12 * HOUR
    desk.act("cancel", workshop, "Sam")
    assert desk.of(workshop, "Ola").offer_until == workshop.sitting.books_until
    desk.wait(12 * HOUR)
    assert desk.states(workshop)["Ola"] == "declined"
    assert desk.states(workshop)["Kit"] == "waiting", "nothing is offered once bookings have closed"


def test_more_places_are_offered_at_once(desk: Desk) -> None:
    workshop = desk.plan(places=1)
    for name in ("Sam", "Ola", "Kit", "Uma"):
        desk.book(workshop, name)
    desk.change(workshop, capacity=3)
    assert desk.who(workshop, OFFERED) == ["Ola", "Kit"]


def test_whoever_waits_is_passed_over_for_a_clash_and_keeps_the_place_in_the_order(desk: Desk) -> None:
    workshop, other = desk.plan(places=1), desk.plan(places=5)
    for name in ("Sam", "Ola", "Kit"):
        desk.book(workshop, name)
    desk.book(other, "Ola")
    desk.act("cancel", workshop, "Sam")
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "waiting", "Kit": "offered"}
    desk.act("cancel", other, "Ola")
    desk.act("decline", workshop, "Kit")
    assert desk.states(workshop)["Ola"] == "offered"


def test_nobody_is_booked_for_two_workshops_at_once(desk: Desk) -> None:
    workshop = desk.plan()
    sitting = workshop.sitting
    inside = desk.plan(starts_at=sitting.starts_at + HOUR, ends_at=sitting.ends_at + HOUR)
    following = desk.plan(starts_at=sitting.ends_at, ends_at=sitting.ends_at + HOUR)
    leading = desk.plan(facilitator_ids=(desk.borough.ids["Uma"],))
    desk.book(workshop, "Sam")
    with pytest.raises(DomainError, match="You have another workshop at that time: Team briefing on"):
        desk.book(inside, "Sam", by=desk.account("Sam"))
    desk.book(following, "Sam")
    with pytest.raises(DomainError, match="Uma Tester has another workshop at that time"):
        desk.book(workshop, "Uma")
    with pytest.raises(DomainError, match="Uma Tester leads this workshop"):
        desk.book(leading, "Uma")
    desk.change(workshop, is_cancelled=True)
    desk.book(inside, "Ola")


def test_a_workshop_for_others_says_so(desk: Desk) -> None:
    borough = desk.borough
    partners = desk.plan(audience=Audience(organisation_ids=(borough.organisations[PARTNER],)))
    street = desk.plan(audience=Audience(roles=("street",)), in_days=31)
    duty = desk.plan(audience=Audience(requirements=("STALLS",)), in_days=32)
    for workshop in (partners, street, duty):
        with pytest.raises(DomainError, match="This workshop is for other people"):
            desk.book(workshop, "Uma", by=desk.account("Uma"))
    desk.book(partners, "Pia")
    desk.book(street, "Sam")
    desk.book(duty, "Sam", "Ola")
    with pytest.raises(DomainError, match="Pip Tester is not among those"):
        desk.book(street, "Pip")


def test_prerequisites_are_asked_and_learning_may_set_them_aside_with_a_reason(desk: Desk) -> None:
    follow_up = Course("FOLLOW", "Follow-up day", "The council", "workshop", 120, 12, ("PREV", "BRIEF"))
    change_rules(desk.session, desk.borough, courses=(*rule_book().courses, follow_up))
    workshop = desk.plan(places=5, course="FOLLOW")
    desk.book(workshop, "Mo", by=desk.account("Mo"))
    with pytest.raises(DomainError, match="You need to complete Prevent awareness or Team briefing first"):
        desk.book(workshop, "Kit", by=desk.account("Kit"), override="agreed")
    with pytest.raises(DomainError, match="Ash Tester has not completed Prevent awareness"):
        desk.book(workshop, "Ash")  # theirs waits for a check, so it does not count yet
    with pytest.raises(DomainError, match="Select why they may come without it"):
        desk.book(workshop, "Kit", override="Kit was ill")
    desk.book(workshop, "Kit", override="elsewhere")
    details = desk.session.scalars(
        select(AuditEventRow.details).where(AuditEventRow.event == "booking.made").order_by(AuditEventRow.id)
    ).all()
    assert [one.get("override") for one in details] == [None, "elsewhere"], "never in words of one's own"


def test_bookings_close_and_a_late_cancellation_is_told_apart(desk: Desk) -> None:
    workshop = desk.plan(
        places=2, in_days=5, books_until=desk.now + 3 * DAY, cancels_until=desk.now + 2 * DAY
    )
    for name in ("Sam", "Ola", "Kit"):
        desk.book(workshop, name)
    desk.act("cancel", workshop, "Sam")
    desk.act("accept", workshop, "Kit")
    desk.now += 2 * DAY + HOUR
    assert desk.act("cancel", workshop, "Ola").state is BookingState.LATE_CANCELLED
    desk.book(workshop, "Ola", "Uma")
    assert desk.who(workshop, BOOKED) == ["Kit", "Ola"]
    assert desk.act("cancel", workshop, "Uma").state is BookingState.CANCELLED, "waiting costs nobody a place"
    desk.now += DAY
    with pytest.raises(DomainError, match="Bookings for this workshop have closed"):
        desk.book(workshop, "Uma")
    desk.now = workshop.sitting.starts_at
    with pytest.raises(DomainError, match="The workshop has begun"):
        desk.act("cancel", workshop, "Kit")
    with pytest.raises(DomainError, match="This workshop has begun"):
        desk.book(workshop, "Uma")


def test_booking_again_after_a_cancellation_is_another_booking_at_the_end_of_the_line(desk: Desk) -> None:
    workshop = desk.plan(places=1)
    first = desk.book(workshop, "Sam")[0]
    desk.book(workshop, "Ola")
    desk.act("cancel", workshop, "Sam")
    again = desk.book(workshop, "Sam")[0]
    assert (again.state, again.public_id == first.public_id) == (WAITING, False)
    assert desk.who(workshop, OFFERED) == ["Ola"]


def test_bookings_of_people_who_left_are_given_up(desk: Desk) -> None:
    workshop = desk.plan(places=2)
    for name in ("Sam", "Ash", "Ola", "Kit"):
        desk.book(workshop, name)
    end_posts(desk.session, desk.borough, "Ash", "Ola")
    changed = desk.wait(timedelta(seconds=1))
    assert desk.states(workshop) == {
        "Sam": "booked", "Ash": "cancelled", "Ola": "cancelled", "Kit": "offered",
    }  # fmt: skip
    assert len(changed) == 3
    with pytest.raises(DomainError, match="Lee Tester has no post on the day"):
        desk.book(workshop, "Lee")


def test_a_substitute_takes_the_place_also_late_and_is_checked(desk: Desk) -> None:
    workshop, other = desk.plan(places=2), desk.plan(places=5)
    mo = desk.account("Mo", is_manager=True)
    desk.book(workshop, "Sam", "Ola", "Kit", "Uma", "Pia")
    desk.book(other, "Ash")
    desk.now = workshop.sitting.starts_at - HOUR
    with pytest.raises(DomainError, match="Ash Tester has another workshop"):
        desk.substitute(workshop, "Sam", "Ash", by=mo)
    with pytest.raises(DomainError, match="Ola Tester has a place already"):
        desk.substitute(workshop, "Sam", "Ola", by=mo)
    with pytest.raises(NotFound):
        desk.substitute(workshop, "Sam", "Vic", by=mo)
    with pytest.raises(DomainError, match="same organisation"):
        desk.substitute(workshop, "Sam", "Pia")
    with pytest.raises(DomainError, match="Only a booked place"):
        desk.substitute(workshop, "Uma", "Vic")
    sams = desk.of(workshop, "Sam")
    after = desk.substitute(workshop, "Sam", "Kit", by=mo)
    assert (after.state, after.instead_of) == (BOOKED, sams.public_id)
    assert desk.states(workshop) == {
        "Sam": "substituted", "Ola": "booked", "Uma": "waiting", "Pia": "waiting", "Kit": "booked",
    }  # fmt: skip
    desk.now = workshop.sitting.starts_at
    with pytest.raises(DomainError, match="has begun"):
        desk.substitute(workshop, "Ola", "Bo")


def test_everybody_books_whom_they_may(desk: Desk) -> None:
    borough = desk.borough
    workshop = desk.plan(places=50)
    mo = desk.account("Mo", is_manager=True)
    desk.book(workshop, "Kit", "Mo", by=mo)  # Kit is below Ola, who is below Mo
    with pytest.raises(NotFound):
        desk.book(workshop, "Uma", by=mo)
    with pytest.raises(NotFound):
        desk.book(workshop, "Ola", by=desk.account("Sam"))
    lead = desk.account(
        "Pia",
        permissions=frozenset({Permission.PARTNER_LEAD}),
        organisation_ids=frozenset({borough.organisations[PARTNER]}),
    )
    desk.book(workshop, "Per", "Pia", by=lead)
    for stranger in ("Sam", "Two"):
        with pytest.raises(NotFound):
            desk.book(workshop, stranger, by=lead)
    for permission in (Permission.AUDITOR, Permission.COORDINATOR):
        with pytest.raises(NotFound):
            desk.book(workshop, "Sam", by=desk.account("Vic", permissions=frozenset({permission})))
    with pytest.raises(NotFound):
        desk.book(workshop, "Vic", by=desk.account("Vic", permissions=frozenset({Permission.AUDITOR})))
    handed_over(desk.session, borough, "Mo", "Vic")
    desk.book(workshop, "Ash", by=desk.account("Vic", is_manager=True))
    with pytest.raises(NotFound):
        desk.act("cancel", workshop, "Per", by=mo)
    desk.act("cancel", workshop, "Kit", by=desk.account("Vic", is_manager=True))


def test_what_is_in_date_still_is_said_and_hinders_nobody(desk: Desk) -> None:
    workshop = desk.plan()
    with adding(desk.session, desk.borough) as builder:
        complete(builder, "Sam", "BRIEF", 30)
        complete(builder, "Ola", "BRIEF", 350)
    ids = desk.borough.ids
    found = check(desk.session, workshop, [ids["Sam"], ids["Ola"], ids["Kit"]], desk.now)
    assert [one.is_free for one in found.values()] == [True, True, True]
    assert [one.in_date_until is not None for one in found.values()] == [True, False, False]


def test_a_page_that_said_something_else_books_nobody(desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam")
    with pytest.raises(DomainError, match="The number of places has changed"):
        desk.book(workshop, "Ola", "Kit", expected=Expected(2, 0))
    desk.book(workshop, "Ola", "Kit", expected=Expected(1, 1))


def test_a_page_counts_a_place_that_somebody_else_waits_for_as_theirs(desk: Desk) -> None:
    workshop, other = desk.plan(places=1), desk.plan(places=5)
    for name in ("Sam", "Ola"):
        desk.book(workshop, name)
    desk.book(other, "Ola")
    desk.act("cancel", workshop, "Sam")
    assert standing_of(desk.session, workshop, desk.now).free == 1, "Ola is elsewhere then"
    desk.act("cancel", other, "Ola")
    assert standing_of(desk.session, workshop, desk.now).free == 0, "the place will be offered to Ola"
    assert [one.id for one in unsettled(desk.session, desk.now)] == [workshop.id]
    assert desk.book(workshop, "Kit", expected=Expected(0, 1))[0].state is WAITING
    assert desk.who(workshop, OFFERED) == ["Ola"]
    assert unsettled(desk.session, desk.now) == []


def test_nothing_is_edited_every_state_stays_readable(desk: Desk) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam")
    desk.book(workshop, "Ola")
    desk.act("cancel", workshop, "Sam")
    desk.act("accept", workshop, "Ola")
    query = select(BookingRow.person_id, BookingRow.state, BookingRow.retracted_reason).order_by(
        BookingRow.id
    )
    names = {number: name for name, number in desk.borough.ids.items()}
    assert [(names[row[0]], *row[1:]) for row in desk.session.execute(query)] == [
        ("Sam", "booked", "Cancelled"),
        ("Ola", "waiting", "A place became free"),
        ("Sam", "cancelled", None),
        ("Ola", "offered", "Offer accepted"),
        ("Ola", "booked", None),
    ]
