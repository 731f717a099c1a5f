"""Reading and writing workshops: what is planned, and the line that says what holds about each now."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import RowMapping, Select, bindparam, func, select
from sqlalchemy.orm import Session

from courses.domain.workshops import Audience, Sitting
from courses.models import CourseLineRow, CourseRow
from courses.models.workshops import WorkshopLineRow, WorkshopRow
from foundation.dates import LONDON, day_after
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp

DOOR_SECRET_BYTES = 32
CHANGED = "Changed"


@dataclass(frozen=True, slots=True)
class Workshop:
    """A workshop and what holds about it now. `course_title` is that of the day on which it is held."""

    id: int
    public_id: str
    reference: str
    course_id: int
    course_title: str
    sitting: Sitting
    recorded_at: datetime
    """When what holds now was recorded."""
    recorded_by: str


_WORKSHOPS: Select[*tuple[Any, ...]] = (
    select(
        WorkshopRow.id,
        WorkshopRow.public_id,
        WorkshopRow.reference,
        WorkshopRow.course_id,
        CourseRow.code.label("course"),
        WorkshopLineRow.sequence,
        WorkshopLineRow.starts_at,
        WorkshopLineRow.ends_at,
        WorkshopLineRow.capacity,
        WorkshopLineRow.place,
        WorkshopLineRow.joining,
        WorkshopLineRow.instructions,
        WorkshopLineRow.facilitator_ids,
        WorkshopLineRow.other_facilitators,
        WorkshopLineRow.audience,
        WorkshopLineRow.books_until,
        WorkshopLineRow.cancels_until,
        WorkshopLineRow.offer_hours,
        WorkshopLineRow.is_cancelled,
        WorkshopLineRow.cancelled_because,
        WorkshopLineRow.recorded_at,
        WorkshopLineRow.recorded_by,
    )
    .join(WorkshopLineRow, WorkshopLineRow.workshop_id == WorkshopRow.id)
    .join(CourseRow, CourseRow.id == WorkshopRow.course_id)
    .where(known(WorkshopLineRow, None))
    .order_by(WorkshopLineRow.starts_at, WorkshopRow.id)
)
_BY_PUBLIC_ID = _WORKSHOPS.where(WorkshopRow.public_id == bindparam("public_id"))
_BY_REFERENCE = _WORKSHOPS.where(WorkshopRow.reference == bindparam("reference"))
_BY_IDS = _WORKSHOPS.where(WorkshopRow.id.in_(bindparam("ids", expanding=True)))
_BETWEEN = _WORKSHOPS.where(
    WorkshopLineRow.starts_at >= bindparam("since", type_=WorkshopLineRow.starts_at.type),
    WorkshopLineRow.starts_at < bindparam("before", type_=WorkshopLineRow.starts_at.type),
)
_TITLES = (
    select(CourseLineRow.course_id, CourseLineRow.title, CourseLineRow.first_day)
    .where(known(CourseLineRow, None), CourseLineRow.course_id.in_(bindparam("ids", expanding=True)))
    .order_by(CourseLineRow.course_id, CourseLineRow.first_day, CourseLineRow.id)
)


def find(session: Session, public_id: str) -> Workshop | None:
    """A workshop by what stands in its address."""
    found = _read(session, _BY_PUBLIC_ID, {"public_id": public_id})
    return found[0] if found else None


def by_reference(session: Session, reference: str) -> Workshop | None:
    """A workshop by what people call it on paper, such as "W-2026-014", in letters of either case."""
    found = _read(session, _BY_REFERENCE, {"reference": reference.strip().upper()})
    return found[0] if found else None


def by_id(session: Session, workshop_id: int) -> Workshop | None:
    """A workshop by its id."""
    return by_ids(session, [workshop_id]).get(workshop_id)


def by_ids(session: Session, workshop_ids: Iterable[int]) -> dict[int, Workshop]:
    """Workshops by their ids, in order of time."""
    ids = sorted(set(workshop_ids))
    found: list[Workshop] = []
    for start in range(0, len(ids), 500):
        found += _read(session, _BY_IDS, {"ids": ids[start : start + 500]})
    return {one.id: one for one in sorted(found, key=lambda one: (one.sitting.starts_at, one.id))}


_PLANNED_BY = select(WorkshopLineRow.recorded_by).where(
    WorkshopLineRow.workshop_id == bindparam("workshop_id")
)


def planned_by(session: Session, workshop_id: int) -> set[str]:
    """Who ever said what holds about a workshop, as the audit trail names them."""
    return set(session.scalars(_PLANNED_BY, {"workshop_id": workshop_id}))


def between(session: Session, first: date, last: date, *, titled: bool = True) -> list[Workshop]:
    """The workshops that begin on these days in London, both inside, in order of time; called-off ones too.

    Not `titled`: the code stands for the title, for those who show none.
    """
    days = {"since": _midnight(first), "before": _midnight(day_after(last))}
    return _read(session, _BETWEEN, days, titled=titled)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), LONDON)


def _read(
    session: Session, query: Select[*tuple[Any, ...]], values: dict[str, Any], *, titled: bool = True
) -> list[Workshop]:
    rows: Sequence[RowMapping] = session.connection().execute(query, values).mappings().all()
    titles: dict[int, list[tuple[date, str]]] = {}
    if rows and titled:
        ids = sorted({row["course_id"] for row in rows})
        for course_id, title, first_day in session.connection().execute(_TITLES, {"ids": ids}):
            titles.setdefault(course_id, []).append((first_day, title))
    return [_workshop(row, titles.get(row["course_id"], [])) for row in rows]


def _workshop(row: RowMapping, titles: list[tuple[date, str]]) -> Workshop:
    sitting = Sitting(
        course=row["course"],
        starts_at=row["starts_at"],
        ends_at=row["ends_at"],
        capacity=row["capacity"],
        place=row["place"],
        joining=row["joining"],
        instructions=row["instructions"],
        facilitator_ids=tuple(row["facilitator_ids"]),
        other_facilitators=row["other_facilitators"],
        audience=Audience(**{part: tuple(chosen) for part, chosen in row["audience"].items()}),
        books_until=row["books_until"],
        cancels_until=row["cancels_until"],
        offer_lasts=timedelta(hours=row["offer_hours"]),
        is_cancelled=row["is_cancelled"],
        cancelled_because=row["cancelled_because"],
        sequence=row["sequence"],
    )
    title = titles[0][1] if titles else row["course"]
    for first_day, words in titles:
        if first_day <= sitting.day:
            title = words
    return Workshop(
        id=row["id"],
        public_id=row["public_id"],
        reference=row["reference"],
        course_id=row["course_id"],
        course_title=title,
        sitting=sitting,
        recorded_at=row["recorded_at"],
        recorded_by=row["recorded_by"],
    )


def add(session: Session, stamp: Stamp, course_id: int, sitting: Sitting) -> Workshop:
    """Record a new workshop under the next reference of the year in which it is held.

    Call it inside `transaction()`: the write lock is what keeps two workshops from getting the same reference.
    """
    row = WorkshopRow(
        reference=_next_reference(session, sitting.day.year),
        course_id=course_id,
        door_secret=token_urlsafe(DOOR_SECRET_BYTES),
        made_at=stamp.at,
        made_by=stamp.actor,
    )
    session.add(row)
    session.flush()
    record_line(session, stamp, row.id, sitting)
    added = by_id(session, row.id)
    assert added is not None
    return added


def _next_reference(session: Session, year: int) -> str:
    """The next of "W-2026-001", "W-2026-002" and so on; from the thousandth on they are longer."""
    start = f"W-{year}-"
    longest_first = func.length(WorkshopRow.reference).desc(), WorkshopRow.reference.desc()
    newest = select(WorkshopRow.reference).where(WorkshopRow.reference.startswith(start, autoescape=True))
    last = session.scalar(newest.order_by(*longest_first).limit(1))
    number = int(last.removeprefix(start)) if last else 0
    return f"{start}{number + 1:03}"


def record_line(session: Session, stamp: Stamp, workshop_id: int, sitting: Sitting) -> None:
    """Record what holds about a workshop from now on, in place of what held, with the next `sequence`.

    The cut-offs that the sitting leaves open are the moment it begins.
    """
    standing = (
        select(WorkshopLineRow.id)
        .where(known(WorkshopLineRow, None), WorkshopLineRow.workshop_id == workshop_id)
        .order_by(WorkshopLineRow.id)
    )
    retract(session, WorkshopLineRow, session.scalars(standing).all(), stamp, CHANGED)
    newest = select(func.max(WorkshopLineRow.sequence)).where(WorkshopLineRow.workshop_id == workshop_id)
    last = session.scalar(newest)
    session.add(
        WorkshopLineRow(
            workshop_id=workshop_id,
            sequence=0 if last is None else last + 1,
            starts_at=sitting.starts_at,
            ends_at=sitting.ends_at,
            capacity=sitting.capacity,
            place=sitting.place,
            joining=sitting.joining,
            instructions=sitting.instructions,
            facilitator_ids=list(sitting.facilitator_ids),
            other_facilitators=sitting.other_facilitators,
            audience={part: list(chosen) for part, chosen in asdict(sitting.audience).items()},
            books_until=sitting.books_until or sitting.starts_at,
            cancels_until=sitting.cancels_until or sitting.starts_at,
            offer_hours=sitting.offer_lasts // timedelta(hours=1),
            is_cancelled=sitting.is_cancelled,
            cancelled_because=sitting.cancelled_because,
            **recorded(stamp),
        )
    )
    session.flush()
