"""A workshop from its plan to a certificate that is withdrawn, in a real browser, with the days turned in between.

Four places. Sam, Ash and Mo book themselves, Mo books Two, and Kit waits. Ash cancels, Kit takes the place that is
offered, and Ola goes instead of Sam. Two, who has no account, and a guest sign in at the door; Kit and Mo stay away.
Vic leads it and closes the register on the day after.
"""

import email
import email.policy
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Locator, Page, expect
from pydantic import SecretStr

from foundation import clock
from foundation.bank_holidays import is_working_day
from foundation.db import db, transaction
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.services.accounts import create_account
from tests.borough import PASSWORD, Borough, email_of
from tests.e2e.browser import window
from tests.e2e.conftest import enter, new_service
from tests.e2e.test_rule_book import figure_of
from tests.e2e.test_whole_journeys import heading, menu, type_day, value

pytestmark = pytest.mark.browser
WITH_AND_WITHOUT = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
BRIEFING, STALLS = "Team briefing", "Leaflets and stalls"
PLACES = 4
GUEST = "Gwen Guest"
ALSO_SIGN_IN = ("ash", "kit", "ola", "vic")
"""Who has an account here besides the readers of tests/borough.py."""


@dataclass
class Hands:
    """The hands of the service's clock, which go on from wherever they are turned to."""

    real: Callable[[], datetime]
    turned: timedelta = timedelta()

    def now(self) -> datetime:
        return self.real() + self.turned

    def turn_to(self, day: date, at: time) -> None:
        self.turned = datetime.combine(day, at, clock.LONDON) - self.real()


@dataclass
class Hall:
    """A service with its clock and mail, and the windows in which its readers look at it."""

    app: Flask
    address: str
    borough: Borough
    folder: Path
    hands: Hands
    browser: Browser
    scripts: bool

    @contextmanager
    def window_of(self, reader: str | None) -> Iterator[Page]:
        """A window of a reader who signs in, or of somebody without an account."""
        with window(self.browser, self.address, scripts=self.scripts) as watched:
            if reader is not None:
                enter(watched.page, reader)
            yield watched.page
            assert not watched.complaints

    def link_to(self, reader: str, path: str, command: str) -> str:
        """Let mail leave by a command, and take the one link below a path from what this reader was sent."""
        done = self.app.test_cli_runner().invoke(args=["reminders", command])
        assert done.exit_code == 0, done.output
        texts = [text for to, text in map(_read, self.folder.glob("mail/*.eml")) if to == email_of(reader)]
        links: set[str] = {
            link for text in texts for link in re.findall(rf"http://127\.0\.0\.1:8000({path}\S+)", text)
        }
        assert len(links) == 1, texts
        return links.pop()


def _read(file: Path) -> tuple[str, str]:
    """To whom a message is, and its text."""
    message = email.message_from_bytes(file.read_bytes(), policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain",))
    assert body is not None
    return str(message["To"]), str(body.get_content())


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands(clock.now)
    monkeypatch.setattr(clock, "now", found.now)
    return found


@pytest.fixture
def hall(tmp_path: Path, hands: Hands, browser: Browser, scripts: bool) -> Iterator[Hall]:
    mail = SecretStr(f"file:{tmp_path / 'mail'}")
    with new_service(tmp_path, mail_url=mail) as (app, address, borough):
        with app.app_context():
            with transaction(db.session()) as session:
                for name in ALSO_SIGN_IN:
                    stamp = Stamp("command:tests", clock.now())
                    create_account(
                        session, stamp, email_of(name), PASSWORD, person_ref=f"N-{name.capitalize()}"
                    )
            db.session.remove()
        yield Hall(app, address, borough, tmp_path, hands, browser, scripts)


@dataclass(frozen=True, slots=True)
class Planned:
    """The workshop: its page, its reference and its day."""

    path: str
    reference: str
    day: date


@WITH_AND_WITHOUT
def test_a_workshop_from_its_plan_to_a_certificate_that_is_withdrawn(hall: Hall) -> None:
    workshop = plan(hall)
    fill_it(hall, workshop)
    hall.hands.turn_to(workshop.day, time(9, 20))
    sign_in_at_the_door(hall, workshop)
    hall.hands.turn_to(workshop.day + timedelta(days=1), time(10))
    percentages_move_on_the_day_of_the_workshop(hall, workshop)
    answer_the_evaluation(hall)
    number, file = take_the_certificate(hall, workshop)
    with hall.window_of(None) as stranger:
        certificate_holds(stranger, number, workshop)
        assert said_of_file(stranger, file) == "This file is genuine"
        assert said_of_file(stranger, changed(file)) == "This file is not genuine"
        withdraw(hall)
        no_longer_holds(stranger, number, file)


# Planning and booking


def plan(hall: Hall) -> Planned:
    """Learning and development plans a workshop that Vic leads."""
    day = clock.today() + timedelta(days=21)
    while not (is_working_day(day) and is_working_day(day + timedelta(days=1))):
        day += timedelta(days=1)
    with hall.window_of("learning") as page:
        menu(page, "Workshops")
        page.get_by_role("button", name="Plan a workshop").click()
        page.get_by_label("Course").select_option("BRIEF")
        type_day(page.get_by_role("group", name="Date"), day)
        page.get_by_label("Start time").fill("9:30am")
        page.get_by_label("End time").fill("12:30pm")
        page.get_by_label("Venue (optional)").fill("Room 4, Town Hall")
        page.get_by_label("Number of places").fill(str(PLACES))
        page.get_by_label("Find somebody by name or number").fill("vic")
        page.get_by_role("button", name="Find people").click()
        page.get_by_label("Vic Tester").check()
        page.get_by_role("button", name="Continue").click()
        heading(page, "Check before you save")
        expect(value(page, "Led by")).to_have_text("Vic Tester")
        page.get_by_role("button", name="Plan the workshop").click()
        heading(page, BRIEFING)
        expect(page.get_by_text(f"Free places: {PLACES} of {PLACES}.")).to_be_visible()
        reference = re.search(r"W-\d{4}-\d{3,}", page.locator(".govuk-caption-l").inner_text())
        assert reference
        return Planned(page.url.removeprefix(hall.address), reference[0], day)


def fill_it(hall: Hall, workshop: Planned) -> None:
    """It fills; somebody waits, takes the place that somebody gives up, and somebody goes instead of another."""
    with hall.window_of("staff") as page:
        book_oneself(page, 4)
    with hall.window_of("ash") as ash, hall.window_of("manager") as mo:
        book_oneself(ash, 3)
        book_oneself(mo, 2)
        book_for(mo, workshop, "Two Tester", "Book 1 person")
        expect(mo.get_by_text("Full", exact=False).first).to_be_visible()
        book_for(mo, workshop, "Kit Tester", "Put 1 person on the waiting list")
        expect(booking_of(mo, "Kit Tester")).to_contain_text("On the waiting list")

        ash.get_by_role("link", name="Cancel this booking").click()
        ash.get_by_role("button", name="Cancel the booking").click()
        expect(tag(ash)).to_have_text("Cancelled")
        mo.goto(workshop.path)
        expect(booking_of(mo, "Kit Tester")).to_contain_text("Offered a place")
        accept(hall)
        mo.goto(workshop.path)
        expect(booking_of(mo, "Kit Tester")).to_contain_text("Booked")
        send_instead(mo, "Sam Tester", "Ola Tester")
        mo.goto(workshop.path)
        expect(mo.get_by_text(f"{PLACES} of {PLACES} places booked")).to_be_visible()
        expect(booking_of(mo, "Ola Tester")).to_contain_text("Booked")


def book_oneself(page: Page, free: int) -> None:
    """Book a place of one's own, found from one's training."""
    menu(page, "My training")
    page.get_by_role("link", name="Your workshops, and those you can book").click()
    offer = page.get_by_role("row").filter(has_text=BRIEFING)
    expect(offer).to_contain_text(f"{free} of {PLACES}")
    offer.get_by_role("link", name="Book").click()
    page.get_by_role("button", name="Book a place").click()
    heading(page, "Your booking")
    expect(tag(page)).to_have_text("Booked")


def book_for(page: Page, workshop: Planned, name: str, button: str) -> None:
    """A manager books somebody of the team."""
    page.goto(workshop.path)
    page.get_by_role("link", name="Book places for others").click()
    page.get_by_label(name).check()
    page.get_by_role("button", name="Continue").click()
    heading(page, "Check before you book")
    page.get_by_role("button", name=button, exact=True).click()
    heading(page, BRIEFING)


def accept(hall: Hall) -> None:
    """Kit follows the link in the message, and takes the place."""
    link = hall.link_to("kit", "/bookings/", "send")
    with hall.window_of("kit") as page:
        page.goto(link)
        heading(page, "Your booking")
        expect(tag(page)).to_have_text("Offered a place")
        page.get_by_label("Yes, take the place").check()
        page.get_by_role("button", name="Send the answer").click()
        expect(tag(page)).to_have_text("Booked")


def send_instead(page: Page, who: str, instead: str) -> None:
    booking_of(page, who).get_by_role("link", name=re.compile("^Change or cancel")).click()
    heading(page, f"Booking of {who}")
    page.get_by_role("link", name="Name somebody who goes instead").click()
    page.get_by_label(instead).check()
    page.get_by_role("button", name="Give them the place").click()
    heading(page, f"Booking of {instead}")


def booking_of(page: Page, name: str) -> Locator:
    """The line of somebody's booking on the page of the workshop."""
    return page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name))


def tag(page: Page) -> Locator:
    return page.locator("main .govuk-tag").first


# The day


def sign_in_at_the_door(hall: Hall, workshop: Planned) -> None:
    """Two and a guest, neither with an account, type what is on the screen in the room."""
    with hall.window_of("vic") as page:
        menu(page, "Workshops")
        page.get_by_role("link", name=BRIEFING).click()
        page.get_by_role("link", name="Show the code for the door").click()
        expect(page.get_by_text(workshop.reference, exact=True)).to_be_visible()
        for name, number in (("Two Tester", "N-Two"), (GUEST, "")):
            code = page.locator(".app-door__code").inner_text()
            with hall.window_of(None) as telephone:
                said = arrive(telephone, workshop, code, name, number)
            # Nobody learns at the door who is booked.
            assert said == "You are signed in"
        page.reload()
        expect(page.get_by_text("1 signed in by name, 1 guest.")).to_be_visible()


def arrive(page: Page, workshop: Planned, code: str, name: str, number: str) -> str:
    """Sign in at the door with the code; what the page says then."""
    page.goto("/door")
    page.get_by_label("Workshop").fill(workshop.reference)
    page.get_by_label("Code").fill(code)
    page.get_by_role("button", name="Continue").click()
    heading(page, "Sign in at the door")
    page.get_by_label("Your name").fill(name)
    page.get_by_label("Employer").fill("Somebody")
    page.get_by_label("Your staff number or work email address (optional)").fill(number)
    page.get_by_role("button", name="I am here").click()
    page.get_by_role("button", name="I am here").wait_for(state="detached")
    return page.get_by_role("heading", level=1).inner_text().strip()


# The day after


def percentages_move_on_the_day_of_the_workshop(hall: Hall, workshop: Planned) -> None:
    """Figures of the day, before and after the register is closed on the day after."""
    before, after = workshop.day - timedelta(days=1), workshop.day + timedelta(days=1)
    with hall.window_of("learning") as page:
        assert [up_to_date(page, day) for day in (before, workshop.day, after)] == ["0", "0", "0"]
        fill_in_the_register(hall, workshop)
        assert [up_to_date(page, day) for day in (before, workshop.day, after)] == ["0", "1", "1"]


def up_to_date(page: Page, day: date) -> str:
    """Of the two people of the street team, how many were up to date on a day."""
    page.get_by_role("navigation", name="Main menu").get_by_role("link", name="Figures", exact=True).click()
    heading(page, "Figures against targets")
    type_day(page.get_by_role("group", name="As at"), day)
    page.get_by_role("button", name="Show", exact=True).click()
    expect(page.get_by_text(f"As at {long_date(day)}.")).to_be_visible()
    found = figure_of(page, STALLS)
    assert found["Counted"] == "2"
    return found["Up to date"]


def fill_in_the_register(hall: Hall, workshop: Planned) -> None:
    """Vic, who leads it: what the door wrote down stands, Ola came, and two did not attend."""
    with hall.window_of("vic") as page:
        page.goto(workshop.path)
        page.get_by_role("link", name="Fill in the register").click()
        expect(page.get_by_text("Ola Tester goes instead of Sam Tester")).to_be_visible()
        expect(page.get_by_role("row", name=GUEST)).to_be_visible()
        expect(outcome(page, "Two Tester", "Attended")).to_be_checked()
        outcome(page, "Ola Tester", "Attended").check()
        for name in ("Kit Tester", "Mo Tester"):
            outcome(page, name, "Did not attend").check()
        page.get_by_role("button", name="Save and go on to close the register").click()
        heading(page, "Close the register")
        expect(page.get_by_text(f"{long_date(workshop.day)}, the day of the workshop")).to_be_visible()
        page.get_by_role("button", name="Close the register").click()
        heading(page, "Register")
        said = page.get_by_text(f"This register was closed on {long_date(clock.today())}.")
        expect(said).to_contain_text("Attended: 2")
        expect(said).to_contain_text("Did not attend: 2")


def outcome(page: Page, name: str, words: str) -> Locator:
    return page.get_by_role("group", name=name).get_by_label(words, exact=True)


def answer_the_evaluation(hall: Hall) -> None:
    """Ola follows the link without signing in; it works once."""
    link = hall.link_to("ola", "/evaluation/", "run")
    with hall.window_of(None) as page:
        page.goto(link)
        heading(page, "How far do you agree?")
        expect(page.get_by_text("Ola")).to_have_count(0)
        expect(page.get_by_role("group")).to_have_count(5)
        for statement in page.get_by_role("group").all():
            statement.get_by_role("radio").last.check()
        page.get_by_role("button", name="Send my answers").click()
        heading(page, "Thank you")
        page.goto(link)
        heading(page, "This has been answered already")


# The certificate


def take_the_certificate(hall: Hall, workshop: Planned) -> tuple[str, bytes]:
    """Ola's number and PDF."""
    with hall.window_of("ola") as page:
        menu(page, "My training")
        page.get_by_role("link", name="Training you have completed").click()
        page.get_by_role("link", name="Your certificates and training passport").click()
        page.get_by_role("link", name=BRIEFING).click()
        heading(page, "Your certificate")
        expect(value(page, "Completed on")).to_have_text(long_date(workshop.day))
        number = value(page, "Number").inner_text().strip()
        with page.expect_download() as found:
            page.get_by_role("link", name="Download the certificate (PDF)").click()
        return number, found.value.path().read_bytes()


def certificate_holds(page: Page, number: str, workshop: Planned) -> None:
    """A stranger types the number, and learns no name."""
    page.goto("/verify")
    page.get_by_label("Number").fill(number)
    page.get_by_role("button", name="Check the number").click()
    heading(page, "Certificate: valid")
    expect(value(page, "Initials")).to_have_text(re.compile(r"^O\W+T\W*$"))
    expect(value(page, "Course")).to_have_text(BRIEFING)
    expect(value(page, "Completed on")).to_have_text(long_date(workshop.day))
    assert not re.search(r"\b(Ola|Tester|N-Ola)\b", page.content())


def said_of_file(page: Page, content: bytes) -> str:
    """What the page says of a file."""
    page.goto("/verify/file")
    file = {"name": "certificate.pdf", "mimeType": "application/pdf", "buffer": content}
    page.locator("main input[type=file]").set_input_files(file)  # type: ignore[arg-type]  # a file in memory
    page.get_by_role("button", name="Check the file").click()
    page.get_by_role("button", name="Check the file").wait_for(state="detached")
    return page.get_by_role("heading", level=1).inner_text().strip()


def changed(content: bytes) -> bytes:
    """The file with one bit of one byte changed."""
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


def withdraw(hall: Hall) -> None:
    with hall.window_of("learning") as page:
        page.goto(f"/people/{hall.borough.people['Ola']}")
        page.get_by_role("link", name="Certificates", exact=True).click()
        page.get_by_role("link", name=BRIEFING).click()
        page.get_by_role("link", name="Withdraw this certificate").click()
        page.get_by_label("Why?").fill("Issued for somebody else")
        page.get_by_role("button", name="Withdraw it").click()
        heading(page, "Certificate")
        expect(value(page, "Status")).to_contain_text("Withdrawn")


def no_longer_holds(page: Page, number: str, file: bytes) -> None:
    """At once, by the number and in the file, which is as it was; why stays inside."""
    page.goto(f"/verify/{number}")
    heading(page, "Certificate: withdrawn")
    said = f"This certificate was withdrawn on {long_date(clock.today())}."
    expect(page.get_by_text(said)).to_be_visible()
    assert "somebody else" not in page.content()
    assert said_of_file(page, file) == "Withdrawn: do not rely on this file"
    expect(page.get_by_text(said)).to_be_visible()
