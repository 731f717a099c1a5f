"""Reports of training and evidence say what a plain count of the rows says, of a workshop and of a year."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from courses import store as courses
from courses.domain import CompletionKey, Concern, Evidence
from courses.domain.evaluation import AGREES, STATEMENTS, When
from courses.domain.workshops import BookingState, How, Outcome, Sitting
from courses.models import CompletionRow
from courses.models.workshops import AttendanceRow, BookingRow, EvaluationAnswerRow
from courses.services.evidence import decide_evidence
from courses.services.withdrawing import withdraw
from courses.store import attendance, bookings, certificates, evaluations, workshops
from courses.store.workshops import Workshop
from foundation.db import transaction
from foundation.errors import NotFound
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.models import AccountRow, PersonDetailRow
from reports.domain.description import WITHHELD, Cell, Format, Percent, Report, Table
from reports.services.building import build
from reports.services.rendering import rendered
from tests.borough import COUNCIL, PARTNER, Borough, email_of
from tests.integration.courses.register_desk import ATTENDED, LATE, MISSING, PARTIAL, RegisterDesk
from tests.integration.settled import settle

BEGAN = date(2026, 3, 1)
"""When everything of the borough was recorded: in the financial year before."""
NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
HELD_AT = datetime(2026, 6, 1, 9, tzinfo=UTC)
DAY = HELD_AT.date()
KEYS = ("workshops", "register", "evidence", "evaluation", "foi")


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, BEGAN)


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose key signs the certificates of all tests: to make one takes a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def desk(session: Session, borough: Borough, keys: Path) -> RegisterDesk:
    return RegisterDesk(session, borough, keys, NOW)


def made(
    session: Session, key: str, day: date = DAY, of: str = "", made_at: datetime = NOW, **more: object
) -> Report:
    session.rollback()
    return build(session, key, day, made_at, "tests", COUNCIL, of=of, **more)  # type: ignore[arg-type]  # by name


def rows_of(table: Table) -> list[dict[str, Cell]]:
    keys = [column.key for column in table.columns]
    return [dict(zip(keys, row, strict=True)) for row in table.rows]


@pytest.fixture
def held(desk: RegisterDesk) -> Workshop:
    """A closed register with one of everything."""
    found = desk.at(HELD_AT, "Sam", "Ola", "Kit", "Two", "Dana")
    desk.booked(found, "Uma", BookingState.LATE_CANCELLED)
    desk.booked(found, "Mo", BookingState.CANCELLED)
    first = desk.booked(found, "Vic", BookingState.SUBSTITUTED)
    desk.booked(found, "Pia", instead_of=first.public_id)
    desk.save(found, Sam=ATTENDED, Ola=MISSING, Kit=PARTIAL, Two=ATTENDED, Dana=LATE, Pia=ATTENDED)
    with transaction(desk.session) as session:
        attendance.record_guest(session, desk.stamp, found.id, "A. Guest", "Elsewhere", "")
    desk.close(found)
    return found


def test_a_summary_counts_what_the_rows_of_bookings_and_registers_count(
    session: Session, desk: RegisterDesk, held: Workshop
) -> None:
    opened = desk.at(HELD_AT + timedelta(hours=3), "Sam", "Ola")
    desk.booked(opened, "Mo", BookingState.LATE_CANCELLED)
    off = desk.at(HELD_AT + timedelta(hours=6), "Sam")
    with transaction(session):
        workshops.record_line(session, desk.stamp, off.id, replace(off.sitting, is_cancelled=True))
    desk.at(HELD_AT + timedelta(days=1), "Sam")
    desk.at(datetime(2026, 3, 31, 12, tzinfo=UTC), "Sam")
    every, by_course = (rows_of(table) for table in made(session, "workshops").tables)
    assert [row["reference"] for row in every] == [held.reference, opened.reference, off.reference]
    outcomes = Counter(
        row.outcome for row in session.scalars(select(AttendanceRow)) if row.retracted_at is None
    )
    states = Counter(
        row.state
        for row in session.scalars(select(BookingRow))
        if row.retracted_at is None and row.workshop_id == held.id
    )
    row = every[0]
    assert row["attended"] == outcomes[ATTENDED] + outcomes[PARTIAL] == 4
    assert row["missing"] == outcomes[MISSING] == 1
    assert row["late"] == outcomes[LATE] == 2
    assert row["no_show"] == Percent(1, 5)
    assert (row["booked"], row["cancelled"]) == (states["booked"], states["cancelled"]) == (6, 1)
    assert (row["substitutes"], row["guests"], row["partial"]) == (1, 1, 1)
    assert row["sectors"] == "Council 3, Voluntary and community sector 1"
    assert (row["time"], row["led_by"], row["place"]) == ("10:00 to 12:00", "Vic Tester", "Town Hall")
    assert (every[1]["booked"], every[1]["late"], every[1]["attended"]) == (2, 1, None)
    assert (every[2]["register"], every[2]["booked"]) == ("Called off", None)
    (course,) = by_course
    assert (course["held"], course["open"], course["called_off"]) == (2, 1, 1)
    assert (course["booked"], course["late"], course["attended"]) == (8, 3, 4)


def test_whoever_gave_a_place_up_late_and_waits_again_is_counted_as_late_while_the_register_is_open(
    session: Session, desk: RegisterDesk
) -> None:
    found = desk.at(HELD_AT)
    before = desk.booked(found, "Mo", BookingState.LATE_CANCELLED)
    with transaction(session):
        bookings.record(
            session, desk.stamp, found.id, before.person_id, BookingState.WAITING, before=before, anew=True
        )
    (row,) = rows_of(made(session, "workshops").tables[0])
    assert row["late"] == 1


def test_a_register_is_found_by_its_reference_and_its_public_id_with_certificates(
    session: Session, desk: RegisterDesk, held: Workshop
) -> None:
    report = made(session, "register", of=held.reference)
    assert report == made(session, "register", of=held.public_id)
    rows = {row["name"]: row for row in rows_of(report.tables[0])}
    on_record = {
        row.person_id: row.outcome
        for row in session.scalars(select(AttendanceRow))
        if row.retracted_at is None
    }
    assert len(rows) == len(on_record) + 1, "and the guest"
    issued = certificates.of_person(session, desk.borough.ids["Sam"])[0].certificate.number
    sam = rows["Sam Tester"]
    assert str(sam["certificate"]).replace("-", "") == issued
    assert (sam["employer"], sam["sector"], sam["contact"]) == (COUNCIL, "Council", "sam@council.example")
    assert rows["Kit Tester"]["certificate"] == "", "who left early completed nothing"
    assert rows["A. Guest"]["attended"] == "Attended (guest)"
    desk.correct(held, "Sam", MISSING)
    after = {row["name"]: row for row in rows_of(made(session, "register", of=held.public_id).tables[0])}
    assert after["Sam Tester"]["certificate"] == ""


def test_an_unknown_workshop_is_not_found(session: Session, desk: RegisterDesk, held: Workshop) -> None:
    for of in ("W-2026-999", "0" * 32):
        with pytest.raises(NotFound):
            made(session, "register", of=of)


def test_nothing_of_workshops_and_evidence_is_told_to_whoever_sees_one_organisation(
    session: Session, desk: RegisterDesk, held: Workshop
) -> None:
    own = frozenset({desk.borough.organisations[PARTNER]})
    for key in ("workshops", "evidence", "evaluation"):
        assert not any(table.rows for table in made(session, key, organisation_ids=own).tables)
    with pytest.raises(NotFound):
        made(session, "register", of=held.public_id, organisation_ids=own)


def account(session: Session, reader: str) -> str:
    found = session.scalars(select(AccountRow.public_id).where(AccountRow.email == email_of(reader))).one()
    session.rollback()
    return f"account:{found}"


def sent(
    session: Session, borough: Borough, name: str, actor: str, at: datetime, *concerns: Concern
) -> CompletionKey:
    """Somebody's training is told of at a moment, with a file: the same one each time."""
    key = CompletionKey(borough.ids[name], "PREV", date(2026, 4, 2))
    stamp = Stamp(actor, at)
    with transaction(session):
        courses.record_completion(
            session, stamp, key, Evidence.AWAITING, provider="", reference="", source="self"
        )
        courses.record_evidence_file(
            session,
            stamp,
            key,
            purpose="certificate",
            kind="pdf",
            size=4,
            sha256="0123456789abcdef" * 4,
            stored_as=f"{name}-{at:%d%H}",
            concerns=[one.value for one in concerns],
        )
    return key


def test_evidence_is_told_with_what_was_decided_by_the_end_of_the_day(
    session: Session, borough: Borough
) -> None:
    staff, learning = account(session, "staff"), account(session, "learning")
    may = datetime(2026, 5, 4, 10, tzinfo=UTC)
    accepted = sent(session, borough, "Sam", staff, may)
    refused = sent(session, borough, "Kit", staff, may + timedelta(hours=1), Concern.NAME_DIFFERS)
    taken = sent(session, borough, "Bo", staff, may + timedelta(hours=2))
    with transaction(session):
        withdraw(
            session, Stamp(staff, may + timedelta(hours=3)), taken.person_id, taken.course, taken.completed_on
        )
    later = may + timedelta(days=2)
    with transaction(session):
        decide_evidence(session, Stamp(learning, later), accepted, Evidence.VERIFIED)
        decide_evidence(session, Stamp(learning, later), refused, Evidence.REJECTED, "Another name")
    before, after = (
        {row["name"]: row for row in rows_of(made(session, "evidence", day).tables[0])}
        for day in (may.date(), later.date())
    )
    assert list(before) == ["Ash Tester", "Sam Tester", "Kit Tester", "Bo Tester"]
    waited = session.scalars(select(CompletionRow).where(CompletionRow.evidence == "awaiting")).all()
    assert len(waited) == len(after), "each was sent in once"
    ash = after["Ash Tester"]
    assert (ash["decision"], ash["submitted"], ash["file"], ash["name_matches"], ash["sent_by"]) == (
        "Waiting for a check",
        BEGAN,
        "",
        "No file",
        "The service",
    ), "sent in in the year before, and still waiting"
    sam = after["Sam Tester"]
    assert (sam["decision"], sam["checked_by"], sam["sent_by"], sam["reason"]) == (
        "Accepted",
        "Uma Tester",
        "Sam Tester",
        "",
    )
    assert (sam["submitted"], sam["decided"], sam["file"]) == (may.date(), later.date(), "0123456789ab")
    kit = after["Kit Tester"]
    assert (kit["decision"], kit["reason"], kit["name_matches"]) == ("Not accepted", "Another name", "No")
    assert {row["same_file"] for row in after.values()} == {"No file", "For somebody else"}
    assert after["Bo Tester"]["decision"] == "Withdrawn by the person"
    assert [before[name]["decision"] for name in ("Sam Tester", "Kit Tester")] == ["Waiting for a check"] * 2
    assert before["Sam Tester"]["checked_by"] == ""
    assert [row["name"] for row in rows_of(made(session, "evidence", BEGAN).tables[0])] == ["Ash Tester"]
    next_year = rows_of(made(session, "evidence", date(2027, 4, 1)).tables[0])
    assert [row["name"] for row in next_year] == ["Ash Tester"], (
        "what was decided in the year before is left out"
    )


def answered(session: Session, workshop: Workshop, when: When, *totals: int) -> None:
    """So many people answered, each with one mark for every statement."""
    with transaction(session):
        for number, mark in enumerate(totals):
            pair = f"{workshop.id}-{number}"
            evaluations.record_answer(session, workshop.id, when, pair, [mark] * len(STATEMENTS), DAY)


def test_an_evaluation_tells_of_workshops_with_five_answers_and_of_no_others(
    session: Session, desk: RegisterDesk, held: Workshop
) -> None:
    few = desk.at(HELD_AT + timedelta(hours=3))
    desk.close(few)
    answered(session, held, When.BEFORE, 1, 2, 2, 4, 5, 3)
    answered(session, held, When.AFTER, 4, 5, 5, 4, 5, 2)
    answered(session, few, When.BEFORE, 5, 5, 5, 5)
    over = NOW + timedelta(days=15)
    report = made(session, "evaluation", made_at=over)
    (numbers,), statements = (rows_of(table) for table in report.tables)
    marks = {
        when: [
            row.marks
            for row in session.scalars(select(EvaluationAnswerRow))
            if row.workshop_id == held.id and row.asked == when
        ]
        for when in (When.BEFORE, When.AFTER)
    }
    assert (
        (numbers["before"], numbers["after"]) == (len(marks[When.BEFORE]), len(marks[When.AFTER])) == (6, 6)
    )
    assert numbers["later"] is None, "nobody can be asked yet"
    assert (numbers["workshops"], numbers["attended"], numbers["suppressed"]) == (2, 5, "Yes")
    assert numbers["response"] is None, "more answered than were there"
    for at, row in enumerate(statements):
        for when, mean, agree in (
            (When.BEFORE, "mean_before", "agree_before"),
            (When.AFTER, "mean_after", "agree_after"),
        ):
            given = [one[at] for one in marks[when]]
            assert row[mean] == f"{sum(given) / len(given):.1f}"
            assert row[agree] == Percent(sum(one >= AGREES for one in given), len(given))
    assert rows_of(made(session, "evaluation", made_at=HELD_AT).tables[0])[0]["before"] is None
    early = made(session, "evaluation", date(2026, 12, 31), made_at=HELD_AT)
    assert rows_of(early.tables[0])[0]["before"] is None, "a day to come shows nothing that is still open"


def test_one_workshop_with_few_answers_shows_nothing(session: Session, desk: RegisterDesk) -> None:
    few = desk.at(HELD_AT)
    desk.close(few)
    answered(session, few, When.BEFORE, 5, 5, 5, 5)
    report = made(session, "evaluation", made_at=NOW + timedelta(days=15))
    (numbers,) = rows_of(report.tables[0])
    assert [numbers[key] for key in ("before", "after", "later")] == [WITHHELD, WITHHELD, None]
    assert all(row["mean_before"] is WITHHELD for row in rows_of(report.tables[1]))


@pytest.mark.parametrize("partner_alone", [False, True])
def test_freedom_of_information_counts_people_and_attendances_of_the_rows(
    session: Session, borough: Borough, partner_alone: bool
) -> None:
    with transaction(session):
        stamp = Stamp("command:tests", NOW)
        for name, day in (("Sam", date(2026, 5, 1)), ("Sam", date(2026, 5, 2)), ("Pia", date(2024, 6, 1))):
            courses.record_completion(
                session,
                stamp,
                CompletionKey(borough.ids[name], "PREV", day),
                Evidence.VERIFIED,
                provider="",
                reference="",
                source="tests",
                revoked_on=date(2026, 6, 1) if day == date(2026, 5, 2) else None,
            )
    own = frozenset({borough.organisations[PARTNER]}) if partner_alone else None
    (row,) = rows_of(made(session, "foi", organisation_ids=own).tables[2])
    partners = {borough.ids[name] for name in ("Pia", "Per", "Pat", "Pip", "Pol", "Pam")}
    counted = [
        one
        for one in session.scalars(select(CompletionRow))
        if one.retracted_at is None
        and one.revoked_on is None
        and one.evidence in ("trusted", "verified")
        and (not partner_alone or one.person_id in partners)
    ]
    for months in (12, 24, 36):
        since = date(2026 - months // 12, 6, 2)
        within = [one for one in counted if since <= one.completed_on <= DAY]
        people = len({one.person_id for one in within})
        assert row[f"people_{months}"] == people
        assert row[f"completions_{months}"] == len(within)
        assert row[f"repeats_{months}"] == len(within) - people
    assert row["people_36"] == (3 if partner_alone else 9)
    assert row["completions_36"] == (4 if partner_alone else 11)


@pytest.mark.parametrize("key", KEYS)
def test_an_empty_record_gives_empty_tables(session: Session, key: str) -> None:
    report = made(session, key)
    assert report.tables
    assert not any(table.rows for table in report.tables)


LONG = (
    "Llanfairpwllgwyngyllgogerychwyrndrobwllllantysiliogogogoch and District Community Learning Partnership "
)


@pytest.fixture
def sixty(desk: RegisterDesk) -> Workshop:
    """Sixty workshops in a year, in places and led by people with long names; gives the first of them."""
    with transaction(desk.session) as session:
        people = [desk.borough.ids[name] for name in ("Sam", "Ola", "Kit", "Two", "Pia", "Mo", "Vic")]
        for person_id in people:
            _rename(desk, session, person_id)
        found = [_long(desk, session, number) for number in range(60)]
        for one in found:
            for person_id in people[:-1]:
                bookings.record(session, desk.stamp, one.id, person_id, BookingState.BOOKED)
                attendance.record_attendance(
                    session, desk.stamp, one.id, person_id, Outcome.ATTENDED, How.REGISTER
                )
            attendance.record_closed(session, desk.stamp, one.id)
    return found[-1]


def _rename(desk: RegisterDesk, session: Session, person_id: int) -> None:
    before = session.scalars(select(PersonDetailRow).where(PersonDetailRow.person_id == person_id)).one()
    retract(session, PersonDetailRow, [before.id], desk.stamp, "tests")
    session.add(
        PersonDetailRow(
            person_id=person_id,
            first_name=LONG[:100],
            last_name=LONG[:100],
            email=before.email,
            category=before.category,
            **recorded(desk.stamp),
        )
    )


def _long(desk: RegisterDesk, session: Session, number: int) -> Workshop:
    starts_at = HELD_AT - timedelta(days=number)
    sitting = Sitting(
        "BRIEF",
        starts_at,
        starts_at + timedelta(hours=2),
        20,
        place=(LONG * 3)[:300],
        facilitator_ids=(desk.borough.ids["Vic"],),
        other_facilitators=(LONG * 3)[:300],
    )
    return workshops.add(session, desk.stamp, courses.course_ids(session)["BRIEF"], sitting)


@pytest.mark.parametrize("key", KEYS)
def test_sixty_workshops_with_long_names_are_drawn_in_every_format(
    session: Session, sixty: Workshop, key: str
) -> None:
    report = made(
        session, key, of=sixty.reference if key == "register" else "", made_at=NOW + timedelta(days=400)
    )
    for form in Format:
        assert rendered(report, form)


@pytest.mark.parametrize("key", ["workshops", "evidence", "evaluation", "foi"])
def test_sixty_workshops_take_as_many_questions_as_one(session: Session, sixty: Workshop, key: str) -> None:
    def asked(day: date) -> int:
        statements: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            statements.append(statement)

        event.listen(session.get_bind(), "before_cursor_execute", note)
        made(session, key, day)
        event.remove(session.get_bind(), "before_cursor_execute", note)
        return len(statements)

    made(session, key)  # What every report reads of the rules is read once and kept.
    few = date(2026, 4, 3)
    assert sixty.sitting.day == few
    assert asked(DAY) == asked(few), "sixty workshops as one"
