"""Quarterly trend: each requirement at the ends of the last five quarters, what happened in each, and why it moved.

By directorate it is for those who read the report, not for the public: what is held back of a directorate would have to
be held back in `directorates` of each of the five days as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from compliance.domain.bridge import Bridge, BridgeLine
from compliance.domain.flows import NO_FLOW, Flow
from compliance.wording import REASON_WORDS
from foundation.dates import add_months, day_before, financial_quarter_start, quarter_ends
from foundation.formats import long_date
from reports.domain.asking import Ask, By, Definition, FlowKey, Line, Readers, Sources
from reports.domain.assurance import year_of
from reports.domain.columns import change, net, rag_text, target_text
from reports.domain.description import Cell, Chart, Column, Kind, Percent, Report, Says, Section, Table

QUARTERS = 5
"""So that a quarter stands beside the same quarter of the year before."""
_FLOWS = (
    Column("completions", "Completions in quarter", Kind.NUMBER, 9, Says.DETAIL),
    Column("expiries", "Expiries in quarter", Kind.NUMBER, 8, Says.DETAIL),
    Column("leavers", "Leavers", Kind.NUMBER, 7, Says.DETAIL),
    Column("starters", "Starters", Kind.NUMBER, 7, Says.DETAIL),
)
_COLUMNS = (
    Column("requirement", "Requirement", width=12),
    Column("title", "Title", width=18),
    Column("year", "Financial year", width=8),
    Column("quarter", "Quarter", width=7),
    Column("day", "Quarter end", Kind.DAY, 10),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("target", "Target", width=6),
    Column("rag", "Against target", width=12, says=Says.MEASURE),
    Column("change", "Change in points", Kind.NUMBER, 8, Says.DETAIL),
    *_FLOWS,
    Column("kept", "Kept report", width=9),
)
_PLACE = (
    Column("requirement", "Requirement", width=12),
    Column("organisation", "Organisation", width=14),
    Column("directorate", "Directorate", width=14),
)
NOTE = (
    "Completions in quarter: those that count, or counted, for somebody who is required. Expiries: how often somebody "
    "in date was overdue on the next day. Leavers were required at the end of the quarter before and hold no post at "
    "the end of this one; starters are required now and held none then."
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
    ends = [_end_before(days[0]), *days]
    lines = list(sources.trend(days))
    kept = sources.kept(DEFINITION.key, days)
    table = Table(
        "trend",
        "At the ends of quarters",
        _COLUMNS,
        tuple(_rows(lines, sources.flows(ends), kept)),
        note=NOTE,
        chart=Chart("in date of counted", "day", "percent", "target", is_line=True),
        inside=(("counted", "in_date"),),
        label="title",
        empty="No requirement was in force on these days.",
    )
    sections = [Section("Trend", tables=(table,))]
    if len(days) > 1:
        sections.append(_movement(sources, days[-2], days[-1]))
    sections.append(_directorates(sources, days))
    whole = [line for line in lines if line.day == ask.as_at]
    return Report(DEFINITION.key, ask.head(DEFINITION.title, sources, whole), tuple(sections))


def _end_before(day: date) -> date:
    """The end of the quarter before the one that a day is in."""
    return day_before(financial_quarter_start(day))


def days_of(as_at: date) -> list[date]:
    """The last quarter ends before a day, and the day.

    >>> [day.isoformat() for day in days_of(date(2026, 5, 3))][-2:]
    ['2026-03-31', '2026-05-03']
    """
    ends = [day for day in quarter_ends(add_months(as_at, -3 * QUARTERS), as_at) if day < as_at]
    return [*ends[1 - QUARTERS :], as_at]


def _rows(
    lines: Iterable[Line], flows: Mapping[FlowKey, Flow], kept: Mapping[date, str]
) -> Iterable[tuple[Cell, ...]]:
    before: dict[str, Percent] = {}
    for line in sorted(lines, key=lambda line: (line.requirement, line.day)):
        now, then = net(line.counts), before.get(line.requirement)
        yield (
            line.requirement,
            line.title,
            _year(line.day),
            quarter_words(line.day),
            line.day,
            line.counts.counted,
            line.counts.in_date,
            now,
            target_text(line),
            rag_text(line),
            None if then is None else change(now, then),
            *_flow(flows.get((line.day, line.requirement, "", ""), NO_FLOW)),
            kept.get(line.day, ""),
        )
        before[line.requirement] = now


def _flow(flow: Flow) -> tuple[Cell, ...]:
    """The cells of `_FLOWS`."""
    return flow.completions, flow.expiries, flow.leavers, flow.starters


def _year(day: date) -> str:
    """The financial year of a day, short.

    >>> _year(date(2026, 3, 31)), _year(date(2026, 4, 1))
    ('2025-26', '2026-27')
    """
    year = year_of(day)
    return f"{year}-{(year + 1) % 100:02}"


def quarter_words(day: date) -> str:
    """The quarter of the financial year that a day is in, and whether it is over with that day.

    >>> quarter_words(date(2026, 6, 30)), quarter_words(date(2026, 3, 30))
    ('1', '4, so far')
    """
    number = (day.month - 4) % 12 // 3 + 1
    return f"{number}" if [*quarter_ends(day, day)] else f"{number}, so far"


def _directorates(sources: Sources, days: Sequence[date]) -> Section:
    """A row a requirement and directorate, with the days side by side; what happened is since the last quarter end."""
    by_place: dict[tuple[str, str, str], dict[date, Line]] = {}
    for line in sources.trend(days, By.DIRECTORATE):
        key = line.requirement, line.organisation, line.part
        by_place.setdefault(key, {})[line.day] = line
    flows = sources.flows([_end_before(days[-1]), days[-1]], By.DIRECTORATE)
    table = Table(
        "trend-directorates",
        "By directorate at the ends of quarters",
        (*_PLACE, *_columns_of(days), *_FLOWS),
        tuple(
            (*key, *_of_days(of_days, days), *_flow(flows.get((days[-1], *key), NO_FLOW)))
            for key, of_days in sorted(by_place.items())
        ),
        note="Whoever holds posts in several directorates is counted once in each. Completions, expiries, leavers and "
        f"starters are of the quarter of {long_date(days[-1])}, up to that day.",
        empty="Nobody was required in a directorate on these days.",
    )
    return Section("Trend by directorate", tables=(table,))


def _columns_of(days: Sequence[date]) -> tuple[Column, ...]:
    """Two for each of the days, the earliest first. Files know them by how many quarters back they are."""
    found: list[Column] = []
    for back, day in zip(reversed(range(len(days))), days, strict=True):
        found += [
            Column(f"counted_{back}", f"Counted, {long_date(day)}", Kind.NUMBER, 8, Says.DETAIL),
            Column(f"percent_{back}", f"In date, {long_date(day)}", Kind.NUMBER, 8, Says.DETAIL),
        ]
    return (*found, Column("change", "Change in points", Kind.NUMBER, 8, Says.DETAIL))


def _of_days(lines: Mapping[date, Line], days: Sequence[date]) -> Iterable[Cell]:
    """The cells of `_columns_of`; none where there was no such figure."""
    shown = [net(lines[day].counts) if day in lines else None for day in days]
    for day, percent in zip(days, shown, strict=True):
        yield None if percent is None else lines[day].counts.counted
        yield percent
    *_, then, now = (None, *shown)
    yield None if then is None or now is None else change(now, then)


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
    "Each requirement at the ends of the last five quarters, also by directorate, and why the figures moved.",
    Readers.FIGURES,
    build,
    place=30,
    takes_part=True,
)
