"""Workshops and registers as reports ask for them: for a whole year with a fixed number of questions."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date

from sqlalchemy.orm import Session

from courses.domain import CompletionKey
from courses.domain.certificates import Standing, printed
from courses.domain.workshops import BookingState, Outcome
from courses.services.workshops.attending import Line, register_of
from courses.services.workshops.evaluating import evaluations_of
from courses.services.workshops.planning import facilitators
from courses.store import attendance, bookings, certificates, workshops
from courses.store.attendance import Attendance
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation.dates import LONDON, Period
from foundation.errors import NotFound
from reports.domain.sources.training import OnRegister, RegisterOf, WorkshopLine
from reports.store import training as store

ONLINE = "Online"
NO_NAME = "Name not recorded"
_STILL_ASKING = (BookingState.WAITING, BookingState.OFFERED)
_CAME = (Outcome.ATTENDED, Outcome.PARTIAL)
_HOLDS = (Standing.CURRENT, Standing.EXPIRED)


def workshop_lines(session: Session, days: Period, today: date) -> list[WorkshopLine]:
    """The workshops of these days, in order of time. Outcomes are told of closed registers alone."""
    found = workshops.between(session, days.first, days.last)
    if not found:
        return []
    ids = [one.id for one in found]
    booked, late = bookings.of_workshops(session, ids), store.late_ever(session, ids)
    closed, there = attendance.closed_among(session, ids), _by_workshop(attendance.of_workshops(session, ids))
    sectors, guests = _sectors(session, found, days), store.guests(session, ids)
    answers = {one.workshop.id: one.results for one in evaluations_of(session, found, today)}
    names = {
        one.person_id: one.name or NO_NAME
        for one in facilitators(session, (person for one in found for person in one.sitting.facilitator_ids))
    }
    lines = []
    for one in found:
        sitting = one.sitting
        led_by = [names[person] for person in sitting.facilitator_ids if person in names]
        is_closed = one.id in closed and not sitting.is_cancelled
        outcomes = Counter(found.outcome for found in there[one.id]) if is_closed else Counter[Outcome]()
        states = _states(booked.get(one.id, []), late.get(one.id, set()))
        late_by_booking = states[BookingState.LATE_CANCELLED]
        lines.append(
            WorkshopLine(
                reference=one.reference,
                course=sitting.course,
                title=one.course_title,
                starts_at=sitting.starts_at.astimezone(LONDON),
                ends_at=sitting.ends_at.astimezone(LONDON),
                place=sitting.place or ONLINE,
                led_by=(*led_by, *([sitting.other_facilitators] if sitting.other_facilitators else [])),
                places=sitting.capacity,
                is_called_off=sitting.is_cancelled,
                is_closed=is_closed,
                booked=states[BookingState.BOOKED],
                cancelled=states[BookingState.CANCELLED],
                late=outcomes[Outcome.LATE_CANCELLED] if is_closed else late_by_booking,
                substitutes=_substitutes(booked.get(one.id, [])),
                guests=guests.get(one.id, 0),
                outcomes=outcomes,
                sectors=_with_no_post(sectors[one.id], outcomes) if is_closed else {},
                answers={when: sums.people for when, sums in answers[one.id].sums.items()},
            )
        )
    return lines


def _by_workshop(found: Sequence[Attendance]) -> dict[int, list[Attendance]]:
    by_workshop: dict[int, list[Attendance]] = defaultdict(list)
    for one in found:
        by_workshop[one.workshop_id].append(one)
    return by_workshop


def _states(booked: Sequence[Booking], late: set[int]) -> Counter[BookingState]:
    """How many stand how. Whoever gave a place up late and asked again in vain still gave it up late."""
    return Counter(
        BookingState.LATE_CANCELLED if one.person_id in late and one.state in _STILL_ASKING else one.state
        for one in booked
    )


def _substitutes(booked: Sequence[Booking]) -> int:
    """How many hold the place of somebody else."""
    return sum(one.instead_of is not None and one.state is BookingState.BOOKED for one in booked)


def _sectors(session: Session, found: Sequence[Workshop], days: Period) -> dict[int, Counter[str]]:
    """In which sector those who attended worked on the day; of several posts the oldest counts, as on the register."""
    held_on = {one.id: one.sitting.day for one in found}
    of_person: dict[tuple[int, int], str] = {}
    for one in store.employed(session, held_on, days):
        if held_on[one.workshop_id] in one.days:
            of_person.setdefault((one.workshop_id, one.person_id), one.sector or "")
    counted: dict[int, Counter[str]] = defaultdict(Counter)
    for (workshop_id, _), sector in sorted(of_person.items()):
        counted[workshop_id][sector] += 1
    return counted


def _with_no_post(sectors: Counter[str], outcomes: Counter[Outcome]) -> dict[str, int]:
    """The sectors with those who attended and held no post on the day: together they are everybody who attended."""
    missing = sum(outcomes[outcome] for outcome in _CAME) - sectors.total()
    return dict(sectors + Counter({"": missing}))


def workshop_register(session: Session, of: str, day: date) -> RegisterOf:
    """The register of a workshop by its public id or reference. Raises NotFound."""
    found = workshops.find(session, of) or workshops.by_reference(session, of)
    if found is None:
        raise NotFound("There is no such workshop.")
    register = register_of(session, found)
    sectors, numbers = store.sectors(session), _certificates(session, found, register.lines, day)
    on_it = [
        OnRegister(
            name=line.person.name,
            employer=line.person.organisation,
            sector=sectors.get(line.person.organisation, ""),
            contact=line.person.email or line.person.person_ref,
            outcome=line.outcome,
            how=line.found.how if line.found else None,
            arrived_at=line.found.arrived_at.astimezone(LONDON)
            if line.found and line.found.arrived_at
            else None,
            certificate=numbers.get(line.person.id, ""),
        )
        for line in register.lines
    ]
    on_it += [
        OnRegister(
            name=one.name,
            employer=one.employer,
            sector="",
            contact=one.number,
            outcome=Outcome.ATTENDED,
            arrived_at=one.arrived_at.astimezone(LONDON),
            is_guest=True,
        )
        for one in register.guests
    ]
    closed = register.closed
    return RegisterOf(
        found.reference,
        found.course_title,
        found.sitting.day,
        found.sitting.place or ONLINE,
        found.sitting.is_cancelled,
        closed.at.astimezone(LONDON).date() if closed else None,
        on_it,
    )


def _certificates(
    session: Session, workshop: Workshop, lines: Sequence[Line], day: date
) -> Mapping[int, str]:
    """The certificate in force of everybody who attended, by person; none where it was taken back."""
    keys = [
        CompletionKey(line.person.id, workshop.sitting.course, workshop.sitting.day)
        for line in lines
        if line.outcome is Outcome.ATTENDED
    ]
    return {
        key.person_id: printed(issued[-1].certificate.number)
        for key, issued in certificates.of_completions(session, keys).items()
        if issued[-1].standing(day) in _HOLDS
    }
