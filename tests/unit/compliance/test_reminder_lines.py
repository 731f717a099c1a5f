"""Reminder steps and terms as lines of the rule book: in a file, as a change, and in words."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from compliance.domain.change import book_of, change, concerned, key, lines_of, reminder_lines
from compliance.domain.drafting import added, changed, ended
from compliance.domain.requirement import ReminderStep, ReminderTerms, RuleBook, StepKind, StepTo, Weekday
from compliance.programme.reading import read_programme
from compliance.programme.reminding import STEP_DAYS_MOST
from compliance.programme.saying import in_order, said
from compliance.programme.words import notes, step_words
from compliance.programme.writing import write_programme
from foundation.dates import FAR_DAY
from foundation.errors import DomainError
from tests.unit.compliance.programme_example import EXAMPLE

PREVENT = Path(__file__).resolve().parents[3] / "compliance" / "programmes" / "prevent.toml"
APRIL, BEFORE = date(2026, 4, 1), date(2026, 3, 31)
STEP = ReminderStep("before_60", "before", 60)
OWN = ReminderStep("before_60", "before", 90, requirement="AWARE")
TERMS = ReminderTerms(9, 17, 1, "wed")
BOOK = book_of([*lines_of(read_programme(EXAMPLE).book), STEP, OWN, TERMS])


def step(code: str = "a", kind: str = "before", days: object = 60, more: str = "") -> str:
    """A step as a file writes it."""
    return f'\n[[reminder_steps]]\ncode = "{code}"\nkind = "{kind}"\ndays = {days}\n{more}\n'


def terms(more: str = "") -> str:
    return f"\n[[reminder_terms]]\n{more}\n"


def problems_of(more: str) -> list[str]:
    with pytest.raises(DomainError) as caught:
        read_programme(EXAMPLE + more, "p.toml")
    return [str(problem) for problem in caught.value.problems]


def test_every_value_of_a_step_and_of_the_terms_is_read_and_what_is_left_out_has_its_default() -> None:
    text = step(
        "head_30", "overdue", 30, 'to = "head_of_service"\nrequirement = "AWARE"\nlast_day = 2026-03-31'
    )
    text += step() + terms(
        'from_hour = 0\nto_hour = 24\nmost_a_day = 20\ndigest_weekday = "fri"\nlast_day = 2026-03-31'
    )
    text += terms("first_day = 2026-04-01")
    book = read_programme(EXAMPLE + text).book
    assert set(book.reminder_steps) == {
        ReminderStep("head_30", "overdue", 30, "head_of_service", "AWARE", last_day=BEFORE),
        ReminderStep("a", "before", 60, "person", "*"),
    }
    assert book.reminder_terms == (
        ReminderTerms(0, 24, 20, "fri", last_day=BEFORE),
        ReminderTerms(8, 18, 2, "mon", APRIL),
    )


def test_the_shipped_programme_has_the_steps_of_the_plan_and_the_terms_that_hold_anyway() -> None:
    book = read_programme(PREVENT.read_text(encoding="utf-8")).book
    assert [(one.code, one.kind, one.days, one.to) for one in in_order(book.reminder_steps)] == [
        ("welcome", "welcome", 0, "person"),
        ("before_60", "before", 60, "person"),
        ("before_30", "before", 30, "person"),
        ("before_7", "before", 7, "person"),
        ("before_0", "before", 0, "person"),
        ("overdue_1", "overdue", 1, "person"),
        ("manager_1", "overdue", 1, "manager"),
        ("overdue_14", "overdue", 14, "person"),
        ("overdue_30", "overdue", 30, "person"),
        ("head_30", "overdue", 30, "head_of_service"),
    ]
    assert {one.requirement for one in book.reminder_steps} == {"*"}
    assert book.reminder_terms == (ReminderTerms(),)


@pytest.mark.parametrize(
    "text, column, message",
    [
        (step(code=""), "code", "This is empty. Give some text."),
        (step(code="before 60"), "code", '"before 60" cannot be the code of a step. A step\'s code has letters'),
        (step(code="é"), "code", "letters, digits and underscores"),
        (step(code="x" * 61), "code", "This has 61 characters. 60 is the most."),
        (step(kind="befor"), "kind", '"befor" is not a kind. Did you mean "before"? Allowed are: welcome'),
        (step(days=366), "days", "366 is out of range. Give whole days from 0 to 365."),
        (step(days=-1), "days", "-1 is out of range. Give whole days from 0 to 365."),
        (step(days=1.5), "days", "1.5 is not a whole number. Give whole days from 0 to 365."),
        (step(days='"abc"'), "days", '"abc" is not a whole number: take the quotes away.'),
        (step(kind="overdue", days=0), "days", "0 is out of range. Give whole days from 1 to 365."),
        ('\n[[reminder_steps]]\ncode = "a"\nkind = "before"\n', "days", "The days are missing. Add for example"),
        ('\n[[reminder_steps]]\ncode = "a"\ndays = 1\n', "kind", "The kind is missing. Allowed are: welcome, before"),
        (step(more='to = "boss"'), "to", '"boss" is not a recipient. Allowed are: person, manager, head_of_service.'),
        (step(more='to = "manager"'), "to", "Managers and heads of service are told of what is overdue, and of"),
        (step(kind="welcome", more='to = "head_of_service"'), "to", 'Write kind = "overdue", or to = "person".'),
        (step(more='requirement = "AWRE"'), "requirement", 'no requirement "AWRE" in this file. Did you mean "AWARE"?'),
        (step(more='requirement = "OTHER"'), "requirement", "Leave the line out for every duty."),
        (step(more='requirement = ""'), "requirement", "This is empty. Name what is meant, or leave the line out."),
        (step(more='requirement = "LEAD"'), "requirement", '"LEAD" is only a measure: nobody is asked to do it'),
        (step(more="weeks = 1"), "weeks", '"weeks" is not known here.'),
        (step() + step(days=30), "code", "is already on line 66 for some of the same days."),
        (step() + step("b"), "days", 'Reminder step "a" says the same to the same people on the same day.'),
        (step() + step("b", more='requirement = "AWARE"'), "days", "Give each number of days once."),
        (terms("from_hour = 25"), "from_hour", "25 is out of range. Give whole hours from 0 to 24."),
        (terms("to_hour = -1"), "to_hour", "-1 is out of range. Give whole hours from 0 to 24."),
        (terms("from_hour = 18"), "to_hour", "No reminder could leave: to_hour, 18, must be later than from_hour, 18."),
        (terms("from_hour = 9.30"), "from_hour", "9.30 is not a whole number."),
        (terms("most_a_day = 0"), "most_a_day", "0 is out of range. Give whole messages from 1 to 20."),
        (terms('digest_weekday = "sat"'), "digest_weekday", "is not a working day. Allowed are: mon, tue"),
        (terms() + terms("to_hour = 17"), "first_day", "The set of reminder terms is already on line 66 for some"),
        ("\n[reminder_terms]\nto_hour = 17\n", "reminder_terms", "Write [[reminder_terms]], with two pairs"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_step_or_with_the_terms_is_said_with_its_key(
    text: str, column: str, message: str
) -> None:
    found = [problem for problem in problems_of(text) if problem.split(": ")[1] == column]
    assert len(found) == 1, problems_of(text)
    assert message in found[0]


@pytest.mark.parametrize(
    "text",
    [
        step(more="last_day = 2026-03-31") + step("b", more="first_day = 2026-04-01"),
        step(more='requirement = "AWARE"') + step("b", days=30),
        step() + step("b", "overdue"),
        step("a", "overdue") + step("b", "overdue", more='to = "manager"'),
        step() + step("a", days=90, more='requirement = "AWARE"') + step("b", more='requirement = "AWARE"'),
    ],
    ids=["other days", "another duty", "after and before", "another recipient", "in place of that for all"],
)
def test_steps_that_never_say_the_same_to_the_same_people_are_taken(text: str) -> None:
    assert len(read_programme(EXAMPLE + text).book.reminder_steps) == text.count("[[")


def test_a_step_in_place_of_that_for_all_on_some_days_leaves_the_others() -> None:
    text = step() + step("a", days=90, more='requirement = "AWARE"\nlast_day = 2026-03-31')
    (problem,) = problems_of(text + step("b", more='requirement = "AWARE"'))
    assert "says the same" in problem


def test_the_key_of_a_step_is_its_code_and_its_duty_and_of_the_terms_their_kind() -> None:
    assert key(STEP) == ("reminder step", "before_60", "*")
    assert key(OWN) == ("reminder step", "before_60", "AWARE")
    assert key(TERMS) == ("reminder terms",)


def test_a_rule_book_with_reminders_is_written_and_read_again_the_same() -> None:
    text = write_programme(BOOK)
    assert read_programme(text).book == BOOK
    assert (
        text.index("[[requirements]]") < text.index("[[reminder_steps]]") < text.index("[[reminder_terms]]")
    )
    assert 'to = "person"' in text
    assert text.count("requirement = ") == 1


def test_terms_as_they_hold_anyway_are_written_out_for_people_to_see() -> None:
    text = write_programme(book_of([ReminderTerms()]))
    assert 'from_hour = 8\nto_hour = 18\nmost_a_day = 2\ndigest_weekday = "mon"' in text


def test_a_step_for_what_is_no_duty_on_any_day_is_not_written() -> None:
    orphan = replace(OWN, requirement="GONE")
    assert read_programme(write_programme(book_of([*lines_of(BOOK), orphan]))).book == BOOK


def test_another_number_of_days_ends_the_step_and_begins_it_anew() -> None:
    found = change(BOOK, changed(BOOK, STEP, replace(STEP, days=45), APRIL), APRIL)
    assert found.ended == (STEP,)
    assert found.kept == (replace(STEP, last_day=BEFORE),)
    assert found.added == (replace(STEP, days=45, first_day=APRIL),)
    assert [note.text for note in notes(found)] == [
        'Reminder step "before_60": days 45 instead of 60, from 1 April 2026'
    ]


def test_a_file_without_reminders_ends_those_of_the_record() -> None:
    found = change(BOOK, read_programme(EXAMPLE).book, APRIL)
    assert reminder_lines(found.after) == {replace(line, last_day=BEFORE) for line in (STEP, OWN, TERMS)}
    assert [note.text for note in notes(found)] == [
        'Reminder step "before_60" ends before 1 April 2026',
        'Reminder step "before_60" for requirement "AWARE" ends before 1 April 2026',
        "The set of reminder terms ends before 1 April 2026",
    ]


def test_reminders_move_nobody_s_timeline() -> None:
    without = read_programme(EXAMPLE).book
    assert not concerned(BOOK, without)
    assert not concerned(without, BOOK)


def test_new_steps_and_terms_are_told_in_a_sentence() -> None:
    told = {note.code: note.text for note in notes(change(RuleBook(), book_of([STEP, TERMS]), APRIL))}
    assert told == {
        "reminders": "The set of reminder terms: from 9:00 to 17:00 on working days, at most 1 message a person "
        "and day, managers on Wednesday"
    }
    found = [note.text for note in notes(change(RuleBook(), book_of([STEP, OWN]), APRIL))]
    assert found == [
        'Reminder step "before_60": 60 days before the last day, to the person',
        'Reminder step "before_60" for requirement "AWARE": 90 days before the last day, to the person',
    ]


def test_a_change_of_the_terms_is_told_field_by_field() -> None:
    new = ReminderTerms(8, 18, 3, "mon")
    (note,) = notes(change(BOOK, changed(BOOK, TERMS, new, APRIL), APRIL))
    assert note.text == (
        "The set of reminder terms: start hour 8:00 instead of 9:00, end hour 18:00 instead of 17:00, "
        "messages a person and day at most 3 instead of 1, managers' day Monday instead of Wednesday, from 1 April 2026"
    )
    assert note.about == ("reminder terms",)


@pytest.mark.parametrize("kind", list(StepKind))
@pytest.mark.parametrize("to", list(StepTo))
@pytest.mark.parametrize("days", [0, 1, STEP_DAYS_MOST])
def test_every_step_has_its_words(kind: str, to: str, days: int) -> None:
    words = step_words(ReminderStep("x", kind, days, to))
    assert words.endswith(("to the person", "to the manager", "to the head of service"))
    assert ("1 day " in words) == (days == 1)


def test_a_page_says_a_step_with_the_title_of_its_duty() -> None:
    assert said(BOOK, OWN) == (
        "before_60: 90 days before the last day, to the person, about Prevent awareness for front-line staff"
    )
    assert said(BOOK, STEP) == "before_60: 60 days before the last day, to the person, about every duty"
    for weekday in Weekday:
        assert said(BOOK, replace(TERMS, digest_weekday=weekday)).endswith("day")


def test_a_step_for_one_duty_stands_beside_that_for_all_and_is_not_added_twice() -> None:
    book = RuleBook(reminder_steps=(STEP,))
    there = added(book, OWN, APRIL)
    assert set(there.reminder_steps) == {STEP, replace(OWN, first_day=APRIL)}
    for again in (STEP, replace(OWN, days=10)):
        with pytest.raises(DomainError, match="has this already"):
            added(there, again, APRIL)


def test_the_terms_are_ended_and_set_anew() -> None:
    book = ended(BOOK, TERMS, APRIL)
    assert book.reminder_terms == (replace(TERMS, last_day=BEFORE),)
    new = ReminderTerms(7, 12)
    assert added(book, new, APRIL).reminder_terms[-1] == replace(new, first_day=APRIL, last_day=FAR_DAY)
    with pytest.raises(DomainError, match="has this already"):
        added(BOOK, new, APRIL)
