"""Declaring a number of people without names: what is typed, and the words for what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wtforms import IntegerField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange

from compliance.domain.headcount import Declared, DeclaredKind
from compliance.services.declared import MOST_PEOPLE, Telling
from foundation.dates import FIRST_DAY, Period
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day

FIRST, LAST = "first", "last"
LONGEST = 200
NOT_A_NUMBER = f"How many people must be a number between 0 and {MOST_PEOPLE:,}"
SECTOR = "sector:"
"""Before the key of a sector, in the choice that holds organisations and whole sectors."""

KIND_WORDS = {
    DeclaredKind.PERIOD: "People trained from a day to a day",
    DeclaredKind.STARTING: "A starting number: people trained before this service was used",
}


class WholeNumberField(IntegerField):
    """A whole number as people write it: with or without commas and blanks between the thousands."""

    def process_formdata(self, valuelist: list[str]) -> None:
        try:
            super().process_formdata([value.replace(",", "").replace(" ", "") for value in valuelist])
        except ValueError:
            raise ValueError(NOT_A_NUMBER) from None


class DeclareForm(OnceForm):
    """A number. The days are beside it (`typed_days`)."""

    kind = RadioField(
        "What kind of number is it?",
        choices=[SelectChoice(kind.value, words) for kind, words in KIND_WORDS.items()],
        default=DeclaredKind.PERIOD.value,
        validate_choice=False,
    )
    who = SelectField("Whose people were trained?", validate_choice=False)
    course = SelectField("Course", validate_choice=False)
    people = WholeNumberField(
        "How many different people",
        [
            InputRequired("Enter how many people were trained"),
            NumberRange(0, MOST_PEOPLE, NOT_A_NUMBER),
        ],
    )
    declared_by = StringField(
        "Who gave you this number",
        [
            DataRequired("Enter who gave you this number"),
            Length(max=LONGEST, message=f"Who gave you this number must be {LONGEST} characters or fewer"),
        ],
        filters=[one_line],
    )
    source = StringField(
        "Where it comes from (optional)",
        [Length(max=LONGEST, message=f"Where it comes from must be {LONGEST} characters or fewer")],
        filters=[one_line],
    )

    def offer(self, who: Sequence[tuple[str, str]], courses: Sequence[tuple[str, str]]) -> None:
        """Give the organisations and sectors, and the courses, to choose from."""
        self.who.choices = [("", "Choose an organisation or sector"), *who] if len(who) > 1 else list(who)
        self.course.choices = [("", "Choose a course"), *courses]

    def fill(self, declared: Declared) -> None:
        """Show what stands."""
        own = declared.organisation_id
        self.kind.data = declared.kind.value
        self.who.data = f"{SECTOR}{declared.sector}" if own is None else str(own)
        self.course.data = declared.course
        self.people.data = declared.people
        self.declared_by.data = declared.declared_by
        self.source.data = declared.source

    def choices_hold(self) -> bool:
        """Whether what was chosen was offered; says so beside each that was not."""
        for bound, words in (
            (self.kind, "Select what kind of number it is"),
            (self.who, "Choose whose people were trained"),
            (self.course, "Choose a course"),
        ):
            offered = {choice[0] if isinstance(choice, tuple) else choice.value for choice in bound.choices}
            if not bound.data or bound.data not in offered:
                bound.errors = [words]
        return not (self.kind.errors or self.who.errors or self.course.errors)

    @property
    def is_starting(self) -> bool:
        return bool(self.kind.data == DeclaredKind.STARTING.value)

    def telling(self, days: Period) -> Telling:
        """What was declared."""
        who = str(self.who.data)
        return Telling(
            kind=DeclaredKind(self.kind.data),
            organisation_id=None if who.startswith(SECTOR) else int(who),
            sector=who.removeprefix(SECTOR) if who.startswith(SECTOR) else "",
            course=str(self.course.data),
            days=days,
            people=int(self.people.data),
            declared_by=str(self.declared_by.data),
            source=str(self.source.data or ""),
        )


class WithdrawForm(OnceForm):
    """The number is to be taken out of the record."""


@dataclass(frozen=True, slots=True)
class TypedDays:
    """First and last day as typed. A starting number has no first day: it is of everything before."""

    first: TypedDay
    last: TypedDay

    @property
    def lines(self) -> list[tuple[str, str]]:
        """What is wrong, for the error summary."""
        return [(one.error, one.first_wrong or "") for one in (self.first, self.last) if one.error]

    @property
    def period(self) -> Period | None:
        """The days, where both are right."""
        if self.first.value is None or self.last.value is None:
            return None
        return Period(self.first.value, self.last.value)


def shown_days(days: Period) -> TypedDays:
    """Days as they stand."""
    first = empty(FIRST) if days.first == FIRST_DAY else shown_day(FIRST, days.first)
    return TypedDays(first, shown_day(LAST, days.last))


def empty(name: str) -> TypedDay:
    """Empty boxes."""
    return TypedDay(name, "", "", "")


def typed_days(typed: Mapping[str, Any], today: date, *, starting: bool) -> TypedDays:
    """The days of a number: both past or today, the last not before the first."""
    last = _asked(LAST, "Last day", typed, today)
    if starting:
        return TypedDays(replace(empty(FIRST), value=FIRST_DAY), last)
    first = _asked(FIRST, "First day", typed, today)
    if first.value is not None and last.value is not None and last.value < first.value:
        last = _wrong(last, "Last day must be the same as or after the first day")
    return TypedDays(first, last)


def _asked(name: str, label: str, typed: Mapping[str, Any], today: date) -> TypedDay:
    if not any(typed.get(key, "").strip() for key in (name, *(f"{name}-{part}" for part in PARTS))):
        return TypedDay(name, "", "", "", error=f"Enter the {label.lower()}", wrong=PARTS)
    found = typed_day(name, label, typed, date.min)
    if found.value is not None and found.value > today:
        return _wrong(found, f"{label} must be today or in the past")
    return found


def _wrong(found: TypedDay, error: str) -> TypedDay:
    return replace(found, value=None, error=error, wrong=PARTS)
