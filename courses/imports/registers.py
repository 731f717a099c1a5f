"""A register that comes as a file: what it says became of people, compared with what is written down.

The key is the person, for one workshop. Somebody on the file who is not booked came without a booking. Whoever the file
leaves out stays as they are. Rows that name nobody of the record are set aside: they may be entered at the door.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy.orm import Session

from courses.domain.registers import names_person
from courses.domain.workshops import BookingState, How, Outcome
from courses.imports.register_rows import RegisterFile, RegisterRow
from courses.models.workshops import AttendanceRow
from courses.store import attendance, attenders, bookings
from courses.store.attenders import Attender
from courses.store.workshops import Workshop
from courses.wording import OUTCOME_WORDS
from foundation.facts import Progress
from foundation.plain import plain
from foundation.stamp import Stamp
from foundation.tables import shown
from people.imports.account import Account, Change
from people.imports.keyed import FactPlan, account_of, each_once, tell_if_known, write
from people.imports.known_people import UnknownPersonError

KIND = "register"
KINDS = {"outcome_added": "new outcomes", "outcome_corrected": "outcomes changed"}
_COLUMNS = ("workshop_id", "person_id", "outcome", "how", "arrived_at")


@dataclass(frozen=True, slots=True)
class Asking:
    """Who loads the file: nobody writes down their own outcome, nor learns who is in the record beyond their reach."""

    own_person: int | None = None
    sees_everybody: bool = False


class Subject(NamedTuple):
    """Whose outcome a change is about, by the name in the file: numbers are not everybody's to read."""

    name: str
    workshop: str

    def __str__(self) -> str:
        return f"{self.name} / {self.workshop}"


def prepare(
    session: Session, workshop: Workshop, file: RegisterFile, asking: Asking
) -> tuple[FactPlan, Account]:
    """Compare a file with the register. Writes nothing."""
    plan = FactPlan(file.incoming.findings.copy())
    names: dict[int, str] = {}
    rows = each_once(_resolved(session, workshop, file, plan, asking, names), plan.findings, "attended")
    before = attendance.of_workshop(session, workshop.id)
    booked = {
        one.person_id
        for one in bookings.of_workshop(session, workshop.id)
        if one.state is BookingState.BOOKED
    }
    for line, person_id, outcome in rows:
        found = before.get(person_id)
        if found is not None and found.outcome is outcome:
            continue
        if person_id not in booked:
            plan.findings.tell(f"{shown(names[person_id])} has no booking.", line, "name")
        subject = Subject(names[person_id], workshop.reference)
        if found is None:
            plan.changes.append(Change("outcome_added", subject, None, OUTCOME_WORDS[outcome]))
        else:
            plan.gone.append(found.id)
            was = OUTCOME_WORDS[found.outcome]
            plan.changes.append(Change("outcome_corrected", subject, was, OUTCOME_WORDS[outcome]))
        arrived = found.arrived_at if found else None
        plan.new.append((workshop.id, person_id, outcome.value, How.UPLOAD.value, arrived))
    tell_if_known(session, file.incoming, plan, KIND)
    return plan, account_of(file.incoming, plan, KIND, KINDS)


def apply(
    session: Session,
    stamp: Stamp,
    workshop: Workshop,
    file: RegisterFile,
    asking: Asking,
    progress: Progress,
) -> Account:
    """Compare and write. Call inside a transaction."""
    plan, account = prepare(session, workshop, file, asking)
    return write(
        session,
        stamp,
        file.incoming,
        plan,
        account,
        AttendanceRow,
        _COLUMNS,
        event="register.uploaded",
        source=workshop.reference,
        progress=progress,
    )


def _resolved(
    session: Session,
    workshop: Workshop,
    file: RegisterFile,
    plan: FactPlan,
    asking: Asking,
    names: dict[int, str],
) -> Iterator[tuple[int, int, Outcome]]:
    """The rows with the person whom each means; `names` is filled with what each is called there."""
    for row in file.rows:
        if row.session and plain(row.session) != plain(workshop.reference):
            message = f"This is {shown(row.session)}, and the register is that of {workshop.reference}."
            plan.findings.leave_out([row.line], message, "session")
            continue
        try:
            person = _meant(session, row, asking)
        except UnknownPersonError as error:
            plan.findings.leave_out([row.line], error.message, error.column)
            continue
        if person.id == asking.own_person:
            message = "Nobody writes down what became of themselves. Ask another facilitator to do it."
            plan.findings.leave_out([row.line], message, "name")
            continue
        names.setdefault(person.id, row.name)
        yield row.line, person.id, row.outcome


def _meant(session: Session, row: RegisterRow, asking: Asking) -> Attender:
    """The person with this number, else with this address and last name. Raises UnknownPersonError.

    The name must fit: what somebody typed in haste must not become another's training. Where it does not, only whoever
    may see everybody is told whether the number or address is in the record.
    """
    if row.person_ref:
        found = attenders.by_ref(session, row.person_ref)
        candidates, column = [found] if found else [], "person_ref"
    else:
        candidates, column = attenders.by_email(session, row.email), "email"
    if not (row.person_ref or row.email):
        raise UnknownPersonError("Give a staff number or an email address.", "person_ref")
    typed = plain(row.name)
    named = [one for one in candidates if names_person(typed, plain(one.last_name))]
    if len(named) == 1:
        return named[0]
    value = shown(row.person_ref or row.email)
    if not (named or asking.sees_everybody):
        raise UnknownPersonError(f"Nobody in the record has this name and {value} together.", column)
    if not candidates:
        raise UnknownPersonError(f"Nobody in the record has {value}.", column)
    if not named:
        raise UnknownPersonError(f"The name {shown(row.name)} does not go with {value}.", "name")
    raise UnknownPersonError(f"{len(named)} people are meant by {value}. Give the staff number.", column)
