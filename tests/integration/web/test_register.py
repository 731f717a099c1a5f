"""The signed register, page by page, as a manager records it for people without a computer."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from courses.models import CompletionRow, EvidenceFileRow
from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.models import DelegationRow, PersonDetailRow, PostSpellRow, UnitRow
from tests.borough import HOMES, Borough, Builder
from tests.certificates import certificate, photograph
from tests.integration.web.sending import day_boxes, follow, upload
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
START = "/my-team/register"
TEAM = {"Sam", "Ola", "Kit", "Ash", "Bo", "Cy", "Two"}


@pytest.fixture
def day() -> date:
    return clock.today() - timedelta(days=2)


def boxes(day: date) -> dict[str, str]:
    return day_boxes(str(day.day), str(day.month), str(day.year))


def begin(client: PageClient, content: bytes | None = None) -> str:
    answer = upload(
        client, START, content or photograph(), "register.jpg" if content is None else "register.pdf"
    )
    return str(answer.headers["Location"])


def describe(client: PageClient, address: str, day: date, course: str = "BRIEF") -> BeautifulSoup:
    return follow(client, client.send(address, course=course, provider="A trainer", **boxes(day)))


def tick(client: PageClient, address: str, people: Iterable[str], **more: str) -> BeautifulSoup:
    answer = send_people(client, address, people, **more)
    return follow(client, answer)


def send_people(client: PageClient, address: str, people: Iterable[str], **more: str):  # type: ignore[no-untyped-def]  # werkzeug's answer
    page = client.page(f"{address}/people", {"page": more.pop("page", "1")})
    form = page.select_one("main form")
    assert form is not None
    data: dict[str, object] = {"shown": [], "people": list(people), **more}
    for one in form.select("input[type=hidden]"):
        if one["name"] == "shown":
            data["shown"].append(str(one["value"]))  # type: ignore[attr-defined]  # a list, see above
        else:
            data[str(one["name"])] = str(one["value"])
    return client.post(str(form["action"]), data=data)


def told(session: Session) -> list[CompletionRow]:
    session.rollback()
    query = select(CompletionRow).where(CompletionRow.source == "register").order_by(CompletionRow.person_id)
    return list(session.scalars(query))


def without_email(session: Session, borough: Borough, *names: str) -> None:
    """Take the e-mail addresses of these people out of the record."""
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        for name in names:
            row = session.scalars(
                select(PersonDetailRow).where(
                    PersonDetailRow.person_id == borough.ids[name], PersonDetailRow.retracted_at.is_(None)
                )
            ).one()
            facts.retract(session, PersonDetailRow, [row.id], stamp, "no email")
            session.add(
                PersonDetailRow(
                    person_id=row.person_id,
                    first_name=row.first_name,
                    last_name=row.last_name,
                    email=None,
                    category=row.category,
                    **recorded(stamp),
                )
            )


def test_a_manager_records_a_session_for_people_without_a_computer(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    without_email(session, borough, "Two", "Kit")
    client = sign_in("manager")
    address = begin(client)
    people = describe(client, address, day)
    listed = [text_of(item) for item in people.select(".govuk-checkboxes__item")]
    assert listed[0].startswith("Kit Tester")
    assert "no email" in listed[0]
    assert "no email" in listed[1]
    assert "no email" not in listed[2]
    assert {line.split()[0] for line in listed} == TEAM
    check = tick(client, address, [borough.people[name] for name in ("Two", "Kit")])
    assert "these 2 people took part and signed" in text_of(check)
    sent = follow(client, client.send(f"{address}/check"))
    assert "Recorded for 2 people" in text_of(sent)
    assert f"Waiting for a check since {long_date(clock.today())}" in text_of(sent)
    rows = told(session)
    assert {row.person_id for row in rows} == {borough.ids["Two"], borough.ids["Kit"]}
    assert {(row.evidence, row.provider, row.completed_on) for row in rows} == {
        ("awaiting", "A trainer", day)
    }
    files = session.scalars(select(EvidenceFileRow)).all()
    assert len({file.stored_as for file in files}) == 1
    assert {file.purpose for file in files} == {"register"}
    assert len(files) == 2


def test_without_a_register_there_is_no_way_on(sign_in: SignIn) -> None:
    client = sign_in("manager")
    answer = upload(client, START, None)
    assert answer.status_code == 422
    assert "Choose the signed register" in answer.get_data(as_text=True)


def test_nobody_ticked_is_said(sign_in: SignIn, day: date) -> None:
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    answer = send_people(client, address, [])
    assert answer.status_code == 422
    assert "Select the people who signed the register" in answer.get_data(as_text=True)


@pytest.mark.parametrize("reader", ["staff", "learning", "coordinator", "auditor", "partner"])
def test_whoever_leads_nobody_records_nobody(reader: str, sign_in: SignIn) -> None:
    client = sign_in(reader)
    for page in ("", "/x", "/x/people", "/x/check", "/x/sent"):
        assert client.get(f"{START}{page}").status_code == 403


@pytest.mark.parametrize("stranger", ["Mo", "Dana", "Uma", "Pia"])
def test_somebody_of_another_team_or_oneself_cannot_be_ticked(
    stranger: str, sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    """G45: one who is not yours, and none is done."""
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    answer = send_people(client, address, [borough.people["Sam"], borough.people[stranger]])
    assert answer.status_code == 422
    page = answer.get_data(as_text=True)
    assert "1 person you ticked cannot be chosen" in page
    assert stranger == "Mo" or f"{stranger} Tester" not in page
    assert told(session) == []


def test_somebody_who_left_the_team_meanwhile_stops_all_of_it(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    page = tick(client, address, [borough.people["Sam"], borough.people["Ash"]])
    fields = {one["name"]: one["value"] for one in page.select("main form input[type=hidden]")}
    move(session, borough, "Ash")
    answer = client.post(f"{address}/check", data=fields)
    assert answer.status_code == 422
    assert "1 person you ticked is not in your team any more, so nothing was recorded for anybody" in (
        answer.get_data(as_text=True)
    )
    assert told(session) == []
    tick(client, address, [borough.people["Sam"]])
    client.send(f"{address}/check")
    assert [row.person_id for row in told(session)] == [borough.ids["Sam"]]


def move(session: Session, borough: Borough, name: str) -> None:
    """Give somebody another manager: Vic."""
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        row = session.scalars(
            select(PostSpellRow).where(
                PostSpellRow.person_id == borough.ids[name], PostSpellRow.retracted_at.is_(None)
            )
        ).one()
        facts.retract(session, PostSpellRow, [row.id], stamp, "moved")
        session.add(
            PostSpellRow(
                person_id=row.person_id,
                post_ref=row.post_ref,
                unit_id=row.unit_id,
                job_title=row.job_title,
                manager_ref="N-Vic",
                roles=row.roles,
                first_day=row.first_day,
                last_day=row.last_day,
                **recorded(stamp),
            )
        )
        facts.touch(session, [row.person_id])


def test_those_who_have_it_on_record_are_named_and_left_out(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("manager")
    answers = []
    for names in (("Sam",), ("Sam", "Ash")):
        address = begin(client)
        describe(client, address, day)
        answers.append(tick(client, address, [borough.people[name] for name in names]))
        client.send(f"{address}/check")
    page = answers[-1]
    assert "This person has this course on this date on record already, and will be left out: Sam Tester" in (
        text_of(page)
    )
    assert "by sending this you say that this person took part" in text_of(page).lower()
    assert len(told(session)) == 2
    address = begin(client)
    describe(client, address, day)
    page = tick(client, address, [borough.people["Sam"]])
    assert "There is nobody left to record" in text_of(page)
    assert not page.select("main form")


def test_a_register_that_can_be_read_fills_in_and_is_compared(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("manager")
    paper = certificate("Team briefing", f"{long_date(day)}", "Sam Tester", "A. Tester")
    address = begin(client, paper)
    page = client.page(address)
    assert [option["value"] for option in page.select("#course option[selected]")] == ["BRIEF"]
    describe(client, address, day)
    page = tick(client, address, [borough.people[name] for name in ("Sam", "Ash", "Kit")])
    assert "Not found by name in the file: Kit Tester." in text_of(page)
    client.send(f"{address}/check")
    session.rollback()
    concerns = {row.person_id: row.concerns for row in session.scalars(select(EvidenceFileRow))}
    assert concerns == {
        borough.ids["Sam"]: [],
        borough.ids["Ash"]: [],
        borough.ids["Kit"]: ["name_differs"],
    }


def test_another_register_keeps_the_other_answers(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    check = tick(client, address, [borough.people["Sam"]])
    change = str(check.select("main dd.govuk-summary-list__actions a")[0]["href"])
    check = follow(client, upload(client, change, certificate("Sam Tester"), "register.pdf"))
    assert "A PDF" in text_of(check)
    assert "Sam Tester" in text_of(check)


def test_a_double_click_records_once(sign_in: SignIn, session: Session, borough: Borough, day: date) -> None:
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    page = tick(client, address, [borough.people["Sam"]])
    fields = {one["name"]: one["value"] for one in page.select("main form input[type=hidden]")}
    for _ in range(2):
        assert client.post(f"{address}/check", data=fields).headers["Location"] == f"{address}/sent"
    for page_of_it in ("", "/people", "/check"):
        assert client.get(f"{address}{page_of_it}").headers["Location"] == f"{address}/sent"
    assert len(told(session)) == 1


def test_a_delegate_records_for_the_team_that_was_handed_over(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    """Sam leads nobody, and looks after Vic's team for a week."""
    with transaction(session):
        session.add(
            DelegationRow(
                manager_id=borough.ids["Vic"],
                delegate_id=borough.ids["Sam"],
                first_day=borough.today - timedelta(days=1),
                last_day=borough.today + timedelta(days=5),
                **recorded(Stamp("command:tests", clock.now())),
            )
        )
    client = sign_in("staff")
    address = begin(client)
    people = describe(client, address, day)
    assert {text_of(item).split()[0] for item in people.select(".govuk-checkboxes__item")} == {"Uma"}
    tick(client, address, [borough.people["Uma"]])
    client.send(f"{address}/check")
    assert [row.person_id for row in told(session)] == [borough.ids["Uma"]]


def more_people(session: Session, borough: Borough, count: int) -> list[str]:
    """So many more people in Mo's team; gives their public ids."""
    with transaction(session):
        builder = Builder(session, clock.today())
        unit = session.scalars(select(UnitRow.id).where(UnitRow.path == HOMES)).one()
        builder._unit_ids[HOMES] = unit
        for number in range(count):
            builder.person(f"New{number:03}", HOMES, "Mo")
        session.flush()
        facts.touch(session, builder.found.ids.values())
        session.execute(update(UnitRow).where(UnitRow.id == unit).values(name=UnitRow.name))
    return [builder.found.people[f"New{number:03}"] for number in range(count)]


def test_fifty_people_on_one_register(sign_in: SignIn, session: Session, borough: Borough, day: date) -> None:
    new = more_people(session, borough, 50)
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    tick(client, address, new)
    sent = follow(client, client.send(f"{address}/check"))
    assert "Recorded for 50 people" in text_of(sent)
    assert len(told(session)) == 50
    assert session.scalar(select(func.count(func.distinct(EvidenceFileRow.stored_as)))) == 1


def test_a_large_team_is_chosen_from_page_by_page(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    new = more_people(session, borough, 120)
    client = sign_in("manager")
    address = begin(client)
    page = describe(client, address, day)
    assert "1 to 100 of 127 people" in text_of(page)
    page = tick(client, address, [new[0], new[1]], go="2")
    assert "101 to 127 of 127 people" in text_of(page)
    assert "2 of 127 people selected" in text_of(page)
    page = tick(client, address, [borough.people["Two"]], page="2", go="1")
    assert len(page.select("input[name=people][checked]")) == 2
    page = tick(client, address, [new[1]], looked_for="new001", go="1")
    assert len(page.select("input[name=people]")) == 1
    assert "new001" not in str(page.select_one("main form")["action"])  # type: ignore[index]  # there is one
    page = tick(client, address, [new[1]], looked_for="")
    assert "these 2 people" in text_of(page)
    client.send(f"{address}/check")
    assert len(told(session)) == 2


def test_looking_for_nobody_says_so(sign_in: SignIn, session: Session, borough: Borough, day: date) -> None:
    """G20: what is typed is looked for letter by letter."""
    more_people(session, borough, 20)
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    for words in ("%", "_", "(a+)+$", "\\", "'"):
        page = tick(client, address, [], looked_for=words, go="1")
        assert "Nobody in your team has such a name" in text_of(page)
    answer = send_people(client, address, [], looked_for="x" * 10_000, go="1")
    assert answer.status_code == 422
    assert "Look for a shorter name" in answer.get_data(as_text=True)


def test_more_than_two_hundred_signed_no_register(
    sign_in: SignIn, session: Session, borough: Borough, day: date
) -> None:
    new = more_people(session, borough, 201)
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    answer = send_people(client, address, new)
    assert answer.status_code == 422
    assert "A register may have up to 200 people. You have selected 201" in answer.get_data(as_text=True)


def test_a_page_asks_as_many_questions_of_a_large_team_as_of_a_small_one(
    sign_in: SignIn, session: Session, engine: Engine, borough: Borough, day: date
) -> None:
    client = sign_in("manager")
    address = begin(client)
    describe(client, address, day)
    tick(client, address, [borough.people["Sam"], borough.people["Kit"]])
    pages = [
        START,
        address,
        f"{address}/people",
        f"{address}/check",
        f"/people/{borough.people['Sam']}/evidence",
    ]
    few = [statements(engine, client, page) for page in pages]
    new = more_people(session, borough, 60)
    tick(client, address, new)
    assert [statements(engine, client, page) for page in pages] == few
    assert max(few) <= 20


def statements(engine: Engine, client: PageClient, page: str) -> int:
    """How many statements a page sends to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    assert client.get(page).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    return len(seen)
