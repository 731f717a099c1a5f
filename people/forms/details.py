"""Saying that a detail of one's own is wrong: which, and what it should be; and taking that back."""

from typing import Any

from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from foundation.row_numbers import LARGEST_ID
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.services.details import LONGEST_REQUEST, Detail

DETAIL_WORDS = {
    Detail.NAME: "Name",
    Detail.EMAIL: "Email address",
    Detail.JOB_TITLE: "Job title",
    Detail.UNIT: "Unit or team",
    Detail.MANAGER: "Manager",
    Detail.START_DATE: "Start date",
    Detail.OTHER_POST: "Another post that I hold",
}


def one_line(text: Any) -> Any:
    """What was typed as one line: runs of blanks made one, nothing that does not print.

    >>> one_line("  Ann\\t Khan\\x1b[31m ")
    'Ann Khan[31m'
    """
    if not isinstance(text, str):
        return text
    return " ".join("".join(letter for letter in text if letter.isprintable() or letter.isspace()).split())


class DetailRequestForm(OnceForm):
    """What is wrong, and what it should be."""

    detail = RadioField(
        "What is wrong?",
        choices=[SelectChoice(detail.value, words) for detail, words in DETAIL_WORDS.items()],
        validators=[AnyOf([detail.value for detail in Detail], message="Select what is wrong")],
        validate_choice=False,
    )
    should_be = StringField(
        "What should it be?",
        filters=[one_line],
        validators=[
            DataRequired("Enter what it should be"),
            Length(
                max=LONGEST_REQUEST,
                message=f"What it should be must be {LONGEST_REQUEST} characters or fewer",
            ),
        ],
    )

    def refuse(self, message: str) -> None:
        """Say beside the text why the rules refuse it."""
        self.should_be.errors = [*self.should_be.errors, message]


class WithdrawForm(PageForm):
    """Which request is taken back. To take one back twice does nothing more, so it carries no key."""

    request_id = IntegerField(validators=[InputRequired(), NumberRange(1, LARGEST_ID)])
