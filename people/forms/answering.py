"""Answering a request to correct details: done or not, a sentence, and the message that goes out."""

from flask import current_app
from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, DataRequired, InputRequired, Length, NumberRange

from foundation.row_numbers import LARGEST_ID
from people.forms.details import DETAIL_WORDS, one_line
from people.forms.links import address_of
from people.forms.once import OnceForm
from people.services.answering import LONGEST_SENTENCE, Answered

DONE, NOT_DONE = "done", "not-done"


class AnswerForm(OnceForm):
    """What became of a request."""

    request_id = IntegerField(
        validators=[
            InputRequired("Open this page again and answer from there"),
            NumberRange(1, LARGEST_ID, message="Open this page again and answer from there"),
        ]
    )
    outcome = RadioField(
        "What became of it?",
        choices=[SelectChoice(DONE, "It was put right"), SelectChoice(NOT_DONE, "It stays as it is")],
        validators=[AnyOf([DONE, NOT_DONE], message="Select what became of it")],
        validate_choice=False,
    )
    sentence = StringField(
        "A sentence for the person",
        filters=[one_line],
        validators=[
            DataRequired("Enter a sentence for the person"),
            Length(
                max=LONGEST_SENTENCE, message=f"The sentence must be {LONGEST_SENTENCE} characters or fewer"
            ),
        ],
    )

    def refuse(self, message: str) -> None:
        """Say why the rules refuse the answer."""
        self.outcome.errors = [*self.outcome.errors, message]


def words(told: Answered) -> tuple[str, str]:
    """Subject and body of the message about an answer: templates/emails/detail_request_answered, as plain text."""
    values = {
        "told": told,
        "detail": DETAIL_WORDS[told.detail].lower(),
        "details": address_of("people.my_details"),
    }
    environment = current_app.jinja_env
    subject, body = (
        environment.get_template(f"emails/detail_request_answered/{part}.txt").render(values)
        for part in ("subject", "body")
    )
    return subject, f"{body}\n"
