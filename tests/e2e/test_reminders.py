"""Learning and development finds mail halted, looks at the plan and decides; staff choose and take their days."""

import re
from pathlib import Path

import pytest
from icalendar import Calendar
from playwright.sync_api import Browser, expect

from foundation.db import db, transaction
from foundation.mail import State
from reminders.services.outbox import deciding
from tests.e2e.browser import window
from tests.e2e.conftest import enter, new_service
from tests.e2e.reminders_tour import write
from tests.e2e.walking import Walk, nothing
from tests.integration.web.reminders.post import Post, stamp

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_learning_lets_mail_leave_again_looks_at_the_plan_and_sends_an_uncertain_message_again(
    browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    with (
        new_service(tmp_path) as (app, address, borough),
        window(browser, address, scripts=scripts) as watched,
    ):
        page = watched.page
        uncertain, _, _ = write(Walk(app, watched, borough, nothing))
        with app.app_context(), transaction(db.session()) as session:
            deciding.halt(session, stamp(), "Addresses look wrong")
        enter(page, "learning")
        page.get_by_role("link", name="Reminders", exact=True).click()
        expect(page.get_by_text("All mail is halted", exact=True)).to_be_visible()
        expect(page.get_by_text("Addresses look wrong")).to_be_visible()
        expect(page.get_by_text("Reminders are not running: the last sign of life was")).to_be_visible()
        page.get_by_role("link", name="Let mail leave again").click()
        page.get_by_role("button", name="Let mail leave").click()
        expect(page.get_by_text("Mail leaves again.")).to_be_visible()
        page.get_by_role("link", name="Who is written to next, and why").click()
        page.get_by_role("textbox", name="Name").fill("Kit")
        page.get_by_role("button", name="Show").click()
        page.get_by_role("link", name=re.compile("Reminder to Kit Tester")).click()
        expect(page.get_by_role("region", name="What it says")).to_contain_text("Prevent awareness")
        page.get_by_role("link", name="Reminders", exact=True).click()
        page.get_by_role("link", name="Uncertain messages").click()
        page.get_by_role("link", name="Sam Tester").click()
        page.get_by_role("link", name="Send this message again").click()
        page.get_by_role("button", name="Send it again").click()
        expect(page.get_by_text("The message is sent again at the next round.")).to_be_visible()
        expect(page.get_by_role("row", name="To be sent again")).to_contain_text("Uma Tester")
        with app.app_context():
            assert Post(db.session(), borough).state_of(uncertain) == State.WAITING
            db.session.remove()
        assert not watched.complaints


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no-scripts"])
def test_staff_choose_one_message_a_week_and_take_their_last_days_into_their_calendar(
    browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    with (
        new_service(tmp_path) as (_, address, _borough),
        window(browser, address, scripts=scripts) as watched,
    ):
        page = watched.page
        enter(page, "staff")
        page.get_by_role("link", name="My training", exact=True).click()
        with page.expect_download() as found:
            page.get_by_role("link", name="Add all last days to your calendar").click()
        assert found.value.suggested_filename == "my-training.ics"
        calendar = Calendar.from_ical(Path(found.value.path()).read_bytes())
        assert isinstance(calendar, Calendar)
        assert len(list(calendar.events)) == 2
        page.get_by_role("link", name="What we have written to you, and how often").click()
        page.get_by_label("Once a week").check()
        page.get_by_role("button", name="Save").click()
        expect(page.get_by_text("You hear from us once a week.")).to_be_visible()
        expect(page.get_by_label("Once a week")).to_be_checked()
        assert not watched.complaints
