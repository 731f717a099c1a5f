"""Evidence queue: what was sent in to prove training, what makes one wonder about it, and what was decided."""

from dataclasses import replace

from compliance.domain.headcount import financial_year
from courses.domain import Concern
from courses.wording import long_ago_words
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.training import Became, EvidenceLine

_PERSON = Says.PERSON
_COLUMNS = (
    Column("submitted", "Sent in", Kind.DAY, 10),
    Column("person_ref", "Staff number", width=9, says=Says.REFERENCE),
    Column("name", "Name", width=14, says=_PERSON),
    Column("course", "Course", width=14),
    Column("completed_on", "Date on certificate", Kind.DAY, 10),
    Column("name_matches", "Name matches?", width=8),
    Column("date_plausible", "Date plausible?", width=8),
    Column("same_file", "Same file used?", width=11),
    Column("file", "File", width=11),
    Column("sent_by", "Sent by", width=12, says=_PERSON),
    Column("checked_by", "Checked by", width=12, says=_PERSON),
    Column("decision", "Decision", width=12),
    Column("reason", "Reason", width=16, says=_PERSON),
    Column("decided", "Decided", Kind.DAY, 10),
)
FIRST_OF_HASH = 12
"""So many signs of the SHA-256 tell files apart for a reader."""
YES, NO, NOT_READ, NO_FILE = "Yes", "No", "File not read", "No file"
BECAME_WORDS = {
    Became.WAITING: "Waiting for a check",
    Became.ACCEPTED: "Accepted",
    Became.REJECTED: "Not accepted",
    Became.WITHDRAWN: "Withdrawn by the person",
    Became.ANOTHER_WAY: "Recorded in another way",
    Became.TAKEN_BACK: "Taken out of the record",
}


def build(ask: Ask, sources: Sources) -> Report:
    """What was sent in in the financial year up to the day, and all that waits at its end, in order of time."""
    days = financial_year(ask.as_at)
    table = Table(
        "evidence",
        f"Sent in from {long_date(days.first)} to {long_date(days.last)}, and what still waits",
        _COLUMNS,
        tuple(_row(one) for one in sources.training.evidence(days)),
        note=f"File: the first {FIRST_OF_HASH} signs of its SHA-256. What was decided after the day is not told here.",
        empty="No evidence was sent in in these days, and none waits.",
    )
    head = replace(
        ask.head(DEFINITION.title, sources, ()),
        population="Everybody for whom evidence was sent in, whatever their post",
    )
    return Report(DEFINITION.key, head, (Section("Evidence", tables=(table,)),))


def _row(one: EvidenceLine) -> tuple[Cell, ...]:
    return (
        one.submitted_at.date(),
        one.person_ref,
        one.name,
        one.course,
        one.completed_on,
        _matches(one, Concern.NAME_DIFFERS),
        NO if _is_long_ago(one) else _matches(one, Concern.DATE_DIFFERS),
        _same_file(one),
        one.sha256[:FIRST_OF_HASH],
        one.sent_by,
        one.decided_by,
        BECAME_WORDS[one.became],
        one.reason,
        None if one.decided_at is None else one.decided_at.date(),
    )


def _matches(one: EvidenceLine, concern: Concern) -> str:
    """Whether what was told was found among the words of the file, where somebody or something could read them."""
    if not one.sha256:
        return NO_FILE
    if concern in one.concerns:
        return NO
    return NOT_READ if Concern.TEXT_UNREADABLE in one.concerns else YES


def _is_long_ago(one: EvidenceLine) -> bool:
    return bool(long_ago_words(one.completed_on, one.submitted_at.date()))


def _same_file(one: EvidenceLine) -> str:
    if not one.sha256:
        return NO_FILE
    if Concern.FILE_USED_BY_ANOTHER in one.concerns:
        return "For somebody else"
    return "For other training" if Concern.FILE_USED_AGAIN in one.concerns else NO


DEFINITION = Definition(
    "evidence",
    "Evidence queue",
    "What was sent in to prove training since 1 April and what still waits: what was checked, by whom and when.",
    Readers.EVERYBODY,
    build,
    is_publishable=False,
    shows_figures=False,
    place=30,
)
