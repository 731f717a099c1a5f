"""A made-up council of any size, written straight into the fact tables.

The upper tree of the council and its schools is the same at every size. The council's teams are of about twelve
people, so there are more of them in a larger council; the schools grow. 12 % of the people leave in a year and others
take their seats; 2 % hold two posts. Nobody is away, exempt or waiting for a check: the floors in SQL leave those out,
and so must the facts for the numbers to agree.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import count
from random import Random

from sqlalchemy import Table
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import RuleBook
from compliance.store.rules import write_change
from courses.models import CompletionRow
from courses.store import course_ids
from foundation import facts
from foundation.bulk import Row, insert_rows
from foundation.dates import FAR_DAY
from foundation.db import Base, transaction
from foundation.stamp import Stamp
from people.models import (
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    UnitRow,
)
from tests.bench.rule_book import BOOK, SHARES, courses_for

DIRECTORATES, SERVICES, SCHOOLS = 8, 5, 60
TEAM_SIZE = 12
SCHOOL_SHARE = 0.3
YEARS = 7
LEAVERS_A_YEAR = 0.12
MOVED, TWO_POSTS = 0.15, 0.02
COMPLETIONS_EACH = 6
GIVEN = ("Ash", "Blake", "Casey", "Devon", "Ellis", "Frankie", "Gray", "Harper", "Indigo", "Jules")
FAMILY = ("Alder", "Birch", "Cedar", "Damson", "Elder", "Fern", "Gorse", "Hazel", "Ivy", "Juniper")


@dataclass
class Unit:
    """A unit of the tree, numbered as the people package numbers it."""

    id: int
    organisation_id: int
    parent: "Unit | None"
    name: str
    below: list["Unit"] = field(default_factory=list)
    manager: str | None = None

    @property
    def depth(self) -> int:
        return 0 if self.parent is None else self.parent.depth + 1

    @property
    def path(self) -> str:
        if self.parent is None:
            return ""
        return f"{self.parent.path} > {self.name}" if self.parent.path else self.name


@dataclass
class Council:
    """What the measures need to know of the council that was written."""

    people: int = 0
    completions: int = 0
    service: str = ""
    team_manager: str = ""
    """The person reference of somebody who manages one team of about twelve."""


class _Tree:
    """The council's directorates, services, sections and teams, and the schools with theirs."""

    def __init__(self, people: int) -> None:
        self.units: list[Unit] = []
        self.teams: list[Unit] = []
        in_council = people - int(people * SCHOOL_SHARE)
        wanted = max(1, in_council // TEAM_SIZE // (DIRECTORATES * SERVICES))
        council = self._unit(None, "Council", 1)
        for directorate in range(DIRECTORATES):
            upper = self._unit(council, f"Directorate {directorate + 1}")
            for service in range(SERVICES):
                self._service(self._unit(upper, f"Service {directorate + 1}{service + 1}"), wanted)
        council_teams = len(self.teams)
        for school in range(SCHOOLS):
            root = self._unit(None, f"School {school + 1:02}", school + 2)
            self.teams += [self._unit(root, "Teaching"), self._unit(root, "Support")]
        school_teams = self.teams[council_teams:]
        seats = [self.teams[seat * council_teams // in_council] for seat in range(in_council)]
        self.seats = seats + [school_teams[seat % len(school_teams)] for seat in range(people - in_council)]

    def _service(self, service: Unit, teams: int) -> None:
        """Large services have sections between them and their teams."""
        above = service
        for number in range(teams):
            if teams > 6 and number % 6 == 0:
                above = self._unit(service, f"Section {number // 6 + 1}")
            self.teams.append(self._unit(above, f"Team {number + 1}"))

    def _unit(self, parent: Unit | None, name: str, organisation_id: int = 0) -> Unit:
        unit = Unit(len(self.units) + 1, parent.organisation_id if parent else organisation_id, parent, name)
        if parent is not None:
            parent.below.append(unit)
        self.units.append(unit)
        return unit

    def rows(self) -> Iterator[Row]:
        """Rows of `unit`, with the left and right numbers of the nested sets."""
        numbers = count(1)

        def walk(unit: Unit) -> Iterator[Row]:
            left = next(numbers)
            below = [row for part in unit.below for row in walk(part)]
            parent_id = unit.parent.id if unit.parent else None
            key = (unit.id, f"{unit.id:032x}", unit.organisation_id, parent_id)
            yield (*key, unit.name, unit.path, unit.depth, left, next(numbers))
            yield from below

        for unit in self.units:
            if unit.parent is None:
                yield from walk(unit)


class _People:
    """Seats in teams, the people who sat there one after the other, and what they completed."""

    def __init__(self, tree: _Tree, today: date, courses: dict[str, int], seed: int) -> None:
        self.random = Random(seed)
        self.today = today
        self.courses = courses
        self.tree = tree
        self.details: list[Row] = []
        self.posts: list[Row] = []
        self.completions: list[Row] = []
        for team in tree.seats:
            self._seat(team)

    def _seat(self, team: Unit) -> None:
        """One seat over the years: whoever leaves is followed by another a few weeks later."""
        first = self.today - timedelta(days=self.random.randrange(365, YEARS * 365))
        roles = frozenset(role for role, share in SHARES.items() if self.random.random() < share)
        while first <= self.today:
            stay = int(self.random.expovariate(LEAVERS_A_YEAR) * 365) + 30
            last = first + timedelta(days=stay)
            gone = last < self.today
            self._person(team, roles, first, last if gone else FAR_DAY)
            if not gone:
                return
            first = last + timedelta(days=self.random.randrange(1, 60))

    def _person(self, team: Unit, roles: frozenset[str], first: date, last: date) -> None:
        person_id = len(self.details) + 1
        names = (self.random.choice(GIVEN), f"{self.random.choice(FAMILY)}-{self.random.choice(FAMILY)}")
        self.details.append((person_id, *names, f"p{person_id}@bench.example", "employee"))
        manager = self._manager(team, person_id, last)
        held = ";".join(sorted(roles))
        post = (person_id, f"P{person_id}")
        if self.random.random() < MOVED and (min(last, self.today) - first).days > 200:
            moved = first + timedelta(
                days=self.random.randrange(90, (min(last, self.today) - first).days - 60)
            )
            before = self.random.choice(self.tree.teams)
            day_before = moved - timedelta(days=1)
            self.posts.append((*post, before.id, "Officer", before.manager, held, first, day_before))
            self.posts.append((*post, team.id, "Officer", manager, held, moved, last))
        else:
            self.posts.append((*post, team.id, "Officer", manager, held, first, last))
        if self.random.random() < TWO_POSTS:
            other = self.random.choice(self.tree.teams)
            second = (person_id, f"Q{person_id}", other.id, "Casual", other.manager, held)
            self.posts.append((*second, first, last))
        self._completions(person_id, roles, first, min(last, self.today))

    def _manager(self, team: Unit, person_id: int, last: date) -> str | None:
        """The first who sits in a team and stays leads it; the first of the team above leads them."""
        reference = f"R{person_id:06}"
        if team.manager is None and last == FAR_DAY:
            team.manager = reference
            upper = team.parent
            if upper is not None and upper.manager is None:
                upper.manager = reference
            return upper.manager if upper is not None and upper.manager != reference else None
        return team.manager

    def _completions(self, person_id: int, roles: frozenset[str], first: date, last: date) -> None:
        offered = courses_for(roles)
        done = set()
        for _ in range(min(self.random.randrange(2, 2 * COMPLETIONS_EACH - 1), len(offered) * 3)):
            day = first + timedelta(days=int(self.random.betavariate(0.8, 1.2) * max(1, (last - first).days)))
            done.add((self.courses[self.random.choice(offered)], day.replace(day=min(day.day, 28))))
        self.completions += [(person_id, course_id, day) for course_id, day in sorted(done)]


def write_council(session: Session, people: int, today: date, stamp: Stamp, seed: int = 1) -> Council:
    """Write the facts of a council with `people` people in post today. Timelines are left to the caller."""
    with transaction(session):
        write_change(session, stamp, change(RuleBook(), BOOK, today))
        tree = _Tree(people)
        found = _People(tree, today, course_ids(session), seed)
        _write(session, tree, found, stamp)
        facts.forget(session)
    team = tree.teams[1]  # the manager of a service's first team leads the service as well
    service = next(unit for unit in tree.units if unit.depth == 2)
    return Council(len(found.details), len(found.completions), service.path, team.manager or "")


def _write(session: Session, tree: _Tree, found: _People, stamp: Stamp) -> None:
    at = _moment(session, stamp)
    organisations = [unit for unit in tree.units if unit.parent is None]
    _insert(
        session,
        OrganisationRow,
        "id public_id name",
        ((u.organisation_id, f"{u.id:032x}", u.name) for u in organisations),
    )
    sectors = ((u.organisation_id, "council" if u.id == 1 else "school", *at) for u in organisations)
    _insert(session, OrganisationSectorRow, f"organisation_id sector {_TIMES}", sectors)
    _insert(
        session, UnitRow, "id public_id organisation_id parent_id name path depth left right", tree.rows()
    )
    people = ((row[0], f"{row[0]:032x}", f"R{row[0]:06}") for row in found.details)
    _insert(session, PersonRow, "id public_id person_ref", people)
    details = "person_id first_name last_name email category"
    _insert(session, PersonDetailRow, f"{details} {_TIMES}", ((*row, *at) for row in found.details))
    posts = "person_id post_ref unit_id job_title manager_ref roles first_day last_day"
    _insert(session, PostSpellRow, f"{posts} {_TIMES}", ((*row, *at) for row in found.posts))
    done = "person_id course_id completed_on provider reference source evidence"
    rows = ((*row, "", "", "bench", "trusted", *at) for row in found.completions)
    _insert(session, CompletionRow, f"{done} {_TIMES}", rows)


_TIMES = "recorded_at recorded_by"


def _moment(session: Session, stamp: Stamp) -> tuple[str, str]:
    """When and by whom, as the text that each database keeps: bulk inserts take no moments."""
    sqlite = session.get_bind().dialect.name == "sqlite"
    return (stamp.at.strftime("%Y-%m-%d %H:%M:%S.%f") + ("" if sqlite else "+00:00"), stamp.actor)


def _insert(session: Session, model: type[Base], columns: str, rows: Iterator[Row]) -> None:
    table: Table = model.__table__  # type: ignore[assignment]  # a Table, declared as FromClause
    insert_rows(session, table, columns.split(), rows)
