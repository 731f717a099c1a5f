"""The filters that the pages share: which statuses a list shows, which requirements there are to choose."""

from collections.abc import Mapping
from datetime import date

from compliance.domain.requirement import Kind, RuleBook
from compliance.domain.spans import REQUIRED_STATUSES, Status
from compliance.wording import STATUS_WORDS
from foundation.errors import NotFound

# What a number of a figure is made of, so that the list behind it adds up to it (counting rule 10).
GROUPS: Mapping[str, tuple[str, tuple[Status, ...]]] = {
    "all_required": ("Everyone required", REQUIRED_STATUSES),
    "all_counted": ("Everyone counted", tuple(status for status in REQUIRED_STATUSES if status.is_counted)),
    "all_compliant": (
        "Up to date, those that expire soon included",
        tuple(status for status in REQUIRED_STATUSES if status.is_compliant),
    ),
    "all_to_do": (
        "Counted and not up to date",
        tuple(status for status in REQUIRED_STATUSES if status.is_counted and not status.is_compliant),
    ),
    "all_not_counted": (
        "Required and not counted",
        tuple(status for status in REQUIRED_STATUSES if not status.is_counted),
    ),
}
EVERYONE = "all_required"


def show_options() -> list[tuple[str, str]]:
    """What the choice of statuses offers: (value, words)."""
    groups = [(key, words) for key, (words, _) in GROUPS.items()]
    return groups + [(status.value, STATUS_WORDS[status]) for status in REQUIRED_STATUSES]


def statuses_of(show: str) -> tuple[Status, ...]:
    """The statuses behind a choice; nothing chosen: all. Raises NotFound for what is no choice."""
    if show in GROUPS:
        return GROUPS[show][1]
    if not show:
        return GROUPS[EVERYONE][1]
    if show not in set(REQUIRED_STATUSES):
        raise NotFound("There is no such status.")
    return (Status(show),)


def show_words(show: str) -> str:
    """A choice of statuses in words."""
    return dict(show_options()).get(show or EVERYONE, "")


def requirement_options(book: RuleBook, day: date, every: bool = True) -> list[tuple[str, str]]:
    """What the choice of requirements offers: those of the rule book, as they are called on a day."""
    options = []
    for code in book.codes:
        requirement = book.requirement_on(code, day) or book.latest(code)
        options.append((code, requirement.title if requirement and requirement.title else code))
    return [("", "All requirements"), *options] if every else options


def is_measure(book: RuleBook, code: str, day: date) -> bool:
    """Whether a requirement is only counted and reported: nobody is asked to do it."""
    requirement = book.requirement_on(code, day)
    return requirement is not None and requirement.kind == Kind.MEASURE


def kept(**filters: str | None) -> dict[str, str]:
    """The filters that say something, for the address of a link."""
    return {name: value for name, value in filters.items() if value}
