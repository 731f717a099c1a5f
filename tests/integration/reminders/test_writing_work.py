"""The weekly message to learning and development: what waits, in numbers, to those who look after it today."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.services.importing.folder import ImportFolder
from foundation import clock
from foundation.db import transaction
from foundation.facts import retract
from foundation.mail import OutgoingMessageRow, State
from people.domain import Permission
from people.models import AccountRow, PermissionRow
from people.services.accounts import create_account
from reminders.domain.outbox import NoLonger, Words
from reminders.models import ReminderRunRow
from reminders.services.writing.work import KIND, WorkWriter, queue_work_digests
from tests.borough import COUNCIL, HOMES, RESOURCES, Borough, Builder
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_writing import LETTERHEAD, add_without_email


@pytest.fixture
def waiting_work(session: Session, tmp_path: object) -> tuple[Borough, WorkWriter]:
    borough = borough_with_steps(session)
    return borough, WorkWriter(LETTERHEAD, clock.london_day, ImportFolder.in_instance(str(tmp_path)))


def queue_work(session: Session) -> int:
    with transaction(session):
        run_id = session.scalars(select(ReminderRunRow.id).order_by(ReminderRunRow.id)).first()
        if run_id is None:
            row = ReminderRunRow(
                day=MONDAY,
                begun_at=stamp_on(MONDAY)().at,
                finished_at=None,
                reminders=0,
                messages=0,
                trial="trying",
            )
            session.add(row)
            session.flush()
            run_id = row.id
        return queue_work_digests(session, stamp_on(MONDAY)(), MONDAY, run_id)


def work_messages(session: Session) -> list[int]:
    found = list(session.scalars(select(OutgoingMessageRow.id).where(OutgoingMessageRow.kind == KIND)))
    session.rollback()
    return found


def test_learning_and_development_is_told_once_what_waits_in_numbers(
    session: Session, waiting_work: tuple[Borough, WorkWriter]
) -> None:
    borough, writer = waiting_work
    assert queue_work(session) == 1
    assert queue_work(session) == 0
    [message] = work_messages(session)
    assert writer.address_of(session, message) == "learning@council.example"
    with transaction(session):
        found = writer.write(session, stamp_on(MONDAY)(), message, False)
    assert isinstance(found, Words)
    assert found.address == "learning@council.example"
    assert "- 1 completion waits for a check\n" in found.body
    for name in borough.people:
        assert f"{name} Tester" not in found.body, name


def test_failed_and_uncertain_messages_letters_and_people_out_of_reach_are_counted(
    session: Session, tmp_path: object
) -> None:
    def also(builder: Builder) -> None:
        add_without_email(builder, "Nan", HOMES, "Mo", 20)
        add_without_email(builder, "Ned", HOMES, None, 200)
        add_without_email(builder, "Nat", HOMES, "Ned", 200)
        builder.person("Gone", HOMES, "Dana", ended=10)
        add_without_email(builder, "Nic", HOMES, "Gone", 200)

    borough_with_steps(session, also=also)
    run(session, MONDAY)
    queue_work(session)
    ids = session.scalars(
        select(OutgoingMessageRow.id)
        .where(OutgoingMessageRow.kind == "reminder")
        .order_by(OutgoingMessageRow.id)
    ).all()
    with transaction(session):
        for number, state in ((ids[0], State.FAILED), (ids[1], State.FAILED), (ids[2], State.UNCERTAIN)):
            session.execute(
                update(OutgoingMessageRow).where(OutgoingMessageRow.id == number).values(state=state.value)
            )
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.id == ids[1])
            .values(made_at=stamp_on(MONDAY - timedelta(days=8))().at)
        )
    writer = WorkWriter(LETTERHEAD, clock.london_day, ImportFolder.in_instance(str(tmp_path)))
    with transaction(session):
        found = writer.write(session, stamp_on(MONDAY)(), work_messages(session)[0], False)
    assert isinstance(found, Words)
    assert "- 1 message may have arrived or not: somebody decides\n" in found.body
    assert "- 1 message of the last 7 days could not be delivered\n" in found.body
    assert "- 4 letters wait to be printed\n" in found.body
    assert (
        "- 3 people have training to do and can be reached neither by email nor through a manager\n"
        in found.body
    )


def test_whoever_lost_the_permission_is_not_told(
    session: Session, waiting_work: tuple[Borough, WorkWriter]
) -> None:
    _, writer = waiting_work
    queue_work(session)
    [message] = work_messages(session)
    with transaction(session):
        rows = select(PermissionRow.id).where(PermissionRow.permission == Permission.LEARNING.value)
        retract(session, PermissionRow, session.scalars(rows).all(), stamp_on(MONDAY)(), "moved on")
    assert writer.address_of(session, message) is None
    with transaction(session):
        found = writer.write(session, stamp_on(MONDAY)(), message, False)
    assert found == NoLonger("The account does not look after this any more.")
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(dedupe_key=None))
    assert queue_work(session) == 0


def test_a_disabled_account_gets_no_digest(
    session: Session, waiting_work: tuple[Borough, WorkWriter]
) -> None:
    with transaction(session):
        session.execute(update(AccountRow).values(disabled_at=stamp_on(MONDAY)().at))
    assert queue_work(session) == 0


def test_nothing_is_sent_where_nothing_waits(session: Session, tmp_path: object) -> None:
    with transaction(session):
        builder = Builder(session, MONDAY)
        builder.organisation(COUNCIL, "council", RESOURCES)
    with transaction(session):
        create_account(
            session,
            stamp_on(MONDAY)(),
            "learning@council.example",
            "a long password for tests",
            permissions=[Permission.LEARNING],
        )
    assert queue_work(session) == 1
    writer = WorkWriter(LETTERHEAD, clock.london_day, ImportFolder.in_instance(str(tmp_path)))
    with transaction(session):
        found = writer.write(session, stamp_on(MONDAY)(), work_messages(session)[0], False)
    assert found == NoLonger("Nothing waits for anybody.")
