"""What a report is asked for, what it may ask in turn, and what stands in the catalogue. Pure.

A report of the catalogue knows no database: it is given `Sources` and answers with a description. So every report can
be tried with sources made by hand, and none can see more than the sources of its reader give.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from compliance.domain.bridge import Bridge
from compliance.domain.figures import Counts, Judgement
from compliance.domain.flows import Flow
from compliance.domain.headcount import Headcount
from compliance.domain.requirement import RuleBook
from compliance.domain.schools import SchoolRecord
from compliance.domain.spans import Span
from foundation.dates import Period
from reports.domain.description import Head, Report
from reports.domain.part import Part
from reports.domain.sources.chasing import ChasingSources
from reports.domain.sources.names import NameSources
from reports.domain.sources.told import ToldSources
from reports.domain.sources.training import TrainingSources
from reports.domain.sources.upkeep import UpkeepSources


class By(StrEnum):
    """Into what a figure is parted."""

    ORGANISATION = "organisation"
    DIRECTORATE = "directorate"
    SERVICE = "service"
    """The units right below directorates."""
    ROLE = "role"
    SECTOR = "sector"


@dataclass(frozen=True, slots=True)
class Line:
    """The figure of one requirement on a day, of the whole or of one part. `part` is in words; empty: the whole.

    `organisation` is the one that a line of a place is in; `plan_ref` and `owner` are those of its target.
    """

    day: date
    requirement: str
    title: str
    counts: Counts
    judgement: Judgement | None
    part: str = ""
    organisation: str = ""
    plan_ref: str = ""
    owner: str = ""


FlowKey = tuple[date, str, str, str]
"""The last day, the requirement, the organisation and the part, as a `Line` has them; both empty for the whole."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One person and requirement on a day, with the facts behind the status in a sentence."""

    person_ref: str
    name: str
    organisation: str
    unit: str
    job_title: str
    requirement: str
    span: Span
    why: str
    person_id: int = 0


@dataclass(frozen=True, slots=True)
class School:
    """A school, how many hold a post there, how they stand, and whether at least one of them is in date."""

    name: str
    in_post: int
    counts: Counts
    is_covered: bool


class Sources(Protocol):
    """What a report may ask, within what its reader may see. Days are as the report says; the record as it stands."""

    @property
    def book(self) -> RuleBook:
        """The rules."""
        ...

    @property
    def population(self) -> str:
        """Whom all answers are about, in words."""
        ...

    @property
    def part(self) -> Part | None:
        """The part of the council that the report was asked for; None: all that its reader may see."""
        ...

    @property
    def narrowed_to(self) -> str:
        """The organisations that all answers are narrowed to, by name; empty: they are about everybody."""
        ...

    def figures(self, day: date, by: By | None = None) -> Sequence[Line]:
        """The figures of a day, whole or in parts, ordered by requirement and part."""
        ...

    def trend(self, days: Sequence[date], by: By | None = None) -> Sequence[Line]:
        """The figures of several days, whole or in parts, each day as `figures` orders it."""
        ...

    def flows(self, ends: Sequence[date], by: By | None = None) -> Mapping[FlowKey, Flow]:
        """What happened between each two of these days that follow one another, whole or by directorate."""
        ...

    def in_post(self, day: date, by: By | None = None) -> Mapping[tuple[str, str], int]:
        """How many people hold a post, whatever is required of them, by organisation and part as a `Line` has them."""
        ...

    def kept(self, report: str, days: Sequence[date]) -> Mapping[date, str]:
        """By day the reference of a report of everybody that was kept of it."""
        ...

    def people(self, day: date) -> Iterable[Standing]:
        """Everybody who is required, by person reference and requirement; streamed."""
        ...

    def schools(self, day: date, requirement: str) -> tuple[Sequence[School], Sequence[str]]:
        """The schools with somebody in post, and the names of the others."""
        ...

    def school_records(self, day: date) -> Mapping[str, SchoolRecord]:
        """What is known of every school beside its figures, by name."""
        ...

    def headcounts(self, days: Period) -> Sequence[Headcount]:
        """People trained by sector and course in a period, with the numbers that were declared."""
        ...

    def movements(self, first: date, last: date) -> Mapping[str, Bridge]:
        """Why the figures moved between two days, by requirement."""
        ...

    @property
    def training(self) -> TrainingSources:
        """Workshops, evidence, evaluation."""
        ...

    @property
    def upkeep(self) -> UpkeepSources:
        """Exemptions, absences, imports, moves, the trail."""
        ...

    @property
    def names(self) -> NameSources:
        """One person, one team."""
        ...

    @property
    def chasing(self) -> ChasingSources:
        """Who leads people who owe something, what they were told, and where they can go."""
        ...

    @property
    def told(self) -> ToldSources:
        """Commentary and assurance."""
        ...


ADDED_UP = "(people and requirements)"
"""What a number of the head counts that is added up over requirements."""


@dataclass(frozen=True, slots=True)
class Ask:
    """What a report is asked for: the day, and who asks when, as its head will say it. Moments are in London's zone.

    `of` names the one person, team or workshop that a report is of (`Of`): a staff number, or a workshop's public id.
    `below`: a team is everybody below its manager, not direct reports alone.
    """

    as_at: date
    made_at: datetime
    made_by: str
    council: str
    of: str = ""
    below: bool = False

    def head(self, title: str, sources: Sources, whole: Iterable[Line], *caveats: str) -> Head:
        """The head of a report: of whom, without whom and against what, from the lines of the whole.

        Who is not counted is added up over the requirements, so that somebody with two duties is in it twice.
        """
        lines = list(whole)
        excluded = (
            (f"not yet due {ADDED_UP}", sum(line.counts.not_yet_due for line in lines)),
            (f"away from work {ADDED_UP}", sum(line.counts.absent for line in lines)),
            (f"exempt {ADDED_UP}", sum(line.counts.exempt for line in lines)),
        )
        targets = []
        for line in lines:
            if line.judgement is None:
                continue
            source = f", action {line.plan_ref} of the plan" if line.plan_ref else ""
            owner = f" ({line.owner})" if line.owner else ""
            targets.append(f"{line.judgement.target}% for {line.title}{source}{owner}")
        return Head(
            title,
            self.council,
            self.as_at,
            self.made_at,
            self.made_at,
            self.made_by,
            sources.population,
            tuple(excluded) if lines else (),
            tuple(targets),
            caveats,
        )


class Readers(StrEnum):
    """Who may ask for a report (docs/authorization.toml)."""

    FIGURES = "figures"
    """Whoever has a permission."""
    PEOPLE = "people"
    """Those who see everybody by name, and partner leads their own organisation's people."""
    EVERYBODY = "everybody"
    """Those who see everybody by name."""
    OWN = "own"
    """Whoever it is of, and those who see everybody by name."""
    RECORD = "record"
    """Those who see how the record came about: learning and development, and auditors."""
    TRAIL = "trail"
    """Auditors alone: they read the audit trail, and nobody whose acts stand in it decides what it shows."""


class Of(StrEnum):
    """What a report is of."""

    ALL = "all"
    """Everybody whom its reader may see."""
    PERSON = "person"
    """One person; a page shows the reader themself, or somebody whom they may see."""
    TEAM = "team"
    """The team of one manager."""
    WORKSHOP = "workshop"
    """One workshop."""


class Group(StrEnum):
    """Under which heading a report is listed; a folder of the catalogue each."""

    FIGURES = "figures"
    NAMES = "names"
    TRAINING = "training"
    UPKEEP = "upkeep"


@dataclass(frozen=True, slots=True)
class Definition:
    """A report of the catalogue. `is_publishable`: a version for the public can be made of it.

    `shows_figures`: its numbers are figures of the engine, so that the people behind them are kept with it.
    `place`: where it is listed in its group. `is_streamed`: its rows are read while a file is written
    (reports.domain.description.Rows), however many there are, so it cannot be kept. `takes_part`: it may be asked for
    one organisation or unit alone.
    """

    key: str
    title: str
    about: str
    readers: Readers
    build: Callable[[Ask, Sources], Report]
    is_publishable: bool = True
    of: Of = Of.ALL
    shows_figures: bool = True
    place: int = 99
    is_streamed: bool = False
    takes_part: bool = False
