"""Handing a team over: what managers type, the words for what is wrong with it, and the messages that go out."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import current_app
from wtforms import EmailField, HiddenField
from wtforms.validators import DataRequired, Length

from foundation.formats import long_date
from foundation.row_numbers import row_number
from people.forms.links import address_of
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day
from people.services.handing_over import LONGEST_MONTHS, Told, last_possible_day

FIRST, LAST = "begins", "ends"
NOBODY_LIKE_THAT = "Enter the work email address of somebody else in your organisation"
"""One answer for unknown, elsewhere, gone, shared and one's own: it tells nothing about anybody."""


class NewDelegateForm(PageForm):
    """The work e-mail of whoever is to look after the team. The days are beside it (`first_day`, `last_day`)."""

    email = EmailField(
        "Their work email address",
        [
            DataRequired("Enter a work email address"),
            Length(max=254, message="Enter a shorter email address"),
        ],
        filters=[lambda typed: typed.strip() if typed else typed],
    )

    def refuse(self, why: str = NOBODY_LIKE_THAT) -> None:
        """Say that it cannot be this person; why, only of somebody who could be chosen but for that."""
        self.email.errors = [*self.email.errors, why]


class CheckDelegateForm(OnceForm):
    """The answers are right."""


class ChangeDelegateForm(OnceForm):
    """Another end for a delegation. `fact` is what the page showed (bad input G13)."""

    fact = HiddenField()

    @property
    def fact_id(self) -> int:
        """The fact that the page showed; 0 for what is no number."""
        number = row_number(str(self.fact.data or ""))
        return 0 if number is None else number


class EndDelegateForm(ChangeDelegateForm):
    """The end, at once."""


def first_day(typed: Mapping[str, str], today: date) -> TypedDay:
    """The day from which a team is handed over: today or later."""
    found = _asked(FIRST, "First day", typed, "Enter the first day")
    if found.value is not None and found.value < today:
        return wrong(found, "First day must be today or in the future")
    return found


def last_day(typed: Mapping[str, str], first: date | None, today: date) -> TypedDay:
    """The day until which: never before the first or before today, and within twelve months of the first."""
    found = _asked(LAST, "Last day", typed, "Enter the last day")
    if found.value is None:
        return found
    if found.value < today:
        return wrong(found, "Last day must be today or in the future")
    if first is not None and found.value < first:
        return wrong(found, "Last day must be the same as or after the first day")
    if first is not None and found.value > last_possible_day(first):
        until = long_date(last_possible_day(first))
        return wrong(
            found, f"Last day must be within {LONGEST_MONTHS} months of the first: on or before {until}"
        )
    return found


def _asked(name: str, label: str, typed: Mapping[str, str], nothing: str) -> TypedDay:
    if not any(typed.get(key, "").strip() for key in (name, *(f"{name}-{part}" for part in PARTS))):
        return TypedDay(name, "", "", "", error=nothing, wrong=PARTS)
    return typed_day(name, label, typed, date.min)


def wrong(found: TypedDay, error: str) -> TypedDay:
    """The same day with what is wrong about it as a whole."""
    return replace(found, value=None, error=error, wrong=PARTS)


def day_of(address: str | None) -> date | None:
    """The day in an address, written YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(address or "")
    except ValueError:
        return None


def shown_or_empty(name: str, value: date | None) -> TypedDay:
    """A day as it stands in the boxes; empty boxes without one."""
    return TypedDay(name, "", "", "") if value is None else shown_day(name, value)


def words(told: Told) -> tuple[str, str]:
    """Subject and body of the message about a delegation: templates/emails/delegation_<what>, as plain text."""
    values = {
        "told": told,
        "first_day": long_date(told.days.first),
        "last_day": long_date(told.days.last),
        "my_team": address_of("compliance.my_team"),
        "delegates": address_of("people.delegates"),
    }
    environment = current_app.jinja_env
    subject, body = (
        environment.get_template(f"emails/delegation_{told.what}/{part}.txt").render(values)
        for part in ("subject", "body")
    )
    return subject, f"{body}\n"
