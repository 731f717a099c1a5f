"""The pages about the service: who answers, the statements the law asks for, cookies, security.txt (promise S24)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from app.config import Settings
from foundation import clock
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
ABOUT = ["/help", "/accessibility", "/privacy", "/cookies"]


@pytest.fixture
def set_to(app: Flask) -> Callable[..., None]:
    """Changes settings of the service under test."""

    def change(**settings: Any) -> None:
        found: Settings = app.extensions["settings"]
        app.extensions["settings"] = found.model_copy(update=settings)
        contact = app.jinja_env.globals["contact"]
        told = {key.removeprefix("support_"): value for key, value in settings.items() if "support" in key}
        app.jinja_env.globals["contact"] = replace(contact, **told)  # type: ignore[type-var]  # it is a dataclass

    return change


@pytest.mark.parametrize("place", [*ABOUT, "/nowhere", "/sign-in", "/sign-out"])
def test_every_page_leads_to_help_and_to_the_statements_also_when_something_went_wrong(
    anyone: PageClient, place: str
) -> None:
    from bs4 import BeautifulSoup

    page = BeautifulSoup(anyone.get(place).text, "html.parser")
    assert [text_of(link) for link in page.select("footer a")] == [
        "Help",
        "Check a certificate",
        "Accessibility statement",
        "Privacy notice",
        "Cookies",
        "Complain about how we use your data",
        "Report a security weakness",
    ]
    for link in page.select("footer a"):
        led_to, _, anchor = str(link["href"]).partition("#")
        found = anyone.page(led_to)
        assert not anchor or found.find(id=anchor) is not None


@pytest.mark.parametrize("reader", [None, "staff", "auditor"])
def test_everybody_may_read_them(anyone: PageClient, sign_in: SignIn, reader: str | None) -> None:
    client = sign_in(reader) if reader else anyone
    for address in ABOUT:
        client.page(address)


def test_the_accessibility_statement_says_what_the_regulations_ask_for(
    anyone: PageClient, set_to: Callable[..., None]
) -> None:
    text = text_of(anyone.page("/accessibility"))
    for wanted in (
        "This statement applies to Prevent training. It is run by Example Borough Council.",
        "help@borough.example",
        "Equality and Human Rights Commission (EHRC) is responsible for enforcing",
        "(No. 2) Accessibility Regulations 2018",
        "contact the Equality Advisory and Support Service (EASS)",
        "is partially compliant with the Web Content Accessibility Guidelines version 2.2 AA",
        "Non-compliance with the accessibility regulations",
        "Preparation of this statement",
        "with every change made to it",
    ):
        assert wanted in text
    assert "has not yet checked and adopted it" in text
    set_to(statement_prepared_on=date(2026, 12, 1))
    text = text_of(anyone.page("/accessibility"))
    assert "This statement was prepared on 1 December 2026." in text
    assert "adopted" not in text


def test_the_privacy_notice_says_what_why_who_how_long_and_how_to_complain(
    anyone: PageClient, set_to: Callable[..., None]
) -> None:
    set_to(retention_years=7)
    page = anyone.page("/privacy")
    text = text_of(page)
    for wanted in (
        "Example Borough Council is the controller",
        "long-term sickness",
        "article 6(1)(e)",
        "article 9(2)(b)",
        "for 7 years after you leave",
        "We tell you within 30 days that we have received it.",
        "ico.org.uk/make-a-complaint",
    ):
        assert wanted in text
    complain = page.select_one('a[href^="mailto:help@borough.example?subject=Data"]')
    assert complain is not None


def test_without_a_contact_the_pages_still_say_whom_to_ask(
    anyone: PageClient, set_to: Callable[..., None]
) -> None:
    set_to(support_email="")
    assert "Ask your training team." in text_of(anyone.page("/help"))
    assert "ask your training team." in text_of(anyone.page("/nowhere", status=404))
    assert anyone.get("/.well-known/security.txt").status_code == 404


def test_the_cookies_page_names_every_cookie_that_is_set_and_no_other(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("staff")
    page = client.page("/cookies")
    named = {text_of(header) for header in page.select("#cookies tbody th")}
    held = {key[2] for key in client._cookies or {}}
    assert held
    assert named == held | {"last-page-at"}  # the browser's own storage; tests/e2e looks into it


def lines_of(client: PageClient) -> dict[str, str]:
    answer = client.get("/.well-known/security.txt")
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


@pytest.mark.parametrize("moment", [None, datetime(2027, 12, 31, 23, 59, tzinfo=UTC)])
def test_security_txt_holds_for_less_than_a_year_and_never_runs_out(
    anyone: PageClient, monkeypatch: pytest.MonkeyPatch, moment: datetime | None
) -> None:
    now = moment or clock.now()
    monkeypatch.setattr(clock, "now", lambda: now)
    fields = lines_of(anyone)
    assert fields["Contact"] == "mailto:help@borough.example"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT00:00:00Z", fields["Expires"])
    left = datetime.fromisoformat(fields["Expires"]) - now
    assert timedelta(days=30) < left < timedelta(days=365)
    assert fields["Canonical"] == "http://localhost/.well-known/security.txt"
    assert fields["Policy"] == "http://localhost/help#security"


@pytest.mark.parametrize("contact", ["mailto:safe@council.example", "https://council.example/report"])
def test_a_contact_for_weaknesses_of_its_own_is_published(
    anyone: PageClient, set_to: Callable[..., None], contact: str
) -> None:
    set_to(security_contact=contact)
    assert lines_of(anyone)["Contact"] == contact
    assert anyone.page("/help").select_one(f'#security ~ p a[href="{contact}"]') is not None
