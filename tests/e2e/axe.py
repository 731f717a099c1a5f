"""axe-core in the browser: what it finds on the page that is open.

The rules are read from the package and handed to the page by the test's own channel, so the page's strict
browser policy stays in force and is tested along with it.
"""

from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from playwright.sync_api import Page

# What axe found in order, thousands of elements of a page, stays in the browser: to hand it over took longer than to
# find it.
_RUN = "async choice => (await axe.run(document, {runOnly: choice, resultTypes: ['violations']})).violations"
_COLOURS = (
    "tags => axe.getRules(tags).filter(rule => rule.tags.includes('cat.color')).map(rule => rule.ruleId)"
)

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
    return _found(page, {"type": "tag", "values": list(TAGS)})


def violations_of_colour(page: Page) -> list[Violation]:
    """What axe finds wrong with the colours of the page, and nothing else."""
    return _found(page, {"type": "rule", "values": rules_of_colour(page)})


def rules_of_colour(page: Page) -> list[str]:
    """The rules among ours that look at colours."""
    _put_in(page)
    found: list[str] = page.evaluate(_COLOURS, list(TAGS))
    return found


def _found(page: Page, choice: dict[str, Any]) -> list[Violation]:
    _put_in(page)
    rules: list[dict[str, Any]] = page.evaluate(_RUN, choice)
    return [
        Violation(rule["id"], rule["help"], node["html"][:200]) for rule in rules for node in rule["nodes"]
    ]


def _put_in(page: Page) -> None:
    if not page.evaluate("typeof window.axe?.run === 'function'"):
        page.evaluate(source())
