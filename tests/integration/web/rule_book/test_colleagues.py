"""A draft while a colleague changes the rules: nothing of theirs is undone, no old number is taken for today's."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import Line, book_of, change, lines_of
from compliance.domain.requirement import RuleBook, Target
from compliance.models import RuleDraftRow
from compliance.services.programme import apply_book
from compliance.services.rule_drafts.drafting import draft_at_work
from compliance.store.rules import load_rule_book
from courses.domain import Course
from foundation import clock
from foundation.db import transaction
from foundation.stamp import Stamp
from people.domain import RoleRule
from tests.borough import AWARE, STALLS
from tests.integration.web.rule_book.desk import (
    DRAFT,
    EDIT,
    RULES,
    book_now,
    change_link,
    day_fields,
    filled,
    in_days,
    messages,
    press,
    put,
    put_well,
    text_of_page,
)
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
Otherwise = Callable[[Line], Line]


def colleague_changes(session: Session, otherwise: Otherwise, *more: Line) -> None:
    """Another account saves a changed rule book: every line as `otherwise` has it, and more lines."""
    with transaction(session):
        book = load_rule_book(session)
        lines = [otherwise(line) for line in lines_of(book)]
        wanted, day = book_of([*lines, *more], book.name), clock.today()
        stamp = Stamp("command:colleague", clock.now())
        apply_book(session, stamp, wanted, day, change(book, wanted, day), "rule_draft.applied", "tests")


def target(code: str, percent: int) -> Otherwise:
    def otherwise(line: Line) -> Line:
        if isinstance(line, Target) and line.requirement == code:
            return replace(line, percent_hundredths=percent)
        return line

    return otherwise


def valid_for(course: str, months: int) -> Otherwise:
    def otherwise(line: Line) -> Line:
        return (
            replace(line, validity_months=months)
            if isinstance(line, Course) and line.code == course
            else line
        )

    return otherwise


def as_they_are(line: Line) -> Line:
    return line


def percents(book: RuleBook, code: str) -> list[int]:
    today = clock.today()
    lines = [
        one for one in book.targets if one.requirement == code and one.first_day <= today <= one.last_day
    ]
    return [one.percent_hundredths for one in lines]


def kept(session: Session) -> tuple[str, str, date, date]:
    """What is kept of the one draft."""
    session.rollback()
    columns = (RuleDraftRow.base, RuleDraftRow.wanted, RuleDraftRow.effective, RuleDraftRow.later_on)
    base, wanted, effective, later_on = session.execute(select(*columns)).one()
    return base, wanted, effective, later_on


def shown_form(client: PageClient, act: str) -> dict[str, str]:
    """What the button of an act would send."""
    form = client.page(DRAFT).select_one(f"form[action='{DRAFT}/{act}']")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


@pytest.mark.parametrize("act", ["edit", "end", "move", "later"])
def test_nothing_is_put_into_a_draft_that_collides_and_nothing_of_a_colleague_is_undone(
    sign_in: SignIn, session: Session, act: str
) -> None:
    client = sign_in("learning")
    link = change_link(client, f"{RULES}/requirements/{STALLS}", "%")
    put_well(client, link, percent_hundredths="90")
    other = change_link(client, f"{RULES}/requirements/{AWARE}", "Team briefing")
    asked = filled(client, other)
    days = shown_form(client, "days")
    colleague_changes(session, target(STALLS, 85_00))
    colleague_changes(session, valid_for("PREV", 12))
    colleague_changes(session, target(AWARE, 75_00))
    colleagues, before = book_now(session), kept(session)
    if act in ("edit", "end"):
        sent = {**asked, "act": "end" if act == "end" else "save", "validity_months": "7"}
        answer = client.post(other, data=sent)
    else:
        day = day_fields("effective" if act == "move" else "later_on", in_days(200))
        what = "effective" if act == "move" else "later"
        answer = client.post(f"{DRAFT}/days", data={**days, "what": what, **day})
    assert answer.status_code == 422
    assert any("changed meanwhile" in message for message in messages(answer))
    assert kept(session) == before
    assert "target: STALLS" in text_of_page(client, DRAFT)
    assert press(client, "Take these out").status_code == 302
    assert "Nothing. Change something" in text_of_page(client, DRAFT)
    put_well(client, change_link(client, f"{RULES}/requirements/{STALLS}", "%"), percent_hundredths="91")
    press(client, "Save these changes")
    after = book_now(session)
    assert percents(after, STALLS) == [91_00]
    assert percents(after, AWARE) == [75_00]
    assert after.courses == colleagues.courses


def test_a_draft_that_collides_can_be_given_up(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    put_well(client, change_link(client, f"{RULES}/requirements/{STALLS}", "%"), percent_hundredths="90")
    colleague_changes(session, target(STALLS, 85_00))
    assert press(client, "Discard this draft").status_code == 302
    assert percents(book_now(session), STALLS) == [85_00]


def other_validity(session: Session) -> None:
    colleague_changes(session, valid_for("PREV", 1))


def other_rule(session: Session) -> None:
    colleague_changes(session, as_they_are, RoleRule("street", job_title="*", first_day=clock.today()))


def other_target(session: Session) -> None:
    colleague_changes(session, target(AWARE, 75_00))


@pytest.mark.parametrize("colleague", [other_validity, other_rule, other_target])
def test_what_was_worked_out_under_other_rules_is_worked_out_again_before_it_is_saved(
    sign_in: SignIn, session: Session, colleague: Callable[[Session], None]
) -> None:
    client = sign_in("learning")
    book = book_now(session)
    assert "street" not in {link.role for link in book.links_of(AWARE)}
    put_well(client, f"{EDIT}audience?of={AWARE}", role="street", days="1")
    assert "Worked out at" in text_of_page(client, DRAFT)
    seen = shown_form(client, "apply")
    colleague(session)
    text = text_of_page(client, DRAFT)
    assert "carried over" in text
    assert "not been worked out yet" in text
    assert not client.page(DRAFT).select(f"form[action='{DRAFT}/apply']")
    refused = client.post(f"{DRAFT}/apply", data=seen)
    assert refused.status_code == 422
    assert "changed meanwhile" in messages(refused)[0]
    now = {**shown_form(client, "discard"), "seen": marked(session)}
    assert client.post(f"{DRAFT}/apply", data=now).status_code == 422
    assert book_now(session).links_of(AWARE) == book.links_of(AWARE)
    press(client, "Work it out")
    assert press(client, "Save these changes").status_code == 302
    assert "street" in {link.role for link in book_now(session).links_of(AWARE)}


def marked(session: Session) -> str:
    """By what the change is known now, though no page offers to save it."""
    session.rollback()
    public_id = session.scalars(select(RuleDraftRow.public_id)).one()
    return draft_at_work(session, public_id).mark


def test_a_change_of_what_the_draft_does_not_touch_leaves_its_numbers(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("learning")
    put_well(client, f"{EDIT}audience?of={STALLS}", role="*", days="1")
    colleague_changes(session, target(AWARE, 75_00))
    text = text_of_page(client, DRAFT)
    assert "carried over" in text
    assert "Worked out at" in text
    assert put(client, f"{EDIT}audience?of={STALLS}", role="", days="1").status_code == 422
