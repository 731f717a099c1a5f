"""A manager's team: how it stands against each target, when it will drop below, and who has to do what.

Measures are left out of all of it: they are counted and reported, and nobody is asked to do them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from sqlalchemy.orm import Session

from compliance.domain.drop import MONTHS_AHEAD, Drop, deciders, first_drop
from compliance.domain.requirement import Kind, RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.figures import FigureRow, figure_row
from compliance.services.lists import Behind, behind
from compliance.store import team as store
from compliance.store.lists import Listed
from compliance.store.rules import load_rules
from compliance.store.team_ahead import Ahead, ahead, behind_until
from compliance.store.team_choice import Chosen, Group, Sort
from foundation.dates import add_months
from foundation.errors import NotFound
from foundation.pagination import PAGE_SIZE, Page
from people.store import Team, Unit

SOON_DAYS = 60
"""What runs out within so many days is worth a manager's word now."""
MOST_NAMED = 5
"""So many people are named beside a figure; the list has the others."""


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody on whom it depends. `day` is the last day in time, or where `status` says more, the day it speaks of."""

    public_id: str
    name: str
    status: Status
    day: date | None


@dataclass(frozen=True, slots=True)
class Standing:
    """How a team stands for one duty.

    Below the target, `who` are those who are counted and not up to date, whoever is nearest to it first. Else, where a
    `drop` is to come, they are those who decide over it, whoever must act first, first.
    """

    figure: FigureRow
    is_below: bool
    drop: Drop | None
    until: date
    """The last day that was looked at for a drop."""
    who: tuple[Named, ...] = ()
    more: int = 0
    """How many more there are."""


class TeamLists:
    """The figures and lines of a team under the rule book as it stands. Make one for each request."""

    def __init__(self, session: Session, day: date) -> None:
        rules = load_rules(session)
        self.book: RuleBook = rules.book
        self.day = day
        self._session = session
        self._ids = rules.requirement_ids
        self._codes = rules.requirement_codes
        self._courses = rules.course_codes

    def duties(self) -> list[tuple[str, str]]:
        """The requirements that are asked of people: codes, and titles as they are called today."""
        return [
            (code, title) for code, title, kind in map(self._duty, self.book.codes) if kind != Kind.MEASURE
        ]

    def _duty(self, code: str) -> tuple[str, str, str]:
        line = self.book.requirement_on(code, self.day) or self.book.latest(code)
        return (code, line.title or code, line.kind) if line else (code, code, Kind.DUTY)

    def chosen(
        self,
        team: Team,
        *,
        requirement: str = "",
        roots: tuple[Unit, ...] | None = None,
        outside: bool = False,
        name: str = "",
        group: Group | None = None,
        sort: Sort = Sort.STATUS,
        downwards: bool = False,
    ) -> Chosen:
        """What the list shows. Raises NotFound for a requirement that is asked of nobody."""
        codes = [code for code, _ in self.duties() if requirement in ("", code)]
        if not codes and requirement:
            raise NotFound("There is no such requirement.")
        return Chosen(
            team=team,
            requirement_ids=tuple(sorted(self._ids[code] for code in codes if code in self._ids)),
            soon=self.day + timedelta(days=SOON_DAYS),
            roots=roots,
            outside=outside,
            name=name,
            group=group,
            sort=sort,
            downwards=downwards,
        )

    def groups(self, chosen: Chosen) -> dict[Group, int]:
        """How many lines there are in each group, whichever of them is chosen."""
        found = store.count_by_group(self._session, chosen)
        return {group: found.get(group, 0) for group in Group}

    def page(self, chosen: Chosen, lines: int, wanted: str | None) -> tuple[list[Behind], Page]:
        """One page of the list, which has so many lines."""
        page = Page.of(wanted, lines, PAGE_SIZE)
        rows = store.listed(self._session, chosen, self._courses, offset=page.offset, limit=page.size)
        return [self._line(row) for row in rows], page

    def every(self, chosen: Chosen) -> Iterator[Behind]:
        """The whole list, in the same order; streamed."""
        return map(self._line, store.listed(self._session, chosen, self._courses))

    def _line(self, row: Listed) -> Behind:
        return behind(self.book, self.day, row, self._codes[row.requirement_id])

    def standings(self, chosen: Chosen) -> list[Standing]:
        """How the team stands for every duty of anybody in it; those below their target come first, then the others."""
        until = add_months(self.day, MONTHS_AHEAD)
        chosen = replace(chosen, requirement_ids=tuple(sorted(self._ids[code] for code, _ in self.duties())))
        found = {
            requirement_id: self._standing(self._codes[requirement_id], of_requirement, until)
            for requirement_id, of_requirement in ahead(self._session, chosen, until).items()
            if of_requirement.counts.required
        }
        days = {key: self._decided_on(standing) for key, standing in found.items()}
        behind = self._behind(chosen, {key: day for key, day in days.items() if day is not None})
        standings = [self._with_people(standing, behind.get(key, [])) for key, standing in found.items()]
        return sorted(standings, key=lambda standing: (not standing.is_below, standing.figure.title))

    def _standing(self, code: str, found: Ahead, until: date) -> Standing:
        figure = figure_row(self.book, self.day, code, found.counts)
        is_below = figure.judgement is not None and not figure.judgement.met
        drop = None if is_below else first_drop(found.stretches, self.book.targets, code, self.day, until)
        return Standing(figure, is_below, drop, until)

    def _decided_on(self, standing: Standing) -> date | None:
        """The day whose figure people decide over: today's where it is below already."""
        if standing.is_below:
            return self.day
        return standing.drop.day if standing.drop else None

    def _behind(self, chosen: Chosen, days: dict[int, date]) -> dict[int, list[Listed]]:
        found: dict[int, list[Listed]] = defaultdict(list)
        for row in behind_until(self._session, chosen, self._courses, days) if days else ():
            found[row.requirement_id].append(row)
        return found

    def _with_people(self, standing: Standing, rows: list[Listed]) -> Standing:
        who = nearest(rows) if standing.is_below else []
        if standing.drop is not None:
            who = deciding(rows, self.day, standing.drop.day)
        return replace(standing, who=tuple(who[:MOST_NAMED]), more=max(0, len(who) - MOST_NAMED))


def nearest(rows: list[Listed]) -> list[Named]:
    """Those behind today, whoever needs the fewest steps first, then whoever has been behind for longest.

    Evidence that waits needs only a check; whoever was up to date before needs only to renew.
    """
    named = [Named(row.public_id, _name(row), row.span.status, _missed_on(row.span)) for row in rows]
    return sorted(named, key=lambda who: (_STEPS[who.status], who.day or date.max))


_STEPS = {Status.AWAITING_CHECK: 0, Status.EXPIRED: 1, Status.OUTSTANDING: 2}


def _missed_on(span: Span) -> date | None:
    """The day on which it ran out, was due, or was done and is waiting for a check."""
    if span.status is Status.AWAITING_CHECK:
        return span.completed_on
    return span.valid_until if span.status is Status.EXPIRED else span.due_on


def deciding(rows: list[Listed], today: date, day: date) -> list[Named]:
    """Those who decide over a drop on a day, with the last day on which each is in time."""
    timelines: dict[int, list[Span]] = defaultdict(list)
    people: dict[int, Listed] = {}
    for row in rows:
        timelines[row.person_id].append(row.span)
        people.setdefault(row.person_id, row)
    return [
        Named(
            people[who.person].public_id,
            _name(people[who.person]),
            people[who.person].span.status,
            who.act_by,
        )
        for who in deciders(timelines, today, day)
    ]


def _name(row: Listed) -> str:
    return f"{row.first_name} {row.last_name}".strip() or "Name not recorded"
