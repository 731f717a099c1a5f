"""What each school of the made-up borough is: plainly invented, and the same for the same seed and day."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from random import Random

from app.demo.facts import School, Spell
from foundation.dates import add_days

FIRST_URN = 900_001
"""No school in England has a number like this: theirs begin with 1."""
_WITHOUT_AUDIT = 12
"""One school in so many has not been audited yet."""
_GAPS = (0, 0, 0, 0, 1, 1, 2, 3)


def school_facts(rng: Random, spells: Iterable[Spell], as_at: date) -> list[School]:
    """One line for each school: about as many staff as hold a post there, an audit within three years."""
    staff = Counter(
        spell.seat.workplace.organisation
        for spell in spells
        if spell.seat.workplace.sector == "school"
        and spell.first_day <= as_at
        and (spell.last_day is None or spell.last_day >= as_at)
    )
    counted_on = add_days(as_at, -rng.randint(20, 300))
    found = []
    for number, name in enumerate(sorted(staff)):
        audited = number % _WITHOUT_AUDIT != _WITHOUT_AUDIT - 1
        audit_on = add_days(as_at, -rng.randint(30, 1000))
        gaps = rng.choice(_GAPS)
        found.append(
            School(
                name,
                _phase(name, number),
                str(FIRST_URN + number),
                max(1, staff[name] + rng.randint(-2, 4)),
                counted_on,
                audit_on if audited else None,
                gaps if audited else None,
            )
        )
    return found


def _phase(name: str, number: int) -> str:
    if not name.endswith("Academy"):
        return "primary"
    return "all_through" if number % 3 == 0 else "secondary"
