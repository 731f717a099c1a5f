"""What people do to a record over time, drawn at random: files of every kind, undos, new rule books, rebuilds.

All is small and close together, three people and a dozen days, so that acts meet the facts of earlier ones.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.oracle.files import programme
from tests.oracle.strategies import worlds

DAYS = (
    *(date(2022, 12, 31), date(2023, 3, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)),
    *(date(2024, 8, 31), date(2025, 1, 1), date(2025, 10, 26), date(2026, 3, 31), date(2026, 5, 31)),
)
LATER = (*DAYS, date(2026, 6, 1), date(2026, 6, 2), date(2026, 12, 31))
PEOPLE = ("P1", "P2", "P3")
COURSES = ("AW", "RF", "WR")
PLACES = (
    *("Borough,council,", "Borough,council,Care > Homes", "Borough,council,Care", "Borough,school,Parks"),
    *("Academy,school,", "Academy,school,Care > Homes > North", "Academy,health,Careers"),
)
UNDO, REBUILD, PROGRAMME = "undo", "rebuild", "programme"
HEADINGS = {
    "people": "person_ref,first_name,last_name,category,post_ref,organisation,sector,unit,job_title,roles,"
    "post_start,post_end,changed_on",
    "absences": "person_ref,kind,first_day,last_day",
    "completions": "person_ref,course_code,completed_on,evidence,revoked_on",
    "exemptions": "person_ref,requirement,reason,approved_by,first_day,last_day",
}


@dataclass(frozen=True)
class Act:
    """One thing that somebody does. `which` chooses, for an undo, one of the batches applied so far."""

    kind: str
    content: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    which: int = 0

    def __str__(self) -> str:
        options = ", ".join(f"{name} {value}" for name, value in self.options.items())
        return f"{self.kind} {options or self.which}\n{self.content}"


def _maybe(one_in: int, days: tuple[date, ...]) -> st.SearchStrategy[str]:
    """A day once in so many times; else an empty cell."""
    return st.one_of(*[st.just("")] * (one_in - 1), st.sampled_from(days).map(str))


@st.composite
def _people(draw: st.DrawFn) -> Act:
    rows = []
    for ref in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True)):
        category = draw(st.sampled_from(("employee", "agency")))
        for post in draw(st.lists(st.sampled_from(("1", "2")), min_size=1, unique=True)):
            cells = (
                *(ref, "Given", f"Family {ref}", category, f"{ref}-{post}", draw(st.sampled_from(PLACES))),
                draw(st.sampled_from(("Clerk", "Housing Officer"))),
                draw(st.sampled_from(("", "frontline", "frontline;panel"))),
                *(draw(_maybe(2, DAYS)), draw(_maybe(5, LATER)), draw(_maybe(4, LATER))),
            )
            rows.append(",".join(cells))
    options = {"as_at": draw(st.sampled_from(LATER)), "part": draw(st.booleans())}
    return Act("people", _file("people", rows), options)


@st.composite
def _absences(draw: st.DrawFn) -> Act:
    rows = [
        f"{ref},{draw(st.sampled_from(('parental', 'other')))},{draw(st.sampled_from(DAYS))},{draw(_maybe(2, LATER))}"
        for ref in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=3))
    ]
    return Act("absences", _file("absences", rows))


@st.composite
def _completions(draw: st.DrawFn) -> Act:
    evidence = st.sampled_from(("", "trusted", "awaiting", "verified", "rejected"))
    rows = [
        f"{ref},{draw(st.sampled_from(COURSES))},{draw(st.sampled_from(DAYS))},"
        f"{draw(evidence)},{draw(_maybe(5, LATER))}"
        for ref in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=4))
    ]
    return Act("completions", _file("completions", rows))


@st.composite
def _exemptions(draw: st.DrawFn) -> Act:
    rows = [
        f"{ref},{draw(st.sampled_from(('R1', 'R2', '*')))},Trained elsewhere,Head of Service,"
        f"{draw(st.sampled_from(DAYS))},{draw(st.sampled_from(LATER))}"
        for ref in draw(st.lists(st.sampled_from(PEOPLE), min_size=1, max_size=2))
    ]
    return Act("exemptions", _file("exemptions", rows))


def _file(kind: str, rows: list[str]) -> str:
    return "\n".join([HEADINGS[kind], *rows, ""])


def programmes() -> st.SearchStrategy[Act]:
    """A rule book, and the day from which its changes count."""
    return st.builds(
        lambda world, day: Act(PROGRAMME, programme(world), {"effective": day}),
        worlds(max_people=1),
        st.sampled_from(LATER),
    )


def files() -> st.SearchStrategy[Act]:
    """A file of facts."""
    return st.one_of(_people(), _completions(), _absences(), _people(), _completions(), _exemptions())


def anything() -> st.SearchStrategy[Act]:
    """Anything that may happen to a record."""
    undo = st.integers(0, 5).map(lambda which: Act(UNDO, which=which))
    return st.one_of(files(), files(), undo, programmes(), st.just(Act(REBUILD)))
