"""Whole journeys in a real browser, from the first day to the last: a new starter, a manager, a leaver.

Each has a service of its own, with a mail folder. What HR and the training team do beside the browser is done with the
commands that they use, while the service runs.
"""

import csv
import email
import email.policy
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr
from sqlalchemy import select

from compliance.wording import distance_words
from foundation import clock
from foundation.dates import add_months
from foundation.db import db
from foundation.formats import long_date
from people.models import PersonRow
from tests.borough import COUNCIL, HOMES, PASSWORD, Borough, email_of
from tests.certificates import certificate, photograph
from tests.e2e.browser import window
from tests.e2e.conftest import enter, new_service
from tests.integration.imports.desk import as_csv
from tests.integration.web.staff import adding

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
NEW_PASSWORD = "three geese and a kettle"
LINK = re.compile(r"http://127\.0\.0\.1:8000(/set-password/\S+)")
AWARENESS, STALLS = "Prevent awareness for everybody", "Leaflets and stalls"
NO_DAY = "\N{EN DASH}"
HEADINGS = ("name", "requirement_title", "status_words", "situation", "due_on", "valid_until")
"""What a line of the page shows, by the headings of the file."""


@dataclass
class Town:
    """A service with its borough, and the commands beside it."""

    app: Flask
    address: str
    borough: Borough
    folder: Path

    @property
    def mail(self) -> Path:
        return self.folder / "mail"

    def run(self, *arguments: str) -> str:
        """What a command says."""
        done = self.app.test_cli_runner().invoke(args=list(arguments))
        assert done.exit_code == 0, done.output
        return done.output

    def hr_file(self, *rows: dict[str, str], leavers: int = 0) -> None:
        """Load a part of the workforce, as HR sends it."""
        file = self.folder / "people.csv"
        file.write_bytes(as_csv([self._whole(row) for row in rows]))
        self.run("people", "import", "--part", "--expect-leavers", str(leavers), "--apply", str(file))

    @staticmethod
    def _whole(row: dict[str, str]) -> dict[str, str]:
        name = row["first_name"]
        return {
            "person_ref": f"N-{name}",
            "last_name": "Tester",
            "organisation": COUNCIL,
            "sector": "council",
            "unit": HOMES,
            "post_ref": f"P-{name}-{HOMES}",
            "job_title": "Officer",
            "manager_ref": "N-Mo",
            **row,
        }


@pytest.fixture
def town(tmp_path: Path) -> Iterator[Town]:
    with new_service(tmp_path, mail_url=SecretStr(f"file:{tmp_path / 'mail'}")) as (app, address, borough):
        yield Town(app, address, borough, tmp_path)


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def heading(page: Page, words: str) -> None:
    """The page is the one with this heading."""
    expect(page.get_by_role("heading", level=1)).to_have_text(words)


def value(page: Page, name: str) -> Locator:
    """What stands beside a name in a list of facts or answers."""
    return page.get_by_role("definition").and_(
        page.locator(f"xpath=//dt[normalize-space()='{name}']/following-sibling::dd[1]")
    )


def menu(page: Page, name: str) -> None:
    """Go to a page by the main menu."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name=name, exact=True).click()
    heading(page, name)


def type_day(group: Locator, day: date) -> None:
    for label, part in (("Day", day.day), ("Month", day.month), ("Year", day.year)):
        group.get_by_label(label, exact=True).fill(str(part))


# A new starter


def link_in(folder: Path) -> str:
    """The path of the link in the one message of the folder, which is to Kit."""
    (file,) = folder.glob("*.eml")
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    assert message["To"] == email_of("kit")
    found = LINK.search(message.get_content())
    assert found, "the message holds no link to this service"
    return found[1]


@WITH_AND_WITHOUT
def test_a_new_starter_comes_by_the_invitation_and_sends_a_certificate_in(
    browser: Browser, town: Town, scripts: bool
) -> None:
    town.run("people", "invite", "--email", email_of("kit"), "--person", "N-Kit")
    town.run("reminders", "send")
    today, done_on, due = clock.today(), ago(3), ago(20) + timedelta(days=90)
    paper = town.folder / "certificate.pdf"
    paper.write_bytes(certificate("Kit Tester", "Prevent awareness", f"completed {long_date(done_on)}"))
    with window(browser, town.address, scripts=scripts) as watched:
        page = watched.page
        choose_password(page, link_in(town.mail))
        menu(page, "My training")
        expect(page.get_by_text("Nothing is overdue. You have 1 thing to do.", exact=True)).to_be_visible()
        following = page.get_by_role("region", name=AWARENESS)
        expect(following.get_by_text("Not yet due", exact=True)).to_be_visible()
        expect(value(page, "By when")).to_have_text(f"By {long_date(due)}, {distance_words(due, today)}")
        expect(value(page, "Why me")).to_have_text("Because everyone in your organisation has to do it")
        where = following.get_by_role("link", name="Prevent awareness", exact=True)
        expect(where).to_have_attribute("href", "https://www.gov.uk/")
        expect(value(page, "How long")).to_have_text("40 minutes")

        following.get_by_role("link", name="Tell us that you have done it").click()
        heading(page, "Do you have a certificate?")
        page.get_by_label("Upload your certificate").set_input_files(paper)
        page.get_by_role("button", name="Continue").click()
        heading(page, "What did you complete?")
        expect(page.get_by_text("We read the course and the date from your certificate.")).to_be_visible()
        expect(page.get_by_label("Course", exact=True)).to_have_value("PREV")
        completed = page.get_by_role("group", name="Date completed")
        for label, part in (("Day", done_on.day), ("Month", done_on.month), ("Year", done_on.year)):
            expect(completed.get_by_label(label, exact=True)).to_have_value(str(part))
        page.get_by_role("button", name="Continue").click()

        heading(page, "Check your answers before you send them")
        expect(value(page, "Course")).to_have_text("Prevent awareness")
        expect(value(page, "Date completed")).to_have_text(long_date(done_on))
        # The file names Kit, so nothing about it raises a question.
        expect(page.get_by_role("heading", name="Please look at this again")).to_have_count(0)
        page.get_by_role("button", name="Send", exact=True).click()
        heading(page, "Sent")
        since = long_date(today)
        expect(page.get_by_text(f"It is waiting for a check since {since}", exact=True)).to_be_visible()

        page.get_by_role("link", name="Go to my training").click()
        heading(page, "My training")
        waiting = page.get_by_role("region", name=AWARENESS)
        expect(waiting.get_by_text(f"Waiting for a check since {since}", exact=True)).to_be_visible()
        expect(
            page.get_by_text("You have nothing to do. 1 thing is waiting for a check.", exact=True)
        ).to_be_visible()
        expect(page.get_by_role("link", name="Tell us that you have done it")).to_have_count(0)
        assert not watched.complaints


def choose_password(page: Page, link: str) -> None:
    """Set the password with the link of the message, and sign in with it."""
    page.goto(link)
    heading(page, "Set your password")
    page.get_by_label("New password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Set password").click()
    heading(page, "Sign in")
    expect(page.get_by_text("Your password is set. Sign in with it.", exact=True)).to_be_visible()
    page.get_by_label("Email address").fill(email_of("kit"))
    page.get_by_label("Password", exact=True).fill(NEW_PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_text(f"Signed in as {email_of('kit')}", exact=True)).to_be_visible()


# A manager


def prepare_team(town: Town) -> None:
    """Two people without IT join Mo's team: Rae never trained, Roy's training ran out. Sam and Ola were briefed."""
    for name in ("Rae", "Roy"):
        town.hr_file({"first_name": name, "email": "", "post_start": ago(1000).isoformat()})
    with town.app.app_context():
        session = db.session()
        for name in ("Rae", "Roy"):
            known_as = select(PersonRow.id).where(PersonRow.person_ref == f"N-{name}")
            town.borough.ids[name] = session.scalars(known_as).one()
        with adding(session, town.borough) as builder:
            builder.completion("Roy", "PREV", 900)
            for name in ("Sam", "Ola"):
                builder.completion(name, "BRIEF", 30)
        db.session.remove()


def lines(page: Page) -> list[dict[str, str]]:
    """The lines of the list on the page, by the headings of the file."""
    page.wait_for_load_state()
    found = []
    table = page.get_by_role("table", name="People and what they have to do")
    for row in table.get_by_role("row").filter(has=page.get_by_role("rowheader")).all():
        name = row.get_by_role("rowheader").get_by_role("link").inner_text()
        requirement, status, due, until = row.get_by_role("cell").all_inner_texts()
        words, situation = status.splitlines()
        found.append(dict(zip(HEADINGS, (name, requirement, words, situation, due, until), strict=True)))
    return found


def downloaded(page: Page) -> list[dict[str, str]]:
    """The lines of the CSV file of the list, with days as the page writes them."""
    with page.expect_download() as download:
        page.get_by_role("link", name="CSV file", exact=True).click()
    assert download.value.suggested_filename == f"my-team-{clock.today().isoformat()}.csv"
    with download.value.path().open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream))
    for row in rows:
        for day in ("due_on", "valid_until"):
            row[day] = long_date(date.fromisoformat(row[day])) if row[day] else NO_DAY
    return [{name: row[name] for name in HEADINGS} for row in rows]


def card(page: Page, requirement: str) -> Locator:
    """How the team stands for a requirement."""
    return page.get_by_role("listitem").filter(has=page.get_by_role("heading", name=requirement, exact=True))


def says(place: Locator, *sentences: str) -> None:
    for sentence in sentences:
        expect(place.get_by_text(sentence, exact=True)).to_be_visible()


def of_requirement(found: list[dict[str, str]], requirement: str) -> dict[str, str]:
    """The status of each person in the lines of one requirement."""
    return {line["name"]: line["status_words"] for line in found if line["requirement_title"] == requirement}


@WITH_AND_WITHOUT
def test_a_manager_sees_the_drop_hands_the_team_over_and_records_a_register(
    browser: Browser, town: Town, scripts: bool
) -> None:
    prepare_team(town)
    until = clock.today() + timedelta(days=14)
    with window(browser, town.address, scripts=scripts) as watched:
        page = watched.page
        enter(page, "manager")
        menu(page, "My team")
        see_how_the_team_stands(page)
        take_the_overdue_home(page)
        hand_over(page, email_of("sam"), until)
        with window(browser, town.address, scripts=scripts) as second:
            look_after(second.page, until)
            assert not second.complaints
        record_register(page, town.folder)
        assert not watched.complaints


def see_how_the_team_stands(page: Page) -> None:
    # Counted are Sam, Ola, Ash, Two, Rae and Roy; in date are Sam and Ola, who renewed by the briefing, and Two.
    says(
        card(page, AWARENESS),
        "3 of 6 (50.0%)",
        "Red: below target",
        "Target 70%",
        "Below the target now: 2 more people would reach it.",
    )
    drop = add_months(ago(30), 12) + timedelta(days=1)
    says(
        card(page, STALLS),
        "2 of 2 (100.0%)",
        "Green: target met",
        "Target 80%",
        f"If nobody renews, the team drops below the target of 80% on {long_date(drop)}.",
    )


def take_the_overdue_home(page: Page) -> None:
    everything = len(lines(page))
    page.get_by_role("link", name="Overdue 2", exact=True).click()
    expect(page.get_by_text("2 lines: one for each person and requirement", exact=True)).to_be_visible()
    shown = lines(page)
    assert everything > len(shown) == 2
    assert of_requirement(shown, AWARENESS) == {
        "Rae Tester": "Overdue: not started",
        "Roy Tester": "Overdue: expired",
    }
    assert downloaded(page) == shown


def hand_over(page: Page, delegate: str, until: date) -> None:
    """Hand Mo's team over to Sam, from today on."""
    menu(page, "My team")
    page.get_by_role("link", name="Who looks after your team when you are away").click()
    heading(page, "Who looks after your team")
    expect(page.get_by_role("heading", name="Nobody else looks after your team")).to_be_visible()
    page.get_by_role("button", name="Hand your team over").click()
    heading(page, "Hand your team over")
    page.get_by_label("Their work email address").fill(delegate)
    type_day(page.get_by_role("group", name="First day"), clock.today())
    type_day(page.get_by_role("group", name="Last day"), until)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Check your answers")
    expect(value(page, "Who looks after your team")).to_have_text(re.compile(rf"^Sam Tester\s*{delegate}$"))
    expect(value(page, "First day")).to_have_text(long_date(clock.today()))
    expect(value(page, "Last day")).to_have_text(long_date(until))
    page.get_by_role("button", name="Hand your team over").click()
    heading(page, "Who looks after your team")
    days = f"from {long_date(clock.today())} to {long_date(until)}"
    expect(page.get_by_text(f"Your team is handed over {days}.", exact=True)).to_be_visible()
    expect(page.get_by_role("heading", name="Looking after your team now")).to_be_visible()
    expect(page.get_by_role("heading", name="Sam Tester", exact=True)).to_be_visible()


def look_after(page: Page, until: date) -> None:
    """Sam signs in and sees Mo's team, until when, and the same two overdue."""
    enter(page, "staff")
    menu(page, "My team")
    sentence = f"You look after the team of Mo Tester until {long_date(until)}."
    expect(page.get_by_text(sentence, exact=True)).to_be_visible()
    says(card(page, AWARENESS), "3 of 6 (50.0%)")
    team = {line["name"].removesuffix(" Tester") for line in lines(page)}
    assert team == {"Sam", "Ola", "Ash", "Bo", "Cy", "Two", "Rae", "Roy"}
    page.get_by_role("link", name="Overdue 2", exact=True).click()
    expect(page.get_by_text("2 lines: one for each person and requirement", exact=True)).to_be_visible()
    assert {line["name"] for line in lines(page)} == {"Rae Tester", "Roy Tester"}


def record_register(page: Page, folder: Path) -> None:
    """Record the session of Rae and Roy, who signed on paper; both then wait for a check."""
    paper = folder / "register.jpg"
    paper.write_bytes(photograph())
    done_on, names = ago(5), ("Rae Tester", "Roy Tester")
    menu(page, "My team")
    page.get_by_role("link", name="Record training for people without a computer (signed register)").click()
    heading(page, "Upload the signed register")
    page.get_by_label("Upload the signed register").set_input_files(paper)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Which session was it?")
    page.get_by_label("Course", exact=True).select_option("PREV")
    type_day(page.get_by_role("group", name="Date of the session"), done_on)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Who signed the register?")
    boxes = page.get_by_role("checkbox")
    for position, name in enumerate(names):  # those without an e-mail come first
        box = page.get_by_role("checkbox", name=name)
        expect(boxes.nth(position)).to_have_accessible_name(name)
        expect(box).to_have_accessible_description("Officer, no email")
        box.check()
    page.get_by_role("button", name="Continue").click()
    heading(page, "Check the register before you send it")
    expect(value(page, "People")).to_have_text(re.compile(r"^Rae Tester\s*Roy Tester$"))
    page.get_by_role("button", name="Record for 2 people").click()
    heading(page, "Recorded for 2 people")
    since = f"Waiting for a check since {long_date(clock.today())}"
    expect(page.get_by_text(since, exact=True)).to_be_visible()

    page.get_by_role("link", name="Go to my team").click()
    heading(page, "My team")
    now = of_requirement(lines(page), AWARENESS)
    assert {name: now[name] for name in names} == dict.fromkeys(names, "Waiting for a check")
    # Nobody is overdue any more, and nothing counts before it was checked.
    expect(page.get_by_text("Nobody is overdue.", exact=True)).to_be_visible()
    says(card(page, AWARENESS), "3 of 6 (50.0%)")


# A leaver


def try_to_enter(page: Page, reader: str, password: str) -> str:
    """Try to sign in by the page that is open; everything that the refusal says."""
    page.get_by_label("Email address").fill(email_of(reader))
    page.get_by_label("Password", exact=True).fill(password)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("Email address or password is not right")
    heading(page, "Sign in")
    page.wait_for_load_state()  # the script of the page adds a button to the words
    return page.get_by_role("main").inner_text()


@WITH_AND_WITHOUT
def test_a_leaver_is_locked_out_with_the_next_click(browser: Browser, town: Town, scripts: bool) -> None:
    with (
        window(browser, town.address, scripts=scripts) as watched,
        window(browser, town.address, scripts=scripts) as second,
    ):
        page, other = watched.page, second.page
        enter(page, "staff")
        menu(page, "My training")
        expect(page.get_by_role("heading", name=AWARENESS)).to_be_visible()
        page.get_by_role("link", name="Training you have completed").click()
        heading(page, "Training you have completed")
        before: int = page.evaluate("history.length")

        town.hr_file(
            {
                "first_name": "Sam",
                "email": "sam@council.example",
                "roles": "street",
                "post_start": ago(1000).isoformat(),
                "post_end": ago(1).isoformat(),
            },
            leavers=1,
        )
        page.get_by_role("navigation", name="Main menu").get_by_role("link", name="My training").click()
        heading(page, "Sign in")
        expect(page.get_by_text("Signed in as")).to_have_count(0)

        refused = try_to_enter(page, "staff", PASSWORD)
        other.goto("/sign-in")
        assert refused == try_to_enter(other, "manager", "not the password")

        # Back through everything that was open: the refusal, the sign-in page, and the pages that were read.
        assert page.evaluate("history.length") == before + 2
        for _ in range(3):
            page.go_back()
            heading(page, "Sign in")
            expect(page.get_by_text("Signed in as")).to_have_count(0)
            assert "Prevent awareness" not in page.content()
        assert not watched.complaints
        assert not second.complaints
