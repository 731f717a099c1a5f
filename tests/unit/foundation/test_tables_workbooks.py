"""Workbooks: typed cells as text, hidden sheets, broken formulas, and archives made to do harm."""

import contextlib
import io
import zipfile
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
import xlsxwriter

from foundation.errors import DomainError
from foundation.tables import Column, Limits, Table, day_cell, integer_cell, read_table, ref_cell

COLUMNS = (Column("person_ref", parse=ref_cell), Column("name"), Column("start", parse=day_cell))
SHEET = "xl/worksheets/sheet1.xml"


def workbook(fill: Callable[[Any, Any], None]) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        fill(book, book.add_format({"num_format": "dd/mm/yyyy"}))
    return stream.getvalue()


def simple(*rows: list[Any]) -> bytes:
    def fill(book: Any, day: Any) -> None:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [column.name for column in COLUMNS])
        for line, row in enumerate(rows, start=1):
            for place, value in enumerate(row):
                if isinstance(value, date):
                    sheet.write_datetime(line, place, value, day)
                else:
                    sheet.write(line, place, value)

    return workbook(fill)


def read(content: bytes, limits: Limits | None = None) -> Table:
    return read_table(content, "people.xlsx", COLUMNS, limits=limits or Limits())


def refusal(content: bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        read(content, limits)
    return str(refused.value)


def repacked(content: bytes, change: Callable[[str, bytes], bytes | None], deflate: bool = True) -> bytes:
    """The archive with its parts changed; None leaves a part out."""
    stream = io.BytesIO()
    method = zipfile.ZIP_DEFLATED if deflate else zipfile.ZIP_STORED
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(stream, "w", method) as new:
        for name in old.namelist():
            changed = change(name, old.read(name))
            if changed is not None:
                new.writestr(name, changed)
    return stream.getvalue()


def with_sheet(content: bytes, old: bytes, new: bytes, deflate: bool = True) -> bytes:
    def change(name: str, part: bytes) -> bytes:
        assert name != SHEET or old in part
        return part.replace(old, new) if name == SHEET else part

    return repacked(content, change, deflate)


def test_typed_cells_become_what_a_csv_export_would_hold() -> None:
    table = read(
        simple(
            ["00123", "Ann", date(2026, 4, 1)],
            [12345, 0.5, datetime(2026, 4, 1, 13, 5)],  # noqa: DTZ001  (Excel knows no time zones)
            [7, True, "01/04/2026"],
        )
    )
    assert [row.values["person_ref"] for row in table.rows] == ["00123", "12345", "7"]
    assert [row.values["name"] for row in table.rows] == ["Ann", "0.5", "TRUE"]
    assert [row.values["start"] for row in table.rows] == [date(2026, 4, 1)] * 3
    assert (table.encoding, table.delimiter) == ("xlsx", "")


def test_a_whole_number_cell_is_a_whole_number() -> None:
    table = read_table(simple([40, "x"]), "x.xlsx", [Column("person_ref", parse=integer_cell)])
    assert table.rows[0].values["person_ref"] == 40


def test_a_number_too_long_for_excel_is_refused() -> None:
    assert "Excel changed this number" in str(read(simple([1.5e18, "Ann"])).problems[0])


def test_a_date_typed_as_a_number_is_refused() -> None:
    assert "Excel date number" in str(read(simple(["1", "Ann", 45678])).problems[0])


def test_numbers_of_several_lengths_may_have_lost_their_zeros() -> None:
    assert "removed leading zeros" in str(read(simple([123, "A"], ["00124", "B"])).notices[0])
    assert not read(simple([123, "A"], [124, "B"])).notices


def test_the_first_visible_sheet_is_read_wherever_its_list_begins() -> None:
    def fill(book: Any, _: Any) -> None:
        book.add_worksheet("Notes").hide()
        sheet = book.add_worksheet("People & more")
        sheet.write_row("C4", ["name", "person_ref"])
        sheet.write_row("C6", ["Ann", "1"])
        sheet.write_formula("C7", "=NA()", None, "#N/A")
        sheet.write("D7", "2")
        sheet.activate()

    table = read(workbook(fill))
    assert [(row.line, row.values["person_ref"]) for row in table.rows] == [(6, "1"), (7, "2")]
    assert list(map(str, table.problems)) == [
        'people.xlsx:7: name: "#N/A" comes from a broken formula. Put the value itself in the cell.'
    ]


def test_a_workbook_without_a_visible_sheet_is_refused() -> None:
    def change(name: str, part: bytes) -> bytes:
        return part.replace(b"<sheet ", b'<sheet state="hidden" ') if name == "xl/workbook.xml" else part

    assert "no visible sheet" in refusal(repacked(simple(["1", "Ann"]), change))


def test_an_empty_sheet_is_refused() -> None:
    assert "file is empty" in refusal(workbook(lambda book, _: book.add_worksheet()))


def test_the_row_limit_holds_for_workbooks() -> None:
    assert "more than 2 rows" in refusal(simple(*[[n, "A"] for n in range(3)]), Limits(rows=2))


def test_a_workbook_that_is_full_of_nothing_is_refused_before_it_is_read() -> None:
    bomb = with_sheet(simple(["1", "Ann"]), b"</sheetData>", b"</sheetData>" + b" " * 3_000_000)
    assert len(bomb) < 20_000
    message = refusal(bomb, Limits(unpacked=2 * 1024 * 1024))
    assert "holds more than 2 MB inside" in message
    assert read(bomb).rows


def test_a_directory_that_lies_about_sizes_is_found_out() -> None:
    bomb = bytearray(with_sheet(simple(["1", "Ann"]), b"</sheetData>", b"</sheetData>" + b" " * 3_000_000))
    where = bomb.rindex(SHEET.encode())  # its entry in the directory, 46 bytes before the name
    bomb[where - 22 : where - 18] = (1000).to_bytes(4, "little")
    assert "damaged" in refusal(bytes(bomb))
    assert "more than 2 MB inside" in refusal(bytes(bomb), Limits(unpacked=2 * 1024 * 1024))


@pytest.mark.parametrize("tail", [b"x", b"PK\x05\x06" + bytes(18)])
def test_an_archive_with_a_second_directory_is_refused(tail: bytes) -> None:
    assert "damaged" in refusal(simple(["1", "Ann"]) + tail)


@pytest.mark.parametrize(
    "cell",
    [
        b'<c r="XFD1048576"><v>1</v></c>',
        b"<c\n  s='1'\tr = 'xfd1048576' ><v>1</v></c>",
        b'<x:c t="n" r="XFD1048576"><v>1</v></x:c>',
        b'<c r="A99999999999999999999"><v>1</v></c>',
    ],
)
@pytest.mark.parametrize("padding", [0, 1_048_400, 1_048_560])
def test_a_stray_cell_in_the_last_corner_is_refused_before_the_grid_is_reserved(
    cell: bytes, padding: int
) -> None:
    stray = b"<!--" + b" " * padding + b"-->" + b'<row r="1048576">' + cell + b"</row></sheetData>"
    for deflate in (True, False):
        message = refusal(with_sheet(simple(["1", "Ann"]), b"</sheetData>", stray, deflate))
        assert "rows and" in message
        assert "stray cells" in message


def test_formatted_cells_far_from_the_list_do_no_harm() -> None:
    far = b'<row r="1048576"><c r="XFD1048576" s="1"/></row></sheetData>'
    assert len(read(with_sheet(simple(["1", "Ann"]), b"</sheetData>", far)).rows) == 1


def test_cells_without_a_place_are_refused() -> None:
    lost = b'<row r="1048576"><c t="n"><v>1</v></c></row></sheetData>'
    assert "where its cells belong" in refusal(with_sheet(simple(["1", "Ann"]), b"</sheetData>", lost))


@pytest.mark.parametrize(
    "name, part, words",
    [
        ("content.xml", b"<x/>", "OpenDocument"),
        ("xl/workbook.bin", b"x", "XLSB"),
        ("word/document.xml", b"<x/>", "Word document"),
        ("people.csv", b"a,b", "ZIP archive"),
    ],
)
def test_other_archives_are_named(name: str, part: bytes, words: str) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        made.writestr("mimetype", "x")
        made.writestr(name, part)
    assert words in refusal(stream.getvalue())


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"])
def test_a_workbook_with_a_damaged_part_is_refused_or_read_but_never_fails(part: str) -> None:
    content = simple(["1", "Ann", date(2026, 4, 1)])
    for change in (lambda _: None, lambda old: old[: len(old) // 2], lambda _: b"<", lambda _: b"\xff" * 100):
        broken = repacked(content, lambda name, old: change(old) if name == part else old)  # noqa: B023 -- called before the loop goes on
        with contextlib.suppress(DomainError):
            read(broken)


def test_a_cut_workbook_is_refused() -> None:
    content = simple(["1", "Ann"])
    for end in range(4, len(content) - 1, 97):
        assert "people.xlsx: " in refusal(content[:end])


def test_parts_that_are_locked_or_packed_in_another_way_are_refused() -> None:
    content = bytearray(simple(["1", "Ann"]))
    entry = content.rindex(SHEET.encode()) - 46
    content[entry + 8] |= 1  # the flag of a part with a password
    assert "damaged" in refusal(bytes(content))
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(simple(["1", "Ann"]))) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_BZIP2) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    assert "damaged" in refusal(stream.getvalue())
