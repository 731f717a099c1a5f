"""Training passports as files: what goes into one, what is read back, and what is not believed."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey
from pypdf import PdfReader

from courses.certificate.issuer import Issuer
from courses.certificate.passport import (
    as_json,
    has_email,
    mark_of_email,
    read_passport,
    statement,
    token_in,
)
from courses.certificate.passport_page import drawn
from courses.certificate.tokens import NotGenuine, UnknownKey, published, signed
from courses.domain import Completion, Course, Evidence, lines_by_code
from courses.domain.passports import Entry, Passport, from_content, in_date, to_content
from courses.services.passports import same_name

KEY, OTHER = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")
KEYS = {KEY.thumbprint(): published(KEY)}
ISSUED = datetime(2026, 10, 1, 9, 30, tzinfo=UTC)
TODAY = date(2026, 10, 1)
PASSPORT = Passport(
    number="7ZQ4M2K9TC1B6XHD",
    name="Siân Ŵyn Fernwood",
    council="Example Borough Council",
    address="https://training.example.gov.uk",
    issued_at=ISSUED,
    entries=(
        Entry("PREV-AW", "Prevent awareness", "Home Office", date(2026, 1, 5), date(2028, 1, 5)),
        Entry("WRAP", "Workshop to raise awareness of Prevent", "", date(2025, 2, 3), None),
    ),
    salt="salt",
    email_mark=mark_of_email("sian@council.example", "salt"),
)

texts = st.text(
    st.characters(categories=("L", "N", "P", "Zs"), exclude_characters="\u3000\u1680"), max_size=60
).filter(str.isprintable)
entries = st.builds(
    Entry,
    course=texts,
    title=texts,
    provider=texts,
    completed_on=st.dates(),
    valid_until=st.none() | st.dates(),
)
passports = st.builds(
    replace, st.just(PASSPORT), name=texts, council=texts, entries=st.lists(entries, max_size=8).map(tuple)
)


@given(passports)
def test_what_is_signed_is_read_back_to_the_letter(passport: Passport) -> None:
    assert from_content(json.loads(json.dumps(to_content(passport)))) == passport
    token = statement(passport, KEY)
    assert token_in(as_json(token).encode()) == token
    assert read_passport(token, KEYS)[0] == passport


def test_a_long_one_goes_on_overleaf_and_every_course_is_there(tmp_path: Path) -> None:
    many = tuple(
        replace(PASSPORT.entries[0], title=f"Course number {number} with a title that is rather long")
        for number in range(90)
    )
    issuer = Issuer(PASSPORT.council, PASSPORT.address, "#12436d", tmp_path)
    long = replace(PASSPORT, entries=many)
    pages = PdfReader(BytesIO(drawn(long, issuer.look(issuer.layout()), statement(long, KEY)))).pages
    words = " ".join(" ".join(page.extract_text() for page in pages).split())
    assert len(pages) > 2
    assert all(f"Course number {number} with" in words for number in range(90))


@pytest.mark.parametrize("change", [
    {"name": "Somebody Else"},
    {"number": "0000000000000000"},
    {"entries": PASSPORT.entries[:1]},
    {"entries": (replace(PASSPORT.entries[0], completed_on=date(2026, 9, 9)), PASSPORT.entries[1])},
    {"entries": (replace(PASSPORT.entries[0], course="WRAP"), PASSPORT.entries[1])},
])  # fmt: skip
def test_whatever_is_changed_is_noticed(change: dict[str, Any]) -> None:
    head, _, mark = statement(PASSPORT, KEY).split(".")
    body = statement(replace(PASSPORT, **change), OTHER).split(".")[1]
    with pytest.raises(NotGenuine, match="signature does not fit"):
        read_passport(f"{head}.{body}.{mark}", KEYS)


def test_an_issuer_whom_nobody_knows_is_not_believed() -> None:
    with pytest.raises(UnknownKey) as refused:
        read_passport(statement(PASSPORT, OTHER), KEYS)
    assert refused.value.key_id == OTHER.thumbprint()


def test_a_key_signs_only_while_it_is_in_use() -> None:
    moment = int(ISSUED.timestamp())
    for jwk in ({"exp": moment}, {"exp": moment - 1}, {"iat": moment + 1}):
        with pytest.raises(NotGenuine, match="had expired"):
            read_passport(statement(PASSPORT, KEY), {KEY.thumbprint(): {**published(KEY), **jwk}})
    for jwk in ({"exp": moment + 1}, {"iat": moment}, {}):
        assert read_passport(statement(PASSPORT, KEY), {KEY.thumbprint(): {**published(KEY), **jwk}})


@pytest.mark.parametrize("content", [
    b"", b"{}", b"[]", b"null", b"%PDF-1.7 nothing", b"\xff\xfe", b"{" * 50_000, b'{"payload": 1}',
    b'{"protected": "a", "payload": "b", "signature": "c", "header": {"alg": "none"}}',
    b'{"protected": "a.b", "payload": "b", "signature": "c"}',
])  # fmt: skip
def test_what_is_no_passport_is_refused_in_plain_words(content: bytes) -> None:
    with pytest.raises(NotGenuine):
        read_passport(token_in(content), KEYS)


def test_two_statements_in_one_pdf_are_neither() -> None:
    one, other = statement(PASSPORT, KEY), statement(replace(PASSPORT, name="Another"), KEY)
    with pytest.raises(NotGenuine, match="not a training passport"):
        token_in(f"%PDF-1.7\ntraining-passport:{one}\ntraining-passport:{other}\n".encode())


@pytest.mark.parametrize("change", [
    {"format": "training-passport/2"}, {"number": "short"}, {"issued_at": "2026-10-01T09:30:00"}, {"issued_at": "x"},
    {"holder": None}, {"entries": {}}, {"entries": [1]}, {"entries": [{"course": "X"}]}, {"issuer": []},
    {"holder": {"name": "x" * 402, "salt": "", "email_sha256": ""}},
    {"holder": {"name": "two\nlines", "salt": "", "email_sha256": ""}},
    {"entries": [to_content(PASSPORT)["entries"][0]] * 501},
])  # fmt: skip
def test_a_signed_one_that_cannot_be_read_is_refused(change: dict[str, object]) -> None:
    said = {**to_content(PASSPORT), **change}
    with pytest.raises(NotGenuine, match="cannot be taken"):
        read_passport(signed(said, KEY, KEY.thumbprint(), "training-passport+jwt"), KEYS)


def test_whose_address_it_was_shows_without_the_address() -> None:
    assert has_email(PASSPORT, " Sian@Council.example ")
    assert not has_email(PASSPORT, "other@council.example")
    assert not has_email(PASSPORT, None)
    assert not has_email(replace(PASSPORT, email_mark=""), "sian@council.example")
    assert "sian@council" not in json.dumps(to_content(PASSPORT))


@pytest.mark.parametrize("one, other, same", [
    ("Siân Fernwood-Hall", "SIAN FERNWOOD HALL", True),
    ("Fernwood, Siân", "Sian Fernwood", True),
    ("Siân Fernwood", "Siân Fern", False),
    ("Sam Tester", "Sam Tester Junior", False),
    ("", "", False),
    ("O'Brien Ng", "O\u2019Brien Ng", True),
])  # fmt: skip
def test_names_are_the_same_however_they_are_typed(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


LINES = lines_by_code(
    [Course("A", "Course A", "Provider A", validity_months=12), Course("B", "Course B", validity_months=None)]
)


def test_a_passport_lists_the_latest_of_each_course_that_counts_and_is_in_date() -> None:
    day = date(2026, 1, 15)
    found = in_date(
        [
            (Completion("A", date(2025, 11, 1)), ""),
            (Completion("A", day), "Somebody"),
            (Completion("A", date(2026, 9, 1), Evidence.AWAITING), ""),
            (Completion("B", date(2001, 1, 1), Evidence.VERIFIED), ""),
            (Completion("B", date(2026, 2, 1), revoked_on=TODAY), ""),
        ],
        LINES,
        TODAY,
    )
    assert found == (
        Entry("A", "Course A", "Somebody", day, date(2027, 1, 15)),
        Entry("B", "Course B", "", date(2001, 1, 1), None),
    )


@pytest.mark.parametrize("completed_on, is_listed", [(date(2025, 10, 1), True), (date(2025, 9, 30), False)])
def test_the_last_day_is_still_in_date(completed_on: date, is_listed: bool) -> None:
    assert bool(in_date([(Completion("A", completed_on), "")], LINES, TODAY)) is is_listed


def test_what_is_revoked_from_tomorrow_on_counts_today() -> None:
    one = Completion("A", date(2026, 5, 1), revoked_on=date(2026, 10, 2))
    assert in_date([(one, "")], LINES, TODAY)
    assert not in_date([(one, "")], LINES, date(2026, 10, 2))
