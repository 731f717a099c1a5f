"""Courses, roles and role rules as forms."""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from wtforms import (
    BooleanField,
    Field,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from compliance.domain.change import Line
from compliance.forms.rule_book.parts import (
    Choices,
    LineForm,
    at_most,
    code_check,
    needed,
    number,
    offered,
    path_of,
    trimmed,
    unit_path,
    whole,
)
from compliance.programme.saying import MODE_WORDS
from compliance.programme.table import CODE_LENGTH, MONTHS_MOST
from courses.domain import Course, Mode
from foundation.errors import DomainError
from people.domain import Category, RoleLine, RoleRule, Sector
from people.forms.typed_day import TypedDay
from people.wording import CATEGORY_WORDS, SECTOR_WORDS

ANY = SelectChoice("", "Any")


class CourseForm(LineForm):
    """A course: what it is, and how long a completion of it counts."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "code": "By this your learning system names it. It cannot be changed later",
        "duration_minutes": "In minutes",
        "validity_months": "In months. Leave empty if a completion counts for ever",
        "prerequisites": "Any one of these must have been completed before this course counts",
        "url": "Where people take it, with https://",
    }
    ONLY_NEW = frozenset({"code"})
    NARROW = frozenset({"duration_minutes", "validity_months"})

    code = StringField("Code", [needed("Enter a code"), at_most("Code", CODE_LENGTH)], filters=[trimmed])
    title = StringField("Title", [needed("Enter a title"), at_most("Title")], filters=[trimmed])
    provider = StringField("Who provides it (optional)", [at_most("Who provides it")], filters=[trimmed])
    mode = RadioField(
        "How it is taken",
        choices=[SelectChoice(mode.value, MODE_WORDS[mode]) for mode in Mode],
        default=Mode.E_LEARNING.value,
        validators=[AnyOf([mode.value for mode in Mode], message="Select how it is taken")],
        validate_choice=False,
    )
    duration_minutes = StringField("How long it takes (optional)", [whole("How long it takes", 1, 10_000)])
    validity_months = StringField(
        "How long it counts (optional)", [whole("How long it counts", 1, MONTHS_MOST)]
    )
    prerequisites = SelectMultipleField("Courses to be done before (optional)", validate_choice=False)
    url = StringField("Web address (optional)", [at_most("Web address", 500)], filters=[trimmed])
    counts_for_facilitators = BooleanField("Whoever leads a workshop of it has completed it too")

    _known: frozenset[str] = frozenset()
    _own: str = ""

    def offer(self, choices: Choices) -> None:
        titles = choices.book.course_titles
        self._known = frozenset(titles)
        self.prerequisites.choices = [
            SelectChoice(code, title or code) for code, title in sorted(titles.items()) if code != self._own
        ]

    def fill(self, line: Any) -> None:
        self._own = line.code
        super().fill(line)
        self.prerequisites.data = list(line.prerequisites)

    def validate_code(self, field: Field) -> None:
        """The code is nobody else's."""
        code_check("course", set(self._known), field.data)

    def validate_url(self, field: Field) -> None:
        """The address is written in full, and is one: it stands in messages on a line of its own."""
        if field.data and not field.data.startswith(("https://", "http://")):
            raise ValidationError("Enter the web address in full, starting with https://")
        if any(letter.isspace() or not letter.isprintable() for letter in field.data or ""):
            raise ValidationError(
                "Web address must not have spaces, line breaks or invisible characters in it"
            )

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return Course(
            code=parent or str(self.code.data),
            title=self.title.data or "",
            provider=self.provider.data or "",
            mode=self.mode.data,
            duration_minutes=number(self.duration_minutes),
            validity_months=number(self.validity_months),
            prerequisites=tuple(sorted({*(self.prerequisites.data or ())} & self._known - {parent})),
            url=self.url.data or "",
            counts_for_facilitators=bool(self.counts_for_facilitators.data),
        )


class RoleForm(LineForm):
    """A role: a kind of work, and the post that decides who is in it."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "code": "By this the people file names it. It cannot be changed later",
        "approved_by": "A post, not a person: the Head of Community Safety, for example",
    }
    ONLY_NEW = frozenset({"code"})

    code = StringField("Code", [needed("Enter a code"), at_most("Code", CODE_LENGTH)], filters=[trimmed])
    title = StringField("Title", [needed("Enter a title"), at_most("Title")], filters=[trimmed])
    approved_by = StringField(
        "Who decides who is in it (optional)", [at_most("Who decides who is in it")], filters=[trimmed]
    )

    _known: frozenset[str] = frozenset()

    def offer(self, choices: Choices) -> None:
        self._known = frozenset(choices.book.role_titles)

    def validate_code(self, field: Field) -> None:
        """The code is nobody else's."""
        code_check("role", set(self._known), field.data)

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        return RoleLine(parent or str(self.code.data), self.title.data or "", self.approved_by.data or "")


class RoleRuleForm(LineForm):
    """Conditions that give a role to posts: all that are set must fit."""

    HINTS: ClassVar[Mapping[str, str]] = {
        "job_title": "* stands for anything, ? for one character: *housing officer*. Capitals do not matter",
        "unit": 'That unit and everything below it, in any organisation: "Homes > Repairs"',
    }

    job_title = StringField("Job title (optional)", [at_most("Job title")], filters=[trimmed])
    unit = StringField("Unit (optional)", [at_most("Unit", 1000), unit_path("Unit")], filters=[trimmed])
    organisation = SelectField("Organisation (optional)", validate_choice=False)
    sector = SelectField(
        "Sector (optional)", choices=[ANY, *(SelectChoice(one.value, SECTOR_WORDS[one]) for one in Sector)]
    )
    category = SelectField(
        "Kind of person (optional)",
        choices=[ANY, *(SelectChoice(one.value, CATEGORY_WORDS[one]) for one in Category)],
    )

    def offer(self, choices: Choices) -> None:
        named = {rule.organisation for rule in choices.book.role_rules if rule.organisation}
        self.organisation.choices = [
            ANY,
            *(SelectChoice(name, name) for name in sorted({*choices.organisations, *named})),
        ]

    def wrong_together(self, days: dict[str, TypedDay]) -> None:
        if self.organisation.data and self.organisation.data not in offered(self.organisation):
            self.organisation.errors = ["Choose the organisation from the list"]
        if not any(field.data for field in self.asked):
            self.job_title.errors = [
                "Enter at least one condition. To ask something of everybody, have everyone hold the requirement"
            ]

    def made(self, parent: str, days: Mapping[str, date | None]) -> Line:
        if not parent:
            raise DomainError("Choose the role first")
        return RoleRule(
            role=parent,
            job_title=self.job_title.data or None,
            unit=path_of(self.unit.data) or None,
            organisation=self.organisation.data or None,
            sector=self.sector.data or None,
            category=self.category.data or None,
        )
