"""The calendar file of one's duties: their last days, as all-day entries that block nothing."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from foundation.calendar_file import Entry, Publisher, calendar_file, uid
from foundation.formats import long_date
from reminders.domain.calendar_file import Calls, DutyDay

BEFORE: Final = timedelta(days=7)
"""How long before the day the calendar speaks up."""
_SUMMARY = {Calls.DO: "Training due: {}", Calls.RENEW: "Training to renew: {}"}
_SAYS = {Calls.DO: "Last day to complete it: {}.", Calls.RENEW: "Valid until the end of {}."}


def duties_file(
    publisher: Publisher, person: str, duties: Iterable[DutyDay], link: str, at: datetime
) -> bytes:
    """The last days of duties. `person`: a random id, for the uids alone. `at` is the moment of what is told."""
    entries = (
        Entry(
            uid(publisher.host, "duty", person, duty.requirement),
            at,
            duty.day,
            duty.day + timedelta(days=1),
            _SUMMARY[duty.calls].format(duty.title),
            link,
            f"{_SAYS[duty.calls].format(long_date(duty.day))}\n{link}",
            blocks_time=False,
            remind_before=BEFORE,
        )
        for duty in duties
    )
    return calendar_file(publisher, entries)
