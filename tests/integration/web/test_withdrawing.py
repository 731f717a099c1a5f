"""Taking back what one told us by mistake: only one's own, only what one said oneself, only until it is checked."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import CompletionKey, Evidence
from courses.models import CompletionRow, EvidenceFileRow
from courses.services.evidence import decide_evidence
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.formats import long_date
from foundation.stamp import Stamp
from tests.borough import Borough
from tests.certificates import certificate
from tests.integration.web.sending import begin, describe, follow
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
HISTORY = "/my-training/history"


@pytest.fixture
def day() -> date:
    return clock.today() - timedelta(days=3)


def tell(client: PageClient, day: date, content: bytes | None = None) -> str:
    """Tell us about training; gives the address at which it is withdrawn."""
    address = begin(client, content)
    describe(client, address, day)
    assert client.send(f"{address}/check").status_code == 302
    return f"/training/told/PREV/{day.isoformat()}/withdraw"


def decide(session: Session, borough: Borough, day: date, decision: Evidence, reason: str = "") -> None:
    session.rollback()
    with transaction(session):
        key = CompletionKey(borough.ids["Sam"], "PREV", day)
        decide_evidence(session, Stamp("command:tests", clock.now()), key, decision, reason)


def test_what_was_told_by_mistake_is_taken_back_with_its_file(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("staff")
    paper = certificate(
        "This is to certify that Sam Tester", f"completed Prevent awareness on {long_date(day)}"
    )
    address = tell(client, day, paper)
    assert "Waiting for a check" in text_of(client.page("/my-training"))
    for page in ("/my-training", HISTORY):
        assert [link["href"] for link in client.page(page).select(f'a[href="{address}"]')] == [address]
    assert text_of(client.page(address)).count(long_date(day)) == 1
    answered = follow(client, client.send(address))
    assert f"You have withdrawn Prevent awareness, completed on {long_date(day)}." in text_of(answered)
    assert not answered.select(f'a[href="{address}"]')
    assert "Waiting for a check" not in text_of(client.page("/my-training"))
    session.rollback()
    gone = session.scalars(select(CompletionRow).where(CompletionRow.source == "self")).one()
    file = session.scalars(select(EvidenceFileRow)).one()
    assert gone.retracted_reason == file.retracted_reason == "Withdrawn by the person"
    assert gone.retracted_at is not None
    event = select(AuditEventRow).where(AuditEventRow.event == "completion.withdrawn")
    assert session.scalars(event).one().subject == f"person:{borough.people['Sam']}"
    assert client.get(address).status_code == 404


def test_what_was_withdrawn_can_be_told_again(sign_in: SignIn, day: date) -> None:
    client = sign_in("staff")
    client.send(tell(client, day))
    assert client.get(tell(client, day)).status_code == 200


def test_what_was_checked_meanwhile_stays(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("staff")
    address = tell(client, day)
    form = client.page(address).select_one("main form")
    assert form is not None
    fields = {str(field["name"]): str(field["value"]) for field in form.select("input")}
    decide(session, borough, day, Evidence.VERIFIED)
    answer = client.post(address, data=fields)
    assert answer.status_code == 422
    assert "checked meanwhile" in answer.get_data(as_text=True)
    assert client.get(address).status_code == 404
    assert not client.page(HISTORY).select(f'a[href="{address}"]')


def test_withdrawing_does_not_hide_that_it_was_not_accepted_before(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("staff")
    tell(client, day)
    decide(session, borough, day, Evidence.REJECTED, "The name is cut off")
    client.send(tell(client, day))
    page = describe(client, begin(client, None), day)
    assert "This training was not accepted when it was sent before: The name is cut off" in text_of(page)


@pytest.mark.parametrize(
    "told", ["PREV/2026-13-01", "PREV/today", "NONE/2026-05-03", "PREV/2026-05-03"], ids=str
)
def test_nothing_that_one_did_not_tell_us_can_be_withdrawn(sign_in: SignIn, told: str) -> None:
    assert sign_in("staff").get(f"/training/told/{told}/withdraw").status_code == 404


def test_what_others_recorded_cannot_be_withdrawn(sign_in: SignIn, borough: Borough) -> None:
    recorded_on = borough.today - timedelta(days=900)
    assert sign_in("staff").get(f"/training/told/PREV/{recorded_on}/withdraw").status_code == 404


def test_a_date_long_ago_is_asked_about_and_taken(sign_in: SignIn) -> None:
    client = sign_in("staff")
    address = begin(client, None)
    page = describe(client, address, date(1995, 3, 27))
    assert "The date is more than 10 years ago: 27 March 1995. Check the year." in text_of(page)
    assert client.send(f"{address}/check").status_code == 302
