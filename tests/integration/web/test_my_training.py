"""My training: what each status says, what comes first, and that it is about nobody else."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from bs4 import BeautifulSoup, Tag
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.requirement import Renewal, RoleLink
from compliance.models import ExemptionRow
from courses.domain import Course, Evidence
from foundation.facts import recorded, retract
from foundation.formats import long_date
from people.domain import AbsenceKind, RoleRule
from people.models import AbsenceRow, DetailRequestRow, PostSpellRow
from tests.borough import AWARE, COUNCIL, HOMES, PARTNER, RESOURCES, SCHOOL, STALLS, Borough, rule_book
from tests.integration.web.staff import adding, change_rules, client_for
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
As = Callable[[str], PageClient]


@pytest.fixture
def as_person(app: Flask, session: Session, borough: Borough) -> As:
    return lambda name: client_for(app, session, name)


def one(page: Tag, selector: str) -> Tag:
    found = page.select_one(selector)
    assert found is not None, f"the page has no {selector}"
    return found


def answer(page: BeautifulSoup) -> str:
    return text_of(one(page, ".app-answer"))


def card(page: BeautifulSoup) -> dict[str, str]:
    """What the first look says: the title, the status, and each fact by its name."""
    box = one(page, ".app-next")
    facts = {text_of(one(row, "dt")): text_of(one(row, "dd")) for row in box.select(".app-facts__row")}
    return {
        "title": text_of(one(box, "h2")),
        "status": text_of(one(box, ".app-status")),
        "label": text_of(one(box, ".app-next__label")),
        **facts,
    }


def tasks(page: BeautifulSoup) -> list[str]:
    return [text_of(item) for item in page.select(".app-tasks__item")]


def test_what_is_overdue_says_what_when_why_where_and_how_long(sign_in: SignIn, borough: Borough) -> None:
    page = sign_in("staff").page("/my-training")
    assert answer(page) == "You are not up to date. 2 things are overdue."
    found = card(page)
    due = long_date(date.fromordinal(borough.today.toordinal() - 970))
    assert found["title"] == "Leaflets and stalls"
    assert found["label"] == "Next"
    assert found["status"] == "Overdue: not started"
    assert found["By when"] == f"Now: it was due by {due}, 2 years ago"
    assert found["Why me"] == "Because your post is in Street teams"
    assert found["Where"] == "Team briefing The council. Ask your training team for dates."
    assert found["How long"] == "20 minutes"
    assert "Required as Street teams since" in text_of(one(page, ".app-next details"))
    done = one(page, ".app-next__done a")
    assert done["href"] == "/training/tell-us?course=BRIEF"


def test_what_ran_out_leads_to_the_course_on_its_own_site_first(sign_in: SignIn) -> None:
    page = sign_in("staff").page("/my-training")
    (item,) = page.select(".app-tasks__item")
    text = text_of(item)
    assert "Prevent awareness for everybody Overdue: expired Now: it ran out on" in text
    assert "Home Office. Opens on GOV.UK. 40 minutes." in text
    link = one(item, "a[rel=noreferrer]")
    assert (link.get_text(), link["href"]) == ("Prevent awareness", "https://www.gov.uk/")
    assert "Team briefing The council. Ask your training team for dates. 20 minutes. Only to renew." in text
    assert one(item, "a[href^='/training']")["href"] == "/training/tell-us?course=PREV"


def test_a_measure_is_asked_of_nobody(sign_in: SignIn) -> None:
    assert "e-learning alone" not in text_of(sign_in("staff").page("/my-training"))


def test_what_is_up_to_date_says_until_when_and_asks_for_nothing(as_person: As, borough: Borough) -> None:
    page = as_person("Two").page("/my-training")
    assert answer(page) == "You are up to date. There is nothing to do."
    found = card(page)
    assert found["label"] == "Next to renew"
    assert found["status"] == "Up to date"
    assert found["By when"].startswith("It runs out on ")
    assert "Where" not in found
    assert "Tell us that you have done it" not in text_of(page)


def test_what_runs_out_soon_is_to_do_and_not_overdue(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 715)
    page = as_person("Kit").page("/my-training")
    assert answer(page) == "You are up to date. 1 thing runs out soon."
    found = card(page)
    assert found["status"] == "Expires soon"
    assert found["By when"].startswith("By ")
    assert found["By when"].endswith("when it runs out")
    assert found["Where"].startswith("Prevent awareness Home Office. Opens on GOV.UK.")


def test_what_is_not_yet_due_says_by_when(as_person: As, borough: Borough) -> None:
    page = as_person("Kit").page("/my-training")
    assert answer(page) == "Nothing is overdue. You have 1 thing to do."
    found = card(page)
    due = date.fromordinal(borough.today.toordinal() + 70)
    assert found["status"] == "Not yet due"
    assert found["By when"] == f"By {long_date(due)}, in 2 months"
    assert found["Why me"] == "Because everyone in your organisation has to do it"


@pytest.mark.parametrize(
    "recorded_at, day",
    [
        (datetime(2026, 5, 3, 9, tzinfo=UTC), "3 May 2026"),
        # In June midnight in London is an hour before midnight UTC.
        (datetime(2026, 6, 2, 23, 30, tzinfo=UTC), "3 June 2026"),
    ],
)
@pytest.mark.parametrize("name", ["Kit", "Uma"], ids=["not yet due", "overdue"])
def test_what_was_sent_in_waits_since_the_day_on_which_it_was_recorded_in_london(
    as_person: As, session: Session, borough: Borough, recorded_at: datetime, day: str, name: str
) -> None:
    with adding(session, borough, recorded_at) as builder:
        builder.completion(name, "PREV", 5, Evidence.AWAITING)
    page = as_person(name).page("/my-training")
    assert answer(page) == "You have nothing to do. 1 thing is waiting for a check."
    found = card(page)
    assert found["label"] == "Sent in"
    assert found["status"] == f"Waiting for a check since {day}"
    assert found["What now"] == "Nothing to do: your training team will check it"
    assert "Tell us that you have done it" not in text_of(page)


def test_a_rejected_completion_does_not_wait(as_person: As, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 5, Evidence.REJECTED)
    assert card(as_person("Kit").page("/my-training"))["status"] == "Not yet due"


def test_a_renewal_that_waits_is_not_asked_for_again(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 715)
        builder.completion("Kit", "PREV", 1, Evidence.AWAITING)
    found = card(as_person("Kit").page("/my-training"))
    assert found["status"].startswith("Waiting for a check since")
    assert found["What now"].startswith("Nothing to do. What you did before counts until ")


def test_somebody_away_is_told_that_nothing_is_asked(as_person: As) -> None:
    page = as_person("Bo").page("/my-training")
    assert answer(page) == "Nothing is asked of you while you are away from work."
    assert not page.select(".app-next")
    (item,) = tasks(page)
    assert "You are recorded as away from work, with no day of return; nothing is asked of you" in item
    assert "arental" not in text_of(page)


def test_somebody_away_for_a_time_is_told_until_when(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        absence = AbsenceRow(
            person_id=borough.ids["Uma"],
            kind=AbsenceKind.LONG_TERM_SICK,
            first_day=builder.ago(40),
            last_day=builder.ago(-40),
            **recorded(builder.stamp),
        )
        session.add(absence)
        until = long_date(absence.last_day)
    page = as_person("Uma").page("/my-training")
    assert f"You are recorded as away from work until {until}; nothing is asked of you" in text_of(page)


def test_somebody_exempt_is_told_until_when_and_never_why(as_person: As, borough: Borough) -> None:
    page = as_person("Cy").page("/my-training")
    assert answer(page) == "Nothing is asked of you today."
    until = long_date(date.fromordinal(borough.today.toordinal() + 30))
    (item,) = tasks(page)
    assert f"You are exempt until {until}; nothing is asked of you" in item
    assert "Trained elsewhere" not in text_of(page)
    assert "Head of Community Safety" not in text_of(page)


def test_somebody_of_whom_nothing_is_required_is_told_what_to_do_about_it(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.person("Gov", SCHOOL, title="Governor")
    page = as_person("Gov").page("/my-training")
    assert answer(page) == "No training is required of you."
    assert "look again in a few days" in text_of(page)
    assert one(page, ".app-empty a")["href"] == "/account/details"
    assert not page.select(".app-next, .app-tasks")


@pytest.mark.parametrize("category", ["member", "agency", "partner", "volunteer", "contractor"])
def test_everybody_we_count_has_the_page_whatever_they_are(
    as_person: As, session: Session, borough: Borough, category: str
) -> None:
    with adding(session, borough) as builder:
        builder.person("Any", PARTNER if category == "partner" else HOMES, days=300, category=category)
    assert card(as_person("Any").page("/my-training"))["status"] == "Overdue: not started"


def test_an_account_of_nobody_is_told_why_it_has_no_such_pages(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    for address in ("/my-training", "/my-training/history", "/my-training/history.csv", "/account/details"):
        page = client.page(address, status=403)
        assert "Your account is not linked to one." in text_of(page)
        assert "ask your training team to link your account to it" in text_of(page)


def test_a_leaver_sees_nothing(app: Flask, session: Session, borough: Borough, as_person: As) -> None:
    client = as_person("Uma")
    assert client.get("/my-training").status_code == 200
    with adding(session, borough) as builder:
        held = select(PostSpellRow.id).where(PostSpellRow.person_id == borough.ids["Uma"])
        retract(session, PostSpellRow, session.scalars(held.order_by(PostSpellRow.id)), builder.stamp, "left")
        builder.post("Uma", RESOURCES, days=1000, ended=1)
    for address in ("/my-training", "/my-training/history", "/my-training/history.csv", "/account/details"):
        assert client.get(address).status_code == 302


def test_what_presses_most_comes_first_and_the_earliest_day_before_the_later(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    codes = [f"R{number}" for number in range(4)]
    # Due after so many days, for somebody who began 20 days ago: overdue by 10, due in 40, overdue by 15, due in 10.
    days = dict(zip(codes, (10, 60, 5, 30), strict=True))
    change_rules(
        session,
        borough,
        requirements=(
            *book.requirements,
            *(replace(book.requirements[1], code=code, title=f"Requirement {code}") for code in codes),
        ),
        links=(*book.links, *(RoleLink(code, "*", days[code]) for code in codes)),
        accepted=(*book.accepted, *(replace(book.accepted[0], requirement=code) for code in codes)),
    )
    page = as_person("Kit").page("/my-training")
    assert answer(page) == "You are not up to date. 2 things are overdue."
    assert card(page)["title"] == "Requirement R2"
    shown = [text_of(title) for title in page.select(".app-tasks__title")]
    assert shown == ["Requirement R0", "Requirement R3", "Requirement R1", "Prevent awareness for everybody"]


def test_a_course_that_needs_another_first_says_which(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    brief = replace(book.courses[1], prerequisites=("PREV",))
    change_rules(session, borough, courses=(book.courses[0], brief))
    with adding(session, borough) as builder:
        builder.person("New", HOMES, roles="street", days=10)
    page = as_person("New").page("/my-training")
    found = card(page)
    assert found["title"] == "Leaflets and stalls"
    assert found["Where"].startswith("First do Prevent awareness , and then Team briefing")
    assert one(page, ".app-next dd a")["href"] == "https://www.gov.uk/"


def test_a_renewal_rule_with_a_window_says_from_when(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    aware = replace(book.requirements[0], renewal=Renewal("anniversary", window_days=90))
    change_rules(session, borough, requirements=(aware, *book.requirements[1:]))
    page = as_person("Two").page("/my-training")
    assert "You can renew it from " in card(page)["By when"]


def test_the_post_that_asks_for_it_is_named_where_somebody_holds_several(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    change_rules(session, borough, role_rules=(RoleRule("street", job_title="Governor"),))
    page = as_person("Two").page("/my-training")
    assert card(page)["title"] == "Leaflets and stalls"
    assert card(page)["Why me"] == "Because your post as Governor is in Street teams"
    assert book.roles[0].title == "Street teams"


def test_a_role_that_somebody_has_left_is_spoken_of_as_past(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    change_rules(session, borough, links=(*book.links, RoleLink(AWARE, "street", 5)))
    with adding(session, borough) as builder:
        builder.person("Jo", HOMES, roles="street", days=100, ended=51)
        builder.post("Jo", COUNCIL, days=50)
    found = card(as_person("Jo").page("/my-training"))
    assert found["title"] == "Prevent awareness for everybody"
    assert found["Why me"] == "Because your post was in Street teams"


def test_the_rule_book_cannot_put_a_script_behind_a_link(
    as_person: As, session: Session, borough: Borough
) -> None:
    book = rule_book()
    bad = Course("PREV", "Prevent awareness", "Home Office", "e_learning", 40, 24, (), "javascript:alert(1)")
    change_rules(session, borough, courses=(bad, book.courses[1]))
    page = as_person("Kit").page("/my-training")
    assert "javascript" not in str(page)
    assert card(page)["Where"] == "Prevent awareness Home Office. Ask your training team where to find it."


def test_a_requirement_without_any_course_that_would_do_says_whom_to_ask(
    as_person: As, session: Session, borough: Borough
) -> None:
    change_rules(session, borough, accepted=())
    page = as_person("Kit").page("/my-training")
    assert card(page)["Where"] == "Ask your training team which course to do"
    assert one(page, ".app-next__done a")["href"] == "/training/tell-us"


def test_my_training_is_about_nobody_else(as_person: As, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        builder.completion("Uma", "BRIEF", 3, Evidence.AWAITING)
        session.add(
            DetailRequestRow(
                person_id=borough.ids["Uma"],
                detail="name",
                should_be="Somebody Else",
                **recorded(builder.stamp),
            )
        )
        session.add(
            ExemptionRow(
                person_id=borough.ids["Uma"],
                requirement_id=None,
                reason="Hers alone",
                approved_by="Nobody",
                first_day=builder.ago(3),
                last_day=builder.ago(-3),
                **recorded(builder.stamp),
            )
        )
    client = as_person("Kit")
    for address in ("/my-training", "/my-training/history", "/my-training/history.csv", "/account/details"):
        text = client.get(address).get_data(as_text=True)
        for other in set(borough.people) - {"Kit", "Ola"}:
            assert f"{other} Tester" not in text
            assert f"N-{other}" not in text
            assert borough.people[other] not in text
        assert "Somebody Else" not in text
        assert "Hers alone" not in text
        assert "Team briefing" not in text or address == "/my-training"
    assert STALLS not in client.get("/my-training").get_data(as_text=True)


def test_an_address_offers_no_way_to_somebody_else(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("staff")
    own = client.get("/my-training").get_data(as_text=True)
    for query in (f"person={borough.people['Uma']}", f"person_id={borough.ids['Uma']}"):
        other = client.get(f"/my-training?{query}").get_data(as_text=True)
        assert other.partition("<main")[2] == own.partition("<main")[2]
