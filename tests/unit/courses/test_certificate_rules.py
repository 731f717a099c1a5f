"""Numbers that nobody guesses, what holds of a certificate on a day, and the record inside its file."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest
import segno
from hypothesis import given
from hypothesis import strategies as st

from courses.certificate import record
from courses.certificate.qr import QUIET, qr_path
from courses.domain import Course
from courses.domain.certificates import (
    ALPHABET,
    LENGTH,
    Ending,
    Standing,
    day_of,
    printed,
    read_number,
    standing,
    valid_until,
)
from courses.services.certificates import new_number
from foundation.errors import DomainError
from tests.signing import certificate

DAY = date(2026, 11, 21)


def test_numbers_are_eighty_bits_of_chance() -> None:
    found = {new_number() for _ in range(2000)}
    assert len(found) == 2000
    assert {len(number) for number in found} == {LENGTH}
    assert set("".join(found)) == set(ALPHABET)
    assert len(ALPHABET) ** LENGTH == 2**80


@given(st.text(ALPHABET, min_size=LENGTH, max_size=LENGTH))
def test_a_number_is_read_however_it_is_typed(number: str) -> None:
    for typed in (printed(number), printed(number).lower(), f" {number} ", printed(number).replace("-", " ")):
        assert read_number(typed) == number
    assert read_number(number.replace("0", "O").replace("1", "l")) == number
    assert read_number(number[1:]) is None
    assert read_number(f"{number}0") is None


@pytest.mark.parametrize("typed", ["", "U" * 16, "7ZQ4-M2K9-TC1B-6XH!", "é" * 16])
def test_what_is_no_number_is_none(typed: str) -> None:
    assert read_number(typed) is None


@pytest.mark.parametrize(
    "valid, ending, is_on_record, expected",
    [
        (None, None, True, Standing.CURRENT),
        (DAY, None, True, Standing.CURRENT),  # valid until includes its day (counting rule 5)
        (DAY - timedelta(days=1), None, True, Standing.EXPIRED),
        (None, None, False, Standing.REVOKED),
        (DAY - timedelta(days=1), None, False, Standing.REVOKED),
        (None, Ending.REVOKED, True, Standing.REVOKED),
        (None, Ending.SUPERSEDED, False, Standing.SUPERSEDED),
    ],
)
def test_what_the_register_says(
    valid: date | None, ending: Ending | None, is_on_record: bool, expected: Standing
) -> None:
    assert standing(valid, ending, is_on_record=is_on_record, today=DAY) is expected


def test_a_completion_is_valid_for_the_months_of_its_course() -> None:
    assert valid_until(Course("A", validity_months=24), date(2024, 2, 29)) == date(2026, 2, 28)
    assert valid_until(Course("A", validity_months=1), date(2026, 1, 31)) == date(2026, 2, 28)
    assert valid_until(Course("A"), DAY) is None


def test_a_day_is_that_of_london() -> None:
    assert day_of(datetime(2026, 7, 1, 23, 30, tzinfo=UTC)) == date(2026, 7, 2)
    assert day_of(datetime(2026, 12, 1, 23, 30, tzinfo=UTC)) == date(2026, 12, 1)


@given(st.text(max_size=60), st.none() | st.dates(date(2000, 1, 1), date(2200, 1, 1)))
def test_a_record_says_what_the_certificate_says(name: str, until: date | None) -> None:
    said = certificate(name=name, valid_until=until)
    text = record.written(said)
    assert text.isascii()
    assert text == record.written(said)
    assert record.read(json.loads(text)) == said


@pytest.mark.parametrize(
    "change",
    [{"kind": "passport"}, {"completed_on": "yesterday"}, {"issued_at": 7}, {"number": None, "kind": 1}],
)
def test_a_record_of_something_else_is_refused(change: dict[str, object]) -> None:
    with pytest.raises(DomainError):
        record.read({**json.loads(record.written(certificate())), **change})


@pytest.mark.parametrize(
    "host", ["a.uk", "training.example.gov.uk", "x" * 60 + ".gov.uk", "y" * 150 + ".gov.uk"]
)
def test_the_path_of_a_code_fills_exactly_its_dark_modules(host: str) -> None:
    text = f"https://{host}/verify/7ZQ4M2K9TC1B6XHD"
    head, *rows, end = qr_path(text, 10, 20, 100).splitlines()
    version = segno.make(text, error="m", mode="byte", micro=False, boost_error=False).version
    wanted = segno.make(text, error="m", version=version, mask=3, mode="byte", micro=False, boost_error=False)
    count = len(wanted.matrix)
    filled = set()
    for row in rows:
        left, bottom, width, height = (int(part) for part in row.split()[:4])
        assert height == 1
        filled |= {(bottom, left + step) for step in range(width)}
    dark = {
        (count - 1 - number, at)
        for number, row in enumerate(wanted.matrix)
        for at, module in enumerate(row)
        if module
    }
    assert filled == dark
    assert end == "f Q"
    module = 100 / (count + 2 * QUIET)
    assert head.endswith(f"{10 + QUIET * module:.3f} {20 + QUIET * module:.3f} cm")
