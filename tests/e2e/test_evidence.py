"""Sending evidence in, in a real browser: a certificate by its owner, a signed register by a manager."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from foundation import clock
from foundation.formats import long_date
from tests.certificates import certificate, photograph
from tests.e2e.browser import NARROW
from tests.e2e.conftest import Open

pytestmark = pytest.mark.browser
# The service is one for all tests, so each tells of a day of its own.
WITH_AND_WITHOUT = pytest.mark.parametrize(
    "scripts, ago", [(True, 41), (False, 42)], ids=["scripts", "no-scripts"]
)


@WITH_AND_WITHOUT
def test_a_certificate_is_sent_in_and_waits(open_as: Open, tmp_path: Path, scripts: bool, ago: int) -> None:
    day = clock.today() - timedelta(days=ago)
    paper = tmp_path / "certificate.pdf"
    paper.write_bytes(certificate("Sam Tester", "Prevent awareness", f"completed {long_date(day)}"))
    with open_as("staff", width=NARROW, scripts=scripts) as window:
        page = window.page
        page.goto("/training/tell-us")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="Choose your certificate, or say that you have none").click()
        expect(page.locator("#file")).to_be_focused()
        page.get_by_label("Upload your certificate").set_input_files(paper)
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("We read the course and the date from your certificate.")).to_be_visible()
        page.get_by_label("Day").fill("32")
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="Date must be a real date").click()
        expect(page.locator("#completed_on-day")).to_be_focused()
        page.get_by_label("Day").fill(str(day.day))
        page.get_by_role("button", name="Continue").click()
        page.get_by_role("link", name="Change certificate number").click()
        expect(page.get_by_label("Course")).to_have_value("PREV")
        page.get_by_label("Certificate number").fill("A 17")
        page.get_by_role("button", name="Continue").click()
        expect(page.get_by_text("A 17")).to_be_visible()
        page.get_by_role("button", name="Send").click()
        since = f"It is waiting for a check since {long_date(clock.today())}"
        expect(page.get_by_text(since)).to_be_in_viewport()
        page.go_back()
        expect(page.get_by_text(since)).to_be_visible()
        page.goto("/my-training/history")
        with page.expect_download() as download:
            page.get_by_role("link", name=f"Open the file for Prevent awareness, {long_date(day)}").click()
        assert download.value.suggested_filename.startswith("evidence-")
        assert download.value.path().read_bytes() == paper.read_bytes()
        assert not window.complaints


@WITH_AND_WITHOUT
def test_a_manager_records_a_signed_register_with_the_keyboard_alone(
    open_as: Open, tmp_path: Path, scripts: bool, ago: int
) -> None:
    paper = tmp_path / "register.jpg"
    paper.write_bytes(photograph())
    day = clock.today() - timedelta(days=ago)
    with open_as("manager", scripts=scripts) as window:
        page = window.page
        page.goto("/my-team/register")
        page.get_by_label("Upload the signed register").set_input_files(paper)
        press(page, "Continue")
        page.get_by_label("Course").select_option("BRIEF")
        for label, value in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
            page.get_by_label(label, exact=True).focus()
            page.keyboard.type(str(value))
        press(page, "Continue")
        for name in ("Ash Tester", "Kit Tester"):
            page.get_by_label(name).focus()
            page.keyboard.press("Space")
        press(page, "Continue")
        expect(page.get_by_text("these 2 people took part and signed")).to_be_visible()
        press(page, "Record for 2 people")
        expect(page.get_by_role("heading", level=1)).to_have_text("Recorded for 2 people")
        assert not window.complaints


def press(page: Page, name: str) -> None:
    """Press a button with the keyboard."""
    page.get_by_role("button", name=name).focus()
    page.keyboard.press("Enter")
    page.wait_for_load_state()
