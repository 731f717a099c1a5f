"""Training passports on the pages: issuing one, handing one in, and whom we trust."""

import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from joserfc.jwk import ECKey
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from courses import store
from courses.certificate.badge_keys import published_keys
from courses.certificate.passport import as_json, statement
from courses.certificate.tokens import published
from courses.domain.passports import Entry, Passport
from courses.services import issuers
from courses.store.passports import passports_of, trusted_issuers
from foundation import clock
from foundation.db import transaction
from tests.borough import Borough
from tests.integration.web.certifying import issuer, stamp, words
from tests.integration.web.sending import follow, upload
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
OWN, ACCEPT = "/my-training/passport", "/my-training/passport/accept"
THEIRS = ECKey.generate_key("P-256")
NUMBER = "7ZQ4M2K9TC1B6XHD"


def issuers_file(key: ECKey = THEIRS) -> bytes:
    return json.dumps(
        issuers.issuer_file("Another council", "https://other.example.gov.uk", {"": published(key)})
    ).encode()


def handed_out(
    borough: Borough, name: str = "Sam Tester", course: str = "PREV", key: ECKey = THEIRS
) -> bytes:
    day = borough.today - timedelta(days=12)
    entries = (Entry(course, "A course of theirs", "Somebody", day, None),)
    address = "https://other.example.gov.uk"
    said = Passport(NUMBER, name, "Another council", address, clock.now().replace(microsecond=0), entries)
    return as_json(statement(said, key)).encode()


@pytest.fixture
def trusted(session: Session, borough: Borough) -> None:
    with transaction(session):
        issuers.trust(session, stamp(), issuers.read_offer(session, issuers_file(), {}))


def press(client: PageClient, answer: TestResponse, **more: str) -> TestResponse:
    """Send the form on an answer."""
    form = BeautifulSoup(answer.text, "html.parser").select_one("main form[method=post]")
    assert form is not None
    hidden = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    return client.post(str(form["action"]), data={**hidden, **more})


# --- issuing


def test_somebody_issues_their_own_and_downloads_both_files(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    page = follow(client, client.send(OWN))
    assert "The training passport was issued." in text_of(page)
    [issued] = passports_of(session, borough.ids["Mo"])
    session.rollback()
    number = issued.passport.number
    pdf, as_file = client.get(f"{OWN}/{number}/pdf"), client.get(f"{OWN}/{number}/json")
    assert pdf.data.startswith(b"%PDF-")
    assert set(json.loads(as_file.data)) == {"protected", "payload", "signature"}
    assert client.get(f"{OWN}/{number}/exe").status_code == 404
    other = sign_in("staff")
    assert other.get(f"{OWN}/{number}/json").status_code == 404
    checked = text_of(other.page(f"/verify/{number}"))
    assert "This training passport was issued by us." in checked
    assert "Initials M. T." in checked
    assert "Mo Tester" not in checked
    for content, name in ((pdf.data, "a.pdf"), (as_file.data, "a.json")):
        found = words(upload(other, "/verify/file", content, name))
        assert "This file is genuine" in found
        assert "It is a training passport that we signed" in found


def test_where_nothing_is_in_date_there_is_nothing_to_press(sign_in: SignIn, borough: Borough) -> None:
    page = sign_in("staff").page(OWN)
    assert "Nothing is in date today" in text_of(page)
    assert page.select_one("main form") is None


def test_learning_issues_anybodys(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    address = f"/people/{borough.people['Vic']}/passport"
    page = follow(client, client.send(address))
    assert "The training passport was issued." in text_of(page)
    [issued] = passports_of(session, borough.ids["Vic"])
    session.rollback()
    assert client.get(f"{address}/{issued.passport.number}/pdf").status_code == 200
    other = f"/people/{borough.people['Mo']}/passport/{issued.passport.number}/pdf"
    assert client.get(other).status_code == 404


# --- handing one in


@pytest.mark.usefixtures("trusted")
def test_somebody_hands_in_their_own_and_sees_first_what_will_be_recorded(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    answer = upload(client, ACCEPT, handed_out(borough), "passport.json")
    assert answer.status_code == 200
    assert "Will be recorded" in words(answer)
    assert "Learning and development check it before it counts" in words(answer)
    assert "Issued by Another council" in words(answer)
    day = borough.today - timedelta(days=12)
    assert store.on_record(session, "PREV", day, [borough.ids["Sam"]]) == {}
    session.rollback()
    page = follow(client, press(client, answer))
    assert "The courses in the training passport were recorded." in text_of(page)
    found = store.on_record(session, "PREV", day, [borough.ids["Sam"]])[borough.ids["Sam"]]
    assert (found.source, found.reference, found.evidence) == ("passport", NUMBER, "awaiting")
    session.rollback()
    again = upload(client, ACCEPT, handed_out(borough), "passport.json")
    assert "On record already, waiting for a check" in words(again)
    assert "There is nothing to record." in words(again)
    session.rollback()
    # Learning and development look whether it is the same person, and their yes is the check.
    other = sign_in("learning")
    follow(
        other,
        press(other, upload(other, f"/people/{borough.people['Sam']}/passport/accept", handed_out(borough))),
    )
    found = store.on_record(session, "PREV", day, [borough.ids["Sam"]])[borough.ids["Sam"]]
    assert found.evidence == "verified"
    session.rollback()


@pytest.mark.usefixtures("trusted")
def test_with_the_same_address_in_it_ones_own_is_verified_at_once(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    from courses.certificate.passport import mark_of_email

    day = borough.today - timedelta(days=12)
    said = Passport(
        NUMBER, "Sam Newname", "Another council", "https://other.example.gov.uk", clock.now().replace(microsecond=0),
        (Entry("PREV", "Theirs", "Somebody", day, None),), "salt", mark_of_email("sam@council.example", "salt"),
    )  # fmt: skip
    client = sign_in("staff")
    answer = upload(client, ACCEPT, as_json(statement(said, THEIRS)).encode(), "passport.json")
    assert "before it counts" not in words(answer)
    follow(client, press(client, answer))
    found = store.on_record(session, "PREV", day, [borough.ids["Sam"]])[borough.ids["Sam"]]
    assert found.evidence == "verified"
    session.rollback()


@pytest.mark.usefixtures("trusted")
def test_learning_overrules_no_name_for_themselves(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    """Authorization rule 1: neither on the page where they overrule for others, nor by a form made by hand."""
    own = "Uma"
    client = sign_in("learning")
    address = f"/people/{borough.people[own]}/passport/accept"
    content = handed_out(borough, "Somebody Else")
    refused = upload(client, address, content, "passport.json")
    assert refused.status_code == 422
    assert "The name in this passport is not the one on your record" in words(refused)
    parts = json.loads(content)
    token = ".".join(parts[part] for part in ("protected", "payload", "signature"))
    sent = client.send(address, token=token, reason="name_changed")
    assert sent.status_code == 422
    day = borough.today - timedelta(days=12)
    assert store.on_record(session, "PREV", day, [borough.ids[own]]) == {}
    session.rollback()


def test_an_issuer_whom_we_do_not_trust_is_named_as_such(sign_in: SignIn, borough: Borough) -> None:
    answer = upload(sign_in("staff"), ACCEPT, handed_out(borough), "passport.json")
    assert answer.status_code == 422
    assert "an issuer whom this service does not trust" in words(answer)


@pytest.mark.usefixtures("trusted")
@pytest.mark.parametrize("content", [b"", b"{}", b"%PDF-1.7", b"\x00" * 10, b"<html>"])
def test_what_is_no_passport_is_refused_in_plain_words(
    sign_in: SignIn, borough: Borough, content: bytes
) -> None:
    answer = upload(sign_in("staff"), ACCEPT, content, "passport.json")
    assert answer.status_code == 422
    assert "not a training passport" in words(answer)


@pytest.mark.usefixtures("trusted")
def test_no_file_is_asked_for(sign_in: SignIn, borough: Borough) -> None:
    answer = upload(sign_in("staff"), ACCEPT, None)
    assert "Choose the training passport" in words(answer)


@pytest.mark.usefixtures("trusted")
def test_a_course_that_we_do_not_know_is_listed(sign_in: SignIn, borough: Borough) -> None:
    answer = upload(sign_in("staff"), ACCEPT, handed_out(borough, course="X-1"), "passport.json")
    assert "Not recorded: we do not know this course" in words(answer)
    assert "1 course is not known here." in words(answer)


@pytest.mark.usefixtures("trusted")
def test_another_name_is_for_learning_alone_and_needs_a_reason(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    content = handed_out(borough, "Sam Oldname")
    own = upload(sign_in("staff"), ACCEPT, content, "passport.json")
    assert "The name in this passport is not the one on your record" in words(own)
    client = sign_in("learning")
    address = f"/people/{borough.people['Sam']}/passport/accept"
    answer = upload(client, address, content, "passport.json")
    assert "Sam Oldname" in words(answer)
    refused = press(client, answer)
    assert refused.status_code == 422
    assert "Select why" in words(refused)
    assert "Select why" in words(press(client, refused, reason="Married in May"))
    follow(client, press(client, refused, reason="name_changed"))
    day = borough.today - timedelta(days=12)
    assert store.on_record(session, "PREV", day, [borough.ids["Sam"]])
    session.rollback()


@pytest.mark.usefixtures("trusted")
def test_what_stands_in_the_page_cannot_be_changed_on_the_way(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    """The statement travels in the page; it is signed, and looked at anew when it is sent."""
    client = sign_in("staff")
    answer = upload(client, ACCEPT, handed_out(borough), "passport.json")
    forged = json.loads(handed_out(borough, key=ECKey.generate_key("P-256")))
    token = ".".join(forged[part] for part in ("protected", "payload", "signature"))
    refused = press(client, answer, token=token)
    assert refused.status_code == 422
    assert "does not trust" in words(refused)
    day = borough.today - timedelta(days=12)
    assert store.on_record(session, "PREV", day, [borough.ids["Sam"]]) == {}
    session.rollback()


# --- whom we trust


def test_learning_compares_the_fingerprint_before_an_issuer_is_trusted(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    answer = upload(client, "/passport-issuers/new", issuers_file(), "issuer.json")
    assert answer.status_code == 200
    fingerprint = issuers.shown_fingerprint(THEIRS.thumbprint())
    assert fingerprint in words(answer)
    assert trusted_issuers(session) == []
    session.rollback()
    page = follow(client, press(client, answer))
    assert "Another council" in text_of(page.select("#issuers tbody tr")[0])
    again = upload(client, "/passport-issuers/new", issuers_file(), "issuer.json")
    assert "There is nothing to add." in words(again)
    without = client.send(f"/passport-issuers/{THEIRS.thumbprint()}/withdraw")
    assert without.status_code == 422
    page = follow(
        client, client.send(f"/passport-issuers/{THEIRS.thumbprint()}/withdraw", reason="Key stolen")
    )
    assert "No issuer is trusted yet" in text_of(page)


@pytest.mark.parametrize("content", [b"", b"{}", b"not json", b"\xff\xfe", b'{"keys": []}', b"[" * 100_000])
def test_what_is_no_issuers_file_is_refused(sign_in: SignIn, borough: Borough, content: bytes) -> None:
    answer = upload(sign_in("learning"), "/passport-issuers/new", content, "issuer.json")
    assert answer.status_code == 422
    assert "Ask for it again" in words(answer)


def test_our_own_file_is_there_for_others_and_is_not_taken_for_somebody_elses(
    app: Flask, anyone: PageClient, sign_in: SignIn, borough: Borough
) -> None:
    published_keys(issuer(app).badge_keys, clock.now())
    ours = anyone.get("/badges/issuer-file")
    assert ours.headers["Content-Disposition"].startswith("attachment")
    answer = upload(sign_in("learning"), "/passport-issuers/new", ours.data, "issuer.json")
    assert "this is our own" in words(answer)
    assert "There is nothing to add." in words(answer)
