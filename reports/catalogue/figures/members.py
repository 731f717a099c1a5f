"""Members, leaders and partnership: who of them holds which role, was inducted and briefed, and is in date.

Everybody knows where councillors sit, so that a group can be the whole of a place. A number of theirs would then be one
of a row that `directorates` of the same day holds back: what is asked of them stands in a table of its own then, which
is not published.
"""

from collections.abc import Set
from dataclasses import replace

from foundation.dates import add_months
from reports.catalogue.figures import directorates
from reports.domain.asking import Ask, By, Definition, Line, Readers, Sources
from reports.domain.columns import kept_in, net
from reports.domain.description import WITHHELD, Cell, Column, Kind, Report, Section, Table
from reports.domain.suppression import publishable

COHORTS = ("member", "partnership", "leadership", "channel_panel")
"""Roles by code, in the order of the report; those that the rule book does not have are left out."""
MONTHS = 12
_COLUMNS = (
    Column("cohort", "Cohort", width=18),
    Column("requirement", "Requirement", width=9),
    Column("title", "Title", width=18),
    Column("in_office", "In office", Kind.NUMBER, 7),
    Column("inducted", "Inducted", Kind.NUMBER, 7),
    Column("briefed", "Briefed in 12 months", Kind.NUMBER, 8),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("outstanding", "Outstanding", Kind.NUMBER, 8),
)
NOTE = (
    "Inducted: whoever has ever done what counts. Briefed in 12 months: whoever did so in the 12 months up to the day. "
    "Outstanding: counted and not in date. Somebody in several of these groups is in each."
)


PLACES = ("organisations", "directorates")
"""Tables in which people stand by the place where they work."""


def build(ask: Ask, sources: Sources) -> Report:
    """The groups, those apart of which nothing is published."""
    tables = apart(table_of(ask, sources), held(directorates.build(ask, sources)))
    head = ask.head(DEFINITION.title, sources, ())
    return Report(DEFINITION.key, head, (Section("Groups", tables=tables),))


def held(by_place: Report) -> set[str]:
    """The requirements of which a place is held back where the report is published."""
    return {
        str(row[0])
        for table in publishable(by_place).tables
        if table.key in PLACES
        for row in table.rows
        if WITHHELD in row
    }


def apart(table: Table, held: Set[str]) -> tuple[Table, ...]:
    """The rows of what is held back by place in a table of their own, without a number for the public."""
    at = table.place("requirement")
    open_to_all = tuple(row for row in table.rows if row[at] not in held)
    closed = tuple(row for row in table.rows if row[at] in held)
    if not closed:
        return (table,)
    not_published = replace(
        table,
        key=f"{table.key}-kept-in",
        title=f"{table.title}: not published",
        note="",
        rows=closed,
        columns=kept_in(table.columns),
    )
    return (replace(table, rows=open_to_all), not_published) if open_to_all else (not_published,)


def table_of(ask: Ask, sources: Sources) -> Table:
    """A row for each of these roles and each requirement that the rule book links to it on the day."""
    by_role = {(line.part, line.requirement): line for line in sources.figures(ask.as_at, By.ROLE)}
    titles = sources.book.role_titles
    rows = tuple(
        _row(ask, sources, code, titles[code], line)
        for code in COHORTS
        if code in titles
        for requirement in _linked(ask, sources, code)
        if (line := by_role.get((titles[code], requirement))) is not None
    )
    return Table(
        "members",
        "Members, leaders and partnership",
        _COLUMNS,
        rows,
        note=NOTE if rows else "",
        empty="The rule book asks nothing of these groups on this day, or nobody is in them.",
        # The figure of everybody for a requirement stands in other reports.
        within=("requirement",),
        whole="whole",
        label="cohort",
        inside=(
            ("in_office", "inducted"),
            ("in_office", "briefed"),
            ("in_office", "counted"),
            ("in_office", "in_date"),
            ("inducted", "briefed"),
            ("inducted", "in_date"),
            ("counted", "in_date"),
        ),
    )


def _linked(ask: Ask, sources: Sources, role: str) -> list[str]:
    """The requirements in force that the rule book asks of a role on the day, in its order."""
    book = sources.book
    return [
        code
        for code in book.codes
        if book.requirement_on(code, ask.as_at) is not None
        and any(
            link.role == role and link.first_day <= ask.as_at <= link.last_day for link in book.links_of(code)
        )
    ]


def _row(ask: Ask, sources: Sources, role: str, cohort: str, line: Line) -> tuple[Cell, ...]:
    since = add_months(ask.as_at, -MONTHS)
    reached, counts = sources.names.reached(ask.as_at, role, line.requirement, since), line.counts
    return (
        cohort,
        line.requirement,
        line.title,
        counts.required,
        reached.ever,
        reached.lately,
        counts.counted,
        counts.in_date,
        net(counts),
        counts.counted - counts.in_date,
    )


DEFINITION = Definition(
    "members",
    "Members, leaders and partnership",
    "Elected members, portfolio holders, leaders and the Channel panel: who is inducted, briefed and in date.",
    Readers.FIGURES,
    build,
    place=60,
)
