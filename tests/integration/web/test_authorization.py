"""Every address, by every method, as every kind of reader, for what is theirs and what is not (promises S1 to S4).

docs/authorization.toml says what the answers should be. The world of tests/readers.py is built once for each database;
nothing here writes to it, and that is part of what is proved.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from argon2 import PasswordHasher
from flask import Flask
from pypdf import PdfReader
from pypdf.errors import PyPdfError
from sqlalchemy import select
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings
from courses.views.certificates import verify
from courses.views.workshops import evaluation_answer
from foundation.db import Base, db
from foundation.once import new_key
from people import auth
from people.services import passwords
from tests.authorization import SCOPES, SECURITY, Page, differences, read_matrix, table, with_table
from tests.belongings import Reader, Thing, World
from tests.integration.conftest import close, settings_for
from tests.integration.databases import Template, give_back
from tests.readers import COLUMNS_OF, open_world

PAGES = read_matrix()
NOT_COUNTED = frozenset({"audit_event", "attempt", "account_session"})
"""Tables that a refused request may write to: that it was made, and who made it."""
SEE_OTHERS = ["manager", "delegate", "learning", "partner"]
FROM_MACHINES = frozenset({"POST reminders.notify_receipts"})
"""No browser sends these: they ask for a token of their own (tests/integration/reminders/test_receipts.py)."""
REDIRECTS: dict[str, tuple[str, ...]] = {
    "sign in": ("/sign-in",),
    "second step": ("/sign-in/code", "/account/two-step"),
    "led on": ("/",),
}

NEEDLE = re.compile(
    r"\b(?P<name>[A-Z][a-z]+) Tester\b|\b(?P<email>[a-z]+)@council\.example"
    r"|\bN-(?P<whose>[A-Z][a-z]+)\b|\b(?P<id>[0-9a-f]{32})\b"
)
"""By what people are known in the borough: name, e-mail, payroll number, id."""


@pytest.fixture(scope="module", params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def world(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("world")
    template: Template = request.getfixturevalue(f"{request.param}_template")
    address = template.copy(folder)
    with pytest.MonkeyPatch.context() as patch:
        cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
        patch.setattr(passwords, "HASHER", cheap)
        patch.setattr(passwords, "HASH_OF_NOTHING", cheap.hash("nobody has this password"))
        # Everybody knocks from one network here.
        patch.setattr(verify, "TRIES", replace(verify.TRIES, most=100_000))
        patch.setattr(evaluation_answer, "GUESSES", replace(evaluation_answer.GUESSES, most=100_000))
        app = create_app(settings_for(address, folder))
        app.config["TESTING"] = True
        with app.app_context():
            found = open_world(app, db.session())
            db.session.remove()
        yield found
        close(app)
    give_back(address)


@pytest.fixture
def bare_app(tmp_path: Path) -> Flask:
    """The service without a database: its addresses are all that is asked for."""
    return create_app(Settings(_env_file=None, instance_path=tmp_path))


# --- the matrix is whole


def test_every_address_and_method_has_been_decided(bare_app: Flask) -> None:
    assert differences(bare_app, PAGES) == []


def test_an_address_that_nobody_decided_on_is_noticed(bare_app: Flask) -> None:
    bare_app.add_url_rule(
        "/salaries", "salaries", auth.public(lambda: "everybody's"), methods=["GET", "POST"]
    )
    found = differences(bare_app, PAGES)
    assert found == [f"{method} salaries is not in docs/authorization.toml" for method in ("GET", "POST")]


def test_another_method_of_a_known_address_is_noticed(bare_app: Flask) -> None:
    bare_app.add_url_rule("/figures", "compliance.figures", methods=["DELETE"])
    assert differences(bare_app, PAGES) == ["DELETE compliance.figures is not in docs/authorization.toml"]


def test_a_row_that_is_left_over_is_noticed(bare_app: Flask) -> None:
    gone = replace(PAGES[0], opens={"GET compliance.gone": 200})
    assert differences(bare_app, [*PAGES, gone]) == [
        "GET compliance.gone is in docs/authorization.toml and nowhere else"
    ]


def test_a_view_that_says_nothing_is_closed_even_to_those_who_are_signed_in(bare_app: Flask) -> None:
    bare_app.add_url_rule("/salaries", "salaries", lambda: "everybody's")
    assert bare_app.test_client().get("/salaries").status_code == 403


def test_what_a_view_says_of_itself_is_what_the_matrix_says(bare_app: Flask) -> None:
    """The mark of a view is looked at before anything else, so the two must not drift apart."""
    for page in PAGES:
        for door in page.opens:
            endpoint = door.partition(" ")[2]
            if endpoint == "static":
                continue
            mark = getattr(bare_app.view_functions[endpoint], "open_to", "")
            if "second step" in page.cells["half"] and "sign in" in page.cells["anonymous"]:
                assert mark == "signed_in", door
            elif page.cells["half"] & {"code", "set up"}:
                assert mark == "first_step", door
            else:
                assert mark == "public", door


def test_the_table_of_the_security_page_is_made_from_the_matrix(bare_app: Flask) -> None:
    text = SECURITY.read_text(encoding="utf-8")
    assert with_table(text, table(bare_app, PAGES)) == text, "run `python -m tests.authorization`"


# --- the answers


def expected(page: Page, reader: Reader, thing: Thing | None, app_is_owed: bool) -> str | int:
    """A status, or the word for where the reader is led."""
    words = page.words(reader.columns)
    if "never" in words:
        return 403
    if "code" in words or "set up" in words:
        open_now = ("set up" in words) == app_is_owed
        words = frozenset({"yes" if open_now else "second step"})
    lead = words & REDIRECTS.keys()
    if lead:
        return next(iter(lead))
    if words == {"-"}:
        return 403
    if words & {"yes"} or thing is None:
        return 200
    return 200 if is_theirs(words, reader, thing) else page.hidden


def is_theirs(words: frozenset[str], reader: Reader, thing: Thing) -> bool:
    if thing.owner is None:
        return False
    return (
        "link" in words
        or "all" in words
        or ("own" in words and thing.owner in (reader.person, f"account of {reader.name}"))
        or any(thing.owner in people for people in in_scope(words - {"all", "own"}, reader))
    )


def in_scope(words: frozenset[str], reader: Reader) -> Iterator[frozenset[str]]:
    if "own" in words and reader.person is not None:
        yield frozenset({reader.person})
    if "team" in words:
        yield reader.team
    if "part" in words:
        yield reader.part
    if "colleagues" in words:
        yield reader.colleagues


def address(app: Flask, endpoint: str, thing: Thing | None) -> str:
    rule = next(app.url_map.iter_rules(endpoint))
    values = thing.values if thing else {}
    values = {"filename": "app.css", **values}
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda match: values[match[1]], rule.rule)


def ask(
    world: World, reader: Reader, door: str, thing: Thing | None, fields: dict[str, str], token: str | None
) -> TestResponse:
    method, _, endpoint = door.partition(" ")
    data = {**fields, **({} if token is None else {"csrf_token": token})}
    return reader.client.open(
        address(world.app, endpoint, thing),
        method=method,
        query_string=dict(thing.query) if thing else {},
        data=data if method == "POST" else None,
        buffered=True,
    )


def said_of_others(response: TestResponse, thing: Thing | None) -> str:
    """What can be read of an answer, also of a PDF and the parts of a workbook; without what was asked for."""
    if response.data.startswith(b"PK"):
        with ZipFile(BytesIO(response.data)) as parts:
            body = "\n".join(parts.read(name).decode("utf-8", "replace") for name in parts.namelist())
    elif response.data.startswith(b"%PDF"):
        body = pdf_text(response.data)
    else:
        body = response.get_data(as_text=True)
    headers = "\n".join(value for name, value in response.headers if name != "Set-Cookie")
    text = headers + body
    for value in (*thing.values.values(), *thing.query.values()) if thing else ():
        text = text.replace(value, "")
    return text


def pdf_text(content: bytes) -> str:
    """The words on the pages of a PDF; of what only says that it is one, what it is made of."""
    try:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    except PyPdfError:
        return content.decode("utf-8", "replace")


def leaked(world: World, page: Page, reader: Reader, text: str, is_open: bool) -> list[str]:
    """Names, e-mails, payroll numbers and ids, in an answer, of people who are out of the reader's scope."""
    words = page.words(reader.columns) & SCOPES if is_open else frozenset()
    people = frozenset(world.borough.people)
    seen = people if "all" in words else frozenset().union(*in_scope(words, reader))
    beside = seen | ({reader.person} if is_open and reader.person else set())
    named = seen.union(*(world.managers.get(name, set()) for name in beside)) if words else seen
    known_as = {public_id: name for name, public_id in world.borough.people.items()}
    found = []
    for match in NEEDLE.finditer(text):
        name = match["name"] or known_as.get(match["id"] or "", "")
        whose = match["whose"] or (match["email"] or "").capitalize()
        if name in people - named or whose in people - seen:
            found.append(match[0])
    return sorted(set(found))


def without_tokens(response: TestResponse) -> tuple[object, ...]:
    body = re.sub(rb'value="[^"]+"', b"", response.data)
    return response.status_code, response.content_type, response.headers.get("Location"), body


def everything_kept(world: World) -> str:
    """A hash of every row of every table, but those in which a refusal is written down."""
    found = hashlib.sha256()
    with world.app.app_context():
        session = db.session()
        for one in Base.metadata.sorted_tables:
            if one.name not in NOT_COUNTED:
                for row in session.execute(select(one).order_by(*one.primary_key.columns)):
                    if one.name == "audit_event" and row.event in ("export.made", "record.opened"):
                        continue  # a file that was taken, a record that was opened leave this and nothing else
                    found.update(repr(tuple(row)).encode())
        db.session.remove()
    return found.hexdigest()


def look(world: World, reader: Reader, *, app_is_owed: bool = False) -> tuple[int, list[str]]:
    """Ask for everything; how often that was, and every answer that is not as it should be."""
    faults, asked = [], 0
    for page in PAGES:
        things: list[Thing | None] = [*world.things[page.object]] if page.object else [None]
        for door, status in page.opens.items():
            hidden: dict[bool, set[tuple[object, ...]]] = {True: set(), False: set()}
            for thing in things:
                right = expected(page, reader, thing, app_is_owed)
                is_open = right == 200
                if is_open and page.acts:
                    continue
                # Whoever may sends an empty form; whoever may not sends one that would be acted upon.
                full = {"once": new_key(), **(thing.fields if thing else {})}
                fields = {"once": ""} if is_open else full
                answer = ask(world, reader, door, thing, fields, reader.token)
                asked += 1
                where = f"{reader.name}: {door} of {thing.owner if thing else '-'}"
                if isinstance(right, str):
                    where_to = answer.headers.get("Location", "")
                    if answer.status_code != 302 or not where_to.startswith(REDIRECTS[right]):
                        faults.append(f"{where}: {answer.status_code} {where_to}, expected {right!r}")
                elif answer.status_code != (status if is_open else right):
                    faults.append(f"{where}: {answer.status_code}, expected {status if is_open else right}")
                leaks = leaked(world, page, reader, said_of_others(answer, thing), is_open)
                faults += [f"{where}: shows {name}" for name in leaks]
                if not is_open and thing is not None and right == page.hidden:
                    hidden[thing.owner is None].add(without_tokens(answer))
            if hidden[False] - hidden[True]:
                faults.append(f"{reader.name}: {door}: what is not theirs differs from what does not exist")
    return asked, faults


@pytest.mark.parametrize("name", COLUMNS_OF)
def test_each_reader_gets_the_answers_of_the_matrix_and_leaves_everything_as_it_was(
    name: str, world: World
) -> None:
    before = everything_kept(world)
    asked, faults = look(world, world.readers[name])
    assert faults == []
    assert asked > 100
    assert everything_kept(world) == before


@pytest.mark.parametrize("name", SEE_OTHERS)
def test_whoever_owes_the_second_step_gets_no_further_than_setting_it_up(
    name: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(world.app.config, "TWO_STEP", "required")
    before = everything_kept(world)
    reader = replace(world.readers[name], columns=("half",))
    asked, faults = look(world, reader, app_is_owed=True)
    assert faults == []
    assert asked > 100
    assert everything_kept(world) == before


@pytest.mark.parametrize("name", ["anonymous", "half signed in", "manager", "learning", "partner"])
def test_no_form_is_taken_without_its_token_or_with_that_of_somebody_else(name: str, world: World) -> None:
    before = everything_kept(world)
    reader, faults = world.readers[name], []
    other = world.readers["staff"].token
    for page in PAGES:
        for door in page.opens.keys() - FROM_MACHINES:
            for thing in world.things[page.object][:2] if page.object else [None]:
                for token in (None, other) if door.startswith("POST") else ():
                    fields = {"once": new_key(), **(thing.fields if thing else {})}
                    answer = ask(world, reader, door, thing, fields, token)
                    if answer.status_code != 400:
                        faults.append(f"{door} with the token {token!r}: {answer.status_code}")
    assert faults == []
    assert everything_kept(world) == before


def test_the_requests_are_as_many_as_promised(world: World) -> None:
    """Promise S2 names about 2,500: a matrix that shrinks unnoticed would prove less and less."""
    things = sum(len(page.opens) * (len(world.things[page.object]) if page.object else 1) for page in PAGES)
    assert things * len(COLUMNS_OF) > 2_500
