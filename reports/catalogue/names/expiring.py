"""Expiring and overdue worklist: everybody who has let the day pass or whose cover ends soon, by name.

It says what has been done about each: who leads them, what they were told and what they are told next, whether they
have booked, and the next workshop that they could go to. Job titles, and why they are asked, stand
in the name list (`people`).
"""

from dataclasses import replace

from compliance.domain.spans import Status
from compliance.wording import STATUS_WORDS
from reports.domain.asking import Ask, Definition, Readers, Sources, Standing
from reports.domain.columns import PERSON, person_cells
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.chasing import Chased, Owing, Reminded, Stage
from reports.domain.sources.names import due_of, end_of, last_day_of

_PERSON = Says.PERSON
_LEFT_OUT = "job_title"
_WIDTHS = {"organisation": 18, "unit": 40}
"""Paths of units are long: with room for them the list takes fewer sheets."""
_COLUMNS = (
    *(replace(one, width=_WIDTHS.get(one.key, one.width)) for one in PERSON if one.key != _LEFT_OUT),
    Column("manager", "Manager", width=15, says=_PERSON),
    Column("requirement", "Requirement", width=12),
    Column("status", "Status", width=12),
    Column("valid_until", "Valid until", Kind.DAY, 10),
    Column("due_on", "Due by", Kind.DAY, 10),
    Column("days", "Days left", Kind.NUMBER, 6),
    Column("reminders", "Reminders sent", Kind.NUMBER, 7),
    Column("reminded_on", "Last reminder", Kind.DAY, 10),
    Column("stage", "Told so far", width=11),
    Column("next_step", "Next step", width=20),
    Column("next_on", "Next step on", Kind.DAY, 10),
    Column("booked", "Booked workshop", width=12, says=_PERSON),
    Column("next_workshop", "Next workshop with a free place", width=18),
)
LISTED = (Status.EXPIRED, Status.OUTSTANDING, Status.AWAITING_CHECK, Status.EXPIRING)
"""In the order in which they are listed."""
STAGE_WORDS = {
    Stage.NOBODY: "Nobody yet",
    Stage.PERSON: "The person",
    Stage.MANAGER: "Their manager",
    Stage.HEAD_OF_SERVICE: "Their head of service",
}
NOTE = (
    "Reminders sent are those that the person got about this training since its last day was set, by email or as a "
    "printed letter. “Told so far” is the furthest up that one has gone. A next step on the day of this report has not "
    "been told to everybody it is for. Workshops are those to come when the report was made."
)
_UNKNOWN = Chased()


def build(ask: Ask, sources: Sources) -> Report:
    """A row a person and requirement, the most pressing first."""
    found = [one for one in sources.people(ask.as_at) if one.span.status in LISTED]
    found.sort(key=lambda one: (LISTED.index(one.span.status), one.requirement, one.name, one.person_ref))
    chased = sources.chasing.chased(map(_owing, found), ask.as_at, ask.made_at)
    table = Table(
        "expiring",
        "Expiring and overdue",
        _COLUMNS,
        tuple(_row(ask, one, chased.get(_owing(one).key, _UNKNOWN)) for one in found),
        note=NOTE if found else "",
        empty="Nobody is overdue, and nobody's cover ends soon.",
    )
    head = ask.head(DEFINITION.title, sources, sources.figures(ask.as_at))
    return Report(DEFINITION.key, head, (Section("People", tables=(table,)),))


def _owing(one: Standing) -> Owing:
    return Owing(one.person_id, one.requirement, one.span)


def _row(ask: Ask, one: Standing, chased: Chased) -> tuple[Cell, ...]:
    span = one.span
    last = last_day_of(span)
    return (
        *(cell for column, cell in zip(PERSON, person_cells(one), strict=True) if column.key != _LEFT_OUT),
        ", ".join(chased.managers),
        one.requirement,
        STATUS_WORDS[span.status],
        end_of(span),
        due_of(span),
        None if last is None else (last - ask.as_at).days,
        *_told(chased.reminded),
        chased.booked,
        chased.next_workshop,
    )


def _told(reminded: Reminded | None) -> tuple[Cell, ...]:
    """What was told and what is told next; nothing at all for what nobody is reminded of."""
    if reminded is None:
        return None, None, "", "", None
    return (
        reminded.sent,
        reminded.last_on,
        STAGE_WORDS[reminded.stage],
        reminded.next_step,
        reminded.next_on,
    )


DEFINITION = Definition(
    "expiring",
    "Expiring and overdue worklist",
    "Everybody who is overdue, waits for a check, or whose training ends soon: what they were told, and what is next.",
    Readers.PEOPLE,
    build,
    is_publishable=False,
    place=10,
    takes_part=True,
)
