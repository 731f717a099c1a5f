"""My requirements: everything that is asked of one person, as the page "My training" has it."""

from dataclasses import replace

from compliance.domain.asked import Part
from compliance.wording import evidence_words, status_words, waiting_words
from reports.domain.asking import Ask, Definition, Of, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.names import OwnDuty, due_of, end_of

_PERSON = Says.PERSON
_COLUMNS = (
    Column("requirement", "Requirement", width=14),
    Column("courses", "Courses that meet it", width=18),
    Column("reason", "Why it applies", width=16, says=_PERSON),
    Column("status", "Status", width=12),
    Column("completed_on", "Last completed", Kind.DAY, 10),
    Column("course", "Course taken", width=12),
    Column("valid_until", "Valid until", Kind.DAY, 10),
    Column("due_on", "Due by", Kind.DAY, 10),
    Column("days", "Days left", Kind.NUMBER, 6),
    Column("evidence", "Evidence", width=11),
    Column("where", "Where to do it", width=20),
    Column("why", "The reason in full", width=26, says=_PERSON),
)
CHOOSE = "Choose a person."
NOBODY = "Nobody was chosen"
NOTE = "Where nothing stands under “Valid until”, nothing counts, or what was done does not run out."


def build(ask: Ask, sources: Sources) -> Report:
    """A row a duty, what presses most first; of nobody before somebody is chosen."""
    head = ask.head(DEFINITION.title, sources, ())
    if not ask.of:
        return Report(DEFINITION.key, replace(head, population=NOBODY), (_section((), CHOOSE),))
    own = sources.names.person(ask.of, ask.as_at, ask.made_at)
    rows = tuple(_row(ask, one) for one in own.duties)
    empty = "No training is required of this person."
    return Report(DEFINITION.key, replace(head, population=f"{own.name} alone"), (_section(rows, empty),))


def _section(rows: tuple[tuple[Cell, ...], ...], empty: str) -> Section:
    table = Table("requirements", "What is asked", _COLUMNS, rows, note=NOTE if rows else "", empty=empty)
    return Section("Requirements", tables=(table,))


def _row(ask: Ask, one: OwnDuty) -> tuple[Cell, ...]:
    span = one.span
    status = waiting_words(one.waiting_since) if one.part is Part.WAITING else status_words(span.status)
    ends, due = end_of(span), due_of(span)
    last = due if ends is None else ends
    asked = one.part is not Part.NOT_COUNTED
    evidence = ""
    if one.evidence is not None and one.recorded_on is not None:
        evidence = evidence_words(one.evidence, one.recorded_on)
    return (
        one.title,
        ", ".join(one.courses),
        one.reason,
        status,
        span.completed_on,
        one.taken,
        ends,
        due,
        (last - ask.as_at).days if asked and last is not None else None,
        evidence,
        one.where,
        one.why,
    )


DEFINITION = Definition(
    "my-requirements",
    "My requirements",
    "Everything that is asked of one person: why, how it stands, by when, and where to do it.",
    Readers.OWN,
    build,
    is_publishable=False,
    of=Of.PERSON,
    shows_figures=False,
    place=30,
)
