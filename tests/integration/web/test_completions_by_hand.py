"""Completions by hand: checked before they are saved, by the rules of files, and never of one's own record."""

from collections.abc import Callable
from datetime import date, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance import timelines
from courses.domain import CompletionKey, Evidence
from courses.imports.completion_rows import read_completions
from courses.imports.completions import prepare
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from courses.services.evidence import senders
from courses.store import course_ids
from foundation.audit import AuditEventRow
from foundation.dates import add_months
from foundation.facts import no_progress, recorded
from people.models import AccountRow
from tests.borough import Borough, email_of
from tests.integration.web.staff import adding
from tests.integration.web.test_records_by_hand import check, day, hidden, of, problems, save, text_of
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def standing(session: Session, borough: Borough, name: str) -> list[CompletionRow]:
    session.rollback()
    query = select(CompletionRow).where(
        CompletionRow.person_id == borough.ids[name], CompletionRow.retracted_at.is_(None)
    )
    return list(session.scalars(query.order_by(CompletionRow.completed_on)))


def code_of(session: Session, row: CompletionRow) -> str:
    return session.get_one(CourseRow, row.course_id).code


def events(session: Session) -> list[str]:
    session.rollback()
    query = select(AuditEventRow.event).where(AuditEventRow.event.startswith("completion."))
    return list(session.scalars(query.order_by(AuditEventRow.id)))


def added(on: date, **other: str) -> dict[str, str]:
    return {"course": "PREV", "evidence": "verified", **day("completed_on", on), **other}


def address(borough: Borough, name: str, ago: int, what: str, course: str = "PREV") -> str:
    on = borough.today - timedelta(days=ago)
    return f"{of(borough, name)}/completions/{course}/{on.isoformat()}/{what}"


def new(borough: Borough, name: str) -> str:
    return f"{of(borough, name)}/completions/new"


def test_a_completion_is_added_after_a_check_that_says_what_it_changes(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, on = sign_in("learning"), borough.today - timedelta(days=3)
    page, status = check(client, new(borough, "Kit"), added(on, reference=" C-1 "))
    assert status == 200
    assert "Up to date" in text_of(page, "#effects")
    assert standing(session, borough, "Kit") == [], "a check writes nothing"
    sent = {**hidden(page), "step": "confirm"}
    for _ in range(2):
        assert client.post(new(borough, "Kit"), data=sent).status_code == 302, "sent twice, it is saved once"
    (row,) = standing(session, borough, "Kit")
    assert (code_of(session, row), row.completed_on, row.evidence) == ("PREV", on, "verified")
    assert (row.provider, row.reference, row.source) == ("Home Office", "C-1", "by_hand")
    assert events(session) == ["completion.recorded"]
    assert list(timelines.differences(session)) == []
    links = {link["href"] for link in client.page(of(borough, "Kit")).select("#record ~ dl a")}
    assert address(borough, "Kit", 3, "correct") in links
    assert address(borough, "Kit", 3, "take-back") in links


def test_what_files_refuse_is_refused(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, today = sign_in("learning"), borough.today
    for fields, words in (
        (added(today + timedelta(days=1)), "Date completed must be today or in the past"),
        (added(add_months(today, -12 * 60) - timedelta(days=1)), "Date completed must be on or after"),
        ({**added(today), **day("completed_on", None)}, "Enter the date completed"),
        (added(today, course="NONE"), "Choose the course from the list"),
        (added(today, provider="x" * 201), "200 characters or fewer"),
        (added(today, reference="=?UTF-8?Q?=0A?="), "characters that are not allowed"),
        (added(today, evidence=""), "Select how you know"),
        (added(today, evidence="trusted"), "Select how you know"),
    ):
        page, status = check(client, new(borough, "Kit"), fields)
        assert (status, words in problems(page)) == (422, True), (fields, problems(page))
    page, _ = check(client, new(borough, "Kit"), added(add_months(today, -12 * 30)))
    assert "prior learning" in text_of(page, "main")
    assert "more than 20 years ago" in text_of(page, "main")
    assert standing(session, borough, "Kit") == []


def test_a_second_one_of_the_same_day_is_told_with_a_link_to_the_first(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    page, status = check(client, new(borough, "Mo"), added(borough.today - timedelta(days=100)))
    assert (status, "is recorded for this person already" in problems(page)) == (422, True)
    assert address(borough, "Mo", 100, "correct") in {link["href"] for link in page.select("main a")}
    assert len(standing(session, borough, "Mo")) == 1


def test_nobody_adds_corrects_or_takes_back_their_own(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Uma", "PREV", 5)
    client = sign_in("learning")
    for where in (
        new(borough, "Uma"),
        address(borough, "Uma", 5, "correct"),
        address(borough, "Uma", 5, "take-back"),
    ):
        answer = client.get(where)
        assert (answer.status_code, "This is your own record" in answer.text) == (403, True)
        assert client.post(where, data={"step": "confirm"}).status_code in (400, 403)
    assert len(standing(session, borough, "Uma")) == 1


def test_a_partner_lead_adds_for_their_own_what_somebody_else_checks(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("partner")
    assert "How do you know" not in text_of(client.page(new(borough, "Pip")), "main form")
    assert save(client, new(borough, "Pip"), added(borough.today, course="BRIEF")).status_code == 302
    (row,) = standing(session, borough, "Pip")
    assert row.evidence == "awaiting", "whatever was sent"
    assert client.get(new(borough, "Sam")).status_code == 404
    assert client.get(address(borough, "Pia", 100, "correct")).status_code == 403
    page, status = check(client, new(borough, "Pip"), added(borough.today, course="BRIEF"))
    assert status == 422
    assert f"{of(borough, 'Pip')}#completions" in {link["href"] for link in page.select("main a")}


def test_a_correction_replaces_and_files_go_with_it(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.session.add(
            EvidenceFileRow(
                person_id=borough.ids["Ash"],
                course_id=course_ids(session)["PREV"],
                completed_on=builder.ago(10),
                purpose="certificate",
                kind="pdf",
                size=1,
                sha256="0" * 64,
                stored_as="0",
                concerns=["name_differs"],
                **recorded(builder.stamp),
            )
        )
    client, where = sign_in("learning"), address(borough, "Ash", 10, "correct")
    on = borough.today - timedelta(days=12)
    (before,) = standing(session, borough, "Ash")
    sender = before.recorded_by
    page, status = check(client, where, {**day("completed_on", on), "reason": ""})
    assert (status, "Enter why it is corrected" in problems(page)) == (422, True)
    page, status = check(client, where, {"reason": "Wrong day"})
    assert (status, "Nothing is different" in problems(page)) == (422, True)
    fields = {**day("completed_on", on), "reason": "Wrong day"}
    page, _ = check(client, where, fields)
    sent = {**hidden(page), "step": "confirm"}
    for _ in range(2):
        assert client.post(where, data=sent).status_code == 302, "sent twice, it is saved once"
    (row,) = standing(session, borough, "Ash")
    assert (row.completed_on, row.evidence, row.source) == (on, "awaiting", "tests")
    gone = session.scalars(select(CompletionRow).where(CompletionRow.retracted_reason == "Wrong day")).one()
    assert gone.id == before.id
    files = session.scalars(select(EvidenceFileRow).order_by(EvidenceFileRow.id)).all()
    assert [(file.completed_on, file.retracted_at is None) for file in files] == [
        (borough.today - timedelta(days=10), False),
        (on, True),
    ]
    assert (files[1].stored_as, files[1].concerns) == ("0", ["name_differs"])
    key = CompletionKey(borough.ids["Ash"], "PREV", on)
    assert senders(session, key) == [sender], "whoever corrects it has not sent it in"
    assert events(session) == ["completion.corrected"]
    assert list(timelines.differences(session)) == []


def test_a_correction_onto_another_completion_is_refused(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Mo", "BRIEF", 100)
    fields = {"course": "BRIEF", "reason": "Another course"}
    page, status = check(sign_in("learning"), address(borough, "Mo", 100, "correct"), fields)
    assert (status, "is recorded for this person already" in problems(page)) == (422, True)
    assert len(standing(session, borough, "Mo")) == 2


def test_a_mistake_leaves_the_record_with_its_files(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, where = sign_in("learning"), address(borough, "Mo", 100, "take-back")
    page, status = check(client, where, {})
    assert status == 422
    assert "Select what is wrong with it" in problems(page)
    assert "Enter why" in problems(page)
    fields = {"how": "mistake", "reason": "Another Mo"}
    page, _ = check(client, where, fields)
    assert "Up to date" in text_of(page, "#effects"), "the check says what is lost"
    assert save(client, where, fields).status_code == 302
    assert standing(session, borough, "Mo") == []
    assert events(session) == ["completion.taken_back"]
    assert list(timelines.differences(session)) == []


def test_one_that_counts_no_more_from_a_day_on_stays_in_the_record(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, where = sign_in("learning"), address(borough, "Mo", 100, "take-back")
    since = borough.today - timedelta(days=7)
    fields = {"how": "from_day", "reason": "Withdrawn by the provider", **day("revoked_on", since)}
    for other, words in (
        (day("revoked_on", None), "Enter the day from which it no longer counts"),
        (day("revoked_on", borough.today - timedelta(days=101)), "must be on or after the date completed"),
    ):
        page, status = check(client, where, {**fields, **other})
        assert (status, words in problems(page)) == (422, True), problems(page)
    assert save(client, where, fields).status_code == 302
    (row,) = standing(session, borough, "Mo")
    assert (row.revoked_on, row.evidence) == (since, "trusted")
    page = client.page(of(borough, "Mo"))
    assert "Overdue: expired" in text_of(page, ".app-requirement__status")
    assert events(session) == ["completion.revoked"]
    assert list(timelines.differences(session)) == []


def test_what_was_changed_meanwhile_is_said_and_nothing_is_saved(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, where = sign_in("learning"), address(borough, "Mo", 100, "correct")
    page, _ = check(client, where, {"reference": "C-9", "reason": "Found the certificate"})
    slow = {**hidden(page), "step": "confirm"}
    on = borough.today - timedelta(days=90)
    assert save(client, where, {**day("completed_on", on), "reason": "Wrong day"}).status_code == 302
    answer = client.post(where, data=slow)
    assert answer.status_code == 409
    assert "What you typed" in answer.text
    assert "C-9" in answer.text
    assert f"{on.day} {on:%B} {on.year}" in answer.text, "where it went is said"
    assert client.get(where).status_code == 409
    assert client.get(address(borough, "Mo", 99, "correct")).status_code == 404
    (row,) = standing(session, borough, "Mo")
    assert (row.completed_on, row.reference) == (on, "")


def test_nobody_checks_what_they_sent_in_by_adding_it_as_checked(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    assert save(client, new(borough, "Kit"), added(borough.today, evidence="awaiting")).status_code == 302
    taken = {"how": "mistake", "reason": "Not sure"}
    assert save(client, address(borough, "Kit", 0, "take-back"), taken).status_code == 302
    page, status = check(client, new(borough, "Kit"), added(borough.today))
    assert (status, "You cannot check what you sent in yourself" in problems(page)) == (422, True)
    account = session.scalars(select(AccountRow).where(AccountRow.email == email_of("learning"))).one()
    key = CompletionKey(borough.ids["Kit"], "PREV", borough.today)
    assert senders(session, key) == [f"account:{account.public_id}"]
    assert save(client, new(borough, "Kit"), added(borough.today, evidence="awaiting")).status_code == 302
    assert standing(session, borough, "Kit")[0].evidence == Evidence.AWAITING


def test_one_that_was_not_accepted_makes_room_for_what_is_right_and_is_not_corrected(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 4, Evidence.REJECTED)
    client = sign_in("learning")
    fields = {"reference": "C-2", "reason": "Found it"}
    page, status = check(client, address(borough, "Kit", 4, "correct"), fields)
    assert (status, "This was not accepted" in problems(page)) == (422, True)
    on = borough.today - timedelta(days=4)
    assert save(client, new(borough, "Kit"), added(on)).status_code == 302
    (row,) = standing(session, borough, "Kit")
    assert row.evidence == Evidence.VERIFIED
    assert list(timelines.differences(session)) == []


def test_a_later_file_does_not_bring_back_what_was_taken_back(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    taken = {"how": "mistake", "reason": "Another Mo"}
    assert save(sign_in("learning"), address(borough, "Mo", 100, "take-back"), taken).status_code == 302
    session.rollback()
    on = borough.today - timedelta(days=100)
    content = f"person_ref,course_code,completed_on\nN-Mo,PREV,{on.isoformat()}\n".encode()
    file = read_completions(content, "completions.csv", borough.today)
    plan, _ = prepare(session, file, no_progress)
    assert plan.new == []
    assert "was withdrawn (" in str(plan.findings.set_aside[2])
