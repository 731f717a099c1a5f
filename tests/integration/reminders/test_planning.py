"""The plan of a day written down: who is in the ledger, what waits in the outbox, whatever dies or is doubled."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import Engine, event, func, insert, select, update
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.facts import BOOKKEEPING, known, recorded, retract, touch
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from people.models import PersonDetailRow, PostSpellRow
from reminders.domain.due import Channel, Digest, Outcome, Reason
from reminders.models import ReminderMessageRow, ReminderRow, ReminderRunRow
from reminders.services import planning
from reminders.services.bank_holidays import is_working_day
from reminders.services.planning import Became, plan_for, write_plan
from reminders.store.ledger import cancel, items_of, still_due
from tests.borough import AWARE, STALLS, Borough, Builder
from tests.integration.imports.desk import everything
from tests.integration.reminders.steps import MONDAY, borough_with_steps, ledger, run, stamp_on

DAY = timedelta(days=1)
TOLD_ON_MONDAY = [
    ("Kit", AWARE, "welcome", "Kit"),
    ("Ola", AWARE, "before_30", "Ola"),
    ("Ola", STALLS, "head_30", "Dana"),
    ("Ola", STALLS, "manager_1", "Mo"),
    ("Ola", STALLS, "overdue_30", "Ola"),
    ("Pam", AWARE, "overdue_30", "Pam"),
    ("Pip", AWARE, "overdue_30", "Pip"),
    ("Pol", AWARE, "overdue_30", "Pol"),
    ("Sam", AWARE, "head_30", "Dana"),
    ("Sam", AWARE, "manager_1", "Mo"),
    ("Sam", AWARE, "overdue_30", "Sam"),
    ("Sam", STALLS, "head_30", "Dana"),
    ("Sam", STALLS, "manager_1", "Mo"),
    ("Sam", STALLS, "overdue_30", "Sam"),
    ("Uma", AWARE, "manager_1", "Vic"),
    ("Uma", AWARE, "overdue_30", "Uma"),
]
"""Vic is Uma's manager and has none; the partner's people have no manager."""


def told(session: Session, borough: Borough, day: date | None = None) -> list[tuple[str, str, str, str]]:
    rows = ledger(session, borough, day)
    return [row[:4] for row in rows if row[5] == Outcome.PLANNED]


def messages(session: Session, borough: Borough, day: date | None = None) -> list[tuple[str, str, str]]:
    """Recipient, kind and state of the messages about reminders."""
    names = {person_id: name for name, person_id in borough.ids.items()}
    query = select(
        ReminderMessageRow.recipient_id,
        OutgoingMessageRow.kind,
        OutgoingMessageRow.state,
        ReminderMessageRow.day,
    ).join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
    rows = session.execute(query).all()
    session.rollback()
    return sorted((names[to or 0], kind, state) for to, kind, state, on in rows if day in (None, on))


def without_email(*names: str) -> Callable[[Builder], None]:
    """Of these people no e-mail address is on record."""

    def also(builder: Builder) -> None:
        for name in names:
            instead(builder.session, PersonDetailRow, builder.found.ids[name], email=None)

    return also


def instead(
    session: Session, model: type[PersonDetailRow | PostSpellRow], person_id: int, **values: object
) -> None:
    """The fact about a person as it should have been."""
    query = select(model).where(model.person_id == person_id, known(model, None))
    row: Any = session.scalars(query).one()
    kept = {column.name: getattr(row, column.name) for column in model.__table__.columns}
    stamp = stamp_on(MONDAY)()
    retract(session, model, [row.id], stamp, "tests")
    new = {key: value for key, value in kept.items() if key not in ("id", *BOOKKEEPING)}
    session.execute(insert(model).values(**new | values, **recorded(stamp)))
    touch(session, [person_id])


def complete(session: Session, borough: Borough, name: str, day: date, course: str = "PREV") -> None:
    """Somebody has done a course: that of AWARE where no other is named."""
    builder = Builder(session, day)
    builder.found.ids = borough.ids
    with transaction(session):
        builder.completion(name, course, 0)
        session.flush()
        touch(session, [borough.ids[name]])


def test_everybody_who_has_something_to_do_is_told_once(session: Session) -> None:
    borough = borough_with_steps(session)
    tally = run(session, MONDAY)
    assert told(session, borough) == TOLD_ON_MONDAY
    assert (tally.became, tally.reminders, tally.messages) == (Became.PLANNED, 16, 10)
    assert messages(session, borough) == [
        ("Dana", "team_digest", "waiting"),
        ("Kit", "reminder", "waiting"),
        ("Mo", "team_digest", "waiting"),
        ("Ola", "reminder", "waiting"),
        *((name, "reminder", "waiting") for name in ("Pam", "Pip", "Pol", "Sam", "Uma")),
        ("Vic", "team_digest", "waiting"),
    ]
    row = session.scalars(select(ReminderRunRow)).one()
    assert (row.day, row.reminders, row.messages, row.finished_at is not None) == (MONDAY, 16, 10, True)


def test_every_reminder_that_is_told_stands_in_the_message_of_its_recipient(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    query = select(ReminderRow, ReminderMessageRow.recipient_id).outerjoin(
        ReminderMessageRow, ReminderMessageRow.message_id == ReminderRow.message_id
    )
    for row, recipient_id in session.execute(query):
        is_told = row.outcome == Outcome.PLANNED
        assert recipient_id == (row.recipient_id if is_told else None)


def test_a_message_holds_no_words_and_no_address_until_it_leaves(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    for row in session.scalars(select(OutgoingMessageRow)):
        assert (row.address, row.subject, row.body, row.is_secret) == ("", "", "", False)
        assert row.dedupe_key is not None


def test_a_day_is_planned_once(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    before = everything(session)
    assert run(session, MONDAY).became is Became.ALREADY
    assert everything(session) == before


def test_nothing_is_planned_for_a_bank_holiday_nor_for_a_day_that_others_have_overtaken(
    session: Session,
) -> None:
    borough_with_steps(session)
    before = everything(session)
    assert run(session, date(2026, 12, 28)).became is Became.NOT_A_WORKING_DAY
    assert everything(session) == before
    run(session, MONDAY)
    before = everything(session)
    assert write_plan(session, stamp_on(MONDAY), MONDAY - 3 * DAY).became is Became.OVERTAKEN
    assert everything(session) == before


@pytest.mark.parametrize("most", [1, 2, 5])
def test_a_run_that_was_cut_off_goes_on_where_it_was(
    session: Session, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    borough = borough_with_steps(session)
    monkeypatch.setattr(planning, "CHUNK", 1)
    monkeypatch.setattr(planning, "MANAGERS", 1)
    left = most

    def stop() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    assert write_plan(session, stamp_on(MONDAY), MONDAY, stop=stop).became is Became.STOPPED
    assert 0 < len(told(session, borough)) < len(TOLD_ON_MONDAY)
    assert session.scalars(select(ReminderRunRow.finished_at)).one() is None
    session.rollback()
    run(session, MONDAY)
    assert told(session, borough) == TOLD_ON_MONDAY
    row = session.scalars(select(ReminderRunRow)).one()
    assert (row.reminders, row.messages) == (16, 10)


def test_a_run_that_dies_in_the_middle_of_a_chunk_leaves_nothing_of_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    borough = borough_with_steps(session)

    def die(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("reminders.store.ledger.write", die)
        with pytest.raises(SystemExit):
            run(session, MONDAY)
    assert messages(session, borough) == []
    run(session, MONDAY)
    assert told(session, borough) == TOLD_ON_MONDAY


def test_eight_at_once_write_exactly_what_one_would(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    borough = borough_with_steps(session)
    monkeypatch.setattr(planning, "CHUNK", 2)
    monkeypatch.setattr(planning, "MANAGERS", 1)
    barrier = Barrier(8)

    def one(_: int) -> None:
        with Session(engine) as own:
            barrier.wait()
            write_plan(own, stamp_on(MONDAY), MONDAY)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(8)))
    assert told(session, borough) == TOLD_ON_MONDAY
    assert len(messages(session, borough)) == 10
    row = session.scalars(select(ReminderRunRow)).one()
    assert (row.reminders, row.messages, row.finished_at is not None) == (16, 10, True)


@pytest.mark.parametrize(
    "down, of_kit, of_ola",
    [
        (timedelta(hours=1), {"before_60": "planned"}, {}),
        (timedelta(days=3), {"before_60": "planned"}, {}),
        (
            timedelta(days=30),
            {"before_60": "superseded", "before_30": "planned"},
            {
                "before_7": "superseded",
                "before_0": "superseded",
                "overdue_1": "planned",
                "manager_1": "planned",
            },
        ),
    ],
    ids=["an hour", "three days", "thirty days"],
)
def test_who_fell_due_while_the_scheduler_was_down_is_told_once(
    session: Session, down: timedelta, of_kit: dict[str, str], of_ola: dict[str, str]
) -> None:
    """Kit is due on 1 February 2027, Ola's proof ends on 23 December 2026. Of what was missed the last step is told."""
    borough = borough_with_steps(session)
    run(session, MONDAY)
    down_at = datetime(2026, 12, 3, 8, 0, tzinfo=UTC)  # sixty days before Kit's last day
    up_again = down_at + down
    while not is_working_day(up_again.date()):
        up_again += DAY
    after = up_again.date()
    assert write_plan(session, lambda: Stamp("command:tests", up_again), after).became is Became.PLANNED
    rows = ledger(session, borough, after)
    assert {row[2]: row[5] for row in rows if row[0] == "Kit"} == of_kit
    assert {row[2]: row[5] for row in rows if row[:2] == ("Ola", AWARE)} == of_ola
    recipients = [row[3] for row in told(session, borough, after)]
    assert len(recipients) == len({(row[0], row[1], row[3]) for row in told(session, borough, after)})
    assert {name for name, _, _ in messages(session, borough, after)} == set(recipients)
    tomorrow = after + DAY
    run(session, tomorrow)
    assert ledger(session, borough, tomorrow) == []


def test_what_still_waits_of_an_earlier_day_gives_way_to_the_message_of_today(session: Session) -> None:
    """The mail server was away on Monday; Ola's proof ends on 23 December."""
    borough = borough_with_steps(session)
    run(session, MONDAY)
    later = date(2026, 12, 16)
    run(session, later)
    assert ("Ola", "reminder", "superseded") in messages(session, borough, MONDAY)
    assert ("Ola", "reminder", "waiting") in messages(session, borough, later)
    assert ("Sam", "reminder", "waiting") in messages(session, borough, MONDAY), "nothing new for Sam"
    of_ola = [(row[1], row[2], row[5]) for row in ledger(session, borough) if row[0] == row[3] == "Ola"]
    assert (AWARE, "before_7", "planned") in of_ola
    assert (AWARE, "before_30", "superseded") in of_ola, "a more urgent one about the same took its place"
    assert (STALLS, "overdue_30", "planned") in of_ola
    message = select(OutgoingMessageRow.id).where(
        OutgoingMessageRow.dedupe_key == f"reminder:{borough.ids['Ola']}:{later}"
    )
    items = items_of(session, [session.scalars(message).one()])
    assert [(item.requirement, item.step) for item in items] == [(STALLS, "overdue_30"), (AWARE, "before_7")]


def test_what_is_held_does_not_leave_by_way_of_the_next_day(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    with transaction(session):
        session.execute(update(ReminderRunRow).values(trial="held"))
    later = date(2026, 12, 16)
    run(session, later)
    assert ("Ola", "reminder", "waiting") in messages(session, borough, MONDAY)
    of_ola = [(row[1], row[2]) for row in ledger(session, borough, later) if row[0] == row[3] == "Ola"]
    assert (AWARE, "before_7") in of_ola
    assert (STALLS, "overdue_30") not in of_ola
    message = select(OutgoingMessageRow.id).where(
        OutgoingMessageRow.dedupe_key == f"reminder:{borough.ids['Ola']}:{later}"
    )
    items = items_of(session, [session.scalars(message).one()])
    assert [(item.requirement, item.step) for item in items] == [(AWARE, "before_7")]


@pytest.mark.parametrize("state", [State.CLAIMED, State.SENDING, State.SENT, State.UNCERTAIN])
def test_a_message_that_is_on_its_way_does_not_give_way(session: Session, state: State) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=state.value))
    run(session, date(2026, 12, 16))
    assert ("Ola", "reminder", state.value) in messages(session, borough, MONDAY)
    of_ola = [(row[1], row[2], row[5]) for row in ledger(session, borough) if row[0] == row[3] == "Ola"]
    assert (AWARE, "before_30", "planned") in of_ola


def test_what_no_longer_applies_is_found_when_it_is_about_to_leave(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    everyone = items_of(session, session.scalars(select(OutgoingMessageRow.id)))
    assert len(everyone) == 16
    assert set(still_due(session, everyone, MONDAY).values()) == {None}
    session.rollback()
    complete(session, borough, "Sam", MONDAY)
    with transaction(session):
        instead(session, PostSpellRow, borough.ids["Kit"], last_day=MONDAY - DAY)
        instead(session, PostSpellRow, borough.ids["Ola"], manager_ref="N-Vic")
    names = {person_id: name for name, person_id in borough.ids.items()}
    found = still_due(session, everyone, MONDAY)
    why = {
        (names[item.person_id], item.requirement, names[item.recipient_id]): found[item.id]
        for item in everyone
        if found[item.id] is not None
    }
    assert why == {
        ("Sam", AWARE, "Sam"): Reason.UP_TO_DATE,
        ("Sam", AWARE, "Mo"): Reason.UP_TO_DATE,
        ("Sam", AWARE, "Dana"): Reason.UP_TO_DATE,
        ("Kit", AWARE, "Kit"): Reason.NOT_REQUIRED,
        ("Ola", STALLS, "Mo"): Reason.NOT_IN_TEAM,
        ("Ola", STALLS, "Dana"): Reason.NOT_IN_TEAM,
    }


def test_what_was_cancelled_is_told_when_it_applies_again(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    kit = session.scalars(select(ReminderRow).where(ReminderRow.person_id == borough.ids["Kit"])).one()
    key = kit.id
    session.rollback()
    with transaction(session):
        cancel(session, [key], Reason.EXEMPT)
        session.execute(update(OutgoingMessageRow).values(state=State.SENT.value))
    run(session, MONDAY + DAY)
    assert told(session, borough, MONDAY + DAY) == [("Kit", AWARE, "welcome", "Kit")]
    row = session.scalars(select(ReminderRow).where(ReminderRow.person_id == borough.ids["Kit"])).one()
    assert (row.id, row.why) == (key, "")
    assert ("Kit", "reminder", "waiting") in messages(session, borough, MONDAY + DAY)


def test_who_has_no_address_gets_a_letter_and_their_manager_hears_of_it(session: Session) -> None:
    borough = borough_with_steps(session, also=without_email("Sam", "Pip"))
    tally = run(session, MONDAY)
    rows = [row for row in ledger(session, borough) if row[5] == "planned" and row[0] in ("Sam", "Pip")]
    assert [(row[0], row[1], row[2], row[3], row[4]) for row in rows] == [
        ("Pip", AWARE, "overdue_30", "Pip", "letter"),
        ("Sam", AWARE, "head_30", "Dana", "email"),
        ("Sam", AWARE, "overdue_30", "Mo", "email"),
        ("Sam", AWARE, "overdue_30", "Sam", "letter"),
        ("Sam", STALLS, "head_30", "Dana", "email"),
        ("Sam", STALLS, "overdue_30", "Mo", "email"),
        ("Sam", STALLS, "overdue_30", "Sam", "letter"),
    ]
    assert tally.letters == 3
    assert {name for name, _, _ in messages(session, borough)}.isdisjoint({"Sam", "Pip"})
    unreached = {
        one.person_id
        for one in plan_for(session, MONDAY).not_written
        if one.reason is Reason.CANNOT_BE_REACHED
    }
    assert unreached == {borough.ids["Pip"]}


def test_a_manager_who_has_left_is_not_written_to(session: Session) -> None:
    def also(builder: Builder) -> None:
        builder.person("Zoe", "Resources", "Lee", days=500)

    borough = borough_with_steps(session, also=also)
    run(session, MONDAY)
    assert ("Zoe", AWARE, "overdue_30", "Zoe") in told(session, borough)
    assert "Lee" not in {name for name, _, _ in messages(session, borough)}


def test_the_plan_says_what_is_then_written_and_writes_nothing(session: Session) -> None:
    borough = borough_with_steps(session)
    before = everything(session)
    plan = plan_for(session, MONDAY)
    assert everything(session) == before
    names = {person_id: name for name, person_id in borough.ids.items()}
    items = [item for message in plan.messages for item in message.items]
    assert (
        sorted((names[i.person_id], i.requirement, i.step.code, names[i.recipient_id]) for i in items)
        == TOLD_ON_MONDAY
    )
    assert {one.channel for one in plan.messages} == {Channel.EMAIL}
    quiet = {names[one.person_id]: one.reason for one in plan.not_written if one.requirement == AWARE}
    assert (quiet["Ash"], quiet["Bo"], quiet["Cy"], quiet["Mo"]) == (
        *(Reason.WAITING_FOR_CHECK, Reason.ABSENT),
        *(Reason.EXEMPT, Reason.UP_TO_DATE),
    )
    run(session, MONDAY)
    assert plan_for(session, MONDAY).messages == ()
    mo = borough.ids["Sam"]
    assert {
        item.person_id for message in plan_for(session, MONDAY, [mo]).messages for item in message.items
    } == set()


def test_to_plan_takes_as_many_queries_for_a_few_people_as_for_many(session: Session, engine: Engine) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    asked: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: asked.append(given[2]))

    def queries(*names: str) -> int:
        session.rollback()
        plan_for(session, MONDAY, [borough.ids[name] for name in names])
        asked.clear()
        session.rollback()
        plan_for(session, MONDAY, [borough.ids[name] for name in names])
        return len(asked)

    assert queries("Sam") == queries("Sam", "Ola", "Kit", "Uma", "Pip", "Pol", "Mo", "Ash")


def test_the_audit_trail_has_counts_and_no_names(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    query = select(AuditEventRow).where(AuditEventRow.event.like("reminders.%")).order_by(AuditEventRow.id)
    rows = [(row.event, row.details) for row in session.scalars(query)]
    assert rows == [
        ("reminders.written", {"reminders": 7, "messages": 3, "letters": 0, "superseded": 0}),
        ("reminders.written", {"reminders": 9, "messages": 7, "letters": 0, "superseded": 49}),
        ("reminders.planned", {"day": MONDAY.isoformat()}),
    ]


def test_measures_are_never_spoken_of(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    assert {row[1] for row in ledger(session, borough)} == {AWARE, STALLS}
    assert session.scalar(select(func.count()).select_from(ReminderRow).where(ReminderRow.why != "")) == 0
    assert Digest.PERSON.value == "reminder"
