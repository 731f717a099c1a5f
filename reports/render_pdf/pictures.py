"""The charts of a report as pictures: bars below each other, or how a percentage went over time.

A picture shows the numbers of the table beside it, and its words say the same to whoever listens.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from reportlab.graphics.shapes import Circle, Drawing, Rect, String
from reportlab.graphics.shapes import Line as Stroke
from reportlab.lib.colors import HexColor, white

from foundation.tagged_pdf import REGULAR, fitted, width_of
from reports.domain.charts import Bar, Curve, bars_of, curves_of
from reports.domain.description import Table
from reports.render_pdf.sheet import BOTTOM, SMALL, SMALLEST, SPACE, TOP

BAR: Final = 16.0
CURVE: Final = 126.0
_LABELS, _WORDS = 0.42, 0.1
_BLUE, _GREY, _BLACK = HexColor("#1d70b8"), HexColor("#d8dcdf"), HexColor("#0b0c0c")
_DASHES = (3, 2)
_MARKS: Final = (0, 25, 50, 75, 100)
_LEFT, _RIGHT, _LOW, _HIGH = 36.0, SPACE - 90, 18.0, CURVE - 12
"""Of the plane on which a curve is drawn."""
_LETTERS: Final = 75.0
"""How much room the name of a point takes; where there is less, only the first and the last are named."""


class Picture(NamedTuple):
    """A drawing with its height, its heading and its words."""

    title: str
    words: str
    height: float
    drawing: Drawing


def pictures_of(table: Table) -> Iterator[Picture]:
    """The pictures of a table; none where it has no chart, or so many bars that the table says more."""
    bars = bars_of(table)
    height = (len(bars) + 1) * BAR
    if table.chart is not None and bars and height <= TOP - BOTTOM - 90:
        words = "; ".join(map(_bar_words, bars))
        yield Picture(table.chart.title, words, height, _of_bars(bars, height))
    for curve in curves_of(table):
        yield Picture(curve.title, _curve_words(curve), CURVE, _of_curve(curve))


def first_height(table: Table) -> float:
    """How high the first picture of a table is; nought where there is none."""
    return next((picture.height for picture in pictures_of(table)), 0)


def _bar_words(bar: Bar) -> str:
    goal = "" if bar.target is None else f", target {bar.target:g}%"
    return f"{bar.label} {bar.words}{goal}"


def _curve_words(curve: Curve) -> str:
    words = "; ".join(f"{label} {_percent(percent)}" for label, percent in curve.points)
    return words if curve.target is None else f"{words}; target {curve.target:g}%"


def _percent(percent: float | None) -> str:
    return "no one counted" if percent is None else f"{percent:.1f}%"


def _of_bars(bars: Sequence[Bar], height: float) -> Drawing:
    """The label, the bar with its target as a dashed line, the percentage."""
    drawing = Drawing(SPACE, height)
    left, right = SPACE * _LABELS, SPACE * (1 - _WORDS)
    for number, bar in enumerate(bars, start=1):
        y = height - number * BAR
        drawing.add(_text(0, y + 4, fitted(bar.label, REGULAR, SMALL, left - 8)))
        drawing.add(Rect(left, y + 2, right - left, BAR - 5, fillColor=_GREY, strokeColor=None))
        if bar.percent is not None:
            long = (right - left) * bar.percent / 100
            drawing.add(Rect(left, y + 2, long, BAR - 5, fillColor=_BLUE, strokeColor=None))
        if bar.target is not None:
            x = left + (right - left) * bar.target / 100
            drawing.add(_dashed(x, y, x, y + BAR - 1))
        drawing.add(_text(right + 6, y + 4, bar.words))
    if any(bar.target is not None for bar in bars):
        drawing.add(_text(left, 3, "Dashed line: target", SMALLEST))
    return drawing


def _of_curve(curve: Curve) -> Drawing:
    """Points from left to right, joined where both are of somebody; each with its percentage."""
    drawing = Drawing(SPACE, CURVE)
    for mark in _MARKS:
        y = _height_of(mark)
        drawing.add(Stroke(_LEFT, y, _RIGHT, y, strokeColor=_GREY, strokeWidth=0.5))
        drawing.add(_text(_LEFT - 6, y - 2.5, f"{mark}%", SMALLEST, "end"))
    if curve.target is not None:
        y = _height_of(curve.target)
        drawing.add(_dashed(_LEFT, y, _RIGHT, y))
        drawing.add(_text(_RIGHT + 6, y - 2.5, f"Target {curve.target:g}%", SMALLEST))
    step = (_RIGHT - _LEFT - 2 * _INSET) / max(len(curve.points) - 1, 1)
    places = [_LEFT + _INSET + step * at for at in range(len(curve.points))]
    drawn = [(x, percent) for x, (_, percent) in zip(places, curve.points, strict=True)]
    for (x, percent), (next_x, following) in pairwise(drawn):
        if percent is not None and following is not None:
            y, next_y = _height_of(percent), _height_of(following)
            drawing.add(Stroke(x, y, next_x, next_y, strokeColor=_BLUE, strokeWidth=1.6))
    named = range(len(places)) if step >= _LETTERS else (0, len(places) - 1)
    for at, (x, percent) in enumerate(drawn):
        if percent is not None:
            drawing.add(Circle(x, _height_of(percent), 2.2, fillColor=_BLUE, strokeColor=None))
        if at in named:
            y = _LOW + 4 if percent is None else _beside(percent)
            words = _percent(percent)
            half = width_of(words, REGULAR, SMALLEST) / 2 + 1
            # A white ground, so that the line of the target does not run through the number.
            drawing.add(Rect(x - half, y - 1.5, 2 * half, SMALLEST + 1, fillColor=white, strokeColor=None))
            drawing.add(_text(x, y, words, SMALLEST, "middle"))
            drawing.add(_text(x, _LOW - 11, curve.points[at][0], SMALLEST, "middle"))
    return drawing


_INSET: Final = 40.0
"""So that the names of the first and the last point stay inside."""


def _height_of(percent: float) -> float:
    return _LOW + (_HIGH - _LOW) * percent / 100


def _beside(percent: float) -> float:
    """Where a percentage is written: above its point, or below where there would be no room above."""
    return _height_of(percent) + (5 if percent < 90 else -11)


def _dashed(x: float, y: float, to_x: float, to_y: float) -> Stroke:
    return Stroke(x, y, to_x, to_y, strokeColor=_BLACK, strokeWidth=1.2, strokeDashArray=_DASHES)


def _text(x: float, y: float, text: str, size: float = SMALL, anchor: str = "start") -> String:
    return String(x, y, text, fontName=REGULAR, fontSize=size, fillColor=_BLACK, textAnchor=anchor)
