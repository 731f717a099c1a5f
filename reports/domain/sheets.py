"""A report as sheets of a workbook, for those formats that have them: a cover first, then a sheet a table. Pure."""

from collections.abc import Iterator

from reports.domain.description import Report, Table

COVER = "About this report"
LONGEST_NAME = 31
"""The most letters that a sheet's name may have in Excel."""
_FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))


def sheet_name(title: str, taken: set[str]) -> str:
    """A name for a sheet that no program refuses and no other sheet has; it is added to `taken`.

    >>> sheet_name("Why: yes/no?", set())
    'Why yes no'
    """
    plain = " ".join(title.translate(_FORBIDDEN).split()) or "Sheet"
    name = plain[:LONGEST_NAME].strip()
    number = 1
    while name.casefold() in taken:
        number += 1
        end = f" {number}"
        name = plain[: LONGEST_NAME - len(end)].strip() + end
    taken.add(name.casefold())
    return name


def sheets(report: Report) -> list[tuple[str, Table]]:
    """The tables with the names of their sheets."""
    taken = {COVER.casefold()}
    return [(sheet_name(table.title, taken), table) for table in report.tables]


def cover_lines(report: Report) -> Iterator[tuple[str, str]]:
    """What the cover says: the head, what stands in paragraphs, and which sheets there are."""
    yield from report.head.lines()
    for section in report.sections:
        for paragraph in section.paragraphs:
            yield section.title, paragraph
    for name, table in sheets(report):
        yield f"Sheet: {name}", " ".join(filter(None, (table.title, table.note)))
