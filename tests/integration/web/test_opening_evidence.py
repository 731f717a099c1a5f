"""Opening evidence: who may, what arrives, and what the virus scanner has to say."""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import EvidenceFileRow
from courses.uploads import scanner
from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded
from foundation.stamp import Stamp
from tests.borough import Borough
from tests.certificates import certificate, photograph
from tests.clamd import EICAR, Scanner, scanning
from tests.integration.web.sending import day_boxes, upload
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
PAPER = certificate("Sam Tester")
DAY = clock.today() - timedelta(days=3)


def boxes(day: date = DAY) -> dict[str, str]:
    return day_boxes(str(day.day), str(day.month), str(day.year))


def send(client: PageClient, content: bytes, name: str = "certificate.pdf", course: str = "PREV") -> None:
    """Tell us of training with this file, from the first page to the last."""
    address = str(upload(client, "/training/tell-us", content, name).headers["Location"])
    assert client.send(address, course=course, **boxes()).status_code == 302
    assert client.send(f"{address}/check").status_code == 302


def send_register(client: PageClient, borough: Borough, *names: str) -> None:
    address = str(upload(client, "/my-team/register", photograph(), "register.jpg").headers["Location"])
    assert client.send(address, course="BRIEF", **boxes()).status_code == 302
    hidden = {
        one["name"]: one["value"]
        for one in client.page(f"{address}/people").select("main input[type=hidden]")
    }
    fields = {**hidden, "people": [borough.people[name] for name in names]}
    assert client.post(f"{address}/people", data=fields).status_code == 302
    assert client.send(f"{address}/check").status_code == 302


def file_of(session: Session, borough: Borough, name: str) -> EvidenceFileRow:
    session.rollback()
    query = select(EvidenceFileRow).where(
        EvidenceFileRow.person_id == borough.ids[name], EvidenceFileRow.retracted_at.is_(None)
    )
    return session.scalars(query).one()


@pytest.fixture
def opened(sign_in: SignIn, session: Session, borough: Borough) -> str:
    """The address of Sam's certificate."""
    send(sign_in("staff"), PAPER)
    return f"/evidence/{file_of(session, borough, 'Sam').public_id}"


@pytest.mark.parametrize(
    "reader, status",
    [
        ("staff", 200),
        ("manager", 200),
        ("learning", 200),
        ("coordinator", 200),
        ("auditor", 200),
        ("partner", 404),
    ],
)
def test_a_certificate_is_opened_by_whoever_may_see_the_person(
    reader: str, status: int, sign_in: SignIn, opened: str
) -> None:
    assert sign_in(reader).get(opened).status_code == status


def test_nobody_opens_one_without_signing_in(anyone: PageClient, opened: str) -> None:
    assert anyone.get(opened).status_code == 302


def test_a_partner_lead_opens_those_of_the_own_people(
    sign_in: SignIn, session: Session, borough: Borough, opened: str
) -> None:
    give(session, borough, "Sam", to="Pia")
    public_id = file_of(session, borough, "Pia").public_id
    assert sign_in("partner").get(f"/evidence/{public_id}").status_code == 200
    assert sign_in("manager").get(f"/evidence/{public_id}").status_code == 404
    assert sign_in("staff").get(f"/evidence/{public_id}").status_code == 404


def give(session: Session, borough: Borough, name: str, *, to: str) -> None:
    """Record the same file for somebody else."""
    row = file_of(session, borough, name)
    said = {
        column: getattr(row, column)
        for column in (
            "course_id",
            "completed_on",
            "purpose",
            "kind",
            "size",
            "sha256",
            "stored_as",
            "concerns",
        )
    }
    session.rollback()
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        session.add(EvidenceFileRow(person_id=borough.ids[to], **said, **recorded(stamp)))


@pytest.mark.parametrize(
    "guessed",
    ["/evidence/" + "0" * 32, "/evidence/1", "/evidence/..%2f..%2fsecret_key"],
    ids=["random", "number", "path"],
)
def test_a_guess_looks_like_what_is_not_yours(
    guessed: str, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    """E30."""
    send(sign_in("manager"), certificate("Mo Tester"))
    client = sign_in("staff")
    others = client.get(f"/evidence/{file_of(session, borough, 'Mo').public_id}")
    guess = client.get(guessed)
    assert others.status_code == guess.status_code == 404
    # The token of the sign-out form holds the second in which the page was made.
    pages = {re.sub(rb'value="[^"]+"', b"", answer.data) for answer in (others, guess)}
    assert len(pages) == 1


def test_what_was_taken_back_is_opened_by_nobody(
    sign_in: SignIn, session: Session, borough: Borough, opened: str
) -> None:
    """E30: after a revocation."""
    row_id = file_of(session, borough, "Sam").id
    session.rollback()
    with transaction(session):
        facts.retract(session, EvidenceFileRow, [row_id], Stamp("command:tests", clock.now()), "taken back")
    for reader in ("staff", "learning"):
        assert sign_in(reader).get(opened).status_code == 404


def test_a_file_arrives_whole_and_inert(sign_in: SignIn, opened: str) -> None:
    """E06, E25 and S16: saved under a name of ours, and nothing happens in it."""
    client = sign_in("staff")
    answer = client.get(opened, headers={"Range": "bytes=" + ",".join(f"{n}-{n}" for n in range(1000))})
    assert answer.status_code == 200, "E31: a thousand ranges are answered with the whole"
    assert answer.data == PAPER
    assert len(answer.data) == int(answer.headers["Content-Length"])
    assert answer.headers["Content-Type"] == "application/pdf"
    public_id = opened.rpartition("/")[2]
    assert answer.headers["Content-Disposition"] == f'attachment; filename="evidence-{public_id[:8]}.pdf"'
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox; default-src 'none'")
    assert answer.headers["Accept-Ranges"] == "none"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "ETag" not in answer.headers
    assert "Last-Modified" not in answer.headers


def test_a_picture_arrives_as_the_picture_it_is(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("staff")
    send(client, photograph(), "IMG_1.jpeg")
    answer = client.get(f"/evidence/{file_of(session, borough, 'Sam').public_id}")
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["Content-Disposition"].endswith('.jpg"')
    assert b"telephone" not in answer.data


def test_a_file_that_is_missing_in_the_folder_is_not_found_and_logged(
    sign_in: SignIn, app: Flask, opened: str, caplog: pytest.LogCaptureFixture
) -> None:
    for path in Path(app.instance_path, "evidence").iterdir():
        path.unlink()
    assert sign_in("staff").get(opened).status_code == 404
    assert "has no file" in caplog.text


def test_a_register_is_opened_by_those_alone_who_may_see_everybody_on_it(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    """It names others: somebody on it is told of the own training, and does not read the list."""
    send_register(sign_in("manager"), borough, "Sam", "Kit")
    sam, kit = (f"/evidence/{file_of(session, borough, name).public_id}" for name in ("Sam", "Kit"))
    for address in (sam, kit):
        for reader, status in {
            "manager": 200,
            "learning": 200,
            "auditor": 200,
            "staff": 404,
            "partner": 404,
        }.items():
            assert sign_in(reader).get(address).status_code == status, reader
    give(session, borough, "Sam", to="Uma")
    assert sign_in("manager").get(sam).status_code == 404
    assert sign_in("coordinator").get(sam).status_code == 200


def test_the_evidence_of_a_person_is_listed_for_whoever_may_see_them(
    sign_in: SignIn, session: Session, borough: Borough, opened: str
) -> None:
    send_register(sign_in("manager"), borough, "Sam", "Kit")
    address = f"/people/{borough.people['Sam']}/evidence"
    links = {
        reader: len(sign_in(reader).page(address).select("#evidence a"))
        for reader in ("staff", "manager", "auditor")
    }
    assert links == {"staff": 1, "manager": 2, "auditor": 2}
    assert "only those who may see all of them can open it" in text_of(sign_in("staff").page(address))
    for link in sign_in("manager").page(address).select("#evidence a"):
        assert sign_in("manager").get(str(link["href"])).status_code == 200
    assert "Files are not virus-checked" in text_of(sign_in("manager").page(address))
    assert sign_in("partner").get(address).status_code == 404
    assert sign_in("manager").get(f"/people/{borough.people['Uma']}/evidence").status_code == 404
    assert "No files yet" in text_of(sign_in("manager").page(f"/people/{borough.people['Ola']}/evidence"))


@pytest.fixture
def clamd(app: Flask, tmp_path: Path) -> Iterator[Scanner]:
    with scanning(tmp_path / "clamd") as found:
        app.config["CLAMD_SOCKET"] = found.path
        app.jinja_env.globals["files_are_scanned"] = True
        yield found


def test_a_file_with_a_virus_is_refused(sign_in: SignIn, clamd: Scanner) -> None:
    """E23."""
    answer = upload(sign_in("staff"), "/training/tell-us", certificate("Sam Tester") + EICAR)
    assert answer.status_code == 422
    assert "The virus check found something harmful in the file, so it was not kept." in answer.get_data(
        as_text=True
    )


def test_a_clean_file_is_scanned_as_it_was_sent(
    sign_in: SignIn, clamd: Scanner, session: Session, borough: Borough
) -> None:
    paper = certificate("Sam Tester", "x" * 80, pages=150)
    send(sign_in("staff"), paper)
    assert clamd.seen == [paper]
    page = sign_in("manager").page(f"/people/{borough.people['Sam']}/evidence")
    assert "virus" not in text_of(page)
    assert file_of(session, borough, "Sam").concerns == ["course_differs", "date_differs"]


@pytest.mark.parametrize("trouble", ["slow", "away", "confused"])
def test_a_scanner_that_does_not_answer_keeps_the_file_shut(
    trouble: str,
    sign_in: SignIn,
    clamd: Scanner,
    app: Flask,
    session: Session,
    borough: Borough,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """E24: kept, being checked, and opened by nobody until it has been."""
    monkeypatch.setattr(scanner, "PATIENCE", 0.2)
    if trouble == "slow":
        clamd.delay = 1
    elif trouble == "away":
        app.config["CLAMD_SOCKET"] = f"{clamd.path}-gone"
    else:
        clamd.says = b"UNKNOWN COMMAND"
    client = sign_in("staff")
    address = str(upload(client, "/training/tell-us", certificate("Sam Tester")).headers["Location"])
    client.send(address, course="PREV", **boxes())
    assert "The file is still being checked for viruses." in text_of(client.page(f"{address}/check"))
    client.send(f"{address}/check")
    opened = f"/evidence/{file_of(session, borough, 'Sam').public_id}"
    answer = client.get(opened)
    assert answer.status_code == 409
    assert "The file is being checked" in answer.get_data(as_text=True)
    clamd.delay, clamd.says, app.config["CLAMD_SOCKET"] = 0, None, clamd.path
    monkeypatch.setattr(scanner, "PATIENCE", 5)
    assert client.get(opened).status_code == 200
    clamd.says = b"stream: Eicar-Test-Signature FOUND"
    answer = client.get(opened)
    assert answer.status_code == 409
    assert "This file is not safe" in answer.get_data(as_text=True)
