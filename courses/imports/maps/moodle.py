"""Moodle: the global course completion report. It lists courses that were only begun, too."""

import re
from datetime import date

from foundation.tables import Column, choice_cell, day_or_moment_cell
from people.imports.incoming import ColumnMap, Values

_COMPLETE, _INCOMPLETE = "complete", "incomplete"
_WORDS = {
    "Completed": _COMPLETE,
    "Completed via RPL": _COMPLETE,
    "Complete (RPL)": _COMPLETE,
    "Passed": _COMPLETE,
    "Pass": _COMPLETE,
    "Yes": _COMPLETE,
    "In progress": _INCOMPLETE,
    "Not completed": _INCOMPLETE,
    "Not yet completed": _INCOMPLETE,
    "Not yet started": _INCOMPLETE,
    "Not started": _INCOMPLETE,
    "Enrolled": _INCOMPLETE,
    "Booked": _INCOMPLETE,
    "Failed": _INCOMPLETE,
    "Fail": _INCOMPLETE,
    "No": _INCOMPLETE,
}


_LONG = re.compile(
    r"(?:[A-Za-z]{3,9}, )?(\d{1,2}) ([A-Za-z]{3})[a-z]* (\d{4})(?:, \d{1,2}:\d{2}(?::\d{2})?(?: ?[AaPp][Mm])?)?\Z"
)


def moodle_day(cell: str) -> date:
    """A day as Moodle writes it in English, or in one of the usual forms.

    >>> moodle_day("Friday, 3 April 2026, 10:05 AM"), moodle_day("2026-04-03")
    (datetime.date(2026, 4, 3), datetime.date(2026, 4, 3))
    """
    long = _LONG.match(cell.strip())
    text = f"{long[1]} {long[2]} {long[3]}" if long else cell
    return day_or_moment_cell(text, date(1800, 1, 1), date(2999, 12, 31))


def completed_only(values: Values) -> Values | None:
    """The row, if it is about something that was completed. A row without a status is judged by its date."""
    status = values.pop("status", None)
    if status == _INCOMPLETE or (status is None and values["completed_on"] is None):
        return None
    return values


MAP = ColumnMap(
    name="moodle",
    title="Moodle",
    aliases={"Course": "course_code", "Timecompleted": "completed_on", "Completion status": "status"},
    extra=(Column("status", label="Completion status", parse=choice_cell([_COMPLETE, _INCOMPLETE], _WORDS)),),
    parsers={"completed_on": moodle_day},
    optional=frozenset({"completed_on"}),
    convert=completed_only,
    left_out="not completed (in progress, not started or failed)",
)
