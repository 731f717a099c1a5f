"""Inviting by command: one account, or everybody who has none yet."""

import re
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.facts import recorded, retract
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.cli import inviting
from people.models import AccountLinkRow, AccountRow, PermissionRow, PersonDetailRow
from people.services import accounts
from people.services.inviting import everyone_to_invite
from people.services.links import find_link
from tests.borough import PARTNER, Borough, email_of
from tests.integration.imports.desk import Shell, everything
from tests.integration.settled import settle

LINK = re.compile(r"http://localhost/set-password/(\S+)")
# Who has a running post and no account in the borough, in order of reference.
STARTERS = ["Ash", "Bo", "Cy", "Dana", "Kit", "Ola", "Pam", "Pat", "Per", "Pia", "Pip", "Pol", "Two", "Vic"]


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def shell(app: Flask, tmp_path: Path, borough: Borough) -> Shell:
    return Shell(app, tmp_path)


def mails(session: Session) -> list[tuple[str, str, str]]:
    session.rollback()
    rows = session.scalars(select(OutgoingMessageRow).order_by(OutgoingMessageRow.id))
    return [(row.kind, row.address, row.state) for row in rows]


def new_email(session: Session, borough: Borough, name: str, email: str | None) -> None:
    stamp = Stamp("command:tests", clock.now())
    with transaction(session):
        row = session.scalars(
            select(PersonDetailRow).where(PersonDetailRow.person_id == borough.ids[name])
        ).one()
        retract(session, PersonDetailRow, [row.id], stamp, "tests")
        session.add(
            PersonDetailRow(
                person_id=row.person_id,
                first_name=name,
                last_name="Tester",
                email=email,
                category="employee",
                **recorded(stamp),
            )
        )


def test_an_invitation_makes_an_account_that_opens_nothing_until_its_owner_sets_a_password(
    shell: Shell, session: Session
) -> None:
    result = shell.run("people", "invite", "--email", " New@Council.Example ", "--permission", "learning")
    assert result.exit_code == 0, result.stderr
    assert result.stdout.startswith("new@council.example can set a password until ")
    token = LINK.findall(result.stdout)[0]
    assert mails(session) == [("invitation", "new@council.example", "waiting")]
    body = session.scalars(select(OutgoingMessageRow.body)).one()
    assert LINK.findall(body) == [token]
    link = find_link(session, token, clock.now(), clock.today())
    assert link is not None
    assert link.account.sees_everybody
    assert accounts.check_password(session, "new@council.example", "", clock.today()).account is None
    assert "new@council.example" not in result.stderr


def test_permissions_and_person_are_those_that_were_said(
    shell: Shell, session: Session, borough: Borough
) -> None:
    said = ("--person", "N-Kit", "--permission", "partner_lead", "--organisation", PARTNER)
    answer = shell.json("people", "invite", "--email", "kit@council.example", *said)
    assert sorted(answer) == ["email", "expires_at", "link"]
    account = session.scalars(select(AccountRow).where(AccountRow.email == "kit@council.example")).one()
    assert account.person_id == borough.ids["Kit"]
    held = session.scalars(select(PermissionRow).where(PermissionRow.account_id == account.id)).one()
    assert held.organisation_id == borough.organisations[PARTNER]


def test_inviting_again_makes_a_new_link_that_takes_the_place_of_the_old(
    shell: Shell, session: Session
) -> None:
    first, second = (
        LINK.findall(shell.run("people", "invite", "--email", "new@council.example").stdout)[0]
        for _ in range(2)
    )
    assert find_link(session, first, clock.now(), clock.today()) is None
    assert find_link(session, second, clock.now(), clock.today()) is not None
    assert [state for _, _, state in mails(session)] == ["superseded", "waiting"]


@pytest.mark.parametrize(
    "arguments, message",
    [
        (("--email", email_of("staff")), "already has an account with a password"),
        (("--email", "nobody"), "not an email address"),
        (("--email", "new@council.example", "--person", "N-Nobody"), "no person"),
        (
            ("--email", "new@council.example", "--permission", "partner_lead"),
            "partner lead needs an organisation",
        ),
        (("--email", "new@council.example", "--organisation", "Nowhere"), 'no organisation "Nowhere"'),
        (
            ("--email", "new@council.example", "--permission", "auditor", "--permission", "learning"),
            "auditor cannot hold another",
        ),
    ],
)
def test_what_may_not_be_is_refused_and_nothing_is_sent(
    shell: Shell, session: Session, arguments: tuple[str, ...], message: str
) -> None:
    before = everything(session)
    result = shell.run("people", "invite", *arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert everything(session) == before


def test_an_invitation_changes_no_account(shell: Shell, session: Session) -> None:
    shell.run("people", "invite", "--email", "new@council.example")
    result = shell.run("people", "invite", "--email", "new@council.example", "--permission", "learning")
    assert result.exit_code == 1
    assert "was invited already" in result.stderr
    with transaction(session):
        accounts.disable_account(session, Stamp("command:tests", clock.now()), "new@council.example")
    result = shell.run("people", "invite", "--email", "new@council.example")
    assert result.exit_code == 1
    assert "is disabled" in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("--everyone", "--email", "a@b.example"),
        ("--everyone", "--permission", "learning"),
        ("--person", "N-Kit"),
    ],
)
def test_wrong_use_is_said_to_be_that(shell: Shell, arguments: tuple[str, ...]) -> None:
    assert shell.run("people", "invite", *arguments).exit_code == 2


# --- everybody


def test_a_preview_says_how_many_and_who_cannot_be_reached_and_changes_nothing(
    shell: Shell, session: Session, borough: Borough
) -> None:
    new_email(session, borough, "Ash", None)
    new_email(session, borough, "Bo", "depot@council.example")
    new_email(session, borough, "Cy", "depot@council.example")
    new_email(session, borough, "Dana", email_of("auditor"))
    before = everything(session)
    result = shell.run("people", "invite", "--everyone")
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        f"To invite: {len(STARTERS) - 4}",
        "With an account already: 4",
        "Cannot be reached, no email address: 1",
        "Cannot be reached, share an email address: 2",
        "",
        "Who cannot be reached",
        "person_ref  why",
        "N-Ash       no email address",
        "N-Bo        shares an email address",
        "N-Cy        shares an email address",
    ]
    assert "This was a preview: nothing was changed. Say --apply to do it." in result.stderr
    assert everything(session) == before


def test_everybody_with_a_running_post_and_no_account_is_invited_once(
    shell: Shell, session: Session, borough: Borough, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inviting, "AT_ONCE", 5)
    answer = shell.json("people", "invite", "--everyone", "--apply")
    assert answer == {
        "to_invite": len(STARTERS),
        "invited": len(STARTERS),
        "with_account": 3,
        "no_email": 0,
        "shared_email": 0,
        "rows": [],
        "applied": True,
    }
    assert mails(session) == [
        ("invitation", f"{name.lower()}@council.example", "waiting") for name in STARTERS
    ]
    of_person = dict(session.execute(select(AccountRow.email, AccountRow.person_id)).all())
    assert all(of_person[f"{name.lower()}@council.example"] == borough.ids[name] for name in STARTERS)
    assert (
        session.scalars(
            select(PermissionRow.account_id)
            .join(AccountRow, AccountRow.id == PermissionRow.account_id)
            .where(AccountRow.password_hash == "")
        ).all()
        == []
    )
    before = everything(session)
    again = shell.json("people", "invite", "--everyone", "--apply")
    assert (again["to_invite"], again["invited"], again["with_account"]) == (0, 0, len(STARTERS) + 3)
    assert everything(session) == before


def test_no_link_of_everybodys_is_printed(shell: Shell) -> None:
    for form in ("table", "csv", "json"):
        result = shell.run("people", "invite", "--everyone", "--apply", "--format", form)
        assert "set-password" not in result.stdout + result.stderr


def test_whoever_got_an_account_meanwhile_is_left_alone(
    shell: Shell, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = everyone_to_invite(session, clock.today())
    session.rollback()
    shell.run("people", "invite", "--email", "ash@council.example")
    shell.run("people", "invite", "--email", "other@council.example", "--person", "N-Bo")
    monkeypatch.setattr(inviting, "everyone_to_invite", lambda *_: found)
    answer = shell.json("people", "invite", "--everyone", "--apply")
    assert answer["invited"] == len(STARTERS) - 2


def test_every_invitation_is_in_the_audit_trail_without_an_address(
    shell: Shell, session: Session, app: Flask
) -> None:
    shell.run("people", "invite", "--email", "new@council.example")
    db.session.remove()
    rows = session.scalars(select(AuditEventRow).order_by(AuditEventRow.id.desc()).limit(2)).all()
    assert [row.event for row in reversed(rows)] == ["account.created", "link.made"]
    assert all("council.example" not in f"{row.subject}{row.details}{row.actor}" for row in rows)
    assert session.scalars(select(AccountLinkRow.made_by)).one().startswith("command:")
