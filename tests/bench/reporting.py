"""`python -m tests.bench.reporting [--rows 50000] [--people 50000]`: how fast a long list becomes a file.

The name list of so many rows as CSV and XLSX: beside the bare writer in the same run, by turns, with the very same rows
in memory and the same kinds of cells (`csv.writer`; XlsxWriter with constant_memory, a call a cell). The bare writer
guards no formula, looks at no type and writes no head. Then the most memory that writing takes while the rows are made
one by one, for a hundredth of them and for a tenth: it must not grow with them. And a PDF of some 27 and some 250
pages, by time alone. At last the same list read from the database of a council of so many people, in a process of its
own: how much more memory it takes than the idle service; and a report that is made ready and kept, with everybody
behind it (`--people 0` leaves both out). Ends with 1 when a file does not hold its rows, memory grows or the list takes
more than its goal; never for time.
"""

import argparse
import csv
import io
import sys
import tempfile
import tracemalloc
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import xlsxwriter
from pypdf import PdfReader

from reports.catalogue.names.people import COLUMNS
from reports.domain.description import Format, Head, Report, Row, Rows, Section, Table
from reports.services.rendering import Written, rendered
from tests.bench import listing
from tests.bench.databases import KINDS
from tests.bench.timing import Pair, seconds

GOAL = 1.5
MORE_MB = 100
GROWTH = 1.2
"""How much more memory ten times the rows may take: the system's own noise."""
REQUIREMENTS = ("AWARE", "CHANNEL", "WRAP")
MOMENT = datetime(2026, 4, 7, 8, 5, tzinfo=UTC)
HEAD = Head("Name list", "Bench Council", MOMENT.date(), MOMENT, MOMENT, "the benchmark", "Everybody")
FIRST = date(2024, 1, 1)


def rows(wanted: int) -> Iterator[Row]:
    """Rows such as the name list has, three a person."""
    return islice(_rows(), wanted)


def _rows() -> Iterator[Row]:
    for number in count():
        for requirement in REQUIREMENTS:
            done = FIRST + timedelta(days=number % 700)
            ends = done + timedelta(days=730)
            yield (
                f"R{number:06}",
                f"Asha Example-{number}",
                "Bench Council",
                f"Directorate {number % 8} > Service {number % 40} > Team {number // 12}",
                f"Officer {number % 30}",
                requirement,
                "Up to date",
                1,
                number % 2,
                None if number % 3 else done,
                "PREV-AW",
                done,
                ends,
                f"Required of everyone since {FIRST}; Prevent awareness, completed on {done}, counts until {ends}.",
            )


def report(of: Rows | tuple[Row, ...]) -> Report:
    """The name list of these rows."""
    return Report("people", HEAD, (Section("People", tables=(Table("people", "Everybody", COLUMNS, of),)),))


def bare_csv(held: tuple[Row, ...], out: io.TextIOBase) -> None:
    """The same rows by the writer alone."""
    csv.writer(out).writerows(held)


def bare_xlsx(held: tuple[Row, ...], out: Any) -> None:
    """The same rows by XlsxWriter alone, each cell by the call for its kind."""
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        number = book.add_format({"num_format": "#,##0"})
        sheet = book.add_worksheet("Everybody")
        for line, row in enumerate(held):
            for at, cell in enumerate(row):
                if isinstance(cell, str):
                    sheet.write_string(line, at, cell)
                elif isinstance(cell, int):
                    sheet.write_number(line, at, cell, number)
                elif cell is not None:
                    sheet.write_datetime(line, at, cell, day)


def written(of: Report, form: Format, path: Path) -> int:
    """Write the file in pieces, as it is sent; how many lines it holds."""
    writing = Written(of, form)
    with path.open("wb") as out:
        for piece in writing.pieces():
            out.write(piece)
    return writing.lines


def peak_mb(call: Callable[[], object]) -> float:
    """The most memory that a call holds at once."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main(arguments: list[str] | None = None) -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.reporting")
    parser.add_argument("--rows", type=int, default=50_000)
    parser.add_argument("--people", type=int, default=50_000)
    parser.add_argument("--database", choices=KINDS, default=KINDS[0])
    asked = parser.parse_args(arguments)
    wanted = asked.rows
    wrong = False
    with tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        place = Path(folder)
        held = tuple(rows(wanted))
        print(f"{len(held):,} rows of {len(COLUMNS)} columns", flush=True)
        for form, floor in ((Format.CSV, _to_csv(held, place)), (Format.XLSX, _to_xlsx(held, place))):
            path = place / f"people.{form.value}"
            long = report(Rows(lambda: held))
            pair = _by_turns(lambda long=long, form=form, path=path: written(long, form, path), floor)  # type: ignore[misc]  # mypy cannot type a default of a lambda
            verdict = "met" if pair.ratio <= GOAL else "NOT MET"
            print(
                f"  {form.value:5} {pair.product_ms:>9.0f} ms, bare writer {pair.floor_ms:>9.0f} ms, "
                f"ratio {pair.ratio:.2f}, goal {GOAL} {verdict}",
                flush=True,
            )
            part = place / f"part.{form.value}"
            small, large = (_peak(some, form, part) for some in (wanted // 100, wanted // 10))
            wrong |= large > small * GROWTH + 1
            print(
                f"        most memory: {small:.1f} MB for {wanted // 100:,} rows, {large:.1f} MB for {wanted // 10:,}",
                flush=True,
            )
        wrong |= _lines(place / "people.csv") < len(held)
    for pages in (27, 250):
        _print_pdf(pages)
    if asked.people:
        wrong |= _print_people(asked.database, asked.people)
    if wrong:
        print("WRONG: a file does not hold its rows, or memory grows with them or is over its goal")
    return int(wrong)


def _print_people(kind: str, people: int) -> bool:
    """The list of a whole council; whether it took more memory than its goal."""
    wrong = False
    print(f"{people:,} people on {kind}", flush=True)
    for what, taken in listing.of_people(kind, people, MOMENT.date()):
        lock = f", {taken.locked_seconds * 1000:.0f} ms of it under the lock" if what == "kept" else ""
        verdict = "met" if taken.more_mb <= MORE_MB else "NOT MET"
        wrong |= what == "csv" and taken.more_mb > MORE_MB
        print(
            f"  {what:5} {taken.seconds:.1f} s{lock}; {taken.more_mb:.0f} MB over the idle service "
            f"({taken.idle_mb:.0f} MB), goal {MORE_MB} {verdict}",
            flush=True,
        )
    return wrong


def _by_turns(product: Callable[[], object], floor: Callable[[], object]) -> Pair:
    """The better of two of each: a workbook takes too long for more."""
    took = [(seconds(product), seconds(floor)) for _ in range(2)]
    return Pair(*(min(one) * 1000 for one in zip(*took, strict=True)))


def _to_csv(held: tuple[Row, ...], place: Path) -> Callable[[], object]:
    def call() -> None:
        with (place / "bare.csv").open("w", encoding="utf-8", newline="") as out:
            bare_csv(held, out)

    return call


def _to_xlsx(held: tuple[Row, ...], place: Path) -> Callable[[], object]:
    return lambda: bare_xlsx(held, str(place / "bare.xlsx"))


def _peak(wanted: int, form: Format, path: Path) -> float:
    return peak_mb(lambda: written(report(Rows(lambda: rows(wanted))), form, path))


def _lines(path: Path) -> int:
    with path.open(encoding="utf-8-sig", newline="") as lines:
        return sum(1 for _ in csv.reader(lines))


def _print_pdf(pages: int) -> None:
    """A PDF of about so many pages, twelve rows each."""
    some = report(tuple(rows(pages * 12)))
    made: list[bytes] = []
    took = seconds(lambda: made.append(rendered(some, Format.PDF)))
    print(f"  pdf   {took:.1f} s for {len(PdfReader(io.BytesIO(made[0])).pages):,} pages", flush=True)


if __name__ == "__main__":
    sys.exit(main())
