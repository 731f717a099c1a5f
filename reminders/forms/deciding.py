"""Deciding about messages and about all mail: what is typed, and the words for what is wrong with it."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from people.forms.details import one_line
from people.forms.once import OnceForm

LONGEST_WHY = 200


class DecideForm(OnceForm):
    """Something is to be done with a message or a run; which, the address says."""


class SendNowForm(OnceForm):
    """Those who were listed are to be reminded. `shown`: the digest of that list (`reminders.domain.by_hand`)."""

    shown = HiddenField()


class WhyForm(OnceForm):
    """The same, with the reason for it."""

    why = TextAreaField(
        "Why?",
        [
            DataRequired("Enter why"),
            Length(max=LONGEST_WHY, message=f"Why must be {LONGEST_WHY} characters or fewer"),
        ],
        filters=[one_line],
    )
