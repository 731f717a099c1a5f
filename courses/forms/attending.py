"""The forms about registers: outcomes, walk-ins, corrections, guests, files, and signing in at the door."""

from collections.abc import Mapping

from flask_wtf.file import FileField
from wtforms import HiddenField, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, Length

from courses.domain.workshops import Outcome
from courses.services.workshops.attending import Entry
from courses.services.workshops.door import SignedBy
from courses.wording import OUTCOME_WORDS
from foundation.tables import text_cell
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.forms.records.base import LONGEST_REASON, RecordForm, cell, filled, longest

NOT_YET = ""
OUTCOME, WAS = "outcome-", "was-"
CLOSE = "close"
LONGEST_NAME, LONGEST_NUMBER = 200, 60
LONGEST_CODE = 40


class RegisterForm(OnceForm):
    """What became of everybody; the outcomes are beside it (`entries`)."""


def entries(typed: Mapping[str, str], ids: Mapping[str, int]) -> list[Entry] | None:
    """What is said of each of these people (`ids` by public id); None where something is no outcome.

    Who is not spoken of is left as they are: another page, or another facilitator, may speak of them.
    """
    try:
        return [
            Entry(
                person_id,
                _outcome(typed.get(f"{WAS}{public_id}", NOT_YET)),
                _outcome(typed[f"{OUTCOME}{public_id}"]),
            )
            for public_id, person_id in ids.items()
            if f"{OUTCOME}{public_id}" in typed
        ]
    except ValueError:
        return None


def _outcome(word: str) -> Outcome | None:
    return None if word == NOT_YET else Outcome(word)


class LookForm(PageForm):
    """Whom to look for: a name, or exactly a staff number with the last name beside it."""

    looked_for = StringField(
        "Name, staff number or email address",
        [filled("Enter a name, a staff number or an email address"), longest("What you look for", 200)],
        filters=[one_line],
    )
    last_name = StringField("Last name", [longest("Last name", LONGEST_NAME)], filters=[one_line])


class ChosenForm(OnceForm):
    """Who was chosen of those who were found."""

    person = RadioField("Who is it?", validate_choice=False)

    def offer(self, choices: list[tuple[str, str]]) -> None:
        """Give the people to choose from."""
        self.person.choices = choices

    def is_chosen(self) -> bool:
        """Whether somebody was chosen; the form says so where nobody was."""
        chosen = bool(self.person.data)
        if not chosen:
            self.person.errors = ["Select who it is"]
        return chosen


class CorrectOutcomeForm(RecordForm):
    """What really became of somebody, and how that is known."""

    outcome = RadioField(
        "What became of them?",
        choices=[SelectChoice(one.value, words) for one, words in OUTCOME_WORDS.items()],
        validators=[AnyOf([one.value for one in Outcome], message="Select what became of them")],
        validate_choice=False,
    )
    reason = StringField(
        "Why is it corrected?",
        [filled("Enter why it is corrected"), longest("The reason", LONGEST_REASON)],
        filters=[one_line],
    )


class RegisterFileForm(PageForm):
    """A register as a table."""

    file = FileField("The register")

    def refuse(self, message: str) -> None:
        """Say what is wrong with the file."""
        self.file.errors = [*self.file.errors, message]


class DoorForm(PageForm):
    """What somebody without an account says at the door. `ticket`: the code was right a moment ago."""

    code = StringField(
        "Code on the screen", [Length(max=LONGEST_CODE, message="Enter the code on the screen")]
    )
    name = StringField(
        "Your name",
        [filled("Enter your name"), longest("Your name", LONGEST_NAME), cell(text_cell)],
        filters=[one_line],
    )
    employer = StringField(
        "Employer",
        [filled("Enter your employer"), longest("Employer", LONGEST_NAME), cell(text_cell)],
        filters=[one_line],
    )
    number = StringField(
        "Your staff number or work email address (optional)",
        [longest("Your staff number or email address", LONGEST_NUMBER), cell(text_cell)],
        filters=[one_line],
    )
    ticket = HiddenField()

    def said(self) -> SignedBy:
        """What was typed."""
        return SignedBy(str(self.name.data), str(self.employer.data), str(self.number.data or ""))


class DoorReferenceForm(PageForm):
    """Which workshop, and the code on its screen, from whoever types instead of scanning."""

    reference = StringField(
        "Workshop", [filled("Enter the workshop on the screen"), longest("Workshop", LONGEST_CODE)]
    )
    code = StringField("Code", [filled("Enter the code on the screen"), longest("Code", LONGEST_CODE)])


class DoorCodeForm(PageForm):
    """The code alone, typed by whoever could not scan it; and the one press of whoever is signed in."""

    code = StringField(
        "Code on the screen", [Length(max=LONGEST_CODE, message="Enter the code on the screen")]
    )
    ticket = HiddenField()
