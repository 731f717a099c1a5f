"""Handing a team over: what it opens, for how long, to whom; and that nothing is done twice or over somebody's head."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation.audit import AuditEventRow
from foundation.dates import add_months
from foundation.formats import long_date
from foundation.mail import OutgoingMessageRow
from people.domain import Permission
from people.models import DelegationRow
from people.services.accounts import create_account
from tests.borough import HOMES, PASSWORD, Borough, email_of
from tests.integration.web.teams import (
    DELEGATES,
    address_of,
    changes,
    give_account,
    handed_over,
    named,
    today_and,
)
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
NEW = f"{DELEGATES}/new"
NOT_THEM = "Enter the work email address of somebody else in your organisation"


def typed(email: str, begins: date, ends: date) -> dict[str, str]:
    """The form as somebody fills it in."""
    return {"email": email, **days("begins", begins), **days("ends", ends)}


def days(name: str, day: date) -> dict[str, str]:
    return {f"{name}-day": str(day.day), f"{name}-month": str(day.month), f"{name}-year": str(day.year)}


def hand_over(client: PageClient, email: str, begins: int = 0, ends: int = 30) -> TestResponse:
    """Both steps; the answer to the second."""
    answer = client.send(NEW, **typed(email, today_and(begins), today_and(ends)))
    assert answer.status_code == 302, answer.get_data(as_text=True)
    return client.send(str(answer.headers["Location"]))


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def current(session: Session) -> list[tuple[date, date]]:
    session.rollback()
    query = select(DelegationRow.first_day, DelegationRow.last_day).where(
        DelegationRow.retracted_at.is_(None)
    )
    return [(first, last) for first, last in session.execute(query.order_by(DelegationRow.id))]


def messages(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    query = select(OutgoingMessageRow.address, OutgoingMessageRow.subject).where(
        # None holds a link that acts, so that each may be sent again.
        OutgoingMessageRow.kind.like("delegation_%"),
        ~OutgoingMessageRow.is_secret,
    )
    return [(to, subject) for to, subject in session.execute(query.order_by(OutgoingMessageRow.id))]


# Handing over


def test_an_auditor_who_only_reads_cannot_be_chosen_and_the_page_says_why(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        create_account(
            session,
            builder.stamp,
            email_of("uma"),
            PASSWORD,
            person_ref="N-Uma",
            permissions=[Permission.AUDITOR],
        )
    client = sign_in("manager")
    answer = client.send(NEW, **typed("uma@council.example", today_and(0), today_and(30)))
    assert answer.status_code == 422
    assert "Uma Tester is an auditor, who can look at records but not change them" in text_of(read(answer))
    check = f"{DELEGATES}/check?delegate={borough.people['Uma']}&begins={today_and(0)}&ends={today_and(30)}"
    assert client.send(check).status_code == 422
    assert current(session) == []


def test_a_team_is_handed_over_after_the_answers_were_checked_and_both_are_told(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    answer = client.send(NEW, **typed(" UMA@council.example", today_and(0), today_and(30)))
    where = str(answer.headers["Location"])
    assert "council.example" not in where
    assert current(session) == []
    check = client.page(where)
    assert "Uma Tester uma@council.example" in text_of(check)
    assert client.send(where).headers["Location"] == DELEGATES
    assert current(session) == [(today_and(0), today_and(30))]
    page = client.page(DELEGATES)
    until = long_date(today_and(30))
    assert "Looking after your team now Uma Tester" in text_of(page)
    assert "Success" in text_of(page)
    assert messages(session) == [
        ("uma@council.example", f"You look after the team of Mo Tester until {until}"),
        ("mo@council.example", f"You handed your team over to Uma Tester until {until}"),
    ]


def test_the_links_to_change_an_answer_come_back_with_all_of_them(sign_in: SignIn) -> None:
    client = sign_in("manager")
    answer = client.send(NEW, **typed("uma@council.example", today_and(3), today_and(30)))
    link = client.page(str(answer.headers["Location"])).select_one(".govuk-summary-list__actions a")
    assert link is not None
    page = client.page(str(link["href"]).partition("#")[0])
    boxes = {str(box["name"]): str(box.get("value", "")) for box in page.select("main .govuk-input")}
    assert boxes == typed("uma@council.example", today_and(3), today_and(30))


def test_the_trail_and_the_addresses_hold_no_names(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    hand_over(client, "uma@council.example")
    session.rollback()
    events = session.execute(
        select(AuditEventRow.event, AuditEventRow.subject, AuditEventRow.details).where(
            AuditEventRow.event.like("delegation.%")
        )
    ).all()
    assert [event for event, _, _ in events] == ["delegation.recorded"]
    (_, subject, details) = events[0]
    assert subject == f"person:{borough.people['Mo']}"
    assert details["delegate"] == borough.people["Uma"]
    assert "Tester" not in str(events)
    assert "@" not in str(events)
    for link in client.page(DELEGATES).select("main a"):
        assert "Uma" not in str(link["href"])
        assert "@" not in str(link["href"])


def test_sent_twice_a_team_is_handed_over_once(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("manager")
    answer = client.send(NEW, **typed("uma@council.example", today_and(0), today_and(30)))
    where = str(answer.headers["Location"])
    form = client.page(where).select_one("main form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    for _ in range(2):
        assert client.post(where, data=fields).headers["Location"] == DELEGATES
    assert len(current(session)) == 1
    assert len(messages(session)) == 2
    assert "This was saved already" in text_of(client.page(DELEGATES))


@pytest.mark.parametrize("sent", [{"csrf_token": ""}, {"once": "short"}])
def test_a_form_that_is_not_ours_hands_nothing_over(
    app: Flask, sign_in: SignIn, session: Session, borough: Borough, sent: dict[str, str]
) -> None:
    client = sign_in("manager")
    answer = client.send(NEW, **typed("uma@council.example", today_and(0), today_and(30)))
    assert client.send(str(answer.headers["Location"]), **sent).status_code in (400, 422)
    assert current(session) == []


def test_whoever_it_cannot_be_gets_one_answer_whatever_the_reason(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        # Two people with one address: nobody knows which of them is meant.
        for name in ("Twin", "TWIN"):
            builder.person(name, HOMES, "Mo")
    client = sign_in("manager")
    texts = set()
    for email in (
        "nobody@council.example",
        "pia@council.example",  # a partner's
        "lee@council.example",  # has left
        "mo@council.example",  # oneself
        "%@council.example",
        "uma",
        "uma@council.exampl",
        "twin@council.example",
    ):
        answer = client.send(NEW, **typed(email, today_and(0), today_and(30)))
        assert answer.status_code == 422
        page = read(answer)
        assert NOT_THEM in text_of(page), email
        for hidden in page.select("input"):
            hidden.decompose()
        texts.add(text_of(page.select_one("main") or page))
    assert len(texts) == 1
    assert current(session) == []


def test_an_address_made_up_by_hand_hands_nothing_over(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    days_asked = f"begins={today_and(0)}&ends={today_and(9)}"
    for name in ("Pia", "Lee", "Mo"):
        where = f"/my-team/delegates/check?delegate={borough.people[name]}&{days_asked}"
        assert client.get(where).status_code == 404
    for asked in ("begins=x&ends=y", f"begins={today_and(0)}", ""):
        where = f"/my-team/delegates/check?delegate={borough.people['Uma']}&{asked}"
        assert client.get(where).status_code == 404
    for begins, ends in ((-1, 9), (5, 4), (0, 400)):
        where = (
            f"/my-team/delegates/check?delegate={borough.people['Uma']}"
            f"&begins={today_and(begins)}&ends={today_and(ends)}"
        )
        assert client.send(where).status_code == 422
    assert current(session) == []


@pytest.mark.parametrize(
    "begins, ends, message, box",
    [
        (None, 30, "Enter the first day", "begins-day"),
        (0, None, "Enter the last day", "ends-day"),
        (-1, 30, "First day must be today or in the future", "begins-day"),
        (5, 4, "Last day must be the same as or after the first day", "ends-day"),
        (0, -1, "Last day must be today or in the future", "ends-day"),
        (0, 380, "Last day must be within 12 months of the first", "ends-day"),
    ],
)
def test_days_that_will_not_do_are_explained_and_what_was_typed_stays(
    sign_in: SignIn, session: Session, begins: int | None, ends: int | None, message: str, box: str
) -> None:
    fields = {"email": "uma@council.example"}
    for name, later in (("begins", begins), ("ends", ends)):
        empty = {f"{name}-{part}": "" for part in ("day", "month", "year")}
        fields |= empty if later is None else days(name, today_and(later))
    answer = sign_in("manager").send(NEW, **fields)
    assert answer.status_code == 422
    page = read(answer)
    summary = page.select_one(".govuk-error-summary a")
    assert summary is not None
    assert text_of(summary).startswith(message)
    assert summary["href"] == f"#{box}"
    shown = {str(field["name"]): str(field.get("value", "")) for field in page.select("main .govuk-input")}
    assert shown == fields


def test_the_longest_time_is_twelve_months_to_the_day(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    last = add_months(today_and(0), 12)
    too_late = client.send(NEW, **typed("uma@council.example", today_and(0), last + timedelta(days=1)))
    assert too_late.status_code == 422
    assert client.send(NEW, **typed("uma@council.example", today_and(0), last)).status_code == 302


def test_the_same_person_cannot_look_after_the_team_twice_at_a_time(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    hand_over(client, "uma@council.example", 0, 30)
    answer = client.send(NEW, **typed("uma@council.example", today_and(30), today_and(40)))
    assert answer.status_code == 422
    assert "Uma Tester looks after your team" in text_of(read(answer))
    hand_over(client, "uma@council.example", 31, 40)
    hand_over(client, "vic@council.example", 0, 30)
    assert len(current(session)) == 3


def test_the_notice_that_travels_in_the_cookie_names_nobody(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    hand_over(client, "uma@council.example", 0, 30)
    with client.session_transaction() as cookie:
        notices = [words for _, words in cookie["_flashes"]]
    assert notices == [
        f"Your team is handed over from {long_date(today_and(0))} to {long_date(today_and(30))}."
    ]
    page = text_of(client.page(DELEGATES))
    assert notices[0] in page
    assert "Looking after your team now Uma Tester" in page


# Changing and ending


def test_ending_closes_the_team_at_the_next_request_and_keeps_the_days_that_were(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5, ends=30)
    manager, sam = sign_in("manager"), sign_in("staff")
    assert sam.get("/my-team").status_code == 200
    assert manager.send(address_of(borough, "Sam", -5, "end")).headers["Location"] == DELEGATES
    assert sam.get("/my-team").status_code == 403
    assert current(session) == [(today_and(-5), today_and(-1))]
    assert "In the past Sam Tester" in text_of(manager.page(DELEGATES))
    assert [subject for _, subject in messages(session)] == [
        "You no longer look after the team of Mo Tester",
        "Sam Tester no longer looks after your team",
    ]


def test_one_that_begins_today_or_later_is_taken_back_altogether(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=0)
    handed_over(session, borough, "Mo", "Ola", began=-5)
    client = sign_in("manager")
    client.send(address_of(borough, "Sam", 0, "end"))
    client.send(address_of(borough, "Ola", 5, "end"))
    assert current(session) == []
    assert "Nobody else looks after your team" in text_of(client.page(DELEGATES))


def test_the_last_day_is_changed_by_retracting_one_fact_and_recording_another(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5, ends=30)
    client = sign_in("manager")
    answer = client.send(address_of(borough, "Sam", -5, "change"), **days("ends", today_and(3)))
    assert answer.headers["Location"] == DELEGATES
    assert current(session) == [(today_and(-5), today_and(3))]
    assert session.scalar(select(func.count()).select_from(DelegationRow)) == 2
    assert len(messages(session)) == 2
    for later, message in ((-1, "Last day must be today or in the future"), (400, "within 12 months")):
        answer = client.send(address_of(borough, "Sam", -5, "change"), **days("ends", today_and(later)))
        assert answer.status_code == 422
        assert message in text_of(read(answer))


def hidden(client: PageClient, where: str) -> dict[str, str]:
    form = client.page(where).select_one("main form")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


def test_what_was_changed_meanwhile_is_shown_and_not_overwritten(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5, ends=30)
    client = sign_in("manager")
    where = address_of(borough, "Sam", -5, "change")
    stale = hidden(client, where)
    client.send(where, **days("ends", today_and(10)))
    answer = client.post(where, data={**stale, **days("ends", today_and(20))})
    assert answer.status_code == 409
    page = read(answer)
    changed = f"the last day is now {long_date(today_and(10))}. Check it and save again."
    assert "This was changed at " in text_of(page)
    assert changed in text_of(page)
    boxes = {str(field["name"]): str(field["value"]) for field in page.select("main .govuk-input")}
    assert boxes == days("ends", today_and(20))
    assert current(session) == [(today_and(-5), today_and(10))]
    again = {str(field["name"]): str(field["value"]) for field in page.select("main form input[name]")}
    assert client.post(where, data=again).status_code == 302
    assert current(session) == [(today_and(-5), today_and(20))]


@pytest.mark.parametrize("what", ["change", "end"])
def test_what_was_ended_meanwhile_stays_ended(
    sign_in: SignIn, session: Session, borough: Borough, what: str
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=0)
    client = sign_in("manager")
    stale = hidden(client, address_of(borough, "Sam", 0, what))
    client.send(address_of(borough, "Sam", 0, "end"))
    answer = client.post(address_of(borough, "Sam", 0, what), data={**stale, **days("ends", today_and(20))})
    assert answer.status_code == 409
    assert "It was ended at " in text_of(read(answer))
    assert current(session) == []


def test_ending_what_was_changed_meanwhile_asks_again(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5)
    client = sign_in("manager")
    where = address_of(borough, "Sam", -5, "end")
    stale = hidden(client, where)
    client.send(address_of(borough, "Sam", -5, "change"), **days("ends", today_and(10)))
    answer = client.post(where, data=stale)
    assert answer.status_code == 409
    assert long_date(today_and(10)) in text_of(read(answer))
    assert current(session) == [(today_and(-5), today_and(10))]


def test_sent_twice_it_is_ended_once(sign_in: SignIn, session: Session, borough: Borough) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5)
    client = sign_in("manager")
    where = address_of(borough, "Sam", -5, "end")
    fields = hidden(client, where)
    for _ in range(2):
        assert client.post(where, data=fields).headers["Location"] == DELEGATES
    assert len(messages(session)) == 2


def test_another_manager_s_delegation_is_not_there(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    give_account(session, borough, "Vic")
    handed_over(session, borough, "Mo", "Sam", began=5)
    fact_id = session.scalar(select(DelegationRow.id))
    client = sign_in("vic")
    assert "Sam" not in named(client, DELEGATES)
    for what in ("change", "end"):
        where = address_of(borough, "Sam", -5, what)
        assert client.get(where).status_code == 404
        token = hidden(client, "/my-team/delegates/new")["csrf_token"]
        once = "a" * 43
        fields = {"csrf_token": token, "once": once, "fact": str(fact_id), **days("ends", today_and(3))}
        assert client.post(where, data=fields).status_code == 404
    assert current(session) == [(today_and(-5), today_and(30))]


@pytest.mark.parametrize("day", ["2026-13-01", "x", "0000-00-00", "2026-1-1", "99999-01-01"])
def test_an_address_without_a_day_is_not_found(sign_in: SignIn, borough: Borough, day: str) -> None:
    where = f"/my-team/delegates/{borough.people['Sam']}/{day}/change"
    assert sign_in("manager").get(where).status_code == 404
