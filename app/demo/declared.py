"""The plan's starting numbers, and what a partner of the made-up borough tells without names."""

from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.headcount import DeclaredKind
from compliance.services.declared import Telling, declare
from foundation.dates import FIRST_DAY, Period, add_days, add_months
from foundation.stamp import Stamp
from people.domain import Account, Permission, Sector
from people.store import organisation_id

BEFORE = date(2017, 3, 31)
"""The year for which the plan was written began on the next day."""
STARTING = ((Sector.SCHOOL, 1400), (Sector.OTHER, 600))
"""The plan's own words: over 1,400 school staff have received WRAP, and a further 600 across other sectors."""
PARTNER, PEOPLE = "Havenbrook Faith Forum", 24
_DECLARER = Account(0, "", "", permissions=frozenset({Permission.LEARNING}))


def declare_numbers(session: Session, stamp: Stamp, as_at: date) -> None:
    """Record them; inside a transaction."""
    for sector, people in STARTING:
        days = Period(FIRST_DAY, BEFORE)
        told = Telling(
            DeclaredKind.STARTING,
            None,
            sector,
            "WRAP",
            days,
            people,
            "The Prevent strategy and delivery plan",
            "Opening numbers of the plan",
        )
        declare(session, stamp, _DECLARER, told, as_at)
    last = add_days(as_at.replace(day=1), -1)
    days = Period(add_days(add_months(last, -3), 1), last)
    leads = organisation_id(session, PARTNER)
    told = Telling(DeclaredKind.PERIOD, leads, "", "WRAP", days, PEOPLE, "The chair of the forum")
    declare(session, stamp, _DECLARER, told, as_at)
