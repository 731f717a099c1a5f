"""What is measured of the figures and lists: a product's call, the floor beside it, and the goal of performance.md."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.services.figures import By, Question, figures, figures_on
from compliance.services.lists import Lists
from foundation.dates import add_months, month_end, month_ends
from people.models import PersonRow
from people.store import Team
from tests.bench import floors
from tests.bench.council import Council
from tests.bench.databases import Place
from tests.bench.duck import Duck
from tests.bench.timing import Call, compare

LARGE = 50_000
"""The size M, for which some goals are set."""


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the report. `goal` is the highest ratio of product to floor that will do; None where none is set."""

    name: str
    people: int
    database: str
    product_ms: float
    floor_ms: float
    floor: str
    goal: float | None = None

    @property
    def ratio(self) -> float:
        return self.product_ms / max(self.floor_ms, 1e-6)

    @property
    def met(self) -> bool | None:
        return None if self.goal is None else self.ratio <= self.goal


@dataclass(frozen=True, slots=True)
class Measure:
    """A call of the product and its floor, which must give the same answer where `agree` can compare them."""

    name: str
    product: Callable[[Session], object]
    floor: Call
    words: str
    goal: float | None = None


def of_figures(place: Place, council: Council, people: int, day: date) -> Iterator[Result]:
    """As-at figures, breakdowns, trend, forecast, lists, a team and a person."""
    duck = Duck(place.bare, ["span"])
    for measure in [*_as_at(place, people, day), *_trends(duck, people, day), *_lists(place, council, day)]:
        pair = compare(_within_session(place, measure.product), measure.floor)
        yield Result(
            measure.name, people, place.kind, pair.product_ms, pair.floor_ms, measure.words, measure.goal
        )
    duck.close()


def _within_session(place: Place, product: Callable[[Session], object]) -> Call:
    """The call as a request makes it: a session of its own, given back at the end."""

    def run() -> object:
        with Session(place.engine) as session:
            return product(session)

    return run


def _as_at(place: Place, people: int, day: date) -> Iterator[Measure]:
    values = floors.as_at(day)
    asked = (
        ("figures: whole", Question(), floors.WHOLE, None),
        ("figures: by organisation", Question(by=By.ORGANISATION), floors.BY_ORGANISATION, 0),
        ("figures: by directorate", Question(by=By.UNIT, deepest=1), floors.BY_DIRECTORATE, 1),
    )
    for name, question, statement, depth in asked:
        product = _figures(day, question)
        yield Measure(name, product, floors.floor(place.bare, statement, values), "roll-up by hand")
        raw = floors.floor(place.bare, floors.raw(place.bare.is_sqlite, depth), values)
        yield Measure(
            f"{name}, raw", product, raw, "raw facts in one statement", 1 / 300 if people >= LARGE else None
        )
    every = floors.floor(place.bare, floors.EVERY_UNIT, values)
    yield Measure("figures: every unit", _figures(day, Question(by=By.UNIT)), every, "spans by hand", 2.0)


def _figures(day: date, question: Question) -> Callable[[Session], object]:
    return lambda session: figures(session, day, question)


def _trends(duck: Duck, people: int, day: date) -> Iterator[Measure]:
    back = list(month_ends(add_months(day.replace(day=1), -36), add_months(month_end(day), -1)))
    ahead = list(month_ends(day, add_months(day, 11)))
    goal = 1 / 10 if people >= LARGE else None
    for name, days in (("trend, 36 month ends", back), ("forecast, 12 month ends", ahead)):
        yield Measure(name, _on(days), _duck_trend(duck, days), "DuckDB over the spans", goal)


def _on(days: list[date]) -> Callable[[Session], object]:
    return lambda session: figures_on(session, days, Question())


def _duck_trend(duck: Duck, days: list[date]) -> Call:
    return lambda: duck.trend(days)


def _lists(place: Place, council: Council, day: date) -> Iterator[Measure]:
    values = floors.as_at(day)
    with Session(place.engine) as session:
        manager = session.scalars(
            select(PersonRow.id).where(PersonRow.person_ref == council.team_manager)
        ).one()

    def service(session: Session) -> object:
        lists = Lists(session)
        return list(lists.every(day, lists.filters(Question(unit=council.service))))

    def own_team(session: Session) -> object:
        lists = Lists(session)
        filters = lists.filters(Question(), team=Team(manager, day))
        return lists.page(day, filters), lists.figures(day, filters)

    of_service = floors.floor(place.bare, floors.SERVICE, {"d": values["d"], "path": council.service})
    yield Measure("one service's people", service, of_service, "spans by hand")
    of_team = {"d": values["d"], "manager": council.team_manager}
    listed = floors.floor(place.bare, floors.TEAM_LIST, of_team)
    counted = floors.floor(place.bare, floors.TEAM_COUNTS, of_team)
    yield Measure("a manager's team", own_team, lambda: (listed(), counted()), "spans by hand")
    person = floors.floor(place.bare, floors.PERSON, {"person": manager})
    yield Measure("one person", lambda session: Lists(session).of_person(manager), person, "spans by hand")


def disagreements(place: Place, day: date) -> list[str]:
    """Where the product's figures are not those of the raw facts, in words: required and covered by requirement."""
    raw = {
        row[0]: (row[1], int(row[2]))
        for row in floors.floor(place.bare, floors.raw(place.bare.is_sqlite), {"d": day.isoformat()})()
    }
    with Session(place.engine) as session:
        ids = {row[1]: row[0] for row in place.bare.rows("SELECT id, code FROM requirement")}
        found = {
            ids[row.requirement]: (row.counts.required, row.counts.covered)
            for row in figures(session, day, Question()).rows
        }
    return [
        f"requirement {key}: figures {found.get(key)}, raw facts {raw.get(key)}"
        for key in sorted(raw.keys() | found.keys())
        if raw.get(key) != found.get(key)
    ]
