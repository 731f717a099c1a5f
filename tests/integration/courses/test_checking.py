"""Checking evidence from the command line, and sweeping files."""

import json
import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow, StatusSpanRow
from courses import store
from courses.domain import CompletionKey, Concern, Evidence, Purpose, Told
from courses.models import CompletionRow, HeldUploadRow
from courses.services.evidence import decide_evidence, waiting_for_check
from courses.services.holding import StoredFile, find_held, hold, keep
from courses.services.telling import tell
from courses.uploads.keeping import EvidenceFolder
from courses.uploads.words import Said
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.domain import Account
from people.models import AccountRow
from tests.borough import Borough, email_of
from tests.integration.settled import settle

DAY = clock.today() - timedelta(days=4)
Flasks = Callable[..., Result]


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def flask(app: Flask, borough: Borough) -> Flasks:
    def run(*arguments: str) -> Result:
        return app.test_cli_runner().invoke(args=["courses", *arguments])

    return run


@pytest.fixture
def folder(app: Flask) -> EvidenceFolder:
    return EvidenceFolder.in_instance(app.instance_path)


def account_of(session: Session, reader: str) -> Account:
    row = session.scalars(select(AccountRow).where(AccountRow.email == email_of(reader))).one()
    session.rollback()
    return Account(row.id, row.public_id, row.email, row.person_id)


def stamp_of(account: Account) -> Stamp:
    return Stamp(f"account:{account.public_id}", clock.now())


def told(
    session: Session, folder: EvidenceFolder, reader: str = "staff", *, file: bool = True
) -> CompletionKey:
    """Somebody tells us of a course; gives what it is known by."""
    account = account_of(session, reader)
    stored = StoredFile("pdf", 4, "0" * 64, folder.keep(b"file")) if file else None
    with transaction(session):
        stamp = stamp_of(account)
        held_id = hold(
            session,
            stamp,
            account.id,
            Purpose.CERTIFICATE,
            file=stored,
            said=Said(readable=True, days=(DAY,)),
        )
        held = find_held(session, account.id, held_id, Purpose.CERTIFICATE, stamp.at)
        keep(session, stamp, replace(held, told=Told("PREV", DAY, "A trainer", "A 17")))
        tell(session, stamp, account, held_id, clock.today())
    assert account.person_id is not None
    return CompletionKey(account.person_id, "PREV", DAY)


def standing(session: Session, key: CompletionKey) -> CompletionRow:
    session.rollback()
    return session.scalars(
        select(CompletionRow).where(
            CompletionRow.person_id == key.person_id,
            CompletionRow.completed_on == key.completed_on,
            CompletionRow.retracted_at.is_(None),
        )
    ).one()


def decide(
    session: Session, key: CompletionKey, decision: Evidence, reason: str = "", reader: str = ""
) -> None:
    with transaction(session):
        stamp = Stamp("command:checker", clock.now())
        decide_evidence(
            session, stamp_of(account_in(session, reader)) if reader else stamp, key, decision, reason
        )


def account_in(session: Session, reader: str) -> Account:
    row = session.scalars(select(AccountRow).where(AccountRow.email == email_of(reader))).one()
    return Account(row.id, row.public_id, row.email, row.person_id)


def test_what_waits_is_listed_with_what_makes_one_wonder(
    flask: Flasks, session: Session, folder: EvidenceFolder
) -> None:
    told(session, folder)
    told(session, folder, "manager", file=False)
    answer = flask("check-evidence", "--list", "--format", "json")
    rows = {row["person_ref"]: row for row in json.loads(answer.stdout)["rows"]}
    assert rows.keys() == {"N-Sam", "N-Mo", "N-Ash"}
    assert (
        rows["N-Sam"]["concerns"]
        == "the name was not found in the file; the course was not found in the file"
    )
    assert str(folder.path) in rows["N-Sam"]["files"]
    assert rows["N-Sam"]["source"] == "Told by the person"
    assert rows["N-Sam"]["waiting_since"] == clock.today().isoformat()
    assert rows["N-Mo"]["concerns"] == "no file"
    assert rows["N-Ash"]["concerns"] == "", "another system reported it, and sends no files"
    assert "3 completions wait for a check" in flask("check-evidence", "--list").stdout


def test_accepted_evidence_counts_from_then_on(
    flask: Flasks, session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    key = told(session, folder)
    before = standing(session, key)
    answer = flask("check-evidence", "--accept", str(before.id))
    assert answer.exit_code == 0, answer.output
    after = standing(session, key)
    assert (after.evidence, after.source, after.provider, after.reference) == (
        "verified",
        "self",
        "A trainer",
        "A 17",
    )
    assert after.id != before.id
    status = flask_status(session, borough)
    assert status == "compliant"
    rows = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "evidence.accepted")).all()
    assert [row.subject for row in rows] == [f"person:{borough.people['Sam']}"]


def flask_status(session: Session, borough: Borough) -> str:
    query = (
        select(StatusSpanRow.status)
        .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
        .where(
            StatusSpanRow.person_id == borough.ids["Sam"],
            RequirementRow.code == "AWARE",
            StatusSpanRow.first_day <= borough.today,
            StatusSpanRow.last_day >= borough.today,
        )
    )
    return session.scalars(query).one()


def test_rejected_evidence_keeps_its_reason_and_counts_for_nothing(
    flask: Flasks, session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    key = told(session, folder)
    before = standing(session, key).id
    answer = flask("check-evidence", "--reject", str(before), "--reason", "The name is\nanother's")
    assert answer.exit_code == 0
    assert standing(session, key).evidence == "rejected"
    gone = session.get_one(CompletionRow, before)
    assert gone.retracted_reason == "The name is another's"
    assert flask_status(session, borough) == "expired"
    assert "another" not in str([row.details for row in session.scalars(select(AuditEventRow))])


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--reject", "ID"), "Give a reason"),
        (("--reject", "ID", "--reason", "x" * 201), "more than 200 characters"),
        (("--accept", "999999"), "There is no completion 999999 on record. Look it up with --list."),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    arguments: tuple[str, ...], message: str, flask: Flasks, session: Session, folder: EvidenceFolder
) -> None:
    key = told(session, folder)
    number = str(standing(session, key).id)
    answer = flask("check-evidence", *(number if word == "ID" else word for word in arguments))
    assert answer.exit_code == 1
    assert message in answer.stderr
    assert standing(session, key).evidence == "awaiting"


@pytest.mark.parametrize("arguments", [(), ("--list", "--accept", "1"), ("--accept", "1", "--reject", "1")])
def test_one_thing_is_asked_at_a_time(arguments: tuple[str, ...], flask: Flasks) -> None:
    answer = flask("check-evidence", *arguments)
    assert answer.exit_code == 2
    assert "Give one of --list, --accept ID and --reject ID." in answer.stderr


def test_a_record_that_was_decided_is_closed(
    session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    """E29."""
    key = told(session, folder)
    decide(session, key, Evidence.VERIFIED)
    with pytest.raises(DomainError, match="This record is closed"):
        decide(session, key, Evidence.REJECTED, "late")
    with pytest.raises(NotFound):
        decide(session, CompletionKey(key.person_id, "BRIEF", DAY), Evidence.VERIFIED)
    with pytest.raises(ValueError, match="no decision"):
        decide(session, key, Evidence.TRUSTED)


def test_nobody_checks_their_own_training(session: Session, folder: EvidenceFolder, borough: Borough) -> None:
    """Rule 1 of the matrix; also where a command or another system recorded it."""
    own = told(session, folder, "learning")
    for decision in (Evidence.VERIFIED, Evidence.REJECTED):
        with pytest.raises(DomainError, match="You cannot check your own training"):
            decide(session, own, decision, "why", reader="learning")
    decide(session, told(session, folder), Evidence.VERIFIED, reader="learning")


def test_nobody_checks_what_they_sent_in_for_others(
    session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    key = told(session, folder)
    with transaction(session):
        sender = account_in(session, "manager")
        before = store.on_record(session, "PREV", DAY, [key.person_id])[key.person_id]
        store.retract_completion(session, stamp_of(sender), before, "as a register")
        store.record_completion(
            session, stamp_of(sender), key, Evidence.AWAITING, provider="", reference="", source="register"
        )
    with pytest.raises(DomainError, match="You cannot check what you sent in yourself"):
        decide(session, key, Evidence.VERIFIED, reader="manager")
    decide(session, key, Evidence.VERIFIED, reader="coordinator")


def test_what_was_rejected_may_be_sent_again_and_says_so(
    session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    key = told(session, folder)
    decide(session, key, Evidence.REJECTED, "blurred")
    told(session, folder)
    assert standing(session, key).evidence == "awaiting"
    (one,) = [one for one in waiting_for_check(session) if one.completion.person_id == key.person_id]
    assert len(one.files) == 1, "the file that was rejected went with its completion"
    assert Concern.REJECTED_BEFORE in one.concerns


def test_forms_and_files_that_nobody_sent_are_swept(
    flask: Flasks, session: Session, folder: EvidenceFolder, borough: Borough
) -> None:
    told(session, folder)
    account = account_of(session, "staff")
    orphan, fresh = folder.keep(b"orphan"), ""
    with transaction(session):
        held = StoredFile("pdf", 4, "1" * 64, folder.keep(b"held"))
        hold(session, stamp_of(account), account.id, Purpose.CERTIFICATE, file=held)
    Path(folder.path, ".part-left").write_bytes(b"half")
    before = time.time() - 25 * 60 * 60
    for path in folder.path.iterdir():
        os.utime(path, (before, before))
    fresh = folder.keep(b"fresh orphan")
    assert flask("sweep-evidence").stdout == "0 forms and 2 files deleted.\n"
    kept = {path.name for path in folder.path.iterdir()}
    assert {fresh, held.stored_as} <= kept
    assert orphan not in kept
    with transaction(session):
        for row in session.scalars(select(HeldUploadRow)):
            row.held_at = clock.now() - timedelta(hours=25)
    assert flask("sweep-evidence").stdout == "2 forms and 1 file deleted.\n"
    kept = {path.name for path in folder.path.iterdir()}
    assert len(kept) == 2, "the file of the evidence, and the fresh one"
    assert flask("sweep-evidence").stdout == "0 forms and 0 files deleted.\n"


def test_a_sweep_before_the_first_file_finds_nothing(flask: Flasks) -> None:
    assert flask("sweep-evidence").stdout == "0 forms and 0 files deleted.\n"
    db.session.remove()
