"""Whatever is done to a record, in whatever order, its timelines and totals are what its facts give.

And nothing is forgotten: asked what was known at an earlier moment, the product gives the figures of that moment
(counting rule 10.7); and taking everything back in reverse order leads back through the same figures.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from hypothesis import given, note
from hypothesis import strategies as st
from sqlalchemy import select

from compliance.models import FigureMonthRow, StatusSpanRow
from foundation.dates import quarter_ends
from foundation.errors import DomainError
from tests.integration.compliance.acts import (
    END_ROLE,
    GIVE_ROLE,
    REBUILD,
    UNDO,
    Act,
    anything,
    files,
    programmes,
    roles_by_hand,
    whole_workforce,
)
from tests.integration.compliance.product import Answer, Product

WATCHED = tuple(quarter_ends(date(2022, 12, 31), date(2027, 3, 31)))[::2]
"""Days on which the figures are looked at after every act, past and to come."""
BY_UNIT = (date(2024, 2, 29), date(2026, 5, 31))
FIRST = (programmes(), whole_workforce())
"""What every example begins with, or most acts would do nothing."""
ACTS = st.lists(st.one_of(anything(), anything(), roles_by_hand()), min_size=2, max_size=6)


@dataclass
class Run:
    """The acts of one example, and what was seen after each."""

    product: Product
    batches: list[tuple[str, int]] = field(default_factory=list)
    """Kind and number of what may be taken back."""
    seen: dict[datetime, list[Answer]] = field(default_factory=dict)
    latest: list[Answer] = field(default_factory=list)
    """The figures after the last act."""

    def figures(self, known_at: datetime | None = None) -> list[Answer]:
        by_unit = self.product.figures(BY_UNIT, "unit", known_at=known_at)
        return [*self.product.figures(WATCHED, known_at=known_at), *by_unit]

    def do(self, act: Act) -> None:
        """Do it; where it is refused, nothing may have changed."""
        note(str(act))
        before, refused = self.latest, False
        try:
            self._do(act)
        except DomainError as problem:
            refused = True
            note(f"refused: {problem}")
        self.latest = self.seen[self.product.now] = self.figures()
        assert not refused or self.latest == before
        assert self.product.differences() == [], act.kind

    def _do(self, act: Act) -> None:
        if act.kind == REBUILD:
            kept = derived(self.product)
            self.product.rebuild()
            assert derived(self.product) == kept
        elif act.kind == GIVE_ROLE:
            self.product.give_role(**act.options)
        elif act.kind == END_ROLE:
            self.product.end_role(act.which, **act.options)
        elif act.kind == UNDO:
            if self.batches:
                kind, batch = self.batches[act.which % len(self.batches)]
                self.product.undo(kind, batch)
                self.batches.remove((kind, batch))
        else:
            account = self.product.load(act.kind, act.content.encode(), **act.options)
            if account is not None and account.batch is not None:
                self.batches.append((act.kind, account.batch))
            again = self.product.load(act.kind, act.content.encode(), **act.options)
            assert again is None or again.changes == [], "loading the same file again changed something"


def derived(product: Product) -> list[list[tuple[Any, ...]]]:
    """Every row of the timelines and of the month totals; a total of nobody says nothing."""
    queries = (select(StatusSpanRow.__table__), select(FigureMonthRow.__table__))
    spans, months = (map(tuple, product.session.execute(query).all()) for query in queries)
    return [sorted(spans, key=repr), sorted(row for row in months if any(row[3:]))]


def test_after_any_sequence_of_acts_the_tables_are_what_the_facts_give(product: Product) -> None:
    @product.examples(60, 12, thorough=1_000)
    @given(first=st.permutations(FIRST).flatmap(lambda kinds: st.tuples(*kinds)), acts=ACTS)
    def holds(first: Sequence[Act], acts: Sequence[Act]) -> None:
        product.reset()
        run = Run(product)
        for act in (*first, *acts):
            run.do(act)
        for moment, figures in run.seen.items():
            assert run.figures(known_at=moment) == figures, f"as known at {moment}"

    holds()


def test_taking_everything_back_in_reverse_order_leads_back_through_the_same_figures(
    product: Product,
) -> None:
    @product.examples(40, 8, thorough=500)
    @given(first=st.tuples(*FIRST), acts=st.lists(files(), min_size=1, max_size=5))
    def holds(first: Sequence[Act], acts: Sequence[Act]) -> None:
        product.reset()
        run = Run(product)
        before: dict[int, list[Answer]] = {}
        for act in (*first, *acts):
            figures, known = run.latest, len(run.batches)
            run.do(act)
            if len(run.batches) > known:
                before[run.batches[-1][1]] = figures
        for kind, batch in reversed(run.batches):
            product.undo(kind, batch)  # the newest batch is never refused
            assert product.differences() == []
            assert run.figures() == before[batch], f"after batch {batch} of {kind} was taken back"

    holds()
