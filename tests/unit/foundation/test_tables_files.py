"""Whole files, good and bad: the cases F01 to F40 of the bad-input catalogue (promises 9.1)."""
# ruff: noqa: RUF001  (typographic letters are what is tested)

import gzip
import io
import zipfile
from collections.abc import Sequence

import pytest

from foundation.errors import DomainError
from foundation.tables import (
    COMMAND_LIMITS,
    Column,
    Limits,
    Table,
    day_cell,
    open_table,
    read_table,
    ref_cell,
)

COLUMNS = (
    Column("person_ref", required=True, parse=ref_cell),
    Column("first_name", required=True),
    Column("last_name", required=True),
    Column("email"),
    Column("start", parse=day_cell),
)
HEADER = "person_ref,first_name,last_name,email,start\n"
ANN = "00123,Ann,Khan,ann@council.example,01/04/2026\n"
BOB = "00124,Bob,Ng,,\n"


def read(content: str | bytes, columns: Sequence[Column] = COLUMNS, limits: Limits | None = None) -> Table:
    raw = content.encode() if isinstance(content, str) else content
    return read_table(raw, "people.csv", columns, limits=limits or Limits())


def refusal(content: str | bytes, limits: Limits | None = None) -> str:
    with pytest.raises(DomainError) as refused:
        read(content, limits=limits)
    return str(refused.value)


def archive(**members: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as made:
        for name, text in members.items():
            made.writestr(name, text)
    return stream.getvalue()


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(b"", ["file is empty", "Export it again"], id="F02 no bytes"),
        pytest.param(b"\xef\xbb\xbf", ["file is empty"], id="F03 only a BOM"),
        pytest.param(b"\xff\xfe", ["file is empty"], id="F03 only a UTF-16 BOM"),
        pytest.param("\n \n,,\n", ["file is empty"], id="F05 nothing but blank lines"),
        pytest.param(HEADER, ["headings but no people", "Nothing was changed"], id="F04 headings only"),
        pytest.param(HEADER + "\n,,,,\n", ["headings but no people"], id="F04 headings and blank rows"),
        pytest.param(",".join(f"c{n}" for n in range(5000)), ["5,000 columns", "limit is 100"], id="F09"),
        pytest.param(
            "x" * 150_000 + "\n1\n", ['"person_ref" is missing', "x…"], id="F09 one endless heading"
        ),
        pytest.param(archive(a="x"), ["ZIP archive", "Unzip"], id="F10 a ZIP that is no workbook"),
        pytest.param(b"PK\x05\x06" + bytes(18), ["ZIP archive"], id="F12 an empty ZIP"),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ["old kind (XLS)", "CSV UTF-8"], id="F11"
        ),
        pytest.param(
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            ["protected by a password", "Remove the password"],
            id="F11 a workbook with a password",
        ),
        pytest.param(b"%PDF-1.7\n", ["not a CSV file", "PDF"], id="F12 PDF"),
        pytest.param(b"\x89PNG\r\n\x1a\n", ["not a CSV file", "PNG"], id="F12 PNG"),
        pytest.param(b"\x7fELF\x02\x01", ["not a CSV file"], id="F12 ELF"),
        pytest.param(b"\x01\x02\x03abc,def\n", ["not a CSV file"], id="F12 some other binary file"),
        pytest.param(b"<!DOCTYPE html><title>Sign in</title>", ["web page", "signed you out"], id="F13"),
        pytest.param(b"\xef\xbb\xbf\n <HTML>", ["web page"], id="F13 after a BOM and a line"),
        pytest.param(b'<?xml version="1.0"?><a/>', ["not a CSV file", "XML"], id="F14 XML"),
        pytest.param(b'[{"person_ref": "1"}]', ["not a CSV file", "JSON"], id="F14 JSON list"),
        pytest.param(b'{\n  "people": []}', ["not a CSV file", "JSON"], id="F14 JSON object"),
        pytest.param((HEADER + ANN).encode("utf-16-le"), ["not UTF-8", "Save it as CSV UTF-8"], id="F16"),
        pytest.param((HEADER + ANN).encode("utf-16-be"), ["not UTF-8"], id="F16 big end first"),
        pytest.param((HEADER + ANN).encode("utf-32"), ["UTF-32"], id="F16 four bytes a letter"),
        pytest.param((HEADER + ANN).encode("utf-16")[:-1], ["damaged"], id="F19 UTF-16 cut inside a letter"),
        pytest.param(
            HEADER + '1,"Ann,Khan,,\n2,Bob,Ng,,\n', ["csv:2:", "quotation mark", "not closed"], id="F21"
        ),
        pytest.param(
            HEADER + '1,"Ann,Khan,,\n2,"Bob",Ng,,\n3,Cy,Ek,,\n',
            ["csv:2:", "quotation mark", "not closed"],
            id="F21 closed by a later one",
        ),
        pytest.param("person_ref|first_name|last_name\n1|A|B\n", ['separated by "|"', "commas"], id="F23"),
        pytest.param(
            "Payroll no,first_name,last_name\n1,A,B\n",
            ['Column "person_ref" is missing', 'Found: "Payroll no", "first_name", "last_name"'],
            id="F25",
        ),
        pytest.param(
            "person_reff,first_name,last_name\n1,A,B\n", ['Did you mean "person_reff"?'], id="F25 with a hint"
        ),
        pytest.param("email," + HEADER + "," + ANN, ['Column "email" appears twice', "Remove one"], id="F26"),
        pytest.param(
            "E Mail," + HEADER, ['"email" appears twice, as "E Mail" and "email"'], id="F26 spelt anew"
        ),
        pytest.param(gzip.compress(HEADER.encode()), ["compressed file", "Unzip it first"], id="F39"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words(content: str | bytes, words: list[str]) -> None:
    message = refusal(content)
    assert all(word in message for word in words), message


def test_no_file_chosen_asks_for_one() -> None:  # F01
    with pytest.raises(DomainError, match="Choose a CSV or XLSX file"):
        read_table(b"", "", COLUMNS)


def test_a_label_and_an_alias_help_to_find_a_column() -> None:  # F25
    columns = (Column("person_ref", required=True, label="Payroll number"), Column("name"))
    with pytest.raises(DomainError, match=r'"Payroll number" is missing\..*Did you mean "Payroll numb"\?'):
        read_table(b"Payroll numb,name\n1,A\n", "p.csv", columns)
    table = read_table(b"Staff ID,name\n1,A\n", "p.csv", columns, aliases={"staff id": "person_ref"})
    assert table.rows[0].values == {"person_ref": "1", "name": "A"}


def test_trailing_blank_rows_are_counted_and_ignored() -> None:  # F05
    table = read(HEADER + ANN + BOB + BOB + ",,,,\n" * 9_000 + "\n" * 500 + " ,\u00a0,\u200b,,\n" * 500)
    assert table.account == "3 rows read, 10,000 blank rows ignored"
    assert table.blank_rows == 10_000
    assert not table.problems


def test_a_file_over_the_size_limit_is_refused_with_both_sizes() -> None:  # F06
    message = refusal(bytes(20 * 1024 * 1024 + 1))
    assert "The file is 21 MB; the limit is 20 MB. Split it." in message


def test_reading_stops_at_the_row_limit() -> None:  # F07
    assert "more than 200,000 rows" in refusal(HEADER + "1,A,B,,\n" * 200_001)
    limits = Limits(rows=2)
    assert len(read(HEADER + "\n\n" + ANN + BOB + "\n,,,,\n", limits=limits).rows) == 2
    assert "csv:4: The file has more than 2 rows. Split it." in refusal(
        HEADER + ANN + BOB + BOB, limits=limits
    )


def test_a_command_may_read_more_than_a_page() -> None:
    reading = open_table((HEADER + "1,A,B,,\n" * 200_001).encode(), "p.csv", COLUMNS, limits=COMMAND_LIMITS)
    assert sum(1 for _ in reading) == 200_001


@pytest.mark.parametrize("quote", ["", '"'])
def test_a_field_longer_than_the_csv_reader_takes_is_a_problem_of_its_row(quote: str) -> None:  # F08
    table = read(f"{HEADER}1,{quote}{'x' * 200_000}{quote},Khan,,\n{BOB}")
    assert [str(problem) for problem in table.problems] == [
        "people.csv:2: first_name: This is longer than 200 characters."
    ]
    assert table.rows[1].values["first_name"] == "Bob"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-8", "utf-8-sig"])
def test_unicode_files_are_read_whatever_their_form(encoding: str) -> None:  # F15
    table = read((HEADER + "1,Zoë,Łukasz-李,,\n").encode(encoding))
    assert (table.rows[0].values["first_name"], table.rows[0].values["last_name"]) == ("Zoë", "Łukasz-李")
    assert not table.notices


def test_utf_16_with_the_big_end_first_is_read() -> None:  # F15
    table = read(b"\xfe\xff" + (HEADER + "1,Zoë,Ng,,\n").encode("utf-16-be"))
    assert table.rows[0].values["first_name"] == "Zoë"


def test_a_windows_file_is_read_as_such_and_says_so() -> None:  # F17, as interfaces.md has it
    table = read((HEADER + BOB + "1,Zoë,O’Brien,,\n").encode("cp1252"))
    assert table.rows[1].values["first_name"] == "Zoë"
    assert table.rows[1].values["last_name"] == "O’Brien"
    assert table.encoding == "cp1252"
    notice = str(table.notices[0])
    assert notice.startswith("people.csv:3: The file is not UTF-8 (byte 0xEB)")
    assert "Windows-1252" in notice


def test_double_encoded_text_is_pointed_out() -> None:  # F18
    table = read(HEADER + "1,ZoÃ«,Khan,,\n2,Zoë,Âme,,\n")
    assert [str(notice) for notice in table.notices] == [
        'people.csv:2: first_name: "ZoÃ«" looks double-encoded. Check before applying.'
    ]
    assert table.rows[0].values["first_name"] == "ZoÃ«"


@pytest.mark.parametrize(
    "content, line",
    [
        ((HEADER + "1,Zoë,Žižek,,\n").encode() + b"2,Zo\xc3,Ng,,\n", 3),
        (b"\xef\xbb\xbf" + (HEADER + ANN).encode() + b"2,Zo\xeb,Ng,,\n", 3),
        (HEADER.encode() + b"2,Zo\x81,Ng,,\n", 2),
    ],
)
def test_a_file_damaged_in_the_middle_names_the_row(content: bytes, line: int) -> None:  # F19
    assert f"people.csv:{line}: The file is damaged here" in refusal(content)


def test_nul_marks_its_row_only() -> None:  # F20
    table = read(HEADER + "1,A\0nn,Khan,,\n" + BOB)
    assert [str(problem) for problem in table.problems] == [
        "people.csv:2: This row contains a character that is not allowed (NUL)."
    ]
    assert not table.rows[1].problems


@pytest.mark.parametrize(
    "row", ['1,a"b,Khan,,', '1,"a"b,Khan,,', '1,Ann "Annie" Ng,Khan,,', '1,"say ""x""",a"b,,']
)
def test_a_stray_quotation_mark_marks_its_row_only(row: str) -> None:  # F22
    table = read(f"{HEADER}{row}\n{BOB}")
    assert [(problem.line, problem.message[:20]) for problem in table.problems] == [
        (2, "Stray quotation mark")
    ]
    assert table.rows[1].values["person_ref"] == "00124"
    assert table.rows[1].line == 3


def test_proper_quoting_is_read_and_lines_are_those_of_the_file() -> None:
    columns = (Column("person_ref", required=True), Column("note", parse=str, max_length=2000))
    table = read('person_ref,note\n1,"a ""b"" c"\n2,"two\nlines, ""quoted"""\n3,x\n', columns)
    assert [(row.line, row.values["note"]) for row in table.rows] == [
        (2, 'a "b" c'),
        (3, 'two\nlines, "quoted"'),
        (5, "x"),
    ]
    assert not table.problems


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_the_separator_is_found_by_the_headings(separator: str) -> None:  # F23, as interfaces.md has it
    header = separator.join(["Person Ref", "first_name", '"last_name"', "note, or; other"])
    table = read(
        f"{header}\n{separator.join(['1', 'Ann', 'Khan', 'x'])}\n".replace("note, or; other", "note")
    )
    assert table.delimiter == separator
    assert table.rows[0].values["last_name"] == "Khan"


@pytest.mark.parametrize("ends", ["\r", "\r\n", "\n"])
def test_every_kind_of_line_end_is_read(ends: str) -> None:  # F24
    table = read((HEADER + ANN + BOB).replace("\n", ends))
    assert [row.line for row in table.rows] == [2, 3]


def test_mixed_line_ends_are_read() -> None:  # F24
    table = read("person_ref,first_name,last_name\r1,A,B\r\n2,C,D\n\n3,E,F")
    assert [(row.line, row.values["person_ref"]) for row in table.rows] == [(2, "1"), (3, "2"), (5, "3")]


def test_unknown_columns_are_listed_and_kept_nowhere() -> None:  # F27
    table = read("NI number,person_ref,first_name,last_name\nQQ123456C,1,Ann,Khan\n")
    assert table.unknown_columns == ("NI number",)
    assert 'Column "NI number" is not used and was not stored.' in str(table.notices[0])
    assert "QQ123456C" not in repr(table)


def test_an_unused_heading_that_looks_like_an_absent_column_is_asked_about() -> None:
    notice = read("E-mail,person_ref,first_name,last_name\na@b.uk,1,Ann,Khan\n").notices[0]
    assert 'Column "E-mail" is not used and was not stored. Did you mean "email"?' in str(notice)


def test_headings_ignore_case_spaces_underscores_and_invisible_letters() -> None:  # F28
    table = read("\ufeff PERSON\u00a0Ref ,First\u200b Name,\ufefflastname,,\n1,Ann,Khan,,\n")
    assert table.columns == {"person_ref", "first_name", "last_name"}
    assert table.rows[0].raw == {
        " PERSON\u00a0Ref ": "1",
        "First\u200b Name": "Ann",
        "\ufefflastname": "Khan",
    }
    assert not table.notices


def test_a_column_without_a_heading_is_pointed_out() -> None:
    table = read("person_ref,,first_name,last_name\n1,x,Ann,Khan\n")
    assert "Column 2 has no heading and was not used." in str(table.notices[0])


@pytest.mark.parametrize(
    "row, message",
    [
        ("1,Ann,Khan", "people.csv:2: This row has 3 values, 5 expected."),
        ("1,Khan, Ann,Ng,,", "people.csv:2: This row has 6 values, 5 expected. A value with a comma"),
    ],
)
def test_a_row_of_another_length_is_marked(row: str, message: str) -> None:  # F29
    table = read(f"{HEADER}{row}\n{BOB}")
    assert len(table.problems) == 1
    assert str(table.problems[0]).startswith(message)
    assert table.rows[0].values["person_ref"] == "1", "who was meant stays known"


def test_blank_cells_under_blank_headings_are_nothing_and_elsewhere_a_shift() -> None:
    assert not read(HEADER.strip() + ",,\n" + ANN.strip() + ", ,\n" + BOB).problems
    assert "6 values, 5 expected" in str(read(HEADER + ANN.strip() + ",\n").problems[0])


def test_headings_pasted_into_the_middle_are_marked() -> None:  # F30
    table = read(HEADER + ANN * 3 + HEADER + BOB)
    assert [str(problem) for problem in table.problems] == [
        "people.csv:5: This row repeats the headings. Remove it."
    ]


@pytest.mark.parametrize(
    "row",
    ["Total,,,,", "Grand total,2,,,", "Report run 01/10/2026", ",,,Report run 01/10/2026,", "Page 1,,,,"],
)
def test_totals_and_footers_are_marked(row: str) -> None:  # F31
    table = read(f"{HEADER}{ANN}{row}\n")
    assert [problem.line for problem in table.problems] == [3]
    assert "does not look like a person" in table.problems[0].message


def test_the_same_bytes_have_the_same_fingerprint() -> None:  # F32 rests on it
    assert read(HEADER + ANN).sha256 == read(HEADER + ANN).sha256 != read(HEADER + BOB).sha256


@pytest.mark.parametrize(
    "name, shown",
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("C:\\Users\\x\\people.csv", "people.csv"),
        ("a\r\nb.csv", "ab.csv"),
        ("x\u202evsc.exe", "xvsc.exe"),
        ("y" * 300, "y" * 100),
        ("///", "file"),
    ],
)
def test_a_file_name_is_cleaned_before_it_is_shown(name: str, shown: str) -> None:  # F37
    with pytest.raises(DomainError) as refused:
        read_table(b"", name, COLUMNS)
    assert refused.value.problems[0].file == shown


def test_the_content_decides_and_not_the_name() -> None:  # F38
    assert read_table((HEADER + ANN).encode(), "people.xlsx", COLUMNS).rows[0].values["first_name"] == "Ann"


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_a_line_that_names_the_separator_is_accepted(separator: str) -> None:  # F40
    body = (HEADER + ANN).replace(",", separator)
    table = read(f"sep={separator}\r\n{body}")
    assert (table.rows[0].line, table.rows[0].values["first_name"]) == (3, "Ann")


def test_required_values_must_be_there() -> None:
    table = read(HEADER + "1, ,Khan,,\n,Ann,Khan,,\n")
    assert list(map(str, table.problems)) == [
        "people.csv:2: first_name: The value is missing.",
        "people.csv:3: person_ref: The value is missing.",
    ]


def test_one_of_several_columns_is_enough() -> None:
    columns = (Column("person_ref"), Column("email"), Column("course_code", required=True))
    one_of = [("person_ref", "email")]
    with pytest.raises(DomainError, match='"person_ref" or "email" is missing'):
        read_table(b"course_code\nX\n", "c.csv", columns, one_of=one_of)
    content = b"person_ref,email,course_code\n1,,X\n,a@b.uk,X\n,,X\n"
    table = read_table(content, "c.csv", columns, one_of=one_of, subject="completions")
    assert list(map(str, table.problems)) == ["c.csv:4: person_ref: Fill in person_ref or email."]
    only_one = read_table(b"email,course_code\n,X\na@b.uk,X\n", "c.csv", columns, one_of=one_of)
    assert list(map(str, only_one.problems)) == ["c.csv:2: email: The value is missing."]


def test_columns_that_the_file_has_not_got_are_blank() -> None:
    columns = (*COLUMNS, Column("roles", blank=()))
    row = read("person_ref,first_name,last_name\n1,Ann,Khan\n", columns).rows[0]
    assert row.values["roles"] == ()
    assert row.values["email"] is None


def test_blank_cells_in_a_block_suggest_merged_cells() -> None:  # C34
    table = read(HEADER + ANN + ",Ann,Khan,,\n" * 4 + BOB)
    assert [problem.line for problem in table.problems] == [3, 4, 5, 6]
    assert "missing in rows 3 to 6. Merged cells in Excel?" in str(table.notices[-1])


def test_dates_that_are_month_first_here_cast_doubt_on_the_others() -> None:  # H32
    rows = "".join(f"{n},A,B,,{n % 12 + 1:02}/{20 if n == 7 else n % 9 + 1:02}/2026\n" for n in range(1, 41))
    table = read(HEADER + rows)
    assert [problem.line for problem in table.problems] == [8]
    assert "month first: 1 of 40 look wrong" in str(table.notices[0])
    assert table.notices[0].column == "start"


def test_a_column_without_a_day_over_twelve_is_doubted_when_there_are_many() -> None:  # H32
    rows = [f"{n},A,B,,{n % 12 + 1}/{n % 11 + 1}/2026\n" for n in range(60)]
    assert "month first: every day is 12 or less" in str(read(HEADER + "".join(rows)).notices[0])
    assert not read(HEADER + "".join(rows) + "99,A,B,,13/1/2026\n").notices
    firsts = [f"{n},A,B,,01/{n % 12 + 1}/20{n // 12 + 10}\n" for n in range(60)]
    assert not read(HEADER + "".join(firsts)).notices, "posts often begin on the first of a month"


def test_numbers_without_their_zeros_are_pointed_out() -> None:
    assert "removed leading zeros" in str(read(HEADER + ANN + "124,Bob,Ng,,\n").notices[0])
    assert not read(HEADER + "9,A,B,,\n10,C,D,,\n").notices


def test_text_that_looks_like_a_formula_is_kept_and_pointed_out() -> None:  # H13
    table = read(HEADER + "1,=1+1,+44,,\n")
    assert (table.rows[0].values["first_name"], table.rows[0].values["last_name"]) == ("=1+1", "+44")
    assert ['"=1+1" looks like a formula' in str(notice) for notice in table.notices] == [True, False]


def test_rows_come_one_at_a_time_and_the_account_is_complete_at_the_end() -> None:
    reading = open_table((HEADER + ANN + "\n" + BOB).encode(), "people.csv", COLUMNS)
    rows = iter(reading)
    assert next(rows).line == 2
    assert reading.blank_rows == 0
    assert [row.line for row in rows] == [4]
    assert reading.blank_rows == 1


def test_a_row_can_be_set_aside_by_whoever_knows_more() -> None:
    row = read(HEADER + ANN).rows[0]
    row.set_aside("Nobody has this number.", "person_ref")
    assert list(map(str, row.problems)) == ["people.csv:2: person_ref: Nobody has this number."]
