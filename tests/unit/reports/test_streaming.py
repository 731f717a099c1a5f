"""A long list is written while it is read: a block of rows in memory, the same file as of a short one, or a refusal."""

import weakref
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from foundation.errors import DomainError
from reports.domain.description import (
    BLOCK,
    Cell,
    Column,
    Format,
    Kind,
    Percent,
    Report,
    Row,
    Rows,
    Section,
    Table,
)
from reports.render_pdf import report as pdf
from reports.render_pdf import sheet
from reports.services import rendering
from reports.services.rendering import Written, rendered, write_file
from tests.unit.reports.descriptions import HEAD
from tests.unit.reports.read_back import of_csv, of_xlsx
from tests.unit.reports.test_renderings import like

COLUMNS = (
    Column("ref", "Staff number"),
    Column("name", "Name"),
    Column("counted", "Counted", Kind.NUMBER),
    Column("day", "Due by", Kind.DAY),
)


class Word(str):
    """A text of which one can tell whether anybody still holds it."""


class Reading:
    """Rows as a database gives them: how many were read, and how many were ever in memory at once."""

    def __init__(self, number: int) -> None:
        self.number, self.read, self.alive, self.most = number, 0, 0, 0
        self._watched: dict[int, weakref.ref[Word]] = {}

    def __call__(self) -> Iterator[Row]:
        for number in range(self.number):
            self.read += 1
            yield self._word(number), f"Person {number}", number % 2, date(2026, 1, 1 + number % 28)

    def _word(self, number: int) -> Word:
        word = Word(f"R{number}")
        self.alive += 1
        self.most = max(self.most, self.alive)
        self._watched[number] = weakref.ref(word, lambda _: self._gone(number))
        return word

    def _gone(self, number: int) -> None:
        self.alive -= 1
        del self._watched[number]


def listed(reading: Reading) -> Report:
    """A report of a list that is read while it is written."""
    table = Table("people", "Everybody", COLUMNS, Rows(reading), empty="Nobody is required.")
    return Report("people", HEAD, (Section("People", tables=(table,)),))


def held(report: Report) -> Report:
    """The same with its rows in memory."""
    [section] = report.sections
    [table] = section.tables
    return replace(report, sections=(replace(section, tables=(replace(table, rows=tuple(table.rows)),)),))


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_no_more_than_a_block_of_rows_is_ever_in_memory(form: Format) -> None:
    reading = Reading(7 * BLOCK + 3)
    written = Written(listed(reading), form)
    for _ in written.pieces():
        pass
    assert written.lines == reading.read == 7 * BLOCK + 3
    # The block that is being written, the row that is written last, and the one that is read next.
    assert reading.most <= 2 * BLOCK + 2


def test_csv_leaves_while_rows_are_still_being_read() -> None:
    reading = Reading(20 * BLOCK)
    pieces = Written(listed(reading), Format.CSV).pieces()
    next(pieces)
    assert 0 < reading.read <= 2 * BLOCK


@pytest.mark.parametrize("form", list(Format))
@pytest.mark.parametrize("rows", [0, 1, BLOCK, BLOCK + 1])
def test_a_long_list_is_the_same_file_as_a_short_one(form: Format, rows: int) -> None:
    report = listed(Reading(rows))
    assert rendered(report, form) == rendered(held(report), form)
    if form in (Format.CSV, Format.XLSX):
        assert b"".join(Written(report, form).pieces()) == rendered(report, form)


@pytest.mark.parametrize(
    "form, limit, says",
    [
        (Format.PDF, "MOST_ROWS_IN_PDF", "more than 5,000 rows"),
        (Format.HTML, "MOST_ROWS_ON_A_PAGE", "too long for a web page"),
        (Format.ODS, "MOST_CELLS", "too long for an OpenDocument spreadsheet"),
    ],
)
def test_what_is_too_long_for_a_format_is_refused_before_all_of_it_is_read(
    form: Format, limit: str, says: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, limit, 8 * len(COLUMNS) if form is Format.ODS else 8)
    enough = Reading(8)
    assert rendered(listed(enough), form)
    reading = Reading(1000)
    with pytest.raises(DomainError, match=f"{says}.* Choose Excel"):
        rendered(listed(reading), form)
    assert reading.read == 9


def test_a_pdf_of_too_many_pages_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    report = held(listed(Reading(150)))
    assert rendered(report, Format.PDF)
    monkeypatch.setattr(sheet, "MOST_PAGES", 2)
    with pytest.raises(DomainError, match="Choose Excel"):
        rendered(report, Format.PDF)


def test_a_refusal_leaves_the_file_that_is_there_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "MOST_ROWS_ON_A_PAGE", 2)
    path = tmp_path / "people.html"
    path.write_text("before")
    with pytest.raises(DomainError):
        write_file(listed(Reading(3)), Format.HTML, path)
    assert path.read_text() == "before"
    assert write_file(listed(Reading(2)), Format.HTML, path) == path.stat().st_size
    assert "Person 1" in path.read_text()


def test_a_file_on_disk_holds_what_was_read(tmp_path: Path) -> None:
    for form in (Format.CSV, Format.XLSX):
        path = tmp_path / form.value
        assert write_file(listed(Reading(3)), form, path) == len(path.read_bytes())
        assert path.read_bytes() == rendered(listed(Reading(3)), form)


def test_a_sheet_that_would_be_too_long_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("reports.render_xlsx._MOST_ROWS", 10)
    assert rendered(listed(Reading(9)), Format.XLSX)
    for report in (listed(Reading(10)), held(listed(Reading(10)))):
        with pytest.raises(DomainError, match=r"at most 9 rows\. Choose CSV"):
            rendered(report, Format.XLSX)


def test_rows_are_read_anew_each_time_and_no_further_than_asked() -> None:
    reading = Reading(100)
    rows = Rows(reading)
    assert len(rows[:5]) == 5
    assert reading.read == 5
    assert rows
    assert reading.read == 6
    assert len(rows) == 100
    assert list(rows) == list(rows)
    assert rows[-1][1] == "Person 99"
    assert len(rows[98:]) == 2
    assert not Rows(Reading(0))


ODD: tuple[Cell, ...] = (
    "=1+1",
    7,
    "",
    None,
    "<r><t>x</t></r>",
    Percent(1, 2),
    date(1066, 10, 14),
    "-5",
    "<r></r>",
)


@pytest.mark.parametrize("where", [0, BLOCK - 1, BLOCK])
def test_an_odd_cell_is_written_safely_wherever_it_stands_in_a_column(where: int) -> None:
    for odd in ODD:
        rows = tuple((odd if number == where else f"word {number}",) for number in range(BLOCK + 1))
        table = Table("t", "T", (Column("c", "C"),), rows)
        report = Report("t", HEAD, (Section("T", tables=(table,)),))
        made = rendered(report, Format.XLSX)
        found = of_xlsx(made, report)["t"]
        text = found[where][0] if where < len(found) and found[where] else ""
        assert like(text, odd)
        assert [row[0] for at, row in enumerate(found) if at != where] == [
            row[0] for at, row in enumerate(rows) if at != where
        ]
        in_csv = rendered(report, Format.CSV).decode("utf-8-sig").splitlines()
        assert "=1+1" not in in_csv
        assert len(of_csv(rendered(report, Format.CSV))) == len(HEAD.lines()) + 1 + 3 + len(rows)


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_a_file_on_its_way_to_be_sent_is_written_a_block_at_a_time(form: Format) -> None:
    reading = Reading(7 * BLOCK + 3)
    written = Written(listed(reading), form)
    with written.in_a_file() as file:
        assert written.lines == 7 * BLOCK + 3
        assert file.read() == rendered(listed(Reading(7 * BLOCK + 3)), form)
    assert reading.most <= 2 * BLOCK + 2


def test_a_pdf_of_too_many_rows_in_all_tables_is_refused_before_anything_is_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    report = held(listed(Reading(5)))
    several = replace(report, sections=report.sections * 2)
    monkeypatch.setattr(pdf, "MOST_ROWS", 10)
    assert rendered(several, Format.PDF)
    monkeypatch.setattr(pdf, "MOST_ROWS", 9)
    monkeypatch.setattr(pdf, "_drawn", lambda *_: pytest.fail("it was drawn"))
    with pytest.raises(DomainError, match=r"more than 5,000 rows. Choose Excel"):
        rendered(several, Format.PDF)
