"""Telling us about training one has done, page by page, as staff do it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CompletionRow, EvidenceFileRow
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.formats import long_date
from people.services.accounts import create_account
from tests.borough import PASSWORD, Borough, email_of
from tests.certificates import certificate, lettered, photograph
from tests.integration.web.sending import (
    START,
    begin,
    boxes,
    day_boxes,
    describe,
    follow,
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


def waiting(session: Session) -> list[CompletionRow]:
    session.rollback()
    return list(session.scalars(select(CompletionRow).where(CompletionRow.source == "self")))


def files(session: Session) -> list[EvidenceFileRow]:
    session.rollback()
    return list(session.scalars(select(EvidenceFileRow).order_by(EvidenceFileRow.id)))


def concerns_shown(page: BeautifulSoup) -> list[str]:
    return [text_of(item) for item in page.select("main ul.govuk-list--bullet li")]


def test_a_certificate_fills_in_the_form_and_waits_for_a_check(
    sign_in: SignIn, session: Session, borough: Borough, paper: bytes, day: date
) -> None:
    client = sign_in("staff")
    address = begin(client, paper)
    details = client.page(address)
    assert "We read the course and the date from your certificate" in text_of(details)
    assert [option["value"] for option in details.select("#course option[selected]")] == ["PREV"]
    assert {box["name"]: box["value"] for box in details.select("input[inputmode=numeric]")} == boxes(day)
    check = describe(client, address, day, reference="A 17")
    assert concerns_shown(check) == []
    assert [text_of(cell) for cell in check.select("dd.govuk-summary-list__value")] == [
        "A PDF",
        "Prevent awareness",
        long_date(day),
        "Not given",
        "A 17",
    ]
    sent = follow(client, client.send(f"{address}/check"))
    assert f"It is waiting for a check since {long_date(clock.today())}" in text_of(sent)

    row = waiting(session)[0]
    assert (row.evidence, row.provider, row.reference) == ("awaiting", "Home Office", "A 17")
    assert (row.person_id, row.completed_on) == (borough.ids["Sam"], day)
    (file,) = files(session)
    assert (file.purpose, file.kind, file.concerns) == ("certificate", "pdf", [])
    assert (file.person_id, file.completed_on) == (borough.ids["Sam"], day)
    assert f"Waiting for a check since {long_date(clock.today())}" in text_of(client.page("/my-training"))


def test_somebody_without_a_certificate_types_it_all(sign_in: SignIn, session: Session, day: date) -> None:
    client = sign_in("staff")
    address = begin(client, None)
    assert "We read" not in text_of(client.page(address))
    check = describe(client, address, day, provider="  A   trainer ")
    assert concerns_shown(check) == []
    assert "You have added no certificate. Your training team may ask you for it." in text_of(check)
    follow(client, client.send(f"{address}/check"))
    assert waiting(session)[0].provider == "A trainer"
    assert files(session) == []


def test_a_photograph_is_taken_and_its_words_are_left_to_people(
    sign_in: SignIn, session: Session, day: date
) -> None:
    client = sign_in("staff")
    address = begin(client, photograph(), "IMG_1.JPG")
    assert "Its words could not be read by the computer" in text_of(client.page(address))
    check = describe(client, address, day)
    assert concerns_shown(check) == []
    assert "The words in the file could not be read by the computer. Somebody will read them." in text_of(
        check
    )
    client.send(f"{address}/check")
    (file,) = files(session)
    assert (file.kind, file.concerns) == ("jpeg", ["text_unreadable"])


def test_a_certificate_in_welsh_is_read(sign_in: SignIn) -> None:
    client = sign_in("staff")
    day = date(clock.today().year - 1, 5, 3)
    address = begin(client, lettered(f"Sâm Tester: Prevent awareness, 3ydd o Fai {day.year}, Llŷr Ŵyn"))
    assert concerns_shown(describe(client, address, day)) == []


def test_what_does_not_agree_is_said_to_the_sender_and_kept_for_the_checker(
    sign_in: SignIn, session: Session, day: date
) -> None:
    client = sign_in("staff")
    paper = certificate("Uma Tester", "Team briefing", f"on {long_date(day - timedelta(days=1))}")
    address = begin(client, paper)
    assert concerns_shown(describe(client, address, day)) == [
        "The name on the certificate does not look like yours.",
        "The certificate does not seem to be for this course.",
        "The certificate does not seem to show this date.",
    ]
    client.send(f"{address}/check")
    assert files(session)[0].concerns == ["name_differs", "course_differs", "date_differs"]


def tell(client: PageClient, content: bytes | None, day: date, course: str = "PREV") -> BeautifulSoup:
    """Tell us, from the first page to the last; gives the page of answers as it was shown."""
    address = begin(client, content)
    page = describe(client, address, day, course)
    assert client.send(f"{address}/check").status_code == 302
    return page


def test_a_file_that_was_sent_for_somebody_else_is_said_to_have_been_sent(
    sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    tell(sign_in("manager"), paper, day)
    page = tell(sign_in("staff"), paper, day)
    assert concerns_shown(page) == ["This file was sent before."]
    assert "Mo " not in text_of(page)
    assert [file.concerns for file in files(session)] == [["name_differs"], ["file_used_by_another"]]


def test_one_s_own_file_for_other_training_is_said_to_have_been_sent(
    sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    client = sign_in("staff")
    tell(client, paper, day)
    page = tell(client, paper, day, "BRIEF")
    assert "This file was sent before." in concerns_shown(page)
    assert "file_used_again" in files(session)[1].concerns


def test_the_course_of_a_link_is_chosen_already(sign_in: SignIn) -> None:
    client = sign_in("staff")
    answer = upload(client, f"{START}?course=BRIEF", None, without="yes")
    chosen = follow(client, answer).select("#course option[selected]")
    assert [option["value"] for option in chosen] == ["BRIEF"]


def test_another_certificate_keeps_the_other_answers(
    sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    client = sign_in("staff")
    check = describe(client, begin(client, None), day, reference="A 17")
    change = str(check.select("main dd.govuk-summary-list__actions a")[0]["href"])
    answer = upload(client, change, b"MZ")
    assert answer.status_code == 422
    check = follow(client, upload(client, change, paper))
    assert "A PDF" in text_of(check)
    assert "A 17" in text_of(check)
    client.post(str(check.select_one("main form")["action"]), data=_fields(check))  # type: ignore[index]  # there is one
    assert waiting(session)[0].reference == "A 17"
    assert len(files(session)) == 1
    # What was sent is never taken up again, nor is another's.
    sent = str(check.select_one("main form")["action"]).removesuffix("/check").rpartition("/")[2]  # type: ignore[index]  # as above
    for reader in ("staff", "manager"):
        answer = upload(sign_in(reader), f"{START}?instead={sent}", None, without="yes")
        assert not answer.headers["Location"].endswith("/check")


def _fields(page: BeautifulSoup) -> dict[str, str]:
    return {str(one["name"]): str(one["value"]) for one in page.select("main form input[type=hidden]")}


@pytest.mark.parametrize(
    "course, day, message, target",
    [
        ("", ("1", "5", "2026"), "Choose the course from the list", "#course"),
        ("NONE", ("1", "5", "2026"), "Choose the course from the list", "#course"),
        ("PREV", ("", "", ""), "Enter the date on which it was completed", "#completed_on-day"),
        ("PREV", ("30", "2", "2026"), "Date must be a real date", "#completed_on-day"),
        ("PREV", ("1", "", "2026"), "Date must include a month", "#completed_on-month"),
        ("PREV", ("1", "1", "2098"), "Date must be today or in the past", "#completed_on-day"),
        ("PREV", ("1", "1", "1950"), "Date must be on or after 1 January 1990", "#completed_on-day"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_input(
    course: str, day: tuple[str, str, str], message: str, target: str, sign_in: SignIn, session: Session
) -> None:
    client = sign_in("staff")
    address = begin(client, None)
    answer = client.send(address, course=course, provider="Kept", **day_boxes(*day))
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    (line,) = page.select(".govuk-error-summary a")
    assert text_of(line).startswith(message)
    assert line["href"] == target
    assert page.select_one("#provider")["value"] == "Kept"  # type: ignore[index]  # it is there
    assert waiting(session) == []


def test_a_text_that_is_too_long_is_refused(sign_in: SignIn, day: date) -> None:
    client = sign_in("staff")
    answer = client.send(begin(client, None), course="PREV", reference="x" * 201, **boxes(day))
    assert answer.status_code == 422
    assert "Certificate number must be 200 characters or fewer" in answer.get_data(as_text=True)


def test_the_same_training_is_not_told_twice(sign_in: SignIn, session: Session, day: date) -> None:
    client = sign_in("staff")
    first, second = begin(client, None), begin(client, None)
    for address in (first, second):
        describe(client, address, day)
    client.send(f"{first}/check")
    answer = client.send(f"{second}/check")
    words = f"You told us already: it is waiting for a check since {long_date(clock.today())}"
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    answer = client.send(begin(client, None), course="PREV", **boxes(day))
    assert answer.status_code == 422
    assert words in answer.get_data(as_text=True)
    assert len(waiting(session)) == 1


def test_what_is_on_record_already_is_closed(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("staff")
    answer = client.send(begin(client, None), course="PREV", **boxes(borough.today - timedelta(days=900)))
    assert answer.status_code == 422
    assert "This training is on your record already" in answer.get_data(as_text=True)


def test_a_double_click_sends_once_and_says_so(
    sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    client = sign_in("staff")
    address = begin(client, paper)
    page = describe(client, address, day)
    form = {str(one["name"]): str(one["value"]) for one in page.select("main form input[type=hidden]")}
    answers = [client.post(f"{address}/check", data=form) for _ in range(2)]
    assert {answer.headers["Location"] for answer in answers} == {f"{address}/sent"}
    assert "This was saved already" in text_of(client.page(f"{address}/sent"))
    assert len(waiting(session)) == len(files(session)) == 1


def test_the_way_back_shows_what_was_sent_and_changes_nothing(
    sign_in: SignIn, session: Session, day: date
) -> None:
    client = sign_in("staff")
    address = begin(client, None)
    page = describe(client, address, day)
    client.send(f"{address}/check")
    for back in (address, f"{address}/check"):
        answer = client.get(back)
        assert answer.headers["Location"] == f"{address}/sent"
    fields = {one["name"]: one["value"] for one in page.select("main form input[type=hidden]")}
    fields["once"] = "x" * 43
    assert client.post(f"{address}/check", data=fields).headers["Location"] == f"{address}/sent"
    assert client.post(address, data={**fields, "course": "BRIEF"}).headers["Location"] == f"{address}/sent"
    assert len(waiting(session)) == 1


def test_pages_that_are_not_reached_yet_lead_back(sign_in: SignIn) -> None:
    client = sign_in("staff")
    address = begin(client, None)
    assert client.get(f"{address}/check").headers["Location"] == address
    assert client.get(f"{address}/sent").status_code == 404
    assert (
        client.post(f"{address}/check", data=hidden_fields(client, address) | {"once": "x" * 43}).status_code
        == 404
    )


def test_nobody_else_opens_what_somebody_is_sending(
    sign_in: SignIn, session: Session, paper: bytes, day: date
) -> None:
    """E28: the address of another's form, and of one's own of another kind."""
    address = begin(sign_in("staff"), paper)
    for reader in ("manager", "learning"):
        client = sign_in(reader)
        token = hidden_fields(client, START)["csrf_token"]
        for page in (address, f"{address}/check", f"{address}/sent"):
            assert client.get(page).status_code == 404
        for page in (address, f"{address}/check"):
            fields = {"csrf_token": token, "once": "x" * 43, "course": "PREV", **boxes(day)}
            assert client.post(page, data=fields).status_code == 404
    assert sign_in("manager").get(address.replace(START, "/my-team/register")).status_code == 404
    assert waiting(session) == []


@pytest.mark.parametrize("reader", ["coordinator", "auditor", "partner"])
def test_an_account_without_a_record_is_told_so(reader: str, sign_in: SignIn) -> None:
    client = sign_in(reader)
    for address in (START, f"{START}/{'0' * 32}", f"{START}/{'0' * 32}/check", f"{START}/{'0' * 32}/sent"):
        assert client.get(address).status_code == 403


def test_an_auditor_writes_nothing_even_about_themselves(
    app: Flask, sign_in: SignIn, session: Session
) -> None:
    from foundation.stamp import Stamp
    from people.domain import Permission

    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        create_account(
            session, stamp, email_of("both"), PASSWORD, person_ref="N-Vic", permissions=[Permission.AUDITOR]
        )
    assert sign_in("both").get(START).status_code == 403


def test_nothing_about_anybody_is_in_the_audit_trail_or_the_log(
    sign_in: SignIn, session: Session, paper: bytes, day: date, caplog: pytest.LogCaptureFixture
) -> None:
    client = sign_in("staff")
    address = begin(client, paper, "Sam Tester certificate.pdf")
    describe(client, address, day, provider="Uma's course", reference="secret number 9")
    client.send(f"{address}/check")
    session.rollback()
    rows = session.scalars(select(AuditEventRow)).all()
    told = [row.event for row in rows]
    assert {"evidence.held", "evidence.described", "completion.told"} <= set(told)
    for text in [caplog.text, *(f"{row.subject} {row.details}" for row in rows)]:
        for needle in ("Tester", "Uma", "secret number", "certificate.pdf", "@council"):
            assert needle not in text
