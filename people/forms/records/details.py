"""Who somebody is: name, e-mail address and category; and the number and first post of somebody new."""

from wtforms import EmailField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from foundation.tables import email_cell, ref_cell, text_cell
from people.domain import Category
from people.forms.details import one_line
from people.forms.records.base import LONGEST_REASON, RecordForm, cell, filled, longest
from people.forms.records.posts import PostFields
from people.imports.person_rows import Details
from people.wording import CATEGORY_WORDS


class DetailFields(RecordForm):
    """Name, e-mail address and category."""

    first_name = StringField(
        "First name",
        [
            filled("Enter a first name"),
            longest("First name", 200),
            cell(text_cell),
        ],
    )
    last_name = StringField(
        "Last name",
        [
            filled("Enter a last name"),
            longest("Last name", 200),
            cell(text_cell),
        ],
    )
    email = EmailField("Work email address", [cell(email_cell)])
    category = RadioField(
        "Category",
        choices=[SelectChoice(one.value, CATEGORY_WORDS[one]) for one in Category],
        validators=[AnyOf([one.value for one in Category], message="Select a category")],
        validate_choice=False,
    )

    def details(self) -> Details:
        """What was typed."""
        return Details(
            self.first_name.data or "", self.last_name.data or "", self.email.data or "", self.category.data
        )


class CorrectDetailsForm(DetailFields):
    """The same, and why they are corrected."""

    reason = StringField(
        "Why is it corrected?",
        [
            filled("Enter why it is corrected"),
            longest("The reason", LONGEST_REASON),
        ],
        filters=[one_line],
    )


class AddPersonForm(DetailFields, PostFields):
    """Somebody who is in no file, with the first post."""

    person_ref = StringField(
        "Payroll or staff number",
        [
            filled("Enter a number"),
            longest("The number", 60),
            cell(ref_cell),
        ],
    )
