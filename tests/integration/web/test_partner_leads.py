"""What a partner lead neither changes nor learns of people whom others employ too (promises 8; docs/security.md)."""

from collections.abc import Callable

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import Evidence
from courses.models import CompletionRow
from courses.services.evidence_queue import key_of
from courses.store import course_ids
from foundation.dates import FAR_DAY
from foundation.facts import recorded, retract
from people.domain import RoleRule
from people.models import PermissionRow, PersonDetailRow, PostSpellRow, RoleGrantRow, RoleRuleRow
from tests.borough import HOMES, PARTNER, RESOURCES, Borough, Builder
from tests.integration.web.checking import QUEUE, account_of, form_of, names_listed, register
from tests.integration.web.staff import adding
from tests.integration.web.test_find_people import found, suggested
from tests.integration.web.test_records_by_hand import check, day, hidden, of, posts, read, save, standing
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
EMAIL = {"first_name": "Pia", "last_name": "Tester", "email": "lead@harbour.example", "reason": "New address"}


def token(lead: PageClient, borough: Borough) -> dict[str, str]:
    """What every form has to bring, taken from one that this lead may open."""
    return {"csrf_token": hidden(lead.page(f"{of(borough, 'Pip')}/details"))["csrf_token"]}


def test_a_lead_corrects_nobody_whom_others_employ_too(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.post("Per", HOMES, "Mo")
        builder.post("Pat", HOMES, "Mo", days=-30)
        builder.post("Pam", HOMES, "Mo", ended=1)
    lead = sign_in("partner")
    for name in ("Per", "Pat"):
        address = f"{of(borough, name)}/details"
        assert lead.get(address).status_code == 404, "a post elsewhere runs or is to come"
        assert lead.post(address, data={**EMAIL, **token(lead, borough)}).status_code == 404
        links = [one["href"] for one in lead.page(of(borough, name)).select("main a[href]")]
        assert address not in links
        assert f"{of(borough, name)}/completions/new" in links
    assert save(lead, f"{of(borough, 'Pam')}/details", EMAIL).status_code == 302, "it ended yesterday"
    assert sign_in("learning").get(f"{of(borough, 'Per')}/details").status_code == 200
    emails = {standing(session, PersonDetailRow, borough.ids[name])[0].email for name in ("Per", "Pat")}
    assert emails == {"per@council.example", "pat@council.example"}


def test_a_post_elsewhere_that_came_while_the_form_was_open_stops_the_correction(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    lead = sign_in("partner")
    page, status = check(lead, f"{of(borough, 'Pia')}/details", EMAIL)
    assert status == 200
    with adding(session, borough) as builder:
        builder.post("Pia", HOMES, "Mo")
    sent = {**hidden(page), "step": "confirm"}
    assert lead.post(f"{of(borough, 'Pia')}/details", data=sent).status_code == 404
    (detail,) = standing(session, PersonDetailRow, borough.ids["Pia"])
    assert detail.email == "pia@council.example"


def replaced(builder: Builder, session: Session, name: str, unit: str) -> int:
    """Take a post out of the record and record it anew, with a manager; the id of what was taken out."""
    place = builder._unit_ids[unit]
    (before,) = [row for row in standing_rows(session, builder.found.ids[name]) if row.unit_id == place]
    retract(session, PostSpellRow, [before.id], builder.stamp, "tests")
    session.flush()
    builder.post(name, unit, "Mo", title="Changed since")
    return before.id


def standing_rows(session: Session, person_id: int) -> list[PostSpellRow]:
    query = select(PostSpellRow).where(
        PostSpellRow.person_id == person_id, PostSpellRow.retracted_at.is_(None)
    )
    return list(session.scalars(query))


def test_a_lead_reads_no_post_elsewhere_and_no_number_of_a_manager_where_a_post_was_changed(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.post("Pia", RESOURCES, "Vic", title="Secret post")
        session.flush()
        elsewhere = replaced(builder, session, "Pia", RESOURCES)
        own = replaced(builder, session, "Per", PARTNER)
    lead = sign_in("partner")
    last_day = day("last_day", borough.today)
    address = f"{of(borough, 'Pia')}/posts/{elsewhere}/end"
    assert lead.get(address).status_code == 404
    assert lead.post(address, data={**last_day, **token(lead, borough)}).status_code == 404
    address = f"{of(borough, 'Per')}/posts/{own}/end"
    for answer in (lead.get(address), lead.post(address, data={**last_day, **token(lead, borough)})):
        assert answer.status_code == 409
        text = read(answer).get_text(" ", strip=True)
        assert "Changed since" in text
        assert "N-Mo" not in text
    assert "N-Mo" in sign_in("learning").get(address).get_data(as_text=True)


def test_a_post_that_was_changed_while_its_end_was_checked_shows_no_number(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    lead = sign_in("partner")
    address = f"{of(borough, 'Per')}/posts/{posts(session, borough.ids['Per'])[0].id}/end"
    page, status = check(lead, address, day("last_day", borough.today))
    assert status == 200
    with adding(session, borough) as builder:
        replaced(builder, session, "Per", PARTNER)
    answer = lead.post(address, data={**hidden(page), "step": "confirm"})
    assert answer.status_code == 409
    assert "N-Mo" not in answer.get_data(as_text=True)
    assert [row.last_day for row in posts(session, borough.ids["Per"])] == [FAR_DAY]


def test_evidence_of_people_whom_others_employ_too_is_for_learning_and_development(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.post("Pia", HOMES, "Mo", title="Secret post")
        builder.post("Per", HOMES, "Mo", days=-30)
        builder.completion("Pia", "BRIEF", 5, Evidence.AWAITING)
        builder.completion("Per", "BRIEF", 5, Evidence.AWAITING)
        builder.completion("Pip", "PREV", 5, Evidence.AWAITING)
        number = course_ids(session)["BRIEF"]
        completed_on = builder.ago(5)
    lead, learning = sign_in("partner"), sign_in("learning")
    page = lead.page(QUEUE)
    assert names_listed(page) == ["Pip"]
    courses = [option.get_text() for option in page.select("#course option")]
    assert courses == ["All courses", "Prevent awareness"], "nothing is said of what waits elsewhere"
    assert len(learning.page(QUEUE).select("#course option")) == 3
    for name in ("Pia", "Per"):
        address = f"/evidence/check/{key_of(borough.people[name], number, completed_on)}"
        assert lead.get(address).status_code == 404
        assert (
            lead.post(address, data={"decision": "accept", "fact": "1", **token(lead, borough)}).status_code
            == 404
        )
        assert learning.get(address).status_code == 200
    assert "Secret post" in learning.page(
        f"/evidence/check/{key_of(borough.people['Pia'], number, completed_on)}"
    ).get_text(" ")


def test_a_post_elsewhere_that_came_while_the_evidence_was_looked_at_stops_the_decision(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    key = register(app, session, borough, "manager", "Pip", "Pol", "Pam")["Pip"]
    number = course_ids(session)["BRIEF"]
    lead = sign_in("partner")
    address = f"/evidence/check/{key_of(borough.people['Pip'], number, key.completed_on)}"
    fields = {**form_of(lead, address), "decision": "accept"}
    ticked = [borough.people[name] for name in ("Pip", "Pol", "Pam")]
    with adding(session, borough) as builder:
        builder.post("Pol", HOMES, "Mo")
    answer = lead.post(address, data={**fields, "people": ticked})
    assert answer.status_code == 409, "what was ticked for Pol as well is decided for nobody"
    assert set(names_listed(sign_in("learning").page(QUEUE))) == {"Ash", "Pip", "Pol", "Pam"}


def test_a_lead_finds_nobody_by_a_role_that_they_have_elsewhere(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.post("Pia", HOMES, "Mo", roles="street")
        builder.post("Per", HOMES, "Mo", title="Head of stalls")
        builder.post("Pat", HOMES, "Mo")
        builder.person("Pru", PARTNER, roles="street", category="partner")
        rule = RoleRule("street", job_title="head of stalls")
        session.add(RoleRuleRow(role=rule.role, job_title=rule.job_title, **recorded(builder.stamp)))
        for name in ("Pat", "Pam"):
            session.add(
                RoleGrantRow(
                    person_id=borough.ids[name],
                    role="street",
                    first_day=borough.today,
                    last_day=FAR_DAY,
                    approved_by="Dana",
                    review_on=borough.today,
                    reason="For a test",
                    **recorded(builder.stamp),
                )
            )
    asked = {"role": "street"}
    assert set(found(sign_in("learning"), **asked)) >= {"Pia", "Per", "Pat", "Pru", "Pam"}
    lead = sign_in("partner")
    assert found(lead, **asked) == ["Pam", "Pru"]
    assert found(lead, q="street") == ["Pam", "Pru"]
    assert suggested(lead, q="street") == ["Pam", "Pru"]


def waiting_of(session: Session, person_id: int) -> int:
    session.rollback()
    query = select(CompletionRow.id).where(CompletionRow.person_id == person_id)
    return session.scalars(query.where(CompletionRow.evidence == "awaiting")).one()


def test_a_coordinator_who_leads_a_partner_decides_about_the_partner_s_people_alone(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        session.add(
            PermissionRow(
                account_id=account_of(session, "coordinator").id,
                permission="partner_lead",
                organisation_id=borough.organisations[PARTNER],
                **recorded(builder.stamp),
            )
        )
        builder.completion("Pip", "PREV", 10, Evidence.AWAITING)
        number, completed_on = course_ids(session)["PREV"], builder.ago(10)
    both = sign_in("coordinator")
    assert set(names_listed(both.page(QUEUE))) == {"Ash", "Pip"}
    council, own = (
        f"/evidence/check/{key_of(borough.people[name], number, completed_on)}" for name in ("Ash", "Pip")
    )
    assert "The training team must check it" in both.page(council).get_text()
    sent = {**form_of(both, own), "decision": "accept"}
    fact = str(waiting_of(session, borough.ids["Ash"]))
    assert both.post(council, data={**sent, "fact": fact}).status_code == 422
    assert set(names_listed(both.page(QUEUE))) == {"Ash", "Pip"}
    assert both.send(own, decision="accept").status_code == 302
    assert names_listed(both.page(QUEUE)) == ["Ash"]
