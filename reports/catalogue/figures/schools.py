"""School coverage: in how many schools somebody is in date, for each requirement that schools have to meet.

A school is an organisation too, so its numbers stand in `directorates`. Where other organisations stand there beside
the schools, the two reports would hold different rows back and each give away what the other holds: then the published
version of this one has no numbers of a school. Which schools have somebody in date stays in it, unless it follows from
`directorates` that there must be from 1 to 4 people in one.

What a school is (domain notes, C 7) stands beside its figures. Of that, the public reads phase and URN alone: leads are
so few that their number and the end of their cover tell of one person, and so does a last session to which one went; an
open gap is a weak spot of a place that is named; and a headcount, like everybody in post, is what few could be worked
out from. What the school told of itself, its headcount and its audit, is not for partner leads either: the page of the
school is not.
"""

from collections.abc import Sequence, Set
from dataclasses import replace

from compliance.domain.requirement import RuleBook
from compliance.domain.schools import UNKNOWN, SchoolRecord
from foundation.formats import fraction
from people.domain import Phase, Sector
from people.wording import PHASE_WORDS
from reports.catalogue.figures import directorates
from reports.domain.asking import Ask, Definition, Readers, School, Sources
from reports.domain.columns import net
from reports.domain.description import WITHHELD, Column, Kind, Report, Row, Says, Section, Table
from reports.domain.suppression import LEAST, publishable

_COLUMNS = (
    Column("school", "School", width=22),
    Column("phase", "Phase", width=11),
    Column("urn", "URN", width=8),
    Column("headcount", "Declared staff", Kind.NUMBER, 8, Says.SENSITIVE),
    Column("in_post", "In post", Kind.NUMBER, 7, Says.DETAIL),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("percent", "In date of counted", Kind.NUMBER, 8),
    Column("covered", "At least one in date", width=10, says=Says.MEASURE),
    Column("leads", "Heads and DSLs", Kind.NUMBER, 8, Says.DETAIL),
    Column("leads_in_date", "Of these, in date", Kind.NUMBER, 8, Says.DETAIL),
    Column("leads_until", "Their first cover ends", Kind.DAY, 12, Says.DETAIL),
    Column("last_session_on", "Last session", Kind.DAY, 12, Says.DETAIL),
    Column("audit_on", "Last audit", Kind.DAY, 12, Says.SENSITIVE),
    Column("audit_gaps", "Prevent gaps open", Kind.NUMBER, 8, Says.SENSITIVE),
)
_LEADS = (
    "Heads and DSLs: headteachers and designated safeguarding leads in post, and how many of them are in date for this "
    "requirement. Last session: the last workshop, webinar or briefing of somebody in post there."
)
_TOLD = (
    "Declared staff: as the school told us. Last audit: the last safeguarding audit. The published version shows phase "
    "and URN alone of these."
)
_EMPTY = "An empty cell: not known, or not asked of them."
_NUMBERS = {"counted", "in_date", "percent"}


def build(ask: Ask, sources: Sources) -> Report:
    """A section for each requirement of schools in force on the day."""
    sections = []
    everywhere = directorates.build(ask, sources)
    every, held = _organisations(everywhere), _organisations(publishable(everywhere), are_held=True)
    lines = {line.requirement: line for line in sources.figures(ask.as_at)}
    records = sources.school_records(ask.as_at)
    for code in _of_schools(sources.book, ask):
        schools, without = sources.schools(ask.as_at, code)
        rows = tuple(_row(one, records.get(one.name, UNKNOWN), code) for one in schools)
        covered = sum(one.is_covered for one in schools)
        title = lines[code].title if code in lines else code
        says = f"Schools with at least one person in date: {fraction(covered, len(schools))}."
        if without:
            says += f" Not counted, as nobody is known to hold a post there: {len(without):,}."
        table = Table(
            f"schools-{code.lower()}",
            title,
            _columns(schools, every.get(code, frozenset()), held.get(code, frozenset())),
            rows,
            note=f"{_LEADS} {_EMPTY}" if sources.narrowed_to else f"{_LEADS} {_TOLD} {_EMPTY}",
            empty="No school is on record.",
            # The figure of all schools stands in other reports.
            whole="whole",
            label="school",
            inside=(("counted", "in_date"),),
        )
        sections.append(Section(title, (says,), (table,)))
    head = ask.head(DEFINITION.title, sources, ())
    if not sections:
        sections.append(Section("Schools", ("No requirement of schools is in force on this day.",)))
    return Report(DEFINITION.key, head, tuple(sections))


def _row(school: School, record: SchoolRecord, requirement: str) -> Row:
    """A school in the order of `_COLUMNS`; what nobody told us, and what is asked of no lead, is left empty."""
    details, leads = record.details, record.leads(requirement)
    return (
        school.name,
        PHASE_WORDS[Phase(details.phase)] if details else None,
        details.urn if details else None,
        details.headcount if details else None,
        school.in_post,
        school.counts.counted,
        school.counts.in_date,
        net(school.counts),
        "Yes" if school.is_covered else "No",
        leads.people,
        leads.in_date if leads.required or not leads.people else None,
        leads.until,
        record.last_session_on,
        details.audit_on if details else None,
        details.audit_gaps if details else None,
    )


def _organisations(report: Report, *, are_held: bool = False) -> dict[str, set[str]]:
    """The organisations of each requirement in the other report, or those of them that are held back."""
    table = next(one for one in report.tables if one.key == "organisations")
    found: dict[str, set[str]] = {}
    for row in table.rows:
        if not are_held or WITHHELD in row:
            found.setdefault(str(row[0]), set()).add(str(row[table.place("organisation")]))
    return found


def _columns(schools: Sequence[School], every: Set[str], held: Set[str]) -> tuple[Column, ...]:
    """The columns with those marked that are not for the public."""
    kept_in: set[str] = set()
    if every - {one.name for one in schools}:
        kept_in |= _NUMBERS
    if _tells_of_few(schools, held):
        kept_in.add("covered")
    return tuple(replace(one, says=Says.DETAIL) if one.key in kept_in else one for one in _COLUMNS)


def _tells_of_few(schools: Sequence[School], held: Set[str]) -> bool:
    """Whether a school that is held back must have from 1 to 4 people in date, once it is known which have anybody.

    What all organisations held back add up to can be known. Of it, each covered school has one person at least.
    """
    covered = [one.counts.in_date for one in schools if one.is_covered and one.name in held]
    return bool(covered) and sum(covered) - (len(covered) - 1) < LEAST


def _of_schools(book: RuleBook, ask: Ask) -> list[str]:
    """The requirements in force that name schools; those for everybody where none does."""
    in_force = [(code, book.requirement_on(code, ask.as_at)) for code in book.codes]
    named = [code for code, line in in_force if line is not None and Sector.SCHOOL in line.sectors]
    return named or [code for code, line in in_force if line is not None and not line.sectors]


DEFINITION = Definition(
    "schools",
    "School coverage",
    "In how many schools at least one person is in date, and how many of the staff there.",
    Readers.FIGURES,
    build,
    place=50,
)
