"""Codes that a programme file names and does not describe: a slip is refused, anything else is told and does no harm."""

from compliance.programme.reading import read_programme

TEXT = """
[[roles]]
code = "frontline"
title = "Front-line staff"

[[courses]]
code = "PREV-AW"
title = "Prevent awareness course"
mode = "e_learning"
validity_months = 24

[[requirements]]
code = "AWARE"
title = "Prevent awareness for front-line staff"
roles = [{ role = "frontline", days = 90 }, { role = "safeguarding", days = 30 }]
accepts = [
  { course = "PREV-AW" },
  { course = "PREV-RF", use = "renewal" },
  { course = "WRAP", taken_to = 2023-12-31, honoured_to = 2026-03-31 },
]
"""


def test_a_role_or_course_that_is_not_described_yet_is_told_with_what_follows_from_it() -> None:
    programme = read_programme(TEXT, "p.toml")
    assert {link.role for link in programme.book.links} == {"frontline", "safeguarding"}
    assert {line.course for line in programme.book.accepted} == {"PREV-AW", "PREV-RF", "WRAP"}
    told = [str(notice) for notice in programme.notices]
    assert told == [
        'p.toml:15: roles[2].role: There is no role "safeguarding" in this file. Until it is there, only posts that '
        "name it hold it. Add it under [[roles]], or take it out here.",
        'p.toml:18: accepts[2].course: There is no course "PREV-RF" in this file. Until it is there, no completion of '
        "it can be recorded. Add it under [[courses]], or take it out here.",
        'p.toml:19: accepts[3].course: There is no course "WRAP" in this file. Until it is there, no completion of it '
        "can be recorded. Add it under [[courses]], or take it out here.",
    ]
