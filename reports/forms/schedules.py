"""Having a report sent on schedule: what is typed, and the words for what is wrong with it."""

from collections.abc import Mapping, Sequence
from datetime import date
from hashlib import sha256

from wtforms import HiddenField, RadioField, SelectField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import Length

from people.forms.once import OnceForm
from people.forms.typed_day import TypedDay, typed_day
from reports.domain.asking import Definition
from reports.domain.description import Format
from reports.domain.schedule import EVERY_WORDS, FILE_FORMATS, Every, Wanted, addresses_in
from reports.services.building import choose_another
from reports.services.scheduling import Words

FIRST_DAY = "first_day"
LINK = "link"
LONGEST_LIST = 10_000
SEND_WORDS = {
    LINK: "A link",
    Format.PDF.value: "A PDF file of the version that may be published",
    Format.XLSX.value: "An Excel (XLSX) file of the version that may be published",
    Format.ODS.value: "An OpenDocument (ODS) file of the version that may be published",
    Format.CSV.value: "A CSV file of the version that may be published",
}


class ScheduleForm(OnceForm):
    """Which report, how often, as what, to whom. The first day is beside it (`first_day`).

    `checked` is sent by the page that shows the answers, and `shown` says which: only then is anything saved.
    """

    report = SelectField("Report", validate_choice=False)
    part = SelectField("Organisation or unit, and everything below it", validate_choice=False)
    every = RadioField(
        "How often",
        choices=[SelectChoice(one.value, EVERY_WORDS[one]) for one in Every],
        default=Every.QUARTER.value,
        validate_choice=False,
    )
    send_as = RadioField("What to send", default=LINK, validate_choice=False)
    recipients = TextAreaField(
        "Email addresses",
        [Length(max=LONGEST_LIST, message="The list of email addresses is too long")],
    )
    checked = HiddenField()
    shown = HiddenField()

    def offer(
        self, definitions: Sequence[Definition], units: Sequence[tuple[str, str]], *, with_files: bool
    ) -> None:
        """Give the reports and parts of the council to choose from, and what can be sent."""
        self._definitions = list(definitions)
        self.part.choices = list(units)
        self.report.choices = [("", "Choose a report"), *((one.key, one.title) for one in definitions)]
        forms = [LINK, *(one.value for one in FILE_FORMATS if with_files)]
        self.send_as.choices = [SelectChoice(one, SEND_WORDS[one]) for one in forms]

    def fill(self, wanted: Wanted, part: str) -> None:
        """Show what stands. `part`: the public id of its organisation or unit."""
        self.part.data = part
        self.report.data = wanted.report
        self.every.data = wanted.every.value
        self.send_as.data = wanted.form.value if wanted.form else LINK
        self.recipients.data = "\n".join(wanted.recipients)

    def choices_hold(self) -> bool:
        """Whether what was chosen was offered; says so beside each that was not."""
        if not self.report.data or self.report.data not in dict(self.report.choices):
            self.report.errors = ["Choose a report"]
        if self.every.data not in {one.value for one in Every}:
            self.every.errors = ["Select how often"]
        if self.send_as.data not in {one.value for one in self.send_as.choices}:
            self.send_as.errors = ["Select what to send"]
        if (self.part.data or "") not in dict(self.part.choices):
            self.part.errors = ["Choose an organisation or unit from the list"]
        elif self.part.data:
            of_the_whole = [
                one for one in self._definitions if one.key == self.report.data and not one.takes_part
            ]
            self.part.errors = [choose_another(one, self._definitions) for one in of_the_whole]
        return not (self.report.errors or self.part.errors or self.every.errors or self.send_as.errors)

    def wanted(self, first_day: date, unit_ids: Mapping[str, int]) -> Wanted:
        """What was asked for. `unit_ids`: the numbers of units by their public ids."""
        send_as = str(self.send_as.data)
        return Wanted(
            str(self.report.data),
            Every(self.every.data),
            None if send_as == LINK else Format(send_as),
            addresses_in(str(self.recipients.data or "")),
            first_day,
            unit_ids.get(self.part.data or ""),
        )

    def refuse(self, words: Words) -> None:
        """Say what is wrong, each beside what it is about."""
        for bound, why in (
            (self.report, words.report),
            (self.part, words.part),
            (self.send_as, words.form),
            (self.recipients, words.recipients),
        ):
            if why:
                bound.errors = [why]

    @property
    def is_checked(self) -> bool:
        """Whether the answers were shown, and are right."""
        return bool(self.checked.data == "yes")

    @property
    def goes_back(self) -> bool:
        """Whether the answers were shown, and are to be changed."""
        return bool(self.checked.data == "back")


class EndScheduleForm(OnceForm):
    """The report is not to be sent any more."""


def digest_of(wanted: Wanted) -> str:
    """What the page of answers has shown, in a few letters: what differs from it is shown first, and not saved."""
    form = wanted.form.value if wanted.form else LINK
    unit, day = str(wanted.unit_id or ""), wanted.first_day.isoformat()
    told = (wanted.report, unit, wanted.every.value, form, day, *wanted.recipients)
    return sha256("\n".join(told).encode()).hexdigest()


def first_day(typed: Mapping[str, str], today: date) -> TypedDay:
    """The day from which on it is sent."""
    return typed_day(FIRST_DAY, "First day", typed, today)
