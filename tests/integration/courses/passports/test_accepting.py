"""A training passport of another installation, handed in here: what is recorded, and what is refused."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import store
from courses.certificate.badge_keys import published_keys, signing_key
from courses.certificate.passport import as_json, statement
from courses.domain import CompletionKey, Evidence
from courses.domain.passports import Entry, Fate, Passport
from courses.services import issuers
from courses.services.passports import look_at
from courses.store.passports import trusted_issuers
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from tests.borough import Borough
from tests.integration.courses.passports.elsewhere import (
    Elsewhere,
    accept,
    count,
    forget,
    issuer,
    prev,
    stamp,
)
from tests.integration.web.staff import adding

# --- accepting


@pytest.mark.parametrize("form", ["json", "pdf"])
def test_what_one_hands_out_the_other_takes_over_as_verified(
    session: Session, borough: Borough, trusted: Elsewhere, form: str
) -> None:
    """Dana completed the course at both: here it is taken back first, as if it had been there alone."""
    number, as_file, as_pdf = trusted.passport("Dana")
    key = CompletionKey(borough.ids["Dana"], "PREV", borough.today - timedelta(days=100))
    forget(session, key)
    content = as_file if form == "json" else as_pdf
    assert accept(session, borough, content, "Dana") == [Fate.NEW]
    found = store.on_record(session, key.course, key.completed_on, [key.person_id])[key.person_id]
    assert (found.evidence, found.source, found.reference, found.provider) == (
        Evidence.VERIFIED,
        "passport",
        number,
        "Home Office",
    )


def test_it_changes_how_the_person_stands_from_the_day_of_the_training(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    from compliance.services.lists import Lists

    def status() -> str:
        spans = Lists(session).of_person(borough.ids["Sam"], borough.today)["AWARE"]
        session.rollback()
        return spans[0].status.value

    before = status()
    accept(session, borough, trusted.signed(prev(borough, 10)))
    assert (before, status()) != (before, before)


def test_handed_in_again_it_records_nothing_more(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    content = trusted.signed(prev(borough))
    assert accept(session, borough, content) == [Fate.NEW]
    there = count(session)
    assert accept(session, borough, content) == [Fate.KNOWN]
    assert count(session) == there


def test_what_waited_for_a_check_is_checked_by_it(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    content = trusted.signed(prev(borough, 10), name="Ash Tester")
    assert accept(session, borough, content, "Ash") == [Fate.PROVED]
    day = borough.today - timedelta(days=10)
    found = store.on_record(session, "PREV", day, [borough.ids["Ash"]])[borough.ids["Ash"]]
    assert found.evidence == Evidence.VERIFIED


def test_what_somebody_took_back_or_did_not_accept_does_not_come_back_with_a_file(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Sam", "PREV", 40, Evidence.REJECTED)
        builder.completion("Sam", "PREV", 50)
    with transaction(session):
        day = borough.today - timedelta(days=50)
        before = store.on_record(session, "PREV", day, [borough.ids["Sam"]])[borough.ids["Sam"]]
        store.retract_completion(session, stamp(), before, "Another person")
    found = accept(session, borough, trusted.signed(prev(borough, 40), prev(borough, 50), prev(borough, 60)))
    assert found == [Fate.NOT_ACCEPTED, Fate.TAKEN_BACK, Fate.NEW]


def test_courses_that_are_not_known_are_listed_and_never_dropped(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    strange = Entry("X-1", "Something of theirs", "", borough.today - timedelta(days=9), None)
    known = Entry("theirs", "prevent AWARENESS", "", borough.today - timedelta(days=8), None)
    other_letters = Entry("brief", "", "", borough.today - timedelta(days=7), None)
    found = look_at(session, trusted.signed(strange, known, other_letters), borough.ids["Sam"], clock.today())
    assert [(one.fate, one.course) for one in found.judged] == [
        (Fate.UNKNOWN_COURSE, ""),
        (Fate.NEW, "PREV"),
        (Fate.NEW, "BRIEF"),
    ]


def test_two_entries_that_are_one_completion_here_are_recorded_once(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    found = accept(session, borough, trusted.signed(prev(borough), prev(borough, course="prev")))
    assert found == [Fate.NEW, Fate.KNOWN]


@pytest.mark.parametrize("days", [-1, -400, 70 * 366])
def test_a_day_that_cannot_be_is_not_recorded(
    session: Session, borough: Borough, trusted: Elsewhere, days: int
) -> None:
    assert accept(session, borough, trusted.signed(prev(borough, days))) == [Fate.NOT_POSSIBLE]


# --- refused


def test_an_issuer_whom_nobody_trusts_is_refused_in_plain_words(
    session: Session, borough: Borough, elsewhere: Elsewhere
) -> None:
    there = count(session)
    with pytest.raises(DomainError, match="issuer whom this service does not trust"):
        accept(session, borough, elsewhere.signed(prev(borough)))
    assert count(session) == there


def test_an_issuer_who_is_no_longer_trusted_is_refused_and_what_it_proved_stays(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    accept(session, borough, trusted.signed(prev(borough)))
    there = count(session)
    [one] = trusted_issuers(session)
    with transaction(session):
        issuers.withdraw(session, stamp(), one.key_id, "Key stolen")
    with pytest.raises(DomainError, match="does not trust"):
        accept(session, borough, trusted.signed(prev(borough, 5)))
    assert count(session) == there


def test_a_passport_that_names_somebody_else_is_refused(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    content = trusted.signed(prev(borough), name="Somebody Else")
    with pytest.raises(DomainError, match="name in this passport is not the one on your record"):
        accept(session, borough, content)
    for reason in ("", "Married in May"):
        with pytest.raises(DomainError, match="Select why"):
            accept(session, borough, content, may_overrule=True, reason=reason)
    assert accept(session, borough, content, may_overrule=True, reason="name_changed") == [Fate.NEW]
    session.rollback()
    event = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "passport.accepted")).one()
    assert event.subject == f"person:{borough.people['Sam']}"
    assert (event.details["name_differs"], event.details["reason"]) == (True, "name_changed")
    assert "7ZQ4M2K9TC1B6XHD" not in json.dumps(event.details)


def test_another_name_with_the_same_address_is_the_same_person(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    from courses.certificate.passport import mark_of_email

    _, key = signing_key(trusted.issuer.badge_keys, clock.now())
    said = Passport(
        "7ZQ4M2K9TC1B6XHD",
        "Sam Newname",
        trusted.council,
        "https://other.example.gov.uk",
        clock.now().replace(microsecond=0),
        (prev(borough),),
        "salt",
        mark_of_email("sam@council.example", "salt"),
    )
    assert accept(session, borough, as_json(statement(said, key)).encode()) == [Fate.NEW]


def test_a_passport_from_the_future_is_refused(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    _, key = signing_key(trusted.issuer.badge_keys, clock.now())
    at = clock.now().replace(microsecond=0) + timedelta(days=2)
    said = Passport(
        "7ZQ4M2K9TC1B6XHD", "Sam Tester", trusted.council, "https://x.example", at, (prev(borough),)
    )
    there = count(session)
    with pytest.raises(DomainError, match="issued on a day still to come"):
        accept(session, borough, as_json(statement(said, key)).encode())
    assert count(session) == there


def test_one_that_was_accepted_for_somebody_else_is_accepted_for_nobody(
    session: Session, borough: Borough, trusted: Elsewhere
) -> None:
    content = trusted.signed(prev(borough))
    accept(session, borough, content)
    with pytest.raises(DomainError, match="accepted for somebody else already"):
        accept(session, borough, content, "Ola", may_overrule=True, reason="written_differently")


def test_every_forgery_is_refused(session: Session, borough: Borough, trusted: Elsewhere) -> None:
    """A changed entry, another key, no algorithm, the public key as a secret, an own key brought along."""
    import base64
    import hmac
    from hashlib import sha256

    from joserfc.jwk import ECKey

    genuine = json.loads(trusted.signed(prev(borough)))
    there = count(session)

    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()

    def opened(name: str) -> dict[str, Any]:
        text = genuine[name]
        found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        return found

    said = opened("payload")
    entries = [{**one, "completed_on": borough.today.isoformat()} for one in said["entries"]]
    head = opened("protected")
    mine = ECKey.generate_key("P-256")
    [public] = [dict(one.public_key) for one in trusted_issuers(session)]
    hs = part({**head, "alg": "HS256"})
    secret = hmac.new(json.dumps(public).encode(), f"{hs}.{genuine['payload']}".encode(), sha256).digest()
    mark = base64.urlsafe_b64encode(secret).rstrip(b"=").decode()
    by_me = statement(
        Passport("7ZQ4M2K9TC1B6XHD", "Sam Tester", "X", "https://x", clock.now(), (prev(borough),)), mine
    ).split(".")
    forgeries = [
        {**genuine, "payload": part({**said, "entries": entries})},
        {**genuine, "payload": part({**said, "holder": {**said["holder"], "name": "Ola Tester"}})},
        {**genuine, "protected": part({**head, "alg": "none"}), "signature": ""},
        {**genuine, "protected": hs, "signature": mark},
        {**genuine, "protected": part({**head, "jwk": mine.as_dict(private=False)})},
        {"protected": part(head), "payload": by_me[1], "signature": by_me[2]},
        dict(zip(("protected", "payload", "signature"), by_me, strict=True)),
        {**genuine, "signature": genuine["signature"][:-4] + "AAAA"},
    ]
    for forged in forgeries:
        with pytest.raises(DomainError):
            accept(session, borough, json.dumps(forged).encode(), may_overrule=True, reason="identity_seen")
    assert count(session) == there


def test_a_key_that_expired_before_the_passport_was_issued_is_refused(
    app: Flask, session: Session, borough: Borough, elsewhere: Elsewhere
) -> None:
    file = json.loads(elsewhere.file())
    file["keys"][0]["exp"] = int((clock.now() - timedelta(days=1)).timestamp())
    own = published_keys(issuer(app).badge_keys, clock.now())
    with transaction(session):
        issuers.trust(session, stamp(), issuers.read_offer(session, json.dumps(file).encode(), own))
    with pytest.raises(DomainError, match="had expired"):
        accept(session, borough, elsewhere.signed(prev(borough)))
