"""How a figure went and will go, at the ends of months or quarters, and when the cover of people runs out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.services.figures import FigureRow, Question, Reference, figures_on
from compliance.services.lists import Lists
from compliance.store import lists as store
from foundation.dates import Period, day_after, month_ends, quarter_ends

IN_DATE = (Status.COMPLIANT, Status.EXPIRING)


def period_ends(every: str, first: date, last: date) -> list[date]:
    """The month ends, or the quarter ends of the financial year, from `first` to `last`."""
    return list((quarter_ends if every == "quarter" else month_ends)(first, last))


def trend_of(
    session: Session, days: Sequence[date], question: Question, reference: Reference
) -> dict[date, FigureRow]:
    """The figure of one requirement on each day on which it is in force or somebody is required."""
    assert question.requirement is not None
    answer = figures_on(session, days, question, reference=reference)
    return {row.day: row for row in answer.rows}


@dataclass(frozen=True, slots=True)
class Lapse:
    """How many of those who are in date today have cover that ends in a period, unless they renew."""

    days: Period
    people: int


def lapses(
    session: Session, lists: Lists, today: date, ends: Sequence[date], question: Question
) -> list[Lapse]:
    """The periods that end on `ends`, the first of them from today on. Each number is that of a list of people."""
    filters = lists.filters(question, IN_DATE)
    found = store.ends(session, today, filters)
    result, first = [], today
    for end in ends:
        days = Period(first, end)
        result.append(Lapse(days, _within(found.items(), days)))
        first = day_after(end)
    return result


def _within(found: Iterable[tuple[date, int]], days: Period) -> int:
    return sum(people for day, people in found if day in days)
