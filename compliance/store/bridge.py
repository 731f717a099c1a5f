"""Reads of the timeline tables for a bridge: whoever's spans, or units, are not the same on two days.

Most people have one span that holds both days and stay where they are; the database leaves them out. The others are
streamed, person by person, so that memory does not grow with their number. Statements are built once (`people.store`).
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import ColumnElement, Date, Integer, Select, and_, bindparam, or_, select
from sqlalchemy.orm import Session

from compliance.domain.spans import Span
from compliance.models import StatusSpanRow, UnitSpanRow
from compliance.store.lists import span_of
from people.models import UnitRow
from people.store import Unit, inside, inside_values

STREAM = 5000
"""Rows fetched at a time."""
SHAPES = 64
"""Statements kept: one for each number of units asked about, of one requirement or of all."""

OfPerson = tuple[int, list[tuple[int, Span]]]
"""A person, and the spans that hold one of the days or both, each with its requirement."""
Pair = tuple[int, int]
"""Person and requirement."""

_FIRST, _LAST = bindparam("first", type_=Date), bindparam("last", type_=Date)


def differing(
    session: Session,
    first: date,
    last: date,
    courses: Mapping[int, str],
    requirement_id: int | None = None,
    roots: Sequence[Unit] | None = None,
) -> Iterator[OfPerson]:
    """Everybody with a span that holds only one of the days, by person id; `last` is after `first`.

    With `roots`, those who count in these units or below at some time from `first` to `last`, and also whoever's span
    holds both days while the units they count in do not.
    """
    rows = session.connection().execute(
        _differing(None if roots is None else len(roots), requirement_id is not None),
        {"first": first, "last": last, "requirement_id": requirement_id, **inside_values(roots or ())},
        execution_options={"yield_per": STREAM},
    )
    for person_id, of_person in groupby(rows, key=itemgetter(0)):
        yield person_id, [(row[1], span_of(row, courses)) for row in of_person]


def _holds_one_day(table: type[StatusSpanRow] | type[UnitSpanRow]) -> ColumnElement[bool]:
    return or_(
        and_(table.first_day <= _FIRST, table.last_day >= _FIRST, table.last_day < _LAST),
        and_(table.first_day > _FIRST, table.first_day <= _LAST, table.last_day >= _LAST),
    )


@lru_cache(maxsize=SHAPES)
def _differing(roots: int | None, one_requirement: bool) -> Select[*tuple[Any, ...]]:
    columns = StatusSpanRow.__table__.columns
    differs = _holds_one_day(StatusSpanRow)
    wanted: list[ColumnElement[bool]] = [StatusSpanRow.last_day >= _FIRST, StatusSpanRow.first_day <= _LAST]
    if one_requirement:
        wanted.append(StatusSpanRow.requirement_id == bindparam("requirement_id", type_=Integer))
    if roots is not None:
        counted_elsewhere = select(UnitSpanRow.unit_id).where(
            UnitSpanRow.person_id == StatusSpanRow.person_id,
            UnitSpanRow.requirement_id == StatusSpanRow.requirement_id,
            _holds_one_day(UnitSpanRow),
        )
        holds_both = and_(StatusSpanRow.first_day <= _FIRST, StatusSpanRow.last_day >= _LAST)
        differs = or_(differs, and_(holds_both, counted_elsewhere.exists()))
        of_units = (
            select(UnitSpanRow.person_id)
            .join(UnitRow, UnitRow.id == UnitSpanRow.unit_id)
            .where(UnitSpanRow.last_day >= _FIRST, UnitSpanRow.first_day <= _LAST, inside(roots))
        )
        wanted.append(StatusSpanRow.person_id.in_(of_units))
    order = (StatusSpanRow.person_id, StatusSpanRow.requirement_id, StatusSpanRow.first_day)
    return select(*columns).where(*wanted, differs).order_by(*order)


def counting_inside(
    session: Session, first: date, last: date, person_ids: Sequence[int], roots: Sequence[Unit]
) -> tuple[set[Pair], set[Pair]]:
    """Who of these people counts in these units or below, and for which requirement: on the first, on the last day."""
    values = {"first": first, "last": last, "person_ids": list(person_ids), **inside_values(roots)}
    on_first: set[Pair] = set()
    on_last: set[Pair] = set()
    for person_id, requirement_id, first_day, last_day in session.connection().execute(
        _counting_inside(len(roots)), values
    ):
        if first_day <= first:
            on_first.add((person_id, requirement_id))
        if last_day >= last:
            on_last.add((person_id, requirement_id))
    return on_first, on_last


@lru_cache(maxsize=SHAPES)
def _counting_inside(roots: int) -> Select[*tuple[Any, ...]]:
    columns = (UnitSpanRow.person_id, UnitSpanRow.requirement_id, UnitSpanRow.first_day, UnitSpanRow.last_day)
    holds = or_(
        and_(UnitSpanRow.first_day <= _FIRST, UnitSpanRow.last_day >= _FIRST),
        and_(UnitSpanRow.first_day <= _LAST, UnitSpanRow.last_day >= _LAST),
    )
    return (
        select(*columns)
        .join(UnitRow, UnitRow.id == UnitSpanRow.unit_id)
        .where(UnitSpanRow.person_id.in_(bindparam("person_ids", expanding=True)), holds, inside(roots))
    )
