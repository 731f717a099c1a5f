"""What accepting would do, on the page where evidence is checked: it is what accepting then does."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from compliance.services.lists import Lists
from compliance.services.record_effect import span_words
from courses.domain import CompletionKey, Evidence
from foundation.formats import long_date
from tests.borough import Borough, rule_book
from tests.integration.web.checking import address_of, register
from tests.integration.web.staff import adding, change_rules
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]

TITLES = {
    "AWARE": "Prevent awareness for everybody",
    "STALLS": "Leaflets and stalls",
    "MEASURE": "Prevent awareness, e-learning alone",
}
MEETS = {"PREV": {"AWARE", "MEASURE"}, "BRIEF": {"AWARE", "STALLS"}}
AHEAD = 1500
"""Days that are looked at one by one: longer than any completion of these tests counts."""

Said = dict[str, list[str]]
"""What is said of each requirement, day by day from today on."""


def said(session: Session, borough: Borough, name: str) -> Said:
    """The record's own timelines, as they stand in the database."""
    session.rollback()
    found = Lists(session).of_person(borough.ids[name])
    session.rollback()
    days = [borough.today + timedelta(days=number) for number in range(AHEAD)]
    return {
        code: [
            span_words(next((one for one in spans if one.first_day <= day <= one.last_day), None))
            for day in days
        ]
        for code, spans in found.items()
    }


def rows(client: PageClient, address: str) -> list[tuple[str, ...]]:
    """The lines of the page: what the requirement is called, how it stands, how it would."""
    page = client.page(address)
    return [tuple(text_of(cell) for cell in row.select("th, td")) for row in page.select("#met tbody tr")]


def done(before: Said, after: Said, course: str, today: date) -> list[tuple[str, ...]]:
    """The lines that the page should have had, now that it is known what happened."""
    found: list[tuple[str, ...]] = []
    for code in sorted(before.keys() | after.keys()):
        was, became = (one.get(code, ["Not required"] * AHEAD) for one in (before, after))
        number = next((n for n in range(AHEAD) if was[n] != became[n]), None)
        if number is not None:
            since = f"From {long_date(today + timedelta(days=number))}: " if number else ""
            found.append((TITLES[code], was[number], since + became[number]))
        elif code in MEETS[course] and was[0] != "Not required":
            found.append((TITLES[code], was[0], "No change"))
    return found


@pytest.mark.parametrize(
    "name, course, days, changes",
    [
        ("Sam", "PREV", 4, 2),  # expired: up to date again, in the duty and in the measure
        ("Sam", "BRIEF", 4, 2),  # a renewal of what lapsed, and the duty of the role
        ("Kit", "PREV", 4, 1),  # not yet due
        ("Kit", "BRIEF", 4, 0),  # for renewal alone, and there is nothing to renew
        ("Ola", "PREV", 4, 2),  # what ends soon goes on
        ("Mo", "PREV", 400, 0),  # older than what counts
        ("Bo", "PREV", 4, 1),  # away: nothing is asked now
        ("Cy", "PREV", 4, 1),  # exempt until a day
        ("Dana", "BRIEF", 4, 0),  # what counts already lasts longer
        ("Vic", "PREV", 729, 0),  # it would end tomorrow, and another lasts longer
    ],
)
def test_what_the_page_says_of_accepting_is_what_accepting_does(
    sign_in: SignIn, session: Session, borough: Borough, name: str, course: str, days: int, changes: int
) -> None:
    with adding(session, borough) as builder:
        builder.completion(name, course, days, Evidence.AWAITING)
    key = CompletionKey(borough.ids[name], course, borough.today - timedelta(days=days))
    client, address = sign_in("learning"), address_of(session, borough, key)
    before = said(session, borough, name)
    promised = rows(client, address)
    assert client.send(address, decision="accept").status_code == 302
    after = said(session, borough, name)
    assert promised == done(before, after, course, borough.today)
    assert sum(line[2] != "No change" for line in promised) == changes


def test_what_is_taken_for_a_training_without_end_is_not_given_a_day(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    courses = tuple(replace(one, validity_months=None) for one in rule_book().courses)
    change_rules(session, borough, courses=courses)
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 4, Evidence.AWAITING)
    key = CompletionKey(borough.ids["Kit"], "PREV", borough.today - timedelta(days=4))
    (line,) = rows(sign_in("learning"), address_of(session, borough, key))
    assert line[2] == "Up to date, with no end"


def test_a_register_says_it_of_everybody_on_it(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    keys = register(app, session, borough, "manager", "Sam", "Kit", "Ola")
    client, address = sign_in("learning"), address_of(session, borough, keys["Ola"])
    found = rows(client, address)
    assert [line[0] for line in found if line[3] != "No change"] == ["Ola Tester"] * 2 + ["Sam Tester"] * 2
    kit = [line for line in found if line[0] == "Kit Tester"]
    assert [(line[1], line[3]) for line in kit] == [(TITLES["AWARE"], "No change")]
    (summary,) = client.page(address).select("#what-accepting-does summary")
    assert text_of(summary) == "What accepting would do for each of the 3 people"


def test_what_meets_nothing_says_so_and_those_who_only_read_are_told_nothing(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Lee", "PREV", 30, Evidence.AWAITING)
        builder.completion("Kit", "PREV", 4, Evidence.AWAITING)
    day = borough.today - timedelta(days=30)
    gone = address_of(session, borough, CompletionKey(borough.ids["Lee"], "PREV", day))
    words = sign_in("learning").page(gone).select_one("p#met")
    assert words is not None
    assert "It meets nothing that is asked of Lee Tester today or later." in text_of(words)
    day = borough.today - timedelta(days=4)
    waiting = address_of(session, borough, CompletionKey(borough.ids["Kit"], "PREV", day))
    for reader in ("coordinator", "auditor"):
        assert not sign_in(reader).page(waiting).select("#met")


def test_looking_at_the_effect_takes_no_lock_and_writes_nothing(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 4, Evidence.AWAITING)
    key = CompletionKey(borough.ids["Kit"], "PREV", borough.today - timedelta(days=4))
    client, address = sign_in("learning"), address_of(session, borough, key)
    client.page(address)
    began: list[str] = []

    def note(*arguments: object) -> None:
        began.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        client.page(address)
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert {one.split()[0] for one in began} <= {"BEGIN", "SELECT"}
    assert "BEGIN IMMEDIATE" not in began
