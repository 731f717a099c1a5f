"""Reads reports back from the files that were made of them: what stands in every cell, as text."""

import csv
import io
from typing import Any
from xml.etree import ElementTree as ET
from zipfile import ZipFile

from bs4 import BeautifulSoup
from python_calamine import CalamineWorkbook

from foundation.tables.guard import unguarded
from reports.domain.description import Report
from reports.domain.sheets import sheets

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"


def of_csv(made: bytes) -> list[list[str]]:
    """The rows of a CSV file, guards against being run taken off."""
    rows = csv.reader(io.StringIO(made.decode("utf-8-sig"), newline=""))
    return [[unguarded(cell) for cell in row] for row in rows]


def of_xlsx(made: bytes, report: Report) -> dict[str, list[list[Any]]]:
    """The rows of each table of a workbook, by its key, without the headings."""
    book = CalamineWorkbook.from_filelike(io.BytesIO(made))
    return {
        table.key: book.get_sheet_by_name(name).to_python(skip_empty_area=False)[1:]
        for name, table in sheets(report)
    }


def of_ods(made: bytes, report: Report) -> dict[str, list[list[Any]]]:
    """The same of an OpenDocument spreadsheet, read from its XML alone."""
    with ZipFile(io.BytesIO(made)) as archive:
        root = ET.fromstring(archive.read("content.xml"))
    found = {one.get(f"{TABLE}name"): one for one in root.iter(f"{TABLE}table")}
    return {
        table.key: [
            [_value(cell) for cell in row.iter(f"{TABLE}table-cell")]
            for row in list(found[name].iter(f"{TABLE}table-row"))[1:]
        ]
        for name, table in sheets(report)
    }


def _value(cell: ET.Element) -> Any:
    kind = cell.get(f"{OFFICE}value-type")
    if kind == "float":
        return float(cell.get(f"{OFFICE}value", ""))
    if kind == "date":
        return cell.get(f"{OFFICE}date-value")
    return "".join(cell.itertext())


def of_html(made: bytes) -> dict[str, list[list[str]]]:
    """The rows of each table of a page, by its id, without the headings."""
    soup = BeautifulSoup(made, "html.parser")
    return {
        str(table["id"]): [
            [cell.get_text() for cell in row.find_all(["th", "td"])] for row in table.select("tbody tr")
        ]
        for table in soup.select("table[id]")
    }
