"""A person's page, as far as it shows evidence: what waits for a check since when, and the files that prove it."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from sqlalchemy.orm import Session

from courses.domain import Evidence
from courses.models import EvidenceFileRow
from courses.store import course_ids
from foundation.facts import recorded
from tests.borough import Borough
from tests.integration.web.staff import adding, complete
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
SENT = datetime(2026, 5, 3, 9, tzinfo=UTC)
WAITING = "Waiting for a check since 3 May 2026"


@pytest.mark.parametrize("reader", ["manager", "learning", "coordinator", "auditor"])
def test_whoever_may_see_the_person_sees_since_when_a_check_is_waited_for(
    sign_in: SignIn, session: Session, borough: Borough, reader: str
) -> None:
    with adding(session, borough, SENT) as builder:
        builder.completion("Kit", "PREV", 5, Evidence.AWAITING)
    page = sign_in(reader).page(f"/people/{borough.people['Kit']}")
    statuses = [text_of(line) for line in page.select(".app-requirement__status")]
    assert f"Not yet due {WAITING}" in statuses
    assert f"Prevent awareness Home Office {WAITING}" in text_of(page.select("#completions tbody tr")[0])


def test_what_waits_for_nothing_says_nothing_of_a_check(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough, SENT) as builder:
        builder.completion("Two", "PREV", 200, Evidence.AWAITING)
    page = sign_in("manager").page(f"/people/{borough.people['Two']}")
    assert text_of(page.select(".app-requirement__status")[0]) == "Up to date"
    assert WAITING in text_of(page)


def test_the_provider_is_the_one_of_the_record(sign_in: SignIn, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        complete(builder, "Kit", "PREV", 3, provider="Another council")
    page = sign_in("manager").page(f"/people/{borough.people['Kit']}")
    assert "Prevent awareness Another council Accepted" in text_of(page)


def test_the_files_are_a_click_away_where_there_are_any(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    address = f"/people/{borough.people['Kit']}"
    client = sign_in("manager")
    assert "Files that prove these courses" not in text_of(client.page(address))
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 3)
        row = EvidenceFileRow(
            person_id=borough.ids["Kit"],
            course_id=course_ids(session)["PREV"],
            completed_on=builder.ago(3),
            purpose="certificate",
            kind="pdf",
            size=1,
            sha256="0" * 64,
            stored_as="0",
            concerns=[],
            **recorded(builder.stamp),
        )
        session.add(row)
    (link,) = [link for link in client.page(address).select("a") if "Files that prove" in link.get_text()]
    assert link["href"] == f"{address}/evidence"
    assert client.get(str(link["href"])).status_code == 200


def test_without_a_list_of_people_the_way_back_leads_to_my_training(
    sign_in: SignIn, borough: Borough
) -> None:
    page = sign_in("staff").page(f"/people/{borough.people['Sam']}")
    back = page.select(".govuk-back-link")[0]
    assert (back.get_text(), back["href"]) == ("Back to my training", "/my-training")
