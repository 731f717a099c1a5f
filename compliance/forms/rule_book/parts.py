"""What the forms of the rule book share: their fields' checks and words, and the day from which a change counts."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar

from wtforms import Field, HiddenField, ValidationError
from wtforms.validators import DataRequired, Length

from compliance.domain.change import Line
from compliance.domain.requirement import RuleBook
from compliance.programme.table import TEXT_LENGTH
from foundation.formats import long_date
from people.domain import UNIT_SEPARATOR
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day

EFFECTIVE = "effective"
PAST = (
    "The day must be today or in the future. What is past stays as it was: to correct it, load a programme file from "
    "that day"
)
Check = Callable[[Any, Field], None]


@dataclass(frozen=True, slots=True)
class Choices:
    """What the forms offer to choose from: the rule book so far, and the places of the record."""

    book: RuleBook
    organisations: Sequence[str] = ()


class LineForm(OnceForm):
    """A line of the rule book: `fill` shows one, `made` gives what was typed. Optional days stand in `DAYS`."""

    DAYS: ClassVar[Sequence[tuple[str, str, str]]] = ()
    """Name, legend and hint of days that the line itself has."""
    HINTS: ClassVar[Mapping[str, str]] = {}
    ONLY_NEW: ClassVar[frozenset[str]] = frozenset()
    """Fields by which a line is known: asked for once."""
    NARROW: ClassVar[frozenset[str]] = frozenset()
    """Fields for a number of a few digits."""

    known: Any = None
    """The line that is changed; None where one is added."""

    def offer(self, choices: Choices) -> None:
        """Give the fields what there is to choose from."""

    def fill(self, line: Any) -> None:
        """Show what a line says."""
        for field in self:
            if field.name not in ("csrf_token", "once"):
                value = getattr(line, field.name, None)
                field.data = "" if value is None else value

    def days_of(self, line: Any) -> dict[str, TypedDay]:
        """The days of a line as they stand in the boxes; empty ones where it has none."""
        found = {}
        for name, _, _ in self.DAYS:
            value = getattr(line, name, None)
            found[name] = shown_day(name, value) if value else TypedDay(name, "", "", "")
        return found

    def typed_days(self, typed: Mapping[str, str]) -> dict[str, TypedDay]:
        """The days as typed; all may be left empty."""
        return {name: optional_day(name, legend, typed) for name, legend, _ in self.DAYS}

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        """The line that was typed; its own days are those of the edit. `parent` is the code that it belongs to."""
        raise NotImplementedError

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        """Note what is wrong between several answers."""

    def keep_known(self) -> None:
        """Take away the questions whose answers a line is known by."""
        for name in self.ONLY_NEW:
            delattr(self, name)

    @property
    def asked(self) -> list[Field]:
        """The fields that people see, in order."""
        return [field for field in self if not isinstance(field, HiddenField)]


def effective_day(typed: Mapping[str, str], today: date) -> TypedDay:
    """The day from which the change counts: today or later."""
    found = typed_day(EFFECTIVE, "The day", typed, today)
    if found.value is not None and found.value < today:
        return refused(found, PAST)
    return found


def later_day(typed: Mapping[str, str], effective: date) -> TypedDay:
    """A day on which to look at what a draft does: not before it counts."""
    found = typed_day("later_on", "The day", typed, effective)
    if found.value is not None and found.value < effective:
        return refused(found, f"The day must be {long_date(effective)} or later")
    return found


def optional_day(name: str, legend: str, typed: Mapping[str, str]) -> TypedDay:
    """A day that may be left empty: then it has neither value nor error."""
    if not any(typed.get(f"{name}-{part}", "").strip() for part in PARTS):
        return TypedDay(name, "", "", "")
    return typed_day(name, legend, typed, date.min)


def refused(day: TypedDay, error: str) -> TypedDay:
    """The same day with what is wrong about it."""
    return replace(day, value=None, error=error, wrong=PARTS)


def trimmed(text: Any) -> Any:
    """What was typed as one line, as programme files keep it."""
    return one_line(text)


def needed(words: str) -> DataRequired:
    """An answer must be given."""
    return DataRequired(words)


def at_most(noun: str, most: int = TEXT_LENGTH) -> Length:
    """An answer may not be too long."""
    return Length(max=most, message=f"{noun} must be {most} characters or fewer")


def whole(noun: str, least: int, most: int) -> Check:
    """A whole number between two others, written in figures; an empty answer is somebody else's matter."""

    def check(_form: Any, field: Field) -> None:
        text = str(field.data or "").strip()
        if not text:
            return
        if not (text.isascii() and text.isdigit() and len(text) < 10):
            raise ValidationError(f"{noun} must be a whole number, like {max(least, min(most, 30))}")
        if not least <= int(text) <= most:
            raise ValidationError(f"{noun} must be between {least:,} and {most:,}")

    return check


def number(field: Field) -> int | None:
    """The whole number in a field that was checked; None where it is empty."""
    text = str(field.data or "").strip()
    return int(text) if text else None


def known_number(field: Field) -> int:
    """The whole number in a field that must have one."""
    return number(field) or 0


def offered(field: Any) -> set[str]:
    """The values that a drop-down offers."""
    return {choice.value for choice in field.choices or ()}


def unit_path(noun: str) -> Check:
    """A unit's path has no empty parts."""

    def check(_form: Any, field: Field) -> None:
        for line in str(field.data or "").splitlines():
            if line.strip() and not all(part.strip() for part in line.split(UNIT_SEPARATOR.strip())):
                raise ValidationError(f'{noun} must be a path like "Directorate > Service > Team"')

    return check


def path_of(text: Any) -> str:
    """A unit's path as it is kept."""
    return UNIT_SEPARATOR.join(part.strip() for part in str(text or "").strip().split(UNIT_SEPARATOR.strip()))


def code_check(noun: str, known: set[str], typed: Any) -> None:
    """Raise ValidationError where a code cannot be one, or is somebody else's already."""
    code = str(typed or "")
    if code == "*" or ";" in code or code.startswith("/"):
        raise ValidationError("The code must not be * or have a ; in it, and must not begin with /")
    if code.casefold() in {one.casefold() for one in known}:
        raise ValidationError(
            f"There is a {noun} with this code already. Choose another code, or change that {noun}"
        )
