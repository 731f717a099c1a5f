"""Reports that are kept, and schools, for tests that ask for what is theirs and what is not."""

from sqlalchemy.orm import Session

from foundation.stamp import Stamp
from reports.domain.schedule import Every, Wanted
from reports.services.freezing import keep, make_ready
from reports.services.scheduling import schedule
from tests.belongings import NOBODY, Thing, World
from tests.borough import SCHOOL


def reported(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """A report of the catalogue, which is made anew for whoever asks; two that were kept, and one that was not."""
    today = world.borough.today
    ready = make_ready(session, stamp.at, "targets", today, "tests", "Example Borough Council")
    first, second = (keep(session, stamp, ready).public_id for _ in range(2))
    wanted = Wanted("targets", Every.QUARTER, None, ("coordinator@council.example",), today)
    scheduled = schedule(session, stamp, wanted, today, with_files=True)
    day = {"as_at": today.isoformat()}
    return {
        "report": [
            Thing("everybody", {"key": "targets", "form": "csv"}, query=day),
            Thing(None, {"key": "nothing", "form": "csv"}, query=day),
        ],
        "report of somebody": [
            Thing("everybody", {"key": "my-requirements"}, fields={"looked_for": "Sam"}),
            Thing(None, {"key": "targets"}, fields={"looked_for": "Sam"}),
        ],
        "commentary": [
            Thing("everybody", {"key": "targets", "about": "AWARE"}, query=day),
            Thing(None, {"key": "expiring", "about": "AWARE"}, query=day),
        ],
        "school": [
            Thing("everybody", {"public_id": world.borough.units[SCHOOL]}),
            Thing(None, {"public_id": NOBODY}),
        ],
        "criterion": [
            Thing("everybody", {"criterion": "needs"}),
            Thing(None, {"criterion": "nothing"}),
        ],
        "kept report": [
            Thing(
                "everybody", {"public_id": second, "form": "csv"}, query={"first": first, "second": second}
            ),
            Thing(None, {"public_id": NOBODY, "form": "csv"}, query={"first": NOBODY, "second": NOBODY}),
        ],
        "report schedule": [
            Thing("everybody", {"public_id": scheduled}),
            Thing(None, {"public_id": NOBODY}),
        ],
    }
