"""A post as people type it: where, what, for whom, with which roles. Days are beside the form."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice

from foundation.tables import ref_cell, text_cell
from people.forms.details import one_line
from people.forms.records.base import LONGEST_REASON, RecordForm, cell, filled, longest
from people.imports.person_rows import unit_path_cell
from people.imports.posts import Duties

Options = Sequence[tuple[str, str]]


def values_of(field: SelectField | SelectMultipleField) -> dict[str, str]:
    """What a field offers: its values with their words; that nothing is chosen is no offer."""
    return {one.value: one.label for one in field.choices or () if one.value}


class DutyFields(RecordForm):
    """Title, place, manager and roles. `…_choice` asks which of several is meant, and is shown where it is needed."""

    job_title = StringField(
        "Job title",
        [longest("Job title", 200), cell(text_cell)],
    )
    organisation = SelectField("Organisation", validate_choice=False)
    unit = StringField("Unit", [longest("Unit", 1000), cell(unit_path_cell)])
    unit_choice = RadioField("Which unit do you mean?", choices=[], validate_choice=False)
    manager = StringField("Manager", [longest("Manager", 200), cell(text_cell)])
    manager_choice = RadioField("Which manager do you mean?", choices=[], validate_choice=False)
    roles = SelectMultipleField("Roles named in the post", choices=[], validate_choice=False)

    def offer(self, organisations: Sequence[str], roles: Options) -> None:
        """What there is to choose from."""
        self.organisation.choices = [
            SelectChoice("", "Choose an organisation"),
            *(SelectChoice(name, name) for name in organisations),
        ]
        self.roles.choices = [SelectChoice(code, title) for code, title in roles]

    def show(self, duties: Duties) -> None:
        """Fill in what stands."""
        self.job_title.data = duties.job_title
        self.organisation.data = duties.organisation
        self.unit.data = duties.unit
        self.manager.data = duties.manager_ref
        self.roles.data = [code for code in duties.roles.split(";") if code]

    def refuse_unknown(self) -> None:
        """Errors for what was not among the choices."""
        if self.organisation.data not in values_of(self.organisation):
            self.organisation.errors = ["Select an organisation"]
        if not set(self.roles.data or ()) <= set(values_of(self.roles)):
            self.roles.errors = ["Select roles from the list"]


class PostFields(DutyFields):
    """The same, and the number of the post."""

    post_ref = StringField(
        "Post number",
        [
            filled("Enter a post number"),
            longest("Post number", 60),
            cell(ref_cell),
        ],
    )


class CorrectPostForm(DutyFields):
    """What was wrong from the first day, and why it is corrected."""

    reason = StringField(
        "Why is it corrected?",
        [
            filled("Enter why it is corrected"),
            longest("The reason", LONGEST_REASON),
        ],
        filters=[one_line],
    )


class EndPostForm(RecordForm):
    """The last day, which is beside the form."""


class RemovePostForm(RecordForm):
    """That the post never was."""

    reason = StringField(
        "Why is it a mistake?",
        [
            filled("Enter why it is a mistake"),
            longest("The reason", LONGEST_REASON),
        ],
        filters=[one_line],
    )
