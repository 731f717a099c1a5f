"""The columns of a figure, once, so that every report that shows figures shows them alike. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from compliance.domain.figures import Counts
from compliance.wording import RAG_WORDS
from reports.domain.asking import Line, Standing
from reports.domain.description import Cell, Column, Kind, Percent, Points, Says

IN_DATE_OF_COUNTED = (("counted", "in_date"),)
"""Which number is a part of which: the difference is a number of people too."""

PERSON = (
    Column("person_ref", "Staff number", width=9, says=Says.REFERENCE),
    Column("name", "Name", width=16, says=Says.PERSON),
    Column("organisation", "Organisation", width=13),
    Column("unit", "Unit", width=16),
    Column("job_title", "Job title", width=14, says=Says.PERSON),
)
"""Who somebody is and where they work, once for every list by name."""

FIGURE = (
    Column("required", "Required", Kind.NUMBER, 7, Says.DETAIL),
    Column("not_yet_due", "Not yet due", Kind.NUMBER, 7, Says.DETAIL),
    Column("absent", "Away from work", Kind.NUMBER, 7, Says.DETAIL),
    Column("exempt", "Exempt", Kind.NUMBER, 7, Says.DETAIL),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("awaiting_check", "Waiting for a check", Kind.NUMBER, 7, Says.DETAIL),
    Column("expired", "Expired", Kind.NUMBER, 7, Says.DETAIL),
    Column("outstanding", "Not started", Kind.NUMBER, 7, Says.DETAIL),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("target", "Target", Kind.TEXT, 6),
    Column("variance", "Points above target", Kind.NUMBER, 8),
    Column("people_to_target", "People to target", Kind.NUMBER, 7, Says.MEASURE),
    Column("rag", "Against target", Kind.TEXT, 12, Says.MEASURE),
    Column("covered", "Covered", Kind.NUMBER, 7, Says.DETAIL),
    Column("gross", "Covered of required", Kind.NUMBER, 8, Says.DETAIL),
)


def kept_in(columns: Iterable[Column]) -> tuple[Column, ...]:
    """Columns of figures that are not published: whatever is made from numbers of people says so."""
    return tuple(
        replace(one, says=Says.DETAIL) if one.kind is Kind.NUMBER or one.says is Says.MEASURE else one
        for one in columns
    )


def person_cells(one: Standing) -> tuple[Cell, ...]:
    """The cells of `PERSON`."""
    return one.person_ref, one.name, one.organisation, one.unit, one.job_title


def figure_cells(line: Line) -> tuple[Cell, ...]:
    """The cells of `FIGURE` for a line. Net and gross stand together always (counting rule 7)."""
    counts, judgement = line.counts, line.judgement
    return (
        counts.required,
        counts.not_yet_due,
        counts.absent,
        counts.exempt,
        counts.counted,
        counts.in_date,
        counts.awaiting_check,
        counts.expired,
        counts.outstanding,
        net(counts),
        target_text(line),
        variance(line),
        None if judgement is None else judgement.people_to_target,
        rag_text(line),
        counts.covered,
        gross(counts),
    )


def net(counts: Counts) -> Percent:
    """In date of counted."""
    return Percent(counts.in_date, counts.counted)


def gross(counts: Counts) -> Percent:
    """Covered of required, nobody left out; nothing where nobody is counted (counting rule 7)."""
    return Percent(counts.covered, counts.required if counts.counted else 0)


def variance(line: Line) -> Points | None:
    """By how many points a percentage is above its target, below with a minus; rounded down as percentages are."""
    if line.judgement is None:
        return None
    counts = line.counts
    above = 100_00 * counts.in_date - line.judgement.target_hundredths * counts.counted
    return Points(above // (10 * counts.counted))


def target_text(line: Line) -> str:
    """The target in percent; empty where there is none in force."""
    return "" if line.judgement is None else f"{line.judgement.target}%"


def rag_text(line: Line) -> str:
    """Green, amber or red, in words."""
    return "" if line.judgement is None else RAG_WORDS[line.judgement.rag]


def change(now: Percent, before: Percent) -> Points | None:
    """By how many percentage points a percentage moved, as the two are shown; None where either is of nobody."""
    if now.tenths is None or before.tenths is None:
        return None
    return Points(now.tenths - before.tenths)
