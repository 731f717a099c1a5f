"""Sector headcount: people trained by sector and course in the financial year, with the numbers that were declared."""

from compliance.domain.headcount import financial_year
from foundation.formats import long_date
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Column, Kind, Report, Section, Table

_COLUMNS = (
    Column("sector", "Sector", width=18),
    Column("course", "Course", width=10),
    Column("completions", "Completions", Kind.NUMBER, 8),
    Column("people", "Different people", Kind.NUMBER, 8),
    Column("first_time", "First time", Kind.NUMBER, 8),
    Column("again", "Again", Kind.NUMBER, 8),
    Column("declared", "Declared without names", Kind.NUMBER, 9),
    Column("starting", "Brought forward", Kind.NUMBER, 9),
)
NO_POST = "No post on the day"


def build(ask: Ask, sources: Sources) -> Report:
    """The financial year up to the day. Headcounts never enter a percentage, and the columns are not added up."""
    days = financial_year(ask.as_at)
    words = {sector.value: text for sector, text in SECTOR_WORDS.items()}
    rows = tuple(
        (
            NO_POST if one.sector is None else words.get(one.sector, one.sector),
            one.course,
            one.trained.completions,
            one.trained.people,
            one.trained.first_time,
            one.trained.again,
            one.declared,
            one.starting,
        )
        for one in sources.headcounts(days)
    )
    table = Table(
        "sectors",
        f"Trained from {long_date(days.first)} to {long_date(days.last)}",
        _COLUMNS,
        rows,
        note="The same people may be in several columns and rows, so neither is added up.",
        empty="Nobody was trained in these days.",
        inside=(("completions", "people"), ("completions", "first_time"), ("people", "first_time")),
        # The attendances of each course stand in another report (`foi`).
        within=("course",),
        whole="attendances",
        label="sector",
    )
    head = ask.head(DEFINITION.title, sources, ())
    return Report(DEFINITION.key, head, (Section("Sectors", tables=(table,)),))


DEFINITION = Definition(
    "sectors",
    "Sector headcount",
    "People trained by sector and course since 1 April, with numbers that partners declared and the baseline.",
    Readers.FIGURES,
    build,
    place=40,
)
