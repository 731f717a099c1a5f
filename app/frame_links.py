"""The links of the frame, made once: the same ones for everybody who is shown the same menu on the same page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

Link = Mapping[str, Any]
"""What layouts/base.html reads of a link."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A page of the menu: the words of its link and the endpoints on which that link is the current one."""

    text: str
    endpoint: str
    below: frozenset[str] = frozenset()


class Links:
    """The links of an app. `paths`: of every page that has nothing of its own in its address, by endpoint.

    `footer`: the words of each link at the foot of the page, its endpoint, and its place on that page.
    """

    def __init__(self, paths: Mapping[str, str], footer: Sequence[tuple[str, str, str]]) -> None:
        self._paths = paths
        self._at_the_foot = footer
        # As many as pages and kinds of menu have between them; below which path the service answers is its operator's.
        self.menu = lru_cache(maxsize=2000)(self._menu)
        self.footer = lru_cache(maxsize=20)(self._footer)

    def _menu(self, root: str, here: str | None, items: tuple[Destination, ...]) -> Sequence[Link]:
        return [
            {
                "text": item.text,
                "href": root + self._paths[item.endpoint],
                "current": here == item.endpoint,
                "active": here in item.below,
            }
            for item in items
        ]

    def _footer(self, root: str) -> Sequence[Link]:
        return [
            {"text": text, "href": root + self._paths[endpoint] + place}
            for text, endpoint, place in self._at_the_foot
        ]
