"""Who must sign in in two steps (promise S10)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.facts import recorded
from people.models import PostSpellRow
from tests.borough import PASSWORD, Borough, Builder
from tests.integration.web.second_step.looks import (
    FIGURES,
    REMOVE,
    Holder,
    is_inside,
)
from tests.pages import PageClient
from tests.telephone import CODE, CODES, SET_UP, Hands, Telephone, set_up

SignIn = Callable[[str], PageClient]
SEE_OTHERS = ["manager", "learning", "coordinator", "auditor", "partner"]


@pytest.mark.usefixtures("required")
@pytest.mark.parametrize("reader", SEE_OTHERS)
def test_on_a_password_alone_nobody_who_sees_others_reaches_a_page(
    reader: str, sign_in: SignIn, app: Flask, borough: Borough, hands: Hands
) -> None:
    client = sign_in(reader)
    token = client.page(SET_UP).select_one("main input[name=csrf_token]")
    assert token is not None
    closed = []
    for rule in app.url_map.iter_rules():
        mark = getattr(app.view_functions[rule.endpoint], "open_to", "")
        if rule.endpoint == "static" or mark in ("public", "first_step"):
            continue
        address = rule.rule
        for name in rule.arguments:
            address = address.replace(f"<int:{name}>", "1").replace(f"<path:{name}>", "PREV")
            address = address.replace(f"<{name}>", borough.people["Sam"])
        assert "<" not in address
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}:
            answer = client.open(address, method=method, data={"csrf_token": str(token["value"])})
            assert answer.status_code == 302, (method, address)
            assert answer.headers["Location"].startswith(SET_UP), (method, address)
            assert b"Tester" not in answer.data
            closed.append(rule.endpoint)
    assert {"compliance.figures", "compliance.person", "compliance.people_csv"} <= set(closed)
    telephone, _ = set_up(client, hands)
    assert is_inside(client)
    again = sign_in(reader)
    assert not is_inside(again)
    assert again.send(CODE, code=telephone.code()).status_code == 302
    assert is_inside(again)


@pytest.mark.usefixtures("required")
def test_staff_who_see_nobody_else_are_not_asked(sign_in: SignIn) -> None:
    assert is_inside(sign_in("staff"))


@pytest.mark.usefixtures("required")
def test_whoever_must_set_up_comes_to_the_page_that_was_asked_for_in_the_end(
    sign_in: SignIn, hands: Hands
) -> None:
    client = sign_in("manager")
    address = client.get("/figures?by=unit").headers["Location"]
    address = client.send(address, password=PASSWORD).headers["Location"]
    key = client.page(address).select_one(".app-key")
    assert key is not None
    code = Telephone(key.get_text().replace(" ", ""), hands).code()
    address = client.send(address, code=code).headers["Location"]
    assert address.startswith(CODES)
    assert client.send(address).headers["Location"] == "/figures?by=unit"


@pytest.mark.usefixtures("required")
def test_a_manager_of_this_morning_is_asked_with_the_next_page(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    assert is_inside(client)
    become_manager(session, borough)
    assert client.get(FIGURES).headers["Location"] == f"{SET_UP}?next=/figures"


def become_manager(session: Session, borough: Borough) -> None:
    """From today on Uma's post names Sam as its manager."""
    builder = Builder(session, borough.today)
    with transaction(session):
        spell = session.scalars(
            select(PostSpellRow).where(PostSpellRow.person_id == borough.ids["Uma"])
        ).one()
        session.add(
            PostSpellRow(
                person_id=spell.person_id,
                post_ref="P-second",
                unit_id=spell.unit_id,
                job_title="Officer",
                manager_ref="N-Sam",
                roles="",
                first_day=borough.today,
                last_day=spell.last_day,
                **recorded(builder.stamp),
            )
        )


@pytest.mark.usefixtures("required")
def test_whoever_turned_it_off_as_staff_is_asked_again_as_a_manager(
    staff: Holder, session: Session, borough: Borough
) -> None:
    client = staff[0]
    assert client.send(REMOVE, password=PASSWORD).status_code == 302
    assert is_inside(client)
    become_manager(session, borough)
    assert client.get(FIGURES).headers["Location"] == f"{SET_UP}?next=/figures"
