"""Days and numbers as people read them. Percentages come from whole numbers only, so they never round up."""

from datetime import date

# Not strftime: the words must not change with the locale of the server.
_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

NO_ONE_COUNTED = "no one counted"
"""Stands where a percentage would be when nobody is counted (counting rule 7)."""


def long_date(day: date) -> str:
    """A day in words, the month in full.

    >>> long_date(date(2026, 12, 1))
    '1 December 2026'
    """
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def percent_or_none(part: int, whole: int) -> str | None:
    """A percentage with one decimal, rounded down; None when nobody is counted (counting rule 7).

    >>> percent_or_none(6996, 10000), percent_or_none(2, 3), percent_or_none(0, 0)
    ('69.9', '66.6', None)
    """
    if whole == 0:
        return None
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}"


def percent_text(part: int, whole: int) -> str:
    """The percentage without its sign, or the words that stand in its place (counting rule 7).

    >>> percent_text(87, 95), percent_text(0, 0)
    ('91.5', 'no one counted')
    """
    return percent_or_none(part, whole) or NO_ONE_COUNTED


def fraction(part: int, whole: int) -> str:
    """The numbers and their percentage, always together.

    >>> fraction(87, 95), fraction(1999, 2000), fraction(0, 0)
    ('87 of 95 (91.5%)', '1,999 of 2,000 (99.9%)', 'no one counted')
    """
    if whole == 0:
        return NO_ONE_COUNTED
    return f"{part:,} of {whole:,} ({percent_text(part, whole)}%)"


def count_noun(count: int, one: str, many: str) -> str:
    """A number and its noun.

    >>> count_noun(1, "person", "people"), count_noun(4026, "person", "people")
    ('1 person', '4,026 people')
    """
    return f"{count:,} {one if count == 1 else many}"
