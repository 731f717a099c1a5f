"""Each inspection of tests/pages.py bites: a sound page passes, and the same page with one fault does not."""

import re

import pytest
from flask import Flask, render_template, render_template_string
from jinja2 import DictLoader

from app import security
from tests.pages import PageClient, PageError, inspect

SOUND = """<!DOCTYPE html>
<html lang="en-GB"><head><title>Error: Your team, Training</title>
<link rel="stylesheet" href="/static/app.css"></head>
<body>
<div class="govuk-error-summary"><h2>There is a problem</h2>
<ul><li><a href="#name">Enter a name</a></li></ul></div>
<h1>Your team</h1>
<h2>People</h2>
<p>Two <strong>people</strong>.</p>
<form method="post" action="/team" novalidate>
<input type="hidden" name="csrf_token" value="x">
<label for="name">Name</label><input id="name" name="name" aria-describedby="name-hint">
<div id="name-hint">Both</div>
<fieldset><legend>Scope</legend><input type="radio" id="s" name="s"><label for="s">All</label></fieldset>
<button type="submit">Save</button></form>
<form method="get" action="/team" novalidate></form>
<div role="region" tabindex="0" aria-labelledby="c"><table><caption id="c">Team</caption>
<thead><tr><th scope="col">Name</th><th scope="col">Due</th></tr></thead>
<tbody><tr><th scope="row">A</th><td>1 May 2026</td></tr></tbody></table></div>
<a href="/next">Next</a>
<script type="module" src="/static/app.js"></script>
</body></html>"""

FAULTS = {
    "another language": ('lang="en-GB"', 'lang="en"', "en-GB"),
    "no h1": ("<h1>Your team</h1>", "", "0 h1"),
    "two h1": ("<h2>People</h2>", "<h1>People</h1>", "2 h1"),
    "a title without the h1": ("<title>Error: Your team", "<title>Error: Team", "does not begin with"),
    "an error that the title hides": ("<title>Error: ", "<title>", "go together"),
    "an error in the title alone": ("govuk-error-summary", "govuk-summary", "go together"),
    "an error that leads to no input": ('<a href="#name">', '<a href="#c">', "does not lead to an input"),
    "a level of heading left out": ("<h2>People</h2>", "<h3>People</h3>", "follows an h1"),
    "one id twice": ('id="s"', 'id="name"', "is used 2 times"),
    "a description that is nowhere": ('id="name-hint"', 'id="hint"', "nowhere on the page"),
    "a link to nowhere on the page": ('href="/next"', 'href="#next"', "leads nowhere"),
    "an input without a label": ('<label for="name">Name</label>', "", "has no label"),
    "an empty label": ('<label for="name">Name</label>', '<label for="name"></label>', "has no label"),
    "an input without a name": ('id="name" name="name"', 'id="name"', "has no name"),
    "choices without a legend": ("<legend>Scope</legend>", "", "has no legend"),
    "a link without words": ('<a href="/next">Next</a>', '<a href="/next"> </a>', "has no words"),
    "a link without an address": ('<a href="/next">', "<a>", "has no address"),
    "a button without words": (">Save<", "><", "has no words"),
    "a button without a type": ('<button type="submit">', "<button>", "submit button"),
    "an inline script": ("<h2>People</h2>", "<h2>People</h2><script>go()</script>", "script is written into"),
    "an inline style": ("<h2>People</h2>", "<h2>People</h2><style>p{}</style>", "style is written into"),
    "a style attribute": ("<p>", '<p style="color:red">', "attribute style"),
    "an event handler": ("<p>", '<p onclick="go()">', "attribute onclick"),
    "a script from elsewhere": ('src="/static', 'src="//cdn.example/', "loads from elsewhere"),
    "a style sheet from elsewhere": ('href="/static', 'href="https://cdn.example/', "loads from elsewhere"),
    "a form to elsewhere": ('action="/team"', 'action="https://evil.example"', "loads from elsewhere"),
    "a link that is a script": ('href="/next"', 'href="javascript:go()"', "in disguise"),
    "a block in a paragraph": ("<strong>people</strong>", "<div>people</div>", "is inside <p>"),
    "a link in a link": ("Next</a>", 'Next<a href="/x">x</a></a>', 'is inside <a href="/next">'),
    "a list item without its list": ("<p>Two", "<li>x</li><p>Two", "<li> is inside <body>"),
    "a list of something else": ("<ul><li>", "<ul><p>x</p><li>", "directly inside <ul>"),
    "a table without a caption": ('<caption id="c">Team</caption>', '<p id="c">x</p>', "has no caption"),
    "a header without a scope": ('<th scope="row">', "<th>", "has no scope"),
    "a row that is too short": ("<td>1 May 2026</td>", "", "rows of"),
    "a table that cannot be scrolled by keyboard": (' tabindex="0"', "", "scrolled with the keyboard"),
    "a form that the browser judges": (' action="/team" novalidate>\n', ' action="/team">\n', "novalidate"),
    "a form without a method": ('method="post" ', "", "does not say its method"),
    "a post without a token": (
        '<input type="hidden" name="csrf_token" value="x">',
        "",
        "without a csrf_token",
    ),
    "a token in the address": ('method="post"', 'method="get"', "into the address"),
    "a missing value": ("1 May 2026", "None", "None"),
    "an endless day": ("1 May 2026", "31 December 9999", "9999"),
    "an object": ("1 May 2026", "&lt;app.Thing object at 0x1&gt;", "object at"),
    "template syntax": ("1 May 2026", "{{ day }}", "{{"),
}


def test_a_sound_page_passes() -> None:
    inspect(SOUND)


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_is_found(fault: str) -> None:
    sound, spoiled, message = FAULTS[fault]
    page = SOUND.replace(sound, spoiled, 1)
    assert page != SOUND
    with pytest.raises(PageError, match=re.escape(message)):
        inspect(page)


def test_a_page_is_as_sound_with_another_secret_but_not_without_one() -> None:
    token = 'name="csrf_token" value="x"'
    assert token in SOUND
    inspect(SOUND.replace(token, token.replace("x", "y")))
    with pytest.raises(PageError, match="without a csrf_token"):
        inspect(SOUND.replace(token, token.replace("x", "")))


PAGE = """<!DOCTYPE html><html lang="en-GB"><head><title>{% block title %}{% endblock %}</title></head>
<body><h1>{{ self.title() }}</h1>{{ frame }}{% block content %}{% endblock %}</body></html>"""
CHILD = """{% extends "layout.html" %}{% from "macro.html" import shout %}{% set word = "said" %}
{% block title %}Hello{% endblock %}{% block content %}{{ shout(name) }}{{ word }}{% endblock %}"""
MACRO = "{% macro shout(text) %}{{ text }}{{ unknown_to_macros }}{% endmacro %}"


@pytest.fixture
def client() -> PageClient:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only")
    app.jinja_loader = DictLoader({"layout.html": PAGE, "child.html": CHILD, "macro.html": MACRO})
    app.after_request(security.protect)
    app.test_client_class = PageClient

    @app.get("/whole")
    def whole() -> str:
        return render_template("child.html", name="A", frame="B")

    @app.get("/without-name")
    def without_name() -> str:
        return render_template("child.html", frame="B")

    @app.get("/without-frame")
    def without_frame() -> str:
        return render_template("child.html", name="A")

    @app.get("/broken")
    def broken() -> str:
        raise RuntimeError("a fault on purpose")

    @app.get("/spoiled")
    def spoiled() -> str:
        return render_template_string("<p>no page at all</p>")

    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


def test_a_template_that_was_passed_everything_passes(client: PageClient) -> None:
    assert "A" in client.page("/whole").get_text()


@pytest.mark.parametrize("name", ["name", "frame"])
def test_a_variable_that_was_not_passed_is_named(client: PageClient, name: str) -> None:
    with pytest.raises(PageError, match=rf"child.html was not passed \['{name}'\]"):
        client.get(f"/without-{name}")


def test_a_fault_of_the_server_fails_the_test(client: PageClient) -> None:
    with pytest.raises(PageError, match="/broken answered 500"):
        client.get("/broken")


def test_a_page_that_breaks_a_rule_fails_the_test_that_fetched_it(client: PageClient) -> None:
    with pytest.raises(PageError, match="0 h1"):
        client.get("/spoiled")


def test_a_missing_page_fails_a_test_that_expects_it(client: PageClient) -> None:
    with pytest.raises(PageError):
        client.page("/whole", status=404)


def test_an_answer_without_the_browser_policy_fails_the_test(client: PageClient) -> None:
    client.application.after_request_funcs.clear()
    with pytest.raises(PageError, match="lacks the headers"):
        client.get("/whole")


@pytest.mark.parametrize("weak", ["default-src 'self'", "default-src 'none'; script-src 'unsafe-inline'"])
def test_a_weak_browser_policy_fails_the_test(
    client: PageClient, monkeypatch: pytest.MonkeyPatch, weak: str
) -> None:
    monkeypatch.setitem(security.HEADERS, "Content-Security-Policy", weak)
    with pytest.raises(PageError, match="not strict"):
        client.get("/whole")
