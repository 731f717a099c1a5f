"""Links by which somebody answers about a workshop: one that works, and some that do not."""

from datetime import timedelta

from sqlalchemy.orm import Session

from courses.domain.evaluation import When
from courses.domain.workshops import Sitting
from courses.services.workshops.house import house
from courses.services.workshops.tickets import Ticket, new_pair, token_of
from courses.store import course_ids, workshops
from foundation.stamp import Stamp
from tests.belongings import Thing


def evaluated(session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """A link of a workshop that is still to come; one that was changed; one of no workshop."""
    starts_at = stamp.at + timedelta(days=30)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=2), 10, place="Town Hall")
    workshop = workshops.add(session, stamp, course_ids(session)["BRIEF"], sitting)
    key = house().keys[0]
    works = token_of(key, Ticket(workshop.id, When.BEFORE, new_pair()))
    return {
        "evaluation link": [
            Thing("whoever has it", {"token": works}),
            Thing(None, {"token": f"{'B' if works[0] == 'A' else 'A'}{works[1:]}"}),
            Thing(None, {"token": token_of(key, Ticket(2**31 - 1, When.BEFORE, new_pair()))}),
        ]
    }
