"""Quarterly trend: each requirement at the ends of the last five quarters, and why it moved."""

from collections.abc import Iterable
from datetime import date

from compliance.domain.bridge import Bridge, BridgeLine
from compliance.wording import REASON_WORDS
from foundation.dates import add_months, quarter_ends
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Line, Readers, Sources
from reports.domain.columns import change, net, rag_text, target_text
from reports.domain.description import Cell, Chart, Column, Kind, Percent, Report, Says, Section, Table

QUARTERS = 5
"""So that a quarter stands beside the same quarter of the year before."""
_COLUMNS = (
    Column("requirement", "Requirement", width=12),
    Column("title", "Title", width=18),
    Column("day", "Quarter end", Kind.DAY, 10),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("target", "Target", width=6),
    Column("rag", "Against target", width=12, says=Says.MEASURE),
    Column("change", "Change in points", Kind.NUMBER, 8, Says.DETAIL),
)
_MOVES = (
    Column("requirement", "Requirement", width=12),
    Column("reason", "Why", width=22),
    Column("people", "People", Kind.NUMBER, 7, Says.DETAIL),
    Column("counted", "Counted: change", Kind.NUMBER, 8, Says.DETAIL),
    Column("in_date", "In date: change", Kind.NUMBER, 8, Says.DETAIL),
)


def build(ask: Ask, sources: Sources) -> Report:
    """The quarter ends up to the day, the day itself where it is none, and the movement since the last of them."""
    days = days_of(ask.as_at)
    lines = list(sources.trend(days))
    table = Table(
        "trend",
        "At the ends of quarters",
        _COLUMNS,
        tuple(_rows(lines)),
        chart=Chart("in date of counted", "day", "percent", "target", is_line=True),
        inside=(("counted", "in_date"),),
        label="title",
        empty="No requirement was in force on these days.",
    )
    sections = [Section("Trend", tables=(table,))]
    if len(days) > 1:
        sections.append(_movement(sources, days[-2], days[-1]))
    whole = [line for line in lines if line.day == ask.as_at]
    return Report(DEFINITION.key, ask.head(DEFINITION.title, sources, whole), tuple(sections))


def days_of(as_at: date) -> list[date]:
    """The last quarter ends before a day, and the day.

    >>> [day.isoformat() for day in days_of(date(2026, 5, 3))][-2:]
    ['2026-03-31', '2026-05-03']
    """
    ends = [day for day in quarter_ends(add_months(as_at, -3 * QUARTERS), as_at) if day < as_at]
    return [*ends[1 - QUARTERS :], as_at]


def _rows(lines: Iterable[Line]) -> Iterable[tuple[Cell, ...]]:
    before: dict[str, Percent] = {}
    for line in sorted(lines, key=lambda line: (line.requirement, line.day)):
        now, then = net(line.counts), before.get(line.requirement)
        yield (
            line.requirement,
            line.title,
            line.day,
            line.counts.counted,
            line.counts.in_date,
            now,
            target_text(line),
            rag_text(line),
            None if then is None else change(now, then),
        )
        before[line.requirement] = now


def _movement(sources: Sources, first: date, last: date) -> Section:
    moved = sources.movements(first, last)
    rows = tuple(
        row for code in sorted(moved) for row in _moves(code, moved[code], moved[code].lines, first, last)
    )
    table = Table(
        "movement",
        f"Why the figures moved from {long_date(first)} to {long_date(last)}",
        _MOVES,
        rows,
        note="Everybody whose part in a figure changed stands under one reason, so the lines add up to the change.",
    )
    return Section("Movement", tables=(table,))


def _moves(
    code: str, bridge: Bridge, lines: Iterable[BridgeLine], first: date, last: date
) -> Iterable[tuple[Cell, ...]]:
    yield (code, f"On {long_date(first)}", None, bridge.before.counted, bridge.before.in_date)
    for line in lines:
        yield (code, REASON_WORDS[line.reason], line.people, line.counted, line.in_date)
    yield (code, f"On {long_date(last)}", None, bridge.after.counted, bridge.after.in_date)


DEFINITION = Definition(
    "trend",
    "Quarterly trend",
    "Each requirement at the ends of the last five quarters, and why the figures moved since the last.",
    Readers.FIGURES,
    build,
    place=30,
)
