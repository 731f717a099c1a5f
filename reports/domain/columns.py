"""The columns of a figure, once, so that every report that shows figures shows them alike. Pure."""

from compliance.domain.figures import Counts
from compliance.wording import RAG_WORDS
from reports.domain.asking import Line
from reports.domain.description import Cell, Column, Kind, Percent, Points, Says

IN_DATE_OF_COUNTED = (("counted", "in_date"),)
"""Which number is a part of which: the difference is a number of people too."""

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
    Column("people_to_target", "People to target", Kind.NUMBER, 7, Says.MEASURE),
    Column("rag", "Against target", Kind.TEXT, 12, Says.MEASURE),
    Column("covered", "Covered", Kind.NUMBER, 7, Says.DETAIL),
    Column("gross", "Covered of required", Kind.NUMBER, 8, Says.DETAIL),
)


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
