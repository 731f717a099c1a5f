"""Which reports were kept of which days."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from reports.models import FrozenReportRow


def references_of(session: Session, report: str, days: Collection[date]) -> dict[date, str]:
    """The reference of a report that was kept of each of these days, the latest where there are several."""
    query = (
        select(FrozenReportRow.as_at, FrozenReportRow.reference)
        .where(FrozenReportRow.report == report, FrozenReportRow.as_at.in_(sorted(days)))
        .order_by(FrozenReportRow.frozen_at, FrozenReportRow.id)
    )
    return dict(session.execute(query).all())
