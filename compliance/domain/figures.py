"""Figures: the whole numbers behind a percentage, and what may be said of them (counting rule 7)."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from enum import StrEnum

from compliance.domain.spans import Status


@dataclass(frozen=True, slots=True)
class Counts:
    """Distinct people required, by status, and how many of them are covered whatever their status."""

    exempt: int = 0
    absent: int = 0
    expiring: int = 0
    compliant: int = 0
    not_yet_due: int = 0
    awaiting_check: int = 0
    expired: int = 0
    outstanding: int = 0
    covered: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in COUNT_NAMES))

    def of(self, status: Status) -> int:
        """The people with one status."""
        return int(getattr(self, status.value))

    @property
    def required(self) -> int:
        """Everyone who is not `not_required`."""
        return (
            self.exempt
            + self.absent
            + self.expiring
            + self.compliant
            + self.not_yet_due
            + self.awaiting_check
            + self.expired
            + self.outstanding
        )

    @property
    def counted(self) -> int:
        """The denominator."""
        return self.in_date + self.awaiting_check + self.expired + self.outstanding

    @property
    def in_date(self) -> int:
        """The numerator: compliant and expiring."""
        return self.compliant + self.expiring

    @property
    def percent(self) -> str | None:
        """Compliant of counted, one decimal, rounded down; None when no one is counted."""
        return percent_text(self.in_date, self.counted)

    @property
    def gross_percent(self) -> str | None:
        """People covered of people required, nobody left out; None when no one is counted."""
        return percent_text(self.covered, self.required) if self.counted else None


COUNT_NAMES = tuple(field.name for field in fields(Counts))
NOBODY = Counts()


def counts_of(statuses: Iterable[tuple[Status, bool]]) -> Counts:
    """Counts from (status, covered) of each person, `not_required` left out by the caller."""
    found = dict.fromkeys(COUNT_NAMES, 0)
    for status, covered in statuses:
        found[status.value] += 1
        found["covered"] += covered
    return Counts(**found)


def percent_text(part: int, whole: int) -> str | None:
    """One decimal, rounded down so that it never flatters.

    >>> percent_text(6996, 10000), percent_text(2, 3), percent_text(0, 0)
    ('69.9', '66.6', None)
    """
    if whole == 0:
        return None
    tenths = part * 1000 // whole
    return f"{tenths // 10}.{tenths % 10}"


class Rag(StrEnum):
    """The colour of a figure against its target. Shown in words as well."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


AMBER_HUNDREDTHS = 10_00
"""Amber reaches to ten points below the target."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """A figure against its target: met or not, how many people are still needed, and the colour."""

    target_hundredths: int
    met: bool
    people_to_target: int
    rag: Rag

    @property
    def target(self) -> int | float:
        """The target in percent; a whole number where it is one."""
        whole, rest = divmod(self.target_hundredths, 100)
        return whole if rest == 0 else self.target_hundredths / 100


def judge(counts: Counts, target_hundredths: int | None) -> Judgement | None:
    """Counting rule 7 in whole numbers; None where there is no target or no one is counted.

    >>> judge(Counts(compliant=6996, outstanding=3004), 70_00).met
    False
    """
    if target_hundredths is None or counts.counted == 0:
        return None
    have, ask = 100_00 * counts.in_date, target_hundredths * counts.counted
    met = have >= ask
    needed = max(0, -(-ask // 100_00) - counts.in_date)
    if met:
        rag = Rag.GREEN
    elif have >= (target_hundredths - AMBER_HUNDREDTHS) * counts.counted:
        rag = Rag.AMBER
    else:
        rag = Rag.RED
    return Judgement(target_hundredths, met, needed, rag)


@dataclass(frozen=True, slots=True)
class PeopleFigure:
    """Of the people with at least one counted requirement, those compliant in all of them."""

    counted: int = 0
    compliant_in_all: int = 0

    @property
    def percent(self) -> str | None:
        return percent_text(self.compliant_in_all, self.counted)
