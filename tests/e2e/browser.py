"""Chromium as our readers have it: light or dark, wide or narrow, with JavaScript or without.

A page that breaks its own browser policy, or whose script fails, says so on the console; `Watched` keeps
what is said, so that a test can demand silence.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, expect

from tests.services import chromium_path

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")
WIDE = 1200
NARROW = 320
PATIENCE = 60_000
"""Milliseconds after which a test gives up: it finds what hangs, and never a machine that is busy."""

# No sandbox inside a container; nothing that calls home; no throttling of a window that nobody looks at.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-client-side-phishing-detection",
    "--metrics-recording-only",
    "--no-first-run",
    "--no-pings",
)


def launch(playwright: Playwright) -> Browser:
    """Start the Chromium of this machine."""
    expect.set_options(timeout=PATIENCE)
    return playwright.chromium.launch(executable_path=chromium_path(), args=list(ARGUMENTS))


@dataclass
class Watched:
    """A page, and what the browser said about it: refused scripts, styles, requests, faults of scripts."""

    page: Page
    complaints: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        """Keep a warning or an error."""
        # A refused sign-in answers 4xx on purpose, and the browser mentions it.
        if (
            message.type in ("error", "warning")
            and "the server responded with a status of 4" not in message.text
        ):
            self.complaints.append(message.text)


@contextmanager
def window(
    browser: Browser, base_url: str, scheme: Scheme = "light", width: int = WIDE, scripts: bool = True
) -> Iterator[Watched]:
    """A fresh window without cookies. Anything that it would fetch from elsewhere is refused and heard of."""
    context = browser.new_context(
        base_url=base_url,
        color_scheme=scheme,
        java_script_enabled=scripts,
        locale="en-GB",
        viewport={"width": width, "height": 900},
    )
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    watched = Watched(page)
    page.on("console", watched.hear)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url.startswith(base_url) else watched.complaints.append(request.url),
    )
    try:
        yield watched
    finally:
        context.close()


def overflow(page: Page) -> int:
    """By how many pixels the page is wider than its window; regions that scroll inside do not count."""
    wide: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return max(0, wide)
