"""Data quality and import log: what was loaded and what became of it, and what is still to be put right."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from compliance.domain.headcount import financial_year
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Report, Says, Section, Table
from reports.domain.sources.upkeep import Gaps, Load

_COLUMNS = (
    Column("batch", "Batch", Kind.NUMBER, 5),
    Column("kind", "What", width=12),
    Column("file_name", "File", width=14, says=Says.PERSON),
    Column("source", "Source system", width=10),
    Column("rows", "Rows", Kind.NUMBER, 6),
    Column("new", "New", Kind.NUMBER, 6),
    Column("changed", "Changed", Kind.NUMBER, 6),
    Column("unchanged", "Rows that changed nothing", Kind.NUMBER, 8),
    Column("set_aside", "Rows set aside", Kind.NUMBER, 6),
    Column("changes", "What it changed", width=22),
    Column("loaded_by", "Loaded by", width=12, says=Says.PERSON),
    Column("loaded_at", "Loaded at", Kind.DAY, 11),
    Column("undone", "Undone", width=10),
)
_GAPS = (
    Column("gap", "What is to be put right", width=30),
    Column("number", "Number", Kind.NUMBER, 7),
    Column("why", "Why it matters", width=40),
)


def build(ask: Ask, sources: Sources) -> Report:
    """The batches of the financial year up to the day, and the gaps on it."""
    year = financial_year(ask.as_at)
    loads = sources.upkeep.imports(year)
    batches = Table(
        "imports",
        f"Loaded from {long_date(year.first)} to {long_date(year.last)}",
        _COLUMNS,
        tuple(_row(one) for one in loads),
        note="New and changed are counted in people, posts, units, absences, completions and so on, not in rows. A row "
        "of people and posts may be several of these, so the rows that changed nothing cannot be told. The record "
        "keeps how many rows were set aside, and not for which reason.",
        empty="Nothing was loaded in these days.",
    )
    gaps = Table(
        "gaps",
        f"Gaps on {long_date(ask.as_at)}",
        _GAPS,
        tuple(_gap_rows(sources.upkeep.gaps(ask.as_at), loads, year.first)),
        note="What waits for a check, for an answer or for a review waits as this report is made, whatever its day.",
    )
    head = replace(
        ask.head(DEFINITION.title, sources, ()), population="Files loaded, and everybody with a running post"
    )
    sections = (Section("Files", tables=(batches,)), Section("Gaps", tables=(gaps,)))
    return Report(DEFINITION.key, head, sections)


def _row(one: Load) -> tuple[Cell, ...]:
    is_undo = one.undoes is not None
    return (
        one.number,
        f"Taking back batch {one.undoes}: {one.kind}" if is_undo else one.kind,
        one.file_name,
        one.source,
        None if is_undo else one.rows,
        None if is_undo else one.new,
        None if is_undo else one.changed,
        unchanged(one),
        None if is_undo else one.set_aside,
        "; ".join(f"{number:,} {words}" for words, number in one.changes),
        one.loaded_by,
        one.loaded_at,
        "" if one.undone_by is None else f"By batch {one.undone_by}",
    )


def unchanged(one: Load) -> int | None:
    """How many rows changed nothing; None where that cannot be told."""
    if one.undoes is not None or not one.by_row:
        return None
    return one.rows - one.set_aside - one.new - one.changed


def _gap_rows(gaps: Gaps, loads: Sequence[Load], since: date) -> list[tuple[Cell, ...]]:
    standing = sum(one.set_aside for one in loads if one.undone_by is None)
    ending, review = f"within {gaps.ending_days} days", f"within {gaps.review_days} days"
    return [
        (
            "People without a manager",
            gaps.no_manager,
            "Nobody sees what they have to do, and nobody hears when it runs out.",
        ),
        (
            "People in no group for training",
            gaps.no_role,
            "They are asked for nothing but what is asked of everybody. A job title may be new to the rules.",
        ),
        ("People without an email address", gaps.no_email, "They cannot sign in or be reminded."),
        (
            f"People whose last post ends {ending}",
            gaps.posts_ending,
            "They leave the figures with it. A contract that goes on needs another last day.",
        ),
        (
            f"Exemptions that end {ending}",
            gaps.exemptions_ending,
            "Whoever is still to be exempt needs a new one.",
        ),
        (
            f"Roles by hand to review {review}",
            gaps.roles_to_review,
            "A role by hand goes on until somebody ends it.",
        ),
        (
            "Completions that wait for a check",
            gaps.waiting_for_check,
            "They count for nothing until somebody has looked.",
        ),
        ("Corrections asked for", gaps.corrections_asked_for, "People say that a detail of theirs is wrong."),
        (
            f"Rows set aside since {long_date(since)}",
            standing,
            "Nothing was recorded of them. Rows that were mended and loaded again are among them.",
        ),
    ]


DEFINITION = Definition(
    "imports",
    "Data quality and import log",
    "What was loaded since 1 April, what it changed and who loaded it; and the gaps in the record.",
    Readers.RECORD,
    build,
    is_publishable=False,
    shows_figures=False,
    place=20,
)
