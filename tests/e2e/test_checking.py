"""Learning and development checks evidence by keyboard, and a manager's figure moves with it."""

from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from foundation import clock
from tests.e2e.conftest import Open

pytestmark = pytest.mark.browser


def tell_us(open_as: Open, reader: str, ago: int) -> None:
    """Somebody says without a certificate that they completed the awareness course."""
    day = clock.today() - timedelta(days=ago)
    with open_as(reader) as window:
        page = window.page
        page.goto("/training/tell-us")
        page.get_by_role("button", name="I have no certificate").click()
        page.get_by_label("Course").select_option("PREV")
        for part, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            page.get_by_label(part, exact=True).fill(str(value))
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name="Send").click()
        expect(page.get_by_role("heading", level=1)).not_to_have_text(
            "Check your answers before you send them"
        )


def up_to_date(open_as: Open) -> str:
    """The figure of the awareness course on the manager's page."""
    with open_as("manager") as window:
        window.page.goto("/my-team")
        card = window.page.locator(".app-card", has_text="Prevent awareness for everybody").first
        return card.locator(".app-card__figure").inner_text()


def choose(page: Page, key: str) -> None:
    page.locator("h1").wait_for()
    page.keyboard.press(key)


def test_evidence_is_checked_by_keyboard_and_the_figure_of_the_team_moves(open_as: Open) -> None:
    tell_us(open_as, "staff", 51)
    before = up_to_date(open_as)
    with open_as("learning") as window:
        page = window.page
        page.goto("/")
        page.get_by_role("link", name="wait").first.click()
        page.goto("/evidence/to-check?came=self")
        page.get_by_role("button", name="Check the first").click()
        expect(page.locator("#keys")).to_be_visible()
        page.locator("#words").focus()
        page.keyboard.type("arn")
        expect(page.locator("#words")).to_have_value("arn")
        assert not page.locator("main input[type=radio]:checked").count(), "keys do nothing while one types"
        page.locator("#words").fill("")
        page.get_by_role("button", name="Switch these keys off").click()
        page.locator("h1").click()
        choose(page, "r")
        assert not page.locator("main input[type=radio]:checked").count(), "they are off"
        page.get_by_role("button", name="Switch the keys").click()
        choose(page, "r")
        expect(page.get_by_label("No: the name does not match")).to_be_checked()
        expect(page.get_by_label("No: the name does not match")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Tab")
        choose(page, "a")
        expect(page.get_by_label("Yes, accept it")).to_be_checked()
        page.keyboard.press("Enter")
        expect(page.locator(".govuk-notification-banner__heading")).to_contain_text("Accepted: Sam Tester")
        assert not window.complaints
    assert up_to_date(open_as) != before
    with open_as("learning") as window:
        page = window.page
        page.goto("/evidence/to-check?came=import")
        page.get_by_role("link", name="Ash Tester").click()
        assert page.locator("#decide").is_visible()


def test_without_scripts_the_same_buttons_decide_in_the_order_of_the_page(open_as: Open) -> None:
    tell_us(open_as, "manager", 52)
    with open_as("learning", scripts=False) as window:
        page = window.page
        page.goto("/evidence/to-check?came=self")
        page.get_by_role("link", name="Mo Tester").first.click()
        expect(page.locator("#keys")).to_be_hidden()
        page.get_by_label("Yes, accept it").focus()
        page.keyboard.press("Space")
        page.keyboard.press("Enter")
        expect(page.locator(".govuk-notification-banner__heading")).to_contain_text("Accepted: Mo Tester")
        page.get_by_role("button", name="Undo").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_text("Undone: 1 completion waits for a check again.")).to_be_visible()
        assert not window.complaints
