"""What the pages about posts and about new people share: a place, a manager and roles as somebody types them."""

from dataclasses import dataclass, field
from datetime import date

from flask import request
from wtforms.fields.choices import SelectChoice

from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import db
from foundation.formats import long_date
from people.forms.records.base import Day, read_day, shown
from people.forms.records.posts import DutyFields, values_of
from people.imports.posts import Duties, PostSpell
from people.services.finding.roles import role_options
from people.services.records.choosing import Meant, manager_meant, organisations, unit_meant

PARTS = ("job_title", "organisation", "unit", "unit_choice", "manager", "manager_choice", "roles")
HINTS = {
    "unit": "Its path, such as Community Solutions > Homes, or words of it. Leave it blank for the organisation itself",
    "manager": "Their payroll or staff number, or words of their name. Leave it blank where there is none",
    "roles": "Only those that HR names in the post. Role rules and roles by hand add theirs",
    "post_ref": "As the HR system numbers posts, so that its next file finds this one",
    "organisation": "One that the record has. A new organisation comes with a people file",
}
FIRST, LAST, CHANGED = "first_day", "last_day", "changed_on"
NO_END = "Leave it blank where no end is known"


@dataclass
class TypedDuties:
    """A form about a post, and which unit and manager it means."""

    form: DutyFields
    keep_roles: str = ""
    """Codes that the post names already, known to the rule book or not: they may stay."""
    unit: Meant = field(default_factory=Meant)
    manager: Meant = field(default_factory=Meant)

    def offer(self) -> None:
        """Fill in what there is to choose from."""
        known = role_options(db.session())
        codes = {code for code, _ in known}
        more = [(code, code) for code in self.keep_roles.split(";") if code and code not in codes]
        roles = [one for one in known if one[0] != "*"]
        self.form.offer(organisations(db.session()), [*roles, *more])

    def is_right(self) -> bool:
        """Whether it is clear which unit and manager are meant; asks where it is not."""
        form, session = self.form, db.session()
        form.refuse_unknown()
        if any(form[name].errors for name in ("organisation", "unit", "manager", "roles")):
            return False
        self.unit = unit_meant(
            session, form.organisation.data, form.unit.data or "", form.unit_choice.data or ""
        )
        self.manager = manager_meant(
            session, form.manager.data or "", form.manager_choice.data or "", clock.today()
        )
        for meant, choice, what in (
            (self.unit, form.unit_choice, "unit"),
            (self.manager, form.manager_choice, "manager"),
        ):
            choice.choices = [SelectChoice(value, words) for value, words in meant.options]
            if meant.value is None and not meant.options:
                form[what].errors = [
                    "Nobody who works here today is called this. Type a number or other words"
                ]
            elif meant.value is None:
                choice.errors = [f"Select which {what} you mean"]
            elif meant.value:
                form[what].data = meant.value
        return self.unit.value is not None and self.manager.value is not None

    def duties(self) -> Duties:
        """What was typed, once it is right."""
        form = self.form
        return Duties(
            form.organisation.data or "",
            self.unit.value or "",
            form.job_title.data or "",
            self.manager.value or "",
            ";".join(sorted(form.roles.data or ())),
        )

    def rows(self) -> list[tuple[str, str]]:
        """The answers."""
        said, titles = self.duties(), values_of(self.form.roles)
        return [
            ("Job title", said.job_title),
            ("Organisation", said.organisation),
            ("Unit", said.unit or "The organisation itself"),
            ("Manager", said.manager_ref or "No manager"),
            (
                "Roles named in the post",
                ", ".join(titles[code] for code in said.roles.split(";") if code) or "No role",
            ),
        ]


@dataclass
class TypedDays:
    """The first and the last day of something, as typed or as they stand."""

    first: Day
    last: Day

    @classmethod
    def read(cls, what: str) -> "TypedDays":
        """Those that were typed; a last day before the first is said at once."""
        today = clock.today()
        first = read_day(FIRST, f"First day of {what}", "", request.form, today)
        last = read_day(LAST, f"Last day of {what}", NO_END, request.form, today, open_end=True)
        if first.value and last.value and last.value < first.value:
            last = last.wrong("The last day must be the same as or after the first day")
        return cls(first, last)

    @classmethod
    def of(cls, what: str, first: date | None = None, last: date | None = None) -> "TypedDays":
        """Those that stand."""
        return cls(
            shown(FIRST, f"First day of {what}", "", first),
            shown(LAST, f"Last day of {what}", NO_END, last, open_end=True),
        )

    def both(self) -> tuple[Day, Day]:
        return self.first, self.last

    def spell(self, duties: Duties) -> PostSpell:
        """A stretch of a post on these days."""
        assert self.first.value is not None
        return PostSpell(self.first.value, self.last.value or FAR_DAY, duties)

    def rows(self) -> list[tuple[str, str]]:
        """The answers."""
        last = self.last.value
        return [
            (self.first.legend, long_date(self.first.value) if self.first.value else ""),
            (self.last.legend, "No end" if last in (None, FAR_DAY) else long_date(last)),
        ]
