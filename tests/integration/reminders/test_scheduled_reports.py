"""Reports on schedule, from the end of a period to the mail server: once, and to nobody who may not read them."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, func, select, update
from sqlalchemy.orm import Session

from compliance.domain.figures import Rag
from foundation import audit, clock
from foundation.dates import london_day
from foundation.db import db, transaction
from foundation.errors import DomainError
from foundation.facts import retract
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.models import AccountRow, PermissionRow
from reminders.domain.letter import Letter, RefusedError
from reminders.mailers.console import ConsoleMailer
from reminders.mailers.notify import NotifyMailer
from reminders.mailers.smtp import SmtpMailer
from reminders.services import rounds
from reminders.services.outbox.sending import send_waiting
from reminders.services.rounds import NotAllIssuedError, ScheduledReports
from reminders.services.ticking import Clocks, Turn
from reminders.services.writing import report as writing
from reminders.services.writing.report import ReportWriter
from reports import store as report_store
from reports.domain.commentary import Said
from reports.domain.description import Format
from reports.domain.schedule import Every, Wanted
from reports.models import FrozenReportRow, ReportIssueRow
from reports.services import issuing, scheduling
from reports.services.freezing import Ready, keep, make_ready, opened
from reports.services.issuing import Tally, issue_due
from reports.store import schedules as store
from tests.borough import email_of
from tests.integration.reminders.dying import SENDER
from tests.integration.reminders.post_office import HANG_UP, PostOffice
from tests.integration.reminders.test_writing import LETTERHEAD
from tests.integration.settled import settle
from tests.integration.test_killed import nursery

NOW = datetime(2026, 5, 11, 9, 0, tzinfo=UTC)
TODAY = NOW.date()
APRIL, JULY = date(2026, 4, 30), date(2026, 7, 31)
COUNCIL = "Example Borough Council"
COORDINATOR, LEARNING, STAFF = (email_of(one) for one in ("coordinator", "learning", "staff"))
OUTSIDE = "committee@elsewhere.example"


def stamp() -> Stamp:
    return Stamp("command:tests", NOW)


@pytest.fixture(autouse=True)
def people(session: Session) -> None:
    settle(session, TODAY)


def wanted(*to: str, key: str = "targets", form: Format | None = None, every: Every = Every.MONTH) -> Wanted:
    return Wanted(key, every, form, to or (COORDINATOR,), APRIL)


def have_sent(session: Session, *to: str, key: str = "targets", form: Format | None = None) -> str:
    with transaction(session):
        return scheduling.schedule(session, stamp(), wanted(*to, key=key, form=form), TODAY, with_files=True)


def issue(session: Session, day: date = TODAY) -> Tally:
    return issue_due(session, stamp, COUNCIL, day)


def send(
    session: Session, office: PostOffice, *, with_files: bool = True, later: timedelta = timedelta()
) -> None:
    writer = ReportWriter(LETTERHEAD, london_day, with_files=with_files)
    send_waiting(
        session,
        lambda: Stamp("command:tests", NOW + later),
        SmtpMailer("127.0.0.1", office.port, encrypted=False),
        SENDER,
        writers=[writer],
    )


def count(session: Session, *rows: type[OutgoingMessageRow | FrozenReportRow | ReportIssueRow]) -> list[int]:
    found = [session.scalar(select(func.count()).select_from(one)) or 0 for one in rows]
    session.rollback()
    return found


def outcomes(session: Session) -> dict[str, tuple[str, str]]:
    """By address, what became of its message and why."""
    found = {one.recipient: (one.state, one.problem) for one in store.sent(session, 100)}
    session.rollback()
    return found


def test_a_period_is_kept_and_queued_once_however_often_somebody_looks(session: Session) -> None:
    have_sent(session, COORDINATOR, LEARNING)
    assert [(one.last_day, one.recipients) for one in issue(session).issued] == [(APRIL, 2)]
    for later in range(3):
        assert issue(session, TODAY + timedelta(days=later)).issued == []
    assert count(session, OutgoingMessageRow, FrozenReportRow, ReportIssueRow) == [2, 1, 2]


def test_a_look_where_nothing_is_due_is_one_statement_and_writes_nothing(
    session: Session, engine: Engine
) -> None:
    for key in ("targets", "directorates", "trend"):
        have_sent(session, key=key)
    issue(session)
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    event.listen(engine, "before_cursor_execute", note)
    issue(session)
    event.remove(engine, "before_cursor_execute", note)
    assert len([one for one in asked if one.startswith("SELECT")]) == 1
    assert [one for one in asked if not one.startswith("SELECT")] == []


def test_of_three_missed_months_one_is_sent_and_the_others_stand_in_the_record(
    session: Session, office: PostOffice
) -> None:
    have_sent(session)
    issue(session)
    assert [(one.last_day, one.passed_over) for one in issue(session, date(2026, 8, 11)).issued] == [
        (JULY, 2)
    ]
    found = [(one.last_day, one.recipient, one.problem) for one in store.sent(session, 10)]
    assert found == [
        (JULY, COORDINATOR, ""),
        (date(2026, 6, 30), "", issuing.PASSED_OVER),
        (date(2026, 5, 31), "", issuing.PASSED_OVER),
        (APRIL, COORDINATOR, ""),
    ]
    references = {one.last_day: one.reference for one in store.sent(session, 10)}
    assert references[date(2026, 5, 31)] == references[JULY] != references[APRIL]
    send(session, office)
    assert len(office.taken) == 2


def test_two_schedules_of_one_report_and_period_share_what_is_kept(session: Session) -> None:
    have_sent(session, COORDINATOR)
    have_sent(session, OUTSIDE, form=Format.CSV)
    assert len(issue(session).issued) == 2
    assert count(session, FrozenReportRow, OutgoingMessageRow) == [1, 2]


def say(session: Session, words: str, at: datetime, as_at: date = APRIL) -> str:
    with transaction(session):
        said, by = Said(words, "The coordinator", Rag.AMBER), Stamp("command:tests", at)
        audit.record(session, by, "commentary.recorded", "report:targets")
        return report_store.add_note(session, by, "targets", as_at, "AWARE", said)


def kept_words(session: Session) -> list[str]:
    """What is kept, each report as text, the oldest first."""
    references = session.scalars(select(FrozenReportRow.reference).order_by(FrozenReportRow.id)).all()
    return [str(opened(session, one)[1]) for one in references]


def test_commentary_that_is_written_on_the_fifth_day_is_in_what_goes_out(session: Session) -> None:
    have_sent(session)
    have_sent(session, key="directorates")
    early = issue(session, date(2026, 5, 5)).issued
    assert [one.report for one in early] == ["directorates"], "the other waits for its commentary"
    say(session, "Depots are next.", datetime(2026, 5, 5, 12, 0, tzinfo=UTC))
    assert issue(session, date(2026, 5, 10)).issued == []
    assert [(one.report, one.last_day) for one in issue(session).issued] == [("targets", APRIL)]
    assert "Depots are next." in kept_words(session)[-1]


def test_a_copy_that_is_older_than_what_was_said_is_not_sent_again(session: Session) -> None:
    public_id = have_sent(session, COORDINATOR)
    issue(session)
    note = say(session, "Depots are next.", NOW + timedelta(hours=1))
    have_sent(session, OUTSIDE, form=Format.CSV)
    later = Stamp("command:tests", NOW + timedelta(hours=2))
    assert len(issue_due(session, lambda: later, COUNCIL, TODAY).issued) == 1
    first, second = kept_words(session)
    assert "Depots are next." not in first
    assert "Depots are next." in second
    have_sent(session, LEARNING)
    issue_due(session, lambda: later, COUNCIL, TODAY)
    assert len(kept_words(session)) == 2, "nothing was said since: the newer copy is shared"
    with transaction(session):
        taken = Stamp("command:tests", NOW + timedelta(hours=3))
        report_store.take_out_note(session, taken, note, "tests")
        scheduling.end(session, taken, public_id)
    have_sent(session, COORDINATOR)
    last = Stamp("command:tests", NOW + timedelta(hours=4))
    issue_due(session, lambda: last, COUNCIL, TODAY)
    assert len(kept_words(session)) == 3
    assert "Depots are next." not in kept_words(session)[-1]


def while_it_is_made(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> list[str]:
    """Have somebody act just after a report was made for the first time; the reports that were made."""
    made: list[str] = []

    def make(*asked: Any) -> Ready:
        ready = make_ready(*asked)
        made.append(ready.report)
        if len(made) == 1:
            act()
        return ready

    monkeypatch.setattr(issuing, "make_ready", make)
    return made


def test_of_two_that_make_a_report_ready_at_once_one_keeps_it(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_sent(session)

    def somebody_else_is_faster() -> None:
        with Session(engine) as other:
            assert len(issue(other).issued) == 1

    made = while_it_is_made(monkeypatch, somebody_else_is_faster)
    assert issue(session).issued == []
    assert len(made) == 2
    assert count(session, OutgoingMessageRow, FrozenReportRow, ReportIssueRow) == [1, 1, 1]


def test_a_period_that_another_schedule_kept_meanwhile_is_shared(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_sent(session, COORDINATOR)
    have_sent(session, OUTSIDE, form=Format.CSV)
    first, second = (one.id for one in store.schedules(session))

    def the_other_one_is_faster() -> None:
        with Session(engine) as other:
            assert len(issue_due(other, stamp, COUNCIL, TODAY, resting=[first]).issued) == 1

    while_it_is_made(monkeypatch, the_other_one_is_faster)
    assert len(issue_due(session, stamp, COUNCIL, TODAY, resting=[second]).issued) == 1
    assert count(session, OutgoingMessageRow, FrozenReportRow, ReportIssueRow) == [2, 1, 2]


def test_where_the_kept_one_is_out_of_date_by_the_time_of_keeping_another_is_made(
    session: Session, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_sent(session, COORDINATOR)
    issue(session)
    have_sent(session, OUTSIDE, form=Format.CSV)
    asked, asking = store.kept_by_schedule, []

    def asked_before_somebody_says_more(*of: Any) -> int | None:
        found = asked(*of)
        asking.append(found)
        if len(asking) == 1:
            with Session(engine) as other:
                say(other, "Depots are next.", NOW + timedelta(hours=1))
        return found

    monkeypatch.setattr(store, "kept_by_schedule", asked_before_somebody_says_more)
    later = Stamp("command:tests", NOW + timedelta(hours=2))
    assert len(issue_due(session, lambda: later, COUNCIL, TODAY).issued) == 1
    assert asking[0] is not None
    assert "Depots are next." in kept_words(session)[-1]
    assert count(session, OutgoingMessageRow, FrozenReportRow) == [2, 2]


def test_a_change_into_what_stands_already_is_refused(session: Session) -> None:
    have_sent(session)
    with transaction(session):
        yearly = scheduling.schedule(session, stamp(), wanted(every=Every.YEAR), TODAY, with_files=True)
    with pytest.raises(DomainError, match="in this way already"), transaction(session):
        scheduling.change(session, stamp(), yearly, wanted(), TODAY, with_files=True)
    assert len(store.schedules(session)) == 2
    with transaction(session):
        scheduling.change(session, stamp(), yearly, wanted(every=Every.YEAR), TODAY, with_files=True)


def test_a_day_to_come_that_is_pretended_keeps_no_report_of_a_day_that_is_not_over(
    session: Session, app: Flask
) -> None:
    today = clock.today()
    asked = Wanted("directorates", Every.MONTH, None, (COORDINATOR,), today)
    with transaction(session):
        scheduling.schedule(session, Stamp("command:tests", clock.now()), asked, today, with_files=True)
    day = (today + timedelta(days=40)).isoformat()
    answer = app.test_cli_runner().invoke(args=["reminders", "run", "--on", day])
    assert answer.exit_code == 0, answer.output
    assert count(session, FrozenReportRow, ReportIssueRow) == [0, 0]


def test_a_link_goes_to_those_who_may_read_and_names_nobody(session: Session, office: PostOffice) -> None:
    have_sent(session, COORDINATOR, STAFF, OUTSIDE, key="expiring")
    issue(session)
    send(session, office)
    assert [one.to for one in office.taken] == [(COORDINATOR,)]
    kept = session.scalars(select(FrozenReportRow)).one()
    parts = [part.get_payload(decode=True) for part in office.taken[0].read.walk() if not part.is_multipart()]
    said = b"".join(part for part in parts if isinstance(part, bytes)).decode()
    assert f"/reports/kept/{kept.public_id}" in said
    assert kept.reference in said
    assert "Tester" not in said
    for address in (STAFF, OUTSIDE):
        assert outcomes(session)[address] == ("cancelled", writing.MAY_NOT_READ)


@pytest.mark.parametrize("taken", ["permission", "account"])
def test_whoever_may_not_read_it_any_more_when_it_leaves_gets_nothing(
    session: Session, office: PostOffice, taken: str
) -> None:
    have_sent(session, COORDINATOR, LEARNING)
    issue(session)
    with transaction(session):
        account = select(AccountRow.id).where(AccountRow.email == COORDINATOR).scalar_subquery()
        if taken == "permission":
            held = session.scalars(select(PermissionRow.id).where(PermissionRow.account_id == account)).all()
            retract(session, PermissionRow, held, stamp(), "tests")
        else:
            session.execute(update(AccountRow).where(AccountRow.email == COORDINATOR).values(disabled_at=NOW))
    send(session, office)
    assert [one.to for one in office.taken] == [(LEARNING,)]
    assert outcomes(session)[COORDINATOR] == ("cancelled", writing.MAY_NOT_READ)


@pytest.mark.parametrize("form", [Format.PDF, Format.XLSX, Format.ODS, Format.CSV])
def test_a_file_is_what_the_command_draws_of_the_publishable_version_to_the_byte(
    session: Session, app: Flask, office: PostOffice, tmp_path: Path, form: Format
) -> None:
    have_sent(session, OUTSIDE, COORDINATOR, form=form)
    issue(session)
    reference = store.sent(session, 1)[0].reference
    send(session, office)
    assert sorted(one.to[0] for one in office.taken) == sorted([OUTSIDE, COORDINATOR])
    file = tmp_path / f"again.{form.value}"
    arguments = ["reports", "open", reference, "--format", form.value, "--output", str(file), "--public"]
    answer = app.test_cli_runner().invoke(args=arguments)
    assert answer.exit_code == 0, answer.stderr
    for one in office.taken:
        found = [part for part in one.read.walk() if part.get_content_disposition() == "attachment"]
        assert [part.get_payload(decode=True) for part in found] == [file.read_bytes()]
        assert found[0].get_filename() == f"targets-public-2026-04-30.{form.value}"
        assert b"/reports/kept/" not in one.content


def test_a_second_copy_of_a_message_with_a_file_is_the_first_to_the_byte(
    session: Session, office: PostOffice
) -> None:
    have_sent(session, OUTSIDE, form=Format.PDF)
    issue(session)
    office.script["DATA"] = [HANG_UP]
    send(session, office)
    send(session, office, later=timedelta(days=1))
    assert office.taken
    assert len({one.content for one in office.taken}) == 1


def test_a_file_that_is_too_large_or_cannot_be_sent_becomes_a_link_for_those_who_may_read(
    session: Session, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_sent(session, OUTSIDE, COORDINATOR, form=Format.PDF)
    have_sent(session, LEARNING, form=Format.CSV)
    issue(session)
    monkeypatch.setattr(writing, "LARGEST_FILE", 100)
    send(session, office)
    assert sorted(one.to[0] for one in office.taken) == sorted([COORDINATOR, LEARNING])
    assert all(b"too large" in one.content and b"/reports/kept/" in one.content for one in office.taken)
    assert not any(b"attachment" in one.content for one in office.taken)
    assert outcomes(session)[OUTSIDE] == ("cancelled", writing.MAY_NOT_READ)


def test_by_notify_a_file_becomes_a_link(session: Session, office: PostOffice) -> None:
    have_sent(session, COORDINATOR, form=Format.PDF)
    issue(session)
    send(session, office, with_files=False)
    assert b"takes no files" in office.taken[0].content
    with pytest.raises(DomainError, match="Notify"), transaction(session):
        scheduling.schedule(session, stamp(), wanted(OUTSIDE, form=Format.PDF), TODAY, with_files=False)


def test_a_mailer_that_takes_no_files_refuses_one_and_the_console_names_it(
    session: Session, office: PostOffice, capsys: pytest.CaptureFixture[str]
) -> None:
    have_sent(session, OUTSIDE, form=Format.CSV)
    issue(session)
    send(session, office)
    letter = Letter("a@council.example", OUTSIDE, "Report", "Hello\n", "<1@x>", office.taken[0].content)
    ConsoleMailer().finish(letter)
    assert "with the file targets-public-2026-04-30.csv" in capsys.readouterr().out
    mailer = NotifyMailer(
        "127.0.0.1", 9, encrypted=False, service="s", secret="k", template="t", now=lambda: NOW
    )
    with pytest.raises(RefusedError, match="takes none"):
        mailer.finish(letter)


def test_what_was_sent_is_not_sent_again_after_a_change_and_whoever_left_the_list_gets_nothing(
    session: Session, office: PostOffice
) -> None:
    public_id = have_sent(session, COORDINATOR, LEARNING)
    issue(session)
    with transaction(session):
        changed = scheduling.change(session, stamp(), public_id, wanted(LEARNING), TODAY, with_files=True)
    assert issue(session).issued == []
    send(session, office)
    assert [one.to for one in office.taken] == [(LEARNING,)]
    assert outcomes(session)[COORDINATOR] == ("superseded", scheduling.CHANGED)
    assert [one.last_day for one in issue(session, date(2026, 6, 11)).issued] == [date(2026, 5, 31)]
    with transaction(session):
        scheduling.end(session, stamp(), changed)
    send(session, office)
    assert len(office.taken) == 1
    assert issue(session, date(2027, 6, 1)).issued == []


@pytest.mark.parametrize(
    "typed", ["sam", f"{OUTSIDE}\nbcc: {STAFF}", f"{OUTSIDE}\r\nbcc: {STAFF}", "=?a?q?=0a?=@b.example"]
)
def test_an_address_that_would_be_a_header_is_refused_by_name(session: Session, typed: str) -> None:
    with pytest.raises(DomainError, match="not email addresses") as refused, transaction(session):
        scheduling.schedule(session, stamp(), wanted(COORDINATOR, typed), TODAY, with_files=True)
    assert typed[:3] in str(refused.value)
    assert COORDINATOR not in str(refused.value)


def test_a_file_of_a_report_that_names_people_is_refused_and_so_is_one_of_nothing(session: Session) -> None:
    for asked, says in (
        (wanted(key="expiring", form=Format.PDF), "names people or posts"),
        (wanted(key="x"), "no report"),
    ):
        with pytest.raises(DomainError, match=says), transaction(session):
            scheduling.schedule(session, stamp(), asked, TODAY, with_files=True)


def test_one_that_fails_leaves_nothing_keeps_no_other_and_is_said_until_it_went(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    have_sent(session, key="directorates")
    have_sent(session, key="targets")

    def failing(session: Session, stamp: Stamp, ready: Ready) -> object:
        found = keep(session, stamp, ready)
        if ready.report == "directorates":
            raise KeyError("somebody's name")
        return found

    monkeypatch.setattr(issuing, "keep", failing)
    seconds = [0.0]
    clocks = Clocks(lambda: NOW, lambda: seconds[0], london_day)
    turn = Turn(session, clocks, stamp, lambda: False, lambda: None)
    job = ScheduledReports(COUNCIL)
    for _ in range(2):
        with pytest.raises(NotAllIssuedError, match=r"^KeyError$"):
            job.run(turn)
    assert count(session, FrozenReportRow, OutgoingMessageRow) == [1, 1]
    monkeypatch.setattr(issuing, "keep", keep)
    with pytest.raises(NotAllIssuedError):
        job.run(turn)  # it rests
    seconds[0] += rounds.TRY_AGAIN_SECONDS + 1
    job.run(turn)
    assert count(session, FrozenReportRow, OutgoingMessageRow) == [2, 2]


def test_killed_at_any_moment_nothing_was_done_and_then_all_of_it(
    session: Session, app: Flask, address: str, tmp_path: Path
) -> None:
    have_sent(session, COORDINATOR, LEARNING)
    _let_go()
    found = nursery("kill", address, tmp_path, ["reports", "send-due", "--on", TODAY.isoformat()])
    assert len(found["killed"]) > 2
    assert [moment for moment, unchanged in found["killed"] if not unchanged] == []
    assert (found["exit_status"], found["changed"]) == (0, True)
    assert count(db.session(), OutgoingMessageRow, FrozenReportRow, ReportIssueRow) == [2, 1, 2]


def test_several_at_once_send_each_period_once(
    session: Session, app: Flask, address: str, tmp_path: Path
) -> None:
    have_sent(session, COORDINATOR, LEARNING)
    have_sent(session, OUTSIDE, form=Format.CSV)
    _let_go()
    command = ["reports", "send-due", "--on", TODAY.isoformat()]
    found = nursery("together", address, tmp_path, command, command, command)
    assert found["exit_statuses"] == [0, 0, 0]
    assert count(db.session(), OutgoingMessageRow, FrozenReportRow, ReportIssueRow) == [3, 1, 3]


def _let_go() -> None:
    """Keep no connection while other processes work."""
    db.session.remove()
    db.engine.dispose()
