"""Where and when to run the next workshops: the page, the file, the form it fills in, and how much it asks."""

import csv
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from compliance.domain.figures import counts_of
from compliance.domain.timeline import Timelines
from compliance.domain.workshop_answer import Ask, Plan
from compliance.services.figures import Question, figures
from compliance.services.workshop_need import plan
from compliance.store.facts import people_facts
from compliance.store.rules import load_rule_book
from courses.domain import Completion
from courses.domain.workshops import Audience, BookingState, How, Outcome, Sitting
from courses.services.workshops import planning
from courses.store import attendance, bookings
from courses.store.workshops import Workshop, record_line
from foundation import clock
from foundation.db import transaction
from foundation.stamp import Stamp
from tests.borough import HOMES, Borough, Builder, build
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
NEED = "/workshops/need"
QUESTIONS = 14
"""What the database is asked for one answer with one suggestion at most, whatever the number of people."""


def answer(session: Session, **more: int) -> Plan:
    session.rollback()
    asked = {"months": 6, "capacity": 20, "sittings": 6} | more
    return plan(session, Ask("BRIEF", **asked), clock.now(), clock.today())


def value_of(page: BeautifulSoup, selector: str) -> str:
    """What stands in an input."""
    (field,) = page.select(selector)
    return str(field.get("value", ""))


def plan_briefing(session: Session, days: int = 20, capacity: int = 5) -> Workshop:
    at = datetime.combine(clock.today() + timedelta(days=days), time(10), UTC)
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        sitting = Sitting("BRIEF", at, at + timedelta(hours=1), capacity, place="Hall")
        return planning.plan(session, stamp, sitting)


def test_the_percentage_is_what_the_engine_makes_of_the_same_completions(
    session: Session, borough: Borough
) -> None:
    found = answer(session)
    assert found.needed
    book = load_rule_book(session)
    taken: dict[int, date] = {}
    facts = dict(people_facts(session))
    for one in found.suggested:
        day = one.suggestion.day
        taken |= dict.fromkeys(one.suggestion.people, day)
        for each in one.becomes:
            spans = []
            for person_id, of in facts.items():
                more = [Completion("BRIEF", taken[person_id])] if person_id in taken else []
                with_it = replace(of, completions=[*of.completions, *more])
                timeline = Timelines(book).of(with_it).get(each.code)
                span = timeline.on(day) if timeline else None
                spans += [(span.status, span.covered)] if span else []
            counts = counts_of(spans)
            assert each.at_best == (counts.in_date, counts.counted)
            (row,) = figures(session, day, Question(each.code)).rows
            assert each.as_it_goes == (row.counts.in_date, row.counts.counted)


def test_the_page_leads_to_the_form_filled_in(sign_in: SignIn, session: Session) -> None:
    client = sign_in("coordinator")
    page = client.page(NEED)
    assert "people need a place" in text_of(page)
    link = page.select_one("#suggested a")
    assert link is not None
    form = client.page(str(link["href"]))
    first = answer(session).suggested[0].suggestion.day
    chosen = form.select_one("#course option[selected]")
    assert chosen is not None
    assert chosen["value"] == "BRIEF"
    assert value_of(form, "#starts_on-day") == str(first.day)
    assert value_of(form, "#capacity") == "20"
    ticked = [box["value"] for box in form.select("[name=requirements][checked]")]
    assert ticked == ["AWARE", "STALLS"]


def test_auditors_read_it_and_plan_nothing(sign_in: SignIn) -> None:
    page = sign_in("auditor").page(NEED)
    assert page.select("#suggested")
    assert not page.select("#suggested a")
    for reader in ("staff", "manager", "partner"):
        sign_in(reader).page(NEED, status=403)


def test_what_is_no_choice_is_the_usual_one(sign_in: SignIn) -> None:
    client = sign_in("learning")
    page = client.page(NEED, {"course": "NONE", "months": "99", "places": "0", "sittings": "x"})
    assert value_of(page, "#places") == "20"
    assert value_of(page, "#months option[selected]") == "6"


def test_the_file_has_the_same_numbers_as_the_page(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    lines = csv.DictReader(client.get(f"{NEED}.csv").text.lstrip("\ufeff").splitlines())
    rows = list(lines)
    found = answer(session)
    assert sum(int(row["needed"]) for row in rows) == found.needed
    assert sum(int(row["overdue"]) for row in rows) == found.overdue
    months = [name for name in rows[0] if name.startswith("from_")]
    for row in rows:
        assert int(row["due_later"]) == sum(int(row[month]) for month in months)


def test_whoever_is_booked_is_told_apart_and_not_asked_twice(session: Session, borough: Borough) -> None:
    before = answer(session)
    person_id = before.suggested[0].suggestion.people[0]
    workshop = plan_briefing(session, capacity=1)
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        bookings.record(session, stamp, workshop.id, person_id, BookingState.BOOKED)
    after = answer(session)
    assert (after.needed, after.booked) == (before.needed, 1)
    assert (after.free_places, after.provided) == (0, 0)
    assert after.suggested
    assert all(person_id not in one.suggestion.people for one in after.suggested)
    assert workshop.sitting.day not in [one.suggestion.day for one in after.suggested]


def test_need_that_is_provided_for_already_is_named_and_taken_off(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    before = answer(session)
    plan_briefing(session, capacity=1)
    after = answer(session)
    assert (after.needed, after.free_places, after.provided) == (before.needed, 1, 1)
    assert sum(one.provided for one in after.places) == 1
    asked = [person for one in after.suggested for person in one.suggestion.people]
    assert len(asked) + after.still_without == before.needed - 1
    plan_briefing(session, days=30, capacity=before.needed)
    assert answer(session).provided == before.needed
    assert answer(session).suggested == []
    page = text_of(sign_in("learning").page(NEED))
    assert f"{before.needed} people who need a place can each have one of these" in page
    lines = csv.DictReader(sign_in("learning").get(f"{NEED}.csv").text.lstrip("\ufeff").splitlines())
    assert sum(int(row["free_place"]) for row in lines) == before.needed


@pytest.mark.parametrize(
    "audience",
    [
        Audience(requirements=("NONE",)),
        Audience(organisation_ids=(999,)),
        Audience(roles=("nobody",)),
    ],
)
def test_a_free_place_is_for_nobody_for_whom_the_workshop_is_not(
    session: Session, borough: Borough, audience: Audience
) -> None:
    workshop = plan_briefing(session, capacity=50)
    everybody = answer(session)
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        record_line(session, stamp, workshop.id, replace(workshop.sitting, audience=audience))
    assert everybody.provided == everybody.needed
    assert (answer(session).free_places, answer(session).provided) == (50, 0)
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        codes = tuple(code for code, _ in everybody.requirements)
        for_them = replace(workshop.sitting, audience=Audience(codes))
        record_line(session, stamp, workshop.id, for_them)
    assert answer(session).provided == everybody.needed


def test_a_workshop_that_cannot_be_booked_any_more_provides_for_nobody(
    session: Session, borough: Borough
) -> None:
    workshop = plan_briefing(session)
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        closed = replace(workshop.sitting, books_until=clock.now() - timedelta(hours=1))
        record_line(session, stamp, workshop.id, closed)
    assert (answer(session).free_places, answer(session).provided) == (0, 0)


def test_who_stayed_away_before_tells_how_many_will(session: Session, borough: Borough) -> None:
    assert answer(session).seen == 0
    workshop = plan_briefing(session)
    at = clock.now() - timedelta(days=30)
    past = Sitting("BRIEF", at, at + timedelta(hours=1), 5, place="Hall")
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        record_line(session, stamp, workshop.id, past)
        for name, outcome in (("Sam", Outcome.ATTENDED), ("Ola", Outcome.DID_NOT_ATTEND)):
            attendance.record_attendance(
                session, stamp, workshop.id, borough.ids[name], outcome, How.REGISTER, None
            )
    found = answer(session)
    assert found.seen == 2
    assert found.rate == (1 + 3) / type(found.rate)(22)


@contextmanager
def queries(engine: Engine) -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize("people", [0, 1_200])
def test_many_people_take_no_more_questions_than_few(session: Session, engine: Engine, people: int) -> None:
    def crowd(builder: Builder) -> None:
        for number in range(people):
            builder.person(f"Extra{number}", HOMES, roles="street", days=400)

    build(session, clock.today(), crowd)
    answer(session)  # what is kept between requests, such as the rules, is read
    with queries(engine) as seen:
        found = answer(session, sittings=1)
    assert found.needed > people
    assert len(found.suggested) == 1
    assert len(seen) <= QUESTIONS
