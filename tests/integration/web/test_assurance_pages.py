"""Judging the training programme: who may, what is refused, what two people at once are told, and what is kept."""

import csv
import io
from datetime import date, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.formats import long_date
from foundation.once import new_key
from reports.domain.assurance import CRITERIA, year_of
from reports.models import AssuranceLineRow
from tests.integration.web.conftest import SignIn
from tests.pages import PageClient, text_of

LIST = "/reports/assurance-lines"
NEEDS = f"{LIST}/needs"


def typed(shown: str = "", **more: str) -> dict[str, str]:
    """A form that will do. Days are given as `evidence_on` and `due_on`, year first."""
    fields = {"score": "partly_met", "rag": "amber", "evidence": "Training needs 2026", "shown": shown} | more
    for name in ("evidence_on", "due_on"):
        if name in fields:
            year, month, day = fields.pop(name).split("-")
            fields |= {f"{name}-day": day, f"{name}-month": month, f"{name}-year": year}
    return {"once": new_key()} | fields


def rows(session: Session) -> list[AssuranceLineRow]:
    session.rollback()
    return list(session.scalars(select(AssuranceLineRow).order_by(AssuranceLineRow.id)))


def shown_on(page: PageClient, address: str = NEEDS) -> str:
    return str(page.page(address).select_one("input[name=shown]")["value"])  # type: ignore[index]  # it is there


def pack(page: PageClient, day: date) -> list[dict[str, str]]:
    """The lines of the criteria as the report's CSV file has them."""
    text = page.get(f"/reports/assurance.csv?as_at={day}").data.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    first = next(at for at, line in enumerate(lines) if line[:2] == ["Criterion", "Score"])
    return [
        dict(zip(lines[first], line, strict=True)) for line in lines[first + 1 : first + 1 + len(CRITERIA)]
    ]


def test_a_criterion_is_judged_shown_and_in_the_pack(sign_in: SignIn, session: Session) -> None:
    today = clock.today()
    page = sign_in("coordinator")
    says = typed(
        link="https://council.example/needs",
        evidence_on=str(today - timedelta(days=3)),
        owner="Prevent Coordinator",
        gap="Two services are missing.\nOne is new.",
        action="Ask them",
        due_on=str(today - timedelta(days=1)),
    )
    answer = page.send(NEEDS, **says)
    assert answer.status_code == 302
    assert answer.headers["Location"].endswith(f"{LIST}?year={year_of(today)}#needs")
    listed = text_of(page.page(LIST))
    assert "1 of 10 criteria are judged" in listed
    assert "1 action is overdue" in listed
    assert f"Overdue since {long_date(today - timedelta(days=1))}" in listed
    assert page.page(LIST).select_one('a[href="https://council.example/needs"]')
    assert [row.year for row in rows(session)] == [year_of(today)]
    first, *others = pack(page, today)
    assert first["Score"] == "Partly met"
    assert first["Colour"] == "Amber"
    assert first["Owner"] == "Prevent Coordinator"
    assert first["Link"] == "https://council.example/needs"
    assert first["Overdue"].startswith("Overdue since")
    assert {one["Score"] for one in others} == {"Not judged yet"}
    event = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "assurance.recorded")).one()
    assert event.subject == f"assurance:{year_of(today)}-needs"
    assert event.details == {"score": "partly_met", "rag": "amber"}


def test_a_change_keeps_what_was_said_before(sign_in: SignIn, session: Session) -> None:
    coordinator, learning = sign_in("coordinator"), sign_in("learning")
    coordinator.send(NEEDS, **typed(gap="Nobody asked the schools"))
    learning.send(NEEDS, **typed(shown_on(learning), score="exceeding", rag="green"))
    before, now = rows(session)
    assert before.retracted_at is not None
    assert now.retracted_at is None
    assert (before.score, now.score) == ("partly_met", "exceeding")
    page = learning.page(NEEDS)
    history = text_of(page.select("#history")[0])
    assert "Nobody asked the schools" in history
    assert "Uma Tester" in history
    assert history.index("Exceeding") < history.index("Partly met")


def test_whoever_comes_second_is_told_and_loses_nothing(sign_in: SignIn, session: Session) -> None:
    first, second = sign_in("coordinator"), sign_in("learning")
    assert shown_on(first) == shown_on(second) == ""
    assert first.send(NEEDS, **typed(gap="Gap of the first")).status_code == 302
    late = typed(gap="Gap of the second", owner="Somebody else")
    answer = second.send(NEEDS, **late)
    assert answer.status_code == 409
    assert "This was changed" in answer.text
    assert "Gap of the first" in answer.text
    assert "Gap of the second" in answer.text
    assert len(rows(session)) == 1
    again = rows(session)[0].public_id
    assert f'value="{again}"' in answer.text
    assert second.send(NEEDS, **(late | {"shown": again})).status_code == 302
    assert [row.gap for row in rows(session)] == ["Gap of the first", "Gap of the second"]


def test_what_was_taken_out_meanwhile_is_told_too(sign_in: SignIn, session: Session) -> None:
    page = sign_in("coordinator")
    page.send(NEEDS, **typed())
    shown = shown_on(page)
    assert page.send(NEEDS, **typed(shown, score="not_judged", rag="")).status_code == 302
    answer = page.send(NEEDS, **typed(shown, score="met", rag="green"))
    assert answer.status_code == 409
    assert "it is no longer judged" in answer.text
    assert [row.retracted_at is None for row in rows(session)] == [False]


def test_a_form_that_is_sent_twice_is_taken_once_and_the_same_again_changes_nothing(
    sign_in: SignIn, session: Session
) -> None:
    page, form = sign_in("coordinator"), typed()
    assert [page.send(NEEDS, **form).status_code for _ in range(2)] == [302, 302]
    assert page.send(NEEDS, **typed(shown_on(page))).status_code == 302
    assert len(rows(session)) == 1


@pytest.mark.parametrize(
    "wrong, says",
    [
        ({"link": "http://council.example/plan"}, "Enter a link that begins with https://"),
        ({"link": "javascript:alert(1)"}, "Enter a link that begins with https://"),
        ({"link": "https://ann:pw@council.example/"}, "without a user name or password"),
        ({"evidence": "", "link": "https://council.example/"}, "Enter what the evidence is called"),
        ({"score": ""}, "Choose how far this is met"),
        ({"score": "splendid"}, "Not a valid choice"),
        ({"rag": ""}, "Choose a colour"),
        ({"rag": "purple"}, "Choose a colour"),
        ({"due_on": "2026-02-31", "action": "Ask"}, "Day by which it is due must be a real date"),
        ({"due_on": "2026-12-01"}, "Enter the action that is due on this day"),
        ({"evidence_on": "2098-01-01"}, "Date of the evidence must be today or in the past"),
        ({"gap": "a" * 2001}, "The gap must be 2,000 characters or fewer"),
    ],
)
def test_what_will_not_do_is_refused_in_plain_words_and_stays_typed(
    sign_in: SignIn, session: Session, wrong: dict[str, str], says: str
) -> None:
    answer = sign_in("learning").send(NEEDS, **typed(**({"owner": "The owner typed"} | wrong)))
    assert answer.status_code == 422
    assert says in answer.text
    assert "The owner typed" in answer.text
    assert rows(session) == []


def test_auditors_read_and_nobody_else_does(sign_in: SignIn, session: Session) -> None:
    sign_in("coordinator").send(NEEDS, **typed(gap="A gap to be read"))
    auditor = sign_in("auditor")
    page = auditor.page(NEEDS)
    assert "A gap to be read" in text_of(page)
    assert not page.select("main form[method=post]")
    token = str(page.select("input[name=csrf_token]")[0]["value"])
    assert auditor.post(NEEDS, data=typed() | {"csrf_token": token}).status_code == 403
    assert "A gap to be read" in auditor.get("/reports/assurance").text
    for reader in ("staff", "manager", "partner"):
        other = sign_in(reader)
        assert other.get(LIST).status_code == 403
        assert other.get(NEEDS).status_code == 403
    assert sign_in("partner").get("/reports/assurance").status_code == 404
    assert len(rows(session)) == 1


def test_a_new_year_begins_with_what_the_last_one_said(sign_in: SignIn, session: Session) -> None:
    page, year = sign_in("coordinator"), year_of(clock.today())
    before = f"{NEEDS}?year={year - 1}"
    page.send(before, **typed(owner="Head of Community Safety", action="Ask", due_on=f"{year - 1}-05-01"))
    new = page.page(NEEDS)
    assert "Filled in from" in text_of(new)
    assert new.select_one("#owner")["value"] == "Head of Community Safety"  # type: ignore[index]  # it is there
    assert "Not judged yet" in text_of(new)
    assert [row.year for row in rows(session)] == [year - 1]
    assert pack(page, date(year, 3, 31))[0]["Score"] == "Partly met"
    assert pack(page, clock.today())[0]["Score"] == "Not judged yet"


@pytest.mark.parametrize(
    "wanted",
    [
        f"{LIST}/nothing",
        f"{LIST}?year=2014",
        f"{LIST}?year=soon",
        f"{NEEDS}?year=9999",
        f"{LIST}?year=\uff12\uff10\uff12\uff16",
    ],
)
def test_what_nobody_judges_is_not_there(sign_in: SignIn, wanted: str) -> None:
    assert sign_in("learning").get(wanted).status_code == 404


def test_the_record_says_what_it_knows_beside_each_criterion(sign_in: SignIn) -> None:
    shown = text_of(sign_in("coordinator").page(LIST))
    assert "1 of 1 roles in the rule book have a requirement of their own" in shown
    assert "A requirement applies to everybody" in shown
    assert "1 completion waits for a check" in shown
    assert "targets are met" in shown


NOTHING = {"score": "not_judged", "rag": "", "evidence": ""}


@pytest.mark.parametrize(
    "typed_too",
    [
        {"gap": "A gap typed"},
        {"action": "Ask them"},
        {"owner": "Somebody"},
        {"link": "https://council.example/"},
        {"evidence": "A plan"},
        {"evidence_on": "2026-01-31"},
        {"due_on": "2026-12-01"},
    ],
)
def test_what_is_typed_beside_not_judged_yet_is_never_thrown_away(
    sign_in: SignIn, session: Session, typed_too: dict[str, str]
) -> None:
    page = sign_in("learning")
    answer = page.send(NEEDS, **typed(**(NOTHING | typed_too)))
    assert answer.status_code == 422
    assert "Choose how far this is met, or empty the other boxes" in answer.text
    assert all(value in answer.text for value in typed_too.values() if "-" not in value)
    assert "Saved" not in answer.text
    page.send(NEEDS, **typed())
    assert page.send(NEEDS, **typed(shown_on(page), **(NOTHING | typed_too))).status_code == 422
    assert [row.retracted_at for row in rows(session)] == [None]


def test_where_nothing_stood_and_nothing_is_typed_nothing_is_said_to_be_saved(
    sign_in: SignIn, session: Session
) -> None:
    page = sign_in("learning")
    assert page.send(NEEDS, **typed(**NOTHING)).status_code == 302
    said = text_of(page.page(LIST))
    assert "Saved" not in said
    assert "Nothing was typed, so nothing changed" in said
    assert rows(session) == []


def test_signs_that_nobody_sees_are_not_kept(sign_in: SignIn, session: Session) -> None:
    page = sign_in("learning")
    page.send(NEEDS, **typed(gap="One\u202e two\x07\r\n\u2066three ", action="\u200fAsk\tthem"))
    [row] = rows(session)
    assert (row.gap, row.action) == ("One two\nthree", "Ask them")
