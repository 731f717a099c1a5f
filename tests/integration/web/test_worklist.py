"""The worklist, the people to put right, the roles to review, and answering what people ask to have corrected."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from courses.domain import Evidence
from foundation import clock, mail
from foundation.db import db, transaction
from foundation.facts import recorded, retract
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.models import DetailRequestRow, PersonDetailRow, RoleGrantRow
from tests.borough import PARTNER, Borough
from tests.integration.web.staff import adding, client_for
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
WORK, REQUESTS = "/work", "/people/requests"


def blocks(client: PageClient) -> dict[str, tuple[int, str]]:
    """What the worklist says of each kind: its number and where it leads."""
    found = {}
    for link in client.page(WORK).select("main h2.app-card__title a"):
        number, _, words = text_of(link).partition(" ")
        found[words] = (int(number.replace(",", "")), str(link["href"]))
    return found


def names(client: PageClient, address: str) -> set[str]:
    return {text_of(link).split()[0] for link in client.page(address).select("main tbody th")}


def test_learning_begins_with_the_work_that_waits(sign_in: SignIn) -> None:
    for reader, first in (
        ("learning", WORK),
        ("coordinator", WORK),
        ("partner", WORK),
        ("staff", "/my-training"),
    ):
        answer = sign_in(reader).get("/")
        assert answer.headers["Location"] == first, reader


def test_each_number_is_that_of_the_list_to_which_it_leads(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        detail = session.scalars(
            select(PersonDetailRow).where(PersonDetailRow.person_id == borough.ids["Ola"])
        ).one()
        retract(session, PersonDetailRow, [detail.id], builder.stamp, "tests")
        session.add(
            PersonDetailRow(
                person_id=detail.person_id,
                first_name="Ola",
                last_name="Tester",
                email="",
                category="employee",
                **recorded(builder.stamp),
            )
        )
    for reader in ("learning", "coordinator", "auditor", "partner"):
        client = sign_in(reader)
        found = blocks(client)
        assert found, reader
        for words, (number, href) in found.items():
            rows = client.page(href).select("main tbody tr, main section.app-requirement")
            assert len(rows) == number, f"{reader}: {words}"


def test_what_waits_is_counted_and_explained(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    found = blocks(client)
    assert found["completion waits for a check"][0] == 1
    assert found["people have no manager on record"][1] == "/work/people?problem=no-manager"
    assert found["exemption ends soon"][0] == 1, "the one of Cy ends in 30 days"
    assert "correction is asked for" not in found, "what does not wait is left out"
    page = client.page(WORK)
    below = [text_of(card) for card in page.select("main h3")]
    assert "Prevent awareness for everybody" in below
    assert "more people would reach the target of 70%" in text_of(page)


def test_nothing_waits_for_a_partner_where_all_is_well(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        for name in ("Pip", "Pol", "Pam"):
            builder.completion(name, "PREV", 5)
        for name in ("Pia", "Per", "Pat", "Pip", "Pol", "Pam"):
            builder.post(name, PARTNER, "Pia" if name != "Pia" else "Per", roles="street")
            builder.completion(name, "BRIEF", 6)
    assert "Nothing waits for you" in text_of(sign_in("partner").page(WORK))


def test_people_without_a_manager_are_those_whom_nobody_sees(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.person("Unk", "Resources", "Nobody")
        builder.person("Gon", "Resources", "Lee")
        builder.person("Slf", "Resources", "Slf")
    address = "/work/people?problem=no-manager"
    client = sign_in("learning")
    found = names(client, address)
    assert {"Dana", "Vic", "Unk", "Gon", "Slf", "Pia"} <= found
    assert not found & {"Sam", "Two", "Lee"}, "one post with a manager will do, and leavers need none"
    assert "N-Nobody, who does not work here" in text_of(client.page(address))
    assert "N-Nobody" not in text_of(sign_in("coordinator").page(address))
    assert names(sign_in("partner"), address) == {"Pia", "Per", "Pat", "Pip", "Pol", "Pam"}


def test_people_in_no_group_are_asked_only_what_is_asked_of_everybody(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    address = "/work/people?problem=no-role"
    found = names(sign_in("learning"), address)
    assert {"Kit", "Uma", "Mo"} <= found
    assert not found & {"Sam", "Ola"}, "they are in the street team"
    with adding(session, borough) as builder:
        session.add(
            RoleGrantRow(
                person_id=borough.ids["Kit"],
                role="street",
                first_day=builder.ago(3),
                last_day=builder.ago(-90),
                approved_by="Head of Community Safety",
                review_on=builder.ago(-20),
                reason="Covers the stalls",
                **recorded(builder.stamp),
            )
        )
    client = sign_in("learning")
    assert "Kit" not in names(client, address), "a role given by hand counts"
    assert blocks(client)["role by hand is to be reviewed"] == (1, "/work/roles")
    page = client.page("/work/roles")
    assert "Kit Tester" in text_of(page)
    assert page.select("main td a")
    assert not sign_in("coordinator").page("/work/roles").select("main td a"), (
        "who only reads is offered nothing"
    )


def test_the_file_holds_the_very_same_people(sign_in: SignIn) -> None:
    for reader, columns in (("learning", 6), ("partner", 4)):
        client = sign_in(reader)
        shown = names(client, "/work/people?problem=no-manager")
        text = client.get("/work/people.csv?problem=no-manager").get_data().decode("utf-8-sig")
        header, *lines = text.splitlines()
        assert len(header.split(",")) == columns
        at = header.split(",").index("name")
        assert {line.split(",")[at].split()[0] for line in lines} == shown


def test_a_list_that_is_none_is_not_found(sign_in: SignIn) -> None:
    assert sign_in("learning").get("/work/people?problem=anything").status_code == 404


def test_a_larger_council_asks_no_more_of_the_database(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")

    def asked() -> int:
        seen: list[str] = []

        def hear(*arguments: object) -> None:
            seen.append(str(arguments[2]))

        with client.application.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", hear)
        client.page(WORK)
        event.remove(engine, "before_cursor_execute", hear)
        return len(seen)

    asked()
    before = asked()
    with adding(session, borough) as builder:
        for number in range(30):
            builder.person(f"New{'abcdefghijklmnopqrstuvwxyzABCD'[number]}", "Resources")
            builder.completion("Sam", "PREV", 20 + number, Evidence.AWAITING)
    assert asked() == before


# --- what people ask to have corrected


@pytest.fixture
def messages_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written down is not sent by itself, so its words can be read."""
    monkeypatch.setattr(mail, "take_queued", lambda _session: False)


def ask_for(
    session: Session, borough: Borough, name: str, detail: str = "name", should_be: str = "Samuel"
) -> int:
    with transaction(session):
        row = DetailRequestRow(
            person_id=borough.ids[name],
            detail=detail,
            should_be=should_be,
            **recorded(Stamp("command:tests", clock.now())),
        )
        session.add(row)
        session.flush()
        found = row.id
    session.rollback()
    return found


def reason_of(session: Session, request_id: int) -> str | None:
    session.rollback()
    found = session.get_one(DetailRequestRow, request_id).retracted_reason
    session.rollback()
    return found


@pytest.mark.usefixtures("messages_stay")
@pytest.mark.parametrize(
    "outcome, kept, said",
    [
        ("done", "Done: HR has changed it", "It was put right."),
        ("not-done", "Not done: HR has changed it", "It stays as it is."),
    ],
)
def test_an_answer_closes_the_request_and_is_told(
    outcome: str, kept: str, said: str, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    number = ask_for(session, borough, "Sam")
    client = sign_in("learning")
    assert blocks(client)["correction is asked for"] == (1, REQUESTS)
    answer = client.send(REQUESTS, outcome=outcome, sentence="HR has\tchanged it")
    assert answer.status_code == 302
    assert reason_of(session, number) == kept
    (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert message.address == "staff@council.example"
    assert said in message.body
    assert "HR has changed it" in message.body
    session.rollback()
    assert "Nobody asks for a correction" in text_of(client.page(REQUESTS))


def test_an_answer_that_says_too_little_is_asked_for_again(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    number = ask_for(session, borough, "Sam")
    answer = sign_in("learning").send(REQUESTS, sentence="kept as typed")
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert f'href="#outcome-{number}"' in text
    assert "kept as typed" in text
    assert reason_of(session, number) is None


def test_nobody_answers_their_own_request(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    ask_for(session, borough, "Sam")
    own = ask_for(session, borough, "Uma")
    client = sign_in("learning")
    assert "You asked for this yourself. Somebody else must answer it." in text_of(client.page(REQUESTS))
    answer = client.send(REQUESTS, outcome="done", sentence="Mine", request_id=str(own))
    assert answer.status_code == 422
    assert reason_of(session, own) is None


def test_a_request_that_somebody_answered_meanwhile_is_not_answered_again(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    ask_for(session, borough, "Sam")
    answer = sign_in("learning").send(REQUESTS, outcome="done", sentence="Too late", request_id="999999")
    assert answer.status_code == 409
    assert "Somebody has answered this, or it was taken back" in answer.get_data(as_text=True)


def test_an_auditor_reads_requests_and_answers_none(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    ask_for(session, borough, "Sam", "email", "samuel@council.example")
    page = sign_in("auditor").page(REQUESTS)
    assert "samuel@" not in text_of(page)
    assert not page.select("main form")
    assert client_for(app, session, "Ola").get(REQUESTS).status_code == 403
