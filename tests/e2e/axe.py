"""axe-core in the browser: what it finds on the page that is open.

The rules are read from the package and handed to the page by the test's own channel, so the page's strict
browser policy stays in force and is tested along with it.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

TAGS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@dataclass(frozen=True, slots=True)
class Violation:
    """One rule that one element breaks."""

    rule: str
    help: str
    element: str

    def __str__(self) -> str:
        return f"{self.rule}: {self.help}: {self.element}"


@cache
def source() -> str:
    """axe-core itself, as axe-playwright-python bundles it."""
    return resources.files("axe_playwright_python").joinpath("axe.min.js").read_text(encoding="utf-8")


def violations(page: Page) -> list[Violation]:
    """Everything that axe finds wrong on the page, WCAG 2.2 AA and best practice."""
    page.evaluate(source())
    found: dict[str, Any] = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}})", list(TAGS)
    )
    return [
        Violation(rule["id"], rule["help"], node["html"][:200])
        for rule in found["violations"]
        for node in rule["nodes"]
    ]
