"""Expiring and overdue worklist: everybody who has let the day pass or whose cover ends soon, by name."""

from compliance.domain.spans import Status
from compliance.wording import STATUS_WORDS
from foundation.dates import FAR_DAY
from reports.domain.asking import Ask, Definition, Readers, Sources, Standing
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table

_PERSON = Says.PERSON
_COLUMNS = (
    Column("person_ref", "Staff number", width=9, says=Says.REFERENCE),
    Column("name", "Name", width=16, says=_PERSON),
    Column("organisation", "Organisation", width=13),
    Column("unit", "Unit", width=16),
    Column("job_title", "Job title", width=14, says=_PERSON),
    Column("requirement", "Requirement", width=12),
    Column("status", "Status", width=12),
    Column("valid_until", "Valid until", Kind.DAY, 10),
    Column("due_on", "Due by", Kind.DAY, 10),
    Column("days", "Days left", Kind.NUMBER, 6),
    Column("why", "Why", width=30, says=_PERSON),
)
LISTED = (Status.EXPIRED, Status.OUTSTANDING, Status.AWAITING_CHECK, Status.EXPIRING)
"""In the order in which they are listed."""


def build(ask: Ask, sources: Sources) -> Report:
    """A row a person and requirement, the most pressing first."""
    found = [one for one in sources.people(ask.as_at) if one.span.status in LISTED]
    found.sort(key=lambda one: (LISTED.index(one.span.status), one.requirement, one.name, one.person_ref))
    table = Table(
        "expiring",
        "Expiring and overdue",
        _COLUMNS,
        tuple(_row(ask, one) for one in found),
        empty="Nobody is overdue, and nobody's cover ends soon.",
    )
    head = ask.head(DEFINITION.title, sources, sources.figures(ask.as_at))
    return Report(DEFINITION.key, head, (Section("People", tables=(table,)),))


def _row(ask: Ask, one: Standing) -> tuple[Cell, ...]:
    span = one.span
    ends = None if span.valid_until in (None, FAR_DAY) else span.valid_until
    due = None if span.due_on in (None, FAR_DAY) else span.due_on
    last = ends if span.status is Status.EXPIRING else due
    return (
        one.person_ref,
        one.name,
        one.organisation,
        one.unit,
        one.job_title,
        one.requirement,
        STATUS_WORDS[span.status],
        ends,
        due,
        None if last is None else (last - ask.as_at).days,
        one.why,
    )


DEFINITION = Definition(
    "expiring",
    "Expiring and overdue worklist",
    "Everybody who is overdue, waits for a check, or whose training ends soon, by name.",
    Readers.PEOPLE,
    build,
    is_publishable=False,
    place=10,
)
