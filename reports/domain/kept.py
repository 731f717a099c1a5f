"""A report as text that is kept for good, and back: the same report always gives the same text. Pure.

The text comes in pieces, some hundreds of rows each, so that whoever writes it down never holds a long list whole.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from zlib import compressobj

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


def pieces(report: Report) -> Iterator[str]:
    """The report as JSON of one line: keys in order, nothing left to chance."""
    yield '{"behind":['
    yield from _tables(report.behind)
    head = {"head": _head(report.head), "is_publishable": report.is_publishable, "key": report.key}
    yield f'],{_json(head)[1:-1]},"sections":['
    for number, section in enumerate(report.sections):
        yield f'{"," if number else ""}{{"paragraphs":{_json(list(section.paragraphs))},"tables":['
        yield from _tables(section.tables)
        yield f'],"title":{_json(section.title)}}}'
    yield f'],"version":{VERSION}}}'


@dataclass(frozen=True, slots=True)
class Packed:
    """A report and the people behind it as they are kept: packed texts, and the digest of the two unpacked."""

    description: bytes
    behind: bytes
    sha256: str


def packed(report: Report, behind: Report) -> Packed:
    """Both as they are kept. Rows that are read while they are written never stand in memory all at once."""
    summed = sha256()

    def pack(one: Report) -> bytes:
        packer, made = compressobj(9), bytearray()
        for piece in pieces(one):
            written = piece.encode()
            summed.update(written)
            made += packer.compress(written)
        return bytes(made + packer.flush())

    texts = pack(report), pack(behind)
    return Packed(*texts, summed.hexdigest())


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


def _tables(tables: Sequence[Table]) -> Iterator[str]:
    for number, table in enumerate(tables):
        yield "," if number else ""
        yield from _table(table)


def _table(table: Table) -> Iterator[str]:
    """One table, its rows between the keys that come before theirs and those that come after."""
    chart = table.chart
    before = {
        "chart": chart and [chart.title, chart.label, chart.value, chart.target, chart.is_line],
        "columns": [[one.key, one.title, one.kind, one.width, one.says] for one in table.columns],
        "empty": table.empty,
        "inside": [list(one) for one in table.inside],
        "key": table.key,
        "label": table.label,
        "note": table.note,
    }
    after = {"title": table.title, "whole": table.whole, "within": list(table.within)}
    yield f'{_json(before)[:-1]},"rows":['
    for number, some in enumerate(table.blocks()):
        yield ("," if number else "") + _json([[_cell(cell) for cell in row] for row in some])[1:-1]
    yield f"],{_json(after)[1:]}"


def _json(found: Any) -> str:
    return json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


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
