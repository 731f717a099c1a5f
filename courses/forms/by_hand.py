"""The forms about somebody's completions: the course and what is said of it, how it is known, why it is put right."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from wtforms import RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from courses.domain import Course, Evidence, Told
from courses.services.telling import refuse_day
from foundation.tables import text_cell
from people.forms.details import one_line
from people.forms.records.base import LONGEST_REASON, Day, RecordForm, cell, filled, longest, read_day

COMPLETED, REVOKED = "completed_on", "revoked_on"
DATE_COMPLETED, COUNTS_NO_MORE = "Date completed", "Day from which it no longer counts"
ONLY_WITH_A_DAY = "Only where it no longer counts from a day on"
LONGEST = 200
MISTAKE, FROM_DAY = "mistake", "from_day"
HOW_KNOWN = {
    Evidence.VERIFIED: "I have seen a certificate or a signed register",
    Evidence.AWAITING: "Somebody still has to check it",
}
HOW_TAKEN_BACK = {
    MISTAKE: "It is a mistake: it was not completed",
    FROM_DAY: "It was completed, and no longer counts from a day on",
}


class CompletionForm(RecordForm):
    """Which course, who ran it and the number of the certificate; the day is beside the form."""

    course = SelectField("Course", validate_choice=False)
    provider = StringField("Who ran it (optional)", [longest("Who ran it", LONGEST), cell(text_cell)])
    reference = StringField(
        "Certificate number (optional)", [longest("Certificate number", LONGEST), cell(text_cell)]
    )

    def offer(self, courses: Sequence[Course]) -> None:
        """Give the courses to choose from."""
        self.course.choices = [
            ("", "Choose a course"),
            *((one.code, one.title or one.code) for one in courses),
        ]

    def is_known_course(self) -> bool:
        """Whether a course of the list was chosen; the form says so where none was."""
        known = bool(self.course.data) and self.course.data in dict(self.course.choices)
        if not known:
            self.course.errors = ["Choose the course from the list"]
        return known

    def told(self, day: date) -> Told:
        """What was typed."""
        return Told(str(self.course.data), day, self.provider.data or "", self.reference.data or "")


class AddCompletionForm(CompletionForm):
    """The same, and how it is known."""

    evidence = RadioField(
        "How do you know?",
        choices=[SelectChoice(one.value, words) for one, words in HOW_KNOWN.items()],
        validators=[AnyOf([one.value for one in HOW_KNOWN], message="Select how you know")],
        validate_choice=False,
    )


class CorrectCompletionForm(CompletionForm):
    """The same, and why it is corrected."""

    reason = StringField(
        "Why is it corrected?",
        [filled("Enter why it is corrected"), longest("The reason", LONGEST_REASON)],
        filters=[one_line],
    )


class VoidCompletionForm(RecordForm):
    """Whether it never was, or counts no more from a day on, and why."""

    how = RadioField(
        "What is wrong with it?",
        choices=[SelectChoice(how, words) for how, words in HOW_TAKEN_BACK.items()],
        validators=[AnyOf(list(HOW_TAKEN_BACK), message="Select what is wrong with it")],
        validate_choice=False,
    )
    reason = StringField(
        "Why?",
        [filled("Enter why"), longest("The reason", LONGEST_REASON)],
        filters=[one_line],
    )


def completed_day(typed: Mapping[str, str], today: date) -> Day:
    """The day of completion as typed: not in the future, and not longer ago than a completion may be."""
    day = read_day(COMPLETED, DATE_COMPLETED, "", typed, today)
    problem = refuse_day(day.value, today) if day.value else ""
    return day.wrong(f"Date completed {problem}") if problem else day


def revoked_day(typed: Mapping[str, str], today: date, completed_on: date, how: str) -> Day:
    """The day from which it no longer counts; what stands in its boxes is no matter where it is a mistake."""
    day = read_day(REVOKED, COUNTS_NO_MORE, ONLY_WITH_A_DAY, typed, today)
    if how != FROM_DAY:
        return replace(day, typed=replace(day.typed, error=None, wrong=()))
    if day.value is not None and day.value < completed_on:
        return day.wrong(f"{COUNTS_NO_MORE} must be on or after the date completed")
    return day
