"""Delivery-plan target tracker: each action's figure, its target, the quarter before, and where it is heading."""

from collections.abc import Mapping
from datetime import date

from compliance.domain.requirement import EVERYONE, RuleBook
from foundation.dates import day_before, financial_quarter_start, financial_year_end
from people.domain import Sector
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Line, Readers, Sources
from reports.domain.columns import change, net, rag_text, target_text
from reports.domain.commentary import Said, in_a_cell
from reports.domain.description import Cell, Chart, Column, Kind, Report, Says, Section, Table

COLUMNS = (
    Column("requirement", "Requirement", width=11),
    Column("title", "Measure", width=16),
    Column("plan_ref", "Action", width=8),
    Column("owner", "Owner", width=13),
    Column("population", "Who it is for", width=15),
    Column("in_date", "In date", Kind.NUMBER, 7),
    Column("counted", "Counted", Kind.NUMBER, 7),
    Column("percent", "Now", Kind.NUMBER, 6),
    Column("target", "Target", width=6),
    Column("before", "Last quarter", Kind.NUMBER, 7),
    Column("change", "Change in points", Kind.NUMBER, 7),
    Column("people_to_target", "People to target", Kind.NUMBER, 7, Says.MEASURE),
    Column("rag", "Against target", width=11, says=Says.MEASURE),
    Column("year_end", "At year end, if nobody renews", Kind.NUMBER, 8),
    # It may say in words what is held back in numbers.
    Column("commentary", "Commentary", width=25, says=Says.MEASURE),
)


def build(ask: Ask, sources: Sources) -> Report:
    """The figures of the day, of the end of the last quarter, and of the end of the financial year as it would be."""
    before_on, year_end = last_quarter_end(ask.as_at), financial_year_end(ask.as_at)
    lines = list(sources.figures(ask.as_at))
    before = {line.requirement: line for line in sources.figures(before_on)}
    ahead = {line.requirement: line for line in sources.figures(year_end)}
    said = sources.told.notes(DEFINITION.key, ask.as_at)
    rows = tuple(
        _row(
            line,
            before.get(line.requirement),
            ahead.get(line.requirement),
            said,
            population_words(sources.book, line.requirement, ask.as_at),
        )
        for line in lines
    )
    table = Table(
        "targets",
        "Figures against the targets of the plan",
        COLUMNS,
        rows,
        note="Percentages are rounded down. Year end counts nobody as renewing before 31 March.",
        empty="No requirement is in force on this day.",
        chart=Chart("In date of counted, against the target", "title", "percent", "target"),
        inside=(("counted", "in_date"),),
    )
    head = ask.head(DEFINITION.title, sources, lines)
    return Report(DEFINITION.key, head, (Section("Targets", tables=(table,)),))


def population_words(book: RuleBook, code: str, day: date) -> str:
    """Whom the rule book asks for a requirement on a day: the roles, and the sectors it is narrowed to.

    The places to which some are narrowed are not told: they are specified sites (reports.domain.description.Says).
    """
    line = book.requirement_on(code, day)
    roles = [link.role for link in book.links_of(code) if link.first_day <= day <= link.last_day]
    if line is None or not roles:
        return ""
    titles = book.role_titles
    words = "Everybody" if EVERYONE in roles else ", ".join(sorted(titles.get(one, one) for one in roles))
    sectors = ", ".join(SECTOR_WORDS[Sector(one)] for one in line.sectors)
    return f"{words} ({sectors})" if sectors else words


def _row(
    line: Line, before: Line | None, ahead: Line | None, said: Mapping[str, Said], population: str
) -> tuple[Cell, ...]:
    now = net(line.counts)
    then = None if before is None else net(before.counts)
    return (
        line.requirement,
        line.title,
        line.plan_ref,
        line.owner,
        population,
        line.counts.in_date,
        line.counts.counted,
        now,
        target_text(line),
        then,
        None if then is None else change(now, then),
        None if line.judgement is None else line.judgement.people_to_target,
        rag_text(line),
        None if ahead is None else net(ahead.counts),
        _commentary(line, said.get(line.requirement)),
    )


def _commentary(line: Line, said: Said | None) -> str | None:
    if said is None:
        return None
    return in_a_cell(said, line.judgement.rag if line.judgement else None, line.owner)


def last_quarter_end(day: date) -> date:
    """The last day of the quarter before the one that a day is in.

    >>> last_quarter_end(date(2026, 3, 31)), last_quarter_end(date(2026, 4, 1))
    (datetime.date(2025, 12, 31), datetime.date(2026, 3, 31))
    """
    return day_before(financial_quarter_start(day))


DEFINITION = Definition(
    "targets",
    "Delivery-plan target tracker",
    "Each action of the plan: who is in date, the target, the quarter before, and year end if nobody renews.",
    Readers.FIGURES,
    build,
    place=10,
    takes_part=True,
)
