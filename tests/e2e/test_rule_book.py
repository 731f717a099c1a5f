"""Learning and development raises a target and shortens a validity: what was promised is what the figures show."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.browser import window
from tests.e2e.conftest import enter, new_service

pytestmark = pytest.mark.browser


def numbers(text: str) -> list[str]:
    """Whole fractions as pages write them: "3 of 12 (25.0%)"."""
    return re.findall(r"[\d,]+ of [\d,]+ \([\d.]+%\)", text)


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_change_is_looked_at_and_saved_and_the_figures_are_those_promised(
    browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    with (
        new_service(tmp_path) as (_, address, _borough),
        window(browser, address, scripts=scripts) as watched,
    ):
        page = watched.page
        enter(page, "learning")
        page.get_by_role("link", name="Rule book").click()
        page.get_by_role("link", name="Prevent awareness for everybody").first.click()
        page.locator("#targets").get_by_role("link").first.click()
        page.get_by_label("Target").fill("95")
        put(page)
        expect(page.get_by_role("rowheader", name="percent 95 instead of 70")).to_be_visible()
        page.get_by_role("link", name="Add another change").click()
        page.get_by_role("link", name="Prevent awareness", exact=True).first.click()
        page.locator("#history").get_by_role("link").first.click()
        page.get_by_label("How long it counts").fill("1")
        put(page)
        row = page.locator("#effects-1 tbody tr", has_text="Prevent awareness for everybody")
        before, after = numbers(row.inner_text())
        assert before != after
        assert "95%" in row.inner_text()
        page.get_by_role("button", name="Save these changes").click()
        expect(page.get_by_role("heading", name="Your changes are saved")).to_be_visible()
        page.get_by_role("link", name=re.compile("See the figures")).click()
        found = figure_of(page, "Prevent awareness for everybody")
        assert after.startswith(f"{found['Up to date']} of {found['Counted']} ")
        assert found["Target"] == "95%"


def figure_of(page: Page, requirement: str) -> dict[str, str]:
    """A line of the figures by the headings of its table; of each cell the first words."""
    table = page.locator("main table", has_text=requirement).first
    headings = [text.strip() for text in table.locator("thead th").all_inner_texts()]
    cells = table.locator("tbody tr", has_text=requirement).first.locator("th, td").all_inner_texts()
    return dict(zip(headings, (cell.strip().split()[0] for cell in cells), strict=True))


def put(page: Page) -> None:
    page.get_by_role("button", name="Put it in the draft").click()
    expect(page.get_by_role("heading", name="Your draft of the rule book")).to_be_visible()
