"""Whatever the bytes, reading gives a table or a refusal in words: never another exception (promises 9)."""

import io
import zipfile

import xlsxwriter
from hypothesis import given, settings
from hypothesis import strategies as st

from foundation.errors import DomainError
from foundation.tables import (
    Column,
    Limits,
    Table,
    codes_cell,
    day_cell,
    day_or_moment_cell,
    email_cell,
    integer_cell,
    read_table,
    ref_cell,
    write_set_aside,
)

COLUMNS = (
    Column("ref", required=True, parse=ref_cell),
    Column("name"),
    Column("mail", parse=email_cell),
    Column("day", parse=day_cell),
    Column("at", parse=day_or_moment_cell),
    Column("count", parse=integer_cell),
    Column("codes", parse=codes_cell),
)
LIMITS = Limits(size=100_000, rows=50, columns=20, unpacked=1_000_000, grid=10_000)
HEADER = "ref,name,mail,day,at,count,codes"


def refused_or_read(content: bytes) -> Table | DomainError:
    try:
        return read_table(content, "any.csv", COLUMNS, limits=LIMITS)
    except DomainError as refused:
        return refused


def check(content: bytes) -> None:
    result = refused_or_read(content)
    if isinstance(result, DomainError):
        assert result.problems
    else:
        assert result.rows
        assert all(row.problems or row.values["ref"] for row in result.rows)
        write_set_aside(result, io.BytesIO())
    notices = [] if isinstance(result, DomainError) else result.notices
    for problem in (*result.problems, *notices):
        assert problem.message
        assert str(problem).isprintable()


@given(st.binary(max_size=300))
def test_any_bytes(content: bytes) -> None:
    check(content)


pieces = st.one_of(
    st.sampled_from(
        [",", ",", "\n", "\r\n", "\r", '"', '""', ";", "\t", "\0", "'=", "=?", "#N/A", "1.0", "\ufeff"]
    ),
    st.sampled_from(
        ["01/02/2026", "2026-02-30", "2026-10-25T01:30:00Z", "a@b.uk", "Ann", "Ã«", HEADER, "Total"]
    ),
    st.text(st.characters(codec="utf-8"), max_size=6),
)


@given(
    st.lists(pieces, max_size=40), st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"])
)
@settings(max_examples=300)
def test_any_text_under_good_headings(parts: list[str], encoding: str) -> None:
    check(f"{HEADER}\n1,{''.join(parts)}".encode(encoding, "replace"))


def _workbook() -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, HEADER.split(","))
        sheet.write_row(1, 0, ["1", "Ann", "a@b.uk", 45678, "x", 7])
        sheet.write_formula(2, 0, "=NA()", None, "#N/A")
    return stream.getvalue()


WORKBOOK = _workbook()
STORED = io.BytesIO()
with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as _old, zipfile.ZipFile(STORED, "w") as _new:
    for _name in _old.namelist():
        _new.writestr(_name, _old.read(_name))


@given(
    st.sampled_from([WORKBOOK, STORED.getvalue()]),
    st.lists(st.tuples(st.integers(4, len(WORKBOOK) - 1), st.integers(0, 255)), min_size=1, max_size=5),
)
@settings(max_examples=150, deadline=None)
def test_any_damage_to_a_workbook(content: bytes, changes: list[tuple[int, int]]) -> None:
    damaged = bytearray(content)
    for place, byte in changes:
        damaged[place] = byte
    check(bytes(damaged))


@given(
    st.sampled_from(["xl/workbook.xml", "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"]),
    st.integers(0, 900),
    st.integers(0, 30),
    st.one_of(
        st.binary(max_size=12), st.sampled_from([b'<c r="A9">', b"<v>99</v>", b'r="B0"', b' t="s"', b"&x;"])
    ),
)
@settings(max_examples=150, deadline=None)
def test_any_change_inside_a_workbook(part: str, start: int, cut: int, put: bytes) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(WORKBOOK)) as old, zipfile.ZipFile(stream, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, text[:start] + put + text[start + cut :] if name == part else text)
    check(stream.getvalue())
