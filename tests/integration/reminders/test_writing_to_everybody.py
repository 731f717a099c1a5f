"""A mail goes to one person and holds only that person's data (promise R10), for everybody in a council of 4,000."""

from email import message_from_bytes
from email.header import decode_header, make_header
from email.utils import getaddresses

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow
from reminders.domain.outbox import Words
from reminders.models import ReminderMessageRow
from reminders.services import letter_runs
from reminders.services.letters import compose
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import ReminderWriter
from reminders.services.writing.team import TeamWriter
from tests.integration.reminders.four_thousand import Council, address_of, numbers_in, write_council
from tests.integration.reminders.steps import MONDAY, run, stamp_on

LETTERHEAD = Letterhead(
    "Example Borough Council", "Prevent training", "https://training.example.gov.uk", "help@borough.example"
)
SENDER = ("Prevent training", "no-reply@council.example")


@pytest.mark.slow
def test_each_message_has_one_recipient_and_names_nobody_else_but_for_managers_their_team(
    session: Session,
) -> None:
    council = write_council(session, MONDAY)
    tally = run(session, MONDAY)
    assert tally.messages > 3000
    writers = {
        kind: writer
        for writer in (ReminderWriter(LETTERHEAD, clock.london_day), TeamWriter(LETTERHEAD, clock.london_day))
        for kind in writer.kinds
    }
    rows = session.execute(
        select(OutgoingMessageRow.id, OutgoingMessageRow.kind, ReminderMessageRow.recipient_id)
        .join(ReminderMessageRow, ReminderMessageRow.message_id == OutgoingMessageRow.id)
        .order_by(OutgoingMessageRow.id)
    ).all()
    stamp = stamp_on(MONDAY)()
    named = {"reminder": 0, "team_digest": 0}
    reached = set()
    for writer in writers.values():
        writer.address_of(session, rows[0].id)  # as the outbox does first, outside of a write
    with transaction(session):
        for message_id, kind, recipient_id in rows:
            words = writers[kind].write(session, stamp, message_id, False)
            assert isinstance(words, Words)
            letter = compose(
                message_id, words.address, words.subject, words.body, stamp.at, SENDER,
                is_html=words.is_html, reply_to=LETTERHEAD.support_email,
            )  # fmt: skip
            assert recipient_id is not None
            recipient = council.numbers[recipient_id]
            assert recipient not in council.without_email
            named[kind] += look_at(council, letter.content, recipient, kind)
            reached.add((kind, recipient))
    assert len(reached) == len(rows)
    assert named["team_digest"] > 4000, "managers do read of their people"
    assert named["reminder"] == 0
    look_at_letters(session, council)


def look_at(council: Council, content: bytes, recipient: int, kind: str) -> int:
    """Read a letter as its recipient would; how many others it names."""
    message = message_from_bytes(content)
    assert not set(map(str.lower, message.keys())) & {"cc", "bcc", "resent-to", "resent-cc", "resent-bcc"}
    assert [address for _, address in getaddresses(message.get_all("To", []))] == [address_of(recipient)]
    texts = [f"{name}: {make_header(decode_header(value))}" for name, value in message.items()]
    _, *parts = message.walk()
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    for part in parts:
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        texts.append(payload.decode())
    others = set.union(*(numbers_in(text) for text in texts)) - {recipient}
    allowed = council.below(recipient) if kind == "team_digest" else set()
    assert others <= allowed, (recipient, others - allowed)
    # Names, and nothing else that is anybody's.
    for text in texts[-2:]:
        assert "@" not in text.replace(LETTERHEAD.support_email, "")
        assert "Nq" not in text
    return len(others)


def look_at_letters(session: Session, council: Council) -> None:
    """On paper it is the same."""
    waiting = letter_runs.waiting(session, MONDAY)
    assert {council.numbers[letter.person_id] for letter in waiting} <= council.without_email
    assert len(waiting) >= 70
    for letter, on_paper in zip(
        waiting, letter_runs.printed(session, LETTERHEAD, waiting, MONDAY), strict=True
    ):
        assert numbers_in(repr(on_paper)) == {council.numbers[letter.person_id]}
