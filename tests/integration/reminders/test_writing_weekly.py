"""What a reminder offers depends on what its recipient has chosen already, as the record is when it leaves."""

import pytest
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from reminders.domain.outbox import Words
from reminders.services.frequency import choose
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import ReminderWriter
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_writing import message_to

LETTERHEAD = Letterhead("Example Borough Council", "Prevent training", "https://training.example.gov.uk")


@pytest.mark.parametrize(
    "weekly, said", [(False, "You can choose to get these messages once a week:"), (True, "You chose to get")]
)
def test_once_a_week_is_offered_to_those_who_have_not_chosen_it(
    weekly: bool, said: str, session: Session
) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    message, stamp = message_to(session, borough, "Sam"), stamp_on(MONDAY)()
    with transaction(session):
        choose(session, stamp, borough.ids["Sam"], borough.people["Sam"], weekly=weekly)
    with transaction(session):
        found = ReminderWriter(LETTERHEAD, clock.london_day).write(session, stamp, message, again=False)
    assert isinstance(found, Words)
    assert said in found.body
