"""Training passports handed out, issuers that are trusted, and the whole way by commands."""

import json
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskCliRunner
from sqlalchemy.orm import Session

from courses.certificate.badge_keys import published_keys, signing_key
from courses.certificate.checking import check
from courses.certificate.passport import passport_number, read_passport, token_in
from courses.certificate.record import ENTRY
from courses.certificate.tokens import NotGenuine
from courses.domain import CompletionKey, Evidence
from courses.services import issuers, passports
from courses.services.passports import issue_passport
from courses.store.passports import passports_of, trusted_issuers
from foundation import clock
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from tests.borough import Borough
from tests.integration.courses.passports.elsewhere import (
    Elsewhere,
    forget,
    issuer,
    stamp,
)
from tests.integration.web.staff import adding

# --- issuing


def test_it_lists_all_that_is_in_date_and_says_who_issued_it(
    app: Flask, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Mo", "BRIEF", 20)
        builder.completion("Mo", "BRIEF", 400)
        builder.completion("Mo", "PREV", 5, Evidence.AWAITING)
    with transaction(session):
        made = issue_passport(session, stamp(), issuer(app), borough.ids["Mo"], clock.today())
    assert made.name == "Mo Tester"
    assert made.council == app.config["COUNCIL_NAME"]
    found = [(one.course, one.completed_on) for one in made.entries]
    assert found == [
        ("PREV", borough.today - timedelta(days=100)),
        ("BRIEF", borough.today - timedelta(days=20)),
    ]
    [kept] = passports_of(session, borough.ids["Mo"])
    assert kept.passport == made


def test_where_nothing_is_in_date_there_is_nothing_to_issue(
    app: Flask, session: Session, borough: Borough
) -> None:
    with pytest.raises(DomainError, match="nothing to put into a passport"), transaction(session):
        issue_passport(session, stamp(), issuer(app), borough.ids["Kit"], clock.today())
    assert passports_of(session, borough.ids["Kit"]) == []


def test_both_files_hold_the_same_statement_and_the_pdf_is_signed(
    app: Flask, session: Session, elsewhere: Elsewhere
) -> None:
    number, as_file, as_pdf = elsewhere.passport("Mo")
    keys = published_keys(elsewhere.issuer.badge_keys, clock.now())
    assert read_passport(token_in(as_file), keys)[0] == read_passport(token_in(as_pdf), keys)[0]
    trusted_keys = elsewhere.issuer.keys.published()
    found = check(as_pdf, trusted_keys)
    assert passport_number(found.information[ENTRY]) == number
    with pytest.raises(NotGenuine):
        found.certificate  # noqa: B018 -- asking is what is refused
    changed = bytearray(as_pdf)
    changed[len(as_pdf) // 3] ^= 1
    with pytest.raises(NotGenuine):
        check(bytes(changed), trusted_keys)


def test_a_passport_is_nobody_elses_to_fetch(app: Flask, session: Session, borough: Borough) -> None:
    with transaction(session):
        made = issue_passport(session, stamp(), issuer(app), borough.ids["Mo"], clock.today())
    assert passports.find_own(session, borough.ids["Mo"], made.number).passport == made
    with pytest.raises(NotFound):
        passports.find_own(session, borough.ids["Sam"], made.number)


# --- issuers


def test_our_own_key_is_not_to_be_trusted_as_somebody_elses(
    app: Flask, session: Session, elsewhere: Elsewhere
) -> None:
    own = published_keys(issuer(app).badge_keys, clock.now())
    ours = json.dumps(issuers.own_file(issuer(app), own)).encode()
    with pytest.raises(DomainError, match="own keys"), transaction(session):
        issuers.trust(session, stamp(), issuers.read_offer(session, ours, own))
    assert trusted_issuers(session) == []


def test_an_issuer_is_trusted_once(app: Flask, session: Session, trusted: Elsewhere) -> None:
    own = published_keys(issuer(app).badge_keys, clock.now())
    with pytest.raises(DomainError, match="trusted already"), transaction(session):
        issuers.trust(session, stamp(), issuers.read_offer(session, trusted.file(), own))
    assert [one.name for one in trusted_issuers(session)] == ["Another Borough Council"]


@pytest.mark.parametrize("change", [
    {"name": ""}, {"name": 5}, {"name": "x" * 201}, {"url": "javascript:alert(1)"}, {"url": ""}, {"format": "x"},
    {"keys": []}, {"keys": [{"kty": "oct", "k": "AAAA"}]},
])  # fmt: skip
def test_an_issuers_file_that_is_none_is_refused(
    session: Session, borough: Borough, elsewhere: Elsewhere, change: dict[str, object]
) -> None:
    file = json.dumps({**json.loads(elsewhere.file()), **change}).encode()
    with pytest.raises(DomainError):
        issuers.read_offer(session, file, {})


# --- commands


def test_the_whole_way_by_commands(
    app: Flask, session: Session, borough: Borough, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    handed_out = tmp_path / "passport.json"
    with elsewhere.app.app_context():
        theirs: FlaskCliRunner = elsewhere.app.test_cli_runner()
        printed = theirs.invoke(args=["courses", "issuer-file"])
        made = theirs.invoke(args=["courses", "passport", "--person", "N-Mo", "--output", str(handed_out)])
    assert made.exit_code == 0, made.output
    file = tmp_path / "issuer.json"
    file.write_text(printed.stdout)
    key = CompletionKey(borough.ids["Mo"], "PREV", borough.today - timedelta(days=100))
    forget(session, key)
    session.close()
    ours = app.test_cli_runner()
    refused = ours.invoke(args=["courses", "accept-passport", str(handed_out), "--person", "N-Mo"])
    assert refused.exit_code == 1
    assert "does not trust" in refused.output
    shown = ours.invoke(args=["courses", "trust-issuer", str(file)])
    assert "Fingerprint:" in shown.output
    assert "preview" in shown.output
    assert ours.invoke(args=["courses", "trust-issuer", str(file), "--apply"]).exit_code == 0
    listed = ours.invoke(args=["courses", "issuers", "--format", "json"])
    [row] = json.loads(listed.stdout)["rows"]
    preview = ours.invoke(args=["courses", "accept-passport", str(handed_out), "--person", "N-Mo"])
    assert preview.exit_code == 0, preview.output
    assert "Will be recorded" in preview.output
    done = ours.invoke(args=["courses", "accept-passport", str(handed_out), "--person", "N-Mo", "--apply"])
    assert "1 course was recorded." in done.output
    again = ours.invoke(args=["courses", "accept-passport", str(handed_out), "--person", "N-Mo", "--apply"])
    assert "0 courses were recorded." in again.output
    gone = ours.invoke(args=["courses", "withdraw-issuer", row["fingerprint"], "--reason", "Tests"])
    assert gone.exit_code == 0, gone.output
    assert json.loads(ours.invoke(args=["courses", "issuers", "--format", "json"]).stdout)["rows"] == []
    unknown = ours.invoke(args=["courses", "accept-passport", str(handed_out), "--person", "N-Nobody"])
    assert "There is no person with this reference." in unknown.output


def test_a_badge_is_checked_by_a_command_with_and_without_its_keys(
    app: Flask, session: Session, borough: Borough, elsewhere: Elsewhere, tmp_path: Path
) -> None:
    from courses.certificate.badge import Addresses, badge
    from courses.domain.certificates import Certificate

    said = Certificate(
        "7ZQ4M2K9TC1B6XHD", "Mo Tester", "PREV", "Prevent awareness", "Home Office", date(2026, 1, 1),
        date(2099, 1, 1), "A council", clock.now(), "0" * 64,
    )  # fmt: skip
    _, key = signing_key(elsewhere.issuer.badge_keys, clock.now())
    file, keys = tmp_path / "badge.jwt", tmp_path / "keys.json"
    file.write_text(badge(said, Addresses("https://other.example.gov.uk"), None, key))
    keys.write_text(
        json.dumps({"keys": list(published_keys(elsewhere.issuer.badge_keys, clock.now()).values())})
    )
    session.close()
    runner = app.test_cli_runner()
    genuine = runner.invoke(args=["courses", "verify-badge", str(file), "--keys", str(keys)])
    assert genuine.exit_code == 0, genuine.output
    assert "genuine and in date" in genuine.output
    refused = runner.invoke(args=["courses", "verify-badge", str(file)])
    assert refused.exit_code == 1
    assert "not known here" in refused.output
    file.write_text(file.read_text()[:-4] + "AAAA")
    assert runner.invoke(args=["courses", "verify-badge", str(file), "--keys", str(keys)]).exit_code == 1
