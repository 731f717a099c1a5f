"""Saying something about a part of a report: what is typed, and the words for what is wrong with it."""

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from compliance.domain.figures import Rag
from foundation.errors import DomainError
from people.forms.details import one_line
from people.forms.once import OnceForm
from reports.domain.commentary import COLOUR_WORDS, Said, checked

NO_COLOUR = "none"


class CommentaryForm(OnceForm):
    """What somebody says. `seen`: the public id of the note that the page showed; empty: none stood."""

    seen = HiddenField()
    words = TextAreaField("Commentary")
    rag = RadioField(
        "Colour",
        choices=[
            *(SelectChoice(rag.value, words) for rag, words in COLOUR_WORDS.items()),
            SelectChoice(NO_COLOUR, "No colour"),
        ],
        default=NO_COLOUR,
        validate_choice=False,
    )
    said_by = StringField("Who answers for it", filters=[one_line])

    def fill(self, said: Said) -> None:
        """Show what stands."""
        self.words.data, self.said_by.data = said.words, said.said_by
        self.rag.data = said.rag.value if said.rag else NO_COLOUR

    @property
    def said(self) -> Said:
        """What was typed."""
        rag = self.rag.data if self.rag.data in set(Rag) else None
        words = str(self.words.data or "")
        # With no words nobody answers for anything, whatever was suggested.
        return Said(words, str(self.said_by.data or ""), Rag(rag) if rag else None)

    def holds(self) -> bool:
        """Whether what was typed can be said; says beside the input why not."""
        try:
            checked(self.said)
        except DomainError as error:
            wrong = self.said_by if "answers" in str(error) else self.words
            wrong.errors = [str(error)]
            return False
        return True
