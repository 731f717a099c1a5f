"""What the forms about a person's record share: cells as files read them, days, and the steps."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wtforms import Field, Form, HiddenField
from wtforms.validators import Length, StopValidation, ValidationError

from foundation.dates import FAR_DAY, add_months
from foundation.row_numbers import row_number
from foundation.tables import CellError, day_cell
from people.forms.once import OnceForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day

STEP, CHECK, CONFIRM, BACK = "step", "check", "confirm", "back"
MONTHS_AHEAD = 24
LONGEST_REASON = 200
NO_MEDICAL = "Do not give medical or other sensitive details"


class RecordForm(OnceForm):
    """A form about a person. `fact`: what the page was based on (bad input G13)."""

    fact = HiddenField()

    @property
    def fact_id(self) -> int:
        """The fact that the page showed; 0 for what is no number."""
        number = row_number(str(self.fact.data or ""))
        return 0 if number is None else number

    def refuse(self, message: str) -> None:
        """Say above the form why the rules refuse it."""
        self.form_errors.append(message)


def cell(parse: Callable[[str], Any]) -> Callable[[Form, Field], None]:
    """A validator that reads a filled box as that column of a file is read, with the same words for what is wrong."""

    def check(_form: Form, field: Field) -> None:
        if not field.data:
            return
        try:
            field.data = parse(field.data)
        except CellError as error:
            raise ValidationError(error.message) from None

    return check


def longest(label: str, most: int) -> Length:
    """A validator for what must not be longer than the record can hold."""
    return Length(max=most, message=f"{label} must be {most:,} characters or fewer")


def filled(message: str) -> Callable[[Form, Field], None]:
    """A validator for what must not be left blank."""

    def check(_form: Form, field: Field) -> None:
        if not (field.data or "").strip():
            raise StopValidation(message)

    return check


@dataclass(frozen=True, slots=True)
class Day:
    """A day asked for: the name and legend of its boxes, what is said where it is blank, and the day typed."""

    name: str
    legend: str
    hint: str
    typed: TypedDay
    open_end: bool = False

    @property
    def value(self) -> date | None:
        """The day; FAR_DAY where a blank one means no end."""
        if self.open_end and self.is_blank:
            return FAR_DAY
        return self.typed.value

    @property
    def is_blank(self) -> bool:
        return not (self.typed.day or self.typed.month or self.typed.year)

    @property
    def error(self) -> str | None:
        return None if self.open_end and self.is_blank else self.typed.error

    def wrong(self, message: str) -> "Day":
        """The same with what is wrong about it."""
        return replace(self, typed=replace(self.typed, value=None, error=message, wrong=PARTS))


def read_day(
    name: str, legend: str, hint: str, typed: Mapping[str, str], today: date, *, open_end: bool = False
) -> Day:
    """A day as typed. Posts of long ago are older than what pages ask about otherwise: 1940 on, as in files."""
    found = typed_day(name, legend, typed, date.min)
    blank = not any(typed.get(f"{name}-{part}", "").strip() for part in PARTS)
    if blank:
        error = None if open_end else f"Enter the {legend[:1].lower()}{legend[1:]}"
        return Day(
            name,
            legend,
            hint,
            TypedDay(name, "", "", "", error=error, wrong=() if open_end else PARTS),
            open_end,
        )
    day = Day(name, legend, hint, found, open_end)
    value = found.value or _real_day(found)
    if value is None:
        return day
    boxes = TypedDay(name, found.day, found.month, found.year)
    try:
        day_cell(value.isoformat(), latest=add_months(today, MONTHS_AHEAD))
    except CellError as error:
        return replace(day, typed=replace(boxes, error=error.message, wrong=PARTS))
    return replace(day, typed=replace(boxes, value=value))


def _real_day(typed: TypedDay) -> date | None:
    """The day in the boxes, where it is refused elsewhere for lying too far away alone."""
    try:
        return date(int(typed.year), int(typed.month), int(typed.day)) if len(typed.year) == 4 else None
    except ValueError:
        return None


def shown(name: str, legend: str, hint: str, value: date | None, *, open_end: bool = False) -> Day:
    """A day as it stands in the boxes; empty boxes for none and for no end."""
    empty = value is None or value == FAR_DAY
    typed = TypedDay(name, "", "", "") if empty else shown_day(name, value or FAR_DAY)
    return Day(name, legend, hint, typed, open_end)
