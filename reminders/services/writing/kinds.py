"""All writers of messages, for whoever sends."""

from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from compliance.services.importing.folder import ImportFolder
from reminders.domain.outbox import Writer
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import ReminderWriter
from reminders.services.writing.report import ReportWriter
from reminders.services.writing.team import TeamWriter
from reminders.services.writing.work import WorkWriter
from reports.domain.schedule import takes_files


def writers_for(
    config: Mapping[str, Any], day_of: Callable[[datetime], date], instance_path: str
) -> tuple[Writer, ...]:
    """The writers of this service. `config`: the settings as the app keeps them; `day_of`: a moment's London day."""
    letterhead = Letterhead.of(config)
    return (
        ReminderWriter(letterhead, day_of),
        TeamWriter(letterhead, day_of),
        WorkWriter(letterhead, day_of, ImportFolder.in_instance(instance_path)),
        ReportWriter(letterhead, day_of, with_files=takes_files(str(config["MAIL_URL"]))),
    )
