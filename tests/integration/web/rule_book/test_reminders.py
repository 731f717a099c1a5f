"""Reminders in the rule book: the page, its forms, and whom a draft of them would have written to."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.domain.change import Line, book_of, change, lines_of
from compliance.domain.effect import Effect
from compliance.domain.requirement import ReminderStep, ReminderTerms, Requirement, RuleBook
from compliance.models import RuleDraftRow
from compliance.services.programme import apply_book
from compliance.services.rule_drafts import letters, working
from compliance.store.rules import load_rule_book
from compliance.views.rule_book import launching
from foundation import clock
from foundation.dates import FIRST_DAY, day_before
from foundation.db import transaction
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.models import PersonRow
from tests.borough import AWARE, STALLS, Borough
from tests.integration.web.rule_book.desk import (
    DRAFT,
    EDIT,
    RULES,
    book_now,
    change_link,
    day_fields,
    in_days,
    messages,
    press,
    put,
    put_well,
    read,
    text_of_page,
)
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
REMINDERS = f"{RULES}/reminders"
STEP, TERMS = f"{EDIT}reminder-step", f"{EDIT}reminder-terms"
BEFORE_60 = ReminderStep("before_60", "before", 60)
MANAGER_1 = ReminderStep("manager_1", "overdue", 1, "manager")
WEDNESDAY = ReminderTerms(9, 17, 1, "wed")


class Asked:
    """Foresees that the same people would be written to, and remembers what it was asked."""

    def __init__(self) -> None:
        self.people: tuple[int, ...] = ()
        self.asked: list[tuple[RuleBook, RuleBook, int, date]] = []

    def would_be_written_to(
        self, session: Session, after: RuleBook, effects: Iterable[Effect], day: date
    ) -> tuple[int, ...]:
        self.asked.append((load_rule_book(session), after, len(list(effects)), day))
        return self.people


@pytest.fixture
def foreseen(app: Any, borough: Borough) -> Iterator[Asked]:
    """In the place of whoever foresees reminders; after the service is put together, which names one too."""
    was, found = list(letters._letters), Asked()
    letters.asked_by(found)
    yield found
    letters._letters[:] = was


def record(session: Session, *lines: Line) -> None:
    """Somebody else saves more lines of the rule book, which hold always."""
    with transaction(session):
        book = load_rule_book(session)
        wanted = book_of([*lines_of(book), *lines], book.name)
        stamp, day = Stamp("command:colleague", clock.now()), FIRST_DAY
        apply_book(session, stamp, wanted, day, change(book, wanted, day), "programme.loaded", "tests")


def steps_now(session: Session) -> list[ReminderStep]:
    """The steps that hold from today on."""
    return [step for step in book_now(session).reminder_steps if step.last_day >= clock.today()]


def test_without_steps_the_page_says_that_nobody_is_reminded_and_which_terms_hold_anyway(
    sign_in: SignIn,
) -> None:
    text = text_of_page(sign_in("staff"), REMINDERS)
    assert "No step: nobody is reminded" in text
    assert "From 8:00 to 18:00" in text
    assert "At most 2 messages" in text
    assert "on Monday or the next working day" in text
    assert "Add a reminder step" not in text
    assert "nobody is reminded of anything" in text_of_page(sign_in("staff"), RULES)


def test_steps_and_terms_are_added_and_saved_as_they_were_typed(sign_in: SignIn, session: Session) -> None:
    client, before = sign_in("learning"), list(timelines.differences(session))
    put_well(client, STEP, code="before_60", kind=["before"], days="60")
    put_well(client, STEP, code="before_60", kind=["before"], days="90", requirement=AWARE)
    put_well(client, STEP, code="head_30", kind=["overdue"], days=" 30 ", to=["head_of_service"])
    put_well(client, TERMS, from_hour="9", to_hour="17", most_a_day="1", digest_weekday=["wed"])
    text = text_of_page(client, DRAFT)
    assert 'Reminder step "before_60": 60 days before the last day, to the person' in text
    assert (
        'Reminder step "before_60" for requirement "AWARE": 90 days before the last day, to the person'
        in text
    )
    assert 'Reminder step "head_30": 30 days after the last day, to the head of service' in text
    assert "The set of reminder terms: from 9:00 to 17:00 on working days" in text
    assert "No figure of a whole requirement changes" in text
    assert press(client, "Save these changes").status_code == 302
    today = clock.today()
    assert set(steps_now(session)) == {
        replace(BEFORE_60, first_day=today),
        ReminderStep("before_60", "before", 90, "person", AWARE, today),
        ReminderStep("head_30", "overdue", 30, "head_of_service", first_day=today),
    }
    assert book_now(session).reminder_terms == (replace(WEDNESDAY, first_day=today),)
    assert list(timelines.differences(session)) == before == []
    text = text_of_page(client, REMINDERS)
    assert "on Wednesday or the next working day" in text
    assert "about every duty" in text
    assert "Set other reminder terms" not in text
    assert "with 1 step of its own" in text_of_page(client, f"{RULES}/requirements/{AWARE}")
    assert "As for every duty" in text_of_page(client, f"{RULES}/requirements/{STALLS}")
    shown = text_of_page(client, f"{RULES}?q=head_30").partition("Reminders on")[2]
    assert "30 days after the last day, to the head of service" in shown
    assert "before_60" not in shown


def test_steps_stand_in_the_order_in_which_they_go_out(sign_in: SignIn, session: Session) -> None:
    record(
        session, MANAGER_1, replace(BEFORE_60, code="a", days=7), BEFORE_60, ReminderStep("z", "welcome", 0)
    )
    rows = sign_in("staff").page(REMINDERS).select("tbody th")
    assert [row.get_text(strip=True).partition(":")[0] for row in rows] == [
        "z",
        "before_60",
        "a",
        "manager_1",
    ]


def test_a_step_keeps_what_it_is_known_by_when_its_days_change(sign_in: SignIn, session: Session) -> None:
    record(session, BEFORE_60, replace(BEFORE_60, days=90, requirement=AWARE), MANAGER_1)
    client = sign_in("learning")
    link = change_link(client, REMINDERS, "90 days before")
    page = client.page(link)
    assert next(str(field["name"]) for field in page.select("main input[type=text]")) == "days"
    assert not page.select("[name=code], [name=kind], [name=to], [name=requirement]")
    put_well(client, link, days="75")
    text = text_of_page(client, DRAFT)
    assert 'Reminder step "before_60" for requirement "AWARE": days 75 instead of 90' in text
    press(client, "Save these changes")
    today = clock.today()
    assert set(steps_now(session)) == {
        BEFORE_60,
        MANAGER_1,
        ReminderStep("before_60", "before", 75, "person", AWARE, today),
    }
    overdue = change_link(client, REMINDERS, "to the manager")
    assert "enter 1 or more" in messages(put(client, overdue, days="0"))[0]


def test_a_step_and_the_terms_are_ended_and_other_terms_can_be_set(sign_in: SignIn, session: Session) -> None:
    record(session, BEFORE_60, WEDNESDAY)
    client, day = sign_in("learning"), in_days(10)
    put_well(client, change_link(client, REMINDERS, "60 days"), act="end", **day_fields("effective", day))
    put_well(
        client, change_link(client, REMINDERS, "on Wednesday"), act="end", **day_fields("effective", day)
    )
    press(client, "Save these changes")
    book = book_now(session)
    assert book.reminder_steps == (replace(BEFORE_60, last_day=day_before(day)),)
    assert book.reminder_terms == (replace(WEDNESDAY, last_day=day_before(day)),)
    text = text_of_page(client, REMINDERS)
    assert f"On {long_date(day)}" in text.partition("What will change later")[2]
    assert "Reminder step" in text.partition("What will change later")[2]


def test_each_line_sent_back_unchanged_changes_nothing(sign_in: SignIn, session: Session) -> None:
    record(session, BEFORE_60, MANAGER_1, WEDNESDAY)
    client = sign_in("learning")
    links = {str(link["href"]) for link in client.page(REMINDERS).select("a[href*='line=']")}
    assert len(links) == 3
    for link in links:
        assert messages(put(client, link)) == ["Nothing is different. Change something, or go back"]


def test_what_is_only_measured_reminds_nobody_and_no_step_can_be_about_it(
    sign_in: SignIn, session: Session
) -> None:
    record(session, Requirement("COUNTED", "Only counted", kind="measure"))
    client = sign_in("learning")
    assert "Nobody is reminded" in text_of_page(client, f"{RULES}/requirements/COUNTED")
    offered = {str(choice["value"]) for choice in client.page(STEP).select("#requirement option")}
    assert offered == {"*", AWARE, STALLS}
    assert put(client, STEP, **GOOD, requirement="COUNTED").status_code == 422


GOOD: dict[str, Any] = {"code": "new", "kind": ["before"], "days": "30"}
REFUSED: list[tuple[str, dict[str, Any], str]] = [
    (STEP, {}, "Enter a code"),
    (STEP, {**GOOD, "code": "before 30"}, "A step's code has letters, digits and underscores"),
    (STEP, {**GOOD, "code": "x" * 61}, "Code must be 60 characters or fewer"),
    (STEP, {**GOOD, "kind": []}, "Select from when the days are counted"),
    (STEP, {**GOOD, "kind": ["someday"]}, "Select from when the days are counted"),
    (STEP, {**GOOD, "days": ""}, "Enter the days"),
    (STEP, {**GOOD, "days": "-1"}, "Days must be a whole number"),
    (STEP, {**GOOD, "days": "1.5"}, "Days must be a whole number"),
    (STEP, {**GOOD, "days": "366"}, "Days must be between 0 and 365"),
    (STEP, {**GOOD, "kind": ["overdue"], "days": "0"}, "enter 1 or more"),
    (STEP, {**GOOD, "to": ["everybody"]}, "Select who is told"),
    (STEP, {**GOOD, "to": ["manager"]}, "Managers and heads of service are told of what is overdue"),
    (STEP, {**GOOD, "requirement": "NOPE"}, "Choose the duty from the list"),
    (
        STEP,
        {**GOOD, "days": "60"},
        'Reminder step "before_60" says the same to the same people on the same day',
    ),
    (STEP, {**GOOD, "days": "60", "requirement": AWARE}, "says the same to the same people"),
    (STEP, {**GOOD, "code": "before_60"}, "The rule book has this already"),
    (
        STEP,
        {**GOOD, "code": "before_60", "kind": ["overdue"]},
        "a step with this code that says something else",
    ),
    (STEP, {**GOOD, **day_fields("effective", date(2026, 1, 1))}, "The day must be today or in the future"),
    (TERMS, {"from_hour": "18"}, "The end hour must be later than the start hour"),
    (TERMS, {"from_hour": "", "to_hour": "25"}, "Enter the start hour"),
    (TERMS, {"to_hour": "25"}, "End hour must be between 0 and 24"),
    (TERMS, {"from_hour": "8:30"}, "Start hour must be a whole number"),
    (TERMS, {"most_a_day": "0"}, "Messages must be between 1 and 20"),
    (TERMS, {"digest_weekday": ["sun"]}, "Select when managers are told"),
    (TERMS, {"from_hour": "7"}, "The rule book has this already"),
]


def test_what_cannot_be_is_refused_and_what_was_typed_stays(sign_in: SignIn, session: Session) -> None:
    record(session, BEFORE_60, WEDNESDAY)
    client, before = sign_in("learning"), book_now(session)
    for address, typed, wanted in REFUSED:
        answer = put(client, address, **typed)
        assert answer.status_code == 422, (address, typed)
        assert any(wanted in message for message in messages(answer)), (typed, messages(answer))
        for name, value in typed.items():
            kept = read(answer).select_one(f"input[type=text][name='{name}']")
            assert kept is None or str(kept["value"]) == str(value)
    assert "You have no draft" in text_of_page(client, DRAFT)
    assert book_now(session) == before


@pytest.mark.parametrize("reader", ["staff", "coordinator", "auditor"])
def test_who_may_not_change_reminders_is_offered_nothing_to_change(
    sign_in: SignIn, session: Session, reader: str
) -> None:
    record(session, BEFORE_60)
    client = sign_in(reader)
    assert not client.page(REMINDERS).select("main a[href*='edit']")
    assert (client.get(STEP).status_code, client.get(TERMS).status_code) == (403, 403)


def test_a_draft_of_reminders_alone_asks_who_would_be_written_to_and_lists_them(
    sign_in: SignIn, session: Session, borough: Borough, foreseen: Asked
) -> None:
    foreseen.people = tuple(session.scalars(select(PersonRow.id).order_by(PersonRow.id).limit(3)))
    session.rollback()
    client = sign_in("learning")
    put_well(client, STEP, **GOOD)
    (asked,) = foreseen.asked
    before, after, effects, day = asked
    assert (before.reminder_steps, effects, day) == ((), 0, clock.today())
    assert [step.code for step in after.reminder_steps] == ["new"]
    link = client.page(DRAFT).select_one("a[href*='show=written_to']")
    assert link is not None
    assert link.get_text(strip=True) == "3"
    address = str(link["href"])
    assert len(client.page(address).select("tbody th a")) == 3
    assert (
        len(client.get(address.replace("/people?", "/people.csv?")).get_data(as_text=True).splitlines()) == 4
    )


def test_where_nobody_foresees_reminders_those_are_named_who_come_to_owe_something(
    sign_in: SignIn, session: Session, foreseen: Asked
) -> None:
    letters.asked_by(letters._NewlyOwing())
    client = sign_in("learning")
    put_well(client, STEP, **GOOD)
    assert not client.page(DRAFT).select("a[href*='show=written_to']")
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), validity_months="1")
    assert client.page(DRAFT).select("a[href*='show=written_to']")


def test_numbers_worked_out_under_other_reminder_steps_are_worked_out_again(
    sign_in: SignIn, session: Session, foreseen: Asked
) -> None:
    client = sign_in("learning")
    put_well(client, STEP, **GOOD)
    assert "Worked out at" in text_of_page(client, DRAFT)
    record(session, MANAGER_1)
    text = text_of_page(client, DRAFT)
    assert "carried over" in text
    assert "not been worked out yet" in text
    press(client, "Work it out")
    press(client, "Save these changes")
    assert {step.code for step in steps_now(session)} == {"new", "manager_1"}


def test_many_people_on_record_leave_a_draft_of_reminders_to_a_process_of_its_own(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch, foreseen: Asked
) -> None:
    started: list[tuple[str, str]] = []
    monkeypatch.setattr(working, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(launching, "launch", lambda *asked: started.append(asked))
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/requirements/{AWARE}", "%"), percent_hundredths="75")
    assert started == []
    put_well(client, STEP, **GOOD)
    assert len(started) == 1
    assert "is being worked out" in text_of_page(client, DRAFT)


def test_a_draft_kept_from_before_there_were_reminders_is_carried_over_and_ends_none(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/requirements/{AWARE}", "%"), percent_hundredths="75")
    kept = session.execute(select(RuleDraftRow.base, RuleDraftRow.wanted)).one()
    assert "reminder" not in kept.base + kept.wanted
    with transaction(session):
        # As a result was kept, of a change that was marked in another way.
        session.execute(update(RuleDraftRow).values(result_of="0" * 64))
    record(session, BEFORE_60, WEDNESDAY)
    text = text_of_page(client, DRAFT)
    assert "carried over" in text
    assert "Reminder" not in text.partition("What it would do")[0]
    press(client, "Work it out")
    press(client, "Save these changes")
    book = book_now(session)
    assert (book.reminder_steps, book.reminder_terms) == ((BEFORE_60,), (WEDNESDAY,))
