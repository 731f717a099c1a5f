"""The key of the service, and what is kept of secrets and codes."""

import logging
from collections.abc import Callable
from zlib import decompress

import pytest
from flask import Flask
from itsdangerous import base64_decode
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.db import transaction
from tests.borough import PASSWORD
from tests.integration.web.second_step.looks import (
    Holder,
    account_of,
    is_inside,
    rows_of_everything,
)
from tests.pages import PageClient
from tests.telephone import CODE, CODES, SET_UP, STEP, Hands, begin_set_up, set_up, shown_codes

SignIn = Callable[[str], PageClient]
OTHER_KEY = "another key of the service 0123456789 abcdefghijklmnop"


def test_a_new_key_of_the_service_opens_what_the_old_one_sealed_and_seals_it_anew(
    staff: Holder, sign_in: SignIn, app: Flask, hands: Hands
) -> None:
    _, telephone, _ = staff
    app.config["SECRET_KEY"], old = OTHER_KEY, app.config["SECRET_KEY"]
    app.config["SECRET_KEY_FALLBACKS"] = [old]
    assert sign_in("staff").send(CODE, code=telephone.code()).status_code == 302
    app.config["SECRET_KEY_FALLBACKS"] = []
    hands.forward(STEP)
    assert sign_in("staff").send(CODE, code=telephone.code()).status_code == 302


def test_a_lost_key_of_the_service_is_no_fault_and_no_way_in(
    staff: Holder, sign_in: SignIn, app: Flask, hands: Hands
) -> None:
    _, telephone, codes = staff
    app.config["SECRET_KEY"] = OTHER_KEY
    client = sign_in("staff")
    page = client.page(CODE)
    assert "ask your training team to reset two-step sign-in" in page.get_text()
    assert not page.select("main form")
    token = client.page(f"{CODE}?with=recovery-code").select_one("main input[name=csrf_token]")
    assert token is not None
    answer = client.post(CODE, data={"csrf_token": str(token["value"]), "code": telephone.code()})
    assert answer.status_code == 422
    assert not is_inside(client)
    # A recovery code is a second step of its own, and leads to setting the app up again.
    assert client.send(f"{CODE}?with=recovery-code", recovery_code=codes[0]).status_code == 302
    assert "Set it up again below" in client.page(SET_UP).get_text()
    again, _ = set_up(client, hands)
    assert sign_in("staff").send(CODE, code=again.code()).status_code == 302


def test_the_secret_of_one_account_opens_no_other(sign_in: SignIn, hands: Hands, session: Session) -> None:
    set_up(sign_in("staff"), hands)
    set_up(sign_in("manager"), hands)
    with transaction(session):
        session.execute(
            text(
                "UPDATE second_step SET secret = (SELECT secret FROM second_step WHERE account_id = :own) "
                "WHERE account_id = :other"
            ),
            {"own": account_of(session, "manager").id, "other": account_of(session, "staff").id},
        )
    client = sign_in("staff")
    assert "We cannot read security codes" in client.page(CODE).get_text()
    assert not is_inside(client)


def test_no_secret_stands_in_the_database_the_audit_trail_the_cookie_or_the_logs(
    sign_in: SignIn, hands: Hands, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    client = sign_in("staff")
    telephone = begin_set_up(client, hands)
    pending = client.get_cookie("tracker_session")
    first_code = telephone.code()
    client.send(SET_UP, code=first_code)
    codes = shown_codes(client)
    showing = client.get_cookie("tracker_session")
    client.send(CODES)
    hands.forward(STEP)
    code = telephone.code()
    again = sign_in("staff")
    again.send(CODE, code=code)
    again.send(CODES, password=PASSWORD)
    new_codes = shown_codes(again)
    sign_in("staff").send(f"{CODE}?with=recovery-code", recovery_code=new_codes[0])
    secrets = {telephone.secret, first_code, code, *codes, *new_codes}
    secrets |= {one.replace("-", "") for one in (*codes, *new_codes)}
    kept = rows_of_everything(session)
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert kept
    assert pending is not None
    assert showing is not None
    for secret in secrets:
        assert secret not in logged
        assert secret not in unpacked(pending.value) + unpacked(showing.value)
        if len(secret) > 6:  # six digits may stand in any number
            assert secret not in kept
    trail = session.scalars(select(AuditEventRow).where(AuditEventRow.event.startswith("second_step")))
    for row in trail:
        told = f"{row.subject} {row.details}"
        assert "@" not in told
        assert "Sam" not in told
        assert not any(secret in told for secret in secrets)
    session.rollback()


def unpacked(cookie: str) -> str:
    """What a signed cookie holds, as its owner can read it."""

    payload = cookie.lstrip(".").split(".")[0]
    data = base64_decode(payload)
    return (decompress(data) if cookie.startswith(".") else data).decode()
