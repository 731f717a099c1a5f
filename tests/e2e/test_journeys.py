"""What people come to do, in a real browser, with JavaScript and without."""

import pytest
from playwright.sync_api import expect

from tests.borough import Borough
from tests.e2e.browser import NARROW
from tests.e2e.conftest import Open

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])


@WITH_AND_WITHOUT
def test_a_number_of_a_figure_leads_to_the_people_and_to_one_of_them(open_as: Open, scripts: bool) -> None:
    with open_as("learning", scripts=scripts) as window:
        page = window.page
        page.goto("/figures")
        page.get_by_label("Broken down by").select_option(label="Unit")
        page.get_by_label("Requirement").select_option(label="Prevent awareness for everybody")
        page.get_by_role("button", name="Show").click()
        row = page.get_by_role("row", name="Resources")
        row.get_by_role("link", name="required").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("People behind the figures")
        expect(page.locator("#requirement")).to_have_value("AWARE")
        page.get_by_role("link", name="Kit Tester").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Kit Tester")
        page.get_by_text("Day by day").first.click()
        expect(page.get_by_role("table", name="Prevent awareness for everybody, day by day")).to_be_visible()
        assert not window.complaints


@WITH_AND_WITHOUT
def test_another_day_is_typed_in_three_boxes(open_as: Open, scripts: bool) -> None:
    with open_as("learning", scripts=scripts) as window:
        page = window.page
        page.goto("/figures")
        for label, value in (("Day", "31"), ("Month", "6"), ("Year", "2026")):
            page.get_by_role("group", name="As at").get_by_label(label, exact=True).fill(value)
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name="Date must be a real date").click()
        expect(page.locator("#as_at-day")).to_be_focused()
        page.locator("#as_at-day").fill("30")
        page.get_by_role("button", name="Show").click()
        expect(page.get_by_text("As at 30 June 2026.")).to_be_visible()


@WITH_AND_WITHOUT
def test_a_manager_narrows_the_team_and_takes_the_same_lines_home(
    open_as: Open, scripts: bool, borough: Borough
) -> None:
    with open_as("manager", scripts=scripts) as window:
        page = window.page
        page.goto("/my-team")
        page.get_by_text("Filter this list").click()
        page.get_by_label("Everyone below me").check()
        page.get_by_label("Unit").select_option(label="Outside my own unit")
        page.get_by_role("button", name="Show").click()
        expect(page.locator("#team tbody tr")).to_have_count(1)
        with page.expect_download() as download:
            page.get_by_role("link", name="CSV file", exact=True).click()
        lines = download.value.path().read_text(encoding="utf-8-sig").splitlines()
        assert len(lines) == 2
        assert lines[1].startswith("Kit Tester,")


@WITH_AND_WITHOUT
def test_the_menu_works_on_a_telephone(open_as: Open, scripts: bool) -> None:
    with open_as("manager", width=NARROW, scripts=scripts) as window:
        page = window.page
        if scripts:
            page.get_by_role("button", name="Menu").click()
        page.get_by_role("link", name="My team").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("My team")


@WITH_AND_WITHOUT
def test_after_signing_out_the_way_back_shows_nothing(open_as: Open, scripts: bool) -> None:
    with open_as("staff", scripts=scripts) as window:
        page = window.page
        page.get_by_role("button", name="Sign out").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
        page.go_back()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_the_first_key_press_leads_past_the_menu(open_as: Open) -> None:
    with open_as("staff") as window:
        page = window.page
        page.goto("/my-training")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="Skip to main content")).to_be_focused()
        page.keyboard.press("Enter")
        expect(page.locator("#main-content")).to_be_focused()
