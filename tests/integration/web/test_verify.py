"""Checking a certificate by its number and by its file: the register's truth, and nothing for those who guess."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses.domain import Evidence
from courses.domain.certificates import Certificate, printed
from courses.services import certificates as service
from courses.views.certificates import verify
from foundation import clock
from foundation.db import db, transaction
from tests.borough import Borough
from tests.integration.web.certifying import issue, issuer, rename, stamp, words
from tests.integration.web.sending import upload as sent
from tests.integration.web.staff import adding
from tests.pages import PageClient, PageError, text_of

SignIn = Callable[[str], PageClient]
UNKNOWN = "0000000000000000"


TRIES = verify.TRIES


@pytest.fixture(autouse=True)
def many_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Some tests look up more than anybody does in a minute."""
    monkeypatch.setattr(verify, "TRIES", replace(TRIES, most=1000))


@pytest.fixture
def few_tries(many_tries: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """As many as there really are."""
    monkeypatch.setattr(verify, "TRIES", TRIES)


def send_file(client: PageClient, content: bytes, name: str = "certificate.pdf") -> TestResponse:
    return sent(client, "/verify/file", content, name)


def pdf_of(app: Flask, certificate: Certificate) -> bytes:
    return service.pdf_of(issuer(app), certificate)


def upload(client: PageClient, content: bytes, name: str = "certificate.pdf") -> str:
    answer = send_file(client, content, name)
    assert answer.status_code == 200, words(answer)
    return words(answer)


# --- by number


def test_the_number_is_asked_for_and_leads_to_what_the_register_says(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    answer = anyone.send("/verify", number=f" {printed(found.number).lower()} ")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/verify/{found.number}"
    page = text_of(anyone.page(f"/verify/{found.number}"))
    assert "This certificate is valid." in page
    assert "Initials M. T." in page
    assert "Prevent awareness" in page
    assert "Mo Tester" not in page


@pytest.mark.parametrize("typed", ["", "7ZQ4", "<script>alert(1)</script>", "' OR 1=1 --", "x" * 90])
def test_what_is_no_number_is_refused_in_plain_words(anyone: PageClient, typed: str) -> None:
    answer = anyone.send("/verify", number=typed)
    assert answer.status_code == 422
    assert "16 letters and numbers" in words(answer)
    assert "<script>alert" not in answer.get_data(as_text=True)


@pytest.mark.parametrize("typed", ["7ZQ4", "x" * 200, "..%2f..%2fetc", "%3Cscript%3E"])
def test_an_address_with_what_is_no_number_is_not_found(anyone: PageClient, typed: str) -> None:
    assert anyone.get(f"/verify/{typed}").status_code in (404, 400)


def test_nobody_keeps_or_finds_the_page(anyone: PageClient) -> None:
    answer = anyone.get(f"/verify/{UNKNOWN}")
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"
    assert 'name="robots" content="noindex"' in answer.get_data(as_text=True)


def test_letters_that_look_like_others_are_read_as_them(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    typed = found.number.replace("0", "o").replace("1", "l")
    assert "This certificate is valid." in text_of(anyone.page(f"/verify/{typed}"))


def test_an_expired_one_says_until_when_it_was_valid(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough, "Sam", 900)
    page = text_of(anyone.page(f"/verify/{found.number}"))
    assert "It has expired." in page
    assert "This certificate is valid." not in page


def test_one_that_was_taken_back_says_when_and_never_why(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    with transaction(session):
        service.revoke(session, stamp(), found.number, "Cheated in the test")
    page = text_of(anyone.page(f"/verify/{found.number}"))
    assert re.search(r"This certificate was withdrawn on \d+ \w+ \d{4}\.", page)
    assert "Cheated" not in page


def test_one_that_was_replaced_says_so_without_the_new_number(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    rename(session, borough, "Mo", "Newname")
    with transaction(session):
        newer = service.correct(session, stamp(), issuer(app), found.number, "Married", clock.today())
    page = anyone.page(f"/verify/{found.number}")
    assert "replaced by a newer one" in text_of(page)
    assert newer.number not in str(page)
    assert printed(newer.number) not in str(page)
    assert "Married" not in text_of(page)
    assert "This certificate is valid." in text_of(anyone.page(f"/verify/{newer.number}"))


def test_one_whose_completion_left_the_record_does_not_hold(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    from courses import store

    found = issue(app, session, borough)
    with transaction(session):
        before = store.on_record(session, "PREV", found.completed_on, [borough.ids["Mo"]])
        store.retract_completion(session, stamp(), before[borough.ids["Mo"]], "wrong")
    assert "was withdrawn" in text_of(anyone.page(f"/verify/{found.number}"))


# --- names


@pytest.mark.parametrize("typed", ["Tester", " TESTER ", "tester"])
def test_whoever_knows_the_surname_reads_the_full_name(
    app: Flask, anyone: PageClient, session: Session, borough: Borough, typed: str
) -> None:
    found = issue(app, session, borough)
    answer = anyone.send(f"/verify/{found.number}", surname=typed)
    assert answer.status_code == 200
    assert "Name Mo Tester" in words(answer)


@pytest.mark.parametrize("typed", ["", "-", "- -", "\u0301", "Mo", "Test", "Tester Tester", "%", "Mo Tester"])
def test_whoever_does_not_know_it_reads_no_name(
    app: Flask, anyone: PageClient, session: Session, borough: Borough, typed: str
) -> None:
    found = issue(app, session, borough)
    answer = anyone.send(f"/verify/{found.number}", surname=typed)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.text, "html.parser").select("dl")[0]
    assert "Mo Tester" not in text_of(page)
    assert "Initials M. T." in text_of(page)


@pytest.mark.parametrize("reader, sees", [("learning", True), ("coordinator", True), ("auditor", True),
                                          ("staff", False), ("manager", False), ("partner", False)])  # fmt: skip
def test_those_who_see_everybody_by_name_see_it_here_too(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough, reader: str, sees: bool
) -> None:
    found = issue(app, session, borough, "Dana")
    page = text_of(sign_in(reader).page(f"/verify/{found.number}"))
    assert ("Dana Tester" in page) is sees


# --- guessing


@pytest.mark.usefixtures("few_tries")
def test_ten_tries_a_minute_and_no_more_whatever_is_tried(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    for _ in range(3):  # the page of a form is looked up as well before it is sent
        assert anyone.get(f"/verify/{UNKNOWN}").status_code == 200
        assert anyone.send(f"/verify/{found.number}", surname="Wrong").status_code == 422
    assert anyone.get(f"/verify/{found.number}").status_code == 200
    refused = anyone.get(f"/verify/{found.number}")
    assert refused.status_code == 429
    assert int(refused.headers["Retry-After"]) <= 60
    assert send_file(anyone, b"%PDF-1.7").status_code == 429


def test_ten_wrong_surnames_an_hour_for_one_certificate_from_wherever_they_come(
    app: Flask, anyone: PageClient, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    found, other = issue(app, session, borough), issue(app, session, borough, "Vic")
    address = f"/verify/{found.number}"
    for _ in range(9):
        assert anyone.send(address, surname="Wrong").status_code == 422
    for _ in range(3):  # whoever is right gets the try back
        assert anyone.send(address, surname="Tester").status_code == 200
    assert anyone.send(address, surname="Wrong").status_code == 422
    anyone.environ_base["REMOTE_ADDR"] = "203.0.113.9"
    assert anyone.send(address, surname="Tester").status_code == 429
    assert anyone.get(address).status_code == 200
    assert anyone.send(f"/verify/{other.number}", surname="Tester").status_code == 200
    assert "Mo Tester" in text_of(sign_in("learning").page(address))


@pytest.mark.usefixtures("few_tries")
def test_what_is_no_number_costs_no_try(anyone: PageClient) -> None:
    for _ in range(15):
        assert anyone.get("/verify/none").status_code == 404
    assert anyone.get(f"/verify/{UNKNOWN}").status_code == 200


@pytest.fixture
def questions(app: Flask) -> Iterator[list[str]]:
    found: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        found.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def test_an_unknown_number_is_asked_for_as_a_known_one_is(
    app: Flask, anyone: PageClient, session: Session, borough: Borough, questions: list[str]
) -> None:
    found = issue(app, session, borough)
    anyone.get(f"/verify/{UNKNOWN}")
    questions.clear()
    anyone.get(f"/verify/{found.number}")
    known = list(questions)
    questions.clear()
    page = anyone.get(f"/verify/{UNKNOWN}")
    assert questions == known
    assert page.status_code == 200
    assert "We have no certificate or training passport with this number." in words(page)


# --- by file


def test_a_genuine_file_is_said_to_be_and_the_register_is_asked(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    page = upload(anyone, pdf_of(app, found))
    assert "This file is genuine" in page
    assert "This certificate is valid." in page
    assert "Mo Tester" not in page


def test_a_genuine_file_of_a_certificate_that_was_taken_back_is_genuine_and_worth_nothing(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    content = pdf_of(app, found)
    with transaction(session):
        service.revoke(session, stamp(), found.number, "Cheated")
    page = upload(anyone, content)
    assert "Withdrawn: do not rely on this file" in page
    assert "This file is genuine" not in page
    assert "This certificate was withdrawn on" in page


@pytest.mark.parametrize(
    "field, value, said",
    [
        ("course_title", "Advanced everything", "The course"),
        ("provider", "Another provider", "The provider"),
        ("completed_on", date(2020, 2, 2), "The date completed"),
        ("valid_until", date(2039, 2, 2), "The last day for which it is valid"),
    ],
)
def test_each_printed_field_that_was_changed_is_named(
    app: Flask, anyone: PageClient, session: Session, borough: Borough, field: str, value: Any, said: str
) -> None:
    """Promise S17 and bad input V09: drawn anew with another field, and signed by somebody else or nobody."""
    from courses.certificate.drawing import drawn

    found = issue(app, session, borough)
    look = issuer(app).look(found.layout)
    forged = drawn(replace(found, **{field: value}), look)
    page = upload(anyone, forged)
    assert "This file is not genuine" in page
    assert said in page
    assert "What the register says today" in page
    assert "Somebody Else" not in page
    assert "Mo Tester" not in page


@pytest.mark.parametrize("reader, is_told", [("", False), ("staff", False), ("learning", True)])
def test_nobody_finds_out_a_name_by_trying_one_after_another(
    app: Flask,
    anyone: PageClient,
    sign_in: SignIn,
    session: Session,
    borough: Borough,
    reader: str,
    is_told: bool,
) -> None:
    """Drawn anew with a name: a right guess and a wrong one are answered to the letter the same."""
    from courses.certificate.drawing import drawn

    found = issue(app, session, borough)
    look = issuer(app).look(found.layout)
    client = sign_in(reader) if reader else anyone
    right, wrong = (
        upload(client, drawn(replace(found, name=name), look)) for name in ("Mo Tester", "Somebody Else")
    )
    assert (right != wrong) is is_told
    assert ("The name" in wrong) is is_told
    assert "What the register says today" in wrong


def test_a_file_with_our_signature_and_an_unknown_number_is_nothing_to_rely_on(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    page = upload(anyone, pdf_of(app, replace(found, number=UNKNOWN)))
    assert "signed with our key, but it is not in our register. Do not rely on it." in page
    assert "This file is genuine" not in page


def test_a_file_that_was_replaced_or_has_expired_says_so_first(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    rename(session, borough, "Mo", "Newname")
    content = pdf_of(app, found)
    with transaction(session):
        service.correct(session, stamp(), issuer(app), found.number, "Married", clock.today())
    assert "Replaced: do not rely on this file" in upload(anyone, content)
    old = issue(app, session, borough, "Sam", 900)
    assert "Expired: this file is no longer valid" in upload(anyone, pdf_of(app, old))


def test_while_a_strangers_file_is_read_the_next_waits_a_moment_and_is_answered(
    app: Flask, anyone: PageClient, session: Session, borough: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Strangers have one of the two places in which files are read; the other is left for evidence."""
    from courses.certificate.drawing import drawn
    from courses.services import checking_files

    found = issue(app, session, borough)
    content = drawn(found, issuer(app).look(found.layout))
    monkeypatch.setattr(checking_files, "PATIENCE", 0.01)
    assert checking_files._FOR_STRANGERS.acquire(blocking=False)
    try:
        page = upload(anyone, content)
    finally:
        checking_files._FOR_STRANGERS.release()
    assert "This file is not genuine" in page
    assert "No number was read from it." in page
    assert "What the register says today" in upload(anyone, content)


@pytest.mark.parametrize("fault", ["damaged", "open to others"])
def test_a_fault_of_our_keys_is_no_fault_of_the_file(
    app: Flask,
    anyone: PageClient,
    session: Session,
    borough: Borough,
    fault: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    found = issue(app, session, borough)
    content = pdf_of(app, found)
    for ring in ("certificates", "badges"):
        path = Path(app.instance_path) / "keys" / ring / "0001.pem"
        if fault == "damaged":
            path.write_bytes(path.read_bytes()[:300])
        else:
            path.chmod(0o640)
    with pytest.raises(PageError, match="/verify/file answered 503"):
        send_file(anyone, content)
    stranger = FlaskClient(app, app.response_class)  # it gives faults back and does not raise
    answers = [stranger.get(address) for address in ("/badges/keys", "/.well-known/jwks.json")]
    for answer in answers:
        assert answer.status_code == 503
        assert "Sorry, the service is not available" in words(answer)
        assert "not genuine" not in words(answer)
        assert "0001.pem" not in answer.text
        assert app.instance_path not in answer.text
    assert "keys/badges/0001.pem" in caplog.text


def test_one_changed_byte_is_a_file_that_is_not_genuine(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    content = bytearray(pdf_of(app, issue(app, session, borough)))
    content[len(content) // 2] ^= 1
    assert "This file is not genuine" in upload(anyone, bytes(content))


def test_something_added_after_the_signature_is_noticed(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    content = pdf_of(app, issue(app, session, borough))
    page = upload(anyone, content + b"\n% one more line\n")
    assert "This file is not genuine" in page


def test_a_number_used_again_on_another_paper_shows_whose_it_is(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    from courses.certificate.drawing import drawn

    found = issue(app, session, borough)
    other = issue(app, session, borough, "Vic")
    look = issuer(app).look(found.layout)
    page = upload(anyone, drawn(replace(other, number=found.number), look))
    assert "This file is not genuine" in page
    assert "Initials M. T." in page


@pytest.mark.parametrize(
    "content, said",
    [
        (b"", "The file is empty."),
        (b"GIF89a", "not a certificate, a badge or a training passport"),
        (b"PK\x03\x04" + b"\0" * 100, "not a certificate, a badge or a training passport"),
        (b"{" * 100_000, "not a certificate, a badge or a training passport"),
        (b"[" * 100_000, "not a certificate, a badge or a training passport"),
    ],
)
def test_what_can_be_no_certificate_is_refused_in_plain_words(
    anyone: PageClient, content: bytes, said: str
) -> None:
    answer = send_file(anyone, content)
    assert answer.status_code == 422
    assert said in words(answer)


def test_no_file_is_asked_for(anyone: PageClient) -> None:
    assert "Choose the file" in words(anyone.send("/verify/file"))


@pytest.mark.parametrize(
    "content", [b"%PDF-1.7\n", b"%PDF-1.7\n" + b"0 0 obj <<" * 5000, b"%PDF-\x00\xff" * 1000]
)
def test_a_broken_pdf_is_not_genuine_and_does_no_harm(anyone: PageClient, content: bytes) -> None:
    page = upload(anyone, content)
    assert "This file is not genuine" in page
    assert "No number was read from it." in page


def test_a_file_over_the_limit_is_refused(app: Flask, anyone: PageClient) -> None:
    limit = app.config["EVIDENCE_MAX_BYTES"]
    answer = send_file(anyone, b"%PDF-" + b"x" * limit)
    assert answer.status_code == 422
    assert "larger than 10 MB" in words(answer)


def test_a_completion_whose_evidence_waits_is_no_certificate(
    app: Flask, session: Session, borough: Borough
) -> None:
    from foundation.errors import DomainError

    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 5, Evidence.AWAITING)
    with pytest.raises(DomainError, match="does not count"):
        issue(app, session, borough, "Kit", 5)
