"""Roles by hand and exemptions: what learning and development types, and the words for what is wrong with it.

Each is asked for, shown again with what it would change, and saved only then. What was typed goes from page to page in
hidden fields and never in an address: it names people, and why.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import ClassVar

from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from compliance.services.exemptions import LONGEST_REASON, NewExemption
from foundation.dates import FAR_DAY
from foundation.errors import Problem
from people.forms.once import OnceForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day
from people.services.roles import NewRole

LONGEST_NAME = 200
ALL = "*"
CHECK, CHANGE, SAVE = "check", "change", "save"
BY_DAY, BY_MISTAKE = "by_day", "by_mistake"


def _one_line(typed: str | None) -> str | None:
    return " ".join(typed.split()) if typed else typed


def _trimmed(typed: str | None) -> str | None:
    return typed.strip() if typed else typed


def _approver(label: str = "Approved by") -> StringField:
    return StringField(
        label,
        [
            DataRequired("Enter who approved it"),
            Length(max=LONGEST_NAME, message=f"Approved by must be {LONGEST_NAME} characters or fewer"),
        ],
        filters=[_one_line],
    )


def _reason(label: str, nothing: str, longest: int = LONGEST_REASON) -> TextAreaField:
    return TextAreaField(
        label,
        [
            DataRequired(nothing),
            Length(max=longest, message=f"{label} must be {longest} characters or fewer"),
        ],
        filters=[_trimmed],
    )


@dataclass(frozen=True, slots=True)
class AskedDay:
    """A day that a form asks for. `nothing`: what is said when it is left empty; "" where it may be."""

    name: str
    label: str
    nothing: str = ""


class ExceptionForm(OnceForm):
    """What the forms share: days beside the fields, and the step that the button says."""

    step = HiddenField()
    asks: ClassVar[tuple[AskedDay, ...]] = ()
    days: Mapping[str, TypedDay] = {}

    def show_days(self, values: Mapping[str, date | None]) -> None:
        """Put days into the boxes, before anybody typed."""
        self.days = {
            ask.name: shown_day(ask.name, value) if (value := values.get(ask.name)) else _empty(ask.name)
            for ask in self.asks
        }

    def read_days(self, typed: Mapping[str, str]) -> None:
        """Read the boxes as they were sent."""
        self.days = {ask.name: _read(ask, typed) for ask in self.asks}

    def is_answered(self) -> bool:
        """Whether every answer says something that can be looked at further."""
        good = self.validate()
        return good and not any(day.error for day in self.days.values())

    def refuse(self, problems: Iterable[Problem]) -> None:
        """Say what the rules refuse, each beside its field or day."""
        days = dict(self.days)
        for problem in problems:
            if problem.column in days:
                days[problem.column] = replace(
                    days[problem.column], value=None, error=problem.message, wrong=PARTS
                )
            elif problem.column in self:
                field = self[problem.column]
                field.errors = [*field.errors, problem.message]
            else:
                self.form_errors.append(str(problem))
        self.days = days

    def error_lines(self) -> list[tuple[str, str]]:
        """The errors of the fields, then those of the days."""
        lines = super().error_lines()
        return lines + [
            (day.error, day.first_wrong or "") for day in self.days.values() if day.error is not None
        ]

    def answers(self) -> list[tuple[str, str]]:
        """Every answer as the hidden fields of the next page."""
        kept = {"once", "step", "csrf_token"}
        fields = [(field.name, str(field.data or "")) for field in self if field.short_name not in kept]
        boxes = [(f"{name}-{part}", getattr(day, part)) for name, day in self.days.items() for part in PARTS]
        return [*fields, *boxes]

    def day(self, name: str) -> date | None:
        return self.days[name].value


def _empty(name: str) -> TypedDay:
    return TypedDay(name, "", "", "")


def _read(ask: AskedDay, typed: Mapping[str, str]) -> TypedDay:
    if not any(typed.get(f"{ask.name}-{part}", "").strip() for part in PARTS):
        empty = _empty(ask.name)
        return replace(empty, error=ask.nothing, wrong=PARTS) if ask.nothing else empty
    return typed_day(ask.name, ask.label, typed, date.min)


class GiveRoleForm(ExceptionForm):
    """A role by hand."""

    role = SelectField("Role", [DataRequired("Choose a role of the rule book")], validate_choice=False)
    approved_by = _approver()
    reason = _reason("Why they have this role", "Enter why this person has the role")
    asks = (
        AskedDay("first_day", "First day", "Enter the first day"),
        AskedDay("last_day", "Last day"),
        AskedDay("review_on", "Review date", "Enter the review date"),
    )

    def offer(self, roles: Sequence[tuple[str, str]]) -> None:
        """Give the roles to choose from."""
        self.role.choices = [("", "Choose a role"), *roles]

    def new_role(self) -> NewRole:
        """The answers, once they are all there (`is_answered`)."""
        first_day, review_on = self.day("first_day"), self.day("review_on")
        assert first_day is not None
        assert review_on is not None
        return NewRole(
            role=str(self.role.data),
            first_day=first_day,
            last_day=self.day("last_day") or FAR_DAY,
            approved_by=str(self.approved_by.data),
            review_on=review_on,
            reason=str(self.reason.data),
        )


class ReviewRoleForm(ExceptionForm):
    """A role by hand is still right."""

    approved_by = _approver("Confirmed by")
    asks = (AskedDay("review_on", "Next review date", "Enter the next review date"),)


class AddExemptionForm(ExceptionForm):
    """An exemption."""

    requirement = SelectField(
        "Requirement", [DataRequired("Choose a requirement, or all of them")], validate_choice=False
    )
    approved_by = _approver()
    reason = _reason("Reason", "Enter the reason")
    asks = (
        AskedDay("first_day", "First day", "Enter the first day"),
        AskedDay("last_day", "Last day", "Enter the last day"),
    )

    def offer(self, requirements: Sequence[tuple[str, str]]) -> None:
        """Give the requirements to choose from."""
        self.requirement.choices = [
            ("", "Choose a requirement"),
            (ALL, "All requirements"),
            *requirements,
        ]

    def new_exemption(self) -> NewExemption:
        """The answers, once they are all there (`is_answered`)."""
        first_day, last_day = self.day("first_day"), self.day("last_day")
        assert first_day is not None
        assert last_day is not None
        code = str(self.requirement.data)
        return NewExemption(
            requirement=None if code == ALL else code,
            first_day=first_day,
            last_day=last_day,
            approved_by=str(self.approved_by.data),
            reason=str(self.reason.data),
        )


class EndForm(ExceptionForm):
    """The end of a role by hand or of an exemption: with a day, or because it was a mistake from the beginning."""

    how = RadioField("What is right?", [DataRequired("Choose what is right")], validate_choice=False)
    reason = _reason("Why", "Enter why", longest=200)
    asks = (AskedDay("last_day", "Last day"),)

    def offer(self, by_day: str, by_mistake: str) -> None:
        """Give the two ways in words."""
        self.how.choices = [(BY_DAY, by_day), (BY_MISTAKE, by_mistake)]

    def is_answered(self) -> bool:
        """As of every form; and a day where it ends with a day."""
        good = super().is_answered()
        if self.how.data and self.how.data not in (BY_DAY, BY_MISTAKE):
            self.how.errors = ["Choose what is right"]
            good = False
        if self.how.data == BY_DAY and self.day("last_day") is None and not self.days["last_day"].error:
            self.refuse([Problem("Enter the last day", column="last_day")])
            good = False
        return good

    @property
    def ends_with(self) -> date | None:
        """The last day; None where it was a mistake."""
        return self.day("last_day") if self.how.data == BY_DAY else None
