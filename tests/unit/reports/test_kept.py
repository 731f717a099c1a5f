"""What is kept comes back as it was, and is written the same each time."""

import json
from collections.abc import Iterator
from zlib import decompress

import pytest
from hypothesis import given

from reports.domain.description import Column, Report, Row, Rows, Section, Table
from reports.domain.kept import digest, from_text, packed, pieces
from tests.unit.reports.descriptions import HEAD, any_reports


def to_text(report: Report) -> str:
    """All of it at once."""
    return "".join(pieces(report))


@given(any_reports())
def test_a_report_comes_back_as_it_was(report: Report) -> None:
    text = to_text(report)
    assert from_text(text) == report
    assert to_text(from_text(text)) == text


def test_another_report_has_another_digest() -> None:
    one, two = Report("one", HEAD, ()), Report("two", HEAD, ())
    assert digest(to_text(one)) != digest(to_text(two))
    assert digest(to_text(one)) == digest(to_text(one))


def test_a_way_of_writing_that_is_not_known_is_refused() -> None:
    text = to_text(Report("one", HEAD, ())).replace('"version":1', '"version":2')
    with pytest.raises(ValueError, match="version 2"):
        from_text(text)


@given(any_reports())
def test_the_text_is_json_with_its_keys_in_order(report: Report) -> None:
    found = json.loads(to_text(report))
    assert to_text(report) == json.dumps(found, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


@given(any_reports(), any_reports())
def test_what_is_packed_is_the_texts_and_their_digest(report: Report, behind: Report) -> None:
    found = packed(report, behind)
    texts = [decompress(one).decode() for one in (found.description, found.behind)]
    assert texts == [to_text(report), to_text(behind)]
    assert found.sha256 == digest("".join(texts))


def test_rows_are_written_while_they_are_read() -> None:
    read = 0

    def rows() -> Iterator[Row]:
        nonlocal read
        for read in range(1, 1751):
            yield (f"Person {read}",)

    table = Table("people", "People", (Column("name", "Name"),), Rows(rows))
    report = Report("people", HEAD, (Section("People", tables=(table,)),))
    seen = [read for piece in pieces(report) if 'Person 1"' in piece or "Person 501" in piece]
    assert seen == [500, 1000]
    assert len(from_text(to_text(report)).tables[0].rows) == 1750
