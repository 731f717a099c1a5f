"""Sector headcount: people trained by sector and course in the financial year, with the numbers that were declared."""

from collections import Counter

from compliance.domain.headcount import financial_year
from foundation.dates import FIRST_DAY, Period
from foundation.formats import long_date
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Column, Kind, Report, Says, Section, Table

_COLUMNS = (
    Column("sector", "Sector", width=18),
    Column("course", "Course", width=10),
    Column("sessions", "Workshops", Kind.NUMBER, 7, Says.DETAIL),
    Column("completions", "Completions", Kind.NUMBER, 8),
    Column("people", "Different people", Kind.NUMBER, 8),
    Column("first_time", "First time", Kind.NUMBER, 8),
    Column("again", "Again", Kind.NUMBER, 8),
    Column("ever", "Different people to date", Kind.NUMBER, 8, Says.DETAIL),
    Column("declared", "Declared without names", Kind.NUMBER, 9),
    Column("starting", "Brought forward", Kind.NUMBER, 9),
)
NO_POST = "No post on the day"
NOTE = (
    "The same people may be in several columns and rows, so neither is added up. Workshops: those with somebody of the "
    "sector on a closed register, where whoever has posts in several sectors stands in that of the oldest post. "
    "Different people to date: since the record began, without those brought forward. "
    "The record does not say which of the numbers declared without names are estimates."
)


def build(ask: Ask, sources: Sources) -> Report:
    """The financial year up to the day. Headcounts never enter a percentage, and the columns are not added up."""
    days = financial_year(ask.as_at)
    sessions = None if sources.narrowed_to else _sessions(ask, sources, days)
    ever = {
        (one.sector, one.course): one.trained.people
        for one in sources.headcounts(Period(FIRST_DAY, ask.as_at))
    }
    words = {sector.value: text for sector, text in SECTOR_WORDS.items()}
    rows = tuple(
        (
            NO_POST if one.sector is None else words.get(one.sector, one.sector),
            one.course,
            None if sessions is None else sessions[one.sector, one.course],
            one.trained.completions,
            one.trained.people,
            one.trained.first_time,
            one.trained.again,
            ever.get((one.sector, one.course), 0),
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
        note=NOTE,
        empty="Nobody was trained in these days.",
        inside=(("completions", "people"), ("completions", "first_time"), ("people", "first_time")),
        # The attendances of each course stand in another report (`foi`).
        within=("course",),
        whole="attendances",
        label="sector",
    )
    head = ask.head(DEFINITION.title, sources, ())
    return Report(DEFINITION.key, head, (Section("Sectors", tables=(table,)),))


def _sessions(ask: Ask, sources: Sources, days: Period) -> Counter[tuple[str | None, str]]:
    """By sector and course, at how many workshops of these days somebody of the sector was."""
    return Counter(
        (sector or None, one.course)
        for one in sources.training.workshops(days, ask.made_at.date())
        for sector, people in one.sectors.items()
        if people
    )


DEFINITION = Definition(
    "sectors",
    "Sector headcount",
    "People trained by sector and course since 1 April, with numbers that partners declared and the baseline.",
    Readers.FIGURES,
    build,
    place=40,
)
