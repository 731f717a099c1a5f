"""Checking evidence on a page: deciding, two at once, one's own, a register, undoing, and who is told."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.models import RequirementRow, StatusSpanRow
from courses.domain import CompletionKey, Evidence
from courses.imports.completion_rows import read_completions
from courses.models import CompletionRow
from courses.services.checking import undo
from courses.services.evidence import decide_evidence
from courses.services.imports import import_completions
from foundation import clock, mail
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.facts import recorded
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.imports.part import Lead, Part
from people.models import AccountRow, PermissionRow
from tests.borough import COUNCIL, PARTNER, Borough, email_of
from tests.certificates import certificate, photograph
from tests.integration.web.checking import (
    ACCEPTED,
    QUEUE,
    REJECTED,
    account_of,
    address_of,
    evidence_now,
    form_of,
    names_listed,
    register,
    told,
)
from tests.integration.web.staff import adding
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def messages_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written down is not sent by itself, so its words can be read."""
    monkeypatch.setattr(mail, "take_queued", lambda _session: False)


def test_a_file_that_somebody_else_sends_later_raises_a_question_about_the_first_too(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    first = told(app, session, "staff")
    told(app, session, "manager")
    client = sign_in("learning")
    assert names_listed(client.page(QUEUE, {"concerns": "yes"})) == ["Sam", "Mo"]
    assert "The same file was sent for somebody else: Mo Tester" in text_of(
        client.page(address_of(session, borough, first))
    )


def test_whoever_only_reads_is_offered_no_decision(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    address = address_of(session, borough, told(app, session))
    for reader in ("coordinator", "auditor"):
        client = sign_in(reader)
        page = client.page(address)
        assert not page.select("#decide")
        assert not page.select("#keys")
        assert "Check the first" not in text_of(client.page(QUEUE))


def test_accepting_counts_and_leads_to_the_next_of_the_same_list(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    sam, mo = told(app, session, "staff"), told(app, session, "manager")
    client = sign_in("learning")
    answer = client.send(f"{address_of(session, borough, sam)}?came=self", decision="accept")
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith(address_of(session, borough, mo))
    page = client.page(answer.headers["Location"])
    assert "Accepted: Sam Tester, Prevent awareness" in text_of(page)
    assert "came=self" in str(page.select_one("#decide")["action"])  # type: ignore[index]  # it is there
    assert evidence_now(session, sam) == ACCEPTED
    assert status_of(session, borough, "Sam") == "compliant"
    answer = client.send(f"{address_of(session, borough, mo)}?came=self", decision="accept")
    assert answer.headers["Location"].startswith(QUEUE)
    page = client.page(answer.headers["Location"])
    assert "Accepted: Mo Tester" in text_of(page)
    assert names_listed(page) == []


def status_of(session: Session, borough: Borough, name: str) -> str:
    query = (
        select(StatusSpanRow.status)
        .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
        .where(
            StatusSpanRow.person_id == borough.ids[name],
            RequirementRow.code == "AWARE",
            StatusSpanRow.first_day <= borough.today,
            StatusSpanRow.last_day >= borough.today,
        )
    )
    found = session.scalars(query).one()
    session.rollback()
    return found


@pytest.mark.parametrize(
    "fields, message",
    [
        ({}, "Select whether you accept it"),
        ({"decision": "maybe"}, "Select whether you accept it"),
        ({"decision": "other"}, "Enter why you do not accept it"),
        ({"decision": "name", "words": "x" * 121}, "120 characters or fewer"),
    ],
)
def test_a_form_that_says_too_little_is_shown_again(
    fields: dict[str, str],
    message: str,
    sign_in: SignIn,
    app: Flask,
    session: Session,
    borough: Borough,
) -> None:
    key = told(app, session)
    answer = sign_in("learning").send(address_of(session, borough, key), **fields)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert evidence_now(session, key) == "awaiting"


@pytest.mark.usefixtures("messages_stay")
def test_whoever_sent_it_is_told_why_it_was_not_accepted(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    key = told(app, session)
    answer = sign_in("learning").send(
        address_of(session, borough, key), decision="unreadable", words="Send a\tbetter scan"
    )
    assert answer.status_code == 302
    assert evidence_now(session, key) == REJECTED
    (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert (message.kind, message.address) == ("evidence_rejected", "staff@council.example")
    assert not message.is_secret, "it may be sent again"
    assert "It cannot be read. Send a better scan" in message.body
    assert '"Prevent awareness"' in message.body
    assert "http://" in message.body
    assert "Sam" not in message.body, "a message names nobody"
    session.rollback()


def test_what_another_system_reported_is_told_to_nobody(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    key = awaiting_of(session, "Ash", borough)
    assert sign_in("learning").send(key, decision="name").status_code == 302
    assert session.scalars(select(OutgoingMessageRow)).all() == []
    session.rollback()


@pytest.mark.usefixtures("messages_stay")
def test_the_lead_whose_file_it_came_by_is_named_and_told_why_it_was_not_accepted(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    day = clock.today() - timedelta(days=5)
    with transaction(session):
        lead = account_of(session, "partner")
        session.execute(
            update(AccountRow).where(AccountRow.id == lead.id).values(person_id=borough.ids["Pia"])
        )
        stamp = Stamp(f"account:{lead.public_id}", clock.now())
        content = f"person_ref,course_code,completed_on\nN-Pip,PREV,{day}\n".encode()
        file = read_completions(content, "theirs.csv", clock.today(), "Totara")
        part = Part(frozenset({borough.organisations[PARTNER]}), clock.today())
        import_completions(session, stamp, file, lead=Lead(stamp.actor, part))
    client, address = sign_in("learning"), awaiting_of(session, "Pip", borough)
    page = text_of(client.page(address))
    assert "A file of the partner lead, sent in by Pia Tester" in page
    assert "No file" in page
    assert "Whoever sent it is told by email." in page
    record = text_of(client.page(f"/people/{borough.people['Pip']}/record"))
    assert ", a file of the partner lead" in record
    assert "A file of the partner lead no file" in text_of(client.page(QUEUE, {"came": "partner_file"}))
    assert client.send(address, decision="unreadable").status_code == 302
    (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert message.address == email_of("partner")
    assert message.subject == "Training from your file was not accepted"
    assert 'You loaded a file that says that 1 person completed "Prevent awareness"' in message.body
    assert "register" not in message.body
    assert "Pip" not in message.body, "a message names nobody"
    session.rollback()


def awaiting_of(session: Session, name: str, borough: Borough) -> str:
    row = session.scalars(
        select(CompletionRow).where(
            CompletionRow.person_id == borough.ids[name], CompletionRow.evidence == "awaiting"
        )
    ).one()
    address = f"/evidence/check/{borough.people[name]}-{row.course_id}-{row.completed_on:%Y%m%d}"
    session.rollback()
    return address


def test_a_form_that_is_sent_twice_decides_once(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    key = told(app, session)
    client, address = sign_in("learning"), address_of(session, borough, key)
    fields = {**form_of(client, address), "decision": "accept"}
    first, second = client.post(address, data=fields), client.post(address, data=fields)
    assert first.headers["Location"] == second.headers["Location"]
    assert "This was saved already" in client.get(second.headers["Location"]).get_data(as_text=True)
    events = session.scalars(select(AuditEventRow.event).where(AuditEventRow.event.like("evidence.acc%")))
    assert events.all() == ["evidence.accepted"]
    session.rollback()


def test_the_second_of_two_is_told_who_decided_and_when(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    key = told(app, session)
    address = address_of(session, borough, key)
    with adding(session, borough):
        make_partner_of_council(session, borough)
    first, second = sign_in("learning"), sign_in("partner")
    fields = {**form_of(second, address), "decision": "accept"}
    assert first.send(address, decision="date").status_code == 302
    answer = second.post(address, data=fields)
    assert answer.status_code == 409
    text = answer.get_data(as_text=True)
    assert "did not accept this on" in text
    assert "Your training team" in text, "a partner lead is told nobody's name"
    assert "Uma" not in text
    assert evidence_now(session, key) == REJECTED
    assert "Uma Tester did not accept this on" in text_of(sign_in("coordinator").page(address))
    assert "You did not accept this on" in text_of(first.page(address))


def make_partner_of_council(session: Session, borough: Borough) -> None:
    """The partner lead leads the council too: two people may decide about the same evidence."""
    lead = account_of(session, "partner")
    session.add(
        PermissionRow(
            account_id=lead.id,
            permission="partner_lead",
            organisation_id=borough.organisations[COUNCIL],
            **recorded(Stamp("command:tests", clock.now())),
        )
    )


def test_a_form_about_what_was_sent_again_since_decides_nothing(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    """The file that was seen is not the one that would be accepted."""
    key = told(app, session)
    client, address = sign_in("learning"), address_of(session, borough, key)
    fields = {**form_of(client, address), "decision": "accept"}
    with transaction(session):
        decide_evidence(session, Stamp("command:x", clock.now()), key, Evidence.REJECTED, "blurred")
    told(app, session)
    answer = client.post(address, data=fields)
    assert answer.status_code == 409
    assert "This was decided while you had it open" in answer.get_data(as_text=True)
    assert evidence_now(session, key) == "awaiting"


def test_nobody_decides_about_their_own(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    own = told(app, session, "learning")
    client, address = sign_in("learning"), address_of(session, borough, own)
    assert "Somebody else must check this" in text_of(client.page(QUEUE))
    page = client.page(address)
    assert "This is your own training. Somebody else must check it." in text_of(page)
    assert not page.select("#decide")
    ash = awaiting_of(session, "Ash", borough)
    fields = {**form_of(client, ash), "decision": "accept", "fact": fact_of(session, own)}
    answer = client.post(address, data=fields)
    assert answer.status_code == 422
    assert "You cannot check your own training" in answer.get_data(as_text=True)
    assert evidence_now(session, own) == "awaiting"
    first = client.page(QUEUE).select_one("main a.govuk-button")
    assert first is not None
    assert first["href"] == ash, "the way through the list leaves one's own out"


def fact_of(session: Session, key: CompletionKey) -> str:
    row = session.scalars(
        select(CompletionRow.id).where(
            CompletionRow.person_id == key.person_id,
            CompletionRow.evidence == "awaiting",
            CompletionRow.retracted_at.is_(None),
        )
    ).one()
    session.rollback()
    return str(row)


def test_nobody_decides_about_a_register_they_sent_in_not_even_after_an_undoing(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    keys = register(app, session, borough, "learning", "Ola")
    address = address_of(session, borough, keys["Ola"])
    client = sign_in("learning")
    assert "You sent this in yourself. Somebody else must check it." in text_of(client.page(address))
    other = account_of(session, "coordinator")
    for act in ("decide", "undo"):
        with transaction(session):
            stamp = Stamp(f"account:{other.public_id}", clock.now())
            if act == "decide":
                decide_evidence(session, stamp, keys["Ola"], Evidence.VERIFIED)
            else:
                undo(session, stamp, keys["Ola"], lambda _: ("", ""))
    assert "You sent this in yourself" in text_of(client.page(address))
    with transaction(session):
        stamp = Stamp(f"account:{other.public_id}", clock.now())
        decide_evidence(session, stamp, keys["Ola"], Evidence.VERIFIED)
    assert evidence_now(session, keys["Ola"]) == ACCEPTED, "whoever undid a decision has sent in nothing"


def test_a_register_is_decided_for_everybody_ticked_at_once(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    keys = register(app, session, borough, "manager", "Sam", "Ola", "Kit", "Uma")
    client, address = sign_in("learning"), address_of(session, borough, keys["Sam"])
    page = client.page(address)
    ticks = {text_of(box.parent): box for box in page.select("#decide input[name=people]")}  # type: ignore[arg-type]  # each has one
    assert ticks.keys() == {"Kit Tester", "Ola Tester", "Sam Tester"}, "one's own is not among them"
    assert all(box.has_attr("checked") for box in ticks.values())
    fields: dict[str, object] = {**form_of(client, address), "decision": "accept"}
    fields["people"] = [borough.people[name] for name in ("Ola", "Kit")]
    answer = client.post(address, data=fields)
    assert {name: evidence_now(session, key) for name, key in keys.items()} == {
        "Sam": "awaiting",
        "Ola": ACCEPTED,
        "Kit": ACCEPTED,
        "Uma": "awaiting",
    }
    page = client.page(answer.headers["Location"])
    assert "Accepted: 2 people, Team briefing" in text_of(page)
    undo_form = next(form for form in page.select("form") if str(form["action"]).find("/undo") > 0)
    client.post(str(undo_form["action"]), data={"csrf_token": fields["csrf_token"]})
    assert {evidence_now(session, key) for key in keys.values()} == {"awaiting"}


@pytest.mark.usefixtures("messages_stay")
def test_a_register_is_told_of_to_its_sender_once(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    keys = register(app, session, borough, "manager", "Sam", "Ola")
    client, address = sign_in("learning"), address_of(session, borough, keys["Sam"])
    fields: dict[str, object] = {**form_of(client, address), "decision": "proof"}
    assert client.post(address, data=fields).status_code == 422, "nobody is ticked"
    fields["people"] = [borough.people[name] for name in ("Sam", "Ola")]
    assert client.post(address, data=fields).status_code == 302
    (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert message.address == "manager@council.example"
    assert "could not accept it for 2 people" in message.body
    session.rollback()


def test_somebody_who_is_not_on_the_register_stops_all_of_it(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    keys = register(app, session, borough, "manager", "Sam", "Ola")
    client, address = sign_in("learning"), address_of(session, borough, keys["Sam"])
    fields: dict[str, object] = {**form_of(client, address), "decision": "accept"}
    fields["people"] = [borough.people[name] for name in ("Sam", "Ash")]
    answer = client.post(address, data=fields)
    assert answer.status_code == 409
    assert "nothing was decided for anybody" in answer.get_data(as_text=True)
    assert {evidence_now(session, key) for key in keys.values()} == {"awaiting"}


@pytest.mark.usefixtures("messages_stay")
def test_undoing_puts_it_back_and_the_decision_stays_readable(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    key = told(app, session)
    client, address = sign_in("learning"), address_of(session, borough, key)
    answer = client.send(address, decision="name")
    token = form_of(client, awaiting_of(session, "Ash", borough))["csrf_token"]
    page = client.page(answer.headers["Location"])
    assert "Not accepted: Sam Tester" in text_of(page)
    answer = client.post(f"{address}/undo", data={"csrf_token": token})
    assert answer.headers["Location"] == address
    assert evidence_now(session, key) == "awaiting"
    page = client.page(address)
    assert "Undone: 1 completion waits for a check again." in text_of(page)
    assert page.select("#decide"), "whoever undid it may decide anew"
    evidence = session.scalars(
        select(CompletionRow.evidence)
        .where(CompletionRow.person_id == key.person_id, CompletionRow.completed_on == key.completed_on)
        .order_by(CompletionRow.id)
    ).all()
    assert evidence == ["awaiting", "rejected", "awaiting"]
    events = session.scalars(select(AuditEventRow.event).order_by(AuditEventRow.id)).all()
    assert events[-2:] == ["evidence.rejected", "evidence.undone"]
    kinds = session.scalars(select(OutgoingMessageRow.kind).order_by(OutgoingMessageRow.id)).all()
    assert kinds == ["evidence_rejected", "evidence_undone"]
    session.rollback()
    again = client.post(f"{address}/undo", data={"csrf_token": token})
    assert again.status_code == 302, "undoing twice does nothing more"
    assert client.send(address, decision="accept").status_code == 302
    assert evidence_now(session, key) == ACCEPTED


def test_only_ones_own_decision_of_the_last_hour_is_undone(
    app: Flask, session: Session, borough: Borough
) -> None:
    key = told(app, session)
    checker, other = account_of(session, "coordinator"), account_of(session, "learning")
    session.rollback()
    stamp = Stamp(f"account:{checker.public_id}", clock.now())
    with transaction(session):
        decide_evidence(session, stamp, key, Evidence.VERIFIED)
    refused = (
        (Stamp(f"account:{other.public_id}", stamp.at), "Somebody else decided this"),
        (Stamp(stamp.actor, stamp.at + timedelta(hours=1)), "can be undone for one hour"),
    )
    for late, words in refused:
        with pytest.raises(DomainError, match=words), transaction(session):
            undo(session, late, key, lambda _: ("", ""))
    assert evidence_now(session, key) == ACCEPTED


def test_what_never_waited_cannot_be_undone(session: Session, borough: Borough) -> None:
    key = CompletionKey(borough.ids["Mo"], "PREV", borough.today - timedelta(days=100))
    with pytest.raises(NotFound), transaction(session):
        undo(session, Stamp("command:tests", clock.now()), key, lambda _: ("", ""))


def test_a_picture_is_shown_and_a_pdf_is_read_beside_its_link(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    pdf = told(app, session, "staff", content=certificate("Sam Tester", "Prevent awareness"))
    picture = told(app, session, "manager", content=photograph(), kind="jpeg")
    client = sign_in("learning")
    page = client.page(address_of(session, borough, pdf))
    assert "Sam Tester" in text_of(page.select(".app-words")[0])
    assert not page.select("main img")
    page = client.page(address_of(session, borough, picture))
    (image,) = page.select("main img")
    answer = client.get(str(image["src"]))
    assert answer.status_code == 200
    assert answer.mimetype == "image/jpeg"
    assert "The computer found no words" in text_of(
        client.page(address_of(session, borough, told(app, session, "learning", content=b"%PDF-1.4 broken")))
    )


@pytest.mark.parametrize(
    "text", ["x", "0" * 32, f"{'0' * 32}-1-20261399", f"{'0' * 32}-1-20260101", f"{'é' * 32}-1-20260101"]
)
def test_an_address_that_names_nothing_finds_nothing(text: str, sign_in: SignIn) -> None:
    assert sign_in("learning").get(f"/evidence/check/{text}").status_code == 404


def test_what_never_waited_for_a_check_has_no_such_page(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    row = session.scalars(select(CompletionRow).where(CompletionRow.person_id == borough.ids["Mo"])).one()
    address = f"/evidence/check/{borough.people['Mo']}-{row.course_id}-{row.completed_on:%Y%m%d}"
    session.rollback()
    assert sign_in("learning").get(address).status_code == 404
