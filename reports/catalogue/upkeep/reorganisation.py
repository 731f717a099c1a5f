"""Reorganisation check: everybody who moved to another unit since 1 April, and that nothing was lost with it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

from compliance.domain.headcount import financial_year
from foundation.dates import Period
from foundation.formats import long_date
from people.domain import Place
from reports.catalogue.upkeep.moves import Change, changes_of
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.upkeep import Mover

_COLUMNS = (
    Column("name", "Name", width=14, says=Says.PERSON),
    Column("left", "Old unit", width=20),
    Column("joined", "New unit", width=20),
    Column("since", "Since", Kind.DAY, 9),
    Column("kept", "Requirements kept", width=11),
    Column("added", "Requirements added", width=11),
    Column("dropped", "Requirements dropped", width=11),
    Column("completions", "Completions before", Kind.NUMBER, 8),
    Column("completions_kept", "Completions kept", Kind.NUMBER, 8),
)


def build(ask: Ask, sources: Sources) -> Report:
    """A row a move, by day and name: whoever moved twice has two."""
    year = financial_year(ask.as_at)
    found = [
        (change.since, _row(mover, change))
        for mover in sources.upkeep.movers(year)
        for change in changes_of(mover.spells)
        if change.since in year
    ]
    found.sort(key=lambda one: one[0])
    table = Table(
        "reorganisation",
        f"Moved from {long_date(year.first)} to {long_date(year.last)}",
        _COLUMNS,
        tuple(row for _, row in found),
        note="Requirements are those of the last day without the new unit and of the first day without the old one. "
        "A completion that was taken back since the move is not kept; whatever the reason, look at it.",
        empty="Nobody moved in these days.",
    )
    head = replace(
        ask.head(DEFINITION.title, sources, ()), population="Everybody who moved from one unit to another"
    )
    return Report(DEFINITION.key, head, (Section("Moves", tables=(table,)),))


def _row(mover: Mover, change: Change) -> tuple[Cell, ...]:
    was, now = _required(mover.required, change.before), _required(mover.required, change.since)
    before = [
        one
        for one in mover.completions
        if one.completed_on < change.since
        and (one.taken_back_on is None or one.taken_back_on >= change.since)
    ]
    return (
        mover.name,
        _words(change.left),
        _words(change.joined),
        change.since,
        ", ".join(sorted(was & now)),
        ", ".join(sorted(now - was)),
        ", ".join(sorted(was - now)),
        len(before),
        sum(one.taken_back_on is None for one in before),
    )


def _required(required: Mapping[str, Sequence[Period]], day: date) -> set[str]:
    return {code for code, periods in required.items() if any(day in period for period in periods)}


def _words(places: Iterable[Place]) -> str:
    return "; ".join(
        f"{place.path}, {place.organisation}" if place.path else place.organisation for place in places
    )


DEFINITION = Definition(
    "reorganisation",
    "Reorganisation check",
    "Everybody who moved to another unit since 1 April, what is asked of them now, and that no training was lost.",
    Readers.EVERYBODY,
    build,
    is_publishable=False,
    shows_figures=False,
    place=30,
)
