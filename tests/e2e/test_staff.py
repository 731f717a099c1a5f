"""Pages of staff in a real browser: the first look on a telephone, and asking for a detail to be put right.

The first look is a window of 320 by 640 pixels, in which everything that the page is for must be without scrolling:
am I up to date, what next, by when, why me, and where.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import product
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr

from app import create_app
from app.config import Settings
from courses.domain import Evidence
from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.services.accounts import create_account
from tests.borough import PASSWORD, SCHOOL, email_of
from tests.e2e.axe import violations
from tests.e2e.browser import NARROW, SCHEMES, WIDE, Watched, overflow, window
from tests.e2e.conftest import KEY, settle
from tests.e2e.server import served
from tests.integration.web.staff import adding

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
FIRST_LOOK = {"width": NARROW, "height": 640}
Enter = Callable[..., AbstractContextManager[Watched]]

# Whose page shows what.
STANDING = {
    "Uma": "You are not up to date. 1 thing is overdue.",
    "Kit": "Nothing is overdue. You have 1 thing to do.",
    "Ash": "You have nothing to do. 1 thing is waiting for a check.",
    "Two": "You are up to date. There is nothing to do.",
    "Bo": "Nothing is asked of you while you are away from work.",
    "Cy": "Nothing is asked of you today.",
    "Gov": "No training is required of you.",
    "Sam": "You are not up to date. 2 things are overdue.",
}


@pytest.fixture(scope="module")
def staff_service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a service in which each of these people has an account."""
    folder: Path = tmp_path_factory.mktemp("staff")
    settings = Settings(
        _env_file=None, instance_path=folder, secret_key=SecretStr(KEY), base_url="http://127.0.0.1:8000"
    )
    app = create_app(settings)
    borough = settle(app)
    with app.app_context():
        session = db.session()
        with adding(session, borough) as builder:
            builder.person("Gov", SCHOOL, title="Governor")
            builder.completion("Sam", "BRIEF", 30, Evidence.REJECTED)
        with transaction(session):
            stamp = Stamp("command:tests", clock.now())
            for name in STANDING:
                create_account(
                    session, stamp, email_of(f"self-{name.lower()}"), PASSWORD, person_ref=f"N-{name}"
                )
        db.session.remove()
    with served(app) as address:
        yield address
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def enter(browser: Browser, staff_service: str) -> Enter:
    """Opens a window in which somebody is signed in, as large as the first look on a telephone."""

    @contextmanager
    def entered(name: str, *, scripts: bool = True) -> Iterator[Watched]:
        with window(browser, staff_service, scripts=scripts) as watched:
            page = watched.page
            page.set_viewport_size(FIRST_LOOK)  # type: ignore[arg-type]  # a dict of this shape
            page.goto("/sign-in?next=/my-training")
            page.get_by_label("Email address").fill(email_of(f"self-{name.lower()}"))
            page.get_by_label("Password", exact=True).fill(PASSWORD)
            page.get_by_role("button", name="Sign in").click()
            expect(page.get_by_role("heading", level=1)).to_have_text("My training")
            yield watched

    return entered


def fact(page: Page, name: str) -> Locator:
    return page.locator(".app-next .app-facts__row").filter(has_text=name).locator("dd")


def at_first_look(*shown: Locator) -> None:
    """Each of these is wholly in the window, which nobody has scrolled."""
    for found in shown:
        expect(found).to_be_in_viewport(ratio=1)
    assert shown[0].page.evaluate("window.scrollY") == 0


@WITH_AND_WITHOUT
@pytest.mark.parametrize("name", ["Uma", "Kit"])
def test_what_next_by_when_why_and_where_are_there_without_scrolling(
    enter: Enter, name: str, scripts: bool
) -> None:
    with enter(name, scripts=scripts) as watched:
        page = watched.page
        at_first_look(
            page.get_by_text(STANDING[name]),
            page.get_by_role("heading", name="Prevent awareness for everybody"),
            fact(page, "By when"),
            fact(page, "Why me"),
            fact(page, "Where"),
            page.get_by_role("link", name="Prevent awareness", exact=True),
            fact(page, "How long"),
        )
        link = page.get_by_role("link", name="Prevent awareness", exact=True)
        expect(link).to_have_attribute("href", "https://www.gov.uk/")
        assert not watched.complaints


@WITH_AND_WITHOUT
@pytest.mark.parametrize("name", STANDING)
def test_everybody_is_answered_at_the_first_look(enter: Enter, name: str, scripts: bool) -> None:
    with enter(name, scripts=scripts) as watched:
        page = watched.page
        at_first_look(page.get_by_text(STANDING[name]))
        if page.locator(".app-next").count():
            rows = page.locator(".app-next .app-facts__row")
            at_first_look(page.locator(".app-next h2"), *(rows.nth(at) for at in range(rows.count())))
        assert not watched.complaints


def test_the_look_holds_for_text_at_twice_its_size(enter: Enter) -> None:
    with enter("Sam") as watched:
        watched.page.set_viewport_size({"width": 2 * NARROW, "height": 900})
        watched.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert overflow(watched.page) == 0


@pytest.mark.parametrize("name", STANDING)
def test_nothing_is_wrong_with_the_pages_of_staff(enter: Enter, name: str) -> None:
    faults: list[str] = []
    with enter(name) as watched:
        page = watched.page
        for address in ("/my-training", "/my-training/history", "/account/details"):
            page.goto(address)
            page.evaluate(
                "() => document.querySelectorAll('details').forEach(found => { found.open = true })"
            )
            for scheme, width in product(SCHEMES, (WIDE, NARROW)):
                page.emulate_media(color_scheme=scheme)
                page.set_viewport_size({"width": width, "height": 900})
                where = f"{address} ({scheme}, {width} pixels)"
                faults += [f"{where}: {violation}" for violation in violations(page)]
                if overflow(page):
                    faults.append(f"{where} is {overflow(page)} pixels too wide")
        faults += watched.complaints
    assert not faults, "\n".join(faults)


@WITH_AND_WITHOUT
def test_somebody_asks_for_a_detail_to_be_put_right_and_takes_it_back(enter: Enter, scripts: bool) -> None:
    with enter("Kit", scripts=scripts) as watched:
        page = watched.page
        page.get_by_role("link", name="Check or correct your details").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Your details")
        page.get_by_role("button", name="Ask for a correction").click()
        page.get_by_role("link", name="Select what is wrong").click()
        expect(page.get_by_label("Name", exact=True)).to_be_focused()
        assert not violations(page) if scripts else True
        page.get_by_label("Job title").check()
        page.get_by_label("What should it be?").fill("Senior officer")
        page.get_by_role("button", name="Ask for a correction").click()
        expect(page.get_by_text("We have told your training team.")).to_be_visible()
        sentence = page.get_by_text("to change your job title to “Senior officer”")
        expect(sentence).to_be_visible()
        page.get_by_role("button", name="Take this back").click()
        expect(page.get_by_text("You have taken your request back.")).to_be_visible()
        expect(sentence).to_have_count(0)
        assert not watched.complaints


def test_the_pages_of_staff_are_read_with_the_keyboard_alone(enter: Enter) -> None:
    with enter("Uma") as watched:
        page = watched.page
        page.goto("/my-training")
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Prevent awareness", exact=True)).to_be_focused()
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Tell us that you have done it")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.get_by_text("Required of everyone since")).to_be_visible()
