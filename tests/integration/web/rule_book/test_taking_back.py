"""A change of the rule book is taken back by a draft that undoes it; where that cannot be, the page says why."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance.domain.change import change
from compliance.models import RuleDraftRow
from compliance.programme.writing import write_programme
from compliance.services.programme import load_programme
from compliance.services.rule_drafts.drafting import TARGETS_ALONE
from compliance.services.rule_drafts.taking_back import BEGINNING, DRAFT_FIRST, NOT_FOR_YOU
from compliance.store.rules import load_rule_book
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.stamp import Stamp
from people.models import AccountRow
from tests.borough import STALLS, Borough, email_of
from tests.integration.web.rule_book.desk import (
    DRAFT,
    EDIT,
    book_now,
    day_fields,
    in_days,
    messages,
    press,
    put_well,
    text_of_page,
)
from tests.integration.web.rule_book.test_drafting import raise_target, targets_of
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
CHANGES = "/rules/changes"


def changed(client: PageClient, percent: str = "90", **typed: str) -> str:
    """Change the target of the stalls; gives the page of that change."""
    raise_target(client, percent=percent, **typed)
    assert press(client, "Save these changes").status_code == 302
    return latest(client)


def latest(client: PageClient) -> str:
    """The page of the change that was made last."""
    return str(client.page(CHANGES).select("main tbody a")[0]["href"])


def take_back(client: PageClient, page: str) -> TestResponse:
    return press(client, "Take this back", page)


def events(session: Session) -> list[str]:
    session.rollback()
    query = select(AuditEventRow.event).where(AuditEventRow.event.like("rule_draft.%"))
    return list(session.scalars(query.order_by(AuditEventRow.id)))


def test_a_change_is_taken_back_by_a_draft_that_is_looked_at_and_saved(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    page = changed(client)
    assert 'Target of requirement "STALLS": percent 90 instead of 80' in text_of_page(client, page)
    answer = take_back(client, page)
    assert (answer.status_code, answer.headers["Location"]) == (302, DRAFT)
    assert targets_of(session, STALLS)[-1][0] == 90_00, "nothing counts before the draft is saved"
    draft = text_of_page(client, DRAFT)
    assert "What it would do" in draft
    assert "80%" in draft
    press(client, "Save these changes")
    assert [percent for percent, _, last in targets_of(session, STALLS) if last == FAR_DAY] == [80_00]
    assert "rule_draft.began_taking_back" in events(session)
    query = select(AuditEventRow.subject).where(AuditEventRow.event.like("rule_draft.%"))
    about = session.scalars(query.order_by(AuditEventRow.id.desc()).limit(3)).all()
    assert len(set(about)) == 1, "all that was done to the draft is written down beside it"
    session.rollback()


def test_what_a_file_changed_is_taken_back_too(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    with transaction(session):
        book = load_rule_book(session)
        text = write_programme(book).replace("80", "90")
        stamp = Stamp("command:tests", clock.now())
        load_programme(session, stamp, text, "p.toml", clock.today())
    page = latest(client)
    assert "Programme file p.toml" in text_of_page(client, page)
    assert "A command" in text_of_page(client, page)
    take_back(client, page)
    press(client, "Save these changes")
    assert [percent for percent, _, last in targets_of(session, STALLS) if last == FAR_DAY] == [80_00]


def test_a_change_to_come_is_taken_back_from_the_day_on_which_it_begins(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    day = in_days(30)
    page = changed(client, **day_fields("effective", day))
    take_back(client, page)
    press(client, "Save these changes")
    assert {percent for percent, _, _ in targets_of(session, STALLS)} == {80_00}
    lasts = [last for _, _, last in targets_of(session, STALLS)]
    assert max(lasts) == FAR_DAY


def test_what_was_changed_again_since_can_be_taken_back_no_more_and_says_of_what(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    first = changed(client, "90")
    second = changed(client, "95")
    text = text_of_page(client, first)
    assert "can no longer be taken back" in text
    assert f'Target of requirement "{STALLS}"' in text
    links = [str(one.get("href")) for one in client.page(first).select("main p a")]
    assert links == ["/rules"], "there is no draft to go to"
    form = client.page(second).select_one("main form")
    assert form is not None
    hidden = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    answer = client.post(first, data=hidden)
    assert answer.status_code == 422
    assert "can no longer be taken back" in messages(answer)[0]
    assert take_back(client, second).status_code == 302


def test_what_has_been_taken_back_is_not_taken_back_twice(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    page = changed(client)
    take_back(client, page)
    press(client, "Save these changes")
    assert "can no longer be taken back" in text_of_page(client, page)
    again = latest(client)
    assert take_back(client, again).status_code == 302, "taking back is a change like any other"
    press(client, "Save these changes")
    assert [percent for percent, _, last in targets_of(session, STALLS) if last == FAR_DAY] == [90_00]


def test_a_course_that_others_built_on_says_so(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    put_well(
        client,
        f"{EDIT}course",
        code="NEW",
        title="New course",
        provider="The council",
        mode="e_learning",
        **day_fields("effective", in_days(10)),
    )
    press(client, "Save these changes")
    page = latest(client)
    put_well(
        client,
        f"{EDIT}accepted-course?of={STALLS}",
        course="NEW",
        **day_fields("effective", in_days(20)),
    )
    press(client, "Save these changes")
    assert "others built on it since" in text_of_page(client, page)
    assert client.page(page).select("main form") == []


def test_an_open_draft_is_finished_first(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    page = changed(client)
    raise_target(client, percent="70")
    assert DRAFT_FIRST in text_of_page(client, page)
    assert "Go to your draft" in text_of_page(client, page)
    assert client.page(page).select("main form") == []


def test_the_beginning_of_the_rule_book_is_not_taken_back(sign_in: SignIn, session: Session) -> None:
    with transaction(session):
        session.add(
            AuditEventRow(
                at=clock.now(),
                actor="command:tests",
                event="programme.loaded",
                subject="first.toml",
                details={"effective": None, "requirements": [], "added": 3, "changed": 0, "ended": 0},
                batch_id=None,
            )
        )
    client = sign_in("learning")
    assert BEGINNING in text_of_page(client, latest(client))


def test_a_coordinator_takes_back_targets_and_nothing_else(sign_in: SignIn, session: Session) -> None:
    learning, coordinator = sign_in("learning"), sign_in("coordinator")
    page = changed(learning)
    put_well(learning, f"{EDIT}role", code="extra", title="Another role", approved_by="Head of Service")
    press(learning, "Save these changes")
    assert NOT_FOR_YOU in text_of_page(coordinator, latest(learning))
    assert take_back(coordinator, page).status_code == 302
    press(coordinator, "Save these changes")
    assert [percent for percent, _, last in targets_of(session, STALLS) if last == FAR_DAY] == [80_00]


def renamed(session: Session, effective: date) -> None:
    """A file gives the rule book another name, and changes nothing else."""
    with transaction(session):
        book = load_rule_book(session)
        text = write_programme(replace(book, name="Another name"))
        load_programme(session, Stamp("command:tests", clock.now()), text, "p.toml", effective)


def test_a_coordinator_gives_the_rule_book_no_other_name(sign_in: SignIn, session: Session) -> None:
    renamed(session, clock.today())
    learning, coordinator = sign_in("learning"), sign_in("coordinator")
    page = latest(learning)
    assert NOT_FOR_YOU in text_of_page(coordinator, page)
    assert coordinator.page(page).select("main form") == []
    assert take_back(learning, page).status_code == 302
    with transaction(session):
        draft = session.scalars(select(RuleDraftRow)).one()
        draft.account_id = session.scalars(
            select(AccountRow.id).where(AccountRow.email == email_of("coordinator"))
        ).one()
    answer = press(coordinator, "Save these changes")
    assert TARGETS_ALONE in text_of(BeautifulSoup(answer.get_data(as_text=True), "html.parser"))
    assert load_rule_book(session).name == "Another name"


def test_an_auditor_reads_changes_with_masked_names_and_takes_none_back(
    sign_in: SignIn, session: Session
) -> None:
    page = changed(sign_in("learning"))
    auditor = sign_in("auditor")
    text = text_of_page(auditor, page)
    assert "learning@council.example" not in text
    assert "l*******@council.example" in text
    assert "Take this back" not in text


def test_each_line_leads_to_the_change_by_which_it_was_recorded(sign_in: SignIn, session: Session) -> None:
    learning = sign_in("learning")
    page = changed(learning)
    address = f"/rules/requirements/{STALLS}"
    assert page in [str(one["href"]) for one in learning.page(address).select("#targets a")]
    assert sign_in("staff").page(address).select("a[href^='/rules/changes']") == []


@pytest.mark.parametrize(
    "page",
    ["/rules/changes/999999", f"/rules/changes/{'9' * 30}", f"/rules/changes/{'9' * 5000}"],
    ids=["none", "no row", "no number"],
)
def test_a_change_that_never_was_is_not_found(sign_in: SignIn, page: str) -> None:
    assert sign_in("learning").get(page).status_code == 404


def test_what_stands_after_taking_back_is_what_stood_before(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    before = book_now(session)
    page = changed(client)
    take_back(client, page)
    press(client, "Save these changes")
    after = book_now(session)
    assert not change(after, before, clock.today())
