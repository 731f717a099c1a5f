"""What messages say is true in the moment in which they leave, and only what their recipient may know (promise R5)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.models import ExemptionRow
from compliance.store.rules import load_rule_book, write_change
from courses.domain import Evidence
from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.mail import OutgoingMessageRow, State
from people.domain import AbsenceKind
from people.models import (
    AbsenceRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    UnitRow,
)
from reminders.domain.outbox import NoLonger, Words
from reminders.models import ReminderMessageRow, ReminderRow
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import ReminderWriter
from reminders.services.writing.still import SOME_ENDED
from reminders.services.writing.team import TeamWriter
from tests.borough import HOMES, RESOURCES, Borough, Builder
from tests.integration.reminders.steps import MONDAY, STEPS, borough_with_steps, run, set_reminders, stamp_on

LETTERHEAD = Letterhead(
    "Example Borough Council", "Prevent training", "https://training.example.gov.uk", "help@borough.example"
)
PERSON = ReminderWriter(LETTERHEAD, clock.london_day)
TEAM = TeamWriter(LETTERHEAD, clock.london_day)


def add_without_email(builder: Builder, name: str, unit: str, manager: str | None, days: int = 1000) -> None:
    """Somebody who has no email address."""
    row = PersonRow(person_ref=f"N-{name}")
    builder.session.add(row)
    builder.session.flush()
    builder.found.people[name], builder.found.ids[name] = row.public_id, row.id
    builder.session.add(
        PersonDetailRow(
            person_id=row.id,
            first_name=name,
            last_name="Tester",
            email=None,
            category="employee",
            **recorded(builder.stamp),
        )
    )
    builder.post(name, unit, manager, days=days)


def message_to(session: Session, borough: Borough, name: str, kind: str = "reminder") -> int:
    """The message that somebody is to get."""
    found = session.scalars(
        select(OutgoingMessageRow.id)
        .join(ReminderMessageRow, ReminderMessageRow.message_id == OutgoingMessageRow.id)
        .where(ReminderMessageRow.recipient_id == borough.ids[name], OutgoingMessageRow.kind == kind)
    ).all()
    session.rollback()
    assert len(found) == 1, (name, kind, found)
    return found[0]


def written(
    session: Session, message_id: int, day: date = MONDAY, *, team: bool = False, again: bool = False
) -> Words | NoLonger:
    """What leaves, as the outbox asks for it."""
    with transaction(session):
        return (TEAM if team else PERSON).write(session, stamp_on(day)(), message_id, again)


def words(session: Session, message_id: int, day: date = MONDAY, *, team: bool = False) -> Words:
    found = written(session, message_id, day, team=team)
    assert isinstance(found, Words), found
    return found


def outcomes(session: Session, borough: Borough, name: str) -> set[tuple[str, str]]:
    """What the ledger says of the reminders about somebody that were to be told."""
    found = session.execute(
        select(ReminderRow.outcome, ReminderRow.why)
        .where(ReminderRow.person_id == borough.ids[name], ReminderRow.outcome != "superseded")
        .order_by(ReminderRow.id)
    )
    return {(outcome, why) for outcome, why in found}


def act(session: Session, name: str, borough: Borough, change: Callable[[Builder], None]) -> None:
    """Change facts about somebody."""
    with transaction(session):
        builder = Builder(session, MONDAY)
        builder.found = borough
        change(builder)
        session.flush()
        facts.touch(session, [borough.ids[name]])


def test_each_message_says_what_its_recipient_has_to_do(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    sam = words(session, message_to(session, borough, "Sam"))
    assert sam.address == "sam@council.example"
    assert sam.is_html
    assert sam.subject.startswith("2 things to do for Prevent training, the first")
    assert "Hello Sam\n" in sam.body
    assert "1. Leaflets and stalls" in sam.body or "2. Leaflets and stalls" in sam.body
    assert 'Why you: it is part of the role "Street teams"' in sam.body
    assert "Why you: everyone in your organisation has to do it" in sam.body
    uma = words(session, message_to(session, borough, "Uma"))
    assert uma.subject.startswith("Prevent awareness for everybody: was due by ")
    assert "Where: https://www.gov.uk/\nHow long it takes: 40 minutes\n" in uma.body
    assert "https://training.example.gov.uk/training/tell-us?course=PREV\n" in uma.body
    kit = words(session, message_to(session, borough, "Kit"))
    assert kit.subject.startswith("New for you: Prevent awareness for everybody, due by ")
    # Ola has a proof that ends: for her the course that only renews counts too.
    ola = words(session, message_to(session, borough, "Ola"))
    assert "runs out on" in ola.body or "ran out on" in ola.body
    assert PERSON.address_of(session, message_to(session, borough, "Kit")) == "kit@council.example"


@pytest.mark.parametrize(
    "change, why",
    [
        (lambda builder: builder.completion("Uma", "PREV", 0), "up_to_date"),
        (lambda builder: builder.completion("Uma", "PREV", 0, Evidence.AWAITING), "waiting_for_check"),
        (
            lambda builder: builder.session.add(
                AbsenceRow(
                    person_id=builder.found.ids["Uma"],
                    kind=AbsenceKind.LONG_TERM_SICK,
                    first_day=builder.ago(40),
                    last_day=builder.ago(-40),
                    **recorded(builder.stamp),
                )
            ),
            "absent",
        ),
        (
            lambda builder: builder.session.add(
                ExemptionRow(
                    person_id=builder.found.ids["Uma"],
                    requirement_id=None,
                    reason="Trained elsewhere",
                    approved_by="Head of Community Safety",
                    first_day=builder.ago(3),
                    last_day=builder.ago(-30),
                    **recorded(builder.stamp),
                )
            ),
            "exempt",
        ),
        (
            lambda builder: retract(
                builder.session,
                PostSpellRow,
                builder.session.scalars(
                    select(PostSpellRow.id).where(PostSpellRow.person_id == builder.found.ids["Uma"])
                ).all(),
                builder.stamp,
                "a slip",
            ),
            "not_required",
        ),
    ],
    ids=["trained", "told us", "away", "exempt", "left"],
)
def test_nobody_is_written_to_about_what_no_longer_applies(
    session: Session, change: Callable[[Builder], None], why: str
) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Uma")
    act(session, "Uma", borough, change)
    found = written(session, message)
    assert found == NoLonger(f"Nothing in it applies any more: {why.replace('_', ' ')}.")
    assert ("cancelled", why) in outcomes(session, borough, "Uma")
    assert isinstance(written(session, message), NoLonger)


def test_what_still_applies_is_told_without_the_rest(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Sam")
    act(session, "Sam", borough, lambda builder: builder.completion("Sam", "PREV", 0))
    found = words(session, message)
    assert "Prevent awareness for everybody" not in found.body
    assert found.subject.startswith("Leaflets and stalls: ")
    # A copy may have arrived that says both: another one with fewer words would be a second message.
    assert isinstance(written(session, message, again=True), Words), "nothing ended since"
    act(session, "Sam", borough, lambda builder: builder.completion("Sam", "BRIEF", 0))
    assert isinstance(written(session, message, again=True), NoLonger)


def test_a_second_copy_says_all_that_the_first_said_or_does_not_leave(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Sam")
    first = words(session, message)
    assert written(session, message, again=True) == first
    act(session, "Sam", borough, lambda builder: builder.completion("Sam", "PREV", 0))
    found = written(session, message, again=True)
    assert found == NoLonger(SOME_ENDED, undecided=True)
    assert ("cancelled", "up_to_date") in outcomes(session, borough, "Sam")
    assert ("planned", "") in outcomes(session, borough, "Sam")


def test_a_new_address_is_the_one_that_is_written_to_and_without_one_nothing_leaves(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Uma")

    def with_address(address: str | None) -> Callable[[Builder], None]:
        def change(builder: Builder) -> None:
            of_uma = select(PersonDetailRow.id).where(
                PersonDetailRow.person_id == borough.ids["Uma"], PersonDetailRow.retracted_at.is_(None)
            )
            retract(session, PersonDetailRow, session.scalars(of_uma).all(), builder.stamp, "corrected")
            session.add(
                PersonDetailRow(
                    person_id=borough.ids["Uma"],
                    first_name="Uma",
                    last_name="Tester",
                    email=address,
                    category="employee",
                    **recorded(builder.stamp),
                )
            )

        return change

    act(session, "Uma", borough, with_address("uma.new@council.example"))
    assert PERSON.address_of(session, message) == "uma.new@council.example"
    assert words(session, message).address == "uma.new@council.example"
    act(session, "Uma", borough, with_address(None))
    assert PERSON.address_of(session, message) is None
    assert written(session, message) == NoLonger("There is no email address any more.")
    assert ("cancelled", "cannot_be_reached") in outcomes(session, borough, "Uma")


def test_a_manager_reads_of_the_own_team_alone_and_never_why_somebody_is_away(session: Session) -> None:
    # Deep is overdue, and reports to Ola, whose manager is Mo: that is another list, and not in the figure of the team.
    borough = borough_with_steps(
        session, also=lambda builder: builder.person("Deep", RESOURCES, "Ola", days=200)
    )
    run(session, MONDAY)
    found = words(session, message_to(session, borough, "Mo", "team_digest"), team=True)
    assert found.address == "mo@council.example"
    assert "- Sam Tester: " in found.body
    for other in ("Kit", "Uma", "Vic", "Pam", "Ash", "Bo", "Cy", "Two", "Dana", "Mo"):
        assert f"{other} Tester" not in found.body, other
    for word in ("away", "absen", "sick", "parental", "exempt", "maternity", "leave"):
        assert word not in found.body.lower()
    # In Mo's team are Sam, Ola, Ash, Bo (away), Cy (exempt) and Two.
    assert "of 4 people in your team" in found.body
    own, _, below = found.body.partition("In the team of Ola Tester:\n")
    assert "Deep" not in own
    assert below.startswith("- Deep Tester: ")
    assert "https://training.example.gov.uk/my-team?scope=everyone\n" in found.body


def test_a_head_of_service_reads_of_those_below_by_manager(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    found = words(session, message_to(session, borough, "Dana", "team_digest"), team=True)
    assert found.subject.startswith("Your service: ")
    assert (
        "Overdue by 30 days or more\n--------------------------\n\nIn the team of Mo Tester:\n- "
        in found.body
    )
    assert "- Sam Tester: " in found.body
    for other in ("Uma", "Vic", "Pam", "Bo", "Cy"):
        assert f"{other} Tester" not in found.body, other
    assert "https://training.example.gov.uk/my-team?scope=everyone\n" in found.body


def test_next_week_the_others_are_a_number(session: Session) -> None:
    borough = borough_with_steps(session, also=lambda builder: builder.person("New", HOMES, "Mo", days=85))
    run(session, MONDAY)
    words(session, message_to(session, borough, "Mo", "team_digest"), team=True)
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=State.SENT.value))
    later = MONDAY + timedelta(days=14)
    run(session, later)
    [message] = session.scalars(
        select(ReminderMessageRow.message_id).where(
            ReminderMessageRow.recipient_id == borough.ids["Mo"], ReminderMessageRow.day == later
        )
    ).all()
    session.rollback()
    kinds = {message: session.get_one(OutgoingMessageRow, message).kind}
    session.rollback()
    assert kinds[message] == "team_digest"
    found = words(session, message, later, team=True)
    assert "- New Tester: " in found.body
    assert "Sam" not in found.body
    assert "still overdue, of whom we told you before." in found.body


def test_a_manager_tells_those_without_an_address_until_they_have_one(session: Session) -> None:
    borough = borough_with_steps(
        session, also=lambda builder: add_without_email(builder, "Nan", HOMES, "Mo", 20)
    )
    run(session, MONDAY)
    message = message_to(session, borough, "Mo", "team_digest")
    found = words(session, message, team=True)
    assert "Please tell these people" in found.body
    assert "- Nan Tester: Prevent awareness for everybody, due by " in found.body

    def give_address(builder: Builder) -> None:
        rows = select(PersonDetailRow.id).where(PersonDetailRow.person_id == borough.ids["Nan"])
        retract(session, PersonDetailRow, session.scalars(rows).all(), builder.stamp, "corrected")
        session.add(
            PersonDetailRow(
                person_id=borough.ids["Nan"],
                first_name="Nan",
                last_name="Tester",
                email="nan@council.example",
                category="employee",
                **recorded(builder.stamp),
            )
        )

    act(session, "Nan", borough, give_address)
    assert "- Nan Tester: " in words(session, message, team=True).body, "nobody has told her yet"
    run(session, MONDAY + timedelta(days=1))
    to_nan = message_to(session, borough, "Nan")
    assert "- Nan Tester: " in words(session, message, team=True).body, "it has not left yet"
    with transaction(session):
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.id == to_nan)
            .values(state=State.SENT.value, sent_at=stamp_on(MONDAY)().at)
        )
    assert written(session, message, team=True, again=True) == NoLonger(SOME_ENDED, undecided=True)
    assert ("cancelled", "has_email_now") in outcomes(session, borough, "Nan")
    assert "Nan" not in words(session, message, team=True).body


def test_who_is_no_longer_the_manager_is_told_nothing_more(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Vic", "team_digest")

    def move(builder: Builder) -> None:
        rows = select(PostSpellRow.id).where(PostSpellRow.person_id == borough.ids["Uma"])
        retract(session, PostSpellRow, session.scalars(rows).all(), builder.stamp, "moved")
        builder._unit_ids[RESOURCES] = session.scalars(
            select(UnitRow.id).where(UnitRow.public_id == borough.units[RESOURCES])
        ).one()
        builder.post("Uma", RESOURCES, "Dana")

    act(session, "Uma", borough, move)
    assert written(session, message, team=True) == NoLonger("Nothing in it applies any more: not in team.")


def leave(name: str, last_day: date) -> Callable[[Builder], None]:
    """Somebody's posts end; nobody has changed to whom the team reports."""

    def change(builder: Builder) -> None:
        mine = select(PostSpellRow).where(PostSpellRow.person_id == builder.found.ids[name])
        [row] = builder.session.scalars(mine).all()
        names = ("person_id", "post_ref", "unit_id", "job_title", "manager_ref", "roles", "first_day")
        kept = {name: getattr(row, name) for name in names}
        retract(builder.session, PostSpellRow, [row.id], builder.stamp, "left")
        builder.session.add(PostSpellRow(**kept, last_day=last_day, **recorded(builder.stamp)))

    return change


def test_a_manager_who_has_left_by_the_day_on_which_it_leaves_is_told_nothing(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Mo", "team_digest")
    act(session, "Mo", borough, leave("Mo", MONDAY))
    assert words(session, message, team=True).address == "mo@council.example", "the last day is still theirs"
    found = written(session, message, MONDAY + timedelta(days=1), team=True)
    assert found == NoLonger("The recipient holds no post any more.")
    rows = select(ReminderRow.outcome, ReminderRow.why).where(ReminderRow.message_id == message)
    assert set(map(tuple, session.execute(rows))) == {("cancelled", "cannot_be_reached")}
    session.rollback()


def test_a_person_who_has_left_is_told_nothing_of_their_own(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Uma")
    act(session, "Uma", borough, leave("Uma", MONDAY - timedelta(days=1)))
    assert written(session, message) == NoLonger("Nothing in it applies any more: not required.")


def test_a_head_reads_of_managers_in_the_own_line_alone(session: Session) -> None:
    # Both has two posts. Abel, who reports to nobody, comes before Max, who reports to Dana.
    def also(builder: Builder) -> None:
        builder.person("Abel", RESOURCES)
        builder.person("Max", HOMES, "Dana")
        builder.person("Both", RESOURCES, "Abel", days=200)
        builder.post("Both", HOMES, "Max", days=200)

    borough = borough_with_steps(session, also=also)
    assert borough.ids["Abel"] < borough.ids["Max"]
    run(session, MONDAY)
    found = words(session, message_to(session, borough, "Dana", "team_digest"), team=True)
    assert "In the team of Max Tester:\n- Both Tester: " in found.body
    assert "Abel" not in found.body


def test_a_step_that_left_the_rule_book_is_still_told_as_what_it_was(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    set_reminders(session, MONDAY + timedelta(days=1), STEPS[:1])
    found = words(session, message_to(session, borough, "Uma"), MONDAY + timedelta(days=1))
    assert "It is not too late" in found.body
    found = words(
        session, message_to(session, borough, "Mo", "team_digest"), MONDAY + timedelta(days=1), team=True
    )
    assert "Sam Tester" in found.body


def test_a_changed_rule_book_is_in_the_next_message(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message = message_to(session, borough, "Uma")
    assert "40 minutes" in words(session, message).body
    PERSON.address_of(session, message)
    before = load_rule_book(session)
    courses = tuple(
        replace(line, duration_minutes=55) if line.code == "PREV" else line for line in before.courses
    )
    with transaction(session):
        write_change(session, stamp_on(MONDAY)(), change(before, replace(before, courses=courses), MONDAY))
        facts.touch_rules(session, None)
    assert "55 minutes" in words(session, message).body
