"""When and why somebody is away: kinds and reasons from closed lists, so that nothing medical can be typed."""

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf

from people.domain import AbsenceKind
from people.forms.records.base import RecordForm
from people.services.records.absences import WHY_WORDS, Why
from people.wording import ABSENCE_WORDS


class AbsenceForm(RecordForm):
    """The kind; the days are beside the form."""

    kind = RadioField(
        "Kind of absence",
        choices=[SelectChoice(kind.value, ABSENCE_WORDS[kind]) for kind in AbsenceKind],
        validators=[AnyOf([kind.value for kind in AbsenceKind], message="Select the kind of absence")],
        validate_choice=False,
    )


class RemoveAbsenceForm(RecordForm):
    """Why it never was."""

    why = RadioField(
        "Why is it a mistake?",
        choices=[SelectChoice(why.value, words) for why, words in WHY_WORDS.items()],
        validators=[AnyOf([why.value for why in Why], message="Select why it is a mistake")],
        validate_choice=False,
    )
