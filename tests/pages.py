"""The one test client. It inspects every page that it fetches, so that no test has to remember to.

What it holds a page to is listed in `INSPECTIONS`; tests/unit/test_pages_client.py proves that each bites.
Template variables are compared with what the view passed: `StrictUndefined` cannot be used, as the macros of
GOV.UK rely on undefined being false.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from contextvars import Context
from functools import partial
from typing import Any

from bs4 import BeautifulSoup, Tag
from flask import Flask, request_finished, template_rendered
from flask.testing import FlaskClient
from jinja2 import Environment, Template, meta, nodes
from typing_extensions import override
from werkzeug.test import TestResponse

BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "blockquote",
        "details",
        "div",
        "dl",
        "fieldset",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "main",
        "nav",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "ul",
    ]
)
PHRASES = frozenset(
    [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "dt",
        "span",
        "strong",
        "em",
        "a",
        "label",
        "button",
        "caption",
        "legend",
        "summary",
        "small",
        "b",
        "i",
    ]
)
INTERACTIVE = frozenset({"a", "button", "input", "select", "textarea", "label"})
INSIDE = {
    "li": {"ul", "ol", "menu"},
    "dt": {"dl", "div"},
    "dd": {"dl", "div"},
    "tr": {"thead", "tbody", "tfoot", "table"},
    "td": {"tr"},
    "th": {"tr"},
    "caption": {"table"},
    "legend": {"fieldset"},
    "summary": {"details"},
    "option": {"select", "optgroup", "datalist"},
}
NO_LABEL = frozenset({"hidden", "submit", "button", "image", "reset"})


class PageError(AssertionError):
    """A page breaks one of the rules for pages."""


def name_of(tag: Tag) -> str:
    """How a message points at an element."""
    attributes = "".join(f' {key}="{tag[key]}"' for key in ("id", "name", "href", "class") if tag.get(key))
    return f"<{tag.name}{attributes}>"


def text_of(tag: Tag) -> str:
    """What is read out: the words, with runs of blanks made one."""
    return " ".join(tag.get_text(" ").split())


def within(tag: Tag, names: Collection[str]) -> Iterator[Tag]:
    """The elements of these names inside another, in the order of the page; `find_all` of many names is slow."""
    return (found for found in tag.find_all(True) if found.name in names)


def has_language_and_title(page: BeautifulSoup) -> Iterator[str]:
    """The language is British English, and the title begins with the one h1, or with "Error: " and the h1."""
    root = page.find("html")
    if not isinstance(root, Tag) or root.get("lang") != "en-GB":
        yield 'the page is not <html lang="en-GB">'
    headings = [text_of(heading) for heading in page.find_all("h1")]
    if len(headings) != 1:
        yield f"the page has {len(headings)} h1: a page has exactly one"
        return
    title = text_of(page.title) if page.title else ""
    if not headings[0] or not title.removeprefix("Error: ").startswith(headings[0]):
        yield f"the title {title!r} does not begin with the h1 {headings[0]!r}"


def says_error_in_title(page: BeautifulSoup) -> Iterator[str]:
    """A page with an error summary says so first of all; each line of it leads to an input that is there."""
    summary = page.select_one(".govuk-error-summary")
    title = text_of(page.title) if page.title else ""
    if (summary is not None) != title.startswith("Error: "):
        yield f"an error summary and a title that begins with 'Error: ' go together; the title is {title!r}"
    for link in summary.select("a") if summary else []:
        target = page.find(id=str(link.get("href", "")).removeprefix("#"))
        if not isinstance(target, Tag) or target.name not in ("input", "select", "textarea"):
            yield f"the error summary's {name_of(link)} does not lead to an input"


def headings_descend(page: BeautifulSoup) -> Iterator[str]:
    """No level of heading is left out on the way down."""
    level = 0
    for heading in page.find_all(re.compile("^h[1-6]$")):
        if heading.find_parent("footer"):
            continue
        here = int(heading.name[1])
        # An error summary or a notice comes before the h1, with a heading of its own.
        if level and here > level + 1:
            yield f"{name_of(heading)} {text_of(heading)!r} follows an h{level}"
        level = here


def ids_are_unique(page: BeautifulSoup) -> Iterator[str]:
    """An id names one element, and what refers to an id finds it."""
    tags = page.find_all(True)
    counts = Counter(str(tag["id"]) for tag in tags if tag.has_attr("id"))
    for value, count in counts.items():
        if count > 1:
            yield f"the id {value!r} is used {count} times"
    for attribute in ("for", "aria-labelledby", "aria-describedby", "aria-controls"):
        for tag in tags:
            for value in str(tag.get(attribute, "")).split():
                if value not in counts:
                    yield f"{name_of(tag)} has {attribute}={value!r}, which is nowhere on the page"
    for link in page.find_all("a", href=re.compile("^#.")):
        if str(link["href"])[1:] not in counts:
            yield f"{name_of(link)} leads nowhere on the page"


def inputs_are_labelled(page: BeautifulSoup) -> Iterator[str]:
    """Every input has a label, or a name of its own; groups of choices have a legend."""
    labelled = {str(label["for"]) for label in page.find_all("label", attrs={"for": True}) if text_of(label)}
    for field in within(page, ("input", "select", "textarea")):
        if field.name == "input" and field.get("type") in NO_LABEL:
            continue
        if (
            field.get("id") not in labelled
            and not field.get("aria-label")
            and not field.get("aria-labelledby")
        ):
            yield f"{name_of(field)} has no label"
        if not field.get("name"):
            yield f"{name_of(field)} has no name, so that it is never sent"
    for group in page.find_all("fieldset"):
        legend = group.find("legend")
        if not isinstance(legend, Tag) or not text_of(legend):
            yield f"{name_of(group)} has no legend"


def links_and_buttons_say_something(page: BeautifulSoup) -> Iterator[str]:
    """Every link has words and an address; every button has words and a type."""
    for link in page.find_all("a"):
        if not text_of(link) and not link.get("aria-label"):
            yield f"{name_of(link)} has no words"
        if not link.get("href"):
            yield f"{name_of(link)} has no address"
    for button in page.find_all("button"):
        if not text_of(button) and not button.get("aria-label"):
            yield f"{name_of(button)} has no words"
        if button.get("type") not in ("submit", "button"):
            yield f"{name_of(button)} does not say whether it is a submit button"


def nothing_is_inline(page: BeautifulSoup) -> Iterator[str]:
    """No script, style or event handler in the page, and nothing from elsewhere: the policy forbids it."""
    for script in page.find_all("script"):
        if not script.get("src") or script.get_text(strip=True):
            yield "a script is written into the page"
    if page.find("style"):
        yield "a style is written into the page"
    for tag in page.find_all(True):
        for attribute in tag.attrs:
            if attribute == "style" or attribute.startswith("on"):
                yield f"{name_of(tag)} has the attribute {attribute}"
        addresses = {"src", "srcset", "action", "formaction"} | ({"href"} if tag.name == "link" else set())
        for attribute in addresses & tag.attrs.keys():
            if re.match(r"(?:[a-z]+:)?//|(?:javascript|data):", str(tag[attribute]), re.IGNORECASE):
                yield f"{name_of(tag)} loads from elsewhere"
        if str(tag.get("href", "")).lower().startswith(("javascript:", "data:")):
            yield f"{name_of(tag)} is a script in disguise"


def nests_validly(page: BeautifulSoup) -> Iterator[str]:
    """No block inside a phrase, no link inside a link, and parts of lists and tables only inside them."""
    for tag in within(page, PHRASES):
        for inner in within(tag, BLOCKS):
            if not (tag.name == "legend" and inner.name.startswith("h")):
                yield f"{name_of(inner)} is inside {name_of(tag)}"
    for tag in within(page, ("a", "button", "label")):
        for inner in within(tag, INTERACTIVE):
            if tag.name != "label" or inner.name in ("a", "label"):
                yield f"{name_of(inner)} is inside {name_of(tag)}"
    for tag in within(page, INSIDE):
        parent = tag.parent
        if parent is None or parent.name not in INSIDE[tag.name]:
            yield f"{name_of(tag)} is inside {name_of(parent) if parent else 'nothing'}"
    for tag in within(page, ("ul", "ol")):
        for child in tag.find_all(recursive=False):
            if child.name != "li":
                yield f"{name_of(child)} is directly inside {name_of(tag)}"


def tables_are_read_out_well(page: BeautifulSoup) -> Iterator[str]:
    """Every table has a caption, headers with a scope, and as many cells in each row as there are columns."""
    for table in page.find_all("table"):
        caption = table.find("caption", recursive=False)
        if not isinstance(caption, Tag) or not text_of(caption):
            yield f"{name_of(table)} has no caption"
        headers = table.find_all("th")
        if not headers:
            yield f"{name_of(table)} has no headers"
        for header in headers:
            if header.get("scope") not in ("col", "row", "colgroup", "rowgroup"):
                yield f"{name_of(header)} {text_of(header)!r} has no scope"
        widths = {
            sum(int(str(cell.get("colspan", "1"))) for cell in row.find_all(["td", "th"], recursive=False))
            for row in table.find_all("tr")
        }
        if len(widths) > 1:
            yield f"{name_of(table)} has rows of {sorted(widths)} cells"
        region = table.find_parent(attrs={"role": "region"})
        if not isinstance(region, Tag) or region.get("tabindex") != "0":
            yield f"{name_of(table)} is not in a region that can be scrolled with the keyboard"


def forms_prove_their_origin(page: BeautifulSoup) -> Iterator[str]:
    """A form that changes something carries a token; no form lets the browser's own messages replace ours."""
    for form in page.find_all("form"):
        if not form.has_attr("novalidate"):
            yield f"{name_of(form)} is not novalidate"
        method = str(form.get("method", "")).lower()
        if method not in ("get", "post"):
            yield f"{name_of(form)} does not say its method"
        token = form.find("input", attrs={"name": "csrf_token"})
        if method == "post" and not (isinstance(token, Tag) and token.get("value")):
            yield f"{name_of(form)} is a post without a csrf_token"
        if method == "get" and token:
            yield f"{name_of(form)} puts its csrf_token into the address"


def words_are_not_code(page: BeautifulSoup) -> Iterator[str]:
    """No object of Python, template syntax or missing value shows through."""
    text = text_of(page)
    for pattern in (
        r"\bNone\b",
        r"\bUndefined\b",
        r"<[A-Za-z_.]+ object at",
        r"\{\{|\}\}|\{%",
        r"datetime\.",
        r"9999",
    ):
        found = re.search(pattern, text)
        if found:
            yield f"the page shows {text[max(0, found.start() - 30) : found.end() + 30]!r}"


Inspection = Callable[[BeautifulSoup], Iterator[str]]
INSPECTIONS: tuple[Inspection, ...] = (
    has_language_and_title,
    says_error_in_title,
    headings_descend,
    ids_are_unique,
    inputs_are_labelled,
    links_and_buttons_say_something,
    nothing_is_inline,
    nests_validly,
    tables_are_read_out_well,
    forms_prove_their_origin,
    words_are_not_code,
)


def inspect(html: str, inspections: tuple[Inspection, ...] = INSPECTIONS) -> BeautifulSoup:
    """The page, read; raises PageError with every fault found."""
    page = BeautifulSoup(html, "html.parser")
    seen = hash((_SECRET.sub(r"\1x", html), inspections))
    if seen in _SOUND:
        return page
    faults = [fault for inspection in inspections for fault in inspection(page)]
    if faults:
        raise PageError("\n".join(faults))
    _SOUND.add(seen)
    return page


# The sign-in page alone is fetched thousands of times. Two pages that differ by the letters of their secrets are one.
_SECRET = re.compile(r'(<input [^>]*type="hidden"[^>]* value=")[A-Za-z0-9_.\-]+(?=")')
_SOUND: set[int] = set()


PROMISED_HEADERS = (
    "Content-Security-Policy",
    "X-Content-Type-Options",
    "Referrer-Policy",
    "Cross-Origin-Opener-Policy",
    "Permissions-Policy",
)


def inspect_headers(response: TestResponse) -> None:
    """Every answer carries the browser policy, and is never kept (promise S18)."""
    missing = [name for name in PROMISED_HEADERS if name not in response.headers]
    if missing:
        raise PageError(f"{response.request.path} lacks the headers {missing}")
    policy = response.headers["Content-Security-Policy"]
    if "default-src 'none'" not in policy or "unsafe" in policy or "frame-ancestors 'none'" not in policy:
        raise PageError(f"{response.request.path} has a browser policy that is not strict: {policy}")
    if (
        not response.request.path.startswith(("/static/", "/brand"))
        and response.headers.get("Cache-Control") != "no-store"
    ):
        raise PageError(f"{response.request.path} may be kept by a browser or proxy")


def names_wanted(env: Environment, template: Template) -> set[str]:
    """The variables that a template of ours, and the layouts it extends, expect to be passed."""
    wanted: set[str] = set()
    name: str | None = template.name
    while name is not None and not name.startswith("govuk_frontend_jinja/"):
        assert env.loader is not None
        names, name = names_in(env, env.loader.get_source(env, name)[0])
        wanted |= names
    return wanted


def names_in(env: Environment, source: str) -> tuple[set[str], str | None]:
    """The variables that the text of one template expects, and the name of the layout that it extends."""
    if source not in _NAMES_IN:
        tree = env.parse(source)
        parent = next(tree.find_all(nodes.Extends), None)
        layout = parent.template.value if parent and isinstance(parent.template, nodes.Const) else None
        _NAMES_IN[source] = meta.find_undeclared_variables(tree) - set(names_given(tree)), layout
    return _NAMES_IN[source]


_NAMES_IN: dict[str, tuple[set[str], str | None]] = {}
"""By the text itself: hundreds of services of a test run have the same templates."""


def names_given(tree: nodes.Template) -> Iterator[str]:
    """What a template imports, defines or sets at its top, and its blocks may therefore use."""
    for node in tree.body:
        if isinstance(node, nodes.FromImport):
            yield from (name if isinstance(name, str) else name[1] for name in node.names)
        elif isinstance(node, nodes.Import):
            yield node.target
        elif isinstance(node, nodes.Macro):
            yield node.name
        elif isinstance(node, nodes.Assign) and isinstance(node.target, nodes.Name):
            yield node.target.name


@contextmanager
def every_variable_is_passed(app: Flask) -> Iterator[None]:
    """Raise PageError at the end when a template was given less than it names."""
    faults: list[str] = []

    def compare(_sender: Flask, template: Template, context: dict[str, Any], **_: object) -> None:
        missing = names_wanted(app.jinja_env, template) - set(context) - set(app.jinja_env.globals)
        if missing:
            faults.append(f"{template.name} was not passed {sorted(missing)}")

    with template_rendered.connected_to(compare, app):
        yield
    if faults:
        raise PageError("\n".join(faults))


@contextmanager
def everything_is_committed(app: Flask) -> Iterator[None]:
    """Raise PageError at the end when a request left changes in the session that nobody committed."""
    faults: list[str] = []

    def look(_sender: Flask, **_: object) -> None:
        if "sqlalchemy" in app.extensions:
            session = app.extensions["sqlalchemy"].session()
            faults.extend(repr(row) for row in (*session.new, *session.dirty, *session.deleted))

    with request_finished.connected_to(look, app):
        yield
    if faults:
        raise PageError(f"left uncommitted: {faults}")


class PageClient(FlaskClient):
    """Flask's test client; whatever it fetches is inspected. Use `app.test_client_class = PageClient`.

    An answer of 500 fails at once, unless the test says `allow_fault=True`: then it is about that very page.
    """

    _read: tuple[TestResponse, BeautifulSoup] | None = None
    """The last page that was inspected, so that nobody need read it again."""

    @override
    def open(self, *args: Any, allow_fault: bool = False, **kwargs: Any) -> TestResponse:
        kwargs.setdefault("buffered", True)
        request = partial(super().open, *args, **kwargs)
        with every_variable_is_passed(self.application), everything_is_committed(self.application):
            # A context of its own, as a server gives it: a test's open application context would carry who is
            # signed in from one request to the next.
            response: TestResponse = Context().run(request)
        if response.status_code >= 500 and not allow_fault:
            raise PageError(f"{response.request.path} answered {response.status}")
        inspect_headers(response)
        # What is sent to be kept is a file that stands alone, no page of the service.
        is_page = response.mimetype == "text/html" and "attachment" not in response.headers.get(
            "Content-Disposition", ""
        )
        if is_page and response.data and response.status_code not in range(300, 400):
            self._read = response, inspect(response.get_data(as_text=True))
        return response

    def page(
        self, address: str, query: Mapping[str, str] | None = None, *, status: int = 200
    ) -> BeautifulSoup:
        """A page, fetched, expected to answer `status`, and read."""
        response = self.get(address, query_string=query)
        if response.status_code != status:
            raise PageError(f"{address} answered {response.status}, expected {status}")
        if self._read is not None and self._read[0] is response:
            return self._read[1]
        return BeautifulSoup(response.get_data(as_text=True), "html.parser")

    def send(self, address: str, to: str | None = None, **fields: str) -> TestResponse:
        """Fetch the page with a form, fill the form in, and send it as a browser would."""
        form = self.page(address).select_one("main form[method=post]")
        assert form is not None, f"{address} has no form to send"
        hidden = {
            str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")
        }
        return self.post(to or str(form.get("action") or address), data={**hidden, **fields})
