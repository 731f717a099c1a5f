"""Annual report to the Community Safety Partnership: what other reports say of one day, with words before and after.

Every number is one of another report, taken as that report gives it: nothing is worked out here a second time. What the
parts say together could say more than each alone, so some of them are left out of what is published (`_kept_in`,
`members.apart`).
"""

import re
import sys
from collections.abc import Collection
from dataclasses import replace

from reports.catalogue.figures import directorates, members, schools, sectors, targets, trend
from reports.catalogue.training import evaluation
from reports.catalogue.upkeep import imports
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.commentary import NEXT_YEAR, PARTS, QUALITY, SUMMARY, as_paragraphs
from reports.domain.description import (
    Cell,
    Column,
    Kind,
    Percent,
    Report,
    Says,
    Section,
    Table,
)
from reports.domain.suppression import LEAST

KEY = "annual"
NOTHING_SAID = "Nothing has been written for this day yet."
TWICE = (
    "An action that stands in several rows is measured in several ways: one counts the training that the plan names "
    "and no other, another all that is accepted in its place."
)
_COVERAGE = (
    Column("title", "Requirement", width=22),
    Column("schools", "Schools with somebody in post", Kind.NUMBER, 10),
    Column("covered", "Schools with at least one person in date", Kind.NUMBER, 10, Says.MEASURE),
    Column("percent", "Of schools", Kind.NUMBER, 8, Says.MEASURE),
)
_NOT_COUNTED = ("requirement", "title", "required", "not_yet_due", "absent", "exempt", "awaiting_check")
NO_SCHOOLS = "Schools are not listed one by one: see School coverage."


def build(ask: Ask, sources: Sources) -> Report:
    """The parts in the order in which a partnership reads them."""
    headline = targets.build(ask, sources)
    of_schools = schools.build(ask, sources)
    everywhere = directorates.build(ask, sources)
    by_place = _places(everywhere, _names(of_schools))
    sections = [
        _words(ask, sources, SUMMARY),
        *_by_action(_titled("Headline figures", headline)),
        # The figures alone: why they moved since the last quarter is for the report of the quarter.
        *_titled("The last five quarters", trend.build(ask, sources))[:1],
        *by_place.sections,
        *_titled("People trained by sector", sectors.build(ask, sources)),
        _coverage(of_schools, by_place),
        Section(
            members.DEFINITION.title,
            # Places are held back here and in the report of places of the same day.
            tables=members.apart(
                members.table_of(ask, sources), members.held(by_place) | members.held(everywhere)
            ),
        ),
        *_titled("Evaluation of workshops", evaluation.build(ask, sources)),
        _words(ask, sources, QUALITY),
        _not_counted(by_place),
        _gaps(imports.build(ask, sources)),
        _words(ask, sources, NEXT_YEAR),
    ]
    return Report(KEY, replace(headline.head, title=DEFINITION.title), tuple(sections))


def _words(ask: Ask, sources: Sources, about: str) -> Section:
    """What is said about a part, under its title; without a table, so that it is published as it is."""
    said = sources.told.notes(KEY, ask.as_at).get(about)
    return Section(dict(PARTS[KEY])[about], as_paragraphs(said) if said else (NOTHING_SAID,))


def _titled(title: str, report: Report) -> list[Section]:
    first, *others = report.sections
    return [replace(first, title=title), *others]


def _by_action(sections: list[Section]) -> list[Section]:
    """The rows in the order of the plan's actions, so that the two readings of one action stand together."""
    return [replace(one, tables=tuple(map(_table_by_action, one.tables))) for one in sections]


def _table_by_action(table: Table) -> Table:
    at = table.place("plan_ref")
    rows = tuple(sorted(table.rows, key=lambda row: _order(str(row[at] or ""))))
    actions = [row[at] for row in rows if row[at]]
    note = table.note if len(actions) == len(set(actions)) else f"{table.note} {TWICE}"
    return replace(table, rows=rows, note=note)


def _order(action: str) -> tuple[bool, int, str]:
    """By number; then actions of other plans; then what no plan asks for.

    >>> sorted(["", "NHS England", "37", "5", "36 (stalls)"], key=_order)
    ['5', '36 (stalls)', '37', 'NHS England', '']
    """
    number = re.match(r"\d+", action)
    return not action, int(number[0]) if number else sys.maxsize, action


def _places(by_place: Report, names: Collection[Cell]) -> Report:
    """The places without the schools of a requirement, if all schools together are not few people either.

    What the whole less the places gives is then no small number. Parts of schools are left out in any case.
    """
    gone = _left_out(by_place, names)

    def left(table: Table) -> Table:
        if table.key not in members.PLACES:
            return table
        at, is_lowest = table.place("organisation"), table.key == "directorates"
        rows = tuple(row for row in table.rows if row[at] not in names or not (is_lowest or row[0] in gone))
        return replace(table, rows=rows, note=" ".join(filter(None, (table.note, NO_SCHOOLS))))

    return replace(
        by_place,
        sections=tuple(
            replace(one, tables=tuple(map(left, one.tables)))
            for one in by_place.sections
            # A year is told by directorate: services stand in the report itself.
            if not any(table.key == directorates.SERVICES for table in one.tables)
        ),
    )


def _left_out(by_place: Report, names: Collection[Cell]) -> set[Cell]:
    """The requirements whose schools, taken together, have no number of people from 1 to 4."""
    table = next(one for one in by_place.tables if one.key == "organisations")
    sums: dict[Cell, list[int]] = {}
    for row in table.rows:
        if row[table.place("organisation")] in names:
            counted, in_date = _number(table, row, "counted"), _number(table, row, "in_date")
            found = sums.setdefault(row[0], [0, 0])
            found[0] += in_date
            found[1] += counted - in_date
    return {code for code, found in sums.items() if not any(0 < number < LEAST for number in found)}


def _coverage(report: Report, by_place: Report) -> Section:
    """How many schools are covered, by requirement, without the schools themselves.

    It is not published where a school still stands among the places, nor where every school is covered by so few people
    that there must be from 1 to 4 of them in each, nor where the report of schools does not publish it either.
    """
    rows: list[tuple[Cell, ...]] = []
    reasons = []
    for table in report.tables:
        covered = sum(row[table.place("covered")] == "Yes" for row in table.rows)
        in_date = sum(_number(table, row, "in_date") for row in table.rows)
        if covered == len(table.rows) and in_date - (covered - 1) < LEAST:
            reasons.append(table.key)
        if table.columns[table.place("covered")].says is Says.DETAIL:
            reasons.append(table.key)
        rows.append((table.title, len(table.rows), covered, Percent(covered, len(table.rows))))
    names = _names(report)
    reasons += [
        str(row[table.place("organisation")])
        for table in by_place.tables
        if table.key in members.PLACES
        for row in table.rows
        if row[table.place("organisation")] in names
    ]
    table = Table(
        "coverage",
        "Schools with at least one person in date",
        _COVERAGE,
        tuple(rows),
        empty="No requirement of schools is in force on this day.",
    )
    return Section("School coverage", tables=(_kept_in(table, reasons, but="schools"),))


def _names(report: Report) -> set[Cell]:
    return {row[table.place("school")] for table in report.tables for row in table.rows}


def _number(table: Table, row: tuple[Cell, ...], key: str) -> int:
    cell = row[table.place(key)]
    return cell if isinstance(cell, int) else 0


def _not_counted(by_place: Report) -> Section:
    """Who is required and not counted, and whose evidence waits, as the whole of the directorates says it."""
    whole = next(table for table in by_place.tables if table.key == "whole")
    places = [whole.place(key) for key in _NOT_COUNTED]
    table = Table(
        "not-counted",
        "Not counted, and waiting for a check",
        tuple(whole.columns[at] for at in places),
        tuple(tuple(row[at] for at in places) for row in whole.rows),
        empty=whole.empty,
    )
    return Section(table.title, tables=(table,))


def _gaps(report: Report) -> Section:
    """What is still to be put right in the record: it is of few people, so it is not published."""
    tables = tuple(_kept_in(table, {"gaps"}) for table in report.tables if table.key == "gaps")
    return Section("Gaps in the record", tables=tables)


def _kept_in(table: Table, reasons: Collection[str], but: str = "") -> Table:
    """The table with its numbers marked as not for the public where there is a reason, but for those of one column."""
    if not reasons:
        return table
    columns = tuple(
        replace(column, says=Says.DETAIL) if column.kind is Kind.NUMBER and column.key != but else column
        for column in table.columns
    )
    return replace(table, columns=columns)


DEFINITION = Definition(
    KEY,
    "Annual report to the Community Safety Partnership",
    "The year in one report, usually as at 31 March: summary, figures, trend, places, sectors, schools, next year.",
    Readers.EVERYBODY,
    build,
    place=5,
)
