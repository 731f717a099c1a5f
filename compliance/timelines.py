"""The timeline table and its rebuild (counting rule 9, docs/adr/0002).

`refresh` is told by `foundation.facts`, inside the transaction that changed facts, whose timelines to make anew.
`rebuild` makes everybody's. Both go through one path: for a handful of people, read what is kept, compute what should
be, write the difference to the spans and carry it into the roll-up. `differences` computes the same and writes nothing.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence

from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.orm import Session

from compliance import rollup
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, UnitSpan
from compliance.domain.timeline import Timelines
from compliance.models import StatusSpanRow, UnitSpanRow
from compliance.rollup import RolledUpUnits, RollUp
from compliance.store.facts import facts_of
from compliance.store.lists import span_of
from compliance.store.rules import load_rule_book, requirement_ids
from courses.store import course_ids
from foundation.bulk import Row, insert_rows
from foundation.facts import Progress, Touched, no_progress
from people import store as people
from people.domain import Place
from people.store import Some

SPAN: Table = StatusSpanRow.__table__  # type: ignore[assignment]  # a Table, declared as FromClause
UNIT: Table = UnitSpanRow.__table__  # type: ignore[assignment]  # as above
SPAN_COLUMNS = tuple(column.name for column in SPAN.columns)
UNIT_COLUMNS = tuple(column.name for column in UNIT.columns)

Kept = tuple[tuple[Span, ...], tuple[UnitSpan, ...]]
"""The spans of one person and requirement, and the units in which the person counts."""
NOTHING: Kept = ((), ())
FEW = 50
"""Up to so many people, their units are looked up one by one instead of reading the whole tree."""


def refresh(session: Session, touched: Touched) -> None:
    """Make anew the timelines of the people and requirements that the running transaction touched."""
    book = load_rule_book(session)
    if touched.everything:
        _refresh_some(session, _Work(session, book), None, touched.progress)
        return
    if touched.requirement_ids:
        _refresh_some(session, _Work(session, book, touched.requirement_ids), None, touched.progress)
    if touched.person_ids:
        few = len(touched.person_ids) <= FEW
        _refresh_some(session, _Work(session, book, few=few), sorted(touched.person_ids), touched.progress)


def rebuild(session: Session, progress: Progress = no_progress) -> None:
    """Make everybody's timelines and the roll-up anew from the facts alone."""
    session.execute(delete(StatusSpanRow))
    session.execute(delete(UnitSpanRow))
    rollup.empty(session)
    work = _Work(session, load_rule_book(session))
    _refresh_some(session, work, None, progress, rebuilding=True)


def _refresh_some(
    session: Session,
    work: "_Work",
    person_ids: Sequence[int] | None,
    progress: Progress = no_progress,
    *,
    rebuilding: bool = False,
) -> None:
    roll_up = RollUp(session, work.rolled_up, rebuilding)
    chunks = people.in_chunks(session, person_ids)
    for done, some in enumerate(chunks):
        progress("Timelines", done, len(chunks))
        _write_difference(session, work, some, roll_up, work.kept(some) if not rebuilding else {})
    progress("Totals", len(chunks), len(chunks))
    roll_up.write()


def _write_difference(
    session: Session, work: "_Work", some: Some, roll_up: RollUp, kept: dict[int, dict[int, Kept]]
) -> None:
    gone: list[dict[str, int]] = []
    new: list[tuple[int, int, Kept]] = []
    for person_id, wanted in work.wanted(some, kept):
        before = kept.get(person_id, {})
        if before == wanted:
            continue
        for requirement_id in before.keys() | wanted.keys():
            old, now = before.get(requirement_id, NOTHING), wanted.get(requirement_id, NOTHING)
            if old != now:
                if old is not NOTHING:
                    gone.append({"person": person_id, "requirement": requirement_id})
                new.append((person_id, requirement_id, now))
        roll_up.add(-1, before)
        roll_up.add(1, wanted)
    if gone:
        _delete(session, gone)
    new.sort(key=lambda item: item[:2])
    insert_rows(session, SPAN, SPAN_COLUMNS, work.span_rows(new))
    insert_rows(session, UNIT, UNIT_COLUMNS, _unit_rows(new))


def _delete(session: Session, gone: list[dict[str, int]]) -> None:
    for table in (SPAN, UNIT):
        session.execute(
            delete(table).where(
                table.c.person_id == bindparam("person"), table.c.requirement_id == bindparam("requirement")
            ),
            gone,
        )


def _unit_rows(new: Sequence[tuple[int, int, Kept]]) -> Iterator[Row]:
    for person_id, requirement_id, (_, units) in new:
        for unit in units:
            yield (person_id, requirement_id, unit.unit_id, unit.first_day, unit.last_day, unit.shared)


_ready: list[Timelines] = []
"""The last rule book prepared for everybody's timelines: most writes meet the one that the write before them met."""


def _timelines_under(book: RuleBook) -> Timelines:
    # What is given back is what was looked at: another thread may put its own rule book here meanwhile.
    ready = _ready[0] if _ready else None
    if ready is None or ready.book is not book:
        ready = Timelines(book)
        _ready[:] = [ready]
    return ready


class _Places(dict[int, Place]):
    """Places looked up as units turn up."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session

    def __missing__(self, unit_id: int) -> Place:
        found = self[unit_id] = people.places(self._session, unit_ids=[unit_id])[unit_id]
        return found


class _Work:
    """What a refresh needs to know of the rules, and the way between domain objects and rows."""

    def __init__(
        self, session: Session, book: RuleBook, only: Collection[int] | None = None, *, few: bool = False
    ) -> None:
        self.session = session
        self.requirement_ids = requirement_ids(session)
        self.course_ids = course_ids(session)
        self.course_codes = {course_id: code for code, course_id in self.course_ids.items()}
        self.only = only
        codes = None
        if only is not None:
            codes = [code for code, requirement_id in self.requirement_ids.items() if requirement_id in only]
        self.timelines = Timelines(book, codes) if codes is not None else _timelines_under(book)
        self.places = _Places(session) if few else people.places(session)
        self.rolled_up: Mapping[int, tuple[int, ...]] = (
            RolledUpUnits(session) if few else rollup.rolled_up_units(session)
        )

    def wanted(
        self, some: Some, kept: Mapping[int, Mapping[int, Kept]]
    ) -> Iterator[tuple[int, dict[int, Kept]]]:
        """What should be kept of each person: computed, or left as it is where only some requirements changed."""
        seen = set()
        for person_id, person in facts_of(self.session, some, self.places):
            seen.add(person_id)
            found = self._untouched(kept.get(person_id, {}))
            for code, timeline in self.timelines.of(person).items():
                found[self.requirement_ids[code]] = (timeline.spans, timeline.units)
            yield person_id, found
        for person_id in kept.keys() - seen:
            yield person_id, {}

    def _untouched(self, before: Mapping[int, Kept]) -> dict[int, Kept]:
        if self.only is None:
            return {}
        return {
            requirement_id: found
            for requirement_id, found in before.items()
            if requirement_id not in self.only
        }

    def kept(self, some: Some) -> dict[int, dict[int, Kept]]:
        """What the tables hold of each of these people, by requirement id."""
        spans: dict[tuple[int, int], list[Span]] = {}
        query = select(*SPAN.columns).where(some.among(StatusSpanRow.person_id))
        for row in self.session.execute(
            query.order_by(SPAN.c.person_id, SPAN.c.requirement_id, SPAN.c.first_day)
        ):
            spans.setdefault((row[0], row[1]), []).append(span_of(row, self.course_codes))
        units: dict[tuple[int, int], list[UnitSpan]] = {}
        asked = select(*UNIT.columns)
        for person_id, requirement_id, *unit in self.session.execute(
            asked.where(some.among(UnitSpanRow.person_id)).order_by(*UNIT.primary_key)
        ):
            units.setdefault((person_id, requirement_id), []).append(UnitSpan(*unit))
        found: dict[int, dict[int, Kept]] = {}
        for person_id, requirement_id in spans.keys() | units.keys():
            key = (person_id, requirement_id)
            kept = (tuple(spans.get(key, ())), tuple(units.get(key, ())))
            found.setdefault(person_id, {})[requirement_id] = kept
        return found

    def span_rows(self, new: Sequence[tuple[int, int, Kept]]) -> Iterator[Row]:
        """Rows of `status_span` in the order of its columns."""
        for person_id, requirement_id, (spans, _) in new:
            for span in spans:
                yield (
                    person_id,
                    requirement_id,
                    span.first_day,
                    span.last_day,
                    span.status.value,
                    span.covered,
                    span.due_on,
                    None if span.course is None else self.course_ids[span.course],
                    span.completed_on,
                    span.valid_until,
                    span.run_first_day,
                    span.role,
                    span.role_since,
                    span.returned_on,
                    span.reason_first_day,
                    span.reason_last_day,
                )


def differences(session: Session, progress: Progress = no_progress) -> Iterator[str]:
    """Every way in which the derived tables differ from a rebuild, in words; nothing when they are right."""
    work = _Work(session, load_rule_book(session))
    codes = {requirement_id: code for code, requirement_id in work.requirement_ids.items()}
    roll_up = RollUp(session, work.rolled_up, checking=True)
    chunks = people.in_chunks(session)
    for done, some in enumerate(chunks):
        progress("Checking", done, len(chunks))
        kept = work.kept(some)
        for person_id, wanted in work.wanted(some, kept):
            before = kept.get(person_id, {})
            roll_up.add(1, wanted)
            for requirement_id in sorted(before.keys() | wanted.keys()):
                if before.get(requirement_id, NOTHING) != wanted.get(requirement_id, NOTHING):
                    code = codes.get(requirement_id, str(requirement_id))
                    yield f"person {person_id}, {code}: the timeline kept is not the one the facts give"
    progress("Checking", len(chunks), len(chunks))
    yield from roll_up.differences()
