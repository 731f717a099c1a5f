"""A draft of the rule book: gathered from forms, shown with what it would do, saved or given up."""

import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.domain.change import change
from compliance.domain.requirement import Target
from compliance.models import RuleDraftRow
from compliance.services.rule_drafts import drafting, working
from compliance.services.rule_drafts.drafting import APPLYING, MEASURING
from compliance.services.rule_drafts.signs import PATIENCE
from compliance.store.rules import load_rule_book, write_change
from compliance.views.rule_book import launching
from compliance.views.rule_book.launching import signs
from foundation import clock, facts
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.models import AccountRow
from tests.borough import AWARE, STALLS, Borough, email_of
from tests.integration.web.rule_book.desk import (
    DRAFT,
    EDIT,
    RULES,
    book_now,
    change_link,
    day_fields,
    filled,
    in_days,
    messages,
    press,
    put,
    put_well,
    text_of_page,
)
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def raise_target(client: PageClient, code: str = STALLS, percent: str = "90", **typed: str) -> None:
    link = change_link(client, f"{RULES}/requirements/{code}", "%")
    put_well(client, link, percent_hundredths=percent, **typed)


def targets_of(session: Session, code: str) -> list[tuple[int, date, date]]:
    book = book_now(session)
    return [
        (one.percent_hundredths, one.first_day, one.last_day)
        for one in book.targets
        if one.requirement == code
    ]


def events(session: Session) -> list[str]:
    session.rollback()
    query = select(AuditEventRow.event).where(AuditEventRow.event.like("rule_draft.%"))
    return list(session.scalars(query.order_by(AuditEventRow.id)))


def somebody_else_changes(session: Session, code: str, percent: int) -> None:
    """Another account was quicker."""
    with transaction(session):
        book = load_rule_book(session)
        lines = [one for one in book.targets if one.requirement != code]
        wanted = type(book)(
            roles=book.roles,
            role_rules=book.role_rules,
            courses=book.courses,
            requirements=book.requirements,
            links=book.links,
            accepted=book.accepted,
            targets=(*lines, Target(code, percent)),
            name=book.name,
        )
        write_change(session, Stamp("command:other", clock.now()), change(book, wanted, clock.today()))


def test_a_draft_says_what_it_would_do_and_saves_exactly_that(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    before = book_now(session)
    raise_target(client)
    course = change_link(client, f"{RULES}/courses/PREV", "Prevent awareness")
    put_well(client, course, validity_months="1")
    assert book_now(session) == before
    text = text_of_page(client, DRAFT)
    assert 'Course "PREV": validity 1 month instead of 24 months' in text
    assert 'Target of requirement "STALLS": percent 90 instead of 80' in text
    assert "Before: 80%" in text
    assert "After: 90%" in text
    page = client.page(DRAFT)
    promised = {
        str(link["href"]): int(link.get_text().split()[0])
        for link in page.select("a[href*='/rules/draft/people']")
        if "requirement=AWARE" in str(link["href"]) and f"on={clock.today()}" in str(link["href"])
    }
    overdue = [number for link, number in promised.items() if "show=become_overdue" in link]
    assert overdue
    assert overdue[0] > 0
    behind_before = len(people_with(client, "all_to_do"))
    answer = press(client, "Save these changes")
    assert answer.headers["Location"] == DRAFT
    assert len(people_with(client, "all_to_do")) == behind_before + overdue[0]
    assert targets_of(session, STALLS)[-1][0] == 90_00
    assert "Your changes are saved" in text_of_page(client, DRAFT)
    assert events(session) == ["rule_draft.begun", "rule_draft.changed", "rule_draft.applied"]
    assert list(timelines.differences(session)) == []


def people_with(client: PageClient, show: str) -> list[str]:
    text = client.get("/people.csv", query_string={"requirement": AWARE, "show": show}).get_data(as_text=True)
    return text.splitlines()[1:]


def test_the_people_behind_a_number_are_listed_and_downloaded(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), validity_months="1")
    link = client.page(DRAFT).select_one("a[href*='show=become_overdue'][href*='AWARE']")
    assert link is not None
    address = str(link["href"])
    listed = client.page(address).select("tbody th a")
    file = client.get(address.replace("/people?", "/people.csv?")).get_data(as_text=True).splitlines()
    assert len(listed) == int(link.get_text().split()[0]) == len(file) - 1
    assert client.get(address.replace("become_overdue", "nonsense")).status_code == 404
    assert client.get(address.replace("on=2", "on=1")).status_code == 404
    assert client.get(f"{DRAFT}/people?show=written_to").status_code == 200
    raise_target(client)
    assert client.get(address).status_code == 200


def test_a_form_sent_twice_changes_the_draft_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    address = f"{EDIT}target?of={AWARE}"
    sent = {**filled(client, address), "act": "save", "percent_hundredths": "55", "unit": "Resources"}
    first, second = client.post(address, data=sent), client.post(address, data=sent)
    assert (first.status_code, second.status_code) == (302, 302)
    assert "This was saved already" in text_of_page(client, DRAFT)
    assert events(session) == ["rule_draft.begun"]


def test_a_draft_applied_twice_is_applied_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    raise_target(client)
    form = client.page(DRAFT).select_one(f"form[action='{DRAFT}/apply']")
    assert form is not None
    data = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    first, second = (client.post(f"{DRAFT}/apply", data=data) for _ in range(2))
    assert (first.status_code, second.status_code) == (302, 302)
    assert events(session).count("rule_draft.applied") == 1


def test_a_draft_is_discarded_and_nothing_was_saved(sign_in: SignIn, session: Session) -> None:
    client, before = sign_in("learning"), book_now(session)
    raise_target(client)
    assert press(client, "Discard this draft").headers["Location"] == RULES
    assert "You have no draft" in text_of_page(client, DRAFT)
    assert book_now(session) == before
    assert events(session) == ["rule_draft.begun", "rule_draft.discarded"]


def test_a_change_of_somebody_else_elsewhere_is_carried_over_and_seen_first(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    raise_target(client, STALLS)
    form = client.page(DRAFT).select_one(f"form[action='{DRAFT}/apply']")
    assert form is not None
    shown = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    somebody_else_changes(session, AWARE, 75_00)
    text = text_of_page(client, DRAFT)
    assert "Your draft has been carried over" in text
    # What was shown before is still exactly what would be saved.
    assert client.post(f"{DRAFT}/apply", data=shown).status_code == 302
    assert targets_of(session, AWARE)[-1][0] == 75_00
    assert targets_of(session, STALLS)[-1][0] == 90_00


def test_a_draft_that_collides_is_refused_until_that_is_taken_out(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    raise_target(client, STALLS)
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), provider="Somebody else")
    form = client.page(DRAFT).select_one(f"form[action='{DRAFT}/apply']")
    assert form is not None
    data = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    somebody_else_changes(session, STALLS, 85_00)
    refused = client.post(f"{DRAFT}/apply", data=data)
    assert refused.status_code == 422
    assert "changed meanwhile" in messages(refused)[0]
    assert "target: STALLS" in text_of_page(client, DRAFT)
    assert press(client, "Take these out").status_code == 302
    text = text_of_page(client, DRAFT)
    assert "Somebody else" in text
    assert "Target" not in text.partition("What it would do")[0]
    press(client, "Save these changes")
    assert targets_of(session, STALLS)[-1][0] == 85_00


def test_one_change_is_taken_out_of_a_draft(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    raise_target(client, STALLS)
    raise_target(client, AWARE, "77")
    press(client, 'Take out : Target of requirement "STALLS"')
    text = text_of_page(client, DRAFT)
    assert '"STALLS"' not in text
    assert "percent 77 instead of 70" in text


def test_the_whole_draft_counts_from_another_day(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    raise_target(client)
    later = in_days(40)
    answer = press(client, "Change the day", **day_fields("effective", later))
    assert answer.status_code == 302, messages(answer)
    other = put(
        client,
        change_link(client, f"{RULES}/requirements/{AWARE}", "%"),
        **day_fields("effective", in_days(3)),
    )
    assert other.status_code == 422
    assert "Nothing is different" in messages(other)[0] or "count from" in messages(other)[0]
    press(client, "Save these changes")
    assert targets_of(session, STALLS) == [
        (80_00, date.min, later - timedelta(days=1)),
        (90_00, later, date.max),
    ]


@pytest.mark.parametrize(
    "words, fields, message",
    [
        (
            "Change the day",
            day_fields("effective", date(2020, 1, 1)),
            "The day must be today or in the future",
        ),
        ("Change the day", day_fields("effective", date(2020, 1, 1)) | {"effective-day": "x"}, "real date"),
        ("Look at that day", day_fields("later_on", date(2020, 1, 1)), "or later"),
    ],
)
def test_days_that_cannot_be_are_refused(
    sign_in: SignIn, words: str, fields: dict[str, str], message: str
) -> None:
    client = sign_in("learning")
    raise_target(client)
    answer = press(client, words, **fields)
    assert answer.status_code == 422
    assert any(message in one for one in messages(answer))


def test_another_later_day_is_looked_at(sign_in: SignIn) -> None:
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), validity_months="23")
    press(client, "Look at that day", **day_fields("later_on", in_days(500)))
    assert f"On {long_date(in_days(500))}" in text_of_page(client, DRAFT)


def test_a_draft_whose_day_is_past_asks_for_another_day(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("learning")
    raise_target(client)
    tomorrow = in_days(1)
    monkeypatch.setattr(clock, "today", lambda: tomorrow)
    assert "The day from which your draft counts is past" in text_of_page(client, DRAFT)
    assert not client.page(DRAFT).select(f"form[action='{DRAFT}/apply']")
    press(client, "Change the day")
    press(client, "Save these changes")
    assert targets_of(session, STALLS)[-1][:2] == (90_00, tomorrow)


def test_the_draft_of_another_account_is_not_there(sign_in: SignIn, session: Session) -> None:
    mine, other = sign_in("learning"), sign_in("coordinator")
    raise_target(mine)
    assert "You have no draft" in text_of_page(other, DRAFT)
    form = mine.page(DRAFT).select_one(f"form[action='{DRAFT}/apply']")
    assert form is not None
    data = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    token = other.page("/account").select_one("input[name=csrf_token]")
    assert token is not None
    data["csrf_token"] = str(token["value"])
    for act in ("apply", "discard", "take-out", "days", "work-out"):
        assert other.post(f"{DRAFT}/{act}", data=data).status_code == 404
    assert session.scalar(select(func.count()).where(RuleDraftRow.ended_at.is_(None))) == 1


def test_an_auditor_reads_and_is_offered_nothing_to_change(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    for page in (RULES, f"{RULES}/requirements/{AWARE}", f"{RULES}/courses/PREV", f"{RULES}/roles/street"):
        assert not client.page(page).select(
            "main a[href*='edit'], main a[href*='draft'], main form[method=post]"
        )
    assert client.get(DRAFT).status_code == 403


def test_a_coordinator_changes_targets_and_audiences_alone(sign_in: SignIn, session: Session) -> None:
    client = sign_in("coordinator")
    links = {
        str(link["href"]).partition("?")[0]
        for link in client.page(f"{RULES}/requirements/{AWARE}").select("main a[href*='edit']")
    }
    assert links == {f"{EDIT}target", f"{EDIT}audience"}
    raise_target(client, AWARE, "71")
    assert press(client, "Save these changes").status_code == 302
    assert targets_of(session, AWARE)[-1][0] == 71_00


def test_a_draft_that_holds_more_than_a_coordinator_may_is_not_applied_by_one(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), provider="Somebody else")
    with transaction(session):
        other = session.scalars(
            select(AccountRow.id).where(AccountRow.email == email_of("coordinator"))
        ).one()
        session.execute(update(RuleDraftRow).values(account_id=other))
    answer = press(sign_in("coordinator"), "Save these changes")
    assert answer.status_code == 422
    assert "This draft changes more than that" in messages(answer)[0]


def test_many_people_are_left_to_a_process_of_its_own(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, str]] = []
    monkeypatch.setattr(working, "MOST_AT_ONCE", 1)
    monkeypatch.setattr(working, "MOST_TO_REFRESH", 1)
    monkeypatch.setattr(launching, "launch", lambda *asked: started.append(asked))
    monkeypatch.setattr("compliance.views.rule_book.draft.launch", lambda *asked: started.append(asked))
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), validity_months="1")
    answer = client.get(DRAFT)
    assert answer.headers["Refresh"] == "3"
    assert "is being worked out" in answer.get_data(as_text=True)
    busy = put(client, change_link(client, f"{RULES}/requirements/{AWARE}", "%"), percent_hundredths="1")
    assert "is being worked on" in messages(busy)[0]
    assert work(session, *started[-1])
    assert "Worked out at" in text_of_page(client, DRAFT)
    press(client, "Save these changes")
    assert "are being saved" in text_of_page(client, DRAFT)
    assert work(session, *started[-1])
    assert "Your changes are saved" in text_of_page(client, DRAFT)
    session.rollback()
    actors = select(AuditEventRow.actor).where(
        AuditEventRow.event.in_(["rule_draft.begun", "rule_draft.applied"])
    )
    assert len(set(session.scalars(actors))) == 1
    assert list(timelines.differences(session)) == []


def work(session: Session, draft: str, mark: str) -> bool:
    session.rollback()
    try:
        return working.work_on(session, signs(), draft, mark, clock.now, clock.today())
    finally:
        facts.forget(session)
        session.rollback()


@pytest.mark.parametrize("what", [MEASURING, APPLYING])
def test_work_that_fails_says_so_and_can_be_asked_for_again(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    client = sign_in("learning")
    raise_target(client)
    row = session.execute(select(RuleDraftRow.public_id, RuleDraftRow.result_of)).one()
    with transaction(session):
        session.execute(update(RuleDraftRow).values(work=what, work_began_at=clock.now()))
        if what == MEASURING:
            session.execute(update(RuleDraftRow).values(result_of=None))

    def broken(*_arguments: object) -> None:
        raise RuntimeError("no")

    monkeypatch.setattr(working, "measure", broken)
    monkeypatch.setattr(drafting, "apply_draft", broken)
    before = book_now(session)
    assert not work(session, row.public_id, row.result_of)
    monkeypatch.undo()
    assert "ry again" in text_of_page(client, DRAFT)
    assert book_now(session) == before
    press(client, "Work it out" if what == MEASURING else "Save these changes")
    text = text_of_page(client, DRAFT)
    assert ("Worked out at" if what == MEASURING else "Your changes are saved") in text


def test_work_whose_process_died_is_not_waited_for(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    raise_target(client)
    public_id = began_long_ago(session, MEASURING)
    assert "Refresh" not in client.get(DRAFT).headers
    with signs().alive(public_id):
        assert client.get(DRAFT).headers["Refresh"]
        link = change_link(client, f"{RULES}/requirements/{AWARE}", "%")
        assert "is being worked on" in messages(put(client, link, percent_hundredths="1"))[0]
    assert press(client, "Save these changes").status_code == 302


def began_long_ago(session: Session, what: str) -> str:
    """Somebody has asked for some work on the one draft, and it should have ended by now."""
    with transaction(session):
        began = clock.now() - PATIENCE - timedelta(seconds=1)
        session.execute(update(RuleDraftRow).values(work=what, work_began_at=began))
        return session.scalars(select(RuleDraftRow.public_id)).one()


def test_a_process_gives_signs_of_life_while_it_works_and_none_when_it_has_ended(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("compliance.services.rule_drafts.signs.SIGN_SECONDS", 0.01)
    client = sign_in("learning")
    raise_target(client)
    public_id = began_long_ago(session, MEASURING)
    measure, seen = working.measure, []

    def slowly(*asked: Any) -> None:
        first = signs().last(public_id)
        while (last := signs().last(public_id)) == first:
            time.sleep(0.01)
        seen.extend([first, last])
        measure(*asked)

    monkeypatch.setattr(working, "measure", slowly)
    assert work(session, public_id, "")
    assert None not in seen
    assert signs().last(public_id) is None


@pytest.mark.parametrize("what", [MEASURING, APPLYING])
def test_work_that_cannot_be_started_says_so_at_once(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    client = sign_in("learning")
    raise_target(client)
    monkeypatch.setattr(working, "MOST_AT_ONCE" if what == MEASURING else "MOST_TO_REFRESH", 0)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    if what == MEASURING:
        put_well(client, change_link(client, f"{RULES}/courses/PREV", "Prevent"), validity_months="1")
    else:
        press(client, "Save these changes")
    answer = client.get(DRAFT)
    assert "Refresh" not in answer.headers
    assert "ry again" in messages(answer)[0]
    monkeypatch.undo()
    press(client, "Work it out" if what == MEASURING else "Save these changes")
    text = text_of_page(client, DRAFT)
    assert ("Worked out at" if what == MEASURING else "Your changes are saved") in text


def test_nobody_else_is_needed_for_an_open_draft_of_each(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    raise_target(sign_in("learning"), AWARE, "72")
    raise_target(sign_in("coordinator"), AWARE, "73")
    assert session.scalar(select(func.count()).where(RuleDraftRow.ended_at.is_(None))) == 2
