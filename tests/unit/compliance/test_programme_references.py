"""Codes that a programme file names and does not describe: a slip is refused, anything else is told."""

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
    role, course = "only posts that name it hold it", "no completion of it can be recorded"
    assert [str(notice) for notice in programme.notices] == [
        notice("15: roles[2].role", "role", "safeguarding", role),
        notice("18: accepts[2].course", "course", "PREV-RF", course),
        notice("19: accepts[3].course", "course", "WRAP", course),
    ]


def notice(place: str, noun: str, code: str, effect: str) -> str:
    missing = f'There is no {noun} "{code}" in this file. Until it is there, {effect}.'
    return f"p.toml:{place}: {missing} Add it under [[{noun}s]], or take it out here."
