"""Looking after accounts: what is typed, and the words for what is wrong with it."""

from collections.abc import Sequence

from wtforms import EmailField, RadioField, SelectField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Length

from people.domain import Permission
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.wording import PERMISSION_WORDS


class InviteForm(OnceForm):
    """Whom to invite."""

    email = EmailField(
        "Their work email address",
        [
            DataRequired("Enter a work email address"),
            Length(max=254, message="Enter a shorter email address"),
        ],
        filters=[one_line],
    )
    person_ref = StringField(
        "Their payroll or staff number (optional)",
        [Length(max=60, message="The number must be 60 characters or fewer")],
        filters=[one_line],
    )

    def refuse(self, message: str) -> None:
        """Say why the rules refuse it, beside what it is about."""
        about = self.person_ref if "number" in message or "person" in message else self.email
        about.errors = [*about.errors, message]


class GiveForm(OnceForm):
    """Which permission, and for a partner lead where."""

    permission = RadioField(
        "What may they do?",
        choices=[SelectChoice(one.value, words) for one, words in PERMISSION_WORDS.items()],
        validate_choice=False,
    )
    organisation = SelectField("Organisation that they lead", validate_choice=False)

    def offer(self, organisations: Sequence[tuple[str, str]]) -> None:
        """Give the organisations to choose from."""
        self.organisation.choices = [("", "Choose an organisation"), *organisations]

    def choices_hold(self) -> bool:
        """Whether what was chosen was offered; says so beside what was not."""
        if self.permission.data not in {one.value for one in Permission}:
            self.permission.errors = ["Select what they may do"]
        elif self.leads and self.organisation.data not in dict(self.organisation.choices[1:]):
            self.organisation.errors = ["Choose the organisation that they lead"]
        return not (self.permission.errors or self.organisation.errors)

    @property
    def leads(self) -> bool:
        return bool(self.permission.data == Permission.PARTNER_LEAD.value)

    def refuse(self, message: str) -> None:
        """Say why the rules refuse it."""
        self.permission.errors = [*self.permission.errors, message]


class ChangeForm(OnceForm):
    """Something is to be done with an account; which, the address says."""
