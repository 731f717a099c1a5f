"""One's own certificates, other people's, badges and what they publish, as the pages show them."""

import json
import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from courses.certificate.badge import read_badge
from courses.certificate.badge_keys import published_keys
from courses.certificate.checking import check
from courses.domain import Evidence
from courses.domain.certificates import printed
from courses.store import certificates as register
from foundation import clock
from foundation.db import db
from tests.borough import Borough
from tests.integration.web.certifying import issue, issuer, rename, words
from tests.integration.web.sending import follow
from tests.integration.web.staff import adding
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
LIST = "/my-training/certificates"


def day(borough: Borough, days: int) -> str:
    from datetime import timedelta

    return (borough.today - timedelta(days=days)).isoformat()


# --- one's own


def test_the_history_leads_to_ones_own_certificates(sign_in: SignIn) -> None:
    page = sign_in("manager").page("/my-training/history")
    assert page.select_one(f'a[href="{LIST}"]')


def test_the_list_has_every_course_that_counts_and_says_which_were_issued(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Mo", "BRIEF", 20)
        builder.completion("Mo", "PREV", 5, Evidence.AWAITING)
    issue(app, session, borough)
    rows = [text_of(row) for row in sign_in("manager").page(LIST).select("#certificates tbody tr")]
    assert len(rows) == 2
    assert "Team briefing" in rows[0]
    assert "Not issued" in rows[0]
    assert rows[1].endswith("Valid")


def test_the_first_time_it_is_asked_for_it_is_issued_and_never_twice(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    address = f"{LIST}/PREV/{day(borough, 100)}"
    before = client.page(address)
    assert "It is made when you ask for it" in text_of(before)
    assert client.get(f"{address}/pdf").status_code == 404
    hidden = {str(one["name"]): str(one["value"]) for one in before.select("main input[type=hidden]")}
    page = follow(client, client.post(address, data=hidden))
    assert "Your certificate was issued." in text_of(page)
    again = follow(client, client.post(address, data=hidden))
    assert "This was saved already" in text_of(again)
    [found] = register.of_person(session, borough.ids["Mo"])
    assert printed(found.certificate.number) in text_of(page)
    session.rollback()


def test_the_pdf_and_the_badge_are_downloads_that_are_genuine(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    found = issue(app, session, borough)
    client = sign_in("manager")
    address = f"{LIST}/PREV/{day(borough, 100)}"
    pdf = client.get(f"{address}/pdf")
    assert pdf.mimetype == "application/pdf"
    assert pdf.headers["Content-Disposition"].startswith("attachment")
    assert pdf.headers["Cache-Control"] == "no-store"
    assert check(pdf.data, issuer(app).keys.published()).certificate == found
    badge = client.get(f"{address}/badge")
    assert badge.headers["Content-Disposition"].endswith('.jwt"')
    keys = published_keys(issuer(app).badge_keys, clock.now())
    assert read_badge(badge.text, keys).number == found.number
    issuer(app).badge_keys.renew(clock.now())
    again = client.get(f"{address}/badge")
    assert read_badge(again.text, published_keys(issuer(app).badge_keys, clock.now())).number == found.number
    assert client.get(f"{address}/exe").status_code == 404


def test_ones_own_page_is_of_nobody_else(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    issue(app, session, borough)
    client = sign_in("staff")
    assert client.get(f"{LIST}/PREV/{day(borough, 100)}").status_code == 404
    assert client.get(f"{LIST}/PREV/nonsense").status_code == 404


def test_what_waits_for_a_check_has_no_certificate(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Sam", "PREV", 5, Evidence.AWAITING)
    assert sign_in("staff").get(f"{LIST}/PREV/{day(borough, 5)}").status_code == 404


def test_the_list_asks_as_little_of_a_long_record_as_of_a_short_one(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, asked = sign_in("manager"), list[str]()

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        asked.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    client.page(LIST)
    asked.clear()
    client.page(LIST)
    few = len(asked)
    with adding(session, borough) as builder:
        for days in range(1, 30):
            builder.completion("Mo", "BRIEF", days)
    issue(app, session, borough, days=3, course="BRIEF")
    asked.clear()
    client.page(LIST)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(asked) == few


# --- other people's


@pytest.mark.parametrize("reader, sees", [("learning", True), ("coordinator", True), ("auditor", False),
                                          ("manager", False)])  # fmt: skip
def test_the_persons_page_leads_those_there_who_look_after_certificates(
    sign_in: SignIn, borough: Borough, reader: str, sees: bool
) -> None:
    page = sign_in(reader).page(f"/people/{borough.people['Ola']}")
    link = page.select_one(f'a[href="/people/{borough.people["Ola"]}/certificates"]')
    assert (link is not None) is sees


def test_learning_issues_corrects_and_withdraws(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = f"/people/{borough.people['Mo']}/certificates/PREV/{day(borough, 100)}"
    follow(client, client.send(address))
    rename(session, borough, "Mo", "Newname")
    without = client.send(f"{address}/correct")
    assert without.status_code == 422
    assert "Say why." in words(without)
    page = follow(client, client.send(f"{address}/correct", reason="Married in May"))
    assert "Mo Newname" in text_of(page)
    assert "Replaced on" in text_of(page.select("#earlier tbody tr")[0])
    assert "Married in May" in text_of(page)
    newer, older = register.of_person(session, borough.ids["Mo"])
    session.rollback()
    page = follow(client, client.send(f"{address}/revoke", reason="Wrong person"))
    assert "Withdrawn on" in text_of(page)
    assert not page.select_one(f'a[href="{address}/pdf"]')
    assert client.get(f"{address}/pdf").status_code == 404
    verified = client.page(f"/verify/{newer.certificate.number}")
    assert "was withdrawn" in text_of(verified)
    assert "Wrong person" not in text_of(verified)
    assert "replaced" in text_of(client.page(f"/verify/{older.certificate.number}"))


def test_a_correction_that_would_change_nothing_is_refused(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    issue(app, session, borough)
    address = f"/people/{borough.people['Mo']}/certificates/PREV/{day(borough, 100)}/correct"
    answer = sign_in("learning").send(address, reason="No reason")
    assert answer.status_code == 422
    assert "Nothing is different" in words(answer)


def test_nobody_withdraws_their_own(app: Flask, sign_in: SignIn, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        builder.completion("Uma", "PREV", 30)
    issue(app, session, borough, "Uma", 30)
    address = f"/people/{borough.people['Uma']}/certificates/PREV/{day(borough, 30)}/revoke"
    answer = sign_in("learning").send(address, reason="Mine")
    assert answer.status_code == 422
    assert "Nobody changes their own record" in words(answer)


def test_a_partner_lead_issues_for_their_own_people_alone(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("partner")
    own = f"/people/{borough.people['Pia']}/certificates/PREV/{day(borough, 100)}"
    follow(client, client.send(own))
    assert client.get(f"{own}/pdf").status_code == 200
    assert client.get(f"{own}/revoke").status_code == 403
    other = f"/people/{borough.people['Mo']}/certificates/PREV/{day(borough, 100)}"
    assert client.get(other).status_code == 404


# --- what is published


def test_the_issuer_its_keys_and_its_courses_are_there_for_every_wallet(
    app: Flask, anyone: PageClient, borough: Borough
) -> None:
    profile = anyone.get("/badges/issuer").json
    assert profile is not None
    assert profile["type"] == ["Profile"]
    assert profile["id"] == "http://localhost/badges/issuer"
    published_keys(issuer(app).badge_keys, clock.now())
    keys = anyone.get("/badges/keys")
    assert keys.json == anyone.get("/.well-known/jwks.json").json
    assert keys.headers["Access-Control-Allow-Origin"] == "*"
    assert keys.json is not None
    [key] = keys.json["keys"]
    assert (key["kty"], key["crv"], key["alg"]) == ("EC", "P-256", "ES256")
    assert "d" not in key
    assert anyone.get(f"/badges/keys/{key['kid']}").json == key
    assert anyone.get("/badges/keys/none").status_code == 404
    course = anyone.get("/badges/courses/PREV").json
    assert course is not None
    assert course["name"] == "Prevent awareness"
    assert anyone.get("/badges/courses/NONE").status_code == 404


def test_looking_makes_no_keys_and_issuing_does(
    app: Flask, anyone: PageClient, session: Session, borough: Borough
) -> None:
    folder = Path(app.instance_path) / "keys" / "badges"
    for address in ("/badges/keys", "/.well-known/jwks.json"):
        assert anyone.get(address).json == {"keys": []}
    assert anyone.get("/badges/issuer-file").status_code == 404
    assert anyone.get("/badges/keys/none").status_code == 404
    anyone.get("/badges/issuer")
    assert not folder.exists()
    issue(app, session, borough)
    assert [path.name for path in folder.iterdir()] == ["0001.pem"]
    assert anyone.get("/badges/issuer-file").status_code == 200


def test_after_a_new_key_the_old_one_stays_published(
    app: Flask, anyone: PageClient, borough: Borough
) -> None:
    published_keys(issuer(app).badge_keys, clock.now())
    before = anyone.get("/badges/keys").json
    issuer(app).badge_keys.renew(clock.now())
    after = anyone.get("/badges/keys").json
    assert before is not None
    assert after is not None
    assert [one["kid"] for one in after["keys"]][:1] == [one["kid"] for one in before["keys"]]
    assert len(after["keys"]) == 2


def test_no_number_gets_into_the_logs(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough, caplog: pytest.LogCaptureFixture
) -> None:
    from app.logs import blot

    caplog.set_level(logging.DEBUG)
    found = issue(app, session, borough)
    client = sign_in("manager")
    client.page(f"/verify/{found.number}")
    client.get(f"{LIST}/PREV/{day(borough, 100)}/pdf")
    assert found.number not in caplog.text
    assert printed(found.number) not in caplog.text
    assert found.number not in blot(f"Exception on /verify/{found.number} [GET]")
    assert found.number not in blot(f"Exception on /my-training/passport/{found.number}/pdf [GET]")
    assert json.dumps(found.number) not in caplog.text
