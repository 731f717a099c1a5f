"""The roll-up: figures of the whole, of organisations and of their directorates, ready for any day (docs/adr/0004).

`figure_change` holds, for a unit with everything below it, by how many distinct people each status changes on a day;
`figure_month` the totals at month ends. The figure of any day is the last month end's total plus the changes since, so
reading it costs the same whatever the number of people. Deeper units are read from the spans instead: there are many
of them and few people in each.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from sqlalchemy import Table, delete, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.figures import COUNT_NAMES
from compliance.domain.spans import Span, UnitSpan
from compliance.domain.steps import Steps, add_steps, by_month, in_everything, steps_of, totals, unpacked
from compliance.models import EVERYTHING, WHOLE, FigureChangeRow, FigureHorizonRow, FigureMonthRow
from foundation import clock
from foundation.bulk import add_rows, insert_rows
from foundation.dates import Period, add_months, joined, last_month_end, month_end, month_ends
from people.models import UnitRow

ROLLED_UP_DEPTH = 1
"""Organisations (depth 0) and their directorates (depth 1)."""
YEARS_BACK, YEARS_AHEAD = 12, 5
"""How far month totals reach from the day of a rebuild; beyond, changes are added up from the nearest month end."""
FLUSH_AT = 400_000
"""How many changes are held before they are written: some 70 MB."""
STREAM = 10_000
KEY_COLUMNS = ("unit_id", "requirement_id", "day")
COLUMNS = (*KEY_COLUMNS, *COUNT_NAMES)
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


class RolledUpUnits(dict[int, tuple[int, ...]]):
    """The same, looked up as units turn up: a write that concerns few people does not read the whole tree."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def __missing__(self, unit_id: int) -> tuple[int, ...]:
        above = aliased(UnitRow)
        query = (
            select(above.id)
            .join(UnitRow, (above.left <= UnitRow.left) & (above.right >= UnitRow.right))
            .where(UnitRow.id == unit_id, above.depth <= ROLLED_UP_DEPTH)
            .order_by(above.depth)
        )
        found = self[unit_id] = (WHOLE, *self._session.scalars(query))
        return found


@dataclass(frozen=True, slots=True)
class Horizon:
    """The month ends for which totals are kept, first and last included."""

    first: date
    last: date

    @property
    def ends(self) -> Sequence[date]:
        """All of them, in order."""
        return _month_ends(self.first, self.last)

    def base_for(self, day: date) -> date | None:
        """The month end from which to reckon a day; None before the first, where changes are added from the start."""
        end = min(last_month_end(day), self.last)
        return end if end >= self.first else None


@lru_cache(maxsize=4)
def _month_ends(first: date, last: date) -> Sequence[date]:
    return tuple(month_ends(first, last))


def horizon(session: Session) -> Horizon:
    """The recorded horizon; made on first use."""
    return _recorded_horizon(session) or _new_horizon()


def _recorded_horizon(session: Session) -> Horizon | None:
    row = session.connection().execute(_HORIZON).first()
    return None if row is None else Horizon(*row)


_HORIZON = select(FigureHorizonRow.first_month_end, FigureHorizonRow.last_month_end)


def _new_horizon() -> Horizon:
    # The wall clock only decides where a cache ends; no figure depends on it.
    this_month = month_end(clock.today())
    first = month_end(add_months(this_month.replace(day=1), -12 * YEARS_BACK))
    last = month_end(add_months(this_month.replace(day=1), 12 * YEARS_AHEAD))
    return Horizon(first, last)


def keep_horizon(session: Session) -> Horizon:
    """Make sure that a horizon is recorded, so that every later reader and writer uses the same one."""
    found = _recorded_horizon(session)
    if found is None:
        found = _new_horizon()
        session.add(FigureHorizonRow(id=1, first_month_end=found.first, last_month_end=found.last))
        session.flush()
    return found


@dataclass
class RollUp:
    """Gathers what a refresh changes in the roll-up and writes it in bulk."""

    session: Session
    containing: Mapping[int, tuple[int, ...]]
    rebuilding: bool = False
    checking: bool = False
    changes: dict[Key, Steps] = field(default_factory=dict)
    months: dict[Key, Steps] = field(default_factory=dict)
    """The same by month end, of the changes already written."""
    size: int = 0
    kept: Horizon | None = None
    """Settled with the first write of changes."""

    def add(self, sign: int, timelines: Mapping[int, tuple[Sequence[Span], Sequence[UnitSpan]]]) -> None:
        """Count one person in (sign 1) or out (sign -1). `timelines` holds all of theirs, by requirement id."""
        by_unit: dict[int, dict[int, Steps]] = {}
        for requirement_id, (spans, units) in timelines.items():
            for unit_id, steps in self._within(spans, units):
                by_unit.setdefault(unit_id, {})[requirement_id] = steps
        everything: dict[tuple[int, ...], Steps] = {}
        for unit_id, of_unit in by_unit.items():
            for requirement_id, steps in of_unit.items():
                self._add_steps(sign, (unit_id, requirement_id), steps)
            # Nearly everybody has the same steps in each of their units: they are reckoned once.
            same = tuple(map(id, of_unit.values()))
            if same not in everything:
                everything[same] = in_everything(of_unit.values())
            self._add_steps(sign, (unit_id, EVERYTHING), everything[same])
        if self.size > FLUSH_AT and not self.checking:
            self._spill()

    def _within(self, spans: Sequence[Span], units: Sequence[UnitSpan]) -> Iterator[tuple[int, Steps]]:
        """The steps of the spans as far as they count in each rolled-up unit (counting rule 8)."""
        if len({self.containing[unit.unit_id] for unit in units}) == 1:
            whole = steps_of(spans)
            yield from ((above, whole) for above in self.containing[units[0].unit_id])
            return
        periods: dict[int, list[Period]] = {}
        for unit in units:
            for above in self.containing[unit.unit_id]:
                periods.setdefault(above, []).append(Period(unit.first_day, unit.last_day))
        for above, of_unit in periods.items():
            yield above, steps_of(spans, None if above == WHOLE else joined(of_unit))

    def _add_steps(self, sign: int, key: Key, steps: Steps) -> None:
        days = self.changes.get(key)
        if days is None:
            days = self.changes[key] = {}
        before = len(days)
        add_steps(days, steps, sign)
        self.size += len(days) - before

    def write(self) -> None:
        """Write everything gathered; the month totals follow by difference."""
        rows = self._month_rows(self._spill())
        if self.rebuilding:
            insert_rows(self.session, MONTH, COLUMNS, rows)
        else:
            add_rows(self.session, MONTH, KEY_COLUMNS, COUNT_NAMES, rows)
        self.months.clear()

    def differences(self) -> Iterator[str]:
        """How the recorded roll-up differs from what was gathered about everybody; it must not differ at all."""
        kept = horizon(self.session)
        yield from _table_differences(self.session, CHANGE, self._rows())
        self._gather_months(kept)
        yield from _table_differences(self.session, MONTH, self._month_rows(kept))

    def _rows(self) -> Iterator[Figures]:
        for key in sorted(self.changes):
            days = self.changes[key]
            for day in sorted(days):
                if days[day]:
                    yield (*key, day, *unpacked(days[day]))

    def _month_rows(self, kept: Horizon) -> Iterator[Figures]:
        for key in sorted(self.months):
            for end, counts in totals(self.months[key], kept.ends):
                yield (*key, end, *counts)

    def _gather_months(self, kept: Horizon) -> None:
        for key, days in self.changes.items():
            add_steps(self.months.setdefault(key, {}), by_month(days, kept.ends))

    def _spill(self) -> Horizon:
        """Write the changes by day and keep what they mean for month ends, so that memory does not grow."""
        if self.rebuilding and self.kept is None:
            insert_rows(self.session, CHANGE, COLUMNS, self._rows())
        else:
            add_rows(self.session, CHANGE, KEY_COLUMNS, COUNT_NAMES, self._rows())
        kept = self.kept = self.kept or keep_horizon(self.session)
        self._gather_months(kept)
        self.changes.clear()
        self.size = 0
        return kept


def empty(session: Session) -> None:
    """Forget the roll-up and its horizon, before a rebuild."""
    for table in (FigureChangeRow, FigureMonthRow, FigureHorizonRow):
        session.execute(delete(table))


def _table_differences(session: Session, table: Table, wanted: Iterator[Figures]) -> Iterator[str]:
    """Rows of a roll-up table that are missing, wrong or too many. A row of zeros says nothing and may stand.

    Both come in the order of the primary key and are walked side by side, so that memory does not grow.
    """
    query = select(*(table.c[name] for name in COLUMNS)).order_by(*table.primary_key)
    nobody = (0,) * len(COUNT_NAMES)
    due = next(wanted, None)
    for row in session.execute(query, execution_options={"yield_per": STREAM}):
        key, counts = tuple(row[:3]), tuple(row[3:])
        while due is not None and due[:3] < key:
            yield f"{table.name} {due[:3]}: totals are missing"
            due = next(wanted, None)
        expected: Figures = nobody
        if due is not None and due[:3] == key:
            expected = due[3:]
            due = next(wanted, None)
        if counts != expected:
            yield f"{table.name} {key}: the totals kept are not those of the timelines"
    while due is not None:
        yield f"{table.name} {due[:3]}: totals are missing"
        due = next(wanted, None)
