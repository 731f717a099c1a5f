"""Reports that were kept: written once, read as they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zlib import compress, decompress

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from foundation.stamp import Stamp
from people.models import new_public_id
from reports.models import FrozenReportRow


@dataclass(frozen=True, slots=True)
class Frozen:
    """A report that was kept, without what it holds."""

    id: int
    public_id: str
    reference: str
    report: str
    as_at: date
    known_at: datetime
    frozen_at: datetime
    frozen_by: str
    sha256: str


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
    session: Session, stamp: Stamp, report: str, as_at: date, description: str, behind: str, sha256: str
) -> Frozen:
    """Keep a report under the next reference of its year. For use within a transaction: one writer at a time."""
    year = stamp.at.year
    number = (
        session.scalar(select(func.count()).where(FrozenReportRow.reference.startswith(f"R-{year}-"))) or 0
    )
    values: dict[str, Any] = {
        "public_id": new_public_id(),
        "reference": f"R-{year}-{number + 1:03}",
        "report": report,
        "as_at": as_at,
        "known_at": stamp.at,
        "frozen_at": stamp.at,
        "frozen_by": stamp.actor,
        "sha256": sha256,
    }
    packed = {"description": compress(description.encode(), 9), "behind": compress(behind.encode(), 9)}
    row_id = session.scalars(
        insert(FrozenReportRow).values(**values, **packed).returning(FrozenReportRow.id)
    ).one()
    return Frozen(row_id, **values)


def frozen_reports(session: Session, keys: Sequence[str]) -> list[Frozen]:
    """The reports of these kinds that were kept, the newest first."""
    query = (
        select(*_LISTED)
        .where(FrozenReportRow.report.in_(keys))
        .order_by(FrozenReportRow.as_at.desc(), FrozenReportRow.id.desc())
    )
    return [Frozen(*row) for row in session.execute(query)]


def find_frozen(session: Session, name: str) -> Frozen | None:
    """A kept report by its reference or its public id."""
    query = select(*_LISTED).where((FrozenReportRow.reference == name) | (FrozenReportRow.public_id == name))
    row = session.execute(query).one_or_none()
    return None if row is None else Frozen(*row)


def texts_of(session: Session, frozen: Frozen) -> tuple[str, str]:
    """The description of a kept report and the people behind it, as they were written."""
    query = select(FrozenReportRow.description, FrozenReportRow.behind).where(FrozenReportRow.id == frozen.id)
    description, behind = session.execute(query).one()
    return decompress(description).decode(), decompress(behind).decode()
