"""Single cells: the cases of the bad-input catalogue about names, numbers, addresses and days (9.2, 9.3)."""
# ruff: noqa: RUF001  (look-alike letters are what is tested)

import unicodedata
from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any

import pytest

from foundation.tables import (
    CellError,
    Column,
    choice_cell,
    codes_cell,
    day_cell,
    day_or_moment_cell,
    email_cell,
    integer_cell,
    read_table,
    ref_cell,
    text_cell,
)


def why_not(parse: Callable[[str], Any], cell: str) -> str:
    with pytest.raises(CellError) as refused:
        parse(cell)
    return refused.value.message


@pytest.mark.parametrize("cell", ["1.23E+05", "1E+15", "4.5E-03", "123.0", "00123.00"])
def test_a_number_that_excel_changed_is_refused(cell: str) -> None:  # H03, H04
    message = why_not(ref_cell, cell)
    assert "Excel changed this number" in message
    assert "Format the column as Text and export again" in message
    assert cell in message


@pytest.mark.parametrize(
    "cell, value",
    [
        ("00123", "00123"),
        (" 00123\u00a0", "00123"),
        ("\ufeff00\u200b123", "00123"),
        ("'00123", "00123"),
        ('="00123"', "00123"),
        ("AB/12-3 x", "AB/12-3 x"),
        ("1E5", "1E5"),
        ("12.5", "12.5"),
    ],
)
def test_a_reference_is_kept_as_typed_but_for_what_is_invisible(cell: str, value: str) -> None:  # H07
    assert ref_cell(cell) == value


@pytest.mark.parametrize("parse", [ref_cell, day_cell, integer_cell])
def test_digits_of_another_script_are_refused(parse: Callable[[str], Any]) -> None:  # H08, H36
    for cell in ("１２３", "２０２６-01-01", "٣"):
        assert "Use ordinary digits" in why_not(parse, cell)


@pytest.mark.parametrize(
    "cell", ["O'Brien-Ng", "Łukasz", "李", "A", "Null", "True", "N/A", "1e5", "<script>alert(1)</script>"]
)
def test_names_are_accepted_as_typed(cell: str) -> None:  # H12, H14
    assert text_cell(cell) == cell


@pytest.mark.parametrize(
    "cell", ["{{7*7}}", "%s%n", "${jndi:}", '=HYPERLINK("http://evil")', "@SUM(1)", "-2+3"]
)
def test_what_looks_like_a_program_is_only_text(cell: str) -> None:  # H13, H18
    assert text_cell(cell) == cell


def test_names_are_kept_in_one_unicode_form() -> None:  # H12
    assert text_cell(unicodedata.normalize("NFD", "José")) == "José"
    assert text_cell("Ann\u00a0Mary\u200b Khan ") == "Ann Mary Khan"
    assert text_cell("می\u200cخواهم") == "می\u200cخواهم", "a joiner is part of the spelling"


@pytest.mark.parametrize("letter", ["\r", "\n", "\t", "\0", "\x1b[31m", "\x85", "\u2028", "\x7f"])
def test_control_characters_are_refused(letter: str) -> None:  # H15
    assert "line break or control character" in why_not(text_cell, f"Ann{letter}Khan")


def test_encoded_mail_headers_are_refused() -> None:  # H16
    assert 'not allowed ("=?")' in why_not(text_cell, "=?UTF-8?Q?=0A?=Bcc: x@y")


@pytest.mark.parametrize(
    "cell", ["e" + "\u0301" * 1000, "Ann\u202eKhan", "Ann\u2066Khan", "\ue000", "A\U000e0041"]
)
def test_unusual_characters_are_refused(cell: str) -> None:  # H17
    assert "unusual characters" in why_not(text_cell, cell)


def test_a_letter_lost_in_an_earlier_export_is_refused() -> None:
    assert "was lost in an earlier export" in why_not(text_cell, "Zo\ufffd")


@pytest.mark.parametrize(
    "cell",
    ["a@b", "a b@c.uk", "a@c..uk", "a@@c.uk", "@c.uk", "a@-c.uk", "a@c.uk.", "ann", "a..b@c.uk", "a@1.2"],
)
def test_what_is_no_address_is_refused(cell: str) -> None:  # H20
    assert f'"{cell}" is not an email address' in why_not(email_cell, cell)


@pytest.mark.parametrize("cell", ["a@c.uk;b@c.uk", "a@c.uk,b@c.uk", "a@c.uk b@c.uk"])
def test_one_address_is_wanted(cell: str) -> None:  # H21
    assert "Give one email address" in why_not(email_cell, cell)


def test_the_bare_address_is_wanted() -> None:  # H22
    assert "Give only the address" in why_not(email_cell, "Ann <a@c.uk>")


def test_an_address_with_a_line_break_is_none() -> None:  # H23
    assert "is not an email address" in why_not(email_cell, "a@c.uk\r\nBcc: x@y.uk")


@pytest.mark.parametrize("cell", ["a" * 65 + "@c.uk", "a@" + "c." * 126 + "uk"])
def test_a_long_address_is_refused(cell: str) -> None:  # H24
    assert "too long" in why_not(email_cell, cell)


@pytest.mark.parametrize("cell", ["ann@councіl.gov.uk", "аnn@council.gov.uk", "ann@zürich.example"])
def test_look_alike_letters_in_an_address_are_refused(cell: str) -> None:  # H28
    assert "look-alike letters" in why_not(email_cell, cell)


@pytest.mark.parametrize(
    "cell, value",
    [
        (" Ann.O'Brien+x@Council.Gov.UK ", "ann.o'brien+x@council.gov.uk"),
        ("a_b@x-y.example", "a_b@x-y.example"),
        ("ann\u200b@c.uk", "ann@c.uk"),
    ],
)
def test_addresses_are_read_in_small_letters(cell: str, value: str) -> None:  # H26
    assert email_cell(cell) == value


@pytest.mark.parametrize(
    "cell",
    [
        "2026-03-04",
        "2026-3-4",
        "04/03/2026",
        "4/3/2026",
        "04-03-2026",
        "04 Mar 2026",
        "4 mar 2026",
        "2026-03-04T01:30",
    ],
)
def test_days_are_read_day_first_in_the_forms_of_the_interface(cell: str) -> None:  # H35
    assert day_cell(cell) == date(2026, 3, 4)
    assert day_or_moment_cell(f" {cell} ") == date(2026, 3, 4)


@pytest.mark.parametrize(
    "cell, words",
    [
        pytest.param("31/02/2026", ['"31/02/2026" is not a real date'], id="H29"),
        pytest.param("31/06/2024", ["is not a real date"], id="H29 June"),
        pytest.param("29/02/2026", ["is not a real date"], id="H30"),
        pytest.param("2026-02-29", ["is not a real date"], id="H30 ISO"),
        pytest.param("2026-13-01", ["is not a real date"], id="H30 month 13"),
        pytest.param("30 Feb 2026", ["is not a real date"], id="H30 named month"),
        pytest.param("2026-03-04 25:00", ["is not a real date and time"], id="H35 hour 25"),
        pytest.param("01/13/2026", ["Use day/month/year, like 13/01/2026"], id="H31"),
        pytest.param("1/2/26", ["four-digit year"], id="H33"),
        pytest.param("01-Feb-26", ["four-digit year"], id="H33 Excel"),
        pytest.param("45678", ["Excel date number", "Format the column as a date"], id="H34"),
        pytest.param("45678.5", ["Excel date number"], id="H34 with a time"),
        pytest.param("27 March 2026", ["YYYY-MM-DD or DD/MM/YYYY"], id="H35 month in full"),
        pytest.param("27.03.2026", ["YYYY-MM-DD or DD/MM/YYYY"], id="H35 dots"),
        pytest.param("04 Mrz 2026", ["YYYY-MM-DD or DD/MM/YYYY"], id="H35 another language"),
        pytest.param("2026-03-04T01:30Z", ["time zone"], id="H35 an offset where only days are read"),
        pytest.param("0001-01-01", ["between 1 January 1940 and 31 December 2099"], id="H37 year 1"),
        pytest.param("1899-12-31", ["between 1 January 1940"], id="H37 1899"),
        pytest.param("9999-12-31", ["between 1 January 1940"], id="H37 9999"),
        pytest.param("00/00/0000", ["between 1 January 1940"], id="H37 noughts"),
        pytest.param("Ann Smith", ['"Ann Smith" is not a date', "columns in the right order"], id="C35"),
        pytest.param("#REF!", ["broken formula"], id="H56"),
    ],
)
def test_what_is_no_day_is_refused_with_the_remedy(cell: str, words: list[str]) -> None:
    message = why_not(day_cell, cell)
    assert all(word in message for word in words), message


def test_the_limits_of_a_day_can_be_bound() -> None:
    parse = partial(day_cell, earliest=date(2000, 1, 1), latest=date(2026, 10, 1))
    assert parse("2026-10-01") == date(2026, 10, 1)
    assert "between 1 January 2000 and 1 October 2026" in why_not(parse, "02/10/2026")


@pytest.mark.parametrize(
    "cell, day",
    [
        pytest.param("2026-10-25T00:30:00Z", date(2026, 10, 25), id="C18"),
        pytest.param("2026-10-24T23:30:00Z", date(2026, 10, 25), id="C18 still summer time"),
        pytest.param("2026-10-25T23:30:00Z", date(2026, 10, 25), id="C18 winter time again"),
        pytest.param("2026-10-25T00:30:00+01:00", date(2026, 10, 25), id="C18 with an offset"),
        pytest.param("2026-07-01 00:30:00.123+0200", date(2026, 6, 30), id="C18 another zone"),
        pytest.param("2026-10-25T01:30", date(2026, 10, 25), id="C19 the hour that comes twice"),
        pytest.param("2026-03-29T01:30:00", date(2026, 3, 29), id="C20 the hour that is missing"),
    ],
)
def test_a_moment_falls_on_its_london_day(cell: str, day: date) -> None:
    assert day_or_moment_cell(cell) == day


def test_a_moment_that_never_was_is_refused() -> None:
    assert "not a real date and time" in why_not(day_or_moment_cell, "2026-03-04T25:00Z")
    assert "not a real date" in why_not(day_or_moment_cell, "2026-02-30T10:00Z")


def test_the_ends_of_the_calendar_do_not_overflow() -> None:
    parse = partial(day_or_moment_cell, earliest=date.min, latest=date.max)
    assert parse("9999-12-31T23:30:00-12:00") == date.max
    assert parse("0001-01-01T00:30:00+12:00") == date.min


@pytest.mark.parametrize("cell", ["#N/A", "#REF!", "#DIV/0!", "#VALUE!", "NULL", "-"])
@pytest.mark.parametrize("parse", [text_cell, ref_cell, email_cell, choice_cell(["a"])])
def test_broken_formulas_and_placeholders_are_refused(parse: Callable[[str], Any], cell: str) -> None:  # H56
    message = why_not(parse, cell)
    assert f'"{cell}" comes from a broken formula' in message


def test_choices_are_matched_without_case_spaces_and_underscores() -> None:
    parse = choice_cell(["employee", "fe_he"], {"further education": "fe_he"})
    assert [parse(cell) for cell in (" EMPLOYEE", "FE HE", "fe-he", "Further Education")] == [
        "employee",
        "fe_he",
        "fe_he",
        "fe_he",
    ]
    message = why_not(parse, "emploee")
    assert '"emploee" is not one of: employee, fe_he. Did you mean employee?' in message


def test_codes_are_read_each_once_and_in_order() -> None:
    assert codes_cell(" b ;a;; b") == ("a", "b")
    assert "Excel changed" in why_not(codes_cell, "a;1.0")


def test_an_empty_formula_is_no_reference() -> None:
    assert "The value is missing" in why_not(ref_cell, '=""')


def test_whole_numbers_only() -> None:
    assert integer_cell(" 007 ") == 7
    for cell in ("1.5", "80%", "1e3", "abc", "9" * 400):
        assert "is not a whole number" in why_not(integer_cell, cell)
    score = partial(integer_cell, least=0, most=100)
    assert "whole number from 0 to 100" in why_not(score, "101")
    assert "0 or more" in why_not(partial(integer_cell, least=0), "-1")
    assert "5 or less" in why_not(partial(integer_cell, most=5), "6")


@pytest.mark.parametrize("cell", ["", " ", "\u00a0\u200b", "\t"])
def test_a_cell_of_spaces_is_blank(cell: str) -> None:  # H55
    table = read_table(
        f'ref,"note"\n1,"{cell}"\n'.encode(), "x.csv", [Column("ref"), Column("note", blank="none")]
    )
    assert table.rows[0].values["note"] == "none"


def test_a_long_value_is_cut_and_made_harmless_in_messages() -> None:
    message = why_not(choice_cell(["a"]), "x" * 500)
    assert "x" * 59 + "…" in message
    assert "x" * 60 not in message
    assert "\x1b" not in why_not(email_cell, "\x1b[31m@")


def test_the_same_wrong_cell_is_told_for_every_row() -> None:
    content = b"ref,day\n1,31/02/2026\n2,31/02/2026\n"
    table = read_table(content, "x.csv", [Column("ref"), Column("day", parse=day_cell)])
    assert [problem.line for problem in table.problems] == [2, 3]


def test_a_row_tells_all_its_problems() -> None:
    content = b"ref,day,mail\n1.0,31/02/2026,a@b\n"
    columns = [
        Column("ref", parse=ref_cell),
        Column("day", label="Start date", parse=day_cell),
        Column("mail", parse=email_cell),
    ]
    problems = read_table(content, "x.csv", columns).problems
    assert [problem.column for problem in problems] == ["ref", "Start date", "mail"]
