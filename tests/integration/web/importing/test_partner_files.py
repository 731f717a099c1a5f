"""A partner lead loads completions of the own people, and learns nothing of others by it (promises 8; C22, C23)."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.services import figures
from compliance.services.figures import Question
from compliance.services.importing import reach
from compliance.services.importing.runs import State
from courses.domain import Source
from courses.imports import completions
from courses.imports.completion_rows import RESERVED
from courses.imports.lead_rows import DIFFERENT, NOT_ACCEPTED, REJECTED
from courses.models import CompletionRow
from foundation import clock
from foundation.db import transaction
from foundation.facts import retract
from foundation.stamp import Stamp
from people.imports import known_people
from people.imports.part import NOT_YOURS
from people.models import AccountRow, PermissionRow, PostSpellRow
from tests.belongings import OTHER_PARTNER
from tests.borough import HOMES, PARTNER, Borough, email_of
from tests.integration.imports.desk import everything
from tests.integration.web.conftest import SignIn
from tests.integration.web.importing.page_desk import PageDesk, newcomers
from tests.integration.web.importing.test_loading import ago
from tests.integration.web.staff import adding
from tests.pages import text_of

OWN = ("Pia", "Per", "Pat", "Pip", "Pol", "Pam")


def row(ref: str, days: int = 5, **more: str) -> dict[str, str]:
    return {"person_ref": ref, "email": "", "course_code": "PREV", "completed_on": ago(days), **more}


@pytest.fixture
def lead(app: Flask, session: Session, borough: Borough, sign_in: SignIn, started: list[str]) -> PageDesk:
    with adding(session, borough) as builder:
        builder.organisation(OTHER_PARTNER, "vcs")
        builder.person("Xan", OTHER_PARTNER, category="partner")
    return PageDesk(app, session, borough, sign_in("partner"), started)


@pytest.fixture
def council(lead: PageDesk, sign_in: SignIn) -> PageDesk:
    return PageDesk(lead.app, lead.session, lead.borough, sign_in("learning"), lead.started)


def account(desk: PageDesk, reader: str) -> AccountRow:
    return desk.session.scalars(select(AccountRow).where(AccountRow.email == email_of(reader))).one()


def recorded(desk: PageDesk, name: str) -> list[tuple[str, str]]:
    """Day and evidence of what somebody completed, as it stands."""
    desk.session.rollback()
    query = select(CompletionRow.completed_on, CompletionRow.evidence).where(
        CompletionRow.person_id == desk.borough.ids[name], CompletionRow.retracted_at.is_(None)
    )
    return [
        (day.isoformat(), evidence)
        for day, evidence in desk.session.execute(query.order_by(CompletionRow.id))
    ]


def main_of(desk: PageDesk, address: str) -> str:
    """What a page says."""
    main = desk.client.page(address).select_one("main")
    assert main is not None
    return text_of(main)


def what_is_wrong(page: BeautifulSoup) -> list[tuple[str, str]]:
    """Row and message of the table of what was set aside."""
    rows = page.select("#aside tbody tr") or page.select("table tbody tr")
    return [(text_of(one.select("th")[0]), text_of(one.select("td")[-1])) for one in rows]


def test_what_a_lead_loads_is_recorded_and_waits_for_a_check(lead: PageDesk) -> None:
    run = lead.looked_over(
        "completions",
        [
            row("N-Pip", evidence="trusted"),
            row("", email="pol@council.example"),
            row("N-Pam", evidence="verified"),
        ],
    )
    text = lead.text(run)
    assert "New completions 3" in text
    assert "waits for a check by somebody else" in text
    assert lead.confirm(run).status_code == 302
    assert lead.work() is State.APPLIED
    assert {name: recorded(lead, name) for name in ("Pip", "Pol", "Pam")} == {
        name: [(ago(5), "awaiting")] for name in ("Pip", "Pol", "Pam")
    }
    assert "counts once it is accepted" in lead.text(run)
    assert "from now on" not in lead.text(run), "nothing counts by it yet"
    with transaction(lead.session):
        (source,) = set(
            lead.session.scalars(select(CompletionRow.source).where(CompletionRow.evidence == "awaiting"))
        ) - {"tests"}
    assert source == Source.PARTNER_FILE, "whatever system they name"


@pytest.mark.parametrize("source", [*Source, " Self", "BY_HAND "])
@pytest.mark.parametrize("reader", ["lead", "council"])
def test_no_file_says_that_it_comes_from_what_we_call_our_own(
    lead: PageDesk, council: PageDesk, source: str, reader: str
) -> None:
    desk = lead if reader == "lead" else council
    answer = desk.upload("completions", [row("N-Pip")], source=source)
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert [text_of(one) for one in page.select(".govuk-error-summary a")] == [
        RESERVED.format(source.strip())
    ]
    assert desk.started == []


@pytest.mark.parametrize(
    "others",
    [
        [row("N-Sam"), row("N-Xan"), row("N-Nobody")],
        [row("", email=f"{name}@council.example") for name in ("sam", "xan", "nobody")],
    ],
)
def test_a_row_about_anybody_else_says_what_a_row_about_nobody_says(
    lead: PageDesk, others: list[dict[str, str]]
) -> None:
    run = lead.looked_over("completions", [row("N-Pip"), *others])
    page = lead.page(run)
    wrong = what_is_wrong(page)
    assert [line for line, _ in wrong] == ["3", "4", "5"]
    assert {message for _, message in wrong} == {NOT_YOURS}
    whole = page.get_text() + lead.client.get(f"/imports/{run}/changes.csv").get_data(as_text=True)
    for name in ("Sam", "Xan", "Nobody"):
        assert f"N-{name}" not in whole
        assert f"{name} Tester" not in whole
    aside = lead.client.get(f"/imports/{run}/rows.csv").get_data(as_text=True)
    assert aside.count(NOT_YOURS) == 3
    lead.confirm(run)
    assert lead.work() is State.APPLIED
    assert all(day != ago(5) for day, _ in recorded(lead, "Sam"))
    assert recorded(lead, "Xan") == []


def test_a_file_of_others_alone_does_nothing_and_says_so(lead: PageDesk) -> None:
    before = everything(lead.session, facts_only=True)
    run = lead.looked_over("completions", [row("N-Sam"), row("N-Xan")])
    assert "Nothing changes." in lead.text(run)
    assert "Load this file" not in lead.text(run)
    assert everything(lead.session, facts_only=True) == before


def test_a_number_that_goes_with_the_address_of_somebody_else_says_nothing_of_them(lead: PageDesk) -> None:
    said = []
    for email in ("sam@council.example", "nobody@council.example"):
        run = lead.looked_over("completions", [row("N-Pip", email=email)])
        said.append([text_of(one) for one in lead.page(run).select("main h2, main dd, main li")])
    assert said[0] == said[1]


def test_figures_of_the_preview_are_those_of_the_own_organisation(lead: PageDesk) -> None:
    with adding(lead.session, lead.borough) as builder:
        builder.post("Pia", HOMES, "Mo", roles="street")  # asked of Pia by a post that is not the lead's
    run = lead.looked_over("completions", [row("N-Pip"), row("N-Pia")])
    shown = {one["requirement"]: one["before"] for one in lead.row(run).found["figures"]}
    question = Question(organisation_ids=frozenset({lead.borough.organisations[PARTNER]}))
    own = figures.figures(lead.session, clock.today(), question).rows
    assert shown == {
        one.requirement: [one.counts.in_date, one.counts.counted] for one in own if one.counts.required
    }
    assert set(shown) == {"AWARE"}
    assert shown["AWARE"][1] == len(OWN)
    assert "in your own organisation" in lead.text(run)


def test_the_figures_after_are_those_that_loading_brings(lead: PageDesk) -> None:
    run = lead.looked_over("completions", [row("N-Pip"), row("N-Pol")])
    after = {one["requirement"]: one["after"] for one in lead.row(run).found["figures"]}
    lead.confirm(run)
    lead.work()
    question = Question(organisation_ids=frozenset({lead.borough.organisations[PARTNER]}))
    found = figures.figures(lead.session, clock.today(), question).rows
    assert after == {
        one.requirement: [one.counts.in_date, one.counts.counted] for one in found if one.counts.required
    }


def test_a_lead_corrects_nothing_that_stands_on_record(lead: PageDesk) -> None:
    same, other = row("N-Pia", 100), row("N-Per", 100, provider="Somebody else")
    run = lead.looked_over("completions", [same, other, row("N-Pip")])
    assert what_is_wrong(lead.page(run)) == [("3", DIFFERENT)]
    assert "New completions 1" in lead.text(run)
    lead.confirm(run)
    assert lead.work() is State.APPLIED
    assert recorded(lead, "Pia") == recorded(lead, "Per") == [(ago(100), "trusted")]


def test_what_was_not_accepted_is_not_sent_again_by_a_file(lead: PageDesk, council: PageDesk) -> None:
    council.load("completions", [row("N-Pip", evidence="rejected")])
    run = lead.looked_over("completions", [row("N-Pip")])
    assert what_is_wrong(lead.page(run)) == [("2", NOT_ACCEPTED)]


def test_a_lead_says_of_nobody_that_training_was_rejected(lead: PageDesk) -> None:
    rows = [row(ref, evidence="rejected") for ref in ("N-Pip", "N-Sam", "N-Nobody")]
    run = lead.looked_over("completions", [row("N-Pol"), *rows])
    assert what_is_wrong(lead.page(run)) == [(line, REJECTED) for line in ("3", "4", "5")]
    lead.confirm(run)
    assert lead.work() is State.APPLIED
    assert recorded(lead, "Pip") == []


def test_notices_tell_nothing_of_posts_elsewhere_of_files_of_others_or_of_their_reasons(
    lead: PageDesk, council: PageDesk
) -> None:
    rows = [row("N-Pip", 3000), row("N-Pol", 7)]
    number = council.load("completions", rows)
    council.undo(number)
    council.work()
    council.confirm(council.started[-1])
    assert council.work() is State.APPLIED
    with transaction(lead.session):
        ids = lead.session.scalars(
            select(CompletionRow.id).where(CompletionRow.person_id == lead.borough.ids["Pia"])
        ).all()
        retract(
            lead.session, CompletionRow, ids, Stamp("command:tests", clock.now()), "Taken back for a secret"
        )
    council.load("completions", rows)
    run = lead.looked_over("completions", [*rows, row("N-Pia", 100)])
    text = lead.text(run)
    assert "was imported before" not in text
    assert "prior learning" not in text
    assert "secret" not in text
    withdrawn = (
        "This completion was withdrawn. It was not restored. Ask your training team if it should count."
    )
    assert what_is_wrong(lead.page(run)) == [("4", withdrawn)]


# --- which files, and whose


@pytest.mark.parametrize("kind", ["people", "absences", "exemptions", "nothing"])
def test_a_lead_loads_no_other_kind_of_file(lead: PageDesk, kind: str) -> None:
    assert lead.client.get(f"/imports/new/{kind}").status_code == 404
    links = [str(one["href"]) for one in lead.client.page("/imports").select("main a[href*='/imports/new/']")]
    assert links == ["/imports/new/completions"]


def test_a_lead_sees_the_own_batches_and_no_other(lead: PageDesk, council: PageDesk) -> None:
    theirs = council.load("people", newcomers(1), is_part="y")
    own = lead.load("completions", [row("N-Pip")])
    page = main_of(lead, "/imports")
    assert f"Batch {own}" in page
    assert f"Batch {theirs}" not in page
    listed = lead.client.get("/imports.csv").get_data().decode("utf-8-sig").splitlines()
    assert [line.split(",")[0] for line in listed] == ["batch", str(own)]
    assert lead.client.get(f"/imports/batches/{theirs}").status_code == 404
    assert lead.client.get(f"/imports/batches/{own}").status_code == 200
    assert f"Batch {own}" in main_of(council, "/imports")


def test_a_lead_takes_the_own_batch_back(lead: PageDesk) -> None:
    number = lead.load("completions", [row("N-Pip"), row("N-Pol")])
    run = lead.undo(number)
    assert lead.work() is State.PREVIEWED
    lead.confirm(run)
    assert lead.work() is State.APPLIED
    assert recorded(lead, "Pip") == recorded(lead, "Pol") == []
    assert "What you took back no longer waits for a check." in lead.text(run)
    assert "from now on" not in lead.text(run)
    assert "It was taken back by batch" in main_of(lead, f"/imports/batches/{number}")


def test_a_batch_that_the_council_took_back_says_so_without_its_number(
    lead: PageDesk, council: PageDesk
) -> None:
    number = lead.load("completions", [row("N-Pip")])
    run = council.undo(number)
    council.work()
    council.confirm(run)
    council.work()
    page = lead.client.page(f"/imports/batches/{number}")
    assert "Your training team has taken it back." in main_of(lead, f"/imports/batches/{number}")
    assert page.select("main form") == []
    assert "Taken back by your training team" in main_of(lead, "/imports")


def test_what_somebody_checked_since_is_not_taken_back_and_no_batch_of_others_is_named(
    lead: PageDesk, council: PageDesk
) -> None:
    number = lead.load("completions", [row("N-Pip")])
    council.load("completions", [row("N-Pip", evidence="verified")], name="a file of the council.csv")
    run = lead.undo(number)
    assert lead.work() is State.REFUSED
    text = lead.text(run)
    assert reach.BUILT_ON in text
    assert "a file of the council" not in text
    assert recorded(lead, "Pip") == [(ago(5), "verified")]


def left(desk: PageDesk, name: str) -> None:
    """Somebody no longer works in the organisation, since yesterday."""
    with adding(desk.session, desk.borough) as builder:
        query = select(PostSpellRow.id).where(PostSpellRow.person_id == desk.borough.ids[name])
        retract(desk.session, PostSpellRow, desk.session.scalars(query).all(), builder.stamp, "tests")
        builder.post(name, PARTNER, ended=1)


def test_a_batch_with_somebody_who_left_since_is_not_taken_back_and_shows_no_name(lead: PageDesk) -> None:
    before = lead.looked_over("completions", [row("N-Pol", 9)])
    number = lead.load("completions", [row("N-Pip"), row("N-Pol")])
    assert "Pol Tester" in main_of(lead, f"/imports/{before}/changes/completion_added")
    left(lead, "Pol")
    assert "Pol Tester" not in lead.page(before, "/changes/completion_added").get_text()
    run = lead.undo(number)
    assert lead.work() is State.REFUSED
    assert reach.NOT_ALL_YOURS in lead.text(run)
    assert recorded(lead, "Pol") == [(ago(5), "awaiting")]


def test_somebody_who_left_between_the_preview_and_the_import_is_not_loaded(lead: PageDesk) -> None:
    run = lead.looked_over("completions", [row("N-Pip"), row("N-Pol")])
    lead.confirm(run)
    left(lead, "Pol")
    assert lead.work() is State.PREVIEWED
    assert "The record has changed since you looked at this file." in lead.text(run)
    assert what_is_wrong(lead.page(run)) == [("3", NOT_YOURS)]
    assert recorded(lead, "Pol") == []


# --- permission, as it is now


def without_permission(desk: PageDesk, reader: str) -> None:
    with transaction(desk.session):
        query = select(PermissionRow.id).where(PermissionRow.account_id == account(desk, reader).id)
        ids = desk.session.scalars(query).all()
        retract(desk.session, PermissionRow, ids, Stamp("command:tests", clock.now()), "tests")


def lead_of(desk: PageDesk, reader: str, organisation: str) -> None:
    with transaction(desk.session):
        desk.session.add(
            PermissionRow(
                account_id=account(desk, reader).id,
                permission="partner_lead",
                organisation_id=desk.borough.organisations[organisation],
                recorded_at=clock.now(),
                recorded_by="command:tests",
            )
        )


@pytest.mark.parametrize("reader", ["lead", "council"])
def test_a_permission_that_was_taken_away_stops_what_is_on_its_way(
    lead: PageDesk, council: PageDesk, reader: str
) -> None:
    desk = lead if reader == "lead" else council
    run = desk.looked_over("completions", [row("N-Pip")])
    desk.confirm(run)
    without_permission(desk, "partner" if reader == "lead" else "learning")
    before = everything(desk.session, facts_only=True)
    assert desk.work() is State.REFUSED
    assert everything(desk.session, facts_only=True) == before
    assert desk.client.get(f"/imports/{run}").status_code == 403


def test_who_was_of_the_training_team_and_leads_a_partner_now_sees_no_file_of_then(
    lead: PageDesk, council: PageDesk
) -> None:
    people = council.looked_over("people", newcomers(1), is_part="y")
    of_council = council.looked_over("completions", [row("N-Sam")])
    waiting = council.send("completions", [row("N-Sam", 6)])
    without_permission(council, "learning")
    lead_of(council, "learning", PARTNER)
    for run in (people, of_council, waiting):
        for below in ("", "/state", "/changes.csv", "/mend", "/rows.csv"):
            assert council.client.get(f"/imports/{run}{below}").status_code == 404
    assert council.work() is State.REFUSED
    assert council.client.page("/imports").select("#on-their-way") == []


def test_a_lead_of_another_organisation_today_does_not_see_the_files_of_yesterday(lead: PageDesk) -> None:
    run = lead.looked_over("completions", [row("N-Pip")])
    without_permission(lead, "partner")
    lead_of(lead, "partner", OTHER_PARTNER)
    assert lead.client.get(f"/imports/{run}").status_code == 404
    assert lead.client.get(f"/imports/{run}/changes/completion_added").status_code == 404


def batches_seen(desk: PageDesk) -> list[str]:
    """The numbers that the list and its file give."""
    links = [text_of(one).removeprefix("Batch ") for one in desk.client.page("/imports").select("#batches a")]
    lines = desk.client.get("/imports.csv").get_data().decode("utf-8-sig").splitlines()[1:]
    assert [line.split(",")[0] for line in lines] == links
    return links


def ask_to_undo(desk: PageDesk, number: int, own: int) -> int:
    """Send the form of one's own batch to the address of another one; gives the status of the answer."""
    inputs = desk.client.page(f"/imports/batches/{own}").select("main form input")
    fields = {str(one["name"]): str(one["value"]) for one in inputs}
    return desk.client.post(f"/imports/batches/{number}/undo", data=fields).status_code


def test_batches_that_were_loaded_with_more_permission_are_closed_to_a_lead(
    lead: PageDesk, council: PageDesk
) -> None:
    of_people = council.load("people", newcomers(1), is_part="y")
    of_council = council.load("completions", [row("N-Sam"), row("N-Pip")])
    without_permission(council, "learning")
    lead_of(council, "learning", PARTNER)
    own = council.load("completions", [row("N-Pol")])
    assert batches_seen(council) == [str(own)]
    for number in (of_people, of_council):
        assert council.client.get(f"/imports/batches/{number}").status_code == 404
        assert ask_to_undo(council, number, own) == 404
    assert ask_to_undo(council, own, own) == 302


def test_batches_of_another_partner_led_before_are_closed_and_those_of_both_are_seen(lead: PageDesk) -> None:
    before = lead.load("completions", [row("N-Pip")])
    without_permission(lead, "partner")
    lead_of(lead, "partner", OTHER_PARTNER)
    own = lead.load("completions", [row("N-Xan")])
    assert batches_seen(lead) == [str(own)]
    assert lead.client.get(f"/imports/batches/{before}").status_code == 404
    assert ask_to_undo(lead, before, own) == 404
    lead_of(lead, "partner", PARTNER)
    assert batches_seen(lead) == [str(own), str(before)]


def test_rows_are_mended_on_the_page_and_loaded_in_the_same_way(lead: PageDesk) -> None:
    run = lead.looked_over("completions", [row("N-Pip"), row("N-Nobody")])
    form = lead.page(run, "/mend").select_one("main form")
    assert form is not None
    typed = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    wrong = next(name for name, value in typed.items() if value == "N-Nobody")
    for ref, state in (("N-Sam", "Rows set aside: 1"), ("N-Pol", "New completions 1")):
        answer = lead.client.post(str(form["action"]), data={**typed, wrong: ref, "go": "load"})
        mended = str(answer.headers["Location"]).rpartition("/")[2]
        assert lead.work() is State.PREVIEWED
        assert state in lead.text(mended)


def test_rows_to_mend_are_among_the_work_to_do(lead: PageDesk) -> None:
    lead.load("completions", [row("N-Pip"), row("N-Nobody")])
    text = main_of(lead, "/work")
    assert "import has rows to mend" in text


def test_a_lead_who_is_counted_does_not_load_the_own_training(
    lead: PageDesk, borough: Borough, session: Session
) -> None:
    with transaction(session):
        session.execute(
            update(AccountRow)
            .where(AccountRow.email == email_of("partner"))
            .values(person_id=borough.ids["Pia"])
        )
    run = lead.send("completions", [row("N-Pia")])
    assert lead.work() is State.REFUSED
    assert "Row 2 is about you." in lead.text(run)


def test_all_that_is_read_of_people_is_read_of_the_own_ones(
    lead: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The filter is in the one place where a file's people are read: nobody else is even known to the importer."""
    known: list[set[str]] = []
    load = known_people.load_people

    def noted(*args: Any) -> Any:
        found = load(*args)
        known.append(set(found.by_ref))
        return found

    monkeypatch.setattr(completions, "load_people", noted)
    lead.load("completions", [row("N-Pip")])
    assert known == [{f"N-{name}" for name in OWN}] * 2
