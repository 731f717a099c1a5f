"""Charts as the numbers behind them: each says what its table says, and nothing else. Pure."""

from collections.abc import Iterator
from itertools import groupby
from operator import itemgetter
from typing import NamedTuple

from reports.domain.description import Percent, Table, text_of


class Bar(NamedTuple):
    """A bar: its label, the percentage as a number (None: nobody is counted), words for it, and the target."""

    label: str
    percent: float | None
    words: str
    target: float | None


class Curve(NamedTuple):
    """How a percentage went: labels of points in time with their numbers (None: a gap), and the last of its targets."""

    title: str
    points: tuple[tuple[str, float | None], ...]
    target: float | None


def charts_of(table: Table) -> list[Bar] | list[Curve]:
    """What the chart of a table shows: its bars, or its curves where it is of lines. None of a list that is long."""
    return curves_of(table) if table.chart and table.chart.is_line else bars_of(table)


def bars_of(table: Table) -> list[Bar]:
    """The bars of a table's chart; none where it has no chart of bars, or no rows."""
    if table.chart is None or table.chart.is_line:
        return []
    return [bar for _, bar in _bars(table)]


def curves_of(table: Table) -> list[Curve]:
    """The curves of a table's chart, one for each part in its order; none where it has no chart of lines."""
    if table.chart is None or not table.chart.is_line:
        return []
    found = []
    for (_, name), some in groupby(_bars(table), key=itemgetter(0)):
        bars = [bar for _, bar in some]
        title = f"{name}: {table.chart.title}" if name else table.chart.title
        found.append(Curve(title, tuple((bar.label, bar.percent) for bar in bars), bars[-1].target))
    return found


def _bars(table: Table) -> Iterator[tuple[tuple[str, str], Bar]]:
    """What each row begins with and the name of its part, and its numbers."""
    chart = table.chart
    if chart is None or table.is_long:
        return
    label, value = table.place(chart.label), table.place(chart.value)
    target = table.place(chart.target) if chart.target else None
    name = table.place(table.label) if table.label else None
    for row in table.rows:
        percent = row[value]
        if isinstance(percent, Percent):
            tenths = percent.tenths
            goal = None if target is None else _number(text_of(row[target]))
            bar = Bar(text_of(row[label]), None if tenths is None else tenths / 10, str(percent), goal)
            yield (("", "") if name is None else (text_of(row[0]), text_of(row[name]))), bar


def _number(text: str) -> float | None:
    """A target such as "70%" as a number; None where there is none."""
    return float(text.removesuffix("%")) if text else None
