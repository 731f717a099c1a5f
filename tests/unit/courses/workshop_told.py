"""A workshop and a council that writes about it, for tests of words and calendar files."""

from datetime import UTC, datetime, timedelta

from courses.domain.workshops import Sitting
from courses.services.workshops.house import House
from courses.services.workshops.told import booking_path, calendar_path
from courses.store.workshops import Workshop
from foundation.calendar_file import Publisher
from reminders.services.writing.frame import plain_name
from tests.unit.reminders.told import LETTERHEAD

PUBLISHER = Publisher("Prevent training", "no-reply@council.example", "training.council.example")
HOUSE = House(LETTERHEAD, PUBLISHER, ("a key for tests",), plain_name)
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
BEGINS = datetime(2026, 12, 1, 9, 30, tzinfo=UTC)
BOOKING = "b0" * 16
ROOM = Sitting(
    "WRAP",
    BEGINS,
    BEGINS + timedelta(hours=3),
    16,
    place="Town Hall, Room 3",
    instructions="Come in by the side door.\nThere is a hearing loop.",
    cancels_until=datetime(2026, 11, 27, 17, 0, tzinfo=UTC),
)
CALL = Sitting(
    "WRAP",
    BEGINS + timedelta(days=2),
    BEGINS + timedelta(days=2, hours=2),
    16,
    joining="https://meet.council.example/wrap-3",
    cancels_until=datetime(2026, 11, 27, 17, 0, tzinfo=UTC),
    sequence=1,
)


def workshop(sitting: Sitting = ROOM, title: str = "Workshop to raise awareness of Prevent") -> Workshop:
    """The workshop as something is said about it."""
    return Workshop(7, "ab" * 16, "W-2026-014", 3, title, sitting, AT, "command:tests")


BOOKING_LINK = HOUSE.voice.address(booking_path(BOOKING))
CALENDAR_LINK = HOUSE.voice.address(calendar_path(BOOKING))
