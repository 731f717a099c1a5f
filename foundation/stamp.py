"""Who is acting, and when. Every write takes a stamp; nothing below the entry points asks the clock.

Make the stamp inside the transaction. There is one writer at a time, so stamps made under its lock stand in the order
in which their facts became visible, and "known at" a moment means exactly what could be read then (counting rule 10).
"""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """`actor` is an account ("account:<public id>") or a command ("command:<system user>"), never a person's name."""

    actor: str
    at: datetime
    batch_id: int | None = None

    def in_batch(self, batch_id: int) -> "Stamp":
        """The same act as part of an import batch."""
        return replace(self, batch_id=batch_id)
