"""What is typed on the pages that load files, and the words for what is wrong with it."""

from collections.abc import Sequence

from flask_wtf.file import FileField
from wtforms import BooleanField, HiddenField, SelectField, StringField
from wtforms.validators import Length, ValidationError

from courses.domain import is_reserved
from courses.imports.completion_rows import RESERVED
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.page_form import PageForm

LONGEST_SOURCE = 60


class UploadForm(PageForm):
    """A file and what it is. The day that a people file describes is beside it."""

    file = FileField("The file")
    map_name = SelectField("Which system wrote it?", validate_choice=False, default="")
    source = StringField(
        "Where the completions come from (optional)",
        [
            Length(
                max=LONGEST_SOURCE,
                message=f"Where the completions come from must be {LONGEST_SOURCE} characters or fewer",
            )
        ],
        filters=[one_line],
    )
    is_part = BooleanField(
        "This file is only a part of the workforce: nobody who is missing from it has left"
    )

    def validate_source(self, field: StringField) -> None:
        """None of our own keys: a row would be told as somebody's word. Read by wtforms."""
        if is_reserved(field.data or ""):
            raise ValidationError(RESERVED.format(field.data))

    def offer(self, maps: Sequence[tuple[str, str]]) -> None:
        """Give the systems to choose from."""
        self.map_name.choices = [("", "Find out by its headings"), *maps]

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]

    def choice_holds(self) -> bool:
        """Whether the system chosen is one of those offered."""
        known = (self.map_name.data or "") in dict(self.map_name.choices)
        if not known:
            self.map_name.errors = ["Choose the system from the list"]
        return known


class ConfirmForm(OnceForm):
    """What the preview showed is to be done. `seen` says which preview that was."""

    seen = HiddenField()
    leavers = StringField("How many posts will this end?")

    def confirms(self, number: int) -> bool:
        """Whether the very number was typed; says so beside the box where it was not."""
        typed = (self.leavers.data or "").replace(",", "").strip()
        if typed.isascii() and typed.isdigit() and len(typed) < 10 and int(typed) == number:
            return True
        self.leavers.errors = [
            f"Enter {number:,} if so many posts should end. If not, do not go on"
            if typed
            else "Enter how many posts will end"
        ]
        return False


class StepForm(OnceForm):
    """A step that needs no words: look again, remove, take back."""


class MendForm(PageForm):
    """The rows of one page. Their boxes are read by the view."""
