"""The forms about certificates and passports: checking one, correcting one, taking one back, accepting a passport."""

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from courses.wording import OVERRULE_WORDS
from people.forms.once import OnceForm
from people.forms.page_form import PageForm

LONGEST_REASON = 200
CHECK_THE_NUMBER = "Check the number: it has 16 letters and numbers, in four groups of four"


def _trimmed(typed: str | None) -> str:
    return " ".join(typed.split()) if typed else ""


class NumberForm(PageForm):
    """The number of a certificate or a passport, as it is printed."""

    number = StringField("Number", [Length(max=100, message=CHECK_THE_NUMBER)], filters=[_trimmed])

    def refuse(self, message: str) -> None:
        """Say what is wrong with the number."""
        self.number.errors = [message]


class SurnameForm(PageForm):
    """What somebody types who knows whose certificate it should be."""

    surname = StringField("Surname", [Length(max=200, message="Enter the surname alone")], filters=[_trimmed])

    def refuse(self, message: str) -> None:
        """Say what is wrong with the surname."""
        self.surname.errors = [message]


class CheckFileForm(PageForm):
    """A file that says it is a certificate, a badge or a passport."""

    file = FileField("Upload the file")

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]


class ReasonForm(OnceForm):
    """Why a certificate is corrected or taken back, or an issuer is no longer trusted."""

    reason = TextAreaField(
        "Why?",
        [Length(max=LONGEST_REASON, message=f"The reason must be {LONGEST_REASON} characters or fewer")],
        filters=[_trimmed],
    )


class PassportForm(OnceForm):
    """A passport: first its file, then, once it was looked at, the signed statement that was in it."""

    file = FileField("Upload the training passport")
    token = HiddenField()
    reason = RadioField(
        "Why is it this person's?",
        choices=[SelectChoice(one.value, words) for one, words in OVERRULE_WORDS.items()],
        default="",
        validate_choice=False,  # the service refuses what is none of these, where a reason is needed at all
    )

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]


class IssuerForm(OnceForm):
    """An issuer to trust: first the file, then, once its fingerprint was compared, what was in it."""

    file = FileField("Upload the issuer's file")
    content = HiddenField()

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]
