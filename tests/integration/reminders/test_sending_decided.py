"""What people decide about messages, and what pages are told of them: audited, and never against the state (R14)."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.outbox import KEPT
from reminders.services.outbox.deciding import give_up, mark_sent, send_again
from reminders.services.outbox.points import Point
from reminders.services.outbox.sweeping import sweep
from reminders.store import outbox as store
from reminders.store.beat import oldest_due
from tests.integration.reminders.outbox import BEGAN, Outbox, Writer
from tests.integration.reminders.post_office import HANG_UP

Act = Callable[[Session, Stamp, str], None]


def decide(outbox: Outbox, act: Act, number: int) -> None:
    public_id = outbox.row(number).public_id
    with transaction(outbox.session):
        act(outbox.session, Stamp("account:somebody", outbox.now), public_id)


def uncertain(outbox: Outbox, **values: object) -> int:
    [number] = outbox.put(1, **values)  # type: ignore[arg-type]  # columns of the row
    outbox.office.script["DOT"] = [HANG_UP, HANG_UP]
    outbox.send()
    outbox.later(minutes=5)
    outbox.send()
    assert outbox.row(number).state == "uncertain"
    return number


def test_an_uncertain_message_can_be_sent_again_as_it_was(outbox: Outbox) -> None:
    number = uncertain(outbox)
    decide(outbox, send_again, number)
    outbox.send()
    assert outbox.row(number).state == "sent"
    assert len({taken.content for taken in outbox.office.taken}) == 1
    assert outbox.row(number).ambiguous == 2, "that two may have arrived before stays known"


def test_an_uncertain_message_can_be_marked_as_sent(outbox: Outbox) -> None:
    number = uncertain(outbox)
    handed_at = outbox.row(number).handed_at
    outbox.later(days=1)
    decide(outbox, mark_sent, number)
    row = outbox.row(number)
    assert (row.state, row.sent_at) == ("sent", handed_at)
    outbox.send()
    assert len(outbox.office.taken) == 2


def test_a_failed_message_is_sent_to_the_address_that_holds_now(outbox: Outbox) -> None:
    writer = Writer()
    outbox.writers = [writer]
    [number] = outbox.put(kind="reminder", body="")
    outbox.office.script["RCPT"] = ["550 unknown"]
    outbox.send()
    assert outbox.row(number).state == "failed"
    writer.addresses[number] = "right@council.example"
    decide(outbox, send_again, number)
    outbox.send()
    assert [taken.to for taken in outbox.office.taken] == [("right@council.example",)]


def test_a_link_whose_text_is_gone_is_not_sent_again(outbox: Outbox) -> None:
    outbox.office.script["DOT"] = [HANG_UP]
    [number] = outbox.put(is_secret=True)
    outbox.send()
    with pytest.raises(DomainError, match="asks for a new link"):
        decide(outbox, send_again, number)
    assert outbox.row(number).state == "uncertain"
    decide(outbox, mark_sent, number)
    assert outbox.row(number).state == "sent"


def test_giving_up_works_on_what_waits_is_uncertain_or_has_failed(outbox: Outbox) -> None:
    doubtful = uncertain(outbox)
    [waiting] = outbox.put()
    for number in (doubtful, waiting):
        decide(outbox, give_up, number)
        assert outbox.row(number).state == "cancelled"
    outbox.later(days=30)
    outbox.send()
    assert len(outbox.office.taken) == 2


@pytest.mark.parametrize("act", [send_again, mark_sent, give_up])
def test_what_was_sent_meanwhile_is_not_decided_about(outbox: Outbox, act: Act) -> None:
    [number] = outbox.put()
    outbox.send()
    with pytest.raises(DomainError, match="it has been sent"):
        decide(outbox, act, number)
    with pytest.raises(NotFound), transaction(outbox.session):
        act(outbox.session, outbox.stamp(), "no such message")
    assert outbox.row(number).state == "sent"


def test_each_decision_is_audited_with_its_actor(outbox: Outbox) -> None:
    for act in (send_again, mark_sent, give_up):
        decide(outbox, act, uncertain(outbox))
        outbox.send()
    found = outbox.session.execute(
        select(AuditEventRow.event, AuditEventRow.actor)
        .where(AuditEventRow.actor == "account:somebody")
        .order_by(AuditEventRow.id)
    ).all()
    assert [event for event, _ in found] == ["message.sent_again", "message.marked_sent", "message.given_up"]


def test_texts_are_kept_for_ninety_days_and_those_of_links_not_at_all(outbox: Outbox) -> None:
    doubt = uncertain(outbox)
    [notice], [link] = outbox.put(made_at=BEGAN), outbox.put(is_secret=True)
    outbox.send()
    assert (outbox.row(link).body, outbox.row(link).content) == ("", None)
    assert outbox.row(notice).body
    assert outbox.row(notice).content
    assert sweep(outbox.session, BEGAN + KEPT) == 0
    assert sweep(outbox.session, BEGAN + KEPT + timedelta(seconds=1)) == 1
    assert (outbox.row(notice).body, outbox.row(notice).content) == ("", None)
    assert outbox.row(doubt).content, "it may still be sent again"


def test_pages_are_told_how_many_stand_where(outbox: Outbox) -> None:
    run_id, person_id = outbox.run(), outbox.person()
    doubt = uncertain(outbox)
    outbox.put(3, kind="news")
    [planned] = outbox.put(1, run_id, person_id, kind="reminder", body="")
    session = outbox.session
    session.rollback()
    counts = store.counts(session)
    assert (counts[State.WAITING], counts[State.UNCERTAIN], counts[State.SENT]) == (4, 1, 0)
    assert store.count(session, State.UNCERTAIN) == 1
    found, page = store.messages(session)
    assert (len(found), page.total) == (5, 5)
    [line], _ = store.messages(session, states=[State.UNCERTAIN])
    assert (line.public_id, line.stage, line.ambiguous) == (outbox.row(doubt).public_id, "handed_over", 2)
    for asked in ({"person_id": person_id}, {"kinds": ["reminder"]}):
        [line] = store.messages(session, **asked)[0]
        assert (line.public_id, line.run_id) == (outbox.row(planned).public_id, run_id)
    assert store.kinds(session) == ("news", "notice", "reminder")
    assert len(list(store.each(session, kinds=["news"]))) == 3


def oldest(outbox: Outbox) -> datetime | None:
    return oldest_due(outbox.session, outbox.now, (), others=True)


def test_how_long_the_oldest_has_waited_is_known(outbox: Outbox) -> None:
    assert oldest(outbox) is None
    outbox.put()
    outbox.later(hours=2)
    outbox.put()
    assert oldest(outbox) == BEGAN
    outbox.die_at(Point.CLAIMED)
    assert oldest(outbox) == BEGAN
    outbox.end_leases()
    outbox.send()
    assert oldest(outbox) is None
