"""What kept reports and schedules are called on a page: the title, and the part of the council that they are of."""

from collections.abc import Callable

from foundation.db import db
from reports.domain.schedule import Wanted
from reports.services import building, parts
from reports.store import Frozen
from reports.store.schedules import Sent

Titled = Callable[[Frozen | Sent | Wanted], str]


def titled() -> Titled:
    """What gives one its title. The units are read once for a page."""
    titles, units = building.titles(), parts.parts_by_number(db.session())
    return lambda one: parts.title_of(titles.get(one.report, one.report), one.unit_id, units)
