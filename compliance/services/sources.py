"""Where figures come from: the timeline tables for what is known now, the facts themselves for what was known then."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sqlalchemy.orm import Session

from compliance.domain.figures import Counts, PeopleFigure
from compliance.domain.groups import GroupKey, GroupTally, Post, RolesOn
from compliance.domain.spans import Span
from compliance.domain.standing import Standing, Tally, UnitKey, in_everything, whole
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.models import EVERYTHING, WHOLE
from compliance.rollup import ROLLED_UP_DEPTH
from compliance.store import figures as store
from compliance.store import groups as groups_store
from compliance.store import scope_days
from compliance.store.facts import facts_of, handfuls
from compliance.store.rules import Rules, load_rule_book, requirement_ids
from foundation.dates import Period
from foundation.facts import Progress, no_progress
from people import store as people
from people.store import Tree, Unit


@dataclass(frozen=True, slots=True)
class Scope:
    """Everybody (`roots` None), or those who count in some units or below them; of one requirement, or of all."""

    roots: tuple[Unit, ...] | None = None
    requirement_id: int | None = None
    """Spares reading the others; what is read of them is left out later anyhow."""

    def holds(self, unit: Unit) -> bool:
        """Whether a unit is inside."""
        return self.roots is None or any(root.contains(unit) for root in self.roots)


OfDay = tuple[date, dict[int, Counts], PeopleFigure]
"""A day, its counts by requirement, and its people-based figure."""


@dataclass(frozen=True, slots=True)
class Parts:
    """A scope broken down: its units, their counts, how often people are counted again in them, and the whole."""

    units: Sequence[Unit]
    counts: Mapping[UnitKey, Counts]
    again: Mapping[int, int]
    """By requirement, how often people are counted again because they count in several of these units."""
    whole: OfDay


@dataclass(frozen=True, slots=True)
class Groups:
    """A scope broken down by role or by sector, how often people are counted again, and the whole."""

    counts: Mapping[GroupKey, Counts]
    again: Mapping[int, int]
    whole: OfDay


class Source(Protocol):
    """Counts of distinct people on a day."""

    def wholes(self, days: Sequence[date], scope: Scope) -> Iterator[OfDay]:
        """The counts by requirement and the people-based figure, in a scope."""
        ...

    def parts(self, day: date, scope: Scope, wanted: Sequence[Unit]) -> Parts:
        """The counts of these units with everything below them, and of the scope as a whole."""
        ...

    def by_role(self, day: date, scope: Scope) -> Groups:
        """The counts of every role in which somebody in the scope counts (compliance.domain.groups)."""
        ...

    def by_sector(self, day: date, scope: Scope) -> Groups:
        """The counts of every sector in whose organisations somebody in the scope counts (counting rule 8)."""
        ...


def source_for(
    session: Session,
    known_at: datetime | None,
    days: Sequence[date],
    tree: Tree,
    rules: Rules,
    progress: Progress = no_progress,
    with_posts: bool = False,
    roots: tuple[Unit, ...] | None = None,
) -> Source:
    """The tables when the record is asked as it stands, the facts when it is asked as it stood.

    `with_posts` where it is asked by role. `roots`: those of every scope that it will be asked for.
    """
    if known_at is None:
        return TableSource(session, tree, rules)
    return FactsSource(session, known_at, days, tree, rules, progress, with_posts, roots)


class TableSource:
    """Reads the timeline tables and the roll-up."""

    def __init__(self, session: Session, tree: Tree, rules: Rules) -> None:
        self._session = session
        self._tree = tree
        self._rules = rules

    def wholes(self, days: Sequence[date], scope: Scope) -> Iterator[OfDay]:
        unit_id = self._rolled_up(scope)
        if unit_id is None:
            assert scope.roots is not None
            if len(days) > 1:
                by_day = scope_days.in_scope_on(self._session, days, scope.roots)
                people_by_day = scope_days.people_based_on(self._session, days, scope.roots)
                yield from ((day, by_day[day], people_by_day[day]) for day in days)
                return
            for day in days:
                counts = store.in_scope(self._session, day, scope.roots)
                yield day, counts, store.people_based_in_scope(self._session, day, scope.roots)
            return
        found = store.rolled_up(self._session, days, [unit_id], scope.requirement_id)
        for day in days:
            yield _whole(day, found[day], unit_id)

    def _rolled_up(self, scope: Scope) -> int | None:
        """The rolled-up unit that is exactly this scope, or None."""
        if scope.roots is None:
            return WHOLE
        if len(scope.roots) == 1 and scope.roots[0].depth <= ROLLED_UP_DEPTH:
            return scope.roots[0].id
        return None

    def parts(self, day: date, scope: Scope, wanted: Sequence[Unit]) -> Parts:
        whole_id, unit_ids = self._rolled_up(scope), {unit.id for unit in wanted}
        if any(unit.depth > ROLLED_UP_DEPTH for unit in wanted):
            counts, again = store.every_unit(
                self._session, day, unit_ids, self._tree.above, scope.roots, scope.requirement_id
            )
            return Parts(wanted, counts, again, *self.wholes([day], scope))
        asked = sorted(unit_ids if whole_id is None else unit_ids | {whole_id})
        found = store.rolled_up(self._session, [day], asked, scope.requirement_id)[day]
        return Parts(
            units=wanted,
            counts={key: counts for key, counts in found.items() if key[1] != EVERYTHING},
            again=store.counted_again(self._session, day, unit_ids, self._tree.above, scope.requirement_id),
            whole=next(self.wholes([day], scope)) if whole_id is None else _whole(day, found, whole_id),
        )

    def by_role(self, day: date, scope: Scope) -> Groups:
        tally = GroupTally()
        codes, ids = self._rules.requirement_codes, self._rules.requirement_ids
        rules = RolesOn(self._rules.book, day)
        for some in groups_store.in_roles(
            self._session, day, rules, codes, scope.roots, scope.requirement_id
        ):
            tally.add(some.roles, ids[some.requirement], some.status, some.covered, some.people)
        return Groups(tally.counts(), tally.again, next(self.wholes([day], scope)))

    def by_sector(self, day: date, scope: Scope) -> Groups:
        sectors = {unit_id: place.sector for unit_id, place in people.places(self._session).items()}
        names = sorted(set(sectors.values()))
        # To the reading of units a sector is one more unit above an organisation.
        above = {unit_id: (names.index(sector),) for unit_id, sector in sectors.items()}
        found, again = store.every_unit(
            self._session, day, range(len(names)), above, scope.roots, scope.requirement_id
        )
        counts = {
            (names[number], requirement): of_sector for (number, requirement), of_sector in found.items()
        }
        return Groups(counts, again, next(self.wholes([day], scope)))


def _whole(day: date, rolled_up: Mapping[UnitKey, Counts], unit_id: int) -> OfDay:
    counts = {
        requirement: counts
        for (of_unit, requirement), counts in rolled_up.items()
        if of_unit == unit_id and requirement != EVERYTHING
    }
    return day, counts, store.people_based(rolled_up, unit_id)


class FactsSource:
    """Makes timelines from the facts known at a moment, and adds them up day by day."""

    def __init__(
        self,
        session: Session,
        known_at: datetime,
        days: Sequence[date],
        tree: Tree,
        rules: Rules,
        progress: Progress = no_progress,
        with_posts: bool = False,
        roots: tuple[Unit, ...] | None = None,
    ) -> None:
        self._units = {unit.id: unit for unit in tree.units}
        self._above = tree.above
        self._rules = rules
        self._places = people.places(session, known_at)
        self._standings = standings(session, known_at, days, progress, with_posts, roots)

    def wholes(self, days: Sequence[date], scope: Scope) -> Iterator[OfDay]:
        for day in days:
            found = self._within(day, scope)
            yield day, whole(found), in_everything(found)

    def _within(self, day: date, scope: Scope) -> list[Standing]:
        return [
            standing
            for standing in self._standings[day]
            if scope.roots is None or any(scope.holds(self._units[unit_id]) for unit_id in standing.unit_ids)
        ]

    def parts(self, day: date, scope: Scope, wanted: Sequence[Unit]) -> Parts:
        tally = Tally(self._above)
        again: dict[int, int] = defaultdict(int)
        wanted_ids = {unit.id for unit in wanted}
        for standing in self._within(day, scope):
            tally.add(standing.unit_ids, standing.requirement_id, standing.status, standing.covered)
            again[standing.requirement_id] += store.times_again(standing.unit_ids, wanted_ids, self._above)
        counts = {key: found for key, found in tally.counts().items() if key[0] in wanted_ids}
        return Parts(wanted, counts, again, *self.wholes([day], scope))

    def by_role(self, day: date, scope: Scope) -> Groups:
        tally, rules = GroupTally(), RolesOn(self._rules.book, day)
        codes = self._rules.requirement_codes
        for standing in self._within(day, scope):
            posts = [post for post in standing.posts if scope.holds(self._units[post.place.unit_id])]
            roles = rules.counting(codes[standing.requirement_id], posts)
            tally.add(roles, standing.requirement_id, standing.status, standing.covered)
        return Groups(tally.counts(), tally.again, *self.wholes([day], scope))

    def by_sector(self, day: date, scope: Scope) -> Groups:
        tally = GroupTally()
        for standing in self._within(day, scope):
            inside = [unit_id for unit_id in standing.unit_ids if scope.holds(self._units[unit_id])]
            sectors = {self._places[unit_id].sector for unit_id in inside}
            tally.add(sectors, standing.requirement_id, standing.status, standing.covered)
        return Groups(tally.counts(), tally.again, *self.wholes([day], scope))


def standings(
    session: Session,
    known_at: datetime,
    days: Sequence[date],
    progress: Progress = no_progress,
    with_posts: bool = False,
    roots: tuple[Unit, ...] | None = None,
) -> dict[date, list[Standing]]:
    """Where everybody stood on each day, by what was known at a moment; of some units, only those who count there."""
    timelines = Timelines(load_rule_book(session, known_at))
    ids = requirement_ids(session)
    found: dict[date, list[Standing]] = {day: [] for day in days}
    where = people.places(session, known_at)
    chunks = handfuls(session, roots, Period(min(days), max(days)), known_at) if days else []
    for done, some in enumerate(chunks):
        progress("As known then", done, len(chunks))
        for person_id, person in facts_of(session, some, where, known_at):
            posts = {day: posts_on(person, day) if with_posts else () for day in days}
            for code, timeline in timelines.of(person).items():
                for day in days:
                    span = timeline.on(day)
                    if span is not None:
                        unit_ids = tuple(
                            unit.unit_id for unit in timeline.units if unit.first_day <= day <= unit.last_day
                        )
                        found[day].append(_standing(person_id, ids[code], span, unit_ids, posts[day]))
    progress("As known then", len(chunks), len(chunks))
    return found


def _standing(
    person_id: int, requirement_id: int, span: Span, unit_ids: tuple[int, ...], posts: tuple[Post, ...]
) -> Standing:
    return Standing(person_id, requirement_id, span.status, span.covered, unit_ids, posts)


def posts_on(person: PersonFacts, day: date) -> tuple[Post, ...]:
    """The posts that somebody held on a day, with the roles named in them and those given by hand."""
    by_hand = {grant.role for grant in person.grants if grant.first_day <= day <= grant.last_day}
    return tuple(
        Post(spell.place, spell.job_title, spell.roles | by_hand, person.category)
        for spell in person.spells
        if spell.first_day <= day <= spell.last_day
    )
