"""A council made of numbers, as the sources of reports: requirements, places, roles and schools, drawn at random."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from hypothesis import strategies as st

from compliance.domain.figures import Counts, judge
from compliance.domain.flows import Flow
from compliance.domain.headcount import Headcount
from compliance.domain.requirement import Requirement, RoleLink, RuleBook
from compliance.domain.schools import SchoolRecord, Standing
from compliance.domain.spans import Status
from people.domain import RoleLine, SchoolDetails
from reports.domain.asking import By, FlowKey, Line, School
from reports.domain.commentary import Said
from reports.domain.sources.names import Reached
from reports.domain.sources.upkeep import Gaps

COHORT, MEMBERS = "Elected members", "member"
PLACES = (
    *(("Council", "Care", ""), ("Council", "Members", COHORT), ("Council", "Parks", "")),
    *(("Trust", "", ""), ("Faith forum", "", COHORT)),
    *(("Quay School", "Teaching", ""), ("Quay School", "Office", ""), ("Mill School", "Teaching", "")),
    *(("Hill School", "Teaching", ""), ("Lane School", "Teaching", ""), ("Park School", "Teaching", "")),
)
"""Organisation, directorate, and the role of everybody there."""
SCHOOLS = ("Quay School", "Mill School", "Hill School", "Lane School", "Park School")
CODES = ("R1", "R2")

Cell = tuple[str, str, str, str]
"""A requirement, an organisation, a directorate, a role."""


@dataclass
class Told:
    """What is said."""

    said: Mapping[tuple[str, str], Said] = field(default_factory=dict)

    def notes(self, report: str, _as_at: date) -> dict[str, Said]:
        return {about: said for (key, about), said in self.said.items() if key == report}


@dataclass
class Nothing:
    """Sources that know of nothing."""

    def imports(self, _days: object) -> list[Any]:
        return []

    def gaps(self, _day: date) -> Gaps:
        return Gaps(3, 0, 0, 0, 0, 0, 2, 0, 60, 30)

    def workshops(self, _days: object, _today: date) -> list[Any]:
        return []

    def evaluation(self, _days: object, _today: date) -> list[Any]:
        return []

    def reached(self, _day: date, _role: str, _requirement: str, _since: date) -> Reached:
        return Reached(0, 0)


@dataclass
class Council:
    """The sources. `cells` are of the day; `other_days` are the wholes of every other day."""

    cells: Mapping[Cell, Counts]
    other_days: Mapping[str, Counts]
    day: date
    told: Told = field(default_factory=Told)
    training: Nothing = field(default_factory=Nothing)
    upkeep: Nothing = field(default_factory=Nothing)
    names: Nothing = field(default_factory=Nothing)
    population: str = "Everybody"
    narrowed_to: str = ""
    part: None = None

    @property
    def book(self) -> RuleBook:
        return RuleBook(
            roles=(RoleLine(MEMBERS, COHORT),),
            requirements=tuple(Requirement(code, f"Title of {code}") for code in CODES),
            links=tuple(RoleLink(code, MEMBERS, 30) for code in CODES),
        )

    def figures(self, day: date, by: By | None = None) -> list[Line]:
        """The cells, added up as is asked."""
        if by is By.SERVICE:
            return []
        if day != self.day:
            assert by is None
            return [_line(day, code, counts) for code, counts in sorted(self.other_days.items())]
        keys = {None: (), By.ORGANISATION: (1,), By.DIRECTORATE: (1, 2), By.ROLE: (3,)}[by]
        sums: dict[tuple[str, ...], Counts] = {}
        for cell, counts in self.cells.items():
            named = tuple(cell[at] for at in keys)
            if all(named):
                key = (cell[0], *named)
                sums[key] = sums.get(key, Counts()) + counts
        lines = []
        for (code, *inside), counts in sorted(sums.items()):
            part = inside[-1] if inside else ""
            organisation = inside[0] if inside and by is not By.ROLE else ""
            lines.append(_line(day, code, counts, part, organisation))
        return lines

    def trend(self, days: Sequence[date], by: By | None = None) -> list[Line]:
        """By directorate nothing is known of other days."""
        known = days if by is None else [day for day in days if day == self.day]
        return [line for day in known for line in self.figures(day, by)]

    def in_post(self, day: date, by: By | None = None) -> dict[tuple[str, str], int]:
        """As many as are required by the last of the requirements."""
        return {(line.organisation, line.part): line.counts.required for line in self.figures(day, by)}

    def flows(self, ends: Sequence[date], by: By | None = None) -> dict[FlowKey, Flow]:
        """Three of everything for every figure: few people, wherever they stand."""
        return {
            (line.day, line.requirement, line.organisation, line.part): Flow(3, 3, 3, 3)
            for line in self.trend(ends[1:], by)
        }

    def kept(self, _report: str, _days: Sequence[date]) -> dict[date, str]:
        return {self.day: "R-2026-001"}

    def movements(self, _first: date, _last: date) -> dict[str, Any]:
        return {}

    def headcounts(self, _days: object) -> list[Headcount]:
        return []

    def schools(self, _day: date, requirement: str) -> tuple[list[School], list[str]]:
        found = []
        for name in SCHOOLS:
            counts = sum(
                (one for cell, one in self.cells.items() if cell[:2] == (requirement, name)), Counts()
            )
            found.append(School(name, counts.required, counts, counts.in_date > 0))
        return found, []

    def school_records(self, day: date) -> dict[str, SchoolRecord]:
        lead = {CODES[0]: Standing(Status.COMPLIANT, day)}
        return {
            name: SchoolRecord(
                SchoolDetails("primary", f"90000{number}", 10 * number + 1, day, day, number),
                (lead, {CODES[0]: Standing(Status.EXPIRED, day)}),
                day,
            )
            for number, name in enumerate(SCHOOLS)
        }


def _line(day: date, code: str, counts: Counts, part: str = "", organisation: str = "") -> Line:
    owner = "The lead" if code == CODES[0] else ""
    judgement = judge(counts, 70_00 if code == CODES[0] else None)
    ref = "5" if code == CODES[0] else ""
    return Line(day, code, f"Title of {code}", counts, judgement, part, organisation, ref, owner)


_NUMBERS = st.one_of(st.just(0), st.integers(1, 6), st.integers(5, 40))
_COUNTS = st.builds(
    Counts,
    compliant=_NUMBERS,
    expired=_NUMBERS,
    absent=st.one_of(st.just(0), st.integers(0, 8)),
)


@st.composite
def councils(draw: st.DrawFn, day: date) -> Council:
    """Any council of these places; most numbers are small."""
    places = draw(st.lists(st.sampled_from(PLACES), min_size=2, unique=True))
    if draw(st.booleans()):
        places = [*{*places, *(place for place in PLACES if place[0] in SCHOOLS)}]
    cells = {(code, *place): draw(_COUNTS) for code in CODES for place in sorted(places)}
    return Council(cells, {code: draw(_COUNTS) for code in CODES}, day)
