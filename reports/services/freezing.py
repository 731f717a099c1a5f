"""Freezing reports: a report and the people behind it kept for good, opened again as they were, and compared.

What is kept is the description, not ink: any format is drawn from it again, with the same bytes, whatever has happened
to the record since. The digest says that nobody changed it; a trigger of the database refuses to.

A large report takes seconds to make, so it is made from one snapshot before the transaction that keeps it begins, and
nobody waits for it. What is written meanwhile is not in it, and carries a later moment than the one it is known at.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge
from compliance.services.bridge import Each, bridge
from compliance.services.bridge_sources import End
from compliance.services.figures import Question
from foundation import audit
from foundation.dates import LONDON
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from reports import store
from reports.catalogue.names.people import COLUMNS, row_of
from reports.domain import kept
from reports.domain.asking import Of
from reports.domain.description import Report, Row, Rows, Section, Table
from reports.domain.part import Part, of_unit
from reports.services.building import build
from reports.services.catalogue import find
from reports.services.parts import part_numbered
from reports.services.sources.record import Record
from reports.store import Frozen


@dataclass(frozen=True, slots=True)
class Ready:
    """A report that can be kept: of a day, as the record was known at a moment, packed with the people behind it."""

    report: str
    as_at: date
    known_at: datetime
    packed: kept.Packed
    unit_id: int | None = None


def make_ready(
    session: Session,
    at: datetime,
    key: str,
    as_at: date,
    made_by: str,
    council: str,
    unit_id: int | None = None,
) -> Ready:
    """Make a report of a day that is to be kept, with everybody behind its figures, if it shows any.

    All of it comes from the snapshot of one reading transaction; call it in none that writes. It is known at the moment
    of the last act in that snapshot: whatever was being written then carries a later one (`audit.last_moment`), so
    that asking for the moment gives these figures again (`compare`). `at` is now.

    Raises NotFound for an unknown report, and DomainError should the people not add up to the figures, or where
    its rows are too many to keep (`is_streamed`), or it is of one person, team or workshop.
    """
    definition = find(key)
    if definition is not None and definition.of is not Of.ALL:
        raise DomainError("A report of one person, team or workshop is made anew each time, and never kept.")
    if definition is not None and definition.is_streamed:
        raise DomainError(
            "A list of everybody cannot be kept. Keep a report of figures: the people behind them are kept with it."
        )
    known_at = min(audit.last_moment(session) or at, at)
    part = part_numbered(session, unit_id)
    report = build(session, key, as_at, at, made_by, council, part=part)
    head = replace(report.head, known_at=known_at.astimezone(LONDON))
    rows: Sequence[Row] = ()
    checked = None
    if definition is not None and definition.shows_figures:
        checked = _Checked(Record(session, part=part), as_at)
        rows = Rows(checked.rows)
    table = Table("behind", "The people behind the figures", COLUMNS, rows)
    packed = kept.packed(replace(report, head=head), Report(key, head, (), behind=(table,)))
    if checked is not None:
        checked.refuse_what_does_not_add_up()
    return Ready(key, as_at, known_at, packed, unit_id)


def keep(session: Session, stamp: Stamp, ready: Ready) -> Frozen:
    """Keep a report that was made ready, for good. Call it in a transaction: it is short, whatever the report holds."""
    frozen = store.add_frozen(
        session, stamp, ready.report, ready.as_at, ready.known_at, ready.packed, ready.unit_id
    )
    audit.record(
        session,
        stamp,
        "report.frozen",
        f"report:{frozen.public_id}",
        report=ready.report,
        as_at=ready.as_at.isoformat(),
        sha256=frozen.sha256,
        **of_unit(ready.unit_id),
    )
    return frozen


def opened(session: Session, name: str) -> tuple[Frozen, Report, Table]:
    """A kept report by its reference, and the people behind it.

    Raises NotFound where there is none, and DomainError where what is kept is not what was written.
    """
    frozen = store.find_frozen(session, name)
    if frozen is None:
        raise NotFound(f'There is no frozen report "{name}".')
    description, behind = store.texts_of(session, frozen)
    if kept.digest(description + behind) != frozen.sha256:
        raise DomainError(
            f"{frozen.reference} is not what was frozen: its digest differs. Tell whoever looks after the database."
        )
    report = replace(kept.from_text(description), is_part=frozen.unit_id is not None)
    return frozen, report, kept.from_text(behind).behind[0]


def people_behind(report: Report, behind: Table) -> Report:
    """The people behind a kept report, as a report of its own."""
    head = replace(report.head, title=f"{report.head.title}: the people behind it")
    sections = (Section(behind.title, tables=(behind,)),)
    return Report(f"{report.key}-people", head, sections, is_part=report.is_part)


def compare(session: Session, first: Frozen, second: Frozen, each: Each | None = None) -> list[Bridge]:
    """Why the figures moved from one kept report to another: person by person, so that it adds up.

    Each end is its day as its moment knew it: what was corrected since is a reason of its own. Raises DomainError where
    the two are not of the same part of the council.
    """
    if first.unit_id != second.unit_id:
        raise DomainError(
            f"{first.reference} and {second.reference} are not of the same part of the council. "
            "Compare two of the same."
        )
    part = part_numbered(session, first.unit_id) or Part()
    question = Question(organisation=part.organisation or None, unit=part.unit or None)
    ends = End(first.as_at, first.known_at), End(second.as_at, second.known_at)
    return bridge(session, *ends, question, each=each)


class _Checked:
    """The people behind the figures of a day, added up while they are read."""

    def __init__(self, record: Record, as_at: date) -> None:
        self._record = record
        self._as_at = as_at
        self._sums: dict[str, list[int]] = {}

    def rows(self) -> Iterator[Row]:
        """A row each."""
        self._sums.clear()
        for one in self._record.people(self._as_at):
            sums = self._sums.setdefault(one.requirement, [0, 0])
            sums[0] += one.span.status.is_counted
            sums[1] += one.span.status.is_compliant
            yield row_of(one)

    def refuse_what_does_not_add_up(self) -> None:
        """The rows behind a figure are the figure (counting rule 10): a report that is kept is checked once more."""
        for line in self._record.figures(self._as_at):
            if self._sums.get(line.requirement, [0, 0]) != [line.counts.counted, line.counts.in_date]:
                raise DomainError(
                    f"The people behind {line.requirement} do not add up to its figure. "
                    "Run: flask compliance rebuild --check"
                )
