"""Learning and development loads an HR file in a browser: the effect, the brake, rows to mend, and taking it back."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from tests.borough import RESOURCES, Borough
from tests.e2e.browser import window
from tests.e2e.conftest import enter, new_service
from tests.integration.imports.desk import Rows, as_csv
from tests.integration.web.importing.page_desk import newcomers, worker

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
PATIENCE = 90
"""Seconds until a process of its own has done its work, on a busy machine."""
BAD = "31/06/2024"


@dataclass
class Town:
    """A service with its borough."""

    app: Flask
    address: str
    borough: Borough
    folder: Path

    def file(self, name: str, rows: Rows) -> Path:
        path = self.folder / name
        path.write_bytes(as_csv(rows))
        return path


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with new_service(tmp_path) as (app, address, borough):
        yield Town(app, address, borough, tmp_path)


def heading(page: Page, words: str) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def wait_for(page: Page, words: str, *, scripts: bool) -> None:
    """Wait for the page that comes when the work is done; without scripts by asking for it."""
    title = page.get_by_role("heading", level=1)
    if scripts:
        expect(title).to_have_text(words, timeout=PATIENCE * 1000)
        return
    for _ in range(4 * PATIENCE):
        if title.inner_text() == words:
            return
        page.get_by_role("link", name="See how far it is").click()
        page.wait_for_timeout(250)
    heading(page, words)


def upload(page: Page, path: Path, *, part: bool, scripts: bool) -> None:
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Imports").click()
    page.get_by_role("link", name="People and posts").first.click()
    heading(page, "Load a file: People and posts")
    page.get_by_label("The file", exact=True).set_input_files(path)
    if part:
        page.get_by_label("This file is only a part of the workforce").check()
    page.get_by_role("button", name="Check the file").click()
    wait_for(page, "Check what this file would change", scripts=scripts)


@WITH_AND_WITHOUT
def test_a_file_is_looked_at_held_back_confirmed_mended_and_taken_back(
    browser: Browser, town: Town, scripts: bool
) -> None:
    with window(browser, town.address, scripts=scripts) as watched:
        page = watched.page
        enter(page, "learning")
        upload(page, town.file("new.csv", newcomers(60)), part=True, scripts=scripts)
        figure = page.get_by_role("row", name="Prevent awareness for everybody")
        expect(figure).to_contain_text("8 of 14 (57.1%)")
        expect(figure).to_contain_text("No change")
        expect(page.get_by_text("New people", exact=True)).to_be_visible()
        page.get_by_role("button", name="Load this file").click()
        wait_for(page, "The file has been loaded", scripts=scripts)

        # The next file is short, and two of its rows are wrong.
        # Whoever loads it is in it: a leaver has no access.
        loader = worker("Uma", unit=RESOURCES, post_ref=f"P-Uma-{RESOURCES}", manager_ref="N-Vic")
        short = [loader, worker("Sam"), worker("Ash", post_end=BAD), worker("Late", post_start=BAD)]
        upload(page, town.file("short.csv", short), part=False, scripts=scripts)
        expect(page.get_by_text("Check that it is whole.")).to_be_visible()
        expect(page.get_by_role("heading", name="Rows set aside: 2")).to_be_visible()
        box = page.get_by_label("How many posts will this end?")
        page.get_by_role("button", name="Load this file and end these posts").click()
        expect(page.get_by_role("link", name="Enter how many posts will end")).to_be_visible()
        words = page.get_by_text("Check that it is whole.").inner_text()
        box.fill(words.partition("would end ")[2].partition(" post")[0])
        page.get_by_role("button", name="Load this file and end these posts").click()
        wait_for(page, "The file has been loaded", scripts=scripts)

        page.get_by_role("link", name="Mend them here").click()
        heading(page, "Mend the rows that were set aside")
        wrong = page.locator("input[aria-describedby]")
        expect(wrong).to_have_count(2)
        wrong.nth(0).fill("30/06/2030")
        wrong.nth(1).fill("30/06/2024")
        page.get_by_role("button", name="Load these rows").click()
        wait_for(page, "Check what this file would change", scripts=scripts)
        page.get_by_role("button", name="Load this file").click()
        wait_for(page, "The file has been loaded", scripts=scripts)

        page.get_by_role("link", name="or take it back").click()
        heading(page, "Batch 3")
        page.get_by_role("button", name="See what taking it back would do").click()
        wait_for(page, "Check what taking batch 3 back would do", scripts=scripts)
        page.get_by_role("button", name="Take batch 3 back").click()
        wait_for(page, "Batch 3 was taken back", scripts=scripts)
        page.get_by_role("link", name="Go to imports").click()
        expect(page.get_by_role("row", name="Batch 3 People")).to_contain_text("Taken back by batch 4")
        assert not watched.complaints
