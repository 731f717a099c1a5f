"""Every page, with errors and without, light and dark, wide, at 320 pixels and at 400 %: nothing is wrong with any."""

import ast
import re
from collections.abc import Iterator
from contextlib import contextmanager
from inspect import getsource
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, expect

from app.navigation import HOME
from tests.borough import Borough
from tests.e2e import (
    bookings_tour,
    certificates_tour,
    evaluation_tour,
    loading_tour,
    planning_tour,
    records_tour,
    registers_tour,
    reminders_tour,
    reports_tour,
    rules_tour,
    schools_tour,
    tours,
)
from tests.e2e.axe import violations
from tests.e2e.browser import NARROW, SCHEMES, WIDE, Scheme, overflow, window
from tests.e2e.conftest import Open, enter, new_service
from tests.e2e.not_pages import NOT_PAGES
from tests.e2e.vnu import complaints
from tests.e2e.walking import Walk, everything, nothing, wrong_headers
from tests.services import vnu_jar

pytestmark = pytest.mark.browser
Service = tuple[Flask, str, Borough]


@pytest.fixture
def own_service(tmp_path: Path) -> Iterator[Service]:
    """A service of the test's own: a tour hands teams over and sends certificates in."""
    with new_service(tmp_path, support_email="help@borough.example") as service:
        yield service


@contextmanager
def walking(browser: Browser, service: Service, name: str, look: object = nothing) -> Iterator[Walk]:
    """A window in which the reader of a tour is signed in."""
    app, address, borough = service
    route = tours.ROUTES[name]
    with window(browser, address) as watched:
        walk = Walk(app, watched, borough, look)  # type: ignore[arg-type]  # one of the two looks
        if route.reader is not None:
            enter(watched.page, route.reader)
        yield walk


@pytest.mark.parametrize("name", tours.ROUTES)
def test_nothing_is_wrong_with_any_page(
    name: str, browser: Browser, own_service: Service, tmp_path: Path
) -> None:
    """axe, the width, the console, the headers of every answer (promises S18 and P7), and the HTML."""
    with walking(browser, own_service, name, everything) as walk:
        tours.ROUTES[name].tour(walk)
    assert walk.pages
    assert not walk.faults, "\n".join(walk.faults)
    if vnu_jar() is None:
        pytest.skip("The Nu Html Checker is not here, and everything else is well")
    folder = tmp_path / "pages"
    folder.mkdir()
    found = complaints(walk.pages, folder)
    assert not found, "\n".join(found)


def test_in_the_dark_only_colours_are_different() -> None:
    """That is why the looks in the dark ask axe about colours alone (LOOKS in walking.py)."""
    root = Path(__file__).resolve().parents[2]
    sheets = [path for path in (root / "static").rglob("*.css") if "prefers-color-scheme" in path.read_text()]
    assert [sheet.name for sheet in sheets] == ["app.css"]
    blocks = dark_blocks(sheets[0].read_text())
    assert blocks
    for block in blocks:
        for name, value in re.findall(r"^\s*([\w-]+):\s+([^;{}]*);$", block, re.MULTILINE):
            # The button of a file input has a border: it holds no words, and the width of the page is measured.
            assert name in {"color", "background", "background-color", "border"} or name.startswith("--"), (
                name
            )
            assert re.fullmatch(r"(1px solid )?(#[0-9a-f]{3,8}|rgb\([^()]*\)|var\(--[\w-]+\))", value), value
    scripts = [*(root / "static").glob("*.js"), *(root / "templates").rglob("*.html")]
    assert not [script.name for script in scripts if "prefers-color-scheme" in script.read_text()]


def dark_blocks(sheet: str) -> list[str]:
    """What stands between the braces of each rule for the dark."""
    found = []
    for opening in re.finditer(r"@media[^{]*prefers-color-scheme: dark[^{]*\{", sheet):
        depth, end = 1, opening.end()
        while depth:
            depth += {"{": 1, "}": -1}.get(sheet[end], 0)
            end += 1
        found.append(sheet[opening.end() : end - 1])
    return found


@pytest.mark.vnu
def test_the_checker_itself_finds_what_is_wrong(tmp_path: Path) -> None:
    page = "<!DOCTYPE html><html lang=en-GB><title>T</title><p id=a>{}"
    assert not complaints({"sound": page.format("A")}, tmp_path)
    found = complaints(
        {"sound": page.format("A"), "faulty": page.format("<b id=a><div>B</div></b>")}, tmp_path
    )
    assert any(complaint.startswith("faulty, line 1: Duplicate ID") for complaint in found)
    assert not any(complaint.startswith("sound") for complaint in found)
    # Only the very code of the macros is let through.
    role = '<fieldset class="{}" role="group"><legend>L</legend></fieldset>'
    assert not complaints({"theirs": page.format("A") + role.format("govuk-fieldset")}, tmp_path)
    assert complaints({"ours": page.format("A") + role.format("app-fieldset")}, tmp_path)


def test_every_page_is_on_a_tour(own_service: Service) -> None:
    app = own_service[0]
    shown = {
        rule.endpoint
        for rule in app.url_map.iter_rules()
        if "GET" in (rule.methods or ()) and rule.endpoint not in NOT_PAGES
    }
    missing = shown - seen_on_tours()
    assert not missing, f"add to tests/e2e/tours.py: {sorted(missing)}"
    assert HOME in NOT_PAGES
    assert set(NOT_PAGES) <= {rule.endpoint for rule in app.url_map.iter_rules()}


def seen_on_tours() -> set[str]:
    """The endpoints that the tours look at. Each look checks that the page is one of that endpoint."""
    position = {"see": 0, "go": 1}
    return {
        argument.value
        for module in (
            tours,
            bookings_tour,
            certificates_tour,
            evaluation_tour,
            loading_tour,
            planning_tour,
            records_tour,
            registers_tour,
            reminders_tour,
            reports_tour,
            rules_tour,
            schools_tour,
        )
        for node in ast.walk(ast.parse(getsource(module)))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in position
        for argument in node.args[position[node.func.attr] :][:1]
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    }


def test_a_walk_notices_a_page_that_is_another_and_an_answer_without_its_headers(
    browser: Browser, own_service: Service
) -> None:
    with walking(browser, own_service, "anybody") as walk:
        walk.go("/help", "cookies")
        walk.go("/help", "help", "error")
    assert walk.faults[0].startswith("cookies: this is help")
    assert walk.faults[1].startswith("help (error): the title is")
    assert len(wrong_headers("help", {})) == 7
    assert not wrong_headers("static/app.css", own_headers(own_service))


def own_headers(service: Service) -> dict[str, str]:
    found = service[0].test_client().get("/static/app.css", buffered=True).headers
    return {name.lower(): value for name, value in found.items()}


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


# --- the keyboard alone


def pressed_until(page: Page, key: str, words: str) -> None:
    """Press a key until what has the focus bears these words; it is never under anything else (WCAG 2.4.11)."""
    for _ in range(60):
        page.keyboard.press(key)
        name, hidden = page.evaluate(
            """() => {
                const found = document.activeElement
                const box = found.getBoundingClientRect()
                const above = document.elementFromPoint(box.x + box.width / 2, box.y + box.height / 2)
                const label = found.labels?.[0]?.innerText ?? found.innerText ?? ""
                return [label.trim(), !(found.contains(above) || above?.contains(found))]
            }"""
        )
        if name.startswith(words):
            assert not hidden, f"{words} has the focus and is hidden"
            return
    raise AssertionError(f"the focus never came to {words}")


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_a_form_is_filled_in_mended_and_sent_with_the_keyboard_alone(
    browser: Browser, own_service: Service, width: int
) -> None:
    with walking(browser, own_service, "staff") as walk:
        page = walk.page
        page.set_viewport_size({"width": width, "height": 500})
        page.goto("/account/details")
        pressed_until(page, "Tab", "Ask for a correction")
        page.keyboard.press("Enter")
        expect(page).to_have_title(re.compile("^Error: "))
        # The summary has the focus, and its first line leads to the first box to mend.
        expect(page.locator(".govuk-error-summary")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(page.locator("main input[type=radio]").first).to_be_focused()
        page.keyboard.press("Space")
        page.keyboard.press("Tab")
        page.keyboard.type("Samuel")
        pressed_until(page, "Tab", "Ask for a correction")
        page.keyboard.press("Enter")
        expect(page.get_by_role("button", name="Take this back")).to_be_visible()
        assert not walk.watched.complaints


# --- a session that is about to end


def test_whoever_leaves_a_page_alone_is_told_in_time_and_may_stay(open_as: Open) -> None:
    with open_as(None) as window:
        page = window.page
        page.clock.install()
        enter(page, "staff")
        page.goto("/account/details")
        field = page.get_by_label(re.compile("should", re.IGNORECASE))
        field.fill("Sam")
        notice = page.get_by_role("status").get_by_text("You will be signed out in 5 minutes.")
        page.clock.fast_forward("23:50")  # a minute before 25: the cookie may be so much older than the page
        assert not notice.is_visible()
        page.clock.fast_forward("00:20")
        expect(notice).to_be_visible()
        # It takes no focus, covers nothing that has it, and axe has nothing against it.
        expect(field).to_be_focused()
        assert not violations(page)
        page.set_viewport_size({"width": NARROW, "height": 500})
        pressed_until(page, "Tab", "Ask for a correction")
        assert overflow(page) == 0
        page.get_by_role("button", name="Stay signed in").click()
        expect(notice).to_be_hidden()
        expect(page.get_by_role("button", name="Ask for a correction")).to_be_focused()
        page.clock.fast_forward("23:00")
        assert not notice.is_visible()
        page.clock.fast_forward("01:10")
        expect(notice).to_be_visible()
        page.clock.fast_forward("05:10")
        expect(page.get_by_text("You have been signed out.")).to_be_visible()
        assert not window.complaints


def test_whoever_was_signed_out_meanwhile_is_told_so_and_not_that_they_stay(open_as: Open) -> None:
    with open_as(None) as window:
        page = window.page
        page.clock.install()
        enter(page, "staff")
        page.goto("/account/details")
        page.clock.fast_forward("26:00")
        page.context.clear_cookies(name="tracker_session")
        page.get_by_role("button", name="Stay signed in").click()
        expect(page.get_by_text("You have been signed out.")).to_be_visible()
        assert not page.get_by_role("button", name="Stay signed in").is_visible()


def test_a_page_in_another_tab_counts_too(open_as: Open) -> None:
    with open_as("staff") as window:
        page = window.page
        page.goto("/account")
        page.clock.install()
        page.goto("/account")
        page.clock.fast_forward("20:00")
        page.evaluate("localStorage.setItem('last-page-at', String(Date.now()))")
        page.clock.fast_forward("09:00")
        assert not page.locator("#session-end").is_visible()
        # What the cookies page says is kept in the browser is all that is.
        assert page.evaluate("Object.keys(localStorage)") == ["last-page-at"]
        assert page.evaluate("Object.keys(sessionStorage)") == []


# --- colours that people choose themselves


def test_with_forced_colours_what_is_shown_by_colour_keeps_its_edge(open_as: Open) -> None:
    with open_as("manager") as window:
        page = window.page
        page.emulate_media(forced_colors="active")
        page.goto("/my-team")
        edge = "element => getComputedStyle(element).borderTopStyle"
        assert page.locator(".govuk-tag").first.evaluate(edge) == "solid"
        assert not violations(page)
