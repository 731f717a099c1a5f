"""Access and change log: who did what to which record, and when, as the audit trail has it."""

from dataclasses import replace

from foundation.dates import Period, financial_quarter_start
from foundation.formats import long_date
from reports.catalogue.upkeep.trail_words import detail_words, event_words, reason_words, record_words
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table, moment_text
from reports.domain.sources.upkeep import TrailEvent

_PERSON = Says.PERSON
_COLUMNS = (
    Column("at", "When", Kind.DAY, 11),
    Column("who", "Who", width=13, says=_PERSON),
    Column("actor", "Acted as", width=16, says=_PERSON),
    Column("event", "What was done", width=15),
    Column("record", "Record type", width=10),
    Column("reference", "Record reference", width=16, says=_PERSON),
    Column("details", "What changed", width=24, says=_PERSON),
    Column("reason", "Reason", width=10, says=_PERSON),
)
MOST_EVENTS = 50_000
"""Rows of the report. A quarter has fewer, but for one in which everybody is written to often."""


def build(ask: Ask, sources: Sources) -> Report:
    """The quarter of the financial year up to the day, the latest act first."""
    days = Period(financial_quarter_start(ask.as_at), ask.as_at)
    found = list(sources.upkeep.trail(days, MOST_EVENTS + 1))
    shown = found[:MOST_EVENTS]
    note = (
        "Records are named by their reference alone. A reason stands here where it was chosen from a list; what people "
        "wrote as a reason stays with the record itself."
    )
    if len(found) > len(shown):
        since = moment_text(shown[-1].at)
        note = f"Only the latest {MOST_EVENTS:,} acts are shown, the earliest of them on {since}. {note}"
    table = Table(
        "trail",
        f"Acts from {long_date(days.first)} to {long_date(days.last)}",
        _COLUMNS,
        tuple(_row(one) for one in shown),
        note=note,
        empty="Nothing was done in these days.",
    )
    head = replace(
        ask.head(DEFINITION.title, sources, ()), population="Everything that the audit trail holds"
    )
    return Report(DEFINITION.key, head, (Section("Acts", tables=(table,)),))


def _row(one: TrailEvent) -> tuple[Cell, ...]:
    return (
        one.at,
        one.who,
        one.actor,
        event_words(one.event),
        *record_words(one.event, one.subject),
        detail_words(one.details),
        reason_words(one.details),
    )


DEFINITION = Definition(
    "trail",
    "Access and change log",
    "Who did what to which record since the quarter began: signing in, files taken, records opened and changed.",
    Readers.TRAIL,
    build,
    is_publishable=False,
    shows_figures=False,
    place=40,
)
