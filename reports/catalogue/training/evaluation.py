"""Evaluation summary: what people thought of workshops, course by course, as far as it may be shown of anybody.

Every number is one that the evaluation service shows (docs/workshops.md, "What is shown"): nothing is added up here.
What may be shown is that of the day on which the report is made, whatever day it is of. Otherwise a report of a day to
come would show answers that are still coming in.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from fractions import Fraction

from compliance.domain.headcount import financial_year
from courses.domain.evaluation import FEWEST_SHOWN, STATEMENTS, When
from courses.domain.evaluation_results import Results, change_words, mean_words
from foundation.dates import Period, day_before
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import WITHHELD, Cell, Column, Kind, Percent, Report, Says, Section, Table
from reports.domain.sources.training import EvaluationLine

_DETAIL, _MEASURE = Says.DETAIL, Says.MEASURE
_COURSE = (
    Column("course", "Course", width=14),
    Column("period", "Workshops held", width=14),
)
_ANSWERS = (
    *_COURSE,
    Column("workshops", "Workshops", Kind.NUMBER, 7, _MEASURE),
    Column("attended", "Attended", Kind.NUMBER, 7, _DETAIL),
    Column("before", "Answers before", Kind.NUMBER, 7),
    Column("after", "Answers after", Kind.NUMBER, 7),
    Column("later", "Answers six months later", Kind.NUMBER, 8),
    Column("response", "Response after", Kind.NUMBER, 7, _DETAIL),
    Column("suppressed", "Held back?", width=7),
)
_STATEMENTS = (
    *_COURSE,
    Column("statement", "Statement", width=26),
    Column("mean_before", "Mean before", Kind.NUMBER, 6, _MEASURE),
    Column("mean_after", "Mean after", Kind.NUMBER, 6, _MEASURE),
    Column("change", "Change of the mean", Kind.NUMBER, 6, _MEASURE),
    Column("agree_before", "Agree before", Kind.NUMBER, 7),
    Column("agree_after", "Agree after", Kind.NUMBER, 7),
    Column("agree_later", "Agree six months later", Kind.NUMBER, 8),
    Column("suppressed", "Held back?", width=7),
)
HELD_BACK = (
    f"[c] stands where workshops had fewer than {FEWEST_SHOWN} answers. An empty cell: nobody was asked, or people can "
    "still answer."
)


def build(ask: Ask, sources: Sources) -> Report:
    """The financial year up to the day, and the one before it: the answers of six months later are mostly of that."""
    today = ask.made_at.date()
    found = [
        (period, one) for period in periods(ask.as_at) for one in sources.training.evaluation(period, today)
    ]
    answers = Table(
        "answers",
        "Answers",
        _ANSWERS,
        tuple(_answers(period, one) for period, one in found),
        note=f"Response: of those at the workshops whose answers after are shown. {HELD_BACK}",
        empty="No workshop was held in these days.",
    )
    statements = Table(
        "statements",
        "Statements",
        _STATEMENTS,
        tuple(row for period, one in found for row in _statements(period, one)),
        note=f"Marks are from 1 (strongly disagree) to 5 (strongly agree); 4 and 5 agree. {HELD_BACK}",
        empty="No workshop was held in these days.",
    )
    says = (
        "Each workshop's answers are shown once nobody can answer any more, and from five on. "
        f"Shown here is what may be shown on {long_date(today)}."
    )
    head = replace(
        ask.head(DEFINITION.title, sources, ()), population="Everybody who answered, without their names"
    )
    return Report(DEFINITION.key, head, (Section("Evaluation", (says,), (answers, statements)),))


def periods(day: date) -> Sequence[Period]:
    """The financial year up to a day, and the year before it.

    >>> [str(one.first) for one in periods(date(2026, 12, 1))]
    ['2026-04-01', '2025-04-01']
    """
    this = financial_year(day)
    return this, financial_year(day_before(this.first))


def _period_words(days: Period) -> str:
    return f"{long_date(days.first)} to {long_date(days.last)}"


def _held_back(one: EvaluationLine) -> str:
    return "Yes" if one.too_few else "No"


def _answers(days: Period, one: EvaluationLine) -> tuple[Cell, ...]:
    after = one.results.sums.get(When.AFTER)
    there = one.attended_at.get(When.AFTER, 0)
    return (
        one.title,
        _period_words(days),
        one.workshops,
        one.attended,
        *(
            sums.people if (sums := one.results.sums.get(when)) is not None else _nothing(one, when)
            for when in When
        ),
        # Before a workshop some answer who do not come, and slips may be more than people.
        Percent(after.people, there) if after is not None and after.people <= there else None,
        _held_back(one),
    )


def _nothing(one: EvaluationLine, when: When) -> Cell:
    return WITHHELD if when in one.too_few else None


def _statements(days: Period, one: EvaluationLine) -> Iterable[tuple[Cell, ...]]:
    for at, statement in enumerate(STATEMENTS):
        change = _change(one.results, at)
        yield (
            one.title,
            _period_words(days),
            statement,
            *(_mean(one, when, at) for when in (When.BEFORE, When.AFTER)),
            None if change is None else change_words(change),
            *(_agree(one, when, at) for when in When),
            _held_back(one),
        )


def _mean(one: EvaluationLine, when: When, at: int) -> Cell:
    sums = one.results.sums.get(when)
    return _nothing(one, when) if sums is None else mean_words(sums.totals[at], sums.people)


def _agree(one: EvaluationLine, when: When, at: int) -> Cell:
    sums = one.results.sums.get(when)
    return _nothing(one, when) if sums is None else Percent(sums.agreeing[at], sums.people)


def _change(results: Results, at: int) -> Fraction | None:
    """By how much the mean after is above the one before, as the evaluation pages show it."""
    before, after = results.sums.get(When.BEFORE), results.sums.get(When.AFTER)
    if before is None or after is None:
        return None
    return Fraction(after.totals[at], after.people) - Fraction(before.totals[at], before.people)


DEFINITION = Definition(
    "evaluation",
    "Evaluation summary",
    "What people thought of workshops before, after and six months later, by course, from five answers on.",
    Readers.EVERYBODY,
    build,
    shows_figures=False,
    place=40,
)
