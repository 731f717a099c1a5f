"""What happened to figures from one day to the next of several: what was done and ran out, who came and who left."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise

from sqlalchemy.orm import Session

from compliance.domain.flows import Flow
from compliance.services.figures import Question, Reference
from compliance.services.within import Within
from compliance.store import flows as store
from compliance.store.flows import Event
from foundation.dates import Period, day_after

Key = tuple[date, str, int | None]
"""The last day, the requirement, and the unit; None: the whole."""


@dataclass
class _Found:
    """Different people, and what happened to them, for one key."""

    completions: set[tuple[object, ...]] = field(default_factory=set)
    expiries: set[tuple[object, ...]] = field(default_factory=set)
    leavers: set[tuple[object, ...]] = field(default_factory=set)
    starters: set[tuple[object, ...]] = field(default_factory=set)


def flows(
    session: Session,
    ends: Sequence[date],
    question: Question,
    reference: Reference,
) -> dict[Key, Flow]:
    """What happened between each two days that follow one another, by the later one.

    Within what the question asks about; whole, or by units down to `question.deepest`. Nothing happened to what is not
    in the answer. A fixed number of queries for each two days.
    """
    if len(ends) < 2:
        return {}
    within = Within(reference.tree, question)
    days = Period(day_after(ends[0]), ends[-1])
    found: defaultdict[Key, _Found] = defaultdict(_Found)

    def keys(one: Event, end: date) -> Iterator[tuple[Key, tuple[object, ...]]]:
        code = reference.rules.requirement_codes[one.requirement_id]
        for place in within.of(one.unit_id):
            yield (end, code, place), (one.person_id, *one.what)

    for one in store.proofs(session, days):
        for key, what in keys(one, _end_of(one.day, ends)):
            found[key].completions.add(what)
    for one in store.ran_out(session, days):
        for key, what in keys(one, _end_of(one.day, ends)):
            found[key].expiries.add(what)
    for before, end in pairwise(ends):
        for one in store.required_only_on(session, before, end):
            for key, what in keys(one, end):
                found[key].leavers.add(what)
        for one in store.required_only_on(session, end, before):
            for key, what in keys(one, end):
                found[key].starters.add(what)
    return {
        key: Flow(len(one.completions), len(one.expiries), len(one.leavers), len(one.starters))
        for key, one in found.items()
        if question.requirement in (None, key[1])
    }


def _end_of(day: date, ends: Sequence[date]) -> date:
    """The first of these days that is not before a day."""
    return ends[bisect_left(ends, day)]
