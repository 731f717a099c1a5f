"""Whom a change of the rule book would have written to: by the plan itself, and nothing is written."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

from sqlalchemy.orm import Session

from compliance.domain.requirement import Kind, ReminderStep, RoleLink, RuleBook
from compliance.services.rule_drafts.letters import would_be_written_to
from compliance.store.rules import load_rule_book
from tests.borough import AWARE, MEASURE, Borough
from tests.integration.imports.desk import everything
from tests.integration.reminders.steps import MONDAY, STEPS, borough_with_steps, run

TUESDAY = MONDAY + timedelta(days=1)


def foreseen(session: Session, borough: Borough, after: RuleBook) -> list[str]:
    """The first names of those who would be written to on Tuesday."""
    names = {person_id: name for name, person_id in borough.ids.items()}
    before = everything(session)
    found = would_be_written_to(session, after, (), TUESDAY)
    assert everything(session) == before
    return sorted(names[person_id] for person_id in found)


def with_steps(book: RuleBook, steps: Iterable[ReminderStep]) -> RuleBook:
    return replace(book, reminder_steps=tuple(steps))


def test_the_same_rule_book_writes_to_nobody_more(session: Session) -> None:
    borough = borough_with_steps(session)
    assert foreseen(session, borough, load_rule_book(session)) == []


def test_a_step_that_is_new_writes_to_those_whose_turn_it_is(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    book = load_rule_book(session)
    sooner = (*STEPS, ReminderStep("before_29", "before", 29), ReminderStep("overdue_90", "overdue", 90))
    assert foreseen(session, borough, with_steps(book, sooner)) == ["Ola", "Pam", "Pip", "Pol", "Sam", "Uma"]


def test_what_was_sent_today_hides_nobody_who_would_hear_of_the_change(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, TUESDAY)
    sooner = (*STEPS, ReminderStep("before_29", "before", 29), ReminderStep("overdue_90", "overdue", 90))
    book = load_rule_book(session)
    assert "Uma" in foreseen(session, borough, with_steps(book, sooner))


def test_other_days_of_a_step_write_to_nobody_again(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    book = load_rule_book(session)
    other = tuple(replace(step, days=max(1, step.days - 2)) if step.days else step for step in STEPS)
    assert foreseen(session, borough, with_steps(book, other)) == []


def test_managers_count_whom_a_step_would_speak_to(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    book = load_rule_book(session)
    sooner = (*STEPS, ReminderStep("manager_welcome", "before", 30, "manager"))
    assert foreseen(session, borough, with_steps(book, sooner)) == ["Mo"]


def test_who_comes_to_owe_something_would_be_written_to(session: Session) -> None:
    """The measure becomes a duty of everybody."""
    borough = borough_with_steps(session)
    run(session, MONDAY)
    book = load_rule_book(session)
    lines = tuple(
        replace(line, kind=Kind.DUTY, sectors=("council",)) if line.code == MEASURE else line
        for line in book.requirements
    )
    links = (*book.links, RoleLink(MEASURE, "*", 90))
    found = foreseen(session, borough, replace(book, requirements=lines, links=links))
    assert {"Kit", "Uma", "Ola", "Sam"} <= set(found)
    assert {"Bo", "Cy", "Pia"}.isdisjoint(found)


def test_fewer_days_allowed_bring_a_step_nearer(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    book = load_rule_book(session)
    links = tuple(replace(link, days=50) if link.requirement == AWARE else link for link in book.links)
    assert foreseen(session, borough, replace(book, links=links)) == ["Kit"]
