"""Going wherever links lead: every page a reader comes to, every form that is shown, every file that is offered."""

from collections import Counter
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from bs4 import BeautifulSoup, Tag
from flask import Flask
from playwright.sync_api import Page

from tests.e2e.not_pages import NOT_PAGES
from tests.e2e.walking import endpoint_of

Fields = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Form:
    """A form that changes something: where it was, where it goes and what it would send as it stands."""

    shown_on: str
    endpoint: str
    action: str
    fields: Fields


@dataclass
class Wanderer:
    """A reader who follows every link.

    Of one endpoint `each` addresses are opened, as they show one reader the same; of those `everywhere` all.
    """

    app: Flask
    page: Page
    each: int = 2
    everywhere: frozenset[str] = frozenset()
    texts: dict[str, str] = field(default_factory=dict)
    """What stood at each address: the page after its scripts, or the file."""
    forms: list[Form] = field(default_factory=list)
    statuses: dict[str, int] = field(default_factory=dict)
    _opened: Counter[str] = field(default_factory=Counter)

    @property
    def endpoints(self) -> set[str]:
        """Whose addresses were opened."""
        return set(self._opened)

    def wander(self, *starts: str) -> None:
        """Open what is to be reached from the start page, or from addresses that were typed."""
        waiting, known = ["/", *starts], {"/", *starts}
        while waiting:
            address = waiting.pop(0)
            for link in self._open(address):
                if link not in known:
                    known.add(link)
                    waiting.append(link)

    def _open(self, address: str) -> list[str]:
        endpoint = endpoint_of(self.app, urljoin("http://x", address))
        if self._opened[endpoint] >= self.each and endpoint not in self.everywhere:
            return []
        self._opened[endpoint] += 1
        if endpoint in NOT_PAGES and endpoint != "home":
            answer = self.page.request.get(address)
            self.statuses[address], self.texts[address] = answer.status, answer.body().decode("latin-1")
            return []
        found = self.page.goto(address)
        assert found is not None
        self.statuses[address] = found.status
        self.texts[address] = text = self.page.content()
        return self._read(address, BeautifulSoup(text, "html.parser"))

    def _read(self, address: str, page: BeautifulSoup) -> list[str]:
        here = self.page.url
        for form in page.select("form"):
            if str(form.get("method", "get")).lower() == "post":
                action = _local(urljoin(here, str(form.get("action") or here)))
                endpoint = endpoint_of_post(self.app, action)
                self.forms.append(Form(address, endpoint, action, _fields(form)))
        links = [urljoin(here, str(link["href"])) for link in page.select("a[href]")]
        host = urlsplit(here).netloc
        return [_local(link) for link in links if urlsplit(link).netloc == host]


def endpoint_of_post(app: Flask, address: str) -> str:
    """Whose form an address takes."""
    endpoint, _ = app.url_map.bind("").match(urlsplit(address).path, method="POST")
    return str(endpoint)


def _local(address: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _fields(form: Tag) -> Fields:
    """What would be sent; of a choice the last, so that something is chosen where nothing is beforehand."""
    found: dict[str, str] = {}
    for one in form.select("input[name], textarea[name], button[name]"):
        found[str(one["name"])] = str(one.get("value") or one.get_text() or "Tests")
    for one in form.select("select[name]"):
        options = one.select("option[value]")
        found[str(one["name"])] = str(options[-1]["value"]) if options else ""
    return tuple(found.items())
