"""Every format says what the description says, cell by cell, safely, and with the same bytes each time."""

import io
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from pypdf import PdfReader

from reports.domain.charts import Curve, charts_of
from reports.domain.description import (
    Cell,
    Chart,
    Column,
    Format,
    Kind,
    Percent,
    Points,
    Report,
    Section,
    Table,
    text_of,
)
from reports.domain.sheets import sheet_name
from reports.services.rendering import MEDIA_TYPES, file_name, rendered
from tests.unit.reports.descriptions import HEAD, MOMENT, any_reports
from tests.unit.reports.read_back import of_csv, of_html, of_ods, of_xlsx

TARGETS = Table(
    "targets",
    "Targets",
    (
        Column("title", "Measure", width=20),
        Column("people", "People", Kind.NUMBER),
        Column("percent", "Now", Kind.NUMBER),
        Column("target", "Target"),
        Column("change", "Change", Kind.NUMBER),
        Column("day", "Day", Kind.DAY),
    ),
    (
        ("Awareness", 4026, Percent(87, 95), "70%", Points(-5), date(2026, 12, 1)),
        ("=cmd|' /C calc'!A0", 0, Percent(0, 0), "", None, None),
        ("Siân Ŵŷn-Đặng & <b>", -3, Percent(1999, 2000), "80%", Points(12), None),
    ),
    note="Rounded down.",
    chart=Chart("In date of counted", "title", "percent", "target"),
)
REPORT = Report("targets", HEAD, (Section("Targets", ("Some words.",), (TARGETS,)),))


def number_of(cell: Cell) -> Any:
    """A cell as a spreadsheet holds it."""
    if isinstance(cell, Percent):
        return str(cell) if cell.tenths is None else cell.tenths / 10
    if isinstance(cell, Points):
        return cell.tenths / 10
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return "" if cell is None else cell


def like(found: Any, cell: Cell) -> bool:
    """Whether what a spreadsheet gives back is what the cell says."""
    wanted = number_of(cell)
    if isinstance(wanted, int | float):
        return isinstance(found, int | float) and abs(found - wanted) < 1e-9
    if isinstance(wanted, date):
        return str(found)[:10] == wanted.isoformat()
    return str(found).strip() == str(wanted).strip()


@settings(max_examples=30)
@given(any_reports())
def test_spreadsheets_hold_every_cell(report: Report) -> None:
    for read in (
        of_xlsx(rendered(report, Format.XLSX), report),
        of_ods(rendered(report, Format.ODS), report),
    ):
        for table in report.tables:
            if not table.rows:
                continue
            for line, row in enumerate(table.rows):
                found = read[table.key][line] if line < len(read[table.key]) else []
                for at, cell in enumerate(row):
                    assert like(found[at] if at < len(found) else "", cell), (found, row)


@settings(max_examples=30)
@given(any_reports())
def test_pages_and_csv_hold_every_cell(report: Report) -> None:
    page = of_html(rendered(report, Format.HTML))
    lines = of_csv(rendered(report, Format.CSV))
    for table in report.tables:
        if not table.rows:
            continue
        assert page[table.key] == [[text_of(cell) for cell in row] for row in table.rows]
        for row in table.rows:
            wanted = [_plain(cell) for cell in row]
            assert wanted in lines


def _plain(cell: Cell) -> str:
    if isinstance(cell, Percent):
        return "" if cell.tenths is None else f"{cell.tenths // 10}.{cell.tenths % 10}"
    if isinstance(cell, Points):
        return f"{'-' if cell.tenths < 0 else ''}{abs(cell.tenths) // 10}.{abs(cell.tenths) % 10}"
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    if isinstance(cell, date):
        return cell.isoformat()
    return "" if cell is None else str(cell)


def pdf_text(made: bytes) -> str:
    """The words of a PDF, blanks made one."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(made)).pages).split())


def test_a_pdf_says_every_cell_and_the_head_on_tagged_pages() -> None:
    made = rendered(REPORT, Format.PDF)
    said = pdf_text(made)
    for row in TARGETS.rows:
        for cell in row:
            assert text_of(cell) in said
    for words, says in HEAD.lines():
        assert f"{words} {says}" in said
    assert "Page 1 of 1" in said
    catalog: Any = PdfReader(io.BytesIO(made)).trailer["/Root"]
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/Lang"] == "en-GB"
    outline: Any = PdfReader(io.BytesIO(made)).outline
    assert outline[0]["/Title"] == "Compliance"


def test_headings_are_repeated_on_every_page_of_a_long_table_and_pages_are_numbered() -> None:
    rows = tuple((f"Measure {number}", number, Percent(1, 2), "", None, None) for number in range(200))
    report = Report(
        "targets", HEAD, (Section("Long", tables=(Table("long", "Long", TARGETS.columns, rows),)),)
    )
    pages = PdfReader(io.BytesIO(rendered(report, Format.PDF))).pages
    assert len(pages) > 3
    for number, page in enumerate(pages, start=1):
        text = " ".join(page.extract_text().split())
        assert f"Page {number} of {len(pages)}" in text
        assert "Measure People Now" in text
    said = " ".join(page.extract_text() for page in pages)
    assert all(f"Measure {number} " in said for number in range(200))


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("rows", [0, 1])
def test_every_format_can_say_that_there_is_nothing_or_one_person(form: Format, rows: int) -> None:
    table = Table("t", "People", TARGETS.columns, TARGETS.rows[:rows], empty="Nobody is overdue.")
    made = rendered(Report("t", HEAD, (Section("People", tables=(table,)),)), form)
    assert made
    if form is Format.HTML:
        assert (b"Nobody is overdue." in made) == (rows == 0)
    if form is Format.PDF:
        assert ("Nobody is overdue." in pdf_text(made)) == (rows == 0)


@pytest.mark.parametrize("form", list(Format))
def test_the_same_report_gives_the_same_bytes(form: Format) -> None:
    assert rendered(REPORT, form) == rendered(REPORT, form)
    assert form in MEDIA_TYPES
    assert file_name(REPORT, form) == f"targets-2026-03-31.{form.value}"


def test_a_text_that_a_spreadsheet_would_run_is_only_text() -> None:
    lines = rendered(REPORT, Format.CSV).decode("utf-8-sig")
    assert "'=cmd|" in lines
    read = of_xlsx(rendered(REPORT, Format.XLSX), REPORT)
    assert read["targets"][1][0] == TARGETS.rows[1][0]
    assert b"<f>" not in rendered(REPORT, Format.XLSX)


def test_a_page_holds_text_as_text() -> None:
    made = rendered(REPORT, Format.HTML).decode()
    assert "Siân Ŵŷn-Đặng &amp; &lt;b&gt;" in made
    assert "<script" not in made


def test_sheets_have_names_that_every_program_takes() -> None:
    taken: set[str] = set()
    names = [sheet_name("Why: the figures moved [2026/27] from March to June", taken) for _ in range(3)]
    assert len({name.casefold() for name in names}) == 3
    assert all(len(name) <= 31 and not set(name) & set("[]:*?/\\'") for name in names)


TREND = Table(
    "trend",
    "Trend",
    (
        Column("requirement", "Requirement"),
        Column("title", "Title"),
        Column("day", "Day", Kind.DAY),
        Column("percent", "In date", Kind.NUMBER),
        Column("target", "Target"),
    ),
    (
        ("A", "Awareness", date(2026, 3, 31), Percent(1, 2), "70%"),
        ("A", "Awareness", date(2026, 6, 30), Percent(0, 0), "75%"),
        ("A", "Awareness", date(2026, 9, 30), Percent(9, 10), "75%"),
        ("B", "Awareness", date(2026, 9, 30), Percent(1, 1), ""),
    ),
    chart=Chart("in date", "day", "percent", "target", is_line=True),
    label="title",
)


def test_a_chart_of_lines_is_a_curve_for_each_part_with_the_numbers_of_the_table() -> None:
    curves = charts_of(TREND)
    assert curves == [
        Curve(
            "Awareness: in date",
            (("31 March 2026", 50.0), ("30 June 2026", None), ("30 September 2026", 90.0)),
            75.0,
        ),
        Curve("Awareness: in date", (("30 September 2026", 100.0),), None),
    ]
    assert charts_of(replace(TREND, chart=None)) == charts_of(replace(TREND, rows=())) == []


def test_charts_of_lines_are_drawn_on_pages_and_read_aloud_in_a_pdf() -> None:
    report = Report("trend", HEAD, (Section("Trend", tables=(TREND,)),))
    page = rendered(report, Format.HTML).decode()
    assert page.count("app-chart__line") > 2
    assert "31 March 2026: 50.0%. 30 June 2026: no figure. 30 September 2026: 90.0%. Target: 75.0%." in page
    made = rendered(report, Format.PDF)
    assert pictures(made) == [
        "Awareness: in date: 31 March 2026 50.0%; 30 June 2026 no one counted; 30 September 2026 90.0%; target 75%.",
        "Awareness: in date: 30 September 2026 100.0%.",
    ]
    assert pdf_text(made).count("Target 75%") == 1
    bars = rendered(REPORT, Format.PDF)
    assert pictures(bars)[0].startswith("In date of counted: Awareness 91.5%, target 70%;")


def pictures(made: bytes) -> list[str]:
    """What stands for the pictures of a PDF, in the order of its tags."""

    def below(element: Any) -> list[str]:
        kids = element.get("/K", [])
        found = [str(element["/Alt"])] if element.get("/S") == "/Figure" else []
        for kid in kids if isinstance(kids, list) else []:
            found += below(kid.get_object())
        return found

    return below(PdfReader(io.BytesIO(made)).trailer["/Root"]["/StructTreeRoot"])  # type: ignore[index]  # pypdf's objects


def test_nothing_is_lost_in_a_pdf_however_long_the_texts_and_however_many_the_columns() -> None:
    long = " ".join(f"word{number}" for number in range(900))
    columns = tuple(Column(f"c{number}", f"Heading{number}") for number in range(40))
    row = (long, *(f"cell{number}" for number in range(39)))
    table = Table("t", "T", columns, (row, row[::-1]))
    made = rendered(Report("t", HEAD, (Section("S", (long,), (table,)),)), Format.PDF)
    said = pdf_text(made).split()
    for number in range(900):
        # In the paragraph, and twice in the table; where it begins a row, once more in each further part.
        assert said.count(f"word{number}") >= 3
    for number in range(40):
        assert f"Heading{number}" in said, "a heading is cut within a word"
    assert {f"cell{number}" for number in range(39)} <= set(said)
    for page in PdfReader(io.BytesIO(made)).pages:
        assert all(0 < x < page.mediabox.width and 20 < y < page.mediabox.height for x, y in places(page))


def places(page: Any) -> list[tuple[float, float]]:
    """Where each piece of text on a page begins."""
    found: list[tuple[float, float]] = []

    def note(text: str, _cm: Any, tm: list[float], _font: Any, _size: float) -> None:
        if text.strip():
            found.append((tm[4], tm[5]))

    page.extract_text(visitor_text=note)
    return found


def test_a_negative_difference_is_a_number_in_csv_and_a_text_that_looks_like_one_is_guarded() -> None:
    table = Table("t", "T", (Column("c", "C"), Column("d", "D")), ((Points(-5), "-5"), (Percent(1, 1), "x")))
    lines = rendered(Report("t", HEAD, (Section("T", tables=(table,)),)), Format.CSV).decode("utf-8-sig")
    assert lines.endswith("-0.5,'-5\r\n100.0,x\r\n")


def test_the_head_says_when_of_whom_and_by_whom() -> None:
    assert HEAD.lines() == [
        ("As at", "31 March 2026"),
        ("As the record stood", "7 April 2026, 08:05"),
        ("Who is counted", "Everybody"),
        ("Made by", "L&D, 7 April 2026, 08:05"),
    ]
    assert HEAD.made_at == MOMENT
