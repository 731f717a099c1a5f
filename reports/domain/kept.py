"""A report as text that is kept for good, and back: the same report always gives the same text. Pure."""

import json
from collections.abc import Callable
from datetime import date, datetime
from hashlib import sha256
from typing import Any

from reports.domain.description import (
    WITHHELD,
    Cell,
    Chart,
    Column,
    Head,
    Kind,
    Percent,
    Points,
    Report,
    Says,
    Section,
    Table,
    Withheld,
)

VERSION = 1
"""Of this way of writing. A later one still reads the earlier."""


def to_text(report: Report) -> str:
    """The report as JSON of one line: keys in order, nothing left to chance."""
    found = {
        "version": VERSION,
        "key": report.key,
        "is_publishable": report.is_publishable,
        "head": _head(report.head),
        "sections": [
            {
                "title": one.title,
                "paragraphs": list(one.paragraphs),
                "tables": [_table(t) for t in one.tables],
            }
            for one in report.sections
        ],
        "behind": [_table(table) for table in report.behind],
    }
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(text: str) -> str:
    """The SHA-256 by which a kept report is known not to have changed."""
    return sha256(text.encode()).hexdigest()


def from_text(text: str) -> Report:
    """The report that was kept. Raises ValueError for a way of writing that is not known."""
    found = json.loads(text)
    if found["version"] != VERSION:
        raise ValueError(f"version {found['version']} of a kept report is not known")
    return Report(
        found["key"],
        _read_head(found["head"]),
        tuple(
            Section(one["title"], tuple(one["paragraphs"]), tuple(_read_table(t) for t in one["tables"]))
            for one in found["sections"]
        ),
        found["is_publishable"],
        tuple(_read_table(table) for table in found["behind"]),
    )


def _head(head: Head) -> dict[str, Any]:
    return {
        "title": head.title,
        "council": head.council,
        "as_at": head.as_at.isoformat(),
        "known_at": head.known_at.isoformat(),
        "made_at": head.made_at.isoformat(),
        "made_by": head.made_by,
        "population": head.population,
        "excluded": [[words, _cell(people)] for words, people in head.excluded],
        "targets": list(head.targets),
        "caveats": list(head.caveats),
    }


def _read_head(found: dict[str, Any]) -> Head:
    return Head(
        found["title"],
        found["council"],
        date.fromisoformat(found["as_at"]),
        datetime.fromisoformat(found["known_at"]),
        datetime.fromisoformat(found["made_at"]),
        found["made_by"],
        found["population"],
        tuple((words, _read_cell(people)) for words, people in found["excluded"]),
        tuple(found["targets"]),
        tuple(found["caveats"]),
    )


def _table(table: Table) -> dict[str, Any]:
    chart = table.chart
    return {
        "key": table.key,
        "title": table.title,
        "columns": [[one.key, one.title, one.kind, one.width, one.says] for one in table.columns],
        "rows": [[_cell(cell) for cell in row] for row in table.rows],
        "note": table.note,
        "empty": table.empty,
        "chart": chart and [chart.title, chart.label, chart.value, chart.target, chart.is_line],
        "within": list(table.within),
        "whole": table.whole,
        "label": table.label,
        "inside": [list(one) for one in table.inside],
    }


def _read_table(found: dict[str, Any]) -> Table:
    return Table(
        found["key"],
        found["title"],
        tuple(
            Column(key, title, Kind(kind), width, Says(says))
            for key, title, kind, width, says in found["columns"]
        ),
        tuple(tuple(_read_cell(cell) for cell in row) for row in found["rows"]),
        found["note"],
        found["empty"],
        None if found["chart"] is None else Chart(*found["chart"]),
        tuple(found["within"]),
        found["whole"],
        found["label"],
        tuple((whole, part) for whole, part in found["inside"]),
    )


def _cell(cell: Cell) -> Any:
    """Texts, numbers and nothing as they are; whatever else in a list that begins with what it is."""
    if isinstance(cell, Percent):
        return ["percent", cell.part, cell.whole]
    if isinstance(cell, Points):
        return ["points", cell.tenths]
    if isinstance(cell, Withheld):
        return ["withheld"]
    if isinstance(cell, datetime):
        return ["moment", cell.isoformat()]
    if isinstance(cell, date):
        return ["day", cell.isoformat()]
    return cell


_READ: dict[str, Callable[..., Cell]] = {
    "percent": Percent,
    "points": Points,
    "withheld": lambda: WITHHELD,
    "moment": datetime.fromisoformat,
    "day": date.fromisoformat,
}


def _read_cell(found: Any) -> Cell:
    if isinstance(found, list):
        kind, *values = found
        return _READ[kind](*values)
    cell: Cell = found
    return cell
