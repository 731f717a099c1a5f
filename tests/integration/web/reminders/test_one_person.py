"""What was written about somebody: on their own page, on that of whoever may see them; how often; calendar files."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from compliance.models import StatusSpanRow
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.formats import long_date
from reminders.models import ReminderChoiceRow
from tests.borough import Borough
from tests.integration.web.reminders.post import Post
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
MINE = "/my-training/reminders"


def rows(client: PageClient, address: str, table: str = "told") -> list[list[str]]:
    page = client.page(address)
    return [[text_of(cell) for cell in row.select("th, td")] for row in page.select(f"#{table} tbody tr")]


def test_staff_see_what_was_written_about_their_training_and_what_became_of_it(
    post: Post, sign_in: SignIn
) -> None:
    run = post.run()
    post.reminder("Sam", run, post.message("Sam", run=run))
    post.reminder("Sam", run, step="before_30", outcome="superseded")
    post.reminder("Sam", run, step="welcome", outcome="cancelled", why="up_to_date")
    post.reminder("Sam", run, post.message("Mo", run=run, kind="team_digest"), to="Mo", step="manager_1")
    found = rows(sign_in("staff"), MINE)
    assert [row[2] for row in found] == ["To their manager", "To them", "To them", "To them"]
    assert [row[4] for row in found] == [
        "Sent",
        "Not sent: up to date",
        "A more urgent reminder took its place",
        "Sent",
    ]
    assert found[3][1] == "Prevent awareness for everybody"
    assert found[3][3].startswith("1 day after the last day")


def test_nobody_reads_on_their_own_page_what_was_written_about_others(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    post.reminder("Ola", run, post.message("Mo", run=run, kind="team_digest"), to="Mo", step="manager_1")
    page = sign_in("manager").page(MINE)
    assert "Ola" not in page.select_one("main").get_text()  # type: ignore[union-attr]  # every page has one
    assert [text_of(cell) for cell in page.select("#others tbody td")] == ["About a team", "Sent"]


def test_without_any_reminder_the_page_says_what_comes(post: Post, sign_in: SignIn) -> None:
    page = sign_in("staff").page(MINE)
    assert "We have not written to you about your training" in page.get_text()
    assert "You cannot turn reminders off" in page.get_text()


@pytest.mark.parametrize("has_duties", [True, False])
def test_a_calendar_is_offered_only_where_a_duty_has_a_day_for_it(
    has_duties: bool, post: Post, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    if not has_duties:
        session.execute(delete(StatusSpanRow).where(StatusSpanRow.person_id == borough.ids["Sam"]))
        session.commit()
    page = sign_in("staff").page(MINE)
    assert bool(page.select_one("a[href='/my-training/calendar.ics']")) is has_duties
    assert ("We will when there is something for you to do." in page.get_text()) is not has_duties


def test_somebody_without_an_address_is_told_how_they_are_reached(post: Post, sign_in: SignIn) -> None:
    post.no_email("Sam")
    assert "printed letters" in sign_in("staff").page(MINE).get_text()


def choice(session: Session, borough: Borough) -> bool:
    found = session.scalar(
        select(ReminderChoiceRow.weekly).where(ReminderChoiceRow.person_id == borough.ids["Sam"])
    )
    session.rollback()
    return bool(found)


def test_staff_choose_to_hear_once_a_week_and_change_their_mind(
    post: Post, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    assert client.send(MINE, how_often="weekly").status_code == 302
    assert choice(session, borough)
    assert client.page(MINE).select_one("input[value=weekly][checked]")
    assert client.send(MINE, how_often="as_due").status_code == 302
    assert not choice(session, borough)
    said = session.execute(
        select(AuditEventRow.subject, AuditEventRow.details)
        .where(AuditEventRow.event == "reminder_frequency.chosen")
        .order_by(AuditEventRow.id)
    ).all()
    person = f"person:{borough.people['Sam']}"
    assert [tuple(one) for one in said] == [(person, {"weekly": True}), (person, {"weekly": False})]


def test_what_is_chosen_already_changes_nothing(post: Post, sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    client.send(MINE, how_often="as_due")
    event = select(AuditEventRow.id).where(AuditEventRow.event == "reminder_frequency.chosen")
    assert session.scalars(event).all() == []


@pytest.mark.parametrize("typed", ["", "never", "off"])
def test_there_is_no_third_choice(
    typed: str, post: Post, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    answer = sign_in("staff").send(MINE, how_often=typed)
    assert answer.status_code == 422
    assert "Select how often you want to hear from us" in answer.get_data(as_text=True)
    assert not choice(session, borough)


def test_the_weekday_is_that_of_the_rule_book(post: Post, sign_in: SignIn) -> None:
    assert "On Mondays." in sign_in("staff").page(MINE).get_text()


@pytest.mark.parametrize("reader", ["manager", "learning", "coordinator", "auditor"])
def test_whoever_may_see_somebody_sees_when_they_were_written_to_and_not_what_was_said(
    reader: str, post: Post, sign_in: SignIn, borough: Borough
) -> None:
    run = post.run()
    message = post.message("Sam", run=run)
    post.reminder("Sam", run, message)
    client = sign_in(reader)
    address = f"/people/{borough.people['Sam']}/reminders"
    (row,) = rows(client, address)
    assert row[0] == long_date(clock.today())
    text = client.page(address).get_text()
    assert "What is said." not in text
    assert "A subject for Sam" not in text
    assert (message in client.get(address).get_data(as_text=True)) is (reader != "manager")
    person = client.page(f"/people/{borough.people['Sam']}")
    assert person.select_one(f"a[href='{address}']") is not None


def test_a_partner_lead_sees_their_own_people_alone(post: Post, sign_in: SignIn, borough: Borough) -> None:
    run = post.run()
    post.reminder("Pia", run, post.message("Pia", run=run))
    client = sign_in("partner")
    assert len(rows(client, f"/people/{borough.people['Pia']}/reminders")) == 1
    assert client.get(f"/people/{borough.people['Sam']}/reminders").status_code == 404
    assert client.get("/reminders").status_code == 403


def test_a_long_story_comes_a_page_at_a_time(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    for number in range(60):
        post.reminder("Sam", run, cycle=f"run:{number}", outcome="superseded")
    client = sign_in("staff")
    assert len(rows(client, MINE)) == 50
    assert len(rows(client, f"{MINE}?page=2")) == 10


# --- calendar files


def calendar(client: PageClient, address: str) -> Calendar:
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "text/calendar; method=PUBLISH; charset=utf-8"
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    found = Calendar.from_ical(answer.data)
    assert isinstance(found, Calendar)
    return found


def days(found: Calendar) -> dict[str, date | None]:
    return {str(event["summary"]): event.DTSTART for event in found.events}


def test_the_calendar_has_the_last_day_of_each_duty_and_of_no_measure(
    post: Post, sign_in: SignIn, borough: Borough
) -> None:
    found = days(calendar(sign_in("manager"), "/my-training/calendar.ics"))
    assert list(found) == ["Training to renew: Prevent awareness for everybody"]
    completed = borough.today - timedelta(days=100)
    day = next(iter(found.values()))
    assert day is not None
    assert day.year == completed.year + 2


def test_one_duty_is_a_file_of_its_own(post: Post, sign_in: SignIn) -> None:
    client = sign_in("staff")
    both = days(calendar(client, "/my-training/calendar.ics"))
    assert len(both) == 2
    one = days(calendar(client, "/my-training/calendar/STALLS.ics"))
    assert one == {"Training due: Leaflets and stalls": both["Training due: Leaflets and stalls"]}
    for address in ("/my-training/calendar/MEASURE.ics", "/my-training/calendar/NOTHING.ics"):
        assert client.get(address).status_code == 404


def test_the_file_names_nobody(post: Post, sign_in: SignIn, borough: Borough) -> None:
    text = sign_in("staff").get("/my-training/calendar.ics").get_data(as_text=True)
    for needle in ("Sam", "Tester", "sam@", "N-Sam", borough.people["Sam"]):
        assert needle not in text


def test_the_same_day_gives_the_same_file(post: Post, sign_in: SignIn) -> None:
    client = sign_in("staff")
    assert client.get("/my-training/calendar.ics").data == client.get("/my-training/calendar.ics").data


def test_my_training_leads_to_the_calendar_and_to_what_was_written(post: Post, sign_in: SignIn) -> None:
    page = sign_in("manager").page("/my-training")
    for address in ("/my-training/calendar.ics", "/my-training/calendar/AWARE.ics", MINE):
        assert page.select_one(f"a[href='{address}']") is not None, address


def test_a_day_that_is_over_is_offered_to_no_calendar(post: Post, sign_in: SignIn) -> None:
    page = sign_in("staff").page("/my-training")
    assert page.select_one("a[href^='/my-training/calendar/']") is None


def test_an_account_of_nobody_has_no_calendar(post: Post, sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    for address in ("/my-training/calendar.ics", MINE):
        assert client.get(address).status_code == 403
