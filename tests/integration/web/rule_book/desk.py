"""Filling in the forms of the rule book as a reader does."""

from datetime import date, timedelta
from typing import Any

from bs4 import BeautifulSoup
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rule_book
from foundation import clock
from tests.pages import PageClient

RULES, DRAFT = "/rules", "/rules/draft"
EDIT = "/rules/edit/"


def day_fields(name: str, day: date) -> dict[str, str]:
    """A day in its three boxes."""
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def in_days(days: int) -> date:
    return clock.today() + timedelta(days=days)


def change_link(client: PageClient, page: str, words: str) -> str:
    """Where the line that says these words is changed."""
    for row in client.page(page).select("tbody tr"):
        link = row.select_one("a[href*='/rules/edit/']")
        if words in row.get_text() and link is not None:
            return str(link["href"])
    raise AssertionError(f"no line of {page} says {words!r}")


def filled(client: PageClient, address: str) -> dict[str, Any]:
    """The form as it is shown, with everything that a browser would send."""
    page = client.page(address)
    form = page.select_one("main form[method=post]")
    assert form is not None
    found: dict[str, Any] = {}
    for field in form.select("input, select, textarea"):
        name, kind = str(field.get("name")), field.get("type")
        if field.name == "select":
            chosen = field.select_one("option[selected]") or field.select_one("option")
            found[name] = str(chosen["value"]) if chosen else ""
        elif field.name == "textarea":
            found[name] = field.get_text().strip()
        elif kind in ("radio", "checkbox"):
            if field.has_attr("checked"):
                found.setdefault(name, []).append(str(field["value"]))
        else:
            found[name] = str(field.get("value", ""))
    return found


def put(client: PageClient, address: str, act: str = "save", **typed: Any) -> TestResponse:
    """Fill the form in and send it."""
    return client.post(address, data={**filled(client, address), "act": act, **typed})


def put_well(client: PageClient, address: str, act: str = "save", **typed: Any) -> None:
    """The same; it must lead to the draft."""
    answer = put(client, address, act, **typed)
    assert answer.status_code == 302, messages(answer)
    assert answer.headers["Location"] == DRAFT


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def messages(answer: TestResponse) -> list[str]:
    """What the error summary says."""
    return [line.get_text(strip=True) for line in read(answer).select(".govuk-error-summary__list li")]


def press(client: PageClient, words: str, page: str = DRAFT, **more: str) -> TestResponse:
    """Press a button of a page, with the fields of its own form."""
    for form in client.page(page).select("main form[method=post]"):
        button = form.select_one("button")
        if button is not None and words in button.get_text(" ", strip=True):
            hidden = {
                str(field["name"]): str(field.get("value", ""))
                for field in form.select("input[type=hidden], input[type=text]")
            }
            return client.post(str(form["action"]), data={**hidden, **more})
    raise AssertionError(f"no button says {words!r}")


def book_now(session: Session) -> RuleBook:
    session.rollback()
    return load_rule_book(session)


def text_of_page(client: PageClient, page: str) -> str:
    main = client.page(page).select_one("main")
    assert main is not None
    return main.get_text(" ", strip=True)
