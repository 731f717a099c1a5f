"""Reminder steps and terms as forms."""

from collections.abc import Mapping
from datetime import date
from typing import ClassVar

from wtforms import Field, RadioField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from compliance.domain.change import Line
from compliance.domain.requirement import (
    EVERYONE,
    Kind,
    ReminderStep,
    ReminderTerms,
    RuleBook,
    StepKind,
    StepTo,
    Weekday,
)
from compliance.forms.rule_book.parts import (
    Choices,
    LineForm,
    at_most,
    known_number,
    needed,
    number,
    offered,
    trimmed,
    whole,
)
from compliance.programme.reminding import (
    CODE_WANTED,
    HOURS,
    MOST_A_DAY,
    OVERDUE_ALONE,
    STEP_DAYS_MOST,
    is_step_code,
    least_days,
)
from compliance.programme.saying import requirement_words
from compliance.programme.table import CODE_LENGTH
from compliance.programme.words import WEEKDAY_WORDS
from people.forms.typed_day import TypedDay

KIND_LABELS = {
    StepKind.WELCOME: "After the day it is first required, for those who do not hold it yet",
    StepKind.BEFORE: "Before the last day: the end of what is valid, or the day by which it is due",
    StepKind.OVERDUE: "After the last day, for those who are overdue",
}
TO_LABELS = {
    StepTo.PERSON: "The person",
    StepTo.MANAGER: "Their manager, once a week for the whole team",
    StepTo.HEAD_OF_SERVICE: "Their manager's manager, once a week for all of their teams",
}
_PLAIN = ReminderTerms()


class ReminderStepForm(LineForm):
    """A step: when somebody is told about a duty, and who. Another kind of step is another step, with its own code."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "code": "Letters, digits and underscores, like before_60. It cannot be changed later: whoever was told by a "
        "step is not told by it again",
        "days": "0 is the day itself",
        "requirement": "A step for one duty takes the place of the step with the same code for every duty",
    }
    ONLY_NEW = frozenset({"code", "kind", "to", "requirement"})
    NARROW = frozenset({"days"})

    code = StringField("Code", [needed("Enter a code"), at_most("Code", CODE_LENGTH)], filters=[trimmed])
    kind = RadioField(
        "From when the days are counted",
        choices=[SelectChoice(kind.value, KIND_LABELS[kind]) for kind in StepKind],
        validators=[AnyOf(list(StepKind), message="Select from when the days are counted")],
        validate_choice=False,
    )
    days = StringField("Days", [needed("Enter the days"), whole("Days", 0, STEP_DAYS_MOST)])
    to = RadioField(
        "Who is told",
        choices=[SelectChoice(to.value, TO_LABELS[to]) for to in StepTo],
        default=StepTo.PERSON.value,
        validators=[AnyOf(list(StepTo), message="Select who is told")],
        validate_choice=False,
    )
    requirement = SelectField("Which duty", validate_choice=False)

    _book: RuleBook = RuleBook()

    def offer(self, choices: Choices) -> None:
        self._book = choices.book
        duties = {line.code for line in choices.book.requirements if line.kind == Kind.DUTY}
        titles = sorted((requirement_words(choices.book, code), code) for code in duties)
        self.requirement.choices = [
            SelectChoice(EVERYONE, "Every duty"),
            *(SelectChoice(code, title) for title, code in titles),
        ]

    def validate_code(self, field: Field) -> None:
        """The code of a step."""
        if field.data and not is_step_code(str(field.data)):
            raise ValidationError(CODE_WANTED.removesuffix("."))

    def validate_requirement(self, field: Field) -> None:
        """A duty of the list."""
        if field.data not in offered(self.requirement):
            raise ValidationError("Choose the duty from the list")

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        kind = str(self.kind.data if "kind" in self else self.known.kind)
        typed = number(self.days) if not self.days.errors else None
        if typed is not None and typed < least_days(kind):
            self.days.errors = ["Overdue begins on the day after the last day: enter 1 or more"]
        if "code" not in self:
            return
        if (
            not self.to.errors
            and self.to.data != StepTo.PERSON
            and kind in (StepKind.WELCOME, StepKind.BEFORE)
        ):
            self.to.errors = [OVERDUE_ALONE.removesuffix(".")]
        same = [step for step in self._book.reminder_steps if step.code == self.code.data]
        if any((step.kind, step.to) != (kind, self.to.data) for step in same):
            self.code.errors = [
                "There is a step with this code that says something else. Choose another code"
            ]

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        if "code" not in self:
            return ReminderStep("", "", known_number(self.days))
        return ReminderStep(
            str(self.code.data),
            str(self.kind.data),
            known_number(self.days),
            str(self.to.data),
            str(self.requirement.data),
        )


def _hour(label: str, noun: str, default: int) -> StringField:
    return StringField(label, [needed(f"Enter {noun}"), whole(label, 0, HOURS)], default=str(default))


class ReminderTermsForm(LineForm):
    """In which hours reminders leave, how many a person may get on a day, and when managers get theirs."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "from_hour": "Reminders leave from this hour on, like 8 for 8 in the morning",
        "to_hour": "From this hour on nothing leaves, like 18 for 6 in the evening",
        "digest_weekday": "On a bank holiday theirs leave on the next working day",
    }
    NARROW = frozenset({"from_hour", "to_hour", "most_a_day"})

    from_hour = _hour("Start hour", "the start hour", _PLAIN.from_hour)
    to_hour = _hour("End hour", "the end hour", _PLAIN.to_hour)
    most_a_day = StringField(
        "Messages to a person on one day, at most",
        [needed("Enter how many messages"), whole("Messages", 1, MOST_A_DAY)],
        default=str(_PLAIN.most_a_day),
    )
    digest_weekday = RadioField(
        "When managers are told",
        choices=[SelectChoice(day.value, WEEKDAY_WORDS[day]) for day in Weekday],
        default=str(_PLAIN.digest_weekday),
        validators=[AnyOf(list(Weekday), message="Select when managers are told")],
        validate_choice=False,
    )

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        if self.from_hour.errors or self.to_hour.errors:
            return
        if known_number(self.to_hour) <= known_number(self.from_hour):
            self.to_hour.errors = ["The end hour must be later than the start hour"]

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return ReminderTerms(
            known_number(self.from_hour),
            known_number(self.to_hour),
            known_number(self.most_a_day),
            str(self.digest_weekday.data),
        )
