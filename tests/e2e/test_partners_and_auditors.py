"""A partner lead who meets nobody but their own people, and an auditor who reads everything and changes nothing.

Both follow every link, so a page that is added tomorrow is on their way too.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr

from app import create_app
from app.config import Settings
from foundation import clock
from foundation.db import db
from tests.authorization import read_matrix
from tests.belongings import OTHER_PARTNER, PARTNERS, World
from tests.borough import COUNCIL, PARTNER, SCHOOL
from tests.e2e.browser import window
from tests.e2e.conftest import KEY, enter
from tests.e2e.server import served
from tests.e2e.test_rule_book import figure_of
from tests.e2e.wandering import Form, Wanderer
from tests.integration.web.test_authorization import everything_kept
from tests.readers import open_world

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
AWARENESS = "Prevent awareness for everybody"
OF_A_PERSON = frozenset({"compliance.person", "compliance.person_record", "courses.person_evidence"})
THEIR_OWN = frozenset(
    {
        "people.sign_out",
        "people.change_password",
        "people.end_session",
        "people.end_other_sessions",
        "people.second_step_setup",
        "people.recovery_codes",
        "people.second_step_remove",
        "people.get_link",
    }
)
"""What an auditor may send: their own session and account."""
ANYBODYS = frozenset({"courses.verify", "courses.verify_file", "courses.verify_number"})
"""Forms that anybody may send, without an account too: they ask, and change nothing."""
ASKING = frozenset({"reports.choose"})
"""Forms that look for people whom an auditor may see; a form, so that a name stands in no address."""
HARMLESS = THEIR_OWN | ANYBODYS | ASKING

TYPED = ("/people/find?q=tester",)
"""What is reached by asking for it, not by a link."""
NO_LINK = {
    "compliance.workshop_need_csv": "once somebody needs a place at a workshop",
    "courses.badge_course": "for wallets of badges",
    "courses.badge_issuer": "for wallets of badges",
    "courses.badge_key": "for wallets of badges",
    "courses.badge_keys": "for wallets of badges",
    "courses.door": "the code on the screen in the room leads there",
    "courses.door_by_reference": "the screen in the room says its address",
    "courses.evaluation_thanks": "follows the answers about a workshop",
    "courses.issuer_file": "learning and development sends it to other councils",
    "courses.verify_number": "once somebody typed a number",
    "courses.well_known_keys": "for wallets of badges",
    "reports.compare": "once two reports were chosen to compare",
    "compliance.roles_to_review": "a role whose review is due leads there",
    "compliance.suggest_people": "asked for by the script of the search, and read by it",
    "people.get_link_sent": "follows the asking for a link",
    "people.recovery_codes": "once signing in takes two steps",
    "people.second_step_remove": "once signing in takes two steps",
    "reminders.letters_csv": "somebody who waits for a letter leads there",
    "security_txt": "for those who look for weaknesses",
}
"""Pages of an auditor that nothing leads to in this world, and why."""


@dataclass(frozen=True, slots=True)
class Town:
    """The world of tests/readers.py, served."""

    world: World
    address: str

    @property
    def app(self) -> Flask:
        return self.world.app


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder = tmp_path_factory.mktemp("served")
    settings = Settings(
        _env_file=None, instance_path=folder, secret_key=SecretStr(KEY), base_url="http://127.0.0.1:8000"
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
        world = open_world(app, db.session())
        db.session.remove()
    with served(app) as address:
        yield Town(world, address)
    with app.app_context():
        db.engine.dispose()


def menu(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_be_visible()


def type_day(group: Locator, day: date) -> None:
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label, exact=True).fill(str(part))


def found_by(page: Page, words: str, *, scripts: bool) -> set[str]:
    """First names of whom the search finds, as the list and, where there are scripts, as suggestions have it."""
    menu(page, "Find people")
    box = page.get_by_label("Who are you looking for?")
    suggested: set[str] | None = None
    box.fill(words)
    if scripts:
        expect(page.locator("#q-status")).to_have_text(re.compile("below the box|Nobody matches"))
        suggested = {name.split()[0] for name in page.locator("#q-suggestions a").all_inner_texts()}
    page.get_by_role("button", name="Search").click()
    page.get_by_role("heading", name="Nobody matches your search").or_(page.locator("#found")).wait_for()
    listed = {name.split()[0] for name in page.locator("#found tbody th a").all_inner_texts()}
    assert suggested is None or (suggested <= listed and len(suggested) == min(10, len(listed)))
    return listed


# A partner lead


@WITH_AND_WITHOUT
def test_a_partner_lead_declares_a_number_and_meets_nobody_but_their_own_people(
    browser: Browser, town: Town, scripts: bool
) -> None:
    first, last, people = (59, 40, "1,250") if scripts else (39, 20, "1,350")
    with window(browser, town.address, scripts=scripts) as watched:
        page = watched.page
        enter(page, "partner")
        declare(page, people, first, last)
        rows = page.locator("#declared tbody tr")
        expect(rows.filter(has_text=people)).to_contain_text("The head of training")
        assert {text.strip() for text in rows.locator("th").all_inner_texts()} == {PARTNER}
        page.get_by_role("link", name="people trained by sector", exact=True).click()
        for name, days in (("From", first), ("To", last)):
            type_day(page.get_by_role("group", name=name), clock.today() - timedelta(days=days))
        page.get_by_role("button", name="Show", exact=True).click()
        sector = page.locator("#sectors tbody tr")
        expect(sector).to_have_count(1)
        expect(sector).to_contain_text(people)

        menu(page, "Figures")
        assert figure_of(page, AWARENESS)["Counted"] == str(len(PARTNERS))
        assert found_by(page, "tester", scripts=scripts) == PARTNERS
        for words in ("sam", "xan", "homes", "street", "quarry", "council", "n-sam", "sam@council.example"):
            assert found_by(page, words, scripts=scripts) <= PARTNERS

        wanderer = Wanderer(town.app, page, everywhere=OF_A_PERSON)
        wanderer.wander(*TYPED)
        assert {"compliance.person", "compliance.people_csv", "compliance.declared_csv"} <= wanderer.endpoints
        assert set(wanderer.statuses.values()) == {200}
        met = {name for name in PARTNERS if any(f"{name} Tester" in text for text in wanderer.texts.values())}
        assert met == PARTNERS
        assert foreign(town.world, wanderer.texts) == []
        assert not watched.complaints


def declare(page: Page, people: str, first: int, last: int) -> None:
    menu(page, "Figures")
    page.get_by_role("link", name="People trained by sector").click()
    page.get_by_role("link", name="Declare a number").click()
    who = page.get_by_label("Whose people were trained?")
    assert [text.strip() for text in who.locator("option").all_inner_texts()] == [PARTNER]
    page.get_by_label("Course").select_option("PREV")
    for name, days in (("First day", first), ("Last day", last)):
        type_day(page.get_by_role("group", name=name), clock.today() - timedelta(days=days))
    page.get_by_label("How many different people").fill(people)
    page.get_by_label("Who gave you this number").fill("The head of training")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("The number is recorded.")).to_be_visible()


def foreign(world: World, texts: dict[str, str]) -> list[str]:
    """Where somebody or something of others stood.

    The council's own name is on every page, and who leads a workshop is for whoever may book it.
    """
    borough = world.borough
    words = {OTHER_PARTNER: OTHER_PARTNER, SCHOOL: SCHOOL, "Community Solutions": "a unit of the council"}
    for name in borough.people.keys() - PARTNERS:
        for word in (f"{name} Tester", f"N-{name}", f"{name.lower()}@council.example", borough.people[name]):
            words[word] = name
    for path, unit in borough.units.items():
        words |= {} if path == PARTNER else {unit: path}
    found = [
        f"{address}: {whose} ({word})"
        for address, text in texts.items()
        for word, whose in words.items()
        if word in without_leaders(text)
    ]
    offered = [
        f"{address}: {option.get_text()}"
        for address, text in texts.items()
        for option in BeautifulSoup(text, "html.parser").select("option")
        if COUNCIL in option.get_text()
    ]
    return found + offered


def without_leaders(text: str) -> str:
    """A page without the names of those who lead a workshop."""
    if "Led by" not in text:
        return text
    page = BeautifulSoup(text, "html.parser")
    for name in page.find_all("dt", string=lambda words: words is not None and words.strip() == "Led by"):
        leaders = name.find_next_sibling("dd")
        assert leaders is not None
        leaders.decompose()
    return str(page)


# An auditor


@WITH_AND_WITHOUT
def test_an_auditor_reads_everything_and_is_shown_no_way_to_change_it(
    browser: Browser, town: Town, scripts: bool
) -> None:
    with window(browser, town.address, scripts=scripts) as watched:
        page = watched.page
        enter(page, "auditor")
        before = everything_kept(town.world)
        menu(page, "Figures")
        expect(page.get_by_role("row", name=AWARENESS)).to_be_visible()
        assert "Sam" in found_by(page, "sam", scripts=scripts)
        page.locator("#found").get_by_role("link", name="Sam Tester").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Sam Tester")
        wanderer = Wanderer(town.app, page)
        wanderer.wander(*TYPED)
        missing = sorted(opened_to_auditors() - wanderer.endpoints - NO_LINK.keys())
        assert not missing, f"no link leads to {missing}"
        assert set(wanderer.statuses.values()) == {200}
        assert [form for form in wanderer.forms if form.endpoint not in HARMLESS] == []
        assert everything_kept(town.world) == before
        assert not watched.complaints


def opened_to_auditors() -> set[str]:
    """The pages that docs/authorization.toml opens to an auditor, without those that nobody has to look for."""
    about_oneself = {"sign in", "led on", "link", "never", "-"}
    return {
        door.partition(" ")[2]
        for page in read_matrix()
        if not page.cells["auditor"] & about_oneself and page.name not in ("Health", "Looks")
        for door in page.opens
        if door.startswith("GET ")
    }


def test_what_learning_and_development_could_send_is_refused_from_an_auditor(
    browser: Browser, town: Town
) -> None:
    with window(browser, town.address) as watched:
        enter(watched.page, "learning")
        learning = Wanderer(town.app, watched.page, each=1)
        learning.wander()
    forms = {form.action: form for form in learning.forms if form.endpoint not in HARMLESS}
    endpoints = {form.endpoint for form in forms.values()}
    assert {"compliance.declare", "compliance.imports_new", "compliance.rule_edit_target"} <= endpoints
    with window(browser, town.address) as watched:
        page = watched.page
        enter(page, "auditor")
        token = page.locator("input[name=csrf_token]").first.get_attribute("value") or ""
        own = page.request.post("/account/password", form={"csrf_token": token})
        assert own.status == 422, "the token is good, and what is sent is read"
        before = everything_kept(town.world)
        answers = {action: refused(page, form, token) for action, form in forms.items()}
        assert {action: status for action, status in answers.items() if status not in (403, 404)} == {}
        assert everything_kept(town.world) == before


def refused(page: Page, form: Form, token: str) -> int:
    """What is answered to a form that another reader was shown."""
    fields: dict[str, str | float | bool] = {**dict(form.fields), "csrf_token": token}
    return page.request.post(form.action, form=fields, max_redirects=0).status
