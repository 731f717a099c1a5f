"""What is measured of reminders: reading everybody who has something to do on a day, as the plan reads them.

The floor is one statement by hand that fetches the same spans through the bare driver, every column that a reminder
rests on. It makes nothing of them: no last day in time, no cycle.
"""

from datetime import date

from sqlalchemy import event
from sqlalchemy.orm import Session

from compliance.store.rules import load_rules
from reminders.services.planning import CHUNK
from reminders.store.dues import everybody_due
from tests.bench import floors
from tests.bench.databases import Place
from tests.bench.measures import Result
from tests.bench.timing import compare

NAME = "reminders due today"
GOAL = 2.0

_SPANS = """
SELECT s.person_id, s.requirement_id, s.status, s.covered, s.due_on, s.course_id, s.completed_on, s.valid_until,
       s.run_first_day, s.returned_on, s.reason_last_day
  FROM status_span s JOIN requirement_line l ON l.requirement_id = s.requirement_id AND l.kind = 'duty'
   AND l.retracted_at IS NULL AND l.first_day <= :d AND l.last_day >= :d
 WHERE s.status IN ('expiring', 'not_yet_due', 'expired', 'outstanding') AND s.last_day >= :d AND s.first_day <= :d
 ORDER BY s.person_id, s.requirement_id"""


def of_dues(place: Place, people: int, day: date) -> tuple[Result, int]:
    """The reading of a day, and with how many queries."""
    floor = floors.floor(place.bare, _SPANS, {"d": day.isoformat()})

    def product() -> int:
        with Session(place.engine) as session:
            return _read(session, day)

    spans, asked = floor(), _queries(place, product)
    assert product() == len(spans), "the plan reads other spans than the floor"
    pair = compare(product, floor)
    return Result(
        NAME, people, place.kind, pair.product_ms, pair.floor_ms, "its spans in one statement", GOAL
    ), asked


def _read(session: Session, day: date) -> int:
    rules = load_rules(session)
    return sum(len(some) for some in everybody_due(session, rules, day, CHUNK))


def _queries(place: Place, product: object) -> int:
    seen: list[object] = []
    event.listen(place.engine, "before_cursor_execute", lambda *_: seen.append(1))
    assert callable(product)
    product()
    return len(seen)
