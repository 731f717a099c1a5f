"""Letters for people without an email address: printed once, about what still applies, and taken back if need be."""

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import facts
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.facts import recorded, retract
from people.models import PersonDetailRow, PostSpellRow
from reminders.models import ReminderRow
from reminders.services import letter_runs
from reminders.services.writing.frame import Letterhead
from tests.borough import HOMES, RESOURCES, Borough, Builder
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_writing import act, add_without_email, message_to

LETTERHEAD = Letterhead(
    "Example Borough Council", "Prevent training", "https://training.example.gov.uk", "help@borough.example"
)


@pytest.fixture
def borough(session: Session) -> Borough:
    """Ned in Resources is overdue; Nan and Nat in Homes have some weeks left."""

    def also(builder: Builder) -> None:
        add_without_email(builder, "Nat", HOMES, "Mo", 20)
        add_without_email(builder, "Nan", HOMES, "Mo", 20)
        add_without_email(builder, "Ned", RESOURCES, "Vic", 200)

    found = borough_with_steps(session, also=also)
    run(session, MONDAY)
    return found


def waiting(session: Session, borough: Borough, day: date = MONDAY) -> list[str]:
    names = {person_id: name for name, person_id in borough.ids.items()}
    found = [names[letter.person_id] for letter in letter_runs.waiting(session, day)]
    session.rollback()
    return found


def make(session: Session, day: date = MONDAY) -> str:
    """Print what waits; the public id of the run."""
    with transaction(session):
        made = letter_runs.make(session, stamp_on(day)(), day)
        assert made is not None
        return made.public_id


def letters_in(session: Session, public_id: str) -> list[str]:
    pdf = letter_runs.pdf(session, LETTERHEAD, public_id)
    session.rollback()
    return [page.extract_text() for page in PdfReader(BytesIO(pdf)).pages]


def test_what_waits_is_printed_once_by_place_and_name(session: Session, borough: Borough) -> None:
    assert waiting(session, borough) == ["Nan", "Nat", "Ned"]
    public_id = make(session)
    found = letters_in(session, public_id)
    assert ["Nan Tester" in found[0], "Nat Tester" in found[1], "Ned Tester" in found[2]] == [True] * 3
    assert "Officer \nHomes \nCommunity Solutions \nExample Borough Council \nInternal post" in found[0]
    assert "Dear Nan" in found[0]
    assert "Prevent awareness for everybody" in found[0]
    assert waiting(session, borough) == []
    with transaction(session):
        assert letter_runs.make(session, stamp_on(MONDAY)(), MONDAY) is None
    assert letters_in(session, public_id) == found
    [row] = letter_runs.runs(session)
    assert (row.letters, row.day, row.made_by) == (3, MONDAY, "command:tests")
    events = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "letters.printed")).all()
    assert [(event.subject, event.details) for event in events] == [
        (f"letter_run:{public_id}", {"letters": 3})
    ]


def give_address(borough: Borough, name: str) -> Callable[[Builder], None]:
    def change(builder: Builder) -> None:
        of_person = select(PersonDetailRow.id).where(PersonDetailRow.person_id == borough.ids[name])
        retract(
            builder.session,
            PersonDetailRow,
            builder.session.scalars(of_person).all(),
            builder.stamp,
            "corrected",
        )
        builder.session.add(
            PersonDetailRow(
                person_id=borough.ids[name],
                first_name=name,
                last_name="Tester",
                email=f"{name.lower()}@council.example",
                category="employee",
                **recorded(builder.stamp),
            )
        )

    return change


def leave(borough: Borough, name: str) -> Callable[[Builder], None]:
    def change(builder: Builder) -> None:
        of_person = select(PostSpellRow.id).where(PostSpellRow.person_id == borough.ids[name])
        retract(
            builder.session, PostSpellRow, builder.session.scalars(of_person).all(), builder.stamp, "a slip"
        )

    return change


def test_what_no_longer_applies_is_not_printed_and_is_recorded(session: Session, borough: Borough) -> None:
    act(session, "Nan", borough, lambda builder: builder.completion("Nan", "PREV", 0))
    act(session, "Nat", borough, leave(borough, "Nat"))
    act(session, "Ned", borough, give_address(borough, "Ned"))
    assert waiting(session, borough) == []
    with transaction(session):
        assert letter_runs.make(session, stamp_on(MONDAY)(), MONDAY) is None
    kept = session.scalars(
        select(ReminderRow.outcome).where(
            ReminderRow.channel == "letter", ReminderRow.outcome != "superseded"
        )
    )
    assert set(kept) == {"cancelled"}, "it would wait for ever, and stand among what waits"
    session.rollback()
    facts.forget(session)


def test_who_has_an_address_by_now_is_told_by_email_though_nobody_printed_the_letter(
    session: Session, borough: Borough
) -> None:
    act(session, "Ned", borough, give_address(borough, "Ned"))
    assert run(session, MONDAY + timedelta(days=1)).messages == 1
    assert message_to(session, borough, "Ned")
    assert run(session, MONDAY + timedelta(days=2)).messages == 0, "told twice"


def test_the_others_are_printed(session: Session, borough: Borough) -> None:
    act(session, "Nan", borough, lambda builder: builder.completion("Nan", "PREV", 0))
    act(session, "Ned", borough, give_address(borough, "Ned"))
    [page] = letters_in(session, make(session))
    assert "Nat Tester" in page
    found = session.execute(
        select(ReminderRow.person_id, ReminderRow.outcome, ReminderRow.why).where(
            ReminderRow.channel == "letter", ReminderRow.outcome != "superseded"
        )
    )
    by_name = {(person_id, outcome, why) for person_id, outcome, why in found}
    assert by_name == {
        (borough.ids["Nan"], "cancelled", "up_to_date"),
        (borough.ids["Nat"], "planned", ""),
        (borough.ids["Ned"], "cancelled", "has_email_now"),
    }
    # Ned is told by email from the next plan on.
    session.rollback()
    tally = run(session, MONDAY + timedelta(days=1))
    assert tally.messages == 1


def test_a_printing_that_never_left_is_taken_back_and_printed_again(
    session: Session, borough: Borough
) -> None:
    public_id = make(session)
    with transaction(session):
        assert letter_runs.take_back(session, stamp_on(MONDAY)(), public_id) == 3
    assert waiting(session, borough) == ["Nan", "Nat", "Ned"]
    with pytest.raises(NotFound):
        letters_in(session, public_id)
    session.rollback()
    with pytest.raises(DomainError, match="taken back already"), transaction(session):
        letter_runs.take_back(session, stamp_on(MONDAY)(), public_id)
    again = make(session)
    assert len(letters_in(session, again)) == 3
    events = session.scalars(
        select(AuditEventRow.event).where(AuditEventRow.event.like("letters.%")).order_by(AuditEventRow.id)
    )
    assert list(events) == ["letters.printed", "letters.taken_back", "letters.printed"]


def test_there_is_no_printing_of_another_name(session: Session) -> None:
    for act_on in (
        lambda: letter_runs.pdf(session, LETTERHEAD, "0" * 32),
        lambda: letter_runs.run_of(session, "0" * 32),
        lambda: letter_runs.take_back(session, stamp_on(MONDAY)(), "0" * 32),
    ):
        with pytest.raises(NotFound):
            act_on()
    session.rollback()


def test_a_later_step_takes_the_place_of_one_that_was_not_printed(session: Session, borough: Borough) -> None:
    later = MONDAY + timedelta(days=49)
    run(session, later)
    assert waiting(session, borough, later) == ["Nan", "Nat", "Ned"]
    found = letters_in(session, make(session, later))
    assert len(found) == 3
    assert found[0].count("Prevent awareness for everybody") == 2, "once in the subject, once in the text"
    assert waiting(session, borough, later) == []
