"""Every component on one page, empty and with errors: nothing is wrong with any, whichever pages use it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template_string, request
from playwright.sync_api import Browser
from wtforms import (
    BooleanField,
    EmailField,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields import FileField, SelectChoice
from wtforms.validators import InputRequired

from foundation import clock
from people import auth
from people.forms.page_form import PageForm
from people.forms.typed_day import typed_day
from tests.borough import Borough
from tests.e2e.browser import window
from tests.e2e.conftest import new_service
from tests.e2e.vnu import complaints
from tests.e2e.walking import Walk, everything, nothing

pytestmark = pytest.mark.browser
Service = tuple[Flask, str, Borough]

COMPONENTS = Path(__file__).resolve().parents[2] / "templates" / "components"
CHOICES = [SelectChoice("a", "By air"), SelectChoice("b", "By boat")]
WANTED = [InputRequired("Enter something")]

GALLERY = """{% extends "layouts/base.html" %}
{% from "components/back_link.html" import back_link %}
{% from "components/bar_chart.html" import bar_chart %}
{% from "components/button.html" import button %}
{% from "components/check_answers.html" import check_answers %}
{% from "components/confirmation.html" import confirmation %}
{% from "components/date_input.html" import date_input %}
{% from "components/details.html" import details %}
{% from "components/empty_state.html" import empty_state %}
{% from "components/error_summary.html" import error_summary %}
{% from "components/field.html" import field %}
{% from "components/inset.html" import inset %}
{% from "components/line_chart.html" import line_chart %}
{% from "components/table.html" import table %}
{% from "components/tab_links.html" import tab_links %}
{% from "components/task_list.html" import task_list %}
{% from "components/warning.html" import warning %}
{% from "components/waterfall_chart.html" import waterfall_chart %}
{% block title_prefix %}{% if form.errors %}Error: {% endif %}{% endblock %}
{% block title %}Components{% endblock %}
{% block before_content %}{{ back_link("/help") }}{% endblock %}
{% block errors %}{{ error_summary(form.error_lines()) }}{% endblock %}
{% block heading %}{{ confirmation(self.title(), "Your reference is", "TR-4821") }}{% endblock %}
{% block content %}
{{ task_list([
  {"title": "Prevent awareness", "href": "/help", "hint": "By 3 May 2026.", "status": "Overdue", "tone": "bad"},
  {"title": "Briefing", "href": "/help", "status": "Due soon", "tone": "soon"},
  {"title": "Induction", "status": "Up to date"}]) }}
{{ check_answers([("Course", "Prevent", "/help"), ("Held on", ["1 May 2026", "2 May 2026"], "/help"),
  ("Provider", none, "/help"), ("People", 4, none)]) }}
{% call empty_state("No history yet") %}Training you complete is listed here.{% endcall %}
{% call details("More") %}<p class="govuk-body">More of it.</p>{% endcall %}
{% call inset() %}A line set apart.{% endcall %}
{{ warning("This cannot be undone.") }}
{% call table("sorted", "A table that sorts", [("Name", false, "name"), ("Days", true, "days"), ("Note", false)],
  sort={"by": sort, "endpoint": "help", "where": {"by": "unit"}}) %}
<tr class="govuk-table__row"><th scope="row" class="govuk-table__header">A</th>
<td class="govuk-table__cell govuk-table__cell--numeric">1</td><td class="govuk-table__cell">B</td></tr>
{% endcall %}
{{ bar_chart("bars", "How units stand", [
  ("Homes and a name so long that it breaks on a telephone", 91.5, "87 of 95 (91.5%)", 70),
  ("Resources", 0, "0 of 3 (0.0%)", none), ("Nobody", none, "No one counted", 100)]) }}
{{ line_chart("trend", "How it went", [("January 2026", 40), ("February 2026", none), ("March 2026", 55.5),
  ("April 2026", 60), ("May 2026", 100)], 70) }}
{{ line_chart("ahead", "How it will go", [("May 2026", 40), ("June 2026", 30), ("July 2026", 20)], 70, 0) }}
{{ tab_links("Pages", [("One", "/help", true), ("Two", "/cookies", false)]) }}
{{ waterfall_chart("steps", "Step by step", [
  {"label": "1 May 2026", "words": "8 up to date", "left": 0, "width": 80, "way": "whole"},
  {"label": "Left", "words": "3 fewer", "left": 50, "width": 30, "way": "fewer"},
  {"label": "Moved", "words": "no change", "left": 50, "width": 0, "way": "same"},
  {"label": "1 June 2026", "words": "5 up to date", "left": 0, "width": 50, "way": "whole"}]) }}
{{ line_chart("one", "One month alone", [("January 2026", 40)]) }}
<form method="post" action="/gallery" enctype="multipart/form-data" novalidate>
  {{ form.csrf_token(id="csrf_token") }}
  {{ field(form.words, hint="A hint", classes="govuk-input--width-10") }}
  {{ field(form.email, autocomplete="email") }}
  {{ field(form.number) }}
  {{ field(form.password, autocomplete="new-password") }}
  {{ field(form.text, limit=200, hint="A hint") }}
  {{ field(form.short_text, rows=2) }}
  {{ field(form.choice) }}
  {{ field(form.one, hints={"a": "Quick"}, label_classes="govuk-fieldset__legend--s") }}
  {{ field(form.side, inline=true, small=true) }}
  {{ field(form.several, hint="As many as you like") }}
  {{ field(form.agreed, hint="A hint") }}
  {{ field(form.file, accept=".pdf", hint="A PDF") }}
  {{ date_input("held_on", "Held on", day, hint="For example, 27 3 2026") }}
  {{ button("Send") }}{{ button("Take away", "warning") }}{{ button("Later", "secondary") }}
</form>
{% endblock %}"""


class GalleryForm(PageForm):
    """A field of every kind."""

    words = StringField("Words", WANTED)
    email = EmailField("Email address", WANTED)
    number = IntegerField("Number", WANTED)
    password = PasswordField("Password", WANTED)
    text = TextAreaField("Long text", WANTED)
    short_text = TextAreaField("Short text", WANTED)
    choice = SelectField("Choice", choices=[SelectChoice("", "Choose"), *CHOICES], validators=WANTED)
    one = RadioField("One of them", choices=CHOICES, validators=WANTED)
    side = RadioField("Side by side", choices=CHOICES, validators=WANTED)
    several = SelectMultipleField("Several", choices=CHOICES, validators=WANTED)
    agreed = BooleanField("I agree", WANTED)
    file = FileField("File", WANTED)


@pytest.fixture
def gallery(tmp_path: Path) -> Iterator[Service]:
    with new_service(tmp_path) as service:
        app = service[0]

        @auth.public
        def gallery() -> str:
            form = GalleryForm()
            form.validate_on_submit()
            day = typed_day("held_on", "Held on", request.form, clock.today())
            return render_template_string(GALLERY, form=form, day=day, sort="-days")

        app.add_url_rule("/gallery", "gallery", gallery, methods=["GET", "POST"])
        yield service


@pytest.mark.vnu
def test_nothing_is_wrong_with_any_component(browser: Browser, gallery: Service, tmp_path: Path) -> None:
    app, address, borough = gallery
    with window(browser, address) as watched:
        walk = Walk(app, watched, borough, everything)
        walk.go("/gallery", "gallery")
        page = watched.page
        page.get_by_label("Words").fill("kept")
        page.get_by_label("Long text").fill("one\n  two")
        page.get_by_label("Number").fill("many")
        page.get_by_label("Password", exact=True).fill("secret")
        page.locator("#several").check()
        page.locator("#held_on-day").fill("31")
        page.locator("#held_on-month").fill("6")
        walk.press("Send")
        walk.see("gallery", "error")
        # What was typed stays, a password never.
        assert page.get_by_label("Words").input_value() == "kept"
        assert page.get_by_label("Long text").input_value() == "one\n  two"
        assert page.get_by_label("Number").input_value() == "many"
        assert page.get_by_label("Password", exact=True).input_value() == ""
        assert page.locator("#several").is_checked()
        # Each line of the summary leads to the input that it is about.
        links = page.locator(".govuk-error-summary a")
        assert links.count() == 8
        for at in range(links.count()):
            link = links.nth(at)
            link.click()
            target = (link.get_attribute("href") or "")[1:]
            assert page.evaluate("document.activeElement.id") == target
        heading = page.locator('th[aria-sort="descending"]')
        assert heading.inner_text().startswith("Days")
        assert heading.locator("a").get_attribute("href") == "/help?by=unit&sort=days"
    assert not walk.faults, "\n".join(walk.faults)
    folder = tmp_path / "pages"
    folder.mkdir()
    assert not complaints(walk.pages, folder)


def test_on_paper_the_charts_are_there_and_the_buttons_are_not(browser: Browser, gallery: Service) -> None:
    app, address, borough = gallery
    with window(browser, address) as watched:
        page = watched.page
        Walk(app, watched, borough, nothing).go("/gallery", "gallery")
        page.emulate_media(media="print", color_scheme="dark")
        assert page.locator(".app-chart__bar").first.is_visible()
        assert not page.locator("main .govuk-button").first.is_visible()
        # Paper is white whatever the screen was.
        colour = "element => getComputedStyle(element).color"
        assert page.locator(".app-chart__words").first.evaluate(colour) == "rgb(0, 0, 0)"


def test_every_component_is_on_a_page() -> None:
    templates = "\n".join(path.read_text(encoding="utf-8") for path in COMPONENTS.parent.rglob("*.html"))
    unused = [
        path.name
        for path in sorted(COMPONENTS.glob("*.html"))
        if f'"components/{path.name}"' not in templates and f'"components/{path.name}"' not in GALLERY
    ]
    assert not unused
