"""How the council judges its own training programme: the criteria, and what is said about each. Pure.

The list is that of the training programme among the areas in which councils are assured (domain notes, section 4), in
our own words. Its two oldest gaps come first: nobody had worked out who needs which training, and once training went
online nobody could show who had completed it.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum

from foundation.errors import DomainError
from foundation.formats import long_date


class Score(StrEnum):
    """How far a criterion is met."""

    NOT_MET = "not_met"
    PARTLY_MET = "partly_met"
    MET = "met"
    EXCEEDING = "exceeding"


SCORE_WORDS = {
    Score.NOT_MET: "Not met",
    Score.PARTLY_MET: "Partly met",
    Score.MET: "Met",
    Score.EXCEEDING: "Exceeding",
}
COLOUR_WORDS = {"green": "Green", "amber": "Amber", "red": "Red"}
"""The colours in words, by the values of `Rag`: here somebody judges, and no target is counted."""
LONGEST_LINE = 200
LONGEST_LINK = 500
LONGEST_TEXT = 2000
EARLIEST_YEAR = 2015
"""The duty began in this year."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """Something that a good training programme does, and how one knows it. `key` never changes."""

    key: str
    title: str
    good: str


CRITERIA = (
    Criterion(
        "needs",
        "We know which roles need which training",
        "A training needs assessment names every role, which training it needs and by when, and who approved that. It "
        "is looked at again each year and after every reorganisation.",
    ),
    Criterion(
        "plan",
        "A plan of training is approved and dated",
        "One plan says which courses are offered to whom, how often, and by which day. The partnership board has "
        "approved it, and the date of that is on record.",
    ),
    Criterion(
        "proof",
        "Completion can be proved by name",
        "For everybody who is counted there is a completion with evidence that somebody checked or a system that we "
        "trust reported. Numbers without names are shown apart.",
    ),
    Criterion(
        "targets",
        "Staff in the plan's roles reach its targets",
        "Each action of the plan has its figure, its target and the change since last quarter. The board sees them "
        "every quarter.",
    ),
    Criterion(
        "leaders",
        "Elected members and leaders are reached",
        "Members, portfolio holders, directors and heads of service are briefed when they take office and again at the "
        "times that the plan names.",
    ),
    Criterion(
        "partners",
        "Partners and schools are reached",
        "In every school somebody is in date. Partners and the voluntary sector know what is offered, and the people "
        "trained there are counted by sector.",
    ),
    Criterion(
        "facilitators",
        "Those who lead training are competent",
        "Everybody who leads a workshop has completed the training for facilitators and is seen at work from time to "
        "time.",
    ),
    Criterion(
        "content",
        "Content is up to date and fits the role",
        "Courses use today's law and local risk, go deeper where the role does, and are looked at each year. Courses "
        "that have ended stop to count on a day that is on record.",
    ),
    Criterion(
        "evaluation",
        "Evaluation is used",
        "People say before, after and some months later what they learned. What they say is read, and something is "
        "changed because of it.",
    ),
    Criterion(
        "gaps",
        "Gaps are followed up",
        "Whoever is overdue is reminded, and their manager after them. What is below target has an action, an owner "
        "and a day, and is looked at until it is closed.",
    ),
)
BY_KEY: Mapping[str, Criterion] = {one.key: one for one in CRITERIA}
PLAN_CRITERION = "plan"
"""The criterion of which the evidence is the approved plan: its date is the date of approval."""


@dataclass(frozen=True, slots=True)
class Judged:
    """What somebody says about a criterion. `rag` is a value of `Rag`; `link` begins with https:// or is empty."""

    score: Score
    rag: str
    evidence: str = ""
    link: str = ""
    evidence_on: date | None = None
    owner: str = ""
    gap: str = ""
    action: str = ""
    due_on: date | None = None

    def is_overdue(self, day: date) -> bool:
        """Whether the action should have been done before a day. One that is done is taken out of the line."""
        return bool(self.action) and self.due_on is not None and self.due_on < day


@dataclass(frozen=True, slots=True)
class AssuranceLine:
    """A criterion of a financial year as it was judged. `gone_at`: when it left the record."""

    public_id: str
    year: int
    criterion: str
    says: Judged
    recorded_at: datetime
    recorded_by: str
    gone_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class PlannedWorkshop:
    """A workshop that is still to come."""

    reference: str
    course: str
    title: str
    day: date
    place: str
    places: int


@dataclass(frozen=True, slots=True)
class Assurance:
    """What the assurance pack of a day is made from, besides the rules: the lines of its year, and what is planned."""

    lines: Sequence[AssuranceLine] = ()
    planned: Sequence[PlannedWorkshop] = ()
    by_criterion: Mapping[str, AssuranceLine] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_criterion", {one.criterion: one for one in self.lines})


def year_of(day: date) -> int:
    """The year in which the financial year of a day begins.

    >>> year_of(date(2026, 3, 31)), year_of(date(2026, 4, 1))
    (2025, 2026)
    """
    return day.year - (day.month < 4)


def year_words(year: int) -> str:
    """A financial year in words.

    >>> year_words(2026)
    'April 2026 to March 2027'
    """
    return f"April {year} to March {year + 1}"


def overdue_words(says: Judged, day: date) -> str:
    """That the action is overdue, and since when; empty where it is not."""
    return f"Overdue since {long_date(says.due_on)}" if says.due_on and says.is_overdue(day) else ""


def newest_of_each(lines: Sequence[AssuranceLine]) -> list[AssuranceLine]:
    """Of each criterion the line of its latest year, in the order of the criteria: an action outlives its year."""
    found: dict[str, AssuranceLine] = {}
    for line in sorted(lines, key=lambda line: line.year):
        found[line.criterion] = line
    return [found[one.key] for one in CRITERIA if one.key in found]


NOT_A_LINK = "Enter a link that begins with https://, such as https://www.example.gov.uk/plan"


_LINK = re.compile(
    r"https://[a-z0-9-]+(\.[a-z0-9-]+)+(:[1-9][0-9]{0,4})?([/?#][^\s\"<>\\]*)?", re.IGNORECASE | re.ASCII
)
_NAMED = re.compile(r"https://[^/?#\\]*@", re.IGNORECASE)


def checked_link(text: str) -> str:
    """A link to evidence as it was typed, once it is one that is safe to follow. Raises DomainError.

    >>> checked_link("https://council.example/plan?page=2")
    'https://council.example/plan?page=2'
    """
    if not text:
        return ""
    if len(text) > LONGEST_LINK:
        raise DomainError(f"The link must be {LONGEST_LINK} characters or fewer")
    if _NAMED.match(text):
        raise DomainError("Enter a link without a user name or password in it")
    if not _LINK.fullmatch(text) or not text.isprintable():
        raise DomainError(NOT_A_LINK)
    return text
