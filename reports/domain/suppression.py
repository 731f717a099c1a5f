"""The version of a report that may be published: nobody is named, and no small number can be read or worked out. Pure.

Numbers of people from 1 to 4 could point at somebody. Such a number, and one that a subtraction would give, is held
back with the whole row that it stands in. One row held back could be worked out from the total and the other rows, so a
second one of the same group is held back with it, the next smallest, and more until what all of them add up to is not
small either. Then all that can be worked out of a row held back is that it lies between nought and the sum of several
rows: for any of them nought is possible. A row of the whole that is itself held back takes all its parts with it.

A report that shows the same parts by the same numbers holds the same ones back. What this cannot see is another report
of nearly the same people, as of a day later: publish one a period. Whoever made it is not named either, nor is whoever
answers for commentary.
"""

from collections.abc import Iterable
from dataclasses import replace

from reports.domain.commentary import without_name
from reports.domain.description import (
    WITHHELD,
    Cell,
    Kind,
    Percent,
    Report,
    Says,
    Section,
    Table,
    names_anybody,
    text_of,
)

LEAST = 5
"""The smallest number of people that is published; nought is."""
HELD_BACK = (
    "[c] stands where a number is held back because it, or one that could be worked out from it, is of fewer than "
    f"{LEAST} people."
)

_PUBLISHED = frozenset({Says.NUMBERS, Says.MEASURE})
_Group = tuple[Cell, ...]


def publishable(report: Report) -> Report:
    """The report without names, sensitive lists and small numbers. Asked again, it gives the same."""
    kept = {
        table.key: without
        for table in report.tables
        if not names_anybody([table]) and _says_something(without := _without_sensitive(table))
    }
    held = {key: _small(table) for key, table in kept.items()}
    while True:
        before = {key: set(rows) for key, rows in held.items()}
        for key, table in kept.items():
            _hold_parts_of_held_wholes(table, held, kept)
            for group in _groups(table).values():
                _hold_another(table, group, held[key])
        if before == held:
            break
    sections = []
    for section in report.sections:
        tables = tuple(
            _shown(kept[table.key], held[table.key]) for table in section.tables if table.key in kept
        )
        if tables or not section.tables:
            # What the paragraphs of a section say is made from all its rows, also from those that are held back.
            told = not any(held.get(table.key) for table in tables)
            words = filter(None, map(without_name, section.paragraphs if told else ()))
            sections.append(Section(section.title, tuple(words), tables))
    caveats = report.head.caveats
    if any(held.values()) and HELD_BACK not in caveats:
        caveats = (*caveats, HELD_BACK)
    head = replace(
        report.head,
        made_by=report.head.council,
        caveats=caveats,
        excluded=tuple(map(_excluded, report.head.excluded)),
    )
    return Report(report.key, head, tuple(sections), is_publishable=True)


def _excluded(one: tuple[str, Cell]) -> tuple[str, Cell]:
    words, people = one
    return words, f"fewer than {LEAST}" if isinstance(people, int) and _is_small(people) else people


def _without_sensitive(table: Table) -> Table:
    """The table without its sensitive columns. A chart stays where its columns do."""
    places = [at for at, column in enumerate(table.columns) if column.says in _PUBLISHED]
    columns = tuple(table.columns[at] for at in places)
    keys = {column.key for column in columns}
    chart = table.chart
    if chart is not None and not {chart.label, chart.value} <= keys:
        chart = None
    rows = tuple(tuple(_published(row[at]) for at in places) for row in table.rows)
    inside = tuple(pair for pair in table.inside if keys.issuperset(pair))
    whole = table.whole if keys.issuperset(table.within) else None
    return replace(table, columns=columns, rows=rows, chart=chart, inside=inside, whole=whole)


def _published(cell: Cell) -> Cell:
    return without_name(cell) if isinstance(cell, str) else cell


def _says_something(table: Table) -> bool:
    """Whether more than names of places and rules is left of a table: numbers, or a measure in words."""
    return bool(_numbers(table)) or any(
        column.kind is Kind.TEXT and column.says is Says.MEASURE for column in table.columns
    )


def _numbers(table: Table) -> list[int]:
    """The columns that hold numbers of people, or percentages of them."""
    return [
        at
        for at, column in enumerate(table.columns)
        if column.kind is Kind.NUMBER and column.says is Says.NUMBERS
    ]


def _is_small(number: int) -> bool:
    return 0 < abs(number) < LEAST


def _people(table: Table, row: tuple[Cell, ...]) -> list[int]:
    """The numbers of people that a row says, and those that a subtraction within it gives.

    A percentage says how many people it is of and how many not, to whoever knows one of the two.
    """
    found = []
    for at in _numbers(table):
        cell = row[at]
        if isinstance(cell, Percent):
            found += [cell.part, cell.whole - cell.part]
        elif isinstance(cell, int):
            found.append(cell)
        else:
            found.append(0)
    for whole, part in table.inside:
        more, less = row[table.place(whole)], row[table.place(part)]
        found.append(more - less if isinstance(more, int) and isinstance(less, int) else 0)
    return found


def _small(table: Table) -> set[int]:
    """The rows in which a small number stands, or can be worked out."""
    return {at for at, row in enumerate(table.rows) if any(map(_is_small, _people(table, row)))}


def _groups(table: Table) -> dict[_Group, list[int]]:
    """The rows that add up to the same whole; none where nothing adds up."""
    if table.whole is None:
        return {}
    places = [table.place(key) for key in table.within]
    found: dict[_Group, list[int]] = {}
    for at, row in enumerate(table.rows):
        found.setdefault(tuple(row[place] for place in places), []).append(at)
    return found


def _hold_parts_of_held_wholes(table: Table, held: dict[str, set[int]], kept: dict[str, Table]) -> None:
    whole = kept.get(table.whole or "")
    if whole is None:
        return
    places = [whole.place(key) for key in table.within]
    hidden = {tuple(whole.rows[at][place] for place in places) for at in held[whole.key]}
    for group, rows in _groups(table).items():
        if group in hidden:
            held[table.key].update(rows)


def _hold_another(table: Table, group: list[int], held: set[int]) -> None:
    """Hold back more rows of a group, the smallest first, until what is held back cannot be worked out."""
    hidden = [at for at in group if at in held]
    shown = sorted((at for at in group if at not in held), key=lambda at: _order(table, at))
    while hidden and shown and (len(hidden) < 2 or _sums_are_small(table, hidden)):
        at = shown.pop(0)
        hidden.append(at)
        held.add(at)


def _order(table: Table, at: int) -> tuple[int, str, int]:
    """The smallest first, then by name: two reports that show the same parts hold the same ones back."""
    row = table.rows[at]
    return sum(_people(table, row)), text_of(row[table.place(table.label)]) if table.label else "", at


def _sums_are_small(table: Table, rows: Iterable[int]) -> bool:
    """Whether the total less the rows that are shown gives a small number."""
    each = [_people(table, table.rows[at]) for at in rows]
    return any(_is_small(sum(numbers)) for numbers in zip(*each, strict=True))


def _shown(table: Table, held: set[int]) -> Table:
    """The table with every number of the rows held back replaced."""
    texts = {
        at
        for at, column in enumerate(table.columns)
        if column.kind is not Kind.NUMBER and column.says is not Says.MEASURE
    }
    rows = tuple(
        tuple(cell if at in texts or cell is None else WITHHELD for at, cell in enumerate(row))
        if number in held
        else row
        for number, row in enumerate(table.rows)
    )
    return replace(table, rows=rows, chart=None if held else table.chart)
