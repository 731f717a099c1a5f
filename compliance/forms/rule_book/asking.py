"""Requirements, who must hold them, the courses that meet them and their targets, as forms."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from wtforms import (
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from compliance.domain.change import Line
from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Basis,
    Kind,
    Renewal,
    Requirement,
    RoleLink,
    Target,
    Use,
)
from compliance.forms.rule_book.parts import (
    Choices,
    LineForm,
    at_most,
    code_check,
    known_number,
    needed,
    number,
    offered,
    path_of,
    refused,
    trimmed,
    unit_path,
    whole,
)
from compliance.programme.saying import KIND_WORDS, MONTH_NAMES
from compliance.programme.table import CODE_LENGTH, DAYS_MOST, MONTHS_MOST
from compliance.programme.words import percent
from people.domain import Sector
from people.forms.typed_day import TypedDay
from people.wording import SECTOR_WORDS

PERCENT_WANTED = "Target must be a number above 0, up to 100, with two decimals at most, like 70 or 72.5"
_PLAIN = Requirement("")
"""The settings of a requirement that gives none (counting rule 1)."""


def _days_field(label: str, noun: str, default: int) -> StringField:
    return StringField(label, [needed(f"Enter {noun}"), whole(label, 0, DAYS_MOST)], default=str(default))


class RequirementForm(LineForm):
    """A requirement: what is asked, where, and how cover is worked out (counting rules 2 to 6)."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "code": "Files and reports name it by this. It cannot be changed later",
        "sectors": "Tick none for everywhere",
        "units": "One path on each line, such as Homes > Repairs. Leave empty for everywhere",
        "window_days": "For an anniversary: this many days before the end, renewing keeps the day of the year",
        "month": "For a fixed day of the year",
        "day": "For a fixed day of the year",
        "minimum_months": "For a fixed day of the year: cover lasts at least this long",
        "expiring_days": "From so many days before its end, cover expires soon",
        "return_due_days": "After coming back from an absence",
        "rejoin_gap_days": "Whoever leaves and comes back within so many days does not start again",
        "shortest_absence_days": "Shorter absences are ignored",
    }
    ONLY_NEW = frozenset({"code"})
    NARROW = frozenset(
        {"window_days", "day", "minimum_months", "expiring_days", "return_due_days", "rejoin_gap_days"}
        | {"shortest_absence_days"}
    )

    code = StringField("Code", [needed("Enter a code"), at_most("Code", CODE_LENGTH)], filters=[trimmed])
    title = StringField("Title", [needed("Enter a title"), at_most("Title")], filters=[trimmed])
    kind = RadioField(
        "Kind",
        choices=[SelectChoice(kind.value, KIND_WORDS[kind]) for kind in Kind],
        default=Kind.DUTY.value,
        validators=[AnyOf([kind.value for kind in Kind], message="Select the kind")],
        validate_choice=False,
    )
    sectors = SelectMultipleField(
        "Sectors (optional)",
        choices=[SelectChoice(one.value, SECTOR_WORDS[one]) for one in Sector],
        validate_choice=False,
    )
    units = TextAreaField("Units (optional)", [at_most("Units", 5000), unit_path("Each unit")])
    basis = RadioField(
        "From what the next end is counted",
        choices=[
            SelectChoice(Basis.COMPLETION.value, "The day completed"),
            SelectChoice(Basis.ANNIVERSARY.value, "The old end, if renewed shortly before it"),
            SelectChoice(Basis.CALENDAR.value, "A fixed day of the year"),
        ],
        default=Basis.COMPLETION.value,
        validators=[AnyOf([basis.value for basis in Basis], message="Select from what the end is counted")],
        validate_choice=False,
    )
    window_days = StringField(
        "Days before the end", [whole("Days before the end", 0, DAYS_MOST)], default="90"
    )
    day = StringField("Day of the month", [whole("Day of the month", 1, 31)], default="31")
    month = SelectField(
        "Month",
        choices=[SelectChoice(str(number), name) for number, name in enumerate(MONTH_NAMES, 1)],
        default="3",
        validate_choice=False,
    )
    minimum_months = StringField("Fewest months", [whole("Fewest months", 0, MONTHS_MOST)], default="0")
    expiring_days = _days_field("Days of expiring soon", "the days of expiring soon", _PLAIN.expiring_days)
    return_due_days = _days_field(
        "Days allowed after an absence", "the days allowed after an absence", _PLAIN.return_due_days
    )
    rejoin_gap_days = _days_field(
        "Days of a gap that is bridged", "the days of a gap that is bridged", _PLAIN.rejoin_gap_days
    )
    shortest_absence_days = _days_field(
        "Days of the shortest absence that counts",
        "the days of the shortest absence that counts",
        _PLAIN.shortest_absence_days,
    )

    _known: frozenset[str] = frozenset()

    def offer(self, choices: Choices) -> None:
        self._known = frozenset(choices.book.codes)

    def fill(self, line: Any) -> None:
        super().fill(line)
        renewal = line.renewal
        self.sectors.data, self.units.data = list(line.sectors), "\n".join(line.units)
        self.basis.data = renewal.basis
        self.window_days.data, self.minimum_months.data = renewal.window_days, renewal.minimum_months
        self.day.data, self.month.data = renewal.day, str(renewal.month)

    def validate_code(self, field: Field) -> None:
        """The code is nobody else's."""
        code_check("requirement", set(self._known), field.data)

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        if self.basis.data == Basis.ANNIVERSARY and number(self.window_days) is None:
            self.window_days.errors = ["Enter the days before the end"]
        if self.basis.data == Basis.CALENDAR and not self.day.errors:
            try:
                date(
                    2000, int(self.month.data or 0), known_number(self.day)
                )  # a leap year: 29 February may be
            except ValueError:
                self.day.errors = ["Day and month must be a real day of the year"]

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        renewal = Renewal(self.basis.data)
        if self.basis.data == Basis.ANNIVERSARY:
            renewal = Renewal(self.basis.data, window_days=known_number(self.window_days))
        elif self.basis.data == Basis.CALENDAR:
            renewal = Renewal(
                self.basis.data,
                month=int(self.month.data),
                day=known_number(self.day),
                minimum_months=known_number(self.minimum_months),
            )
        return Requirement(
            code=parent or str(self.code.data),
            title=self.title.data or "",
            kind=self.kind.data,
            sectors=tuple(sorted(set(self.sectors.data or ()) & {one.value for one in Sector})),
            units=tuple(
                sorted({path_of(line) for line in (self.units.data or "").splitlines() if line.strip()})
            ),
            renewal=renewal,
            expiring_days=known_number(self.expiring_days),
            return_due_days=known_number(self.return_due_days),
            rejoin_gap_days=known_number(self.rejoin_gap_days),
            shortest_absence_days=known_number(self.shortest_absence_days),
        )


class RoleLinkForm(LineForm):
    """Who must hold a requirement, and how many days they have for the first time (counting rule 3)."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "days": "For the first time, from the day on which somebody takes the role on"
    }
    ONLY_NEW = frozenset({"role"})
    NARROW = frozenset({"days"})

    role = SelectField("Role", validate_choice=False)
    days = StringField(
        "Days allowed", [needed("Enter the days allowed"), whole("Days allowed", 0, DAYS_MOST)], default="90"
    )

    def offer(self, choices: Choices) -> None:
        titles = sorted(choices.book.role_titles.items(), key=lambda item: item[1] or item[0])
        self.role.choices = [
            SelectChoice("", "Choose a role"),
            SelectChoice(EVERYONE, "Everyone"),
            *(SelectChoice(code, title or code) for code, title in titles),
        ]

    def validate_role(self, field: Field) -> None:
        """A role of the list."""
        if not field.data or field.data not in offered(self.role):
            raise ValidationError("Choose the role from the list")

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return RoleLink(parent, str(self.role.data) if "role" in self else "", known_number(self.days))


class AcceptedCourseForm(LineForm):
    """A course that meets a requirement, and on what terms (counting rule 5)."""

    HINTS: ClassVar[Mapping[str, str]] = {"validity_months": "In months. Leave empty for the course's own"}
    DAYS = (
        ("taken_from", "Completed on or after (optional)", "Earlier completions do not count"),
        ("taken_to", "Completed on or before (optional)", "Later completions do not count"),
        ("honoured_to", "Counts until (optional)", "The last day on which it may still count"),
    )
    ONLY_NEW = frozenset({"course"})
    NARROW = frozenset({"validity_months"})

    course = SelectField("Course", validate_choice=False)
    use = RadioField(
        "What it may be used for",
        choices=[
            SelectChoice(Use.ANY.value, "The first time and renewal"),
            SelectChoice(Use.RENEWAL.value, "Renewal only, after another accepted course"),
        ],
        default=Use.ANY.value,
        validators=[AnyOf([use.value for use in Use], message="Select what it may be used for")],
        validate_choice=False,
    )
    validity_months = StringField(
        "How long it counts (optional)", [whole("How long it counts", 1, MONTHS_MOST)]
    )

    def offer(self, choices: Choices) -> None:
        titles = sorted(choices.book.course_titles.items(), key=lambda item: item[1] or item[0])
        self.course.choices = [
            SelectChoice("", "Choose a course"),
            *(SelectChoice(code, title or code) for code, title in titles),
        ]

    def validate_course(self, field: Field) -> None:
        """A course of the list."""
        if not field.data or field.data not in offered(self.course):
            raise ValidationError("Choose the course from the list")

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        first = days["taken_from"].value
        for name in ("taken_to", "honoured_to"):
            last = days[name].value
            if first and last and last < first:
                days[name] = refused(
                    days[name], "The day must be the same as or after the first day of completion"
                )

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return AcceptedCourse(
            requirement=parent,
            course=str(self.course.data) if "course" in self else "",
            use=self.use.data,
            validity_months=number(self.validity_months),
            taken_from=days["taken_from"],
            taken_to=days["taken_to"],
            honoured_to=days["honoured_to"],
        )


class TargetForm(LineForm):
    """The percentage to reach, of all or in one unit (counting rule 7)."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "percent_hundredths": "Percent of the people counted",
        "unit": "Leave empty for a target of all. A unit without a target takes the nearest above it",
        "plan_ref": "Where the plan says so, such as the number of its action",
    }
    NARROW = frozenset({"percent_hundredths"})

    percent_hundredths = StringField("Target", [needed("Enter the target")], filters=[trimmed])
    unit = StringField("Unit (optional)", [at_most("Unit", 1000), unit_path("Unit")], filters=[trimmed])
    plan_ref = StringField("Plan reference (optional)", [at_most("Plan reference", 60)], filters=[trimmed])
    owner = StringField("Who answers for it (optional)", [at_most("Who answers for it")], filters=[trimmed])

    def fill(self, line: Any) -> None:
        super().fill(line)
        self.percent_hundredths.data = percent(line.percent_hundredths)

    def validate_percent_hundredths(self, field: Field) -> None:
        """A percentage as people write one."""
        if _hundredths(field.data) is None:
            raise ValidationError(PERCENT_WANTED)

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return Target(
            requirement=parent,
            percent_hundredths=_hundredths(self.percent_hundredths.data) or 0,
            unit=path_of(self.unit.data) or None,
            plan_ref=self.plan_ref.data or "",
            owner=self.owner.data or "",
        )


def _hundredths(typed: Any) -> int | None:
    """A percentage in hundredths of a percent; None for anything that cannot be a target.

    >>> _hundredths("72.5"), _hundredths("70%"), _hundredths("0"), _hundredths("x")
    (7250, 7000, None, None)
    """
    text = str(typed or "").strip().removesuffix("%").strip()
    if not text.isascii() or len(text) > 10:
        return None
    try:
        value = Decimal(text)
    except InvalidOperation:
        return None
    if not value.is_finite() or not 0 < value <= 100 or (hundredths := value * 100) % 1:
        return None
    return int(hundredths)
