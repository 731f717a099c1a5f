"""The list of what waits for a check: its order, its words, its filters, whose it is."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from courses.domain import Evidence
from foundation.db import db
from tests.borough import COUNCIL, PARTNER, Borough
from tests.integration.web.checking import (
    QUEUE,
    names_listed,
    register,
    told,
)
from tests.integration.web.staff import adding
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


def test_the_longest_waiting_comes_first_whoever_it_is(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    told(app, session, "manager")
    told(app, session, "staff")
    with adding(session, borough, datetime(2020, 1, 2, tzinfo=UTC)) as builder:
        builder.completion("Kit", "PREV", 5, Evidence.AWAITING)
    page = sign_in("learning").page(QUEUE)
    assert names_listed(page) == ["Kit", "Ash", "Mo", "Sam"]
    assert "2 January 2020" in text_of(page.select("#evidence tbody tr")[0])


def test_the_list_says_how_each_came_and_what_makes_one_wonder(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    told(app, session, "manager", content=None)
    register(app, session, borough, "manager", "Sam")
    rows = [text_of(row) for row in sign_in("learning").page(QUEUE).select("#evidence tbody tr")]
    ash, mo, sam = rows
    assert "Imported: tests" in ash, "another system reported it, and sends no files"
    assert "Told by the person no file" in mo
    assert "Signed register" in sam
    assert "file" not in sam


@pytest.mark.parametrize(
    "query, expected",
    [
        ({"came": "self"}, ["Sam"]),
        ({"came": "register"}, ["Ola", "Two"]),
        ({"came": "import"}, ["Ash", "Pip"]),
        ({"organisation": PARTNER}, ["Pip"]),
        ({"organisation": COUNCIL, "came": "import"}, ["Ash"]),
        ({"concerns": "yes"}, ["Sam"]),
    ],
)
def test_filters_narrow_the_list_and_its_file_alike(
    query: dict[str, str],
    expected: list[str],
    sign_in: SignIn,
    app: Flask,
    session: Session,
    borough: Borough,
) -> None:
    told(app, session, "staff")
    register(app, session, borough, "manager", "Ola", "Two")
    with adding(session, borough) as builder:
        builder.completion("Pip", "PREV", 5, Evidence.AWAITING)
    client = sign_in("learning")
    options = {
        option.get_text(): str(option["value"])
        for option in client.page(QUEUE).select("#organisation option")
    }
    wanted = {name: options.get(value, value) for name, value in query.items()}
    assert names_listed(client.page(QUEUE, wanted)) == expected
    lines = client.get(f"{QUEUE}.csv", query_string=wanted).get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[1].split()[0] for line in lines[1:]] == expected


def test_each_sees_the_part_that_is_theirs(sign_in: SignIn, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        builder.completion("Pip", "PREV", 5, Evidence.AWAITING)
    for reader in ("learning", "coordinator", "auditor"):
        assert set(names_listed(sign_in(reader).page(QUEUE))) == {"Ash", "Pip"}
    assert names_listed(sign_in("partner").page(QUEUE)) == ["Pip"]
    assert sign_in("manager").get(QUEUE).status_code == 403


@pytest.mark.parametrize("query", [{"came": "x"}, {"organisation": "0" * 32}, {"course": "PREV"}])
def test_a_filter_that_is_no_choice_finds_nothing(query: dict[str, str], sign_in: SignIn) -> None:
    assert sign_in("learning").get(QUEUE, query_string=query).status_code == 404


def test_a_longer_list_asks_no_more_of_the_database(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")

    def asked() -> int:
        seen: list[str] = []
        with client.application.app_context():
            engine = db.engine
        listener = lambda *arguments: seen.append(str(arguments[2]))  # noqa: E731 -- removed again below
        event.listen(engine, "before_cursor_execute", listener)
        client.page(QUEUE)
        event.remove(engine, "before_cursor_execute", listener)
        return len(seen)

    before = asked()
    with adding(session, borough) as builder:
        for number, name in enumerate(("Sam", "Ola", "Kit", "Uma", "Vic", "Bo", "Cy", "Pia", "Per")):
            builder.completion(name, "PREV", 20 + number, Evidence.AWAITING)
    assert asked() == before
