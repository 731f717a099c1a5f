"""Workshop summary: what became of the places of each workshop of the financial year, and of each course."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from compliance.domain.headcount import financial_year
from courses.domain.evaluation import When
from courses.domain.registers import rate
from courses.domain.workshops import Outcome
from foundation.formats import long_date
from people.domain import Sector
from people.wording import SECTOR_WORDS
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Cell, Column, Kind, Percent, Report, Says, Section, Table, moment_text
from reports.domain.sources.training import WorkshopLine

_DETAIL, _MEASURE = Says.DETAIL, Says.MEASURE
_COUNTS = (
    Column("places", "Places", Kind.NUMBER, 6, _MEASURE),
    Column("booked", "Booked", Kind.NUMBER, 6, _DETAIL),
    Column("cancelled", "Cancelled in time", Kind.NUMBER, 7, _DETAIL),
    Column("late", "Cancelled late", Kind.NUMBER, 7, _DETAIL),
    Column("attended", "Attended", Kind.NUMBER, 7),
    Column("partial", "Of these, in part", Kind.NUMBER, 6, _DETAIL),
    Column("missing", "Did not attend", Kind.NUMBER, 6),
    Column("no_show", "Did not attend, of those expected", Kind.NUMBER, 8),
    Column("substitutes", "Substitutes", Kind.NUMBER, 8, _DETAIL),
    Column("guests", "Guests", Kind.NUMBER, 6, _DETAIL),
)
_WORKSHOPS = (
    Column("reference", "Reference", width=10),
    Column("course", "Course", width=9),
    Column("day", "Date", Kind.DAY, 10),
    Column("time", "Time", width=9),
    Column("place", "Place", width=12),
    Column("led_by", "Led by", width=12, says=Says.PERSON),
    Column("register", "Register", width=8),
    *_COUNTS,
    Column("sectors", "Sectors", width=14, says=_DETAIL),
    Column("answers", "Evaluation answers", width=12, says=_DETAIL),
)
_COURSES = (
    Column("course", "Course", width=9),
    Column("title", "Title", width=18),
    Column("held", "Workshops held", Kind.NUMBER, 8, _MEASURE),
    Column("open", "Register not closed", Kind.NUMBER, 8, _MEASURE),
    Column("called_off", "Called off", Kind.NUMBER, 7, _MEASURE),
    *_COUNTS,
)
MOMENT_WORDS = {When.BEFORE: "before", When.AFTER: "after", When.LATER: "six months later"}
NO_POST = "No post on the day"
POPULATION = "Everybody who booked or came to a workshop, whatever their post"
_NOTE = (
    "Attended and did not attend are known once the register is closed. Guests are people who signed in at the door "
    "and are not in the record; they are in no other number. Those expected are those who attended or did not "
    "attend, without those who cancelled."
)


def build(ask: Ask, sources: Sources) -> Report:
    """The financial year up to the day, by time; below it each course. Called-off workshops have no numbers."""
    days = financial_year(ask.as_at)
    found = sources.training.workshops(days, ask.made_at.date())
    workshops = Table(
        "workshops",
        f"Workshops from {long_date(days.first)} to {long_date(days.last)}",
        _WORKSHOPS,
        tuple(_row(one) for one in found),
        note=_NOTE,
        empty="No workshop was held in these days.",
        within=("course",),
        whole="courses",
        label="reference",
    )
    courses = Table(
        "courses",
        f"Courses from {long_date(days.first)} to {long_date(days.last)}",
        _COURSES,
        tuple(_course(some) for _, some in sorted(_by_course(found).items())),
        note=_NOTE,
        empty="No workshop was held in these days.",
    )
    head = replace(ask.head(DEFINITION.title, sources, ()), population=POPULATION)
    return Report(
        DEFINITION.key,
        head,
        (Section("Workshops", tables=(workshops,)), Section("Courses", tables=(courses,))),
    )


def _by_course(found: Iterable[WorkshopLine]) -> dict[str, list[WorkshopLine]]:
    by_course: dict[str, list[WorkshopLine]] = {}
    for one in found:
        by_course.setdefault(one.course, []).append(one)
    return by_course


def _row(one: WorkshopLine) -> tuple[Cell, ...]:
    return (
        one.reference,
        one.course,
        one.starts_at.date(),
        time_words(one.starts_at, one.ends_at),
        one.place,
        ", ".join(one.led_by),
        _register_words(one),
        *((one.places, *(None,) * (len(_COUNTS) - 1)) if one.is_called_off else _counts([one])),
        _sector_words(one.sectors),
        ", ".join(f"{one.answers[when]:,} {MOMENT_WORDS[when]}" for when in When if when in one.answers),
    )


def _course(some: Sequence[WorkshopLine]) -> tuple[Cell, ...]:
    held = [one for one in some if not one.is_called_off]
    return (
        some[0].course,
        some[-1].title,
        len(held),
        sum(not one.is_closed for one in held),
        len(some) - len(held),
        *_counts(held),
    )


def _counts(some: Sequence[WorkshopLine]) -> tuple[Cell, ...]:
    """The cells of `_COUNTS`. Where no register is closed, outcomes are not known: nothing is not nought."""
    closed = [one for one in some if one.is_closed]
    counts = {outcome: sum(one.outcomes.get(outcome, 0) for one in closed) for outcome in Outcome}
    missing, expected = rate(counts)
    known: tuple[Cell, ...] = (
        expected - missing,
        counts[Outcome.PARTIAL],
        missing,
        Percent(missing, expected),
    )
    return (
        sum(one.places for one in some),
        sum(one.booked for one in some),
        sum(one.cancelled for one in some),
        sum(one.late for one in some),
        *(known if closed else (None,) * len(known)),
        sum(one.substitutes for one in some),
        sum(one.guests for one in some),
    )


def time_words(starts_at: datetime, ends_at: datetime) -> str:
    """From when to when; with the day of the end where it is another.

    >>> time_words(datetime(2026, 12, 1, 9, 30), datetime(2026, 12, 1, 11))
    '09:30 to 11:00'
    """
    ends = f"{ends_at:%H:%M}" if ends_at.date() == starts_at.date() else moment_text(ends_at)
    return f"{starts_at:%H:%M} to {ends}"


def _register_words(one: WorkshopLine) -> str:
    if one.is_called_off:
        return "Called off"
    return "Closed" if one.is_closed else "Not closed"


def _sector_words(sectors: Mapping[str, int]) -> str:
    """The sectors of those who attended, the largest first, with how many.

    >>> _sector_words({"school": 3, "": 1, "council": 12})
    'Council 12, Schools 3, No post on the day 1'
    """
    found = sorted(sectors.items(), key=lambda item: (not item[0], -item[1], item[0]))
    return ", ".join(f"{sector_words(sector)} {people:,}" for sector, people in found)


def sector_words(sector: str) -> str:
    """A sector in words; that of whoever held no post is none."""
    return SECTOR_WORDS[Sector(sector)] if sector else NO_POST


DEFINITION = Definition(
    "workshops",
    "Workshop summary",
    "Each workshop of the financial year: places, cancellations, who attended and who did not, and each course.",
    Readers.EVERYBODY,
    build,
    shows_figures=False,
    place=10,
)
