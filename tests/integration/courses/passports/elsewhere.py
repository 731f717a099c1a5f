"""Another installation: a service with its own instance folder, keys and database, and what it hands out."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from courses import store
from courses.certificate.badge_keys import published_keys, signing_key
from courses.certificate.issuer import Issuer, issuer_of
from courses.certificate.passport import as_json, statement
from courses.domain import CompletionKey
from courses.domain.passports import Entry, Fate, Passport
from courses.models import CompletionRow
from courses.services import issuers, passports
from courses.services.passports import accept_passport, issue_passport
from courses.store.passports import find_passport
from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from tests.borough import Borough


def issuer(app: Flask) -> Issuer:
    return issuer_of(app.config, app.instance_path)


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


class Elsewhere:
    """The other installation, asked in a context of its own."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.council = "Another Borough Council"

    @property
    def issuer(self) -> Issuer:
        return replace(issuer(self.app), council=self.council, base_url="https://other.example.gov.uk")

    def file(self) -> bytes:
        keys = published_keys(self.issuer.badge_keys, clock.now())
        return json.dumps(issuers.own_file(self.issuer, keys)).encode()

    def passport(self, name: str) -> tuple[str, bytes, bytes]:
        """A passport of somebody there: its number, and both of its files."""
        with self.app.app_context():
            session = db.session()
            person_id = store.person_of_ref(session, f"N-{name}")
            assert person_id is not None
            with transaction(session):
                made = issue_passport(session, stamp(), self.issuer, person_id, clock.today())
            issued = find_passport(session, made.number)
            assert issued is not None
            found = (
                made.number,
                passports.json_of(self.issuer, issued).encode(),
                passports.pdf_of(self.issuer, issued, clock.now()),
            )
            db.session.remove()
        return found

    def signed(self, *entries: Entry, name: str = "Sam Tester", number: str = "7ZQ4M2K9TC1B6XHD") -> bytes:
        """A passport that says what the test wants, signed as the other service would."""
        _, key = signing_key(self.issuer.badge_keys, clock.now())
        said = Passport(
            number,
            name,
            self.council,
            "https://other.example.gov.uk",
            clock.now().replace(microsecond=0),
            entries,
        )
        return as_json(statement(said, key)).encode()


def accept(session: Session, borough: Borough, content: bytes, name: str = "Sam", **how: Any) -> list[Fate]:
    with transaction(session):
        person_id = borough.ids[name]
        looked = accept_passport(session, stamp(), content, person_id, clock.today(), **how)
    return [one.fate for one in looked.judged]


def prev(borough: Borough, days: int = 30, course: str = "PREV") -> Entry:
    return Entry(course, "Prevent awareness", "Somebody", borough.today - timedelta(days=days), None)


def count(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count(CompletionRow.id))) or 0


def forget(session: Session, key: CompletionKey) -> None:
    """Take a completion back as a batch does: that does not stand in the way of its coming again."""
    with transaction(session):
        before = store.on_record(session, key.course, key.completed_on, [key.person_id])[key.person_id]
        of_batch = Stamp("command:tests", clock.now(), batch_id=1)
        store.retract_completion(session, of_batch, before, "tests")
