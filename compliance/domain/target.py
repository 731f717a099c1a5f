"""Which target applies to a figure (counting rules 1 and 7)."""

from collections.abc import Iterable
from datetime import date

from compliance.domain.requirement import Target
from people.domain import is_within


def target_for(
    targets: Iterable[Target], requirement: str, day: date, unit: str | None = None
) -> Target | None:
    """The target in force on a day for a requirement, in a unit (path below its organisation) or in the whole.

    A unit is judged by its own target, else by that of the nearest unit above it, else by the requirement's own.
    Of several, the one that began last, then the highest.
    """
    in_force = [
        target
        for target in targets
        if target.requirement == requirement
        and target.first_day <= day <= target.last_day
        and (target.unit is None or (unit is not None and is_within(unit, target.unit)))
    ]
    return max(
        in_force,
        key=lambda target: (len(target.unit or ""), target.first_day, target.percent_hundredths),
        default=None,
    )
