"""Reads of the timeline tables: figures of a day, from the roll-up where it holds them and from the spans elsewhere."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date

from sqlalchemy import ColumnElement, and_, case, func, literal, or_, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.figures import COUNT_NAMES, Counts, PeopleFigure
from compliance.domain.spans import COUNTED_STATUSES, Status
from compliance.domain.standing import Tally, UnitKey
from compliance.models import EVERYTHING, FigureChangeRow, FigureMonthRow, StatusSpanRow, UnitSpanRow
from compliance.rollup import horizon
from foundation.dates import FIRST_DAY
from people.models import UnitRow
from people.store import Unit

Above = Mapping[int, Sequence[int]]
"""For every unit, itself and the units that contain it, nearest first."""


def rolled_up(
    session: Session, days: Sequence[date], unit_ids: Collection[int]
) -> dict[date, dict[UnitKey, Counts]]:
    """The counts of rolled-up units on each day, by unit and requirement; EVERYTHING holds the people-based figure.

    Two queries whatever the number of people or days: the month totals to start from, and the changes since.
    """
    kept = horizon(session)
    base = {day: kept.base_for(day) for day in days}
    months = _months(session, {end for end in base.values() if end is not None}, unit_ids)
    changes = _changes(session, base, unit_ids)
    found: dict[date, dict[UnitKey, Counts]] = {}
    for day in days:
        start = base[day]
        totals: dict[UnitKey, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
        if start is not None:
            for key, counts in months.get(start, {}).items():
                totals[key] = list(counts)
        for changed_on, key, counts in changes:
            if (start is None or changed_on > start) and changed_on <= day:
                total = totals[key]
                for column, by in enumerate(counts):
                    total[column] += by
        found[day] = {key: Counts(*counts) for key, counts in totals.items() if any(counts)}
    return found


def _months(
    session: Session, ends: Collection[date], unit_ids: Collection[int]
) -> dict[date, dict[UnitKey, Sequence[int]]]:
    columns = [getattr(FigureMonthRow, name) for name in COUNT_NAMES]
    query = select(FigureMonthRow.day, FigureMonthRow.unit_id, FigureMonthRow.requirement_id, *columns).where(
        FigureMonthRow.unit_id.in_(unit_ids), FigureMonthRow.day.in_(ends)
    )
    found: dict[date, dict[UnitKey, Sequence[int]]] = defaultdict(dict)
    for day, unit_id, requirement_id, *counts in session.execute(query):
        found[day][unit_id, requirement_id] = counts
    return found


def _changes(
    session: Session, base: Mapping[date, date | None], unit_ids: Collection[int]
) -> list[tuple[date, UnitKey, Sequence[int]]]:
    """The changes between each day and the month end it is reckoned from; none for days that are month ends."""
    wanted = [
        and_(FigureChangeRow.day > (start or FIRST_DAY), FigureChangeRow.day <= day)
        for day, start in base.items()
        if start != day
    ]
    if not wanted:
        return []
    columns = [getattr(FigureChangeRow, name) for name in COUNT_NAMES]
    query = select(
        FigureChangeRow.day, FigureChangeRow.unit_id, FigureChangeRow.requirement_id, *columns
    ).where(FigureChangeRow.unit_id.in_(unit_ids), or_(*wanted))
    return [
        (day, (unit_id, requirement_id), counts)
        for day, unit_id, requirement_id, *counts in session.execute(query)
    ]


def people_based(counts: Mapping[UnitKey, Counts], unit_id: int) -> PeopleFigure:
    """The people-based figure that the roll-up keeps under EVERYTHING."""
    found = counts.get((unit_id, EVERYTHING))
    return PeopleFigure(found.counted, found.compliant) if found else PeopleFigure()


def _in_force(day: date) -> tuple[ColumnElement[bool], ...]:
    """Last day first: most spans are in the past, and an index range on the last day leaves them out."""
    return (
        UnitSpanRow.last_day >= day,
        UnitSpanRow.first_day <= day,
        StatusSpanRow.person_id == UnitSpanRow.person_id,
        StatusSpanRow.requirement_id == UnitSpanRow.requirement_id,
        StatusSpanRow.last_day >= day,
        StatusSpanRow.first_day <= day,
    )


def every_unit(
    session: Session, day: date, wanted: Collection[int], above: Above
) -> tuple[dict[UnitKey, Counts], dict[int, int]]:
    """The counts of every unit with everything below it, and by requirement how often people are counted again.

    People with one unit are added up by the database; the few with several are taken one by one, so that each is
    counted once wherever their units meet (counting rule 8).
    """
    tally = Tally(above)
    columns = (UnitSpanRow.unit_id, UnitSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    query = select(*columns, func.count()).where(*_in_force(day)).group_by(*columns)
    for unit_id, requirement_id, status, covered, people in session.execute(query):
        tally.add([unit_id], requirement_id, Status(status), covered, people)
    again: dict[int, int] = defaultdict(int)
    for requirement_id, status, covered, unit_ids in in_several_units(session, day):
        again[requirement_id] += times_again(unit_ids, wanted, above)
        for unit_id in unit_ids:
            tally.add([unit_id], requirement_id, status, covered, -1)
        tally.add(unit_ids, requirement_id, status, covered)
    return {key: counts for key, counts in tally.counts().items() if key[0] in wanted}, dict(again)


def counted_again(session: Session, day: date, wanted: Collection[int], above: Above) -> dict[int, int]:
    """By requirement, how often people are counted again because they count in several of these units."""
    again: dict[int, int] = defaultdict(int)
    for requirement_id, _, _, unit_ids in in_several_units(session, day):
        again[requirement_id] += times_again(unit_ids, wanted, above)
    return dict(again)


def times_again(unit_ids: Sequence[int], wanted: Collection[int], above: Above) -> int:
    """How often a person with posts in these units is counted beyond the first time, in the nearest units shown."""
    nearest = {next((unit for unit in above[unit_id] if unit in wanted), None) for unit_id in unit_ids}
    return max(0, len(nearest - {None}) - 1)


def in_several_units(session: Session, day: date) -> list[tuple[int, Status, bool, list[int]]]:
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
    query = (
        select(
            UnitSpanRow.person_id,
            UnitSpanRow.requirement_id,
            StatusSpanRow.status,
            StatusSpanRow.covered,
            UnitSpanRow.unit_id,
        )
        .where(*_in_force(day), has_other)
        .order_by(UnitSpanRow.person_id, UnitSpanRow.requirement_id, UnitSpanRow.unit_id)
    )
    found: dict[tuple[int, int], tuple[int, Status, bool, list[int]]] = {}
    for person_id, requirement_id, status, covered, unit_id in session.execute(query):
        row = found.setdefault((person_id, requirement_id), (requirement_id, Status(status), covered, []))
        row[3].append(unit_id)
    return list(found.values())


def containing(units: Iterable[Unit]) -> dict[int, tuple[int, ...]]:
    """For every unit, itself and the units that contain it, nearest first."""
    parents = {unit.id: unit.parent_id for unit in units}
    found: dict[int, tuple[int, ...]] = {}
    for unit_id in parents:
        chain: list[int] = []
        at: int | None = unit_id
        while at is not None:
            chain.append(at)
            at = parents[at]
        found[unit_id] = tuple(chain)
    return found


def in_scope(session: Session, day: date, roots: Sequence[Unit]) -> dict[int, Counts]:
    """The counts of distinct people who count in any of these units or below, by requirement; read from the spans."""
    query = (
        select(
            StatusSpanRow.requirement_id,
            StatusSpanRow.status,
            StatusSpanRow.covered,
            func.count(UnitSpanRow.person_id.distinct()),
        )
        .where(*_in_force(day), UnitSpanRow.unit_id == UnitRow.id, _below(roots))
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
            *_in_force(day),
            StatusSpanRow.status.in_(counted),
            UnitSpanRow.unit_id == UnitRow.id,
            _below(roots),
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
