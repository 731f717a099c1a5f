"""The forms of the two journeys: telling us about training, and recording a signed register."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

from flask_wtf.file import FileField
from wtforms import SelectField, StringField, SubmitField
from wtforms.validators import Length

from courses.domain import Course, Told
from courses.services.telling import refuse_day
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day

DAY = "completed_on"
LONGEST = 200


def _trimmed(typed: str | None) -> str | None:
    """Without the blanks around it, and with one for each run of them inside."""
    return " ".join(typed.split()) if typed else typed


class UploadForm(PageForm):
    """A certificate, or the word that there is none."""

    file = FileField("Upload your certificate")
    without = SubmitField("I have no certificate")

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]


class RegisterUploadForm(PageForm):
    """A signed register. There is no way on without it."""

    file = FileField("Upload the signed register")

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]


class RegisterDetailsForm(PageForm):
    """Which course, by whom. The day is beside it (`day_of_completion`)."""

    course = SelectField("Course", validate_choice=False)
    provider = StringField(
        "Who ran it (optional)",
        [Length(max=LONGEST, message=f"Who ran it must be {LONGEST} characters or fewer")],
        filters=[_trimmed],
    )

    def offer(self, courses: Sequence[Course]) -> None:
        """Give the courses to choose from."""
        self.course.choices = [
            ("", "Choose a course"),
            *((one.code, one.title or one.code) for one in courses),
        ]

    def refuse_unknown_course(self) -> bool:
        """Say so where no course of the list was chosen."""
        known = self.course.data and self.course.data in dict(self.course.choices)
        if not known:
            self.course.errors = ["Choose the course from the list"]
        return not known

    def lines_with(self, day: TypedDay) -> list[tuple[str, str]]:
        """The lines of the error summary, the day's in its place after the course."""
        lines = self.error_lines()
        after = len([one for one in lines if one[1] == "course"])
        if day.error:
            lines.insert(after, (day.error, day.first_wrong or ""))
        return lines

    def told(self, day: date) -> Told:
        """What was told."""
        reference = getattr(self, "reference", None)
        return Told(
            str(self.course.data),
            day,
            self.provider.data or "",
            (reference.data if reference is not None else "") or "",
        )


class DetailsForm(RegisterDetailsForm):
    """The same of one's own training, with the number of the certificate."""

    reference = StringField(
        "Certificate number (optional)",
        [Length(max=LONGEST, message=f"Certificate number must be {LONGEST} characters or fewer")],
        filters=[_trimmed],
    )


class PeopleForm(PageForm):
    """Who signed the register. The boxes are read by the view: they may be hundreds, over several pages."""

    looked_for = StringField("Find a name in your team", [Length(max=LONGEST)], filters=[_trimmed])


class SendForm(OnceForm):
    """The answers are right: send them."""


def day_of_completion(typed: Mapping[str, str], today: date) -> TypedDay:
    """The day on which it was completed: a real one, and not in the future."""
    if not any(typed.get(f"{DAY}-{part}", "").strip() for part in PARTS):
        return TypedDay(DAY, "", "", "", error="Enter the date on which it was completed", wrong=PARTS)
    found = typed_day(DAY, "Date", typed, today)
    problem = refuse_day(found.value, today) if found.value else ""
    return refused_day(found, f"Date {problem}") if problem else found


def day_in_address(text: str) -> date | None:
    """The day in an address, written YYYY-MM-DD; None for anything else."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def refused_day(found: TypedDay, message: str) -> TypedDay:
    """A day that cannot be, and why."""
    return replace(found, value=None, error=message, wrong=PARTS)


def shown_or_empty(value: date | None) -> TypedDay:
    """A day as it stands in the boxes; empty boxes without one."""
    return TypedDay(DAY, "", "", "") if value is None else shown_day(DAY, value)
