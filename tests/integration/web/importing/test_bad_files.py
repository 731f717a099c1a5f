"""Files that are no tables, too large or half sent: the words of the commands, and never a fault (promises 9.1)."""

import gzip
from io import BytesIO

import pytest
from sqlalchemy import func, select

from compliance.models import ImportRunRow
from compliance.services.importing import kinds
from compliance.services.importing.runs import State
from foundation.tables import Limits
from tests.integration.imports.desk import as_csv
from tests.integration.web.importing.page_desk import PageDesk, newcomers

HEADINGS = "person_ref,first_name,last_name,organisation,post_ref\n"


@pytest.mark.parametrize(
    "content, words",
    [
        pytest.param(b"", "The file is empty", id="F02"),
        pytest.param(b"\xef\xbb\xbf", "The file is empty", id="F03"),
        pytest.param(HEADINGS.encode(), "headings but no people", id="F04"),
        pytest.param((",".join(f"c{at}" for at in range(5000))).encode(), "5,000 columns", id="F09"),
        pytest.param(b"PK\x05\x06" + bytes(18), "ZIP archive", id="F10"),
        pytest.param(b"%PDF-1.7\n", "not a CSV file", id="F12"),
        pytest.param(b"<!doctype html><html>", "web page", id="F13"),
        pytest.param(b'[{"a": 1}]', "not a CSV file", id="F14"),
        pytest.param(HEADINGS.replace("post_ref", "post").encode() + b"1,A,B,C,D\n", "is missing", id="F25"),
        pytest.param(HEADINGS.replace("post_ref", "post_ref,post_ref").encode(), "appears twice", id="F26"),
        pytest.param(gzip.compress(b"a"), "compressed", id="F39"),
        pytest.param(b"\x01\x02\xff" * 5000, "not a CSV file", id="noise"),
    ],
)
def test_what_is_no_table_of_people_is_refused_in_words_and_deleted(
    desk: PageDesk, content: bytes, words: str
) -> None:
    run = desk.send("people", content)
    assert desk.work() is State.REFUSED
    text = desk.text(run)
    assert "This file cannot be loaded" in text
    assert words in text
    assert not desk.folder(run).has_file


@pytest.mark.parametrize(
    "content, column",
    [
        pytest.param(HEADINGS + "1,A,B,C\n", "4 values, 5 expected", id="F29"),
        pytest.param(HEADINGS + "1,A\0,B,C,D\n", "not allowed (NUL)", id="F20"),
        pytest.param(HEADINGS + f"1,{'x' * 200_000},B,C,D\n", "longer than", id="F08"),
        pytest.param(
            HEADINGS + "N-Sam,Sam,Tester,Council,2\n" + HEADINGS,
            "repeats the headings",
            id="F30",
        ),
        pytest.param(HEADINGS + "1.23E+05,A,B,C,D\n", "Excel changed", id="H03"),
        pytest.param(HEADINGS + "<script>alert(1)</script>,A,B,C,\n", "The value is missing", id="H14"),
    ],
)
def test_a_bad_row_is_set_aside_and_can_be_mended(desk: PageDesk, content: str, column: str) -> None:
    run = desk.looked_over("people", content.encode())
    assert column in desk.text(run)
    page = desk.client.page(f"/imports/{run}/mend")
    assert column in page.get_text(" ")


def test_no_file_is_asked_for(desk: PageDesk) -> None:
    answer = desk.upload("people", b"", name=" ")
    form = desk.client.page("/imports/new/people").select_one("main form")
    assert form is not None
    data = {str(one["name"]): str(one.get("value", "")) for one in form.select("input[type=hidden]")}
    answer = desk.client.post("/imports/new/people", data=data)
    assert answer.status_code == 422
    assert "Choose a CSV or Excel file" in answer.get_data(as_text=True)


def test_a_file_that_is_too_large_is_refused_before_it_is_kept(desk: PageDesk) -> None:
    answer = desk.client.post(
        "/imports/new/people",
        input_stream=BytesIO(b"x"),
        environ_overrides={"CONTENT_LENGTH": str(21 * 1024 * 1024 + 1)},
        content_type="multipart/form-data; boundary=x",
    )
    assert answer.status_code == 413
    assert "The file is 22 MB; the limit is 20 MB. Split it." in answer.get_data(as_text=True)
    assert desk.session.scalar(select(func.count(ImportRunRow.id))) == 0
    desk.session.rollback()


def test_a_file_with_more_rows_than_a_page_takes_is_refused(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert Limits().rows == kinds.PAGE_ROWS == 200_000
    monkeypatch.setattr(kinds, "PAGE_ROWS", 3)
    run = desk.send("people", newcomers(3))
    assert desk.work() is State.REFUSED
    assert "The file has more than 3 rows. Split it." in desk.text(run)


def test_a_name_of_a_file_is_shown_clean_and_is_no_path(desk: PageDesk) -> None:
    answer = desk.upload("people", newcomers(1), name="../../etc/pass\u202ewd.csv", is_part="y")
    run = str(answer.headers["Location"]).rpartition("/")[2]
    assert desk.row(run).file_name == "passwd.csv"
    assert desk.work() is State.PREVIEWED
    assert desk.folder(run).path.parent.name == "imports"


def test_a_file_that_was_exchanged_on_the_disk_is_not_loaded(desk: PageDesk) -> None:
    """What was looked at is known by its bytes (promise F33)."""
    run = desk.looked_over("people", newcomers(1), is_part="y")
    (desk.folder(run).path / "file").write_bytes(as_csv(newcomers(2)))
    desk.confirm(run)
    assert desk.work() is State.REFUSED
    assert "is not the one that was uploaded" in desk.text(run)


def test_the_same_file_again_changes_nothing_and_says_so(desk: PageDesk) -> None:
    desk.load("people", newcomers(2), is_part="y")
    run = desk.looked_over("people", newcomers(2), is_part="y")
    text = desk.text(run)
    assert "This exact file was imported before" in text
    assert "Nothing changes." in text
    assert desk.page(run).select_one(f"form[action$='{run}']") is None
