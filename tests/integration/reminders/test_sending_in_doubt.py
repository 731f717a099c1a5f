"""A message of which nobody knows whether it arrived: once more where that does no harm, then a person decides."""

from typing import Any

import pytest
from sqlalchemy import select

from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.mail import withdraw
from reminders.domain.letter import Letter
from reminders.mailers.smtp import SmtpMailer
from reminders.services.outbox import settling
from reminders.services.outbox.deciding import send_again
from reminders.services.outbox.points import Point
from reminders.services.outbox.settling import settle
from reminders.store.outbox import possible_duplicates
from tests.integration.reminders.outbox import Outbox, Writer, at
from tests.integration.reminders.post_office import HANG_UP

IN_HAND = [Point.CLAIMED, Point.CONNECTED, Point.BEGUN]


@pytest.mark.parametrize("point", IN_HAND)
@pytest.mark.parametrize("is_secret", [True, False])
def test_whoever_dies_before_anything_left_leaves_no_doubt(
    outbox: Outbox, point: Point, is_secret: bool
) -> None:
    [number] = outbox.put(is_secret=is_secret)
    outbox.die_at(point)
    assert outbox.row(number).state == "claimed"
    outbox.send()
    assert outbox.office.taken == [], "somebody may still be about to send it"
    outbox.end_leases()
    outbox.send()
    assert len(outbox.office.taken) == 1
    row = outbox.row(number)
    assert (row.state, row.ambiguous, row.tries) == ("sent", 0, 1)
    assert possible_duplicates(outbox.session) == ()


@pytest.mark.parametrize("point", [Point.MARKED, Point.ANSWERED])
def test_a_message_with_a_link_that_was_leaving_is_uncertain_and_never_sent_again(
    outbox: Outbox, point: Point
) -> None:
    [number] = outbox.put(is_secret=True, body="A link that opens an account\n")
    outbox.die_at(point)
    arrived = len(outbox.office.taken)
    assert outbox.row(number).state == "sending"
    outbox.end_leases()
    tally = outbox.send()
    assert "uncertain" in tally.problems[0]
    row = outbox.row(number)
    assert (row.state, row.body, row.content, row.ambiguous) == ("uncertain", "", None, 1)
    outbox.later(days=30)
    outbox.send()
    assert len(outbox.office.taken) == arrived
    [listed] = possible_duplicates(outbox.session)
    assert (listed.kind, listed.state, listed.stage) == ("notice", "uncertain", "handed_over")


@pytest.mark.parametrize("point", [Point.MARKED, Point.ANSWERED])
def test_a_reminder_that_was_leaving_is_sent_once_more_and_is_listed(outbox: Outbox, point: Point) -> None:
    [number] = outbox.put()
    outbox.die_at(point)
    outbox.end_leases()
    outbox.send()
    copies = [taken.content for taken in outbox.office.taken]
    assert len(copies) == (2 if point is Point.ANSWERED else 1)
    assert len(set(copies)) == 1, "the second copy was another message"
    row = outbox.row(number)
    assert (row.state, row.ambiguous) == ("sent", 1)
    assert [one.public_id for one in possible_duplicates(outbox.session)] == [row.public_id]


def test_a_second_doubt_leaves_it_to_a_person(outbox: Outbox) -> None:
    [number] = outbox.put()
    for _ in range(2):
        outbox.die_at(Point.ANSWERED)
        outbox.end_leases()
    outbox.send()
    outbox.later(days=30)
    outbox.send()
    row = outbox.row(number)
    assert (row.state, row.ambiguous) == ("uncertain", 2)
    assert len(outbox.office.taken) == 2


def test_an_answer_that_is_lost_is_a_doubt_too(outbox: Outbox) -> None:
    outbox.office.script["DOT"] = [HANG_UP, HANG_UP, HANG_UP]
    [number] = outbox.put()
    assert outbox.send().put_off == 1
    assert outbox.row(number).ambiguous == 1
    outbox.later(minutes=5)
    outbox.send()
    outbox.later(days=30)
    outbox.send()
    assert (outbox.row(number).state, outbox.row(number).ambiguous) == ("uncertain", 2)
    assert len({taken.content for taken in outbox.office.taken}) == 1
    assert len(outbox.office.taken) == 2


def test_a_message_that_no_longer_applies_is_not_sent_a_second_time(outbox: Outbox) -> None:
    writer = Writer()
    outbox.writers = [writer]
    [number] = outbox.put(kind="reminder", body="")
    outbox.die_at(Point.ANSWERED)
    outbox.end_leases()
    writer.no_longer = {number}
    outbox.send()
    assert writer.asked == [(number, False), (number, True)]
    row = outbox.row(number)
    assert (row.state, row.problem, row.ambiguous) == ("cancelled", "completed", 1)
    assert len(outbox.office.taken) == 1


def test_a_message_of_which_some_still_applies_is_left_to_a_person_and_then_written_anew(
    outbox: Outbox,
) -> None:
    writer = Writer()
    outbox.writers = [writer]
    [number] = outbox.put(kind="reminder", body="")
    outbox.die_at(Point.ANSWERED)
    outbox.end_leases()
    writer.shorter = {number}
    tally = outbox.send()
    row = outbox.row(number)
    assert (row.state, row.problem, row.ambiguous) == ("uncertain", "one thing is done", 1)
    assert "uncertain" in tally.problems[-1]
    outbox.later(days=30)
    outbox.send()
    assert len(outbox.office.taken) == 1, "nobody has decided"
    with transaction(outbox.session):
        send_again(outbox.session, outbox.stamp(), row.public_id)
    outbox.send()
    assert (outbox.row(number).state, outbox.row(number).ambiguous) == ("sent", 1)
    assert [b"do the rest" in taken.content for taken in outbox.office.taken] == [False, True]


def test_a_copy_for_another_address_is_written_anew(outbox: Outbox) -> None:
    writer = Writer()
    outbox.writers = [writer]
    [number] = outbox.put(kind="reminder", body="")
    outbox.die_at(Point.MARKED)
    outbox.end_leases()
    writer.addresses[number] = "new@council.example"
    outbox.send()
    assert [taken.to for taken in outbox.office.taken] == [("new@council.example",)]
    assert outbox.office.taken[0].read["To"] == "new@council.example"
    assert writer.asked == [(number, False), (number, False)]


def test_a_claim_that_has_run_out_sends_nothing(outbox: Outbox) -> None:
    [number] = outbox.put()
    with at(Point.BEGUN, outbox.end_leases):
        outbox.send()
    assert outbox.office.taken == []
    assert outbox.row(number).state == "claimed"
    outbox.send()
    assert len(outbox.office.taken) == 1


def test_what_another_has_claimed_meanwhile_is_left_to_it(outbox: Outbox) -> None:
    [number] = outbox.put()
    with at(Point.BEGUN, lambda: outbox.change(number, claim_token="another")):
        outbox.send()
    assert outbox.office.taken == []
    assert outbox.row(number).claim_token == "another"


def test_whoever_was_only_slow_says_in_the_end_what_became_of_it(outbox: Outbox) -> None:
    [number] = outbox.put(is_secret=True)

    def taken_for_lost() -> None:
        outbox.end_leases()
        outbox.send()
        assert outbox.row(number).state == "uncertain"

    with at(Point.ANSWERED, taken_for_lost):
        outbox.send()
    assert (outbox.row(number).state, outbox.row(number).ambiguous) == ("sent", 0)


def test_whoever_was_so_slow_that_another_sends_it_has_no_say(outbox: Outbox) -> None:
    [number] = outbox.put()

    def sent_by_another() -> None:
        outbox.end_leases()
        outbox.die_at(Point.MARKED)

    with at(Point.ANSWERED, sent_by_another):
        outbox.send()
    row = outbox.row(number)
    assert (row.state, row.ambiguous) == ("sending", 1), "it is the other's to say"


def test_a_link_that_is_replaced_does_not_leave_even_when_it_is_claimed(outbox: Outbox) -> None:
    [number] = outbox.put(kind="invitation", address="sam@council.example", is_secret=True)

    def replace() -> None:
        with transaction(outbox.session):
            withdraw(outbox.session, "sam@council.example", ["invitation"], "A newer link was made.")

    with at(Point.BEGUN, replace):
        outbox.send()
    assert outbox.office.taken == []
    assert (outbox.row(number).state, outbox.row(number).body) == ("superseded", "")


class RememberingMailer(SmtpMailer):
    """Its provider can be asked what it has."""

    answer: bool | None = None

    def was_taken(self, letter: Letter) -> bool | None:
        self.asked = letter.reference
        return self.answer


@pytest.mark.parametrize("answer, copies", [(True, 1), (None, 2), (False, 2)])
def test_a_provider_that_remembers_is_asked_before_a_second_copy(
    outbox: Outbox, answer: bool | None, copies: int
) -> None:
    [number] = outbox.put()
    outbox.die_at(Point.ANSWERED)
    outbox.end_leases()
    mailer = RememberingMailer("127.0.0.1", outbox.office.port, encrypted=False)
    mailer.answer = answer
    outbox.send(mailer=mailer)
    assert mailer.asked == outbox.row(number).public_id
    assert outbox.row(number).state == "sent"
    assert len(outbox.office.taken) == copies


def test_an_answer_is_written_down_though_somebody_saves_a_large_change_meanwhile(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[int] = []

    def busy(*args: Any) -> None:
        tried.append(1)
        if len(tried) < 3:
            raise DomainError("Somebody else is saving a large change.")
        settle(*args)

    monkeypatch.setattr(settling, "settle", busy)
    monkeypatch.setattr(settling, "PAUSES", (0.0, 0.0))
    [number] = outbox.put()
    outbox.send()
    assert (outbox.row(number).state, len(tried)) == ("sent", 3)


def test_every_doubt_is_in_the_audit_trail(outbox: Outbox) -> None:
    outbox.put()
    for _ in range(2):
        outbox.die_at(Point.ANSWERED)
        outbox.end_leases()
    outbox.send()
    found = outbox.session.scalars(select(AuditEventRow.event).order_by(AuditEventRow.id)).all()
    assert [event for event in found if event.startswith("message.")] == [
        "message.unanswered",
        "message.uncertain",
    ]
