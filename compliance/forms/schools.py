"""What a school is, as it is typed: phase, URN, declared headcount, last safeguarding audit."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from wtforms import Field, Form, RadioField, StringField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import AnyOf, ValidationError

from foundation.dates import FAR_DAY
from people.domain import Phase, SchoolDetails
from people.forms.details import one_line
from people.forms.records.base import Day, RecordForm, read_day, shown
from people.services.schools import MOST_GAPS, MOST_STAFF
from people.wording import PHASE_WORDS

HEADCOUNT_ON, AUDIT_ON = "headcount_on", "audit_on"
PARTS = ("phase", "urn", "headcount", HEADCOUNT_ON, AUDIT_ON, "audit_gaps")
"""The inputs in their order; a day by its name."""
HINTS = {
    "urn": "The 6 digits by which the Department for Education knows the school. Leave blank if you do not know it",
    "headcount": "How many people work there, as the school told us. Leave blank if it did not",
    "audit_gaps": "How many gaps about Prevent that the audit found are still open; 0 for none",
}
_DAYS = (
    (HEADCOUNT_ON, "Day of the headcount", "The day for which the school gave the number"),
    (AUDIT_ON, "Date of the last safeguarding audit", "Leave blank if there was none"),
)


def _whole_number(label: str, most: int) -> Callable[[Form, Field], None]:
    """A validator for a whole number as people write it, with or without commas; a blank one is none."""

    def check(_form: Form, field: Field) -> None:
        text = str(field.data or "").replace(",", "").replace(" ", "")
        if text and not (
            text.isascii() and text.isdigit() and len(text) <= len(str(most)) and int(text) <= most
        ):
            raise ValidationError(f"{label} must be a whole number from 0 to {most:,}")
        field.data = int(text) if text else None

    return check


class SchoolForm(RecordForm):
    """What a school is. The days are beside it (`SchoolDays`)."""

    phase = RadioField(
        "Phase",
        choices=[SelectChoice(phase.value, PHASE_WORDS[phase]) for phase in Phase],
        validators=[AnyOf([phase.value for phase in Phase], message="Select the phase")],
        validate_choice=False,
    )
    urn = StringField("URN (optional)", filters=[one_line])
    headcount = StringField("Staff headcount (optional)", [_whole_number("Staff headcount", MOST_STAFF)])
    audit_gaps = StringField(
        "Prevent gaps still open (optional)", [_whole_number("Prevent gaps still open", MOST_GAPS)]
    )

    def fill(self, details: SchoolDetails) -> None:
        """Show what stands."""
        self.phase.data, self.urn.data = details.phase, details.urn
        self.headcount.data, self.audit_gaps.data = details.headcount, details.audit_gaps

    def details(self, days: "SchoolDays") -> SchoolDetails:
        """What was typed."""
        return SchoolDetails(
            self.phase.data,
            self.urn.data or None,
            self.headcount.data,
            days.of(HEADCOUNT_ON),
            days.of(AUDIT_ON),
            self.audit_gaps.data,
        )

    def blame(self, problems: Iterable[tuple[str, str]], days: "SchoolDays") -> "SchoolDays":
        """Say beside each input what is wrong with it. Gives the days with theirs."""
        for name, words in problems:
            message = words.removesuffix(".")
            if name in days.by_name:
                days = days.wrong(name, message)
            else:
                self[name].errors = [*self[name].errors, message]
        return days


@dataclass(frozen=True, slots=True)
class SchoolDays:
    """The day of the headcount and the date of the audit; both may be left blank."""

    by_name: Mapping[str, Day]

    @classmethod
    def read(cls, typed: Mapping[str, str], today: date) -> "SchoolDays":
        """As typed."""
        return cls(
            {name: read_day(name, legend, hint, typed, today, open_end=True) for name, legend, hint in _DAYS}
        )

    @classmethod
    def standing(cls, details: SchoolDetails | None) -> "SchoolDays":
        """As they stand."""
        return cls(
            {
                name: shown(name, legend, hint, getattr(details, name, None), open_end=True)
                for name, legend, hint in _DAYS
            }
        )

    def of(self, name: str) -> date | None:
        """One of them; None where it was left blank."""
        day = self.by_name[name].value
        return None if day == FAR_DAY else day

    def wrong(self, name: str, message: str) -> "SchoolDays":
        """The same with what is wrong about one. A day is asked for in its place where it was left blank."""
        day = replace(self.by_name[name], open_end=False).wrong(message)
        return SchoolDays({**self.by_name, name: day})

    @property
    def errors(self) -> list[tuple[str, str | None]]:
        """What is wrong, with the box to mend."""
        return [(day.error, day.typed.first_wrong) for day in self.by_name.values() if day.error]
