"""What is measured of pages: the whole answer against its own SQL replayed by hand and its template rendered alone.

The SQL is the page's own, statement by statement, taken down while the page is made and run again through the bare
driver; the template is rendered from the very values that the page gave it. What remains is the service's own work.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from flask import Flask, template_rendered
from flask.testing import FlaskClient
from jinja2 import Template
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from foundation import clock
from foundation.db import transaction
from foundation.stamp import Stamp
from people.domain import Permission
from people.models import AccountRow, PersonRow
from people.services.accounts import create_account
from people.services.sessions import begin_session
from tests.bench.databases import Bare, Place
from tests.bench.measures import Result
from tests.bench.timing import compare

FIGURES_GOAL, PAGE_GOAL, LIST_GOAL = 1.5, 2.0, 3.0


@dataclass(frozen=True, slots=True)
class Page:
    """An address, and who reads it."""

    name: str
    address: str
    reader: str
    goal: float = PAGE_GOAL


@dataclass(frozen=True, slots=True)
class Asked:
    """What a page did: its statements with their values, and its templates with theirs."""

    statements: list[tuple[str, Any]]
    templates: list[tuple[Template, Mapping[str, Any]]]


def of_pages(
    place: Place, people: int, readers: Mapping[str, str], unit: str
) -> Iterator[tuple[Result, int]]:
    """Each page's result and its number of queries. `readers` are public ids of accounts."""
    for page in _pages(place, unit):
        client = client_of(place, readers[page.reader])
        asked = ask(place, client, page.address)

        environ = environ_of(client, page.address)

        def product(environ: dict[str, Any] = environ) -> object:
            return answer_of(place.app, environ)

        def floor(asked: Asked = asked, environ: dict[str, Any] = environ) -> None:
            _replay(place.bare, asked)
            with place.app.request_context(dict(environ)):
                for template, values in asked.templates:
                    template.render(values)

        pair = compare(product, floor)
        words = "its own SQL and template"
        line = Result(
            f"page: {page.name}", people, place.kind, pair.product_ms, pair.floor_ms, words, page.goal
        )
        yield line, len(asked.statements)


def _pages(place: Place, unit: str) -> list[Page]:
    with Session(place.engine) as session:
        person = session.scalars(select(PersonRow.public_id).order_by(PersonRow.id).limit(1)).one()
    return [
        Page("figures", "/figures", "coordinator", FIGURES_GOAL),
        Page("figures by organisation", "/figures?by=organisation", "coordinator", FIGURES_GOAL),
        Page("figures by directorate", "/figures?by=unit", "coordinator", FIGURES_GOAL),
        Page("figures by role", "/figures?by=role", "coordinator", FIGURES_GOAL),
        Page("figures by sector", "/figures?by=sector", "coordinator", FIGURES_GOAL),
        Page("trend, 5 years", "/figures/trend?back=5", "coordinator", FIGURES_GOAL),
        Page("trend below a directorate", f"/figures/trend?back=5&unit={unit}", "coordinator"),
        Page("school coverage", "/figures/schools", "coordinator", FIGURES_GOAL),
        Page("figures below a directorate", f"/figures?by=unit&unit={unit}", "coordinator"),
        Page("people behind a figure", f"/people?unit={unit}", "coordinator"),
        Page("a person", f"/people/{person}", "coordinator"),
        Page("work to do", "/work", "learning", LIST_GOAL),
        Page("find people by name", "/people/find?q=al", "learning", LIST_GOAL),
        Page("suggestions", "/people/find/suggest?q=al", "learning", LIST_GOAL),
        Page("evidence to check", "/evidence/to-check", "learning", LIST_GOAL),
        Page("exemptions", "/exemptions", "learning", LIST_GOAL),
        Page("people without a manager", "/work/people?problem=no-manager", "learning", LIST_GOAL),
        Page("people trained by sector", "/figures/sectors", "learning", LIST_GOAL),
        Page("rule book", "/rules", "learning", LIST_GOAL),
        Page("imports", "/imports", "learning", LIST_GOAL),
        Page("accounts", "/accounts", "learning", LIST_GOAL),
        Page("my training", "/my-training", "manager"),
        Page("my team", "/my-team", "manager"),
        Page("my team, indirect too", "/my-team?scope=everyone", "manager"),
        Page("plan at a glance", "/reports/plan", "coordinator"),
    ]


def make_readers(place: Place, stamp: Stamp, manager: str) -> dict[str, str]:
    """Accounts for a coordinator, for learning and development and for a manager; their public ids."""
    with Session(place.engine) as session, transaction(session):
        password = "only-for-the-benchmark"
        seen = [Permission.COORDINATOR]
        return {
            "coordinator": create_account(
                session, stamp, "coordinator@bench.example", password, permissions=seen
            ),
            "learning": create_account(
                session, stamp, "learning@bench.example", password, permissions=[Permission.LEARNING]
            ),
            "manager": create_account(session, stamp, "manager@bench.example", password, person_ref=manager),
        }


def client_of(place: Place, account: str) -> FlaskClient:
    """A signed-in browser. Passwords are slow on purpose, so the session is written directly."""
    with Session(place.engine) as session, transaction(session):
        account_id = session.scalars(select(AccountRow.id).where(AccountRow.public_id == account)).one()
        token = begin_session(session, Stamp("command:bench", clock.now()), account_id, "The benchmark")
    client = place.app.test_client()
    with client.session_transaction() as cookie:
        cookie.update(_user_id=token, _fresh=True)
    return client


def environ_of(client: FlaskClient, address: str) -> dict[str, Any]:
    """The request as a server hands it over, made beforehand: to make it is the server's work, not the service's."""
    cookie = client.get_cookie(str(client.application.config["SESSION_COOKIE_NAME"]))
    assert cookie is not None
    headers = Headers([("Cookie", f"{cookie.key}={cookie.value}")])
    return EnvironBuilder(address, headers=headers).get_environ()


def answer_of(app: Flask, environ: Mapping[str, Any]) -> bytes:
    """The body of the answer to a request, taken from the service as a server takes it and no further."""
    answer = app.wsgi_app(dict(environ), _begin_answer)
    try:
        return b"".join(answer)
    finally:
        answer.close()  # type: ignore[attr-defined]  # Flask's answers have it, as WSGI wants


def _begin_answer(
    _status: str, _headers: list[tuple[str, str]], _error: Any = None
) -> Callable[[bytes], object]:
    """What a server is told before the body comes."""
    return len


def ask(place: Place, client: FlaskClient, address: str) -> Asked:
    """Ask for the page, warm, and take down what it does."""
    client.get(address)
    asked = Asked([], [])
    with _statements(place, asked), _templates(place.app, asked):
        answer = client.get(address)
    if answer.status_code != 200:
        raise RuntimeError(f"{address} answered {answer.status_code}")
    return asked


@contextmanager
def _statements(place: Place, asked: Asked) -> Iterator[None]:
    def take_down(_connection: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if not statement.startswith("BEGIN"):
            asked.statements.append((statement, values))

    event.listen(place.engine, "before_cursor_execute", take_down)
    try:
        yield
    finally:
        event.remove(place.engine, "before_cursor_execute", take_down)


@contextmanager
def _templates(app: Flask, asked: Asked) -> Iterator[None]:
    def take_down(_app: Flask, template: Template, context: dict[str, Any], **_more: Any) -> None:
        asked.templates.append((template, dict(context)))

    with template_rendered.connected_to(take_down, app):
        yield


def _replay(bare: Bare, asked: Asked) -> None:
    for statement, values in asked.statements:
        bare.rows(statement, values)
