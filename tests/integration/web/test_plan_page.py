"""The plan at a glance: every number is that of the report of targets, and what waits leads to where it is done."""

import re
from datetime import date

from bs4 import BeautifulSoup
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from compliance.domain.figures import Rag
from compliance.models import TargetRow
from foundation import clock
from foundation.dates import financial_year_end
from foundation.db import transaction
from foundation.facts import touch_rules
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import Account, Permission
from reports import store
from reports.catalogue.figures.targets import last_quarter_end
from reports.domain.assurance import Judged, Score, year_of
from reports.domain.commentary import Said
from reports.domain.description import Cell, Format, Percent, Points
from reports.domain.schedule import Every, Wanted
from reports.services.building import build
from reports.services.plan import Sending, glance, last_quarter_ends
from reports.store import assurance as assurance_store
from reports.store import schedules as schedule_store
from tests.borough import Borough
from tests.integration.web.conftest import SignIn
from tests.pages import text_of as words_of

PLAN = "/reports/plan"


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def tracker(session: Session, organisation_ids: frozenset[int] | None = None) -> list[dict[str, Cell]]:
    """The rows of the report of targets of today."""
    session.rollback()
    report = build(session, "targets", clock.today(), clock.now(), "tests", "Council", organisation_ids)
    table = report.tables[0]
    return [{one.key: cell for one, cell in zip(table.columns, row, strict=True)} for row in table.rows]


def actions(page: BeautifulSoup) -> dict[str, str]:
    """What the page says about each action, by its heading."""
    found: dict[str, str] = {}
    for heading in page.select("h3[id^=action-]"):
        said = []
        for one in heading.find_next_siblings():
            if one.name in ("h2", "h3"):
                break
            said.append(words_of(one))
        found[words_of(heading)] = " ".join(said)
    return found


def test_every_number_is_that_of_the_report_of_the_day(sign_in: SignIn, session: Session) -> None:
    page = sign_in("coordinator").page(PLAN)
    found, rows = actions(page), tracker(session)
    aims = [row for row in rows if row["plan_ref"]]
    assert len(found) == len(aims) == 2
    for row in aims:
        said = found[f"Action {row['plan_ref']}: {row['title']}"]
        now, before, ahead = row["percent"], row["before"], row["year_end"]
        assert isinstance(now, Percent)
        assert isinstance(before, Percent)
        assert isinstance(ahead, Percent)
        assert f"{row['in_date']} of {row['counted']} ({now})" in said
        assert row["rag"]
        assert str(row["rag"]) in said
        assert f"Target {row['target']}" in said
        assert f"{row['people_to_target']} more p" in said or row["people_to_target"] == 0
        year_end = long_date(financial_year_end(clock.today()))
        assert f"On {year_end}, if nobody renews {ahead.part} of {ahead.whole} ({ahead})" in said
        assert said_change(row["change"], before) in said
        missing = now.whole - now.part
        assert f"{missing} p" in said or not missing
    without = words_of(page.select("#others")[0])
    for row in rows:
        if not row["plan_ref"]:
            assert f"{row['title']} {row['in_date']} of {row['counted']} ({row['percent']})" in without


def said_change(moved: Cell, before: Percent) -> str:
    since = f"since {long_date(last_quarter_end(clock.today()))}"
    if not isinstance(moved, Points):
        return f"No figure on {since.removeprefix('since ')}"
    if moved.tenths == 0:
        return f"No change {since} ({before})"
    direction = "Up" if moved.tenths > 0 else "Down"
    return f"{direction} {abs(moved.tenths) // 10}.{abs(moved.tenths) % 10} point"


def test_the_line_says_in_words_what_the_table_says(sign_in: SignIn) -> None:
    page = sign_in("auditor").page(PLAN)
    assert len(page.select("svg[role=img]")) == len(page.select("h3[id^=action-]"))
    for number, drawing in enumerate(page.select("svg[role=img]"), start=1):
        assert drawing.select_one("title")
        said = words_of(drawing.select("desc")[0])
        rows = page.select(f"#numbers-{number} tbody tr")
        assert [words_of(row.select("th")[0]) for row in rows] == [
            long_date(end) for end in last_quarter_ends(clock.today())
        ]
        for row in rows:
            assert f"{words_of(row.select('th')[0])}: {words_of(row.select('td')[0])}." in said
    assert not page.select("[style]")


def test_a_partner_lead_sees_their_own_organisation_and_no_work_of_the_council(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    page = sign_in("partner").page(PLAN)
    own = tracker(session, frozenset({borough.organisations["Harbour Trust"]}))
    row = next(one for one in own if one["requirement"] == "AWARE")
    said = actions(page)[f"Action 5: {row['title']}"]
    assert f"{row['in_date']} of {row['counted']} ({row['percent']})" in said
    links = {str(link["href"]) for link in page.select("main a")}
    assert not [link for link in links if re.search("need|reminders|commentary|assurance|schedules", link)]


def test_what_waits_leads_to_where_it_is_done_and_goes_once_it_is_done(
    sign_in: SignIn, session: Session
) -> None:
    today, page = clock.today(), sign_in("coordinator")
    quarter = last_quarter_end(today)
    with transaction(session):
        says = Judged(Score.NOT_MET, "red", action="Write a plan", due_on=date(2020, 1, 1))
        assurance_store.add_line(session, stamp(), year_of(today), "plan", says)
        wanted = Wanted("targets", Every.YEAR, None, ("coordinator@council.example",), today)
        schedule_store.add_schedule(session, stamp(), wanted)
    shown = page.page(PLAN)
    words = words_of(shown)
    assert "1 completion waits for a check" in words
    assert f"No commentary for {long_date(quarter)} yet on 2 actions" in words
    assert words.count("No commentary for") == 1
    assert "Write it by" not in words
    assert "Overdue since 1 January 2020: A plan of training is approved and dated" in words
    assert "Delivery-plan target tracker goes out by itself" in words
    for link in shown.select("main ul.govuk-list--bullet a"):
        assert page.get(str(link["href"])).status_code == 200
    with transaction(session):
        for code in ("AWARE", "STALLS"):
            said = Said("It went up.", "The coordinator", Rag.AMBER)
            store.add_note(session, stamp(), "targets", quarter, code, said)
        line = assurance_store.standing(session, year_of(today), "plan")
        assert line is not None
        assurance_store.take_out(session, stamp(), line.public_id, "done")
    words = words_of(page.page(PLAN))
    assert "No commentary" not in words
    assert "Overdue since" not in words


def test_two_schedules_of_one_report_and_day_are_one_line(sign_in: SignIn, session: Session) -> None:
    today = clock.today()
    with transaction(session):
        for form in (None, Format.PDF):
            wanted = Wanted("targets", Every.YEAR, form, ("coordinator@council.example",), today)
            schedule_store.add_schedule(session, stamp(), wanted)
    words = words_of(sign_in("coordinator").page(PLAN))
    assert words.count("Delivery-plan target tracker goes out by itself") == 1


def test_until_when_commentary_can_be_written_is_said_while_the_report_waits(
    session: Session, borough: Borough
) -> None:
    end, first = date(2026, 9, 30), date(2026, 9, 1)
    account = Account(1, "x", "x@council.example", permissions=frozenset({Permission.COORDINATOR}))
    with transaction(session):
        wanted = Wanted("targets", Every.QUARTER, None, ("coordinator@council.example",), first)
        schedule_store.add_schedule(session, stamp(), wanted)
    for day, until in ((5, date(2026, 10, 10)), (10, date(2026, 10, 10)), (11, None)):
        waiting = glance(session, account, date(2026, 10, day)).waiting
        assert waiting.commentary_until == until
        assert waiting.sending == (Sending("targets", end, date(2026, 10, 11)),)


def test_without_targets_the_page_says_so_and_shows_the_figures(sign_in: SignIn, session: Session) -> None:
    with transaction(session):
        session.execute(
            update(TargetRow).values(
                retracted_at=clock.now(), retracted_by="command:tests", retracted_reason="tests"
            )
        )
        touch_rules(session, None)
    page = sign_in("coordinator").page(PLAN)
    assert "No target is in force" in words_of(page)
    assert len(page.select("#others tbody tr")) == 3
    assert not page.select("svg[role=img]")


def test_it_is_the_first_link_among_the_reports(sign_in: SignIn) -> None:
    for reader in ("coordinator", "partner"):
        links = [str(one["href"]) for one in sign_in(reader).page("/reports").select("main a")]
        assert links[0] == PLAN
    for reader in ("staff", "manager"):
        assert sign_in(reader).get(PLAN).status_code == 403


def test_the_page_asks_a_fixed_number_of_questions(sign_in: SignIn, session: Session) -> None:
    page = sign_in("coordinator")
    page.get(PLAN)
    engine, asked = session.get_bind(), []
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    page.get(PLAN)
    assert 0 < len([one for one in asked if one.lstrip().upper().startswith(("SELECT", "WITH"))]) <= MOST


MOST = 40
"""Statements of a page; signing in, the frame and the rules are among them."""
