"""Freezing reports: a report and the people behind it kept for good, opened again as they were, and compared.

What is kept is the description, not ink: any format is drawn from it again, with the same bytes, whatever has happened
to the record since. The digest says that nobody changed it; a trigger of the database refuses to.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.bridge import Bridge
from compliance.services.bridge import Each, bridge
from compliance.services.bridge_sources import End
from compliance.services.figures import Question
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from reports import store
from reports.catalogue.names.people import COLUMNS, row_of
from reports.domain import kept
from reports.domain.asking import Line, Of, Standing
from reports.domain.description import Report, Section, Table
from reports.services.building import build
from reports.services.catalogue import find
from reports.services.sources.record import Record
from reports.store import Frozen


def freeze(session: Session, stamp: Stamp, key: str, as_at: date, made_by: str, council: str) -> Frozen:
    """Keep a report of a day for good, with everybody behind its figures, if it shows any. Call it in a transaction.

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
    report = build(session, key, as_at, stamp.at, made_by, council)
    people: list[Standing] = []
    if definition is not None and definition.shows_figures:
        record = Record(session)
        people = list(record.people(as_at))
        _refuse_what_does_not_add_up(record.figures(as_at), people)
    table = Table("behind", "The people behind the figures", COLUMNS, tuple(map(row_of, people)))
    description = kept.to_text(report)
    behind = kept.to_text(Report(key, report.head, (), behind=(table,)))
    frozen = store.add_frozen(
        session, stamp, key, as_at, description, behind, kept.digest(description + behind)
    )
    audit.record(
        session,
        stamp,
        "report.frozen",
        f"report:{frozen.public_id}",
        report=key,
        as_at=as_at.isoformat(),
        sha256=frozen.sha256,
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
    return frozen, kept.from_text(description), kept.from_text(behind).behind[0]


def people_behind(report: Report, behind: Table) -> Report:
    """The people behind a kept report, as a report of its own."""
    head = replace(report.head, title=f"{report.head.title}: the people behind it")
    return Report(f"{report.key}-people", head, (Section(behind.title, tables=(behind,)),))


def compare(session: Session, first: Frozen, second: Frozen, each: Each | None = None) -> list[Bridge]:
    """Why the figures moved from one kept report to another: person by person, so that it adds up.

    Each end is its day as its moment knew it: what was corrected since is a reason of its own.
    """
    return bridge(
        session, End(first.as_at, first.known_at), End(second.as_at, second.known_at), Question(), each=each
    )


def _refuse_what_does_not_add_up(lines: Iterable[Line], people: Iterable[Standing]) -> None:
    """The rows behind a figure are the figure (counting rule 10): a report that is kept is checked once more."""
    found: dict[str, list[int]] = {}
    for one in people:
        sums = found.setdefault(one.requirement, [0, 0])
        sums[0] += one.span.status.is_counted
        sums[1] += one.span.status.is_compliant
    for line in lines:
        sums = found.get(line.requirement, [0, 0])
        if sums != [line.counts.counted, line.counts.in_date]:
            raise DomainError(
                f"The people behind {line.requirement} do not add up to its figure. "
                "Run: flask compliance rebuild --check"
            )
