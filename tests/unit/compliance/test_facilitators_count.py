"""`counts_for_facilitators` of a course: read, written, told of, and without effect on any timeline."""

from dataclasses import replace
from datetime import date

from compliance.domain.change import change, concerned
from compliance.programme.reading import read_programme
from compliance.programme.saying import said
from compliance.programme.words import notes
from compliance.programme.writing import write_programme
from tests.unit.compliance.programme_example import EXAMPLE

TODAY = date(2026, 6, 1)


def test_no_course_counts_for_whoever_leads_it_unless_the_file_says_so() -> None:
    book = read_programme(EXAMPLE).book
    assert not any(one.counts_for_facilitators for one in book.courses)
    assert "counts_for_facilitators" not in write_programme(book)


def test_what_the_file_says_is_read_written_and_read_again() -> None:
    text = EXAMPLE.replace("[[courses]]\n", "[[courses]]\ncounts_for_facilitators = true\n", 1)
    book = read_programme(text).book
    first = book.courses[0]
    assert first.counts_for_facilitators
    assert said(book, first).endswith("and for whoever leads it")
    written = write_programme(book)
    assert "counts_for_facilitators = true\n" in written
    assert read_programme(written).book == book


def test_the_change_is_told_and_moves_no_timeline() -> None:
    before = read_programme(EXAMPLE).book
    after = replace(
        before,
        courses=(replace(before.courses[0], counts_for_facilitators=True), *before.courses[1:]),
    )
    assert concerned(before, after) == set()
    told = " ".join(str(note) for note in notes(change(before, after, TODAY)))
    assert "counts for whoever leads it yes instead of no" in told
