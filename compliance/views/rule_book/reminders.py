"""Reminders in the rule book: who is told when, in which hours and how often; and the forms that change that."""

from compliance.domain.requirement import ReminderStep, ReminderTerms
from compliance.forms.rule_book.reminding import ReminderStepForm, ReminderTermsForm
from compliance.programme.saying import in_order
from compliance.programme.words import WEEKDAY_WORDS
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.edit import LEARNING, Kind, Page, edit_page
from compliance.views.rule_book.entries import Rows, entry_page, reader_of_today
from compliance.views.rule_book.reading import Group, holding_on, is_of_reminders, later_changes
from foundation.formats import count_noun
from people import auth

LISTED = "compliance.rule_reminders"
STEP = Kind(ReminderStep, ReminderStepForm, "reminder step", page=LISTED)
TERMS = Kind(ReminderTerms, ReminderTermsForm, "set of reminder terms", page=LISTED)


@blueprint.get("/rules/reminders")
@auth.signed_in
def rule_reminders() -> str:
    """When somebody is told about a duty and who; what holds of all reminders; and how that came about."""
    book, reader = reader_of_today()
    steps, terms = book.reminder_steps, book.reminder_terms
    may_add_terms = not holding_on(terms, reader.day)
    groups = [
        Group(
            "steps",
            "Reminder steps",
            reader.shown(book, in_order(steps), as_given=True),
            "There is no step, so nobody is reminded of anything.",
            reader.add(ReminderStep),
            "Add a reminder step",
        ),
        Group(
            "terms",
            "Reminder terms",
            reader.shown(book, terms),
            "Nothing else was set: what stands above holds, with which the service comes.",
            reader.add(ReminderTerms) if may_add_terms else "",
            "Set other reminder terms",
        ),
    ]
    found = [line for line in holding_on(terms, reader.day) if isinstance(line, ReminderTerms)]
    rows = _rows(found[0] if found else ReminderTerms(), len(holding_on(steps, reader.day)))
    return entry_page(
        reader,
        "Who is reminded when",
        "",
        "Rule book",
        rows,
        groups,
        later_changes(book, reader.day, is_of_reminders),
    )


def _rows(terms: ReminderTerms, steps: int) -> Rows:
    """What holds of all reminders today."""
    weekday = WEEKDAY_WORDS[terms.digest_weekday]  # type: ignore[index]  # a StrEnum's value is its member
    most = count_noun(terms.most_a_day, "message", "messages")
    return [
        ("Steps in force", f"{steps}" if steps else "No step: nobody is reminded"),
        ("Hours", f"From {terms.from_hour}:00 to {terms.to_hour}:00"),
        ("Days", "Monday to Friday, but not on bank holidays of England"),
        ("To one person on one day", f"At most {most}. What falls on the same day stands in one message"),
        ("Managers and their managers", f"One message a week, on {weekday} or the next working day"),
    ]


@blueprint.route("/rules/edit/reminder-step", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_reminder_step() -> Page:
    """Add, change or end a reminder step."""
    return edit_page(STEP)


@blueprint.route("/rules/edit/reminder-terms", methods=["GET", "POST"])
@auth.only_for(LEARNING)
def rule_edit_reminder_terms() -> Page:
    """Set, change or end the terms of reminders."""
    return edit_page(TERMS)
