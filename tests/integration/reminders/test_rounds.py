"""What ticks see to in pretended days: each day planned once, mail in its hours, nothing twice (promises R6, R11)."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from foundation.clock import LONDON, london_day
from foundation.db import transaction
from foundation.mail import Message, OutgoingMessageRow, State, queue
from foundation.stamp import Stamp
from reminders.domain.due import Digest
from reminders.mailers.smtp import SmtpMailer
from reminders.models import ReminderMessageRow, ReminderRow, ReminderRunRow
from reminders.services import planning
from reminders.services.rounds import Daily, Planning, Sending, WorkDigest, Workshops, sweeps, tell_what_waits
from reminders.services.ticking import Job, Ticked, Ticker, Turn
from reminders.services.writing.kinds import writers_for
from reminders.store.beat import Beat, last_beat
from tests.borough import Borough
from tests.integration.reminders.post_office import PostOffice
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run
from tests.integration.reminders.test_ticking import Lock, Time

HOUR = timedelta(hours=1)
SENDER = ("Prevent training", "no-reply@council.example")


def at(day: date, hour: int, minute: int = 0) -> datetime:
    """A moment by the clocks of London."""
    return datetime.combine(day, time(hour, minute), LONDON).astimezone(UTC)


class Office:
    """A scheduler in pretended time that sends to the post office."""

    def __init__(self, app: Flask, session: Session, folder: Path, office: PostOffice) -> None:
        self.session, self.office, self.folder = session, office, folder
        self.time = Time(at(MONDAY, 6))
        self.writers = writers_for(app.config, london_day, str(folder))
        self.said: list[str] = []
        self.ticker = self.start()

    def start(self) -> Ticker:
        sending = Sending(
            SmtpMailer("127.0.0.1", self.office.port, encrypted=False), SENDER, self.writers, self.folder
        )
        jobs: list[Job] = [Planning(), WorkDigest(), Workshops(), sending, *sweeps(self.folder)]
        return Ticker(
            self.time.clocks,
            Lock(),
            jobs,
            lambda: Stamp("command:tests", self.time.now),
            self.said.append,
        )

    def tick(self, moment: datetime) -> Counter[str]:
        """Whom a tick at this moment writes to, and how often."""
        before = len(self.office.taken)
        self.time.passes(moment - self.time.now)
        assert self.ticker.tick(self.session) is Ticked.WORKED
        self.session.rollback()
        return Counter(taken.to[0].partition("@")[0] for taken in self.office.taken[before:])

    @property
    def beat(self) -> Beat:
        found = last_beat(self.session)
        assert found is not None
        return found


@pytest.fixture
def borough(session: Session) -> Borough:
    found = borough_with_steps(session)
    session.rollback()
    return found


@pytest.fixture
def scheduler(app: Flask, session: Session, tmp_path: Path, office: PostOffice, borough: Borough) -> Office:
    return Office(app, session, tmp_path, office)


def runs(session: Session) -> list[tuple[date, bool]]:
    found = session.execute(select(ReminderRunRow.day, ReminderRunRow.finished_at)).all()
    session.rollback()
    return [(day, finished is not None) for day, finished in found]


def test_a_day_is_planned_at_its_first_hour_and_everybody_is_told_once(
    scheduler: Office, session: Session
) -> None:
    assert scheduler.tick(at(MONDAY, 7, 59)) == Counter()
    assert runs(session) == []
    told = scheduler.tick(at(MONDAY, 8))
    assert runs(session) == [(MONDAY, True)]
    assert {"kit", "ola", "sam", "mo", "dana"} <= set(told)
    assert set(told.values()) == {1}
    for hour in range(9, 24):
        assert scheduler.tick(at(MONDAY, hour)) == Counter()
    assert scheduler.beat.problem == ""


def test_what_was_planned_in_the_evening_leaves_in_the_morning_and_links_leave_at_night(
    scheduler: Office, session: Session, office: PostOffice
) -> None:
    office.script["MAIL"] = ["451 busy"] * 100
    assert scheduler.tick(at(MONDAY, 17, 59)) == Counter()
    office.script.clear()
    with transaction(session):
        stamp = Stamp("command:tests", scheduler.time.now)
        queue(session, stamp, Message("reset", "kit@council.example", "Your link", "Here.\n"))
    assert scheduler.tick(at(MONDAY, 22)) == Counter({"kit": 1})
    assert office.taken[-1].read["Subject"] == "Your link"
    told = scheduler.tick(at(MONDAY + timedelta(days=1), 8))
    assert {"ola", "sam", "mo"} <= set(told)


def test_nobody_is_written_to_on_a_weekend(scheduler: Office, session: Session) -> None:
    saturday = MONDAY + timedelta(days=5)
    for day in (saturday, saturday + timedelta(days=1)):
        for hour in (8, 12, 17):
            assert scheduler.tick(at(day, hour)) == Counter()
    assert runs(session) == []
    assert sum(scheduler.tick(at(saturday + timedelta(days=2), 8)).values()) > 0


@pytest.mark.parametrize("away", [HOUR, timedelta(days=3), timedelta(days=30)])
def test_after_a_time_when_it_was_down_everybody_due_is_told_once(
    scheduler: Office, session: Session, away: timedelta
) -> None:
    scheduler.tick(at(MONDAY, 8))
    day = MONDAY + away
    while day.weekday() > 4:
        day += timedelta(days=1)
    scheduler.time.passes(away)
    scheduler.ticker = scheduler.start()
    told = scheduler.tick(max(scheduler.time.now, at(day, 9)))
    assert all(number == 1 for number in told.values())
    assert scheduler.tick(scheduler.time.now + HOUR) == Counter()
    keys = select(func.count()).select_from(ReminderRow)
    assert session.scalar(keys)
    session.rollback()


def test_learning_and_development_hear_once_a_week_what_waits(scheduler: Office, session: Session) -> None:
    def digests() -> int:
        query = select(func.count()).where(OutgoingMessageRow.kind == "work_digest")
        found = session.scalar(query) or 0
        session.rollback()
        return found

    for day in range(5):
        scheduler.ticker = scheduler.start()
        scheduler.tick(at(MONDAY + timedelta(days=day), 8))
        scheduler.tick(at(MONDAY + timedelta(days=day), 9))
        assert digests() == 1
    scheduler.tick(at(MONDAY + timedelta(days=7), 8))
    assert digests() == 2


def test_a_tick_with_nothing_to_do_writes_the_beat_and_nothing_else(
    scheduler: Office, session: Session
) -> None:
    scheduler.tick(at(MONDAY, 8))
    scheduler.tick(at(MONDAY, 9))
    written: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.split(None, 1)[0] in {"INSERT", "UPDATE", "DELETE"}:
            written.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        scheduler.tick(at(MONDAY, 9, 1))
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert len(written) == 1
    assert "scheduler_beat" in written[0]


def test_long_sending_beats_and_looks_at_the_hour_again(
    scheduler: Office, session: Session, office: PostOffice
) -> None:
    """Each message takes ten minutes here: those that would leave after six in the evening wait for the morning."""
    sent = [0]
    plain = SmtpMailer.finish

    def slow(self: SmtpMailer, letter: object) -> None:
        plain(self, letter)  # type: ignore[arg-type]  # handed through
        sent[0] += 1
        scheduler.time.passes(timedelta(minutes=10))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmtpMailer, "finish", slow)
        scheduler.tick(at(MONDAY, 17, 35))
    assert sent[0] == 3
    waiting = select(func.count()).where(OutgoingMessageRow.state == State.WAITING.value)
    assert session.scalar(waiting)
    session.rollback()
    assert scheduler.beat.ticked_at == at(MONDAY, 18, 5)


def test_nothing_but_links_leaves_once_the_hours_are_over_however_short_that_was_ago(
    scheduler: Office, session: Session
) -> None:
    """Each message takes ten seconds here: the fourth would leave at six, within the minute that was begun before."""
    plain = SmtpMailer.finish
    left: list[datetime] = []

    def slow(self: SmtpMailer, letter: object) -> None:
        left.append(scheduler.time.now)
        plain(self, letter)  # type: ignore[arg-type]  # handed through
        scheduler.time.passes(timedelta(seconds=10))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmtpMailer, "finish", slow)
        scheduler.tick(at(MONDAY, 17, 59) + timedelta(seconds=30))
    assert len(left) == 3
    assert max(left) < at(MONDAY, 18)
    in_hand = select(func.count()).where(OutgoingMessageRow.state.in_((State.CLAIMED, State.SENDING)))
    assert session.scalar(in_hand) == 0
    session.rollback()


def work_digests(session: Session) -> list[date]:
    query = (
        select(ReminderMessageRow.day)
        .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
        .where(OutgoingMessageRow.kind == "work_digest")
        .order_by(ReminderMessageRow.day)
    )
    found = list(session.scalars(query))
    session.rollback()
    return found


def test_a_work_digest_whose_day_was_planned_by_a_process_that_ended_there_goes_the_next_day(
    scheduler: Office, session: Session
) -> None:
    run(session, MONDAY)
    assert work_digests(session) == []
    tuesday = MONDAY + timedelta(days=1)
    for hour in (8, 9):
        scheduler.tick(at(tuesday, hour))
    scheduler.tick(at(tuesday + timedelta(days=1), 8))
    assert work_digests(session) == [tuesday]
    scheduler.tick(at(MONDAY + timedelta(days=7), 8))
    assert work_digests(session) == [tuesday, MONDAY + timedelta(days=7)]


def test_without_a_scheduler_a_command_tells_what_waits_by_one_call(
    session: Session, borough: Borough
) -> None:
    def stamp() -> Stamp:
        return Stamp("command:tests", at(MONDAY, 9))

    assert not tell_what_waits(session, stamp, MONDAY), "there is no run of the day yet"
    run(session, MONDAY)
    for _ in range(2):
        assert tell_what_waits(session, stamp, MONDAY)
        assert work_digests(session) == [MONDAY]


def test_some_who_cannot_be_planned_keep_nobody_else_from_being_told(
    scheduler: Office, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    plain = planning._write_chunk

    def breaks(*args: Any) -> bool:
        if args[3] is Digest.TEAM:
            raise RuntimeError("Sam Tester <sam@council.example>")
        return plain(*args)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "_write_chunk", breaks)
        told = scheduler.tick(at(MONDAY, 8))
        assert {"kit", "ola", "sam"} <= set(told)
        assert runs(session) == [(MONDAY, False)]
        assert scheduler.beat.problem == "Planning the day failed (RuntimeError)."
        tally = run(session, MONDAY)
        assert (tally.became, tally.failed) == (planning.Became.STOPPED, ["RuntimeError"])
    assert "Tester" not in caplog.text
    assert "mo" in scheduler.tick(at(MONDAY, 9)), "it goes on where it was"
    assert runs(session) == [(MONDAY, True)]


def test_whoever_cannot_even_be_looked_at_keeps_nobody_else_from_being_told(
    scheduler: Office, session: Session
) -> None:
    def breaks(*_: object) -> None:
        raise RuntimeError

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(planning, "of_teams", breaks)
        assert {"kit", "ola", "sam"} <= set(scheduler.tick(at(MONDAY, 8)))
    assert runs(session) == [(MONDAY, False)]


# --- what is done once a day


def turn_of(time: Time, session: Session) -> Turn:
    return Turn(session, time.clocks, lambda: Stamp("command:tests", time.now), lambda: False, lambda: None)


def test_what_is_done_once_a_day_is_done_at_the_start_and_after_each_midnight_of_london(
    session: Session,
) -> None:
    days: list[date] = []
    time = Time(at(date(2026, 7, 1), 12))
    job = Daily("counting", lambda turn: days.append(turn.day))
    for hours in (0, 11, 12, 13, 37):
        time.now = at(date(2026, 7, 1), 12) + hours * HOUR
        job.run(turn_of(time, session))
    assert days == [date(2026, 7, 1), date(2026, 7, 2), date(2026, 7, 3)]


def test_what_fails_is_tried_again_in_an_hour_and_not_twice_a_minute(session: Session) -> None:
    tries: list[float] = []
    time = Time()

    def fail(_turn: Turn) -> None:
        tries.append(time.seconds)
        if len(tries) < 3:
            raise RuntimeError

    job = Daily("counting", fail)
    for _ in range(300):
        time.passes(timedelta(seconds=30))
        try:
            job.run(turn_of(time, session))
        except RuntimeError:
            continue
    assert tries == [30, 3630, 7230]


def test_the_sweeps_find_nothing_to_do_in_a_new_service(app: Flask, session: Session, tmp_path: Path) -> None:
    jobs = sweeps(tmp_path)
    for job in jobs:
        job.run(turn_of(Time(), session))
    assert [job.name for job in jobs] == [
        "sweeping the texts of old messages",
        "sweeping imports",
        "sweeping evidence",
    ]
