"""Writing tables: nothing that is written can run in a spreadsheet, and all of it is read back (S14)."""
# ruff: noqa: RUF001  (look-alike letters are what is tested)

import csv
import io
import zipfile
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.errors import DomainError
from foundation.tables import (
    CellError,
    Column,
    Table,
    csv_pieces,
    day_cell,
    read_table,
    ref_cell,
    text_cell,
    write_csv,
    write_set_aside,
    write_xlsx,
)
from foundation.tables import writing as writing_module

COLUMNS = (Column("ref", required=True), Column("name"))
RUNS = (
    "=1+1",
    "+44",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "'=1+1",
    "''@x",
    "a,=1",
    'a;"=1',
    "a\n=1",
)


def written(rows: list[list[object]], headers: tuple[str, ...] = ("ref", "name")) -> bytes:
    stream = io.BytesIO()
    write_csv(rows, headers, stream)
    return stream.getvalue()


def cells_under(content: bytes, separator: str) -> Iterator[str]:
    for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=separator):
        yield from row


def test_csv_begins_with_a_bom_and_lines_end_as_excel_likes() -> None:
    assert written([["1", "Zoë"]]) == b"\xef\xbb\xbfref,name\r\n1,Zo\xc3\xab\r\n"


@pytest.mark.parametrize("text", RUNS)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_no_cell_runs_whatever_the_spreadsheet_takes_for_a_separator(text: str, separator: str) -> None:
    for cell in cells_under(written([["1", text], [text, "x"]]), separator):
        assert not cell.startswith(("=", "+", "-", "@", "＝", "\t=", "\r="))


def test_numbers_and_days_are_written_as_they_are() -> None:
    assert written([[-5, date(2026, 4, 1)], [None, 0.5]]).splitlines()[1:] == [b"-5,2026-04-01", b",0.5"]


def test_a_long_file_is_written_in_pieces_and_guarded_in_each() -> None:
    pieces = list(csv_pieces(([f"{n}", "=x" if n == 777 else "Ann"] for n in range(1200)), ("ref", "name")))
    assert len(pieces) == 3
    assert "\r\n777,'=x\r\n" in pieces[1]
    assert [piece.startswith("\ufeff") for piece in pieces] == [True, False, False]


def test_text_streams_are_written_too(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv([["1", "=1"]], ("ref", "name"), stream)
    assert path.read_bytes() == written([["1", "=1"]])


names = st.one_of(
    st.sampled_from(RUNS[:4] + RUNS[7:11]),
    st.text(st.characters(codec="utf-8"), min_size=1, max_size=40),
    st.text("'=+-@,;\"＝ ax", min_size=1, max_size=12),
)


@given(st.lists(names, min_size=1, max_size=8))
def test_what_is_written_is_read_back_the_same(texts: list[str]) -> None:
    clean = []
    for text in texts:
        try:
            clean.append(text_cell(text) or "x")
        except CellError:
            clean.append("x")
    table = read_table(written([[f"r{n}", text] for n, text in enumerate(clean)]), "x.csv", COLUMNS)
    assert [row.values["name"] for row in table.rows] == clean


@given(st.lists(st.text("'=+-@,;\t\r\n\"＝a", max_size=12), min_size=1, max_size=6))
def test_no_text_whatever_runs(texts: list[str]) -> None:
    content = written([["x", text] for text in texts])
    for separator in ",;\t":
        for cell in cells_under(content, separator):
            assert cell[:1] not in ("=", "+", "-", "@", "＝")


def set_aside(table: Table) -> str:
    stream = io.StringIO(newline="")
    write_set_aside(table, stream)
    return stream.getvalue()


def test_rows_set_aside_come_back_with_where_and_why_and_can_be_loaded_again() -> None:
    content = "Start;REF;name;shoe size\n31/06/2024;1;=Ann;43\n01/06/2024;2;Bob;44\n31/06/2024;1.0;Cy;45\n"
    columns = (Column("ref", required=True, parse=ref_cell), Column("name"), Column("start", parse=day_cell))
    table = read_table(content.encode(), "x.csv", columns)
    text = set_aside(table)
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["Start", "REF", "name", "line", "column", "reason"]
    assert rows[1] == ["31/06/2024", "1", "'=Ann", "2", "start", '"31/06/2024" is not a real date.']
    assert rows[2][3:5] == ["4", "start"]
    assert '"31/06/2024" is not a real date. ref: Excel changed' in rows[2][5].removeprefix("start: ")
    assert "43" not in text
    mended = text.replace("31/06/2024,", "30/06/2024,").replace("1.0", "3").encode()
    again = read_table(mended, "mended.csv", columns)
    assert not again.problems
    assert not [notice for notice in again.notices if "not used" in notice.message]
    assert [row.values for row in again.rows] == [
        {"ref": "1", "name": "=Ann", "start": date(2024, 6, 30)},
        {"ref": "3", "name": "Cy", "start": date(2024, 6, 30)},
    ]


def test_rows_set_aside_by_whoever_knows_more_are_written_too() -> None:
    table = read_table(b"ref,name\n1,Ann\n2,Bob\n", "x.csv", COLUMNS)
    table.rows[1].set_aside("Nobody has this number.", "ref")
    assert set_aside(table).splitlines()[1:] == ["2,Bob,3,ref,Nobody has this number."]


def test_a_table_with_a_reason_of_its_own_keeps_it_apart() -> None:
    columns = (Column("ref"), Column("reason", required=True))
    table = read_table(b"ref,reason\n1,\n", "x.csv", columns)
    text = set_aside(table)
    assert text.startswith("\ufeffref,reason,line,column,set_aside_reason\r\n")
    again = read_table(text.replace("1,,", "1,Maternity cover,").encode(), "x.csv", columns)
    assert again.rows[0].values["reason"] == "Maternity cover"
    assert not again.notices


def test_a_workbook_holds_texts_numbers_and_days_and_no_formula() -> None:
    stream = io.BytesIO()
    moment = datetime(2026, 4, 1, 9, tzinfo=UTC)
    rows: list[list[object]] = [[text, -5, date(2026, 4, 1)] for text in RUNS]
    rows += [["http://example.test", True, moment], ["00123", None, date(1066, 10, 14)]]
    write_xlsx(rows, ("name", "count", "day"), stream, "People")
    with zipfile.ZipFile(stream) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml").decode()
        assert "<f>" not in sheet
        assert "hyperlink" not in sheet
    columns = (Column("name", parse=str), Column("count"), Column("day"))
    table = read_table(stream.getvalue(), "x.xlsx", columns)
    assert [row.values["name"] for row in table.rows][:4] == ["=1+1", "+44", "-2+3", "@SUM(1)"]
    assert table.rows[0].raw == {"name": "=1+1", "count": "-5", "day": "2026-04-01"}
    assert [table.rows[-2].raw["count"], table.rows[-2].raw["day"]] == ["TRUE", "2026-04-01 09:00:00+00:00"]
    assert [table.rows[-1].raw["name"], table.rows[-1].raw["day"]] == ["00123", "1066-10-14"]


def test_more_rows_than_a_sheet_holds_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing_module, "_MOST_ROWS_IN_EXCEL", 2)
    with pytest.raises(DomainError, match="at most 2 rows"):
        write_xlsx([["1"]] * 3, ("ref",), io.BytesIO())
