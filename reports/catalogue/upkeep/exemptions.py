"""Exemption and absence register: who is left out of the figures, from when to when, and on whose word; never why."""

from dataclasses import replace
from datetime import date

from compliance.domain.headcount import financial_year
from foundation.dates import FAR_DAY, add_days
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.upkeep import LeftOut

_PERSON = Says.PERSON
_COLUMNS = (
    Column("name", "Name", width=14, says=_PERSON),
    Column("organisation", "Organisation", width=12),
    Column("unit", "Unit", width=14),
    Column("type", "Type", width=9),
    Column("given_for", "Given for", width=10),
    Column("first_day", "From", Kind.DAY, 9),
    Column("last_day", "To", Kind.DAY, 9),
    Column("review_from", "Review from", Kind.DAY, 9),
    Column("approved_by", "Approved by", width=12, says=_PERSON),
    Column("affected", "Requirements affected", width=12),
    Column("recorded_by", "Recorded by", width=12, says=_PERSON),
    Column("status", "Status", width=9),
)
EXEMPTION, AWAY = "Exemption", "Away from work"
EVERY = "Every requirement"
REVIEW_DAYS = 30
"""So many days before its end an exemption comes up under "Work to do"."""
RUNNING, TO_COME, ENDED, TAKEN_BACK = "Running", "To come", "Ended", "Taken back"
_ORDER = (RUNNING, TO_COME, ENDED, TAKEN_BACK)


def build(ask: Ask, sources: Sources) -> Report:
    """A row each: those running first, then to come, ended, taken back; by name."""
    year = financial_year(ask.as_at)
    found = sorted(sources.upkeep.left_out(year), key=lambda one: _ORDER.index(status_on(one, ask.as_at)))
    table = Table(
        "exemptions",
        "Exemptions and absences",
        _COLUMNS,
        tuple(_row(one, ask.as_at) for one in found),
        note=f"What ended before {long_date(year.first)} is left out. Review from: the day on which an exemption comes "
        f"up under Work to do, {REVIEW_DAYS} days before it ends. An absence affects a requirement only while it is "
        "long enough, and only if nothing else leaves the person out.",
        empty="Nobody is exempt or away from work.",
    )
    head = ask.head(DEFINITION.title, sources, ())
    where = f" who holds a post in {sources.part.words} on the day" if sources.part else ""
    head = replace(head, population=f"Everybody{where} with an exemption or an absence on record")
    return Report(DEFINITION.key, head, (Section("Exemptions and absences", tables=(table,)),))


def status_on(one: LeftOut, day: date) -> str:
    """How it stands on a day, in words."""
    if one.taken_back_on is not None:
        return TAKEN_BACK
    if one.last_day < day:
        return ENDED
    return TO_COME if one.first_day > day else RUNNING


def _row(one: LeftOut, day: date) -> tuple[Cell, ...]:
    review = max(one.first_day, add_days(one.last_day, -REVIEW_DAYS)) if one.is_exemption else None
    return (
        one.name,
        one.organisation,
        one.unit,
        EXEMPTION if one.is_exemption else AWAY,
        (one.given_for or EVERY) if one.is_exemption else "",
        one.first_day,
        None if one.last_day == FAR_DAY else one.last_day,
        None if one.taken_back_on else review,
        one.approved_by,
        ", ".join(one.affected),
        one.recorded_by,
        status_on(one, day),
    )


DEFINITION = Definition(
    "exemptions",
    "Exemption and absence register",
    "Who is exempt or away from work, from when to when, and on whose word; never why.",
    Readers.EVERYBODY,
    build,
    is_publishable=False,
    shows_figures=False,
    place=10,
    takes_part=True,
)
