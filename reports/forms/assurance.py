"""Judging a criterion of the training programme: what is typed, and the words for what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from wtforms import HiddenField, RadioField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Length, ValidationError

from foundation.errors import DomainError
from people.forms.details import one_line
from people.forms.once import OnceForm
from people.forms.typed_day import PARTS, TypedDay, shown_day, typed_day
from reports.domain.assurance import (
    COLOUR_WORDS,
    LONGEST_LINE,
    LONGEST_LINK,
    LONGEST_TEXT,
    SCORE_WORDS,
    Judged,
    Score,
    checked_link,
)

EVIDENCE_ON, DUE_ON = "evidence_on", "due_on"
NOT_JUDGED = "not_judged"
NOT_JUDGED_BUT_TYPED = "Choose how far this is met, or empty the other boxes"


def _longest(what: str, most: int) -> Length:
    return Length(max=most, message=f"{what} must be {most:,} characters or fewer")


def _lines(text: str | None) -> str:
    """What was typed in several lines, without blanks around it, with one kind of line end, and nothing unseen.

    Signs that turn the direction of writing would show a reader something else than what stands there.

    >>> _lines(" One\\r\\ntwo\\u202eeno\\x07 ")
    'One\\ntwoeno'
    """
    return "\n".join(map(_printable, (text or "").splitlines())).strip()


def _printable(line: str) -> str:
    return "".join(
        letter if letter.isprintable() else " " if letter.isspace() else "" for letter in line
    ).rstrip()


class AssuranceForm(OnceForm):
    """What somebody says about a criterion. `shown`: the line that the page showed. The days are beside it."""

    shown = HiddenField()
    score = RadioField(
        "Score",
        [InputRequired("Choose how far this is met")],
        choices=[
            *(SelectChoice(score.value, words) for score, words in SCORE_WORDS.items()),
            SelectChoice(NOT_JUDGED, "Not judged yet"),
        ],
    )
    rag = RadioField(
        "Colour",
        choices=[SelectChoice(value, words) for value, words in COLOUR_WORDS.items()],
        validate_choice=False,
    )
    evidence = StringField(
        "What the evidence is called (optional)",
        [_longest("What the evidence is called", LONGEST_LINE)],
        filters=[one_line],
    )
    link = StringField(
        "Link to the evidence (optional)", [_longest("The link", LONGEST_LINK)], filters=[one_line]
    )
    owner = StringField(
        "Who owns this (optional)", [_longest("Who owns this", LONGEST_LINE)], filters=[one_line]
    )
    gap = TextAreaField("Gap (optional)", [_longest("The gap", LONGEST_TEXT)], filters=[_lines])
    action = TextAreaField("Action (optional)", [_longest("The action", LONGEST_TEXT)], filters=[_lines])

    def validate_link(self, field: StringField) -> None:
        """Only what is safe to follow."""
        try:
            checked_link(field.data or "")
        except DomainError as error:
            raise ValidationError(str(error)) from None

    def validate_rag(self, field: RadioField) -> None:
        """A score has a colour."""
        if self.is_judged and field.data not in COLOUR_WORDS:
            raise ValidationError("Choose a colour")

    @property
    def is_judged(self) -> bool:
        """Whether a score was chosen."""
        return self.score.data in set(Score)

    def fill(self, says: Judged) -> None:
        """Show what stands."""
        self.score.data, self.rag.data = says.score.value, says.rag
        self.evidence.data, self.link.data, self.owner.data = says.evidence, says.link, says.owner
        self.gap.data, self.action.data = says.gap, says.action

    def is_thrown_away(self, days: "TypedDays", stands: Judged | None) -> bool:
        """Whether something was typed that nobody would find again, as it is not judged.

        What stands is shown in the boxes; it stays in the history, so it may be sent along.
        """
        if self.is_judged:
            return False
        kept = stands or Judged(Score.NOT_MET, "")
        typed: list[tuple[object, object]] = [
            (self.evidence.data, kept.evidence),
            (self.link.data, kept.link),
            (self.owner.data, kept.owner),
            (self.gap.data, kept.gap),
            (self.action.data, kept.action),
            (days.evidence_on.value, kept.evidence_on),
            (days.due_on.value, kept.due_on),
        ]
        return any(one and one != stood for one, stood in typed)

    def says(self, days: "TypedDays") -> Judged | None:
        """What was typed; None where it is not judged."""
        if not self.is_judged:
            return None
        return Judged(
            score=Score(str(self.score.data)),
            rag=str(self.rag.data),
            evidence=self.evidence.data or "",
            link=self.link.data or "",
            evidence_on=days.evidence_on.value,
            owner=self.owner.data or "",
            gap=self.gap.data or "",
            action=self.action.data or "",
            due_on=days.due_on.value,
        )


@dataclass(frozen=True, slots=True)
class TypedDays:
    """The two dates of the form, each of which may be left empty."""

    evidence_on: TypedDay
    due_on: TypedDay

    @property
    def lines(self) -> list[tuple[str, str | None]]:
        """What is wrong with them, as the error summary wants it."""
        return [(day.error, day.first_wrong) for day in (self.evidence_on, self.due_on) if day.error]


def shown_days(says: Judged | None) -> TypedDays:
    """The dates that stand."""
    return TypedDays(
        _shown(EVIDENCE_ON, says.evidence_on if says else None), _shown(DUE_ON, says.due_on if says else None)
    )


def _shown(name: str, day: date | None) -> TypedDay:
    return TypedDay(name, "", "", "") if day is None else shown_day(name, day)


def typed_days(typed: Mapping[str, str], today: date) -> TypedDays:
    """The dates as typed. Evidence is of today or earlier."""
    evidence_on = _optional(EVIDENCE_ON, "Date of the evidence", typed, today)
    if evidence_on.value is not None and evidence_on.value > today:
        wrong = "Date of the evidence must be today or in the past"
        evidence_on = replace(evidence_on, value=None, error=wrong, wrong=PARTS)
    return TypedDays(evidence_on, _optional(DUE_ON, "Day by which it is due", typed, today))


def _optional(name: str, label: str, typed: Mapping[str, str], today: date) -> TypedDay:
    if not any(typed.get(f"{name}-{part}", "").strip() for part in PARTS):
        return _shown(name, None)
    return typed_day(name, label, typed, today)
