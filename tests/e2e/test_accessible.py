"""Every page, light and dark, wide and at 320 pixels: axe finds nothing, nothing spills over, nothing is refused."""

from itertools import product

import pytest

from tests.borough import Borough
from tests.e2e.axe import violations
from tests.e2e.browser import NARROW, SCHEMES, WIDE, Scheme, overflow
from tests.e2e.conftest import Open

pytestmark = pytest.mark.browser

BAD_DAY = "as_at-day=31&as_at-month=6&as_at-year=2026"
# Reader: the pages to look at, with and without errors. A first name stands for that person's public id.
PAGES = {
    None: ["/sign-in", "/nowhere"],
    "staff": ["/my-requirements", "/figures", "/people", "/people/Sam"],
    "manager": ["/my-requirements", "/my-team", "/my-team?scope=everyone&unit=in", "/figures", "/people/Bo"],
    "learning": [
        "/figures",
        "/figures?by=organisation",
        "/figures?by=unit",
        f"/figures?{BAD_DAY}",
        "/people",
        "/people?show=expired",
        f"/people?{BAD_DAY}",
        "/people/Sam",
        "/people/Two",
        "/figures?requirement=NOPE",
    ],
    "partner": ["/figures", "/people"],
}


@pytest.mark.parametrize("reader", PAGES)
def test_nothing_is_wrong_with_any_page(reader: str | None, open_as: Open, borough: Borough) -> None:
    faults: list[str] = []
    with open_as(reader) as window:
        page = window.page
        for address in PAGES[reader]:
            head, _, name = address.rpartition("/")
            page.goto(f"{head}/{borough.people[name]}" if name in borough.people else address)
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
        faults += window.complaints
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("scheme", SCHEMES)
def test_the_sign_in_page_with_errors_is_as_sound(scheme: Scheme, open_as: Open) -> None:
    with open_as(None, scheme) as window:
        window.page.goto("/sign-in")
        window.page.get_by_role("button", name="Sign in").click()
        summary = window.page.locator(".govuk-error-summary")
        summary.wait_for()
        assert not violations(window.page)
        assert window.page.title().startswith("Error: ")
        # The summary is read out first, and each line leads to its input.
        assert summary.evaluate("element => element === document.activeElement")
        summary.get_by_role("link", name="Enter your password").click()
        assert window.page.locator("#password").evaluate("element => element === document.activeElement")


def test_a_page_with_text_at_twice_its_size_does_not_spill_over(open_as: Open) -> None:
    # 400 % of 1,280 pixels leaves 320 for the page (WCAG 1.4.10); text alone at twice its size is 1.4.4.
    with open_as("learning", width=2 * NARROW) as window:
        window.page.goto("/figures?by=unit")
        window.page.evaluate("() => { document.documentElement.style.fontSize = '200%' }")
        assert overflow(window.page) == 0


def test_a_table_is_scrolled_with_the_keyboard_alone(open_as: Open) -> None:
    with open_as("learning", width=NARROW) as window:
        page = window.page
        page.goto("/figures")
        region = page.get_by_role("region", name="Against targets")
        region.focus()
        for _ in range(5):
            page.keyboard.press("ArrowRight")
            page.wait_for_timeout(100)
        assert region.evaluate("element => element.scrollLeft") > 0


def test_on_paper_there_are_no_filters_and_every_table_is_whole(open_as: Open) -> None:
    with open_as("learning") as window:
        page = window.page
        page.goto("/figures?by=unit")
        page.emulate_media(media="print")
        assert not page.locator(".app-filters").is_visible()
        assert not page.get_by_role("button", name="Sign out").is_visible()
        assert page.locator("main table").first.is_visible()
        address = "element => getComputedStyle(element, '::after').content"
        assert page.locator("main table a").first.evaluate(address) == "none"
        assert (
            page.locator(".app-scroll").first.evaluate("element => getComputedStyle(element).overflow")
            == "visible"
        )


def test_the_inspection_itself_finds_what_is_wrong(open_as: Open) -> None:
    with open_as(None, width=NARROW) as window:
        page = window.page
        page.goto("/sign-in")
        page.evaluate(
            """() => {
                const image = document.createElement("img")
                image.width = 900
                document.querySelector("main").append(image)
                document.querySelector("label").remove()
            }"""
        )
        assert {violation.rule for violation in violations(page)} >= {"image-alt", "label"}
        assert overflow(page) > 0
        page.evaluate(
            """() => {
                const script = document.createElement("script")
                script.textContent = "document.title = 'inline'"
                document.body.append(script)
            }"""
        )
        assert any("Content Security Policy" in complaint for complaint in window.complaints)
        assert page.title() != "inline"
