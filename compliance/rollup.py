"""The roll-up: figures of the whole, of organisations and of their directorates, ready for any day (docs/adr/0004).

`figure_change` holds, for a unit with everything below it, by how many distinct people each status changes on a day;
`figure_month` the totals at month ends. The figure of any day is the last month end's total plus the changes since, so
reading it costs the same whatever the number of people. Deeper units are read from the spans instead: there are many
of them and few people in each.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import groupby

from sqlalchemy import Table, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from compliance.domain.figures import COUNT_NAMES
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status, UnitSpan
from compliance.models import EVERYTHING, WHOLE, FigureChangeRow, FigureHorizonRow, FigureMonthRow
from foundation import clock
from foundation.bulk import insert_rows
from foundation.dates import (
    FAR_DAY,
    Period,
    add_months,
    day_after,
    day_before,
    joined,
    last_month_end,
    month_end,
    month_ends,
)
from people.models import UnitRow

ROLLED_UP_DEPTH = 1
"""Organisations (depth 0) and their directorates (depth 1)."""
YEARS_BACK, YEARS_AHEAD = 12, 5
"""How far month totals reach from the day of a rebuild; beyond, changes are added up from the nearest month end."""
FLUSH_AT = 100_000
COVERED = COUNT_NAMES.index("covered")
COLUMN_OF: dict[Status, int] = {status: COUNT_NAMES.index(status.value) for status in REQUIRED_STATUSES}
COLUMNS = ("unit_id", "requirement_id", "day", *COUNT_NAMES)
CHANGE: Table = FigureChangeRow.__table__  # type: ignore[assignment]  # a Table, declared as FromClause
MONTH: Table = FigureMonthRow.__table__  # type: ignore[assignment]  # as above

Figures = tuple[int | date, ...]
"""A row of a roll-up table: unit, requirement, day and the counts."""
Key = tuple[int, int]
"""Unit and requirement."""


def rolled_up_units(session: Session) -> dict[int, tuple[int, ...]]:
    """For every unit, the rolled-up units that contain it: the whole, the organisation, the directorate."""
    parents: dict[int, tuple[int, ...]] = {}
    query = select(UnitRow.id, UnitRow.parent_id, UnitRow.depth).order_by(UnitRow.depth, UnitRow.id)
    for unit_id, parent_id, depth in session.execute(query):
        above = parents[parent_id] if parent_id is not None else (WHOLE,)
        parents[unit_id] = (*above, unit_id) if depth <= ROLLED_UP_DEPTH else above
    return parents


@dataclass
class RollUp:
    """Gathers what a refresh changes in the roll-up and writes it in bulk."""

    session: Session
    containing: Mapping[int, tuple[int, ...]]
    rebuilding: bool = False
    checking: bool = False
    changes: dict[Key, dict[date, list[int]]] = field(default_factory=dict)
    size: int = 0
    spilled: set[Key] = field(default_factory=set)

    def add(self, sign: int, timelines: Mapping[int, tuple[Sequence[Span], Sequence[UnitSpan]]]) -> None:
        """Count one person in (sign 1) or out (sign -1). `timelines` holds all of theirs, by requirement id."""
        by_unit: dict[int, dict[int, Sequence[Span]]] = {}
        for requirement_id, (spans, units) in timelines.items():
            for unit_id, within in self._within(spans, units):
                by_unit.setdefault(unit_id, {})[requirement_id] = within
        for unit_id, of_unit in by_unit.items():
            for requirement_id, within in of_unit.items():
                self._add_spans(sign, (unit_id, requirement_id), within)
            self._add_everything(sign, (unit_id, EVERYTHING), of_unit.values())
        if self.size > FLUSH_AT and not self.checking:
            self._spill()

    def _within(
        self, spans: Sequence[Span], units: Sequence[UnitSpan]
    ) -> Iterator[tuple[int, Sequence[Span]]]:
        """The spans as far as they count in each rolled-up unit (counting rule 8)."""
        if len({self.containing[unit.unit_id] for unit in units}) == 1:
            yield from ((above, spans) for above in self.containing[units[0].unit_id])
            return
        periods: dict[int, list[Period]] = {}
        for unit in units:
            for above in self.containing[unit.unit_id]:
                periods.setdefault(above, []).append(Period(unit.first_day, unit.last_day))
        for above, of_unit in periods.items():
            yield above, spans if above == WHOLE else _clipped(spans, joined(of_unit))

    def _add_spans(self, sign: int, key: Key, spans: Sequence[Span]) -> None:
        days = self.changes.setdefault(key, {})
        for span in spans:
            column = COLUMN_OF[span.status]
            self._change(days, span.first_day, column, sign, span.covered)
            if span.last_day != FAR_DAY:
                self._change(days, day_after(span.last_day), column, -sign, span.covered)

    def _change(self, days: dict[date, list[int]], day: date, column: int, by: int, covered: bool) -> None:
        counts = days.get(day)
        if counts is None:
            counts = days[day] = [0] * len(COUNT_NAMES)
            self.size += 1
        counts[column] += by
        if covered:
            counts[COVERED] += by

    def _add_everything(self, sign: int, key: Key, spans: Iterable[Sequence[Span]]) -> None:
        """The people-based figure: compliant in all counted requirements, or counted and not (counting rule 7)."""
        days = self.changes.setdefault(key, {})
        for first, last, in_all in _in_everything(spans):
            column = COLUMN_OF[Status.COMPLIANT if in_all else Status.OUTSTANDING]
            self._change(days, first, column, sign, False)
            if last != FAR_DAY:
                self._change(days, day_after(last), column, -sign, False)

    def write(self) -> None:
        """Write everything gathered. Month totals follow by difference, or afresh where very much changed."""
        if self.rebuilding or self.spilled:
            self._spill()
            _write_months_afresh(self.session, None if self.rebuilding else self.spilled)
            return
        _upsert(self.session, CHANGE, self._rows())
        _upsert(self.session, MONTH, _month_differences(self.changes, keep_horizon(self.session)))
        self.changes.clear()

    def differences(self) -> Iterator[str]:
        """How the recorded roll-up differs from what was gathered about everybody; it must not differ at all."""
        months = {row[:3]: row[3:] for row in _month_differences(self.changes, horizon(self.session))}
        yield from _table_differences(self.session, CHANGE, {row[:3]: row[3:] for row in self._rows()})
        yield from _table_differences(self.session, MONTH, months)

    def _rows(self) -> Iterator[Figures]:
        for key in sorted(self.changes):
            days = self.changes[key]
            for day in sorted(days):
                if any(days[day]):
                    yield (*key, day, *days[day])

    def _spill(self) -> None:
        _upsert(self.session, CHANGE, self._rows())
        self.spilled.update(self.changes)
        self.changes.clear()
        self.size = 0


def _clipped(spans: Sequence[Span], periods: Sequence[Period]) -> list[Span]:
    found = []
    for span in spans:
        for period in periods:
            meet = period.meet(Period(span.first_day, span.last_day))
            if meet is not None:
                found.append(_cut(span, meet))
    return found


def _cut(span: Span, days: Period) -> Span:
    """The part of a span on some days; only what the roll-up reads is kept."""
    return Span(
        days.first, days.last, span.status, None, span.covered, None, None, None, days.first, "", days.first
    )


def _in_everything(spans: Iterable[Sequence[Span]]) -> Iterator[tuple[date, date, bool]]:
    """The days on which a person has a counted requirement, and whether they are compliant in all of them."""
    steps: dict[date, list[int]] = {}
    for of_requirement in spans:
        for span in of_requirement:
            if span.status.is_counted:
                missing = 0 if span.status.is_compliant else 1
                first = steps.setdefault(span.first_day, [0, 0])
                first[0] += 1
                first[1] += missing
                if span.last_day != FAR_DAY:
                    after = steps.setdefault(day_after(span.last_day), [0, 0])
                    after[0] -= 1
                    after[1] -= missing
    counted = missing = 0
    since: date | None = None
    state: bool | None = None
    for day in sorted(steps):
        counted += steps[day][0]
        missing += steps[day][1]
        now = (missing == 0) if counted else None
        if now != state:
            if since is not None and state is not None:
                yield since, day_before(day), state
            since, state = day, now
    if since is not None and state is not None:
        yield since, FAR_DAY, state


@dataclass(frozen=True, slots=True)
class Horizon:
    """The month ends for which totals are kept, first and last included."""

    first: date
    last: date

    def base_for(self, day: date) -> date | None:
        """The month end from which to reckon a day; None before the first, where changes are added from the start."""
        end = min(last_month_end(day), self.last)
        return end if end >= self.first else None


def horizon(session: Session) -> Horizon:
    """The recorded horizon; made on first use."""
    row = session.execute(select(FigureHorizonRow.first_month_end, FigureHorizonRow.last_month_end)).first()
    return Horizon(*row) if row is not None else _new_horizon()


def _new_horizon() -> Horizon:
    # The wall clock only decides where a cache ends; no figure depends on it.
    this_month = month_end(clock.today())
    first = month_end(add_months(this_month.replace(day=1), -12 * YEARS_BACK))
    last = month_end(add_months(this_month.replace(day=1), 12 * YEARS_AHEAD))
    return Horizon(first, last)


def keep_horizon(session: Session) -> Horizon:
    """Make sure that a horizon is recorded, so that every later reader and writer uses the same one."""
    found = horizon(session)
    if session.execute(select(FigureHorizonRow.id)).first() is None:
        session.add(FigureHorizonRow(id=1, first_month_end=found.first, last_month_end=found.last))
        session.flush()
    return found


def empty(session: Session) -> None:
    """Forget the roll-up and its horizon, before a rebuild."""
    for table in (FigureChangeRow, FigureMonthRow, FigureHorizonRow):
        session.execute(delete(table))


def _month_differences(
    changes: Mapping[Key, Mapping[date, Sequence[int]]], kept: Horizon
) -> Iterator[Figures]:
    """By how much each month total moves when days change by so much."""
    for key in sorted(changes):
        for end, totals in month_totals(changes[key], kept):
            yield (*key, end, *totals)


def month_totals(days: Mapping[date, Sequence[int]], kept: Horizon) -> Iterator[tuple[date, list[int]]]:
    """The running totals at each month end of the horizon, month ends with nobody left out."""
    totals = [0] * len(COUNT_NAMES)
    pending = sorted(days)
    if not pending:
        return
    start = max(kept.first, last_month_end(pending[0]))
    position = 0
    for end in month_ends(start, kept.last):
        while position < len(pending) and pending[position] <= end:
            for column, by in enumerate(days[pending[position]]):
                totals[column] += by
            position += 1
        if any(totals):
            yield end, list(totals)
        elif position == len(pending):
            return


def _write_months_afresh(session: Session, keys: set[Key] | None) -> None:
    """Month totals from all recorded changes of these units and requirements; None means of all."""
    kept = keep_horizon(session)
    if keys is None:
        session.execute(delete(FigureMonthRow))
    else:
        for unit_id, requirement_id in sorted(keys):
            session.execute(
                delete(FigureMonthRow).where(
                    FigureMonthRow.unit_id == unit_id, FigureMonthRow.requirement_id == requirement_id
                )
            )
    insert_rows(session, MONTH, COLUMNS, _all_months(session, keys, kept))


def _all_months(session: Session, keys: set[Key] | None, kept: Horizon) -> list[Figures]:
    query = select(*(CHANGE.c[name] for name in COLUMNS)).order_by(
        CHANGE.c.unit_id, CHANGE.c.requirement_id, CHANGE.c.day
    )
    found: list[Figures] = []
    for key, rows in groupby(session.execute(query), key=lambda row: (row[0], row[1])):
        if keys is None or key in keys:
            days = {row[2]: row[3:] for row in rows}
            found.extend((*key, end, *totals) for end, totals in month_totals(days, kept))
    return found  # whole, before the first insert: COPY needs the connection to itself


def _table_differences(
    session: Session, table: Table, wanted: dict[Figures, Figures]
) -> Iterator[str]:
    """Rows of a roll-up table that are missing, wrong or too many. A row of zeros says nothing and may stand."""
    zeros = (0,) * len(COUNT_NAMES)
    for row in session.execute(select(*(table.c[name] for name in COLUMNS)).order_by(*table.primary_key)):
        key, counts = tuple(row[:3]), tuple(row[3:])
        if wanted.pop(key, zeros) != counts:
            yield f"{table.name} {key}: the totals kept are not those of the timelines"
    for key, counts in wanted.items():
        if counts != zeros:
            yield f"{table.name} {key}: totals are missing"


def _upsert(session: Session, table: Table, rows: Iterable[Figures]) -> None:
    """Add counts to the rows that are there, and insert those that are not."""
    values = [dict(zip(COLUMNS, row, strict=True)) for row in rows]
    if not values:
        return
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    statement = insert(table)
    session.execute(
        statement.on_conflict_do_update(
            index_elements=["unit_id", "requirement_id", "day"],
            set_={name: table.c[name] + statement.excluded[name] for name in COUNT_NAMES},
        ),
        values,
    )
