"""How often somebody wants to be written to."""

from wtforms import RadioField
from wtforms.fields.choices import SelectChoice

from people.forms.once import OnceForm

AS_DUE, WEEKLY = "as_due", "weekly"


class FrequencyForm(OnceForm):
    """One of two: there is no choice to be told nothing."""

    how_often = RadioField(
        "How often do you want to hear from us?",
        choices=[SelectChoice(AS_DUE, "As things fall due"), SelectChoice(WEEKLY, "Once a week")],
        validate_choice=False,
    )

    def choice_holds(self) -> bool:
        """Whether one of the two was chosen; says so where not."""
        if self.how_often.data in (AS_DUE, WEEKLY):
            return True
        self.how_often.errors = ["Select how often you want to hear from us"]
        return False

    @property
    def weekly(self) -> bool:
        return bool(self.how_often.data == WEEKLY)
