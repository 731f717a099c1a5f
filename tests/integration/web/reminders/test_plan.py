"""Who is written to on a day to come and who is not, what a message would say, and letters to people without email."""

import csv
import io
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.mail import OutgoingMessageRow
from reminders.models import ReminderRow
from reminders.services.bank_holidays import is_working_day
from reminders.services.letter_runs import NO_LETTERS
from reminders.services.planning import write_plan
from reminders.views.plan import next_working_day
from tests.borough import AWARE, HOMES, Borough
from tests.integration.web.reminders.post import STEPS, Post, stamp, write_steps
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
PLAN, LETTERS = "/reminders/plan", "/reminders/letters"


def rows(client: PageClient, address: str, table: str = "plan") -> list[list[str]]:
    page = client.page(address)
    return [[text_of(cell) for cell in row.select("th, td")] for row in page.select(f"#{table} tbody tr")]


def file_rows(client: PageClient, address: str) -> list[dict[str, str]]:
    text = client.get(address).get_data(as_text=True).removeprefix("\ufeff")
    return list(csv.DictReader(io.StringIO(text)))


def fields(client: PageClient, address: str) -> dict[str, str]:
    """What the form of a page would send as it stands."""
    found = client.page(address).select("main form[method=post] input[type=hidden]")
    return {str(one["name"]): str(one.get("value", "")) for one in found}


def names(found: list[list[str]]) -> set[str]:
    return {row[0].split()[0] for row in found}


def row_of(client: PageClient, name: str) -> list[str]:
    """What somebody would get; their manager's message about them stands beside it on the right weekday."""
    found = [row for row in rows(client, f"{PLAN}?q={name}") if row[0].split()[0] == name]
    assert len(found) == 1
    return found[0]


def a_monday() -> date:
    """A Monday to come on which mail leaves: managers get theirs too."""
    day = clock.today() + timedelta(days=1)
    while day.weekday() != 0 or not is_working_day(day):
        day += timedelta(days=1)
    return day


def test_the_plan_is_that_of_the_next_working_day_and_says_why(post: Post, sign_in: SignIn) -> None:
    client = sign_in("learning")
    sam = row_of(client, "Sam")
    assert "after" in sam[1]
    assert "the last day in time" in sam[1]
    day = next_working_day(clock.today())
    assert is_working_day(day)
    box = client.page(PLAN).select_one("#on-day")
    assert box is not None
    assert box["value"] == str(day.day)


def test_who_is_not_written_to_stands_there_with_the_reason(post: Post, sign_in: SignIn) -> None:
    client = sign_in("learning")
    found = rows(client, f"{PLAN}?show=not_written")
    by_name = {row[0].split()[0]: row[2] for row in found}
    assert by_name["Bo"] == "Away from work"
    assert by_name["Cy"] == "Exempt"
    assert by_name["Ash"] == "Their evidence waits for a check"
    assert by_name["Dana"] == "Up to date"


def test_the_lists_are_narrowed_and_their_files_hold_the_very_same(
    post: Post, sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in("learning")
    unit = borough.units[HOMES]
    everybody = names(rows(client, f"{PLAN}?show=not_written"))
    for where in (f"unit={unit}", "reason=exempt", "requirement=STALLS", "q=dana"):
        found = rows(client, f"{PLAN}?show=not_written&{where}")
        assert names(found) < everybody, where
        same = file_rows(client, f"{PLAN}.csv?show=not_written&{where}")
        assert {row["name"].split()[0] for row in same} == names(found), where
    written = [row for row in file_rows(client, f"{PLAN}.csv?q=sam") if row["to"] == "Sam Tester"]
    assert {(row["about"], row["step"]) for row in written} == {("Sam Tester", "overdue_1")}
    for where in ("reason=nonsense", "requirement=NOTHING", "show=all", "unit=nowhere"):
        assert client.get(f"{PLAN}?{where}").status_code == 404, where


def test_managers_get_one_message_about_their_team(post: Post, sign_in: SignIn) -> None:
    client = sign_in("learning")
    found = rows(client, f"{PLAN}?on={a_monday()}&q=mo")
    assert found[0][0] == "Mo Tester"
    assert found[0][1].endswith("in their teams")
    assert found[0][2] == "Email About a team"


@pytest.mark.parametrize("typed", ["2001-01-01", "2099-12-31", "x"])
def test_a_day_that_cannot_be_planned_is_refused_beside_its_boxes(
    typed: str, post: Post, sign_in: SignIn
) -> None:
    page = sign_in("learning").page(f"{PLAN}?on={typed}", status=422)
    assert page.select_one(".govuk-error-summary") is not None


def test_a_weekend_says_that_nothing_leaves(post: Post, sign_in: SignIn) -> None:
    day = clock.today()
    while day.weekday() != 5:
        day += timedelta(days=1)
    client = sign_in("learning")
    assert "Reminders do not leave on this day" in client.page(f"{PLAN}?on={day}").get_text()
    assert rows(client, f"{PLAN}?on={day}") == []


def test_learning_reads_the_very_words_before_they_leave(
    post: Post, sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in("learning")
    link = client.page(f"{PLAN}?q=sam").select_one("#plan a[href*='what=reminder']")
    assert link is not None
    text = client.page(str(link["href"])).get_text()
    assert "Sam" in text
    assert "Leaflets and stalls" in text
    assert "http://localhost/my-training" in text
    monday = a_monday()
    team = client.page(f"{PLAN}/{borough.people['Mo']}?on={monday}&what=team_digest").get_text()
    assert "Sam Tester" in team
    for address in (
        f"{PLAN}/{borough.people['Dana']}",
        f"{PLAN}/{borough.people['Sam']}?what=nonsense",
        f"{PLAN}/{'0' * 32}",
    ):
        assert client.get(address).status_code == 404
    for reader in ("coordinator", "auditor"):
        assert sign_in(reader).page(f"{PLAN}?q=sam").select_one("#plan a[href*='what=']") is None
        assert sign_in(reader).get(str(link["href"])).status_code == 403


def test_a_look_at_the_plan_writes_nothing(post: Post, sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    client.page(f"{PLAN}?on={a_monday()}")
    client.page(f"{PLAN}?show=not_written")
    counts = [
        session.scalar(select(func.count()).select_from(row)) for row in (ReminderRow, OutgoingMessageRow)
    ]
    assert counts == [0, 0]


def test_what_changes_meanwhile_is_seen_at_once(post: Post, sign_in: SignIn) -> None:
    client = sign_in("learning")
    assert row_of(client, "Sam")[2] == "Email Reminder"
    assert sign_in("staff").send("/my-training/reminders", how_often="weekly").status_code == 302
    post.no_email("Sam")
    assert row_of(client, "Sam")[2] == "Printed letter Reminder"


# --- letters


def plan_the_next_day(session: Session) -> None:
    write_plan(session, stamp, next_working_day(clock.today() - timedelta(days=1)))
    session.rollback()


def test_letters_are_printed_downloaded_and_taken_back(post: Post, sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    assert "Nobody waits for a letter" in client.page(LETTERS).get_text()
    post.no_email("Sam")
    plan_the_next_day(session)
    (row,) = rows(client, LETTERS, "letters")
    assert row[0] == "Sam Tester"
    assert {one["name"] for one in file_rows(client, f"{LETTERS}.csv")} == {"Sam Tester"}
    in_another_tab = fields(client, f"{LETTERS}/print")
    assert client.send(f"{LETTERS}/print").status_code == 302
    assert rows(client, LETTERS, "letters") == []
    (run,) = client.page(LETTERS).select("#runs tbody tr")
    links = [str(link["href"]) for link in run.select("a")]
    answer = client.get(links[0])
    assert answer.mimetype == "application/pdf"
    assert answer.data.startswith(b"%PDF")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    printing = links[0].removeprefix(f"{LETTERS}/").removesuffix(".pdf")
    taken = select(AuditEventRow.subject, AuditEventRow.details).where(AuditEventRow.event == "export.made")
    assert session.execute(taken.order_by(AuditEventRow.id)).all()[-1] == (
        f"letter_run:{printing}",
        {"lines": 1, "whole": True, "filters": {}},
    )
    session.rollback()
    assert client.post(f"{LETTERS}/print", data=in_another_tab).status_code == 302
    page = client.page(LETTERS)
    assert NO_LETTERS in page.get_text()
    assert len(page.select("#runs tbody tr")) == 1
    assert client.send(links[1]).status_code == 302
    assert names(rows(client, LETTERS, "letters")) == {"Sam"}
    assert client.send(links[1]).status_code == 409
    assert client.get(links[0]).status_code == 404


def test_coordinators_and_auditors_see_who_waits_and_print_nothing(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    post.no_email("Sam")
    plan_the_next_day(session)
    for reader in ("coordinator", "auditor"):
        client = sign_in(reader)
        assert names(rows(client, LETTERS, "letters")) == {"Sam"}
        assert client.page(LETTERS).select_one("main a.govuk-button") is None
        assert client.get(f"{LETTERS}/print").status_code == 403


def test_where_nobody_waits_nothing_is_offered_to_be_printed(post: Post, sign_in: SignIn) -> None:
    page = sign_in("learning").page(f"{LETTERS}/print")
    assert "Nobody waits for a letter, so there is nothing to print." in page.get_text()
    assert page.select_one("main form") is None


def test_the_step_of_a_letter_is_that_of_the_very_duty(post: Post, sign_in: SignIn, session: Session) -> None:
    own = [replace(step, requirement=AWARE, days=step.days + 2) for step in STEPS if step.kind == "overdue"]
    others = [replace(step, requirement="STALLS", days=50) for step in STEPS if step.kind == "overdue"]
    write_steps(session, clock.today(), (*STEPS, *own, *others))
    post.no_email("Sam")
    plan_the_next_day(session)
    (row,) = rows(sign_in("learning"), LETTERS, "letters")
    assert "Prevent awareness for everybody 3 days after the last day." in row[1]
    assert "Leaflets and stalls 50 days after the last day." in row[1]
