"""The forms about bookings: for oneself, for several people, an answer to an offer, a substitute."""

from collections.abc import Iterable

from wtforms import RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length

from courses.services.workshops.booking_words import OVERRIDES
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.records.base import longest

ACCEPT, DECLINE = "accept", "decline"
MOST_AT_ONCE = 200
"""People who may be booked in one go."""
LONGEST_NUMBERS = 20_000
LONGEST_NUMBER = 60


class BookForm(OnceForm):
    """One person asks for a place. What the page said would come of it is beside it."""


class PeopleToBookForm(OnceForm):
    """Who is to be booked: ticked, looked for, or named by staff numbers. The boxes are read by the view."""

    looked_for = StringField("Find people", [longest("What you look for", 200)], filters=[one_line])
    numbers = TextAreaField(
        "Staff numbers, one on each line (optional)",
        [
            Length(
                max=LONGEST_NUMBERS, message=f"Staff numbers must be {LONGEST_NUMBERS:,} characters or fewer"
            )
        ],
    )
    reason = SelectField(
        "Why they may come without it",
        choices=[SelectChoice("", "Choose a reason"), *(SelectChoice(*one) for one in OVERRIDES.items())],
        default="",
    )

    def refuse(self, message: str) -> None:
        """Say above the form why nothing can be done with it."""
        self.form_errors.append(message)


class AnswerForm(OnceForm):
    """The answer to an offer of a place."""

    answer = RadioField(
        "Do you take the place?",
        choices=[
            SelectChoice(ACCEPT, "Yes, take the place"),
            SelectChoice(DECLINE, "No, let it go to the next person"),
        ],
        validators=[AnyOf([ACCEPT, DECLINE], message="Select whether to take the place")],
        validate_choice=False,
    )


def numbers_in(typed: str) -> list[str]:
    """The staff numbers in a box, each once, in their order: one on a line, or several with commas or semicolons.

    >>> numbers_in(" 100 \\n\\n200;300, 100")
    ['100', '200', '300']
    """
    parts: Iterable[str] = typed.replace(",", "\n").replace(";", "\n").replace("\t", "\n").splitlines()
    return list(dict.fromkeys(part.strip() for part in parts if part.strip()))
