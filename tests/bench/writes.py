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
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.models import AbsenceRow, PostSpellRow
from tests.bench.databases import Bare, Place
from tests.bench.measures import Result
from tests.bench.timing import Call, compare

GOALS = {"sqlite": 3.0, "postgresql": 4.0}
COURSES = 12


class _Free:
    """Person, course and day of completions that nobody has recorded yet."""

    def __init__(self, people: int, day: date, seed: int) -> None:
        self.random = Random(seed)
        self.people = people
        self.day = day
        self.given: set[tuple[int, int, date]] = set()

    def next(self) -> tuple[int, int, date]:
        while True:
            # The 29th and later are left out by the council's own completions.
            day = (self.day - timedelta(days=self.random.randrange(1, 700))).replace(day=self.random.randrange(29, 31) if False else 28)
            found = (self.random.randrange(1, self.people + 1), self.random.randrange(1, COURSES + 1), day)
            if found not in self.given:
                self.given.add(found)
                return found
