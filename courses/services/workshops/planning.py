"""Planning workshops, changing them and calling them off. What stands is replaced, never edited.

Whoever changes a workshop says which line they had before them (`shown`, its `sequence`): where somebody else changed
it meanwhile, nothing is saved and they are shown what stands now (bad input G13).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from courses import store as courses
from courses.domain import Course, Mode
from courses.domain.planning import IN_PERSON_OR_CALL, Against, problems_with
from courses.domain.workshops import BookingState, Sitting
from courses.services.workshops import booking, leading, telling
from courses.services.workshops.noting import Happened, note_each
from courses.store import attendance, bookings
from courses.store import workshops as store
from courses.store.bookings import Next
from courses.store.workshops import Workshop
from foundation import audit
from foundation.bank_holidays import is_working_day
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import store as people
from people.store import Some

LONGEST_REASON = 300
_OWN_TO_LINE = frozenset({"sequence", "is_cancelled", "cancelled_because"})


class Meanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """Somebody else changed the workshop after it was shown; `now` is how it stands."""

    def __init__(self, now: Workshop) -> None:
        super().__init__("This workshop was changed meanwhile.")
        self.now = now


@dataclass(frozen=True, slots=True)
class Facilitator:
    """Somebody of the record who leads a workshop."""

    person_id: int
    public_id: str
    person_ref: str
    name: str


def find(session: Session, public_id: str) -> Workshop:
    """A workshop by what stands in its address. Raises NotFound."""
    found = store.find(session, public_id)
    if found is None:
        raise NotFound("There is no such workshop.")
    return found


def courses_held(session: Session, day: date) -> list[Course]:
    """The courses that the rule book lists on a day and that are held at a time, by title."""
    modes = {mode.value for mode in IN_PERSON_OR_CALL}
    return [one for one in courses.courses_on(session, day) if one.mode in modes]


def plan(session: Session, stamp: Stamp, sitting: Sitting) -> Workshop:
    """Plan a workshop. Raises DomainError with all that stands against it."""
    _refuse(session, sitting, against(session, stamp.at, None, sitting))
    added = store.add(session, stamp, courses.course_ids(session)[sitting.course], sitting)
    details = {"reference": added.reference, "course": sitting.course, "day": sitting.day.isoformat()}
    audit.record(session, stamp, "workshop.planned", _subject(added), **details)
    leading.led(session, stamp, added)
    return added


def change(session: Session, stamp: Stamp, public_id: str, shown: int, sitting: Sitting) -> Workshop:
    """Replace what is said about a workshop, and tell everybody whom it concerns. The course stays what it was.

    Where nothing differs, nothing is recorded and nobody is told. Raises Meanwhile, or DomainError with all that stands
    against it: places that are taken cannot be taken away. Nobody is told once the workshop is over.
    """
    before = _standing(session, public_id, shown)
    sitting = replace(sitting, course=before.sitting.course, sequence=before.sitting.sequence)
    what = changed_parts(before.sitting, sitting)
    if not what:
        return before
    _refuse(session, sitting, against(session, stamp.at, before, sitting))
    store.record_line(session, stamp, before.id, sitting)
    after = find(session, public_id)
    audit.record(session, stamp, "workshop.changed", _subject(after), parts=what)
    if after.sitting.ends_at > stamp.at:
        telling.moved(session, stamp, after, before.sitting)
        leading.led(session, stamp, after, before.sitting)
    booking.settle(session, stamp, after)
    return after


def against(session: Session, now: datetime, before: Workshop | None, sitting: Sitting) -> Against:
    """With what a sitting is compared: what stood before, if anything, and what became of it."""
    codes = _held_codes(session, sitting.day)
    if before is None:
        return Against(now, codes)
    held = bookings.counts(session, [before.id])[before.id].held
    has_register = bool(attendance.of_workshop(session, before.id) or attendance.guests(session, before.id))
    is_closed = attendance.closed(session, before.id) is not None
    return Against(now, codes, before.sitting, held, has_register, is_closed)


def call_off(session: Session, stamp: Stamp, public_id: str, shown: int, because: str) -> Workshop:
    """Call a workshop off: everybody who had to do with it is told once, and their bookings end.

    Raises Meanwhile, or DomainError where it has begun.
    """
    before = _standing(session, public_id, shown)
    if before.sitting.starts_at <= stamp.at:
        raise DomainError("This workshop has begun. It can no longer be called off.")
    sitting = replace(before.sitting, is_cancelled=True, cancelled_because=because[:LONGEST_REASON])
    store.record_line(session, stamp, before.id, sitting)
    after = find(session, public_id)
    audit.record(session, stamp, "workshop.called_off", _subject(after))
    telling.called_off(session, stamp, after)
    leading.led(session, stamp, after, before.sitting)
    nexts = [
        Next(one.person_id, BookingState.CANCELLED, one, "Workshop called off")
        for one in bookings.of_workshop(session, after.id)
        if one.stands
    ]
    ended = bookings.record_each(session, stamp, after.id, nexts)
    note_each(session, stamp, after, [Happened("booking.ended_with_workshop", one) for one in ended])
    return after


def _standing(session: Session, public_id: str, shown: int) -> Workshop:
    found = find(session, public_id)
    if found.sitting.sequence != shown:
        raise Meanwhile(found)
    if found.sitting.is_cancelled:
        raise DomainError("This workshop was called off. It can no longer be changed.")
    return found


def _held_codes(session: Session, day: date) -> frozenset[str]:
    return frozenset(one.code for one in courses_held(session, day))


def _refuse(session: Session, sitting: Sitting, compared: Against) -> None:
    problems = problems_with(sitting, compared)
    if problems:
        raise DomainError(*problems)
    if len(facilitators(session, sitting.facilitator_ids)) < len(sitting.facilitator_ids):
        raise DomainError("Somebody you chose to lead it is not in the record any more. Choose again.")


def changed_parts(before: Sitting, after: Sitting) -> list[str]:
    """The names of the parts in which two sittings differ."""
    names = [field.name for field in fields(Sitting) if field.name not in _OWN_TO_LINE]
    return [name for name in names if getattr(before, name) != getattr(after, name)]


def _subject(workshop: Workshop) -> str:
    return f"workshop:{workshop.public_id}"


def facilitators(session: Session, person_ids: Iterable[int]) -> list[Facilitator]:
    """These people as they are called now, in the same order; nobody who is not in the record."""
    ids = list(dict.fromkeys(person_ids))
    if not ids:
        return []
    names = people.names(session, Some(sorted(ids)))
    return [
        Facilitator(one, names[one][0], names[one][1], f"{names[one][2]} {names[one][3]}".strip())
        for one in ids
        if one in names
    ]


def doubts(session: Session, sitting: Sitting, workshop_id: int | None = None) -> list[str]:
    """What is allowed, and deserves a second look before it is saved."""
    found = []
    if not is_working_day(sitting.day):
        found.append("The day is a Saturday, a Sunday or a bank holiday.")
    found += _clashes(session, sitting, workshop_id)
    course = next((one for one in courses_held(session, sitting.day) if one.code == sitting.course), None)
    minutes = int((sitting.ends_at - sitting.starts_at).total_seconds()) // 60
    if course is not None and course.duration_minutes and minutes < course.duration_minutes:
        found.append(
            f"It lasts {minutes} minutes. The rule book says {course.duration_minutes} for this course."
        )
    if course is not None and course.mode != Mode.WEBINAR and not sitting.place:
        found.append("There is no venue. People will join by the link alone.")
    if not sitting.facilitator_ids and not sitting.other_facilitators:
        found.append("Nobody is named who leads it.")
    return found


def _clashes(session: Session, sitting: Sitting, workshop_id: int | None) -> Sequence[str]:
    others = [
        one
        for one in store.between(session, sitting.day, sitting.day)
        if one.id != workshop_id
        and not one.sitting.is_cancelled
        and one.sitting.starts_at < sitting.ends_at
        and sitting.starts_at < one.sitting.ends_at
    ]
    found = []
    for one in others:
        if set(one.sitting.facilitator_ids) & set(sitting.facilitator_ids):
            found.append(
                f"Somebody who leads it leads {one.reference}, {one.course_title}, at the same time."
            )
        if sitting.place and one.sitting.place.casefold() == sitting.place.casefold():
            found.append(f"{one.reference}, {one.course_title}, is at the same venue at the same time.")
    return found


def upcoming_and_past(session: Session, now: datetime) -> tuple[list[Workshop], list[Workshop]]:
    """Every workshop that has not ended, soonest first, and every one that has, latest first."""
    every = store.between(session, FIRST_DAY, FAR_DAY)
    upcoming = [one for one in every if one.sitting.ends_at > now]
    past = [one for one in every if one.sitting.ends_at <= now]
    return upcoming, past[::-1]
