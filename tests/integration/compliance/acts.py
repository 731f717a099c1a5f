"""What people do to a record over time, drawn at random: files of every kind, undos, new rule books, rebuilds.

All is small and close together, three people and a dozen days, so that acts meet the facts of earlier ones.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from tests.oracle.files import programme
from tests.oracle.world import (
    Accepted,
    Basis,
    Course,
    Renewal,
    Requirement,
    RoleLink,
    RoleRule,
    Target,
    World,
)

DAYS = (
    *(date(2022, 12, 31), date(2023, 3, 31), date(2024, 2, 28), date(2024, 2, 29), date(2024, 3, 1)),
    *(date(2024, 8, 31), date(2025, 1, 1), date(2025, 10, 26), date(2026, 3, 31), date(2026, 5, 31)),
)
LATER = (*DAYS, date(2026, 6, 1), date(2026, 6, 2), date(2026, 12, 31))
PEOPLE = ("P1", "P2", "P3")
COURSES = ("AW", "RF", "WR")
ORGANISATIONS = ("Borough", "Academy")
PLACES = (
    *(("Borough", ""), ("Borough", "Care > Homes"), ("Borough", "Care"), ("Borough", "Parks")),
    *(("Borough", "Care > Homes > North"), ("Academy", "Careers"), ("Academy", "Care > Homes")),
)
UNDO, REBUILD, PROGRAMME = "undo", "rebuild", "programme"
GIVE_ROLE, END_ROLE = "give role", "end role"
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
def _people(draw: st.DrawFn, everybody: bool = False) -> Act:
    sectors = {name: draw(st.sampled_from(("council", "council", "school"))) for name in ORGANISATIONS}
    rows = []
    for ref in PEOPLE if everybody else draw(st.lists(st.sampled_from(PEOPLE), min_size=1, unique=True)):
        category = draw(st.sampled_from(("employee", "agency")))
        for post in (
            ("1", "2") if everybody else draw(st.lists(st.sampled_from("12"), min_size=1, unique=True))
        ):
            organisation, unit = draw(st.sampled_from(PLACES))
            start = str(draw(st.sampled_from(DAYS[:4]))) if everybody else draw(_maybe(2, DAYS))
            cells = (
                *(ref, "Given", f"Family {ref}", category, f"{ref}-{post}"),
                *(organisation, sectors[organisation], unit),
                draw(st.sampled_from(("Clerk", "Housing Officer"))),
                draw(st.sampled_from(("", "frontline", "frontline;panel"))),
                *(start, draw(_maybe(5, LATER)), draw(_maybe(4, LATER))),
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
        for ref in draw(st.lists(st.sampled_from(PEOPLE), min_size=3, max_size=9))
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


@st.composite
def programmes(draw: st.DrawFn) -> Act:
    """A rule book that asks something of nearly everybody, and the day from which its changes count."""
    months = st.sampled_from((6, 12, 24, None))
    basis: Basis = draw(st.sampled_from(("completion", "anniversary", "calendar")))
    everybody = RoleLink("*", draw(st.sampled_from((0, 30, 90))))
    some = RoleLink("frontline", draw(st.sampled_from((0, 5, 60))))
    rule = RoleRule("frontline", job_title="*housing*", unit=draw(st.sampled_from((None, "Care"))))
    world = World(
        roles=("frontline", "panel"),
        role_rules=draw(st.sampled_from(((), (rule,)))),
        courses=(
            Course("AW", draw(months)),
            Course("RF", draw(months), prerequisites=draw(st.sampled_from(((), ("AW",))))),
            Course("WR", draw(months)),
        ),
        requirements=(
            Requirement(
                "R1",
                roles=draw(st.sampled_from(((everybody,), (everybody, some)))),
                accepts=(Accepted("AW"), Accepted("RF", use=draw(st.sampled_from(("any", "renewal"))))),
                renewal=Renewal(basis),
                sectors=draw(st.sampled_from(((), (), ("council",)))),
                expiring_days=draw(st.sampled_from((60, 10))),
                shortest_absence_days=draw(st.sampled_from((1, 28))),
                targets=(Target(draw(st.sampled_from((50, 70)))),),
            ),
            Requirement(
                "R2",
                roles=(some, RoleLink("panel")),
                accepts=(Accepted("WR"), Accepted("AW", months=draw(st.sampled_from((None, 3))))),
                units=draw(st.sampled_from(((), (), ("Care",)))),
                first_day=draw(st.sampled_from((None, date(2024, 2, 29)))),
            ),
        ),
    )
    return Act(PROGRAMME, programme(world), {"effective": draw(st.sampled_from(LATER))})


def whole_workforce() -> st.SearchStrategy[Act]:
    """A file with every person in two posts, of whom most stay."""
    return _people(everybody=True)


def files() -> st.SearchStrategy[Act]:
    """A file of facts."""
    return st.one_of(_people(), _completions(), _absences(), _people(), _completions(), _exemptions())


def anything() -> st.SearchStrategy[Act]:
    """Anything that may happen to a record."""
    undo = st.integers(0, 5).map(lambda which: Act(UNDO, which=which))
    return st.one_of(files(), files(), undo, programmes(), roles_by_hand(), st.just(Act(REBUILD)))


def roles_by_hand() -> st.SearchStrategy[Act]:
    """A role given to somebody by hand, or one of those that stand ended."""
    given = st.fixed_dictionaries(
        {
            "person_ref": st.sampled_from(PEOPLE),
            "role": st.sampled_from(("frontline", "panel")),
            "first_day": st.sampled_from(DAYS),
            "last_day": st.sampled_from((*LATER, None)),
        }
    )
    ended = st.sampled_from((*LATER, None)).map(lambda day: {"last_day": day})
    ends = st.builds(Act, st.just(END_ROLE), options=ended, which=st.integers(0, 3))
    gives = st.builds(Act, st.just(GIVE_ROLE), options=given)
    return st.one_of(gives, gives, ends)
