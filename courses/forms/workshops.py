"""The forms of planning: what is said about a workshop, and why one is called off."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from wtforms import HiddenField, SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import Field

from courses.domain.planning import (
    LONGEST,
    MOST_CUT_OFF_DAYS,
    MOST_OFFER_HOURS,
    days_before,
    days_between,
    london_moment,
    time_of_day,
)
from courses.domain.workshops import MOST_PLACES, OFFER_LASTS, Audience, Sitting
from courses.services.workshops.planning import LONGEST_REASON, Facilitator
from foundation.dates import LONDON
from foundation.errors import Problem
from foundation.row_numbers import row_number
from foundation.tables import text_cell
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.records.base import Day, cell, filled, longest, read_day, shown

STARTS_ON = "starts_on"
DATE = "Date"
DATE_HINT = "For example, 14 9 2027"
USUAL_BOOKING_DAYS = 1
"""Who leads a workshop prepares it on the day before."""
USUAL_CANCEL_DAYS = 3
"""So long before the start a place can still be given to somebody else, who has a day to say yes."""

Choices = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Offered:
    """What the form offers to choose from: (value, words) of each."""

    courses: Choices
    requirements: Choices
    roles: Choices
    organisations: Choices


def _whole(field: Field, label: str, least: int, most: int) -> int | None:
    """A whole number typed into a field; None and an error where it is none, or out of range."""
    text = str(field.data or "").strip().replace(",", "")
    if text.isascii() and text.isdigit() and len(text) <= 6 and least <= int(text) <= most:
        return int(text)
    given = f"{label} must be a whole number between {least} and {most:,}"
    field.errors = [given if text else f"Enter the {label[:1].lower()}{label[1:]}"]
    return None


class PlanForm(OnceForm):
    """What is said about a workshop; the date is beside it. `shown`: the line on which a change is based."""

    shown = HiddenField()
    course = SelectField("Course", validate_choice=False)
    begins = StringField("Start time", filters=[one_line])
    ends = StringField("End time", filters=[one_line])
    place = StringField("Venue (optional)", [cell(text_cell), longest("Venue", LONGEST["place"])])
    joining = StringField(
        "Link to join by (optional)", [longest("Link to join by", LONGEST["joining"])], filters=[one_line]
    )
    instructions = TextAreaField(
        "Joining instructions (optional)", [longest("Joining instructions", LONGEST["instructions"])]
    )
    capacity = StringField("Number of places")
    facilitators = SelectMultipleField("People of the record who lead it", validate_choice=False)
    look_for = StringField("Find somebody by name or number", [longest("What you look for", 400)])
    other_facilitators = StringField(
        "Others who lead it (optional)",
        [cell(text_cell), longest("Others who lead it", LONGEST["other_facilitators"])],
    )
    requirements = SelectMultipleField("Whoever has one of these requirements", validate_choice=False)
    roles = SelectMultipleField("Whoever holds one of these roles", validate_choice=False)
    organisations = SelectMultipleField("Whoever works in one of these organisations", validate_choice=False)
    booking_days = StringField("Days before the start on which booking closes")
    cancel_days = StringField("Days before the start on which cancelling closes")
    offer_hours = StringField("Hours for which an offer of a free place stands")

    @property
    def shown_sequence(self) -> int:
        """The line that the page showed; -1 for what is no number."""
        number = row_number(str(self.shown.data or ""))
        return -1 if number is None else number

    def offer(self, offered: Offered) -> None:
        """Give what there is to choose from."""
        self.course.choices = [("", "Choose a course"), *offered.courses]
        self.requirements.choices = list(offered.requirements)
        self.roles.choices = list(offered.roles)
        self.organisations.choices = list(offered.organisations)

    def offer_facilitators(self, people: Sequence[tuple[str, str]]) -> None:
        """Give the people who were chosen or found, as (public id, words)."""
        self.facilitators.choices = list(people)

    def begin(self) -> None:
        """What stands in an empty form."""
        self.booking_days.data, self.cancel_days.data = str(USUAL_BOOKING_DAYS), str(USUAL_CANCEL_DAYS)
        self.offer_hours.data = str(OFFER_LASTS // timedelta(hours=1))

    def fill(self, sitting: Sitting, leaders: Sequence[Facilitator]) -> None:
        """What stands about a workshop."""
        self.shown.data, self.course.data = str(sitting.sequence), sitting.course
        self.begins.data, self.ends.data = _clock(sitting.starts_at), _clock(sitting.ends_at)
        self.place.data, self.joining.data = sitting.place, sitting.joining
        self.instructions.data, self.capacity.data = sitting.instructions, str(sitting.capacity)
        self.facilitators.data = [one.public_id for one in leaders]
        self.other_facilitators.data = sitting.other_facilitators
        self.requirements.data = list(sitting.audience.requirements)
        self.roles.data = list(sitting.audience.roles)
        self.organisations.data = [str(one) for one in sitting.audience.organisation_ids]
        self.booking_days.data = str(days_between(sitting.books_until, sitting.starts_at))
        self.cancel_days.data = str(days_between(sitting.cancels_until, sitting.starts_at))
        self.offer_hours.data = str(sitting.offer_lasts // timedelta(hours=1))

    def prefill(self, said: Mapping[str, str]) -> None:
        """What an address that leads here says, such as that of a suggested date."""
        for name in ("course", "begins", "ends", "place", "capacity"):
            self[name].data = said.get(name, "")[:100] or self[name].data
        asked = [code for code in said.get("requirements", "").split(",") if code]
        self.requirements.data = asked or self.requirements.data

    def sitting(self, day: Day, leaders: Mapping[str, int]) -> Sitting | None:
        """What was typed as a sitting; None, and the errors, where it cannot be one."""
        begins, ends = self._time(self.begins, "start time"), self._time(self.ends, "end time")
        capacity = _whole(self.capacity, "Number of places", 1, MOST_PLACES)
        booking = _whole(self.booking_days, "Days before the start", 0, MOST_CUT_OFF_DAYS)
        cancelling = _whole(self.cancel_days, "Days before the start", 0, MOST_CUT_OFF_DAYS)
        hours = _whole(self.offer_hours, "Hours", 1, MOST_OFFER_HOURS)
        self._refuse_unknown(leaders)
        if day.value is None or begins is None or ends is None:
            return None
        starts_at, ends_at = london_moment(day.value, begins), london_moment(day.value, ends)
        for field, moment in ((self.begins, starts_at), (self.ends, ends_at)):
            if moment is None:
                field.errors = ["There is no such time on this day: clocks go forward"]
        if starts_at is None or ends_at is None or self.errors:
            return None
        assert capacity is not None
        assert booking is not None
        assert cancelling is not None
        assert hours is not None
        return Sitting(
            course=str(self.course.data or ""),
            starts_at=starts_at,
            ends_at=ends_at,
            capacity=capacity,
            place=self.place.data or "",
            joining=self.joining.data or "",
            instructions=_lines(self.instructions.data or ""),
            facilitator_ids=tuple(dict.fromkeys(leaders[one] for one in self.facilitators.data or ())),
            other_facilitators=self.other_facilitators.data or "",
            audience=Audience(
                tuple(sorted(self.requirements.data or ())),
                tuple(sorted(int(one) for one in self.organisations.data or ())),
                tuple(sorted(self.roles.data or ())),
            ),
            books_until=days_before(starts_at, booking),
            cancels_until=days_before(starts_at, cancelling),
            offer_lasts=timedelta(hours=hours),
        )

    def _time(self, field: Field, label: str) -> Any:
        found = time_of_day(field.data or "")
        if found is None:
            typed = bool(field.data)
            field.errors = [
                f"{label.capitalize()} must be a time, like 9:30am or 13:45"
                if typed
                else f"Enter the {label}"
            ]
        return found

    def _refuse_unknown(self, leaders: Mapping[str, int]) -> None:
        if not self.course.data or self.course.data not in dict(self.course.choices):
            self.course.errors = ["Choose the course from the list"]
        for field in (self.requirements, self.roles, self.organisations):
            if set(field.data or ()) - set(dict(field.choices)):
                field.errors = ["Choose from the list"]
        if set(self.facilitators.data or ()) - set(leaders):
            self.facilitators.errors = ["Somebody you chose is not in the record any more. Choose again"]

    def refuse(self, problems: Sequence[Problem]) -> str:
        """Say beside its input what the rules refuse; what is wrong with the date is given back."""
        of_day = ""
        for problem in problems:
            if problem.column == STARTS_ON:
                of_day = of_day or problem.message
            elif problem.column in self._fields:
                self[problem.column].errors = [problem.message]
            else:
                self.form_errors.append(problem.message)
        return of_day


def _clock(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%H:%M}"


def _lines(text: str) -> str:
    """Several lines as typed, with one kind of line end, and nothing else that does not print."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join("".join(one for one in line if one.isprintable()).rstrip() for line in lines).strip()


def typed_start(typed: Mapping[str, str], today: date) -> Day:
    """The date as typed."""
    return read_day(STARTS_ON, DATE, DATE_HINT, typed, today)


def shown_start(day: date | None) -> Day:
    """The date as it stands in the boxes; empty ones where there is none yet."""
    return shown(STARTS_ON, DATE, DATE_HINT, day)


def wrong_start(day: Day, message: str) -> Day:
    """The date with what the rules refuse about it."""
    return replace(day, typed=replace(day.typed, error=message, wrong=("day", "month", "year")))


class CallOffForm(OnceForm):
    """Why a workshop is called off."""

    shown = HiddenField()
    because = StringField(
        "Why is it called off?",
        [filled("Enter why it is called off"), longest("The reason", LONGEST_REASON), cell(text_cell)],
    )

    @property
    def shown_sequence(self) -> int:
        """The line that the page showed; -1 for what is no number."""
        number = row_number(str(self.shown.data or ""))
        return -1 if number is None else number
