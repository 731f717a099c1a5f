"""The five statements about a workshop, and how many slips of paper are printed."""

from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, InputRequired, NumberRange

from courses.domain.evaluation import MARKS, STATEMENTS
from courses.services.workshops.evaluating import MOST_SLIPS
from people.forms.page_form import PageForm

_CHOICES = [SelectChoice(str(value), words) for value, words in MARKS]
_VALUES = [str(value) for value, _ in MARKS]


def _statement(number: int) -> RadioField:
    """One statement. An answer is needed for each: half a set of answers compares with nothing."""
    return RadioField(
        STATEMENTS[number],
        choices=_CHOICES,
        validators=[AnyOf(_VALUES, message=f"Select how far you agree with statement {number + 1}")],
        validate_choice=False,
    )


class AnswerForm(PageForm):
    """One answer for each statement. There is room for nothing else: words could tell whose they are."""

    statement_1 = _statement(0)
    statement_2 = _statement(1)
    statement_3 = _statement(2)
    statement_4 = _statement(3)
    statement_5 = _statement(4)

    @property
    def statements(self) -> list[RadioField]:
        """The fields, in order."""
        return [self.statement_1, self.statement_2, self.statement_3, self.statement_4, self.statement_5]

    @property
    def chosen(self) -> list[int]:
        """The marks, in order."""
        return [int(field.data) for field in self.statements]


class SlipsForm(PageForm):
    """How many slips of paper."""

    many = IntegerField(
        "Number of slips",
        validators=[
            InputRequired(f"Enter a number from 1 to {MOST_SLIPS}"),
            NumberRange(1, MOST_SLIPS, message=f"Enter a number from 1 to {MOST_SLIPS}"),
        ],
    )
