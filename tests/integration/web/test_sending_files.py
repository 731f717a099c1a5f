"""Files on their way in: sizes, names, broken lines, full disks, dying processes (promises E02 and E25 to E36)."""

import os
import threading
import time
from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses.models import EvidenceFileRow, HeldUploadRow
from courses.uploads.keeping import EvidenceFolder
from courses.views import receiving
from foundation import clock
from foundation.db import transaction
from foundation.formats import long_date
from people.services.limits import Limit
from tests.certificates import certificate
from tests.integration.web.sending import (
    START,
    begin,
    describe,
    hidden_fields,
    upload,
)
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def day() -> date:
    return clock.today() - timedelta(days=3)


@pytest.fixture
def paper(day: date) -> bytes:
    return certificate(
        "This is to certify that Sam Tester", f"completed Prevent awareness on {long_date(day)}"
    )


def test_a_file_that_is_refused_says_why_above_its_input(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    answer = upload(client, START, b"MZ\x90", "certificate.pdf")
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    (line,) = page.select(".govuk-error-summary a")
    assert "The file is not a PDF" in text_of(line)
    assert line["href"] == "#file"
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 0


def test_no_file_chosen_is_said(sign_in: SignIn) -> None:
    """E35: the field is missing, empty, or sent as text."""
    client = sign_in("staff")
    hidden = hidden_fields(client, START)
    empty: dict[str, Any] = {**hidden, "file": (BytesIO(b""), "")}
    for fields in (hidden, empty, {**hidden, "file": "text"}):
        answer = client.post(START, data=fields, content_type="multipart/form-data")
        assert answer.status_code == 422
        assert "Choose your certificate, or say that you have none" in answer.get_data(as_text=True)


def test_a_body_over_the_limit_is_not_read(sign_in: SignIn, session: Session) -> None:
    """E02: refused before anything is made of it."""
    client = sign_in("staff")
    answer = upload(client, START, b"%PDF-" + b"x" * 10 * 1024 * 1024, "large.pdf")
    assert answer.status_code == 422
    assert "The file is larger than 10 MB." in answer.get_data(as_text=True)
    answer = upload(client, START, b"%PDF-" + b"x" * 11 * 1024 * 1024, "large.pdf")
    assert answer.status_code == 413
    assert "A file may have up to 10 MB. Nothing was saved." in answer.get_data(as_text=True)
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 0


def test_a_thousand_parts_are_refused(sign_in: SignIn) -> None:
    """E35."""
    client = sign_in("staff")
    fields = {f"part{number}": "x" for number in range(1001)}
    answer = client.post(
        START, data={**hidden_fields(client, START), **fields}, content_type="multipart/form-data"
    )
    assert answer.status_code == 413


# Werkzeug leaves its nameless temporary files to the garbage collector.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_a_body_that_ends_early_leaves_nothing(sign_in: SignIn, session: Session, app: Flask) -> None:
    """E32 and E36: the line broke, or the length was a lie."""
    client = sign_in("staff")
    token = hidden_fields(client, START)["csrf_token"]
    whole = (
        b'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n' + token.encode() + b"\r\n"
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-' + b"x" * 5000
    )
    for length in (len(whole) + 100, 5):
        answer = client.post(
            START,
            input_stream=BytesIO(whole),
            content_type="multipart/form-data; boundary=x",
            headers={"Content-Length": str(length)},
        )
        assert answer.status_code in (400, 422)
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 0
    assert not list(Path(app.instance_path, "evidence").glob("*"))


@pytest.mark.parametrize(
    "name",
    [
        "../../../app.pdf",
        "C:\\x.pdf",
        "CON.pdf",
        ".pdf",
        "x" * 300 + ".pdf",
        "\U0001f600.pdf",
        "a%0D%0Ab.pdf",
        "%22; filename=x.html;.pdf",
    ],
    ids=["path", "drive", "device", "ending", "long", "emoji", "lines", "header"],
)
def test_a_strange_name_is_never_a_name_of_ours(name: str, sign_in: SignIn, app: Flask, paper: bytes) -> None:
    """E25: the name decides nothing but what the file claims to be."""
    client = sign_in("staff")
    begin(client, paper, name)
    kept = [path.name for path in Path(app.instance_path, "evidence").iterdir()]
    assert len([one for one in kept if len(one) == 32 and one.isalnum()]) == 1
    assert set(kept) - {".swept"} == {one for one in kept if len(one) == 32}
    assert not (Path(app.instance_path).parent / "app.pdf").exists()


def test_files_are_for_the_service_alone(sign_in: SignIn, app: Flask, paper: bytes) -> None:
    begin(sign_in("staff"), paper)
    folder = Path(app.instance_path, "evidence")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}


def test_twenty_one_files_in_a_day_are_one_too_many(sign_in: SignIn, session: Session, paper: bytes) -> None:
    """E27."""
    client = sign_in("staff")
    for _ in range(20):
        begin(client, paper)
    answer = upload(client, START, paper)
    assert answer.status_code == 422
    assert "You have uploaded 20 files in one day, which is the limit." in answer.get_data(as_text=True)
    assert begin(sign_in("manager"), paper)
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 21


def test_a_full_disk_loses_nothing(
    sign_in: SignIn, session: Session, paper: bytes, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E33."""
    client = sign_in("staff")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        answer = upload(client, START, paper)
    assert answer.status_code == 422
    assert "We could not save the file. Nothing was lost; try later." in answer.get_data(as_text=True)
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 0
    assert not list(Path(app.instance_path, "evidence").iterdir())
    assert begin(client, paper)


def test_a_process_that_dies_between_file_and_row_leaves_nothing_listed(
    sign_in: SignIn, session: Session, paper: bytes, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """E32: the file lies about unlisted, and is swept a day later."""
    client = sign_in("staff")

    class KilledError(BaseException):
        pass

    def killed(*_: object, **__: object) -> None:
        raise KilledError

    with monkeypatch.context() as patch:
        patch.setattr("courses.services.holding.hold", killed)
        patch.setattr(EvidenceFolder, "remove", lambda *_: None)  # a dead process tidies nothing up
        with pytest.raises(KilledError):
            upload(client, START, paper)
    folder = Path(app.instance_path, "evidence")
    assert len([path for path in folder.iterdir() if len(path.name) == 32]) == 1
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 0
    session.rollback()
    address = begin(client, paper)
    before = time.time() - 25 * 60 * 60
    for path in folder.iterdir():
        os.utime(path, (before, before))
    begin(client, paper)
    # The one that is being sent is as old, and stays: a row names it.
    assert len([path for path in folder.iterdir() if len(path.name) == 32]) == 2
    assert client.get(address).status_code == 200


def test_what_was_begun_a_day_ago_is_forgotten_with_its_file(
    sign_in: SignIn, session: Session, paper: bytes, app: Flask, day: date
) -> None:
    client = sign_in("staff")
    sent, forgotten = begin(client, paper), begin(client, paper + b"\n")
    describe(client, sent, day)
    client.send(f"{sent}/check")
    folder = Path(app.instance_path, "evidence")
    before = time.time() - 25 * 60 * 60
    for path in folder.iterdir():
        os.utime(path, (before, before))
    with transaction(session):
        for row in session.scalars(select(HeldUploadRow)):
            row.held_at = clock.now() - timedelta(hours=25)
    assert client.get(forgotten).status_code == 404
    begin(client, None)
    begin(client, paper + b"\n\n")
    session.rollback()
    assert session.scalar(select(func.count(HeldUploadRow.id))) == 2
    kept = {path.name for path in folder.iterdir() if len(path.name) == 32}
    session.rollback()
    (evidence,) = session.scalars(select(EvidenceFileRow))
    assert evidence.stored_as in kept
    assert len(kept) == 2


def test_two_people_who_send_one_file_at_once_are_both_kept_and_one_is_noted(
    app: Flask, sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    """E34: as if one had come after the other."""
    clients = [sign_in("staff"), sign_in("manager")]
    sendings = []
    for client in clients:
        address = begin(client, paper)
        page = describe(client, address, day)
        form = {str(one["name"]): str(one["value"]) for one in page.select("main form input[type=hidden]")}
        sendings.append((client, f"{address}/check", form))
    session.rollback()
    answers: list[int] = []

    def send(client: PageClient, address: str, form: dict[str, str]) -> None:
        answers.append(client.post(address, data=form).status_code)

    threads = [threading.Thread(target=send, args=sending) for sending in sendings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert answers == [302, 302]
    session.rollback()
    noted = ["file_used_by_another" in file.concerns for file in session.scalars(select(EvidenceFileRow))]
    assert sorted(noted) == [False, True]


def test_whoever_sends_file_after_file_has_to_wait(sign_in: SignIn, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are refused count as well: each costs the server some work."""
    monkeypatch.setattr(receiving, "UPLOADS", Limit("upload.account", 2, timedelta(hours=1)))
    client = sign_in("staff")
    for _ in range(2):
        assert upload(client, START, b"MZ").status_code == 422
    answer = upload(client, START, b"MZ")
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 60 * 60
    assert upload(sign_in("manager"), START, b"MZ").status_code == 422
