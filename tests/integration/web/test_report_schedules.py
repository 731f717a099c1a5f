"""The pages of reports on schedule: typed, checked, saved once, changed and ended."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.once import new_key
from foundation.stamp import Stamp
from reports.domain.schedule import Every, Schedule, Wanted
from reports.forms.schedules import digest_of
from reports.services import scheduling
from reports.services.issuing import issue_due
from reports.store import schedules as store
from tests.borough import email_of
from tests.integration.web.conftest import SignIn
from tests.pages import PageClient

COORDINATOR = email_of("coordinator")
OUTSIDE = "committee@elsewhere.example"
NEW = "/reports/schedules/new"
TYPED = {"report": "targets", "every": "month", "send_as": "link", "recipients": COORDINATOR}


def answers(every: Every = Every.MONTH, *to: str) -> dict[str, str]:
    """What the page of answers sends when they are right, of a link to the report of targets from today on."""
    today = clock.today()
    recipients = to or (COORDINATOR,)
    return {
        **TYPED,
        "every": every.value,
        "recipients": "\n".join(recipients),
        "first_day": today.isoformat(),
        "shown": digest_of(Wanted("targets", every, None, recipients, today)),
        "checked": "yes",
    }


def standing(session: Session) -> list[Schedule]:
    found = store.schedules(session)
    session.rollback()
    return found


def made(session: Session, *to: str) -> str:
    """A schedule whose last period is over."""
    today = clock.today()
    with transaction(session):
        asked = Wanted("targets", Every.MONTH, None, to or (COORDINATOR,), today - timedelta(days=45))
        return scheduling.schedule(
            session, Stamp("command:tests", clock.now()), asked, today, with_files=True
        )


def sent_as_it_was_shown(page: PageClient, address: str, times: int, **fields: str) -> list[int]:
    """Send a form so many times with the token of the page as it was; the answers."""
    token = page.page(address).select_one("main input[name=csrf_token]")
    assert token is not None
    data = {**fields, "csrf_token": str(token["value"])}
    return [page.post(address, data=data).status_code for _ in range(times)]


def test_nothing_is_saved_before_the_answers_were_checked_and_then_once(
    sign_in: SignIn, session: Session
) -> None:
    page = sign_in("coordinator")
    key = new_key()
    shown = page.send(NEW, once=key, **TYPED)
    assert shown.status_code == 200
    assert "Check who gets the report" in shown.text
    assert COORDINATOR in shown.text
    assert standing(session) == []
    for _ in range(2):
        answer = page.send(NEW, once=key, **answers())
        assert (answer.status_code, answer.headers["Location"]) == (302, "/reports/schedules")
    assert [one.wanted.recipients for one in standing(session)] == [(COORDINATOR,)]
    listed = page.get("/reports/schedules").text
    assert "Every month, as a link to sign in for" in listed
    assert COORDINATOR in listed


def test_what_differs_from_the_answers_that_were_shown_is_shown_and_not_saved(
    sign_in: SignIn, session: Session
) -> None:
    page = sign_in("coordinator")
    for sent in ({**TYPED, "checked": "yes"}, {**answers(), "recipients": OUTSIDE}):
        shown = page.send(NEW, once=new_key(), **sent)
        assert (shown.status_code, "Check who gets the report" in shown.text) == (200, True)
    assert standing(session) == []


def test_answers_that_were_shown_can_be_changed(sign_in: SignIn, session: Session) -> None:
    page = sign_in("learning")
    back = page.send(NEW, once=new_key(), checked="back", **TYPED)
    assert back.status_code == 200
    assert COORDINATOR in back.text
    assert "Check who gets the report" not in back.text
    assert standing(session) == []


def test_a_file_to_anybody_is_warned_of_and_a_link_to_nobody_is_said(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    link = page.send(NEW, once=new_key(), **{**TYPED, "recipients": f"{COORDINATOR}\n{OUTSIDE}"})
    assert "One of these addresses does not belong to anybody who can sign in" in link.text
    file = page.send(NEW, once=new_key(), **{**TYPED, "send_as": "pdf", "recipients": OUTSIDE})
    assert "Check every address" in file.text
    assert OUTSIDE in file.text


@pytest.mark.parametrize(
    "typed, says",
    [
        ({"report": ""}, "Choose a report"),
        ({"every": "day"}, "Select how often"),
        ({"send_as": "html"}, "Select what to send"),
        ({"recipients": ""}, "Enter at least one email address"),
        ({"recipients": f"{COORDINATOR}\nsam\nola@"}, "These are not email addresses: sam, ola@"),
        ({"recipients": f"{COORDINATOR}\u2028bcc: {OUTSIDE}"}, "These are not email addresses"),
        (
            {"recipients": "\n".join(f"a{number}@b.example" for number in range(41))},
            "40 email addresses or fewer",
        ),
        ({"report": "expiring", "send_as": "pdf"}, "cannot be sent as a file"),
        (
            {"first_day-day": "31", "first_day-month": "2", "first_day-year": "2027"},
            "First day must be a real date",
        ),
        (
            {"first_day-day": "1", "first_day-month": "1", "first_day-year": "2090"},
            "First day must be on or before",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_what_was_typed(
    sign_in: SignIn, session: Session, typed: dict[str, str], says: str
) -> None:
    answer = sign_in("coordinator").send(NEW, once=new_key(), checked="yes", **{**TYPED, **typed})
    assert answer.status_code == 422
    assert says in answer.text
    assert standing(session) == []


def test_where_mail_takes_no_files_the_page_says_so_and_offers_none(sign_in: SignIn, app: Flask) -> None:
    app.config["MAIL_URL"] = "notify+https://service:secret@notify.example:443/template"
    page = sign_in("coordinator")
    assert "GOV.UK Notify, which takes no files" in page.get(NEW).text
    answer = page.send(NEW, once=new_key(), checked="yes", **{**TYPED, "send_as": "pdf"})
    assert (answer.status_code, "Select what to send" in answer.text) == (422, True)


def test_a_change_takes_the_place_of_what_stood_and_sending_it_twice_changes_once(
    sign_in: SignIn, session: Session
) -> None:
    public_id = made(session)
    page = sign_in("learning")
    address = f"/reports/schedules/{public_id}/change"
    assert COORDINATOR in page.get(address).text
    typed = answers(Every.QUARTER)
    assert sent_as_it_was_shown(page, address, 2, once=new_key(), **typed) == [302, 302]
    assert [(one.wanted.every, one.public_id == public_id) for one in standing(session)] == [
        (Every.QUARTER, False)
    ]
    assert page.get(address).status_code == 404
    assert len(standing(session)) == 1


def test_a_change_of_what_somebody_else_changed_meanwhile_changes_nothing(
    sign_in: SignIn, session: Session
) -> None:
    address = f"/reports/schedules/{made(session)}/change"
    typed = answers()
    page = sign_in("coordinator")
    token = page.page(address).select_one("main input[name=csrf_token]")
    assert token is not None
    assert sent_as_it_was_shown(sign_in("learning"), address, 1, once=new_key(), **typed) == [302]
    late = page.post(address, data={**typed, "once": new_key(), "csrf_token": str(token["value"])})
    assert late.status_code == 409
    assert "Somebody may have changed or ended it" in late.text
    assert late.text.count(COORDINATOR) >= 1, "what was typed is lost"
    assert len(standing(session)) == 1


def test_an_end_ends_it_once(sign_in: SignIn, session: Session) -> None:
    public_id = made(session)
    page = sign_in("coordinator")
    address = f"/reports/schedules/{public_id}/end"
    assert "What has not left yet is not sent" in page.get(address).text
    assert sent_as_it_was_shown(page, address, 2, once=new_key()) == [302, 302]
    assert standing(session) == []
    events = session.execute(
        text("SELECT count(*) FROM audit_event WHERE event = 'report.unscheduled'")
    ).scalar_one()
    assert events == 1


def test_an_end_of_what_somebody_else_ended_meanwhile_says_so(sign_in: SignIn, session: Session) -> None:
    address = f"/reports/schedules/{made(session)}/end"
    page = sign_in("coordinator")
    token = page.page(address).select_one("main input[name=csrf_token]")
    assert token is not None
    assert sent_as_it_was_shown(sign_in("learning"), address, 1, once=new_key()) == [302]
    late = page.post(address, data={"once": new_key(), "csrf_token": str(token["value"])})
    assert late.status_code == 409
    assert "Somebody may have changed or ended it" in late.text
    assert standing(session) == []


def test_that_a_report_waits_for_its_commentary_is_said_where_it_is_scheduled(
    sign_in: SignIn, session: Session
) -> None:
    page = sign_in("coordinator")
    says = "so that there is time for commentary"
    assert (
        f"It goes out 10 full days after the period ends, {says}"
        in page.send(NEW, once=new_key(), **TYPED).text
    )
    other = page.send(NEW, once=new_key(), **{**TYPED, "report": "directorates"})
    assert says not in other.text
    assert says in page.get(NEW).text
    made(session)
    assert f"It goes out 10 full days after the period ends, {says}" in page.get("/reports/schedules").text


def test_the_list_says_what_was_sent_and_what_was_passed_over(sign_in: SignIn, session: Session) -> None:
    made(session, COORDINATOR, OUTSIDE)
    today = clock.today()
    for day in (today, today + timedelta(days=100)):
        assert issue_due(session, lambda: Stamp("command:tests", clock.now()), "Example", day).issued
    shown = sign_in("coordinator").get("/reports/schedules").text
    assert "Waiting to leave" in shown
    assert "Not sent: the service was not running. R-" in shown


def test_an_auditor_reads_masked_addresses_and_changes_nothing(sign_in: SignIn, session: Session) -> None:
    public_id = made(session, OUTSIDE)
    page = sign_in("auditor")
    shown = page.get("/reports/schedules").text
    assert OUTSIDE not in shown
    assert "c********@elsewhere.example" in shown
    assert "/change" not in shown
    for address in (NEW, f"/reports/schedules/{public_id}/change", f"/reports/schedules/{public_id}/end"):
        assert page.get(address).status_code == 403


def test_no_address_stands_in_the_trail(sign_in: SignIn, session: Session) -> None:
    page = sign_in("coordinator")
    page.send(NEW, once=new_key(), **answers(Every.MONTH, OUTSIDE))
    made(session, OUTSIDE, COORDINATOR)
    issue_due(session, lambda: Stamp("command:tests", clock.now()), "Example", clock.today())
    found = (
        session.execute(text("SELECT details FROM audit_event WHERE event LIKE 'report.%'")).scalars().all()
    )
    assert len(found) >= 3
    assert not any("@" in str(one) for one in found)
