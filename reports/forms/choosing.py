"""Choosing of whom a report is. It is sent in the body of a request, so that no name stands in an address."""

from wtforms import StringField

from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.records.base import filled, longest

LONGEST = 200
NOTHING_TYPED = "Enter a name, unit or role"


class ChooseForm(OnceForm):
    """Look for somebody by what one knows of them."""

    looked_for = StringField(
        "Find a person", [filled(NOTHING_TYPED), longest("What you look for", LONGEST)], filters=[one_line]
    )

    def box(self, *, manager: bool) -> StringField:
        """The box to type in, named after whom the report is of."""
        if manager:
            self.looked_for.label.text = "Find a manager"
        return self.looked_for
