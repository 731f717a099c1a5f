"""What tests of checking evidence do: people tell us of training, registers come in, pages of the check are read."""

from dataclasses import replace
from datetime import timedelta

from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import CompletionKey, Concern, Evidence, Purpose, Source, Told
from courses.models import CompletionRow, CourseRow
from courses.services.evidence_queue import key_of
from courses.services.holding import Held, StoredFile, find_held, hold, keep
from courses.services.telling import record_told, tell
from courses.store import course_ids, courses_on
from courses.uploads.keeping import EvidenceFolder
from courses.uploads.words import Said
from foundation import clock
from foundation.db import transaction
from foundation.stamp import Stamp
from people.domain import Account
from people.models import AccountRow
from tests.borough import Borough, email_of
from tests.pages import PageClient

QUEUE = "/evidence/to-check"


def account_of(session: Session, reader: str) -> Account:
    """The account with which a reader signs in."""
    row = session.scalars(select(AccountRow).where(AccountRow.email == email_of(reader))).one()
    return Account(row.id, row.public_id, row.email, row.person_id)


def _held(
    app: Flask,
    session: Session,
    account: Account,
    purpose: Purpose,
    stamp: Stamp,
    content: bytes | None,
    kind: str,
    told: Told,
) -> Held:
    folder = EvidenceFolder.in_instance(app.instance_path)
    file = None
    if content is not None:
        sha256 = str(hash(content) % 10**12).zfill(64)
        file = StoredFile(kind, len(content), sha256, folder.keep(content))
    held_id = hold(session, stamp, account.id, purpose, file=file, said=Said(readable=True))
    held = replace(find_held(session, account.id, held_id, purpose, stamp.at), told=told)
    keep(session, stamp, held)
    return held


def told(
    app: Flask,
    session: Session,
    reader: str = "staff",
    *,
    days: int = 4,
    course: str = "PREV",
    content: bytes | None = b"%PDF-1.4 a file",
    kind: str = "pdf",
) -> CompletionKey:
    """Somebody tells us of a course; gives what it is known by."""
    day = clock.today() - timedelta(days=days)
    with transaction(session):
        account = account_of(session, reader)
        stamp = Stamp(f"account:{account.public_id}", clock.now())
        said = Told(course, day, "A trainer", "A 17")
        held = _held(app, session, account, Purpose.CERTIFICATE, stamp, content, kind, said)
        tell(session, stamp, account, held.public_id, clock.today())
    session.rollback()
    assert account.person_id is not None
    return CompletionKey(account.person_id, course, day)


def register(
    app: Flask, session: Session, borough: Borough, reader: str, *names: str, days: int = 5
) -> dict[str, CompletionKey]:
    """A signed register with these people, recorded by a reader."""
    day = clock.today() - timedelta(days=days)
    with transaction(session):
        account = account_of(session, reader)
        stamp = Stamp(f"account:{account.public_id}", clock.now())
        said = Told("BRIEF", day)
        held = _held(app, session, account, Purpose.REGISTER, stamp, b"%PDF-1.4 signed", "pdf", said)
        course = next(one for one in courses_on(session, clock.today()) if one.code == "BRIEF")
        for name in names:
            concerns: list[Concern] = []
            record_told(session, stamp, held, borough.ids[name], course, Source.REGISTER, concerns)
    session.rollback()
    return {name: CompletionKey(borough.ids[name], "BRIEF", day) for name in names}


def address_of(session: Session, borough: Borough, key: CompletionKey) -> str:
    """The page on which a completion is checked."""
    name = next(name for name, person_id in borough.ids.items() if person_id == key.person_id)
    text = key_of(borough.people[name], course_ids(session)[key.course], key.completed_on)
    session.rollback()
    return f"/evidence/check/{text}"


def evidence_now(session: Session, key: CompletionKey) -> str:
    """What the record says of the evidence by now."""
    session.rollback()
    query = (
        select(CompletionRow.evidence)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == key.person_id,
            CourseRow.code == key.course,
            CompletionRow.completed_on == key.completed_on,
            CompletionRow.retracted_at.is_(None),
        )
    )
    found = session.scalars(query).one()
    session.rollback()
    return found


def names_listed(page: BeautifulSoup) -> list[str]:
    """The first names of the list, in order."""
    return [link.get_text().split()[0] for link in page.select("#evidence tbody th a")]


def form_of(client: PageClient, address: str) -> dict[str, str]:
    """What the form of the page hides: a form that was opened before somebody else decided."""
    return {
        str(one["name"]): str(one["value"])
        for one in client.page(address).select("#decide input[type=hidden]")
    }


ACCEPTED, REJECTED = Evidence.VERIFIED.value, Evidence.REJECTED.value
