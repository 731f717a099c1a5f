"""The only reader of the wall clock. Everything else is given its days and moments as arguments."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present calendar day in Europe/London, whatever zone the server runs in (counting rules, preamble)."""
    return london_day(now())


def london_day(moment: datetime) -> date:
    """The Europe/London calendar day on which an aware moment falls."""
    return moment.astimezone(LONDON).date()
