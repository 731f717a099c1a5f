"""Deciding about evidence: what may be chosen, the words for it, and the messages that go out."""

from flask import current_app
from wtforms import IntegerField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, Length, NumberRange

from courses.services.checking import Told
from foundation.formats import count_noun, long_date
from foundation.row_numbers import LARGEST_ID
from people.forms.details import one_line
from people.forms.links import address_of
from people.forms.once import OnceForm
from people.forms.page_form import PageForm

ACCEPT, OTHER = "accept", "other"
REASONS = {
    "name": "The name does not match",
    "course": "It is for another course",
    "date": "The date does not match",
    "unreadable": "It cannot be read",
    "proof": "It does not show that the course was completed",
    "certificate": "A certificate is needed",
    OTHER: "Another reason",
}
"""Why evidence is not accepted, as the person reads it; each is one choice, so that two clicks decide."""
LONGEST_WORDS = 120
"""With the longest of the reasons before it, no more than a fact has room for."""


class CheckForm(OnceForm):
    """Accept, or one of the reasons not to. `fact` is the completion that the page showed."""

    fact = IntegerField(
        validators=[
            InputRequired("Open this page again and send it from there"),
            NumberRange(1, LARGEST_ID, message="Open this page again and send it from there"),
        ]
    )
    decision = RadioField(
        "Does this prove the training?",
        choices=[
            SelectChoice(ACCEPT, "Yes, accept it"),
            *(SelectChoice(key, f"No: {words[0].lower()}{words[1:]}") for key, words in REASONS.items()),
        ],
        validators=[AnyOf([ACCEPT, *REASONS], message="Select whether you accept it")],
        validate_choice=False,
    )
    words = StringField(
        "A sentence for the person",
        filters=[one_line],
        validators=[
            Length(max=LONGEST_WORDS, message=f"The sentence must be {LONGEST_WORDS} characters or fewer")
        ],
    )

    def is_complete(self) -> bool:
        """Whether another reason has its words; the form says so where it has none."""
        if self.decision.data == OTHER and not self.words.data:
            self.words.errors = [*self.words.errors, "Enter why you do not accept it"]
            return False
        return True

    @property
    def reason(self) -> str:
        """Why it is not accepted, in one line; empty where it is."""
        if self.decision.data == ACCEPT:
            return ""
        if self.decision.data == OTHER:
            return str(self.words.data)
        reason = REASONS[str(self.decision.data)]
        return f"{reason}. {self.words.data}" if self.words.data else reason

    def refuse(self, message: str) -> None:
        """Say why the rules refuse the decision."""
        self.decision.errors = [*self.decision.errors, message]


class UndoForm(PageForm):
    """Undoing twice does nothing more, so it carries no key."""


def words(told: Told, course: str) -> tuple[str, str]:
    """Subject and body of the message about evidence: templates/emails/evidence_<what>, as plain text."""
    values = {
        "told": told,
        "course": course,
        "completed_on": long_date(told.completed_on),
        "people": count_noun(told.people, "person", "people"),
        "tell_us": address_of("courses.tell_us"),
        "register": address_of("courses.register"),
    }
    environment = current_app.jinja_env
    subject, body = (
        environment.get_template(f"emails/evidence_{told.what}/{part}.txt").render(values)
        for part in ("subject", "body")
    )
    return subject, f"{body}\n"
