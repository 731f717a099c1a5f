"""Who is acting, and when. Every write takes a stamp; nothing below the entry points asks the clock."""

from dataclasses import dataclass, replace
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Stamp:
    """`actor` names an account ("account:<public id>") or a command ("command:<system user>"), never a person's name."""

    actor: str
    at: datetime
    batch_id: int | None = None

    def in_batch(self, batch_id: int) -> "Stamp":
        """The same act as part of an import batch."""
        return replace(self, batch_id=batch_id)
