"""Reports that were kept: written once, read as they are."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from zlib import decompress

from sqlalchemy import func, insert, or_, select
from sqlalchemy.orm import Session

from foundation.stamp import Stamp
from people.models import new_public_id
from reports.domain.kept import Packed
from reports.domain.part import read_stored, stored, stored_of_parts
from reports.models import FrozenReportRow


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report that was kept, without what it holds. `unit_id`: the unit that it is of; None: everybody."""

    id: int
    public_id: str
    reference: str
    report: str
    as_at: date
    known_at: datetime
    frozen_at: datetime
    frozen_by: str
    sha256: str
    unit_id: int | None = None


_LISTED = (
    FrozenReportRow.id,
    FrozenReportRow.public_id,
    FrozenReportRow.reference,
    FrozenReportRow.report,
    FrozenReportRow.as_at,
    FrozenReportRow.known_at,
    FrozenReportRow.frozen_at,
    FrozenReportRow.frozen_by,
    FrozenReportRow.sha256,
)


def add_frozen(
    session: Session,
    stamp: Stamp,
    report: str,
    as_at: date,
    known_at: datetime,
    packed: Packed,
    unit_id: int | None = None,
) -> Frozen:
    """Keep a report under the next reference of its year. For use within a transaction: one writer at a time."""
    year = stamp.at.year
    number = (
        session.scalar(select(func.count()).where(FrozenReportRow.reference.startswith(f"R-{year}-"))) or 0
    )
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "reference": f"R-{year}-{number + 1:03}",
        "report": stored(report, unit_id),
        "as_at": as_at,
        "known_at": known_at,
        "frozen_at": stamp.at,
        "frozen_by": stamp.actor,
        "sha256": packed.sha256,
    }
    texts = {"description": packed.description, "behind": packed.behind}
    row_id = session.scalars(
        insert(FrozenReportRow).values(**values, **texts).returning(FrozenReportRow.id)
    ).one()
    return _frozen((row_id, *values.values()))


def frozen_reports(session: Session, keys: Sequence[str]) -> list[Frozen]:
    """The reports of these kinds that were kept, the newest first."""
    query = (
        select(*_LISTED)
        .where(
            or_(
                FrozenReportRow.report.in_(keys),
                *(FrozenReportRow.report.startswith(stored_of_parts(key)) for key in keys),
            )
        )
        .order_by(FrozenReportRow.as_at.desc(), FrozenReportRow.id.desc())
    )
    return [_frozen(row) for row in session.execute(query)]


def _frozen(row: Sequence[Any]) -> Frozen:
    number, public_id, reference, text, *others = row
    report, unit_id = read_stored(text)
    return replace(Frozen(number, public_id, reference, report, *others), unit_id=unit_id)


def find_frozen(session: Session, name: str) -> Frozen | None:
    """A kept report by its reference or its public id."""
    query = select(*_LISTED).where((FrozenReportRow.reference == name) | (FrozenReportRow.public_id == name))
    row = session.execute(query).one_or_none()
    return None if row is None else _frozen(row)


def texts_of(session: Session, frozen: Frozen) -> tuple[str, str]:
    """The description of a kept report and the people behind it, as they were written."""
    query = select(FrozenReportRow.description, FrozenReportRow.behind).where(FrozenReportRow.id == frozen.id)
    description, behind = session.execute(query).one()
    return decompress(description).decode(), decompress(behind).decode()
