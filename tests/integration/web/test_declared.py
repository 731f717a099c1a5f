"""Numbers declared without names: who declares for whom, what is refused, and where they show."""

import csv
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.models import DeclaredCountRow
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.formats import long_date
from tests.borough import COUNCIL, PARTNER, Borough
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
NEW = "/figures/declared/new"


def ago(days: int) -> date:
    return clock.today() - timedelta(days=days)


def typed(who: object, first: date | None = None, last: date | None = None, **more: str) -> dict[str, str]:
    fields = {
        "kind": "period",
        "who": str(who),
        "course": "PREV",
        "people": "1,250",
        "declared_by": "The head of training",
    }
    for name, day in (("first", first or ago(60)), ("last", last or ago(31))):
        fields |= {
            f"{name}-day": str(day.day),
            f"{name}-month": str(day.month),
            f"{name}-year": str(day.year),
        }
    return fields | more


def standing(session: Session) -> list[DeclaredCountRow]:
    session.rollback()
    query = select(DeclaredCountRow).where(DeclaredCountRow.retracted_at.is_(None))
    return list(session.scalars(query.order_by(DeclaredCountRow.id)))


def test_a_partner_lead_declares_for_their_own_and_reads_only_their_own(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    learning, partner = sign_in("learning"), sign_in("partner")
    assert learning.send(NEW, **typed(borough.organisations[COUNCIL], people="77")).status_code == 302
    offered = [option.get_text() for option in partner.page(NEW).select("#who option")]
    assert offered == [PARTNER]
    assert not partner.page(NEW).select("[name=kind]")
    assert partner.send(NEW, **typed(borough.organisations[PARTNER])).status_code == 302
    text = text_of(partner.page("/figures/declared"))
    assert "1,250" in text
    assert "77" not in text
    assert "The number is recorded" not in text_of(partner.page("/figures/declared"))
    of_all = text_of(learning.page("/figures/declared"))
    assert "1,250" in of_all
    assert "77" in of_all
    events = select(func.count()).where(AuditEventRow.event == "headcount.declared")
    assert session.scalar(events) == 2


@pytest.mark.parametrize(
    "who, kind",
    [("sector:health", "period"), (COUNCIL, "period"), (PARTNER, "starting")],
)
def test_a_partner_lead_cannot_declare_for_others_or_a_starting_number(
    sign_in: SignIn, session: Session, borough: Borough, who: str, kind: str
) -> None:
    client = sign_in("partner")
    answer = client.send(NEW, **typed(borough.organisations.get(who, who), kind=kind))
    if kind == "starting":  # not theirs to choose: it is taken as a number of these days
        assert answer.status_code == 302
        assert [row.kind for row in standing(session)] == ["period"]
    else:
        assert answer.status_code == 422
        assert standing(session) == []


def test_the_number_stands_in_headcounts_of_its_sector_and_in_no_percentage(
    sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in("learning")
    before = client.get("/figures.csv").get_data(as_text=True)
    client.send(NEW, **typed(borough.organisations[PARTNER]))
    client.send(NEW, **typed("sector:school", kind="starting", people="1400"))
    where = {"first": ago(100).isoformat(), "last": clock.today().isoformat()}
    page = client.page("/figures/sectors", where)
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")]
        for row in page.select("#sectors tbody tr")
    ]
    assert "1,400" in next(row for row in rows if row[0] == "Schools" and row[1] == "Prevent awareness")[7]
    vcs = next(
        row for row in rows if row[0] == "Voluntary and community sector" and row[1] == "Prevent awareness"
    )
    assert vcs[6:] == ["1,250", "0"]
    file = list(
        csv.reader(client.get("/figures/sectors.csv", query_string=where).get_data(as_text=True).splitlines())
    )
    assert len(file) - 1 == len(rows)
    assert client.get("/figures.csv").get_data(as_text=True) == before


def test_headcounts_are_those_of_the_record(sign_in: SignIn, borough: Borough, session: Session) -> None:
    """Counted again by hand: one line of people and completions for each sector and course."""
    where = {"first": "1990-01-01", "last": clock.today().isoformat()}
    file = sign_in("learning").get("/figures/sectors.csv", query_string=where).get_data().decode("utf-8-sig")
    counted = {(row["sector"], row["course"]): row for row in csv.DictReader(file.splitlines())}
    rows = (
        session.connection()
        .exec_driver_sql(
            "SELECT o.sector, k.code, c.person_id, c.completed_on FROM completion c JOIN course k ON k.id = c.course_id"
            " LEFT JOIN post_spell s ON s.person_id = c.person_id AND s.first_day <= c.completed_on"
            " AND s.last_day >= c.completed_on AND s.retracted_at IS NULL LEFT JOIN unit u ON u.id = s.unit_id"
            " LEFT JOIN organisation_sector o ON o.organisation_id = u.organisation_id AND o.retracted_at IS NULL"
            " WHERE c.retracted_at IS NULL AND c.evidence IN ('trusted', 'verified') AND c.revoked_on IS NULL"
        )
        .all()
    )
    session.rollback()
    assert {(sector or "", code) for sector, code, _, _ in rows} == set(counted)
    for (sector, code), line in counted.items():
        of = {(person, day) for where, which, person, day in rows if ((where or ""), which) == (sector, code)}
        assert int(line["completions"]) == len(of)
        assert int(line["people"]) == len({person for person, _ in of})
        assert int(line["first_time"]) + int(line["again"]) == len(of)


@pytest.mark.parametrize(
    "change, message",
    [
        ({"people": ""}, "Enter how many people were trained"),
        ({"people": "some"}, "How many people must be"),
        ({"people": "-1"}, "How many people must be a number between 0 and 100,000"),
        ({"people": "100001"}, "How many people must be a number between 0 and 100,000"),
        ({"who": ""}, "Choose whose people were trained"),
        ({"who": "999999"}, "Choose whose people were trained"),
        ({"course": "NOPE"}, "Choose a course"),
        ({"kind": "guess"}, "Select what kind of number it is"),
        ({"declared_by": " "}, "Enter who gave you this number"),
        ({"declared_by": "x" * 201}, "Who gave you this number must be 200 characters or fewer"),
        ({"first-day": "31", "first-month": "6"}, "First day must be a real date"),
        ({"last-day": "", "last-month": "", "last-year": ""}, "Enter the last day"),
    ],
)
def test_what_is_wrong_is_said_beside_it_and_what_was_typed_stays(
    sign_in: SignIn, session: Session, borough: Borough, change: dict[str, str], message: str
) -> None:
    client = sign_in("learning")
    answer = client.send(NEW, **(typed(borough.organisations[PARTNER]) | change))
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert standing(session) == []


def test_days_still_to_come_and_days_in_the_wrong_order_are_refused(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, who = sign_in("learning"), borough.organisations[PARTNER]
    late = client.send(NEW, **typed(who, last=ago(-1)))
    assert "Last day must be today or in the past" in late.get_data(as_text=True)
    turned = client.send(NEW, **typed(who, first=ago(5), last=ago(6)))
    assert "Last day must be the same as or after the first day" in turned.get_data(as_text=True)
    assert standing(session) == []


def test_the_same_people_are_not_told_twice(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, who = sign_in("learning"), borough.organisations[PARTNER]
    client.send(NEW, **typed(who))
    again = client.send(NEW, **typed(who, first=ago(31), last=ago(2)))
    assert again.status_code == 422
    days = f"{long_date(ago(60))} to {long_date(ago(31))}"
    assert f"There is a number for these days already: 1,250 people, {days}" in again.get_data(as_text=True)
    assert client.send(NEW, **typed(who, first=ago(30), last=ago(2))).status_code == 302
    assert client.send(NEW, **typed(who, course="BRIEF")).status_code == 302
    assert len(standing(session)) == 3


def test_a_correction_keeps_what_was_said_before(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, who = sign_in("learning"), borough.organisations[PARTNER]
    client.send(NEW, **typed(who))
    first = standing(session)[0].public_id
    page = client.page(f"/figures/declared/{first}/correct")
    assert [field["value"] for field in page.select("#people")] == ["1250"]
    assert client.send(f"/figures/declared/{first}/correct", **typed(who, people="1300")).status_code == 302
    assert [row.people for row in standing(session)] == [1300]
    assert session.scalar(select(func.count(DeclaredCountRow.id))) == 2
    assert client.get(f"/figures/declared/{first}/correct").status_code == 404


def test_whoever_comes_second_is_told_and_changes_nothing(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, who = sign_in("learning"), borough.organisations[PARTNER]
    client.send(NEW, **typed(who))
    first = standing(session)[0].public_id
    shown = client.page(f"/figures/declared/{first}/withdraw").select("main form input[type=hidden]")
    other = sign_in("coordinator")
    assert other.send(f"/figures/declared/{first}/correct", **typed(who, people="9")).status_code == 302
    late = client.post(
        f"/figures/declared/{first}/withdraw",
        data={str(field["name"]): str(field["value"]) for field in shown},
    )
    assert late.status_code == 409
    assert "Somebody changed or withdrew this number" in late.get_data(as_text=True)
    assert [row.people for row in standing(session)] == [9]


def test_a_number_that_is_withdrawn_is_gone_from_the_lists(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    client.send(NEW, **typed(borough.organisations[PARTNER]))
    place = f"/figures/declared/{standing(session)[0].public_id}/withdraw"
    assert client.send(place).status_code == 302
    assert standing(session) == []
    assert "No numbers were declared" in text_of(client.page("/figures/declared"))


def test_a_starting_number_of_their_own_is_not_a_partner_lead_s_to_change(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    sign_in("learning").send(NEW, **typed(borough.organisations[PARTNER], kind="starting"))
    client, place = sign_in("partner"), f"/figures/declared/{standing(session)[0].public_id}"
    assert "1,250" in text_of(client.page("/figures/declared"))
    assert not client.page("/figures/declared").select("main a[href*=correct], main a[href*=withdraw]")
    for act in ("correct", "withdraw"):
        assert client.get(f"{place}/{act}").status_code == 404


def test_an_auditor_reads_the_numbers_and_is_offered_nothing_to_change(
    sign_in: SignIn, borough: Borough
) -> None:
    sign_in("learning").send(NEW, **typed(borough.organisations[PARTNER]))
    page = sign_in("auditor").page("/figures/declared")
    assert "1,250" in text_of(page)
    assert not page.select("main a[href*=correct], main a[href*=withdraw], main a[href*=new]")
