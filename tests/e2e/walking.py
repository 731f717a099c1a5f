"""Walking through pages: what is looked at on each, and that each page is the one it is taken for."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from flask import Flask
from playwright.sync_api import Page, Response
from werkzeug.exceptions import HTTPException

from tests.borough import Borough
from tests.e2e.axe import violations, violations_of_colour
from tests.e2e.browser import NARROW, WIDE, Watched, overflow

# 400 % of a window of 1,280 by 1,024 pixels (WCAG 1.4.10).
ZOOMED = {"width": NARROW, "height": 256}
LOOKS = (("light", WIDE), ("dark", WIDE), ("light", NARROW))
"""Colours and widths in which each page is inspected. What is small is no darker than what is wide.

In the dark a page differs from the same page in the light by its colours alone (test_accessible.py proves it), so there
axe's rules about colours are asked and the others are not asked again; the width is measured each time.
"""

STRICT = "default-src 'none'"
HEADERS = {
    "x-content-type-options": "nosniff",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


class See(Protocol):
    """Looks at the page that is open: `endpoint` is whose it is, `state` what is special about it now."""

    def __call__(self, endpoint: str, state: str = "") -> None: ...


@dataclass
class Walk:
    """One reader's way through the service, and what was found on it."""

    app: Flask
    watched: Watched
    borough: Borough
    look: Callable[[Page], list[str]]
    faults: list[str] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)
    _last: Response | None = None

    def __post_init__(self) -> None:
        self.page.on("response", self._hear)

    @property
    def page(self) -> Page:
        return self.watched.page

    def _hear(self, response: Response) -> None:
        path = response.url.partition("//")[2].partition("/")[2]
        headers = response.headers
        self.faults += [f"/{path}: {fault}" for fault in wrong_headers(path, headers)]
        if response.request.is_navigation_request() and not 300 <= response.status < 400:
            self._last = response

    def see(self, endpoint: str, state: str = "") -> None:
        """Take the page that is open for a page of this endpoint, and look at it."""
        # A title that says "Error" is how every page says that it shows one.
        where = f"{endpoint}{f' ({state})' if state else ''}"
        self.page.wait_for_load_state()
        found = endpoint_of(self.app, self.page.url)
        if found != endpoint:
            self.faults.append(f"{where}: this is {found}: {self.page.title()}")
            return
        if ("error" in state) != self.page.title().startswith("Error: "):
            self.faults.append(f"{where}: the title is {self.page.title()!r}")
        assert self._last is not None
        self.pages[where] = self._last.text()
        self.faults += [f"{where}: {fault}" for fault in self.look(self.page)]
        self.faults += [f"{where}: {complaint}" for complaint in self.watched.complaints]
        self.watched.complaints.clear()

    def go(self, address: str, endpoint: str, state: str = "") -> None:
        """Open an address and look at the page. A first name at its end stands for that person's public id."""
        head, _, name = address.rpartition("/")
        self.page.goto(f"{head}/{self.borough.people[name]}" if name in self.borough.people else address)
        self.see(endpoint, state)

    def press(self, name: str) -> None:
        """Press a button of the page's own form, by its words."""
        self.page.locator("main").get_by_role("button", name=name, exact=True).first.click()
        self.page.wait_for_load_state()


def endpoint_of(app: Flask, url: str) -> str:
    """Whose page an address is."""
    path = "/" + url.partition("//")[2].partition("/")[2].partition("?")[0].partition("#")[0]
    try:
        endpoint, _ = app.url_map.bind("").match(path, method="GET")
    except HTTPException:
        return "nobody's"
    return str(endpoint)


def wrong_headers(path: str, headers: Mapping[str, str]) -> list[str]:
    """What an answer to a browser lacks (promise S18)."""
    faults = [
        f"{name} is {headers.get(name)}" for name, value in HEADERS.items() if headers.get(name) != value
    ]
    # "no-referrer": the address of the page is itself a secret.
    if headers.get("referrer-policy") not in ("same-origin", "no-referrer"):
        faults.append(f"referrer-policy is {headers.get('referrer-policy')}")
    policy = headers.get("content-security-policy", "")
    if STRICT not in policy or "frame-ancestors 'none'" not in policy or "unsafe" in policy:
        faults.append(f"the browser policy is {policy!r}")
    about_nobody = path.startswith(("static/", "brand"))
    if not about_nobody and headers.get("cache-control") != "no-store":
        faults.append(f"it may be kept: {headers.get('cache-control')}")
    return faults


def everything(page: Page) -> list[str]:
    """What axe finds in light and dark, wide and narrow, and whether the page spills over its window."""
    faults = []
    page.evaluate("() => document.querySelectorAll('details').forEach(found => { found.open = true })")
    for scheme, width in LOOKS:
        page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]  # one of the two
        page.set_viewport_size({"width": width, "height": 900})
        found = violations(page) if scheme == "light" else violations_of_colour(page)
        faults += [f"{scheme}, {width} pixels: {violation}" for violation in found]
        if overflow(page):
            faults.append(f"at {width} pixels it is {overflow(page)} pixels too wide")
    page.set_viewport_size(ZOOMED)  # type: ignore[arg-type]  # a dict of this shape
    if overflow(page):
        faults.append(f"at 400 % it is {overflow(page)} pixels too wide")
    page.set_viewport_size({"width": WIDE, "height": 900})
    return faults


def nothing(_page: Page) -> list[str]:
    """No look at all: for whoever wants the pages alone."""
    return []
