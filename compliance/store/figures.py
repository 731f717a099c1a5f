"""Reads of the timeline tables: figures of a day, from the roll-up where it holds them and from the spans elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from operator import add

from sqlalchemy import ColumnElement, Integer, and_, case, cast, func, literal, or_, select, union_all
from sqlalchemy.orm import Session, aliased

from compliance.domain.figures import COUNT_NAMES, Counts, PeopleFigure
from compliance.domain.spans import COUNTED_STATUSES, Status
from compliance.domain.standing import Tally, UnitKey
from compliance.models import (
    EVERYTHING,
    FigureChangeRow,
    FigureMonthRow,
    RequirementRow,
    StatusSpanRow,
    UnitSpanRow,
)
from compliance.rollup import horizon
from foundation.dates import FIRST_DAY
from people.models import UnitRow
from people.store import Unit

Above = Mapping[int, Sequence[int]]
"""For every unit, itself and the units that contain it, nearest first."""


def rolled_up(
    session: Session, days: Sequence[date], unit_ids: Collection[int], requirement_id: int | None = None
) -> dict[date, dict[UnitKey, Counts]]:
    """The counts of rolled-up units on each day, by unit and requirement; EVERYTHING holds the people-based figure.

    One query for the month totals to start from, whatever the number of people or month ends; and one for each day that
    is not a month end, for the changes since. With a requirement, only its own.
    """
    kept = horizon(session)
    base = {day: kept.base_for(day) for day in days}
    months = _months(session, {end for end in base.values() if end is not None}, unit_ids, requirement_id)
    found: dict[date, dict[UnitKey, Counts]] = {}
    for day, start in base.items():
        totals = dict(months.get(start, {})) if start is not None else {}
        if start != day:
            for key, changed in _changes(session, start or FIRST_DAY, day, unit_ids, requirement_id):
                before = totals.get(key)
                totals[key] = tuple(map(add, before, changed)) if before else changed
        found[day] = {key: Counts(*counts) for key, counts in totals.items() if any(counts)}
    return found


def _months(
    session: Session, ends: Collection[date], unit_ids: Collection[int], requirement_id: int | None
) -> dict[date, dict[UnitKey, tuple[int, ...]]]:
    table = FigureMonthRow
    columns = [getattr(table, name) for name in COUNT_NAMES]
    query = select(table.day, table.unit_id, table.requirement_id, *columns).where(
        table.unit_id.in_(unit_ids), _of(table, requirement_id), table.day.in_(ends)
    )
    found: dict[date, dict[UnitKey, tuple[int, ...]]] = defaultdict(dict)
    for day, unit_id, of_requirement, *counts in session.execute(query):
        found[day][unit_id, of_requirement] = tuple(counts)
    return found


def _changes(
    session: Session, start: date, day: date, unit_ids: Collection[int], requirement_id: int | None
) -> Iterator[tuple[UnitKey, tuple[int, ...]]]:
    """What changed after `start` and up to `day`, added up by the database."""
    table = FigureChangeRow
    sums = [cast(func.sum(getattr(table, name)), Integer) for name in COUNT_NAMES]
    query = (
        select(table.unit_id, table.requirement_id, *sums)
        .where(table.unit_id.in_(unit_ids), _of(table, requirement_id), table.day > start, table.day <= day)
        .group_by(table.unit_id, table.requirement_id)
    )
    for unit_id, of_requirement, *counts in session.execute(query):
        yield (unit_id, of_requirement), tuple(counts)


def _of(
    table: type[FigureChangeRow] | type[FigureMonthRow], requirement_id: int | None
) -> ColumnElement[bool]:
    """The requirement, or all: named, so that the primary key leads straight to the days."""
    if requirement_id is not None:
        return table.requirement_id == requirement_id
    every = union_all(select(literal(EVERYTHING)), select(RequirementRow.id)).subquery()
    return table.requirement_id.in_(select(every))


def people_based(counts: Mapping[UnitKey, Counts], unit_id: int) -> PeopleFigure:
    """The people-based figure that the roll-up keeps under EVERYTHING."""
    found = counts.get((unit_id, EVERYTHING))
    return PeopleFigure(found.counted, found.compliant) if found else PeopleFigure()


def _held_on(day: date) -> tuple[ColumnElement[bool], ...]:
    """Last day first: most spans are in the past, and an index range on the last day leaves them out."""
    return (UnitSpanRow.last_day >= day, UnitSpanRow.first_day <= day)


def _in_force(day: date, *, from_units: bool = False) -> tuple[ColumnElement[bool], ...]:
    """The unit spans and the status spans of a day, brought together; `from_units` where few units are asked about."""
    requirement, last_day = UnitSpanRow.requirement_id.expression, StatusSpanRow.last_day.expression
    if from_units:
        # Kept away from the index on the requirement: it leads through the whole council, and SQLite, which keeps no
        # statistics, would begin there instead of with the units.
        requirement = func.coalesce(requirement, requirement)
        last_day = func.coalesce(last_day, last_day)
    return (
        *_held_on(day),
        StatusSpanRow.person_id == UnitSpanRow.person_id,
        StatusSpanRow.requirement_id == requirement,
        last_day >= day,
        StatusSpanRow.first_day <= day,
    )


def every_unit(
    session: Session,
    day: date,
    wanted: Collection[int],
    above: Above,
    roots: Sequence[Unit] | None = None,
    requirement_id: int | None = None,
) -> tuple[dict[UnitKey, Counts], dict[int, int]]:
    """The counts of every unit with everything below it, and by requirement how often people are counted again.

    People with one unit are added up by the database; the few with several are taken one by one, so that each is
    counted once wherever their units meet (counting rule 8). `roots` and a requirement narrow what is read.
    """
    tally = Tally(above)
    columns = (UnitSpanRow.unit_id, UnitSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    spans = (*_in_force(day, from_units=roots is not None), *_narrowed(roots, requirement_id))
    query = select(*columns, func.count()).where(*spans).group_by(*columns)
    for unit_id, of_requirement, status, covered, people in session.execute(query):
        tally.add([unit_id], of_requirement, Status(status), covered, people)
    again: dict[int, int] = defaultdict(int)
    for of_requirement, status, covered, unit_ids in _in_several_units(session, day, spans):
        again[of_requirement] += times_again(unit_ids, wanted, above)
        for unit_id in unit_ids:
            tally.add([unit_id], of_requirement, status, covered, -1)
        tally.add(unit_ids, of_requirement, status, covered)
    return {key: counts for key, counts in tally.counts().items() if key[0] in wanted}, dict(again)


def _narrowed(roots: Sequence[Unit] | None, requirement_id: int | None) -> list[ColumnElement[bool]]:
    narrow: list[ColumnElement[bool]] = []
    if roots is not None:
        narrow.append(UnitSpanRow.unit_id.in_(select(UnitRow.id).where(_below(roots))))
    if requirement_id is not None:
        requirement = UnitSpanRow.requirement_id.expression
        # SQLite would carry a plain comparison over to the status spans, and begin there (`_in_force`).
        narrow.append((requirement if roots is None else func.coalesce(requirement, 0)) == requirement_id)
    return narrow


def counted_again(
    session: Session, day: date, wanted: Collection[int], above: Above, requirement_id: int | None = None
) -> dict[int, int]:
    """By requirement, how often people are counted again because they count in several of these units."""
    # In no order: asked for one, SQLite reads the whole table in it instead of the few people of the index.
    query = select(UnitSpanRow.requirement_id, UnitSpanRow.person_id, UnitSpanRow.unit_id).where(
        *_held_on(day), *_narrowed(None, requirement_id), UnitSpanRow.shared
    )
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for of_requirement, person_id, unit_id in session.execute(query):
        found[of_requirement, person_id].append(unit_id)
    again: dict[int, int] = defaultdict(int)
    for (of_requirement, _), unit_ids in found.items():
        again[of_requirement] += times_again(unit_ids, wanted, above)
    return {of_requirement: times for of_requirement, times in again.items() if times}


def times_again(unit_ids: Sequence[int], wanted: Collection[int], above: Above) -> int:
    """How often a person with posts in these units is counted beyond the first time, in the nearest units shown."""
    nearest = {next((unit for unit in above[unit_id] if unit in wanted), None) for unit_id in unit_ids}
    return max(0, len(nearest - {None}) - 1)


def _in_several_units(
    session: Session, day: date, spans: Sequence[ColumnElement[bool]]
) -> list[tuple[int, Status, bool, list[int]]]:
    """People who count in more than one unit: requirement, status, covered and the units."""
    other = aliased(UnitSpanRow)
    has_other = (
        select(literal(1))
        .where(
            other.person_id == UnitSpanRow.person_id,
            other.requirement_id == UnitSpanRow.requirement_id,
            other.unit_id != UnitSpanRow.unit_id,
            other.last_day >= day,
            other.first_day <= day,
        )
        .exists()
    )
    query = select(
        UnitSpanRow.person_id,
        UnitSpanRow.requirement_id,
        StatusSpanRow.status,
        StatusSpanRow.covered,
        UnitSpanRow.unit_id,
    ).where(*spans, UnitSpanRow.shared, has_other)
    found: dict[tuple[int, int], tuple[int, Status, bool, list[int]]] = {}
    for person_id, requirement_id, status, covered, unit_id in session.execute(query):
        row = found.setdefault((person_id, requirement_id), (requirement_id, Status(status), covered, []))
        row[3].append(unit_id)
    return list(found.values())


def in_scope(session: Session, day: date, roots: Sequence[Unit]) -> dict[int, Counts]:
    """The counts of distinct people who count in any of these units or below, by requirement; read from the spans."""
    query = (
        select(
            StatusSpanRow.requirement_id,
            StatusSpanRow.status,
            StatusSpanRow.covered,
            func.count(UnitSpanRow.person_id.distinct()),
        )
        .where(*_in_force(day, from_units=True), *_narrowed(roots, None))
        .group_by(StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    )
    found: dict[int, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
    for requirement_id, status, covered, people in session.execute(query):
        counts = found[requirement_id]
        counts[COUNT_NAMES.index(status)] += people
        counts[-1] += people if covered else 0
    return {requirement_id: Counts(*counts) for requirement_id, counts in found.items()}


def people_based_in_scope(session: Session, day: date, roots: Sequence[Unit]) -> PeopleFigure:
    """The people-based figure among distinct people who count in any of these units or below."""
    counted = [status.value for status in COUNTED_STATUSES]
    compliant = [Status.COMPLIANT.value, Status.EXPIRING.value]
    of_person = (
        select(
            UnitSpanRow.person_id,
            func.min(case((StatusSpanRow.status.in_(compliant), 1), else_=0)).label("in_all"),
        )
        .where(
            *_in_force(day, from_units=True),
            func.coalesce(StatusSpanRow.status, StatusSpanRow.status).in_(counted),  # as in `_in_force`
            *_narrowed(roots, None),
        )
        .group_by(UnitSpanRow.person_id)
        .subquery()
    )
    row = session.execute(
        select(func.count(), func.coalesce(func.sum(of_person.c.in_all), 0)).select_from(of_person)
    ).one()
    return PeopleFigure(row[0], int(row[1]))


def _below(roots: Sequence[Unit]) -> ColumnElement[bool]:
    return or_(*(and_(UnitRow.left >= root.left, UnitRow.right <= root.right) for root in roots))
