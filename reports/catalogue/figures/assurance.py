"""Assurance pack: how the council judges its training programme, on what evidence, and what is done about the gaps."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from compliance.domain.requirement import EVERYONE, AcceptedCourse, Requirement, RuleBook
from courses.domain import course_on
from foundation.dates import FAR_DAY
from foundation.formats import count_noun, long_date
from people.domain import Sector
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.assurance import (
    COLOUR_WORDS,
    CRITERIA,
    PLAN_CRITERION,
    SCORE_WORDS,
    Assurance,
    Criterion,
    PlannedWorkshop,
    overdue_words,
    year_of,
    year_words,
)
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table

_CRITERIA = (
    Column("criterion", "Criterion", width=14),
    Column("score", "Score", width=8),
    Column("colour", "Colour", width=6),
    Column("evidence", "Evidence", width=14, says=Says.PERSON),
    Column("link", "Link", width=12, says=Says.PERSON),
    Column("evidence_on", "Date", Kind.DAY, 8),
    Column("owner", "Owner", width=10, says=Says.PERSON),
    Column("gap", "Gap", width=14, says=Says.PERSON),
    Column("action", "Action", width=14, says=Says.PERSON),
    Column("due_on", "Due", Kind.DAY, 8),
    Column("overdue", "Overdue", width=8),
)
_REQUIREMENTS = (
    Column("requirement", "Requirement", width=12),
    Column("title", "Title", width=24),
    Column("kind", "Kind", width=10),
    Column("sectors", "Sectors", width=14),
    Column("places", "Only in these places", width=18, says=Says.SENSITIVE),
)
_COURSES = (
    Column("requirement", "Requirement", width=12),
    Column("title", "Title", width=20),
    Column("course", "Course", width=9),
    Column("course_title", "Course title", width=20),
    Column("use", "Counts as", width=10),
    Column("valid", "Valid for", width=9),
    Column("honoured_to", "Counts until", Kind.DAY, 9),
)
_WORKSHOPS = (
    Column("reference", "Workshop", width=9),
    Column("course", "Course", width=9),
    Column("title", "Course title", width=20),
    Column("day", "Day", Kind.DAY, 10),
    Column("place", "Place", width=20),
    Column("places", "Places", Kind.NUMBER, 6),
)
MOST_REQUIREMENTS = 6
"""Columns of requirements that one table of the matrix holds, so that a page of paper is wide enough."""
NOT_JUDGED = "Not judged yet"
_KIND_WORDS = {"duty": "Asked of people", "measure": "Counted only"}
_USE_WORDS = {"any": "Any time", "renewal": "Renewal only"}


def build(ask: Ask, sources: Sources) -> Report:
    """The criteria of the financial year of the day, who needs what by the rules of the day, and what is planned."""
    told = sources.told.assurance(ask.as_at)
    book, day = sources.book, ask.as_at
    year = year_words(year_of(day))
    criteria = Table(
        "criteria",
        f"The training programme, {year}",
        _CRITERIA,
        tuple(_judged(one, told, day) for one in CRITERIA),
        note="The score is the council's own. An action stays in this list until it is done.",
    )
    requirements = [found for code in book.codes if (found := book.requirement_on(code, day)) is not None]
    sections = (
        Section("How we judge ourselves", tables=(criteria,)),
        Section(
            "Annex A: training needs matrix",
            ("A number of days is the time that somebody new to the role has to complete a course.",),
            (*_matrix(book, requirements, day), _whom(requirements)),
        ),
        Section(
            "Annex B: training plan",
            (approval_words(told),),
            (_courses(book, requirements, day), _workshops(told.planned, day)),
        ),
    )
    caveat = (
        "The assessment is of the training programme alone, one of the areas in which councils are assured."
    )
    return Report(DEFINITION.key, ask.head(DEFINITION.title, sources, (), caveat), sections)


def _judged(criterion: Criterion, told: Assurance, day: date) -> tuple[Cell, ...]:
    line = told.by_criterion.get(criterion.key)
    if line is None:
        return (criterion.title, NOT_JUDGED, "", "", "", None, "", "", "", None, "")
    says = line.says
    return (
        criterion.title,
        SCORE_WORDS[says.score],
        COLOUR_WORDS.get(says.rag, ""),
        says.evidence,
        says.link,
        says.evidence_on,
        says.owner,
        says.gap,
        says.action,
        says.due_on,
        overdue_words(says, day),
    )


def approval_words(told: Assurance) -> str:
    """When the plan of training was approved: the date of the evidence for it."""
    line = told.by_criterion.get(PLAN_CRITERION)
    if line is None or line.says.evidence_on is None:
        return "No date on which the plan of training was approved is on record."
    return f"The plan of training was approved on {long_date(line.says.evidence_on)}."


def _matrix(book: RuleBook, requirements: Sequence[Requirement], day: date) -> Iterator[Table]:
    """Roles down, requirements across, in several tables where there are many."""
    days = {
        (link.role, link.requirement): link.days
        for link in book.links
        if link.first_day <= day <= link.last_day
    }
    roles = [(EVERYONE, "Everybody"), *book.role_titles.items()]
    in_force = {line.code for line in book.roles if line.first_day <= day <= line.last_day}
    shown = [
        (role, title) for role, title in roles if role in in_force or any(known == role for known, _ in days)
    ]
    parts = [
        requirements[at : at + MOST_REQUIREMENTS] for at in range(0, len(requirements), MOST_REQUIREMENTS)
    ] or [[]]
    for number, part in enumerate(parts, start=1):
        of = f", part {number} of {len(parts)}" if len(parts) > 1 else ""
        columns = (
            Column("role", "Role", width=22),
            *(Column(f"needs_{one.code.lower()}", one.code, width=11) for one in part),
        )
        rows = tuple(
            (title, *(_within(days.get((role, one.code)), role) for one in part)) for role, title in shown
        )
        yield Table(
            f"needs_{number}",
            f"Which role needs what{of}",
            columns,
            rows if part else (),
            empty="No requirement is in force on this day.",
        )


def _within(days: int | None, role: str) -> str:
    if days is None:
        return ""
    within = f"within {count_noun(days, 'day', 'days')}" if days else "at once"
    return f"All, {within}" if role == EVERYONE else within.capitalize()


def _whom(requirements: Iterable[Requirement]) -> Table:
    rows = tuple(
        (
            one.code,
            one.title,
            _KIND_WORDS.get(one.kind, one.kind),
            ", ".join(_sector(sector) for sector in one.sectors) or "All",
            "; ".join(one.units),
        )
        for one in requirements
    )
    return Table(
        "requirements",
        "What the requirements are",
        _REQUIREMENTS,
        rows,
        empty="No requirement is in force on this day.",
    )


def _sector(sector: str) -> str:
    return SECTOR_WORDS[Sector(sector)] if sector in set(Sector) else sector


def _courses(book: RuleBook, requirements: Iterable[Requirement], day: date) -> Table:
    titles = {one.code: one.title for one in requirements}
    lines = sorted(
        (
            line
            for line in book.accepted
            if line.requirement in titles and line.first_day <= day <= line.last_day
        ),
        key=lambda line: (line.requirement, line.use, line.course),
    )
    rows = tuple(_course(book, line, titles[line.requirement], day) for line in lines)
    return Table(
        "accepted",
        "Courses that count, by requirement",
        _COURSES,
        rows,
        empty="No course counts towards a requirement on this day.",
    )


def _course(book: RuleBook, line: AcceptedCourse, title: str, day: date) -> tuple[Cell, ...]:
    course = course_on(book.course_lines, line.course, day)
    months = course.validity_months if line.validity_months is None else line.validity_months
    return (
        line.requirement,
        title,
        line.course,
        course.title or line.course,
        _USE_WORDS.get(line.use, line.use),
        count_noun(months, "month", "months") if months else "No end",
        None if line.honoured_to in (None, FAR_DAY) else line.honoured_to,
    )


def _workshops(planned: Iterable[PlannedWorkshop], day: date) -> Table:
    rows = tuple(
        (one.reference, one.course, one.title, one.day, one.place or "Online", one.places) for one in planned
    )
    return Table(
        "workshops",
        f"Workshops planned from {long_date(day)} on",
        _WORKSHOPS,
        rows,
        empty="No workshop is planned from this day on.",
    )


DEFINITION = Definition(
    "assurance",
    "Assurance pack",
    "How we judge our training programme, with evidence, gaps and actions; who needs what; what is planned.",
    Readers.EVERYBODY,
    build,
    is_publishable=False,
    shows_figures=False,
    place=80,
)
