"""Reads of the timeline tables: figures of a day, from the roll-up where it holds them and from the spans elsewhere.

Every statement is built once and run on the connection (`people.store`); what is narrowed to units has one for each
number of them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from operator import add
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
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
from people.store import Unit, inside, inside_values

Above = Mapping[int, Sequence[int]]
"""For every unit, itself and the units that contain it, nearest first."""
SHAPES = 64
"""Statements kept of each kind: more than pages ask for."""


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
    query = _MONTHS[requirement_id is not None]
    values = {"unit_ids": list(unit_ids), "requirement_id": requirement_id, "ends": list(ends)}
    found: dict[date, dict[UnitKey, tuple[int, ...]]] = defaultdict(dict)
    for day, unit_id, of_requirement, *counts in session.connection().execute(query, values):
        found[day][unit_id, of_requirement] = tuple(counts)
    return found


def _changes(
    session: Session, start: date, day: date, unit_ids: Collection[int], requirement_id: int | None
) -> Iterator[tuple[UnitKey, tuple[int, ...]]]:
    """What changed after `start` and up to `day`, added up by the database."""
    query = _CHANGES[requirement_id is not None]
    values = {"unit_ids": list(unit_ids), "requirement_id": requirement_id, "start": start, "day": day}
    for unit_id, of_requirement, *counts in session.connection().execute(query, values):
        yield (unit_id, of_requirement), tuple(counts)


def _of(table: type[FigureChangeRow] | type[FigureMonthRow], one_requirement: bool) -> ColumnElement[bool]:
    """The requirement, or all: named, so that the primary key leads straight to the days."""
    if one_requirement:
        return table.requirement_id == bindparam("requirement_id")
    every = union_all(select(literal(EVERYTHING)), select(RequirementRow.id)).subquery()
    return table.requirement_id.in_(select(every))


def _months_statement(one_requirement: bool) -> Select[*tuple[Any, ...]]:
    table = FigureMonthRow
    columns = [getattr(table, name) for name in COUNT_NAMES]
    return select(table.day, table.unit_id, table.requirement_id, *columns).where(
        table.unit_id.in_(bindparam("unit_ids", expanding=True)),
        _of(table, one_requirement),
        table.day.in_(bindparam("ends", expanding=True)),
    )


def _changes_statement(one_requirement: bool) -> Select[*tuple[Any, ...]]:
    table = FigureChangeRow
    sums = [cast(func.sum(getattr(table, name)), Integer) for name in COUNT_NAMES]
    return (
        select(table.unit_id, table.requirement_id, *sums)
        .where(
            table.unit_id.in_(bindparam("unit_ids", expanding=True)),
            _of(table, one_requirement),
            table.day > bindparam("start"),
            table.day <= bindparam("day"),
        )
        .group_by(table.unit_id, table.requirement_id)
    )


# Of all requirements, and of one.
_MONTHS = (_months_statement(False), _months_statement(True))
_CHANGES = (_changes_statement(False), _changes_statement(True))


def people_based(counts: Mapping[UnitKey, Counts], unit_id: int) -> PeopleFigure:
    """The people-based figure that the roll-up keeps under EVERYTHING."""
    found = counts.get((unit_id, EVERYTHING))
    return PeopleFigure(found.counted, found.compliant) if found else PeopleFigure()


_DAY = bindparam("day", type_=Date)
# Last day first: most spans are in the past, and an index range on the last day leaves them out.
_HELD = (UnitSpanRow.last_day >= _DAY, UnitSpanRow.first_day <= _DAY)


def _in_force(*, from_units: bool = False) -> tuple[ColumnElement[bool], ...]:
    """The unit spans and the status spans of a day, brought together; `from_units` where few units are asked about."""
    requirement, last_day = UnitSpanRow.requirement_id.expression, StatusSpanRow.last_day.expression
    if from_units:
        # Kept away from the index on the requirement: it leads through the whole council, and SQLite, which keeps no
        # statistics, would begin there instead of with the units.
        requirement = func.coalesce(requirement, requirement)
        last_day = func.coalesce(last_day, last_day)
    return (
        *_HELD,
        StatusSpanRow.person_id == UnitSpanRow.person_id,
        StatusSpanRow.requirement_id == requirement,
        last_day >= _DAY,
        StatusSpanRow.first_day <= _DAY,
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
    narrow = (None if roots is None else len(roots), requirement_id is not None)
    values = {"day": day, "requirement_id": requirement_id, **inside_values(roots or ())}
    rows = session.connection().execute(_in_units(*narrow), values)
    for unit_id, of_requirement, status, covered, people in rows:
        tally.add([unit_id], of_requirement, Status(status), covered, people)
    again: dict[int, int] = defaultdict(int)
    rows = session.connection().execute(_in_several_units(*narrow), values)
    for of_requirement, status, covered, unit_ids in _together(rows):
        again[of_requirement] += times_again(unit_ids, wanted, above)
        for unit_id in unit_ids:
            tally.add([unit_id], of_requirement, status, covered, -1)
        tally.add(unit_ids, of_requirement, status, covered)
    return {key: counts for key, counts in tally.counts().items() if key[0] in wanted}, dict(again)


@lru_cache(maxsize=SHAPES)
def _in_units(roots: int | None, one_requirement: bool) -> Select[*tuple[Any, ...]]:
    columns = (UnitSpanRow.unit_id, UnitSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    spans = (*_in_force(from_units=roots is not None), *_narrowed(roots, one_requirement))
    return select(*columns, func.count()).where(*spans).group_by(*columns)


def _narrowed(roots: int | None, one_requirement: bool) -> list[ColumnElement[bool]]:
    """So many units with everything below them, and one requirement; or all."""
    narrow: list[ColumnElement[bool]] = []
    if roots is not None:
        narrow.append(UnitSpanRow.unit_id.in_(select(UnitRow.id).where(inside(roots))))
    if one_requirement:
        requirement, wanted = (
            UnitSpanRow.requirement_id.expression,
            bindparam("requirement_id", type_=Integer),
        )
        # SQLite would carry a plain comparison over to the status spans, and begin there (`_in_force`).
        narrow.append((requirement if roots is None else func.coalesce(requirement, 0)) == wanted)
    return narrow


def counted_again(
    session: Session, day: date, wanted: Collection[int], above: Above, requirement_id: int | None = None
) -> dict[int, int]:
    """By requirement, how often people are counted again because they count in several of these units."""
    query = _SHARED[requirement_id is not None]
    values = {"day": day, "requirement_id": requirement_id}
    found: dict[tuple[int, int], list[int]] = defaultdict(list)
    for of_requirement, person_id, unit_id in session.connection().execute(query, values):
        found[of_requirement, person_id].append(unit_id)
    again: dict[int, int] = defaultdict(int)
    for (of_requirement, _), unit_ids in found.items():
        again[of_requirement] += times_again(unit_ids, wanted, above)
    return {of_requirement: times for of_requirement, times in again.items() if times}


# Of all requirements, and of one. In no order: asked for one, SQLite reads the whole table in it instead of the few
# people of the index.
_SHARED = tuple(
    select(UnitSpanRow.requirement_id, UnitSpanRow.person_id, UnitSpanRow.unit_id).where(
        *_HELD, *_narrowed(None, one_requirement), UnitSpanRow.shared
    )
    for one_requirement in (False, True)
)


def times_again(unit_ids: Sequence[int], wanted: Collection[int], above: Above) -> int:
    """How often a person with posts in these units is counted beyond the first time, in the nearest units shown."""
    nearest = {next((unit for unit in above[unit_id] if unit in wanted), None) for unit_id in unit_ids}
    return max(0, len(nearest - {None}) - 1)


@lru_cache(maxsize=SHAPES)
def _in_several_units(roots: int | None, one_requirement: bool) -> Select[*tuple[Any, ...]]:
    """People who count in more than one unit, once for each."""
    other = aliased(UnitSpanRow)
    has_other = (
        select(literal(1))
        .where(
            other.person_id == UnitSpanRow.person_id,
            other.requirement_id == UnitSpanRow.requirement_id,
            other.unit_id != UnitSpanRow.unit_id,
            other.last_day >= _DAY,
            other.first_day <= _DAY,
        )
        .exists()
    )
    spans = (*_in_force(from_units=roots is not None), *_narrowed(roots, one_requirement))
    return select(
        UnitSpanRow.person_id,
        UnitSpanRow.requirement_id,
        StatusSpanRow.status,
        StatusSpanRow.covered,
        UnitSpanRow.unit_id,
    ).where(*spans, UnitSpanRow.shared, has_other)


def _together(rows: Iterable[Any]) -> list[tuple[int, Status, bool, list[int]]]:
    """Requirement, status, covered and the units of each person and requirement."""
    found: dict[tuple[int, int], tuple[int, Status, bool, list[int]]] = {}
    for person_id, requirement_id, status, covered, unit_id in rows:
        row = found.setdefault((person_id, requirement_id), (requirement_id, Status(status), covered, []))
        row[3].append(unit_id)
    return list(found.values())


def in_scope(session: Session, day: date, roots: Sequence[Unit]) -> dict[int, Counts]:
    """The counts of distinct people who count in any of these units or below, by requirement; read from the spans."""
    values = {"day": day, **inside_values(roots)}
    rows = session.connection().execute(_in_scope(len(roots)), values)
    found: dict[int, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
    for requirement_id, status, covered, people in rows:
        counts = found[requirement_id]
        counts[COUNT_NAMES.index(status)] += people
        counts[-1] += people if covered else 0
    return {requirement_id: Counts(*counts) for requirement_id, counts in found.items()}


@lru_cache(maxsize=SHAPES)
def _in_scope(roots: int) -> Select[*tuple[Any, ...]]:
    columns = (StatusSpanRow.requirement_id, StatusSpanRow.status, StatusSpanRow.covered)
    people = func.count(UnitSpanRow.person_id.distinct())
    spans = (*_in_force(from_units=True), *_narrowed(roots, one_requirement=False))
    return select(*columns, people).where(*spans).group_by(*columns)


def people_based_in_scope(session: Session, day: date, roots: Sequence[Unit]) -> PeopleFigure:
    """The people-based figure among distinct people who count in any of these units or below."""
    values = {"day": day, **inside_values(roots)}
    row = session.connection().execute(_people_based_in_scope(len(roots)), values).one()
    return PeopleFigure(row[0], int(row[1]))


@lru_cache(maxsize=SHAPES)
def _people_based_in_scope(roots: int) -> Select[*tuple[Any, ...]]:
    counted = [status.value for status in COUNTED_STATUSES]
    compliant = [Status.COMPLIANT.value, Status.EXPIRING.value]
    of_person = (
        select(
            UnitSpanRow.person_id,
            func.min(case((StatusSpanRow.status.in_(compliant), 1), else_=0)).label("in_all"),
        )
        .where(
            *_in_force(from_units=True),
            func.coalesce(StatusSpanRow.status, StatusSpanRow.status).in_(counted),  # as in `_in_force`
            *_narrowed(roots, one_requirement=False),
        )
        .group_by(UnitSpanRow.person_id)
        .subquery()
    )
    return select(func.count(), func.coalesce(func.sum(of_person.c.in_all), 0)).select_from(of_person)
