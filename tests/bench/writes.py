"""What is measured of writing: one completion with its timelines, and that nothing drifts after many writes."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.models import ExemptionRow
from courses.models import CompletionRow
from foundation import facts
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.stamp import Stamp
from people.models import AbsenceRow, PostSpellRow
from tests.bench.databases import Bare, Place
from tests.bench.measures import Result
from tests.bench.timing import Call, compare

GOALS = {"sqlite": 3.0, "postgresql": 4.0}
COURSES = 12


class _Draw:
    """Random facts. Completions fall on the 29th, which the council's own never do, so none is recorded twice."""

    def __init__(self, place: Place, day: date, seed: int) -> None:
        self.random = Random(seed)
        self.people = place.bare.rows("SELECT MAX(id) FROM person")[0][0]
        self.day = day
        self.given: set[tuple[int, int, date]] = set()

    def person(self) -> int:
        return self.random.randrange(1, int(self.people) + 1)

    def past_day(self) -> date:
        return self.day - timedelta(days=self.random.randrange(1, 900))

    def completion(self) -> tuple[int, int, date]:
        while True:
            month = self.random.choice((1, 3, 4, 5, 6, 7, 8, 9, 10, 12))
            day = date(self.day.year - self.random.randrange(1, 3), month, 29)
            found = (self.person(), self.random.randrange(1, COURSES + 1), day)
            if found not in self.given:
                self.given.add(found)
                return found


def one_completion(place: Place, people: int, day: date, stamp: Stamp) -> Result:
    """A completion recorded with timelines and roll-up and committed, against the bare insert and commit."""
    draw = _Draw(place, day, 1)

    def product() -> None:
        with Session(place.engine) as session, transaction(session):
            _record(session, draw, stamp)

    pair = compare(product, _bare_insert(place.bare, draw), budget=3.0)
    words = "bare insert and commit"
    goal = GOALS[place.kind]
    return Result(
        "one completion, committed", people, place.kind, pair.product_ms, pair.floor_ms, words, goal
    )


def _record(session: Session, draw: _Draw, stamp: Stamp, evidence: str = "trusted") -> None:
    person_id, course_id, day = draw.completion()
    values = {"person_id": person_id, "course_id": course_id, "completed_on": day, "evidence": evidence}
    words = {"provider": "", "reference": "", "source": "bench"}
    session.execute(insert(CompletionRow).values(**values, **words, **facts.recorded(stamp)))
    facts.touch(session, [person_id])


def _bare_insert(bare: Bare, draw: _Draw) -> Call:
    """Into a table of the same shape, so that the timelines stay those of the facts."""
    bare.rows("DROP TABLE IF EXISTS bench_completion")
    columns = (
        "person_id, course_id, completed_on, provider, reference, source, evidence, recorded_at, recorded_by"
    )
    if bare.is_sqlite:
        bare.rows("CREATE TABLE bench_completion AS SELECT * FROM completion")
    else:
        bare.rows("CREATE TABLE bench_completion (LIKE completion INCLUDING DEFAULTS INCLUDING INDEXES)")
        bare.rows("INSERT INTO bench_completion SELECT * FROM completion")
    if bare.is_sqlite:
        keys = "person_id, course_id, completed_on"
        bare.rows(f"CREATE UNIQUE INDEX bench_key ON bench_completion ({keys}) WHERE retracted_at IS NULL")
    mark = "?" if bare.is_sqlite else "%s"
    statement = f"INSERT INTO bench_completion ({columns}) VALUES ({', '.join([mark] * 9)})"

    def run() -> None:
        person_id, course_id, day = draw.completion()
        moment = "2026-01-01 00:00:00+00:00"
        row = (person_id, course_id, day.isoformat(), "", "", "bench", "trusted", moment, "command:bench")
        bare.rows(statement, row)

    return run


def drift(place: Place, day: date, stamp: Stamp, writes: int) -> list[str]:
    """Make random writes, each its own transaction; in what the derived tables then differ from a rebuild."""
    draw = _Draw(place, day, 2)
    kinds: tuple[Callable[[Session, _Draw, Stamp], None], ...] = (
        _record,
        _await,
        _retract,
        _absent,
        _exempt,
        _leave,
    )
    with Session(place.engine) as session:
        for _ in range(writes):
            with transaction(session):
                draw.random.choice(kinds)(session, draw, stamp)
        found = list(timelines.differences(session))
        session.rollback()
    return found


def _await(session: Session, draw: _Draw, stamp: Stamp) -> None:
    _record(session, draw, stamp, "awaiting")


def _retract(session: Session, draw: _Draw, stamp: Stamp) -> None:
    query = select(CompletionRow.id, CompletionRow.person_id).where(facts.known(CompletionRow, None))
    row = session.execute(query.where(CompletionRow.person_id >= draw.person()).limit(1)).first()
    if row is not None:
        facts.retract(session, CompletionRow, [row.id], stamp, "bench")
        facts.touch(session, [row.person_id])


def _absent(session: Session, draw: _Draw, stamp: Stamp) -> None:
    person_id, first = draw.person(), draw.past_day()
    last = FAR_DAY if draw.random.random() < 0.3 else first + timedelta(days=draw.random.randrange(120))
    values = {"person_id": person_id, "kind": "other", "first_day": first, "last_day": last}
    session.execute(insert(AbsenceRow).values(**values, **facts.recorded(stamp)))
    facts.touch(session, [person_id])


def _exempt(session: Session, draw: _Draw, stamp: Stamp) -> None:
    person_id, first = draw.person(), draw.past_day()
    days = {"first_day": first, "last_day": first + timedelta(days=draw.random.randrange(400))}
    words = {"requirement_id": None, "reason": "bench", "approved_by": "bench"}
    session.execute(
        insert(ExemptionRow).values(person_id=person_id, **days, **words, **facts.recorded(stamp))
    )
    facts.touch(session, [person_id])


def _leave(session: Session, draw: _Draw, stamp: Stamp) -> None:
    """Somebody's running post ends: the spell is corrected."""
    query = select(PostSpellRow).where(facts.known(PostSpellRow, None), PostSpellRow.last_day == FAR_DAY)
    row = session.scalars(query.where(PostSpellRow.person_id >= draw.person()).limit(1)).first()
    if row is None or row.first_day > draw.day:
        return
    names = ("person_id", "post_ref", "unit_id", "job_title", "manager_ref", "roles", "first_day")
    values = {name: getattr(row, name) for name in names}
    facts.retract(session, PostSpellRow, [row.id], stamp, "bench")
    session.execute(insert(PostSpellRow).values(**values, last_day=draw.day, **facts.recorded(stamp)))
    facts.touch(session, [values["person_id"]])
    session.expire_all()
