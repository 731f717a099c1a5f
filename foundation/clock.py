"""The only reader of the wall clock. Everything else is given its days and moments as arguments."""

from datetime import UTC, date, datetime

from foundation.dates import LONDON, london_day

__all__ = ["LONDON", "london_day", "now", "today"]


def now() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def today() -> date:
    """The present calendar day in Europe/London, whatever zone the server runs in (counting rules, preamble)."""
    return london_day(now())
