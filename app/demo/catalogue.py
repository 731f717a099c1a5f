"""Which course was taken on a day: what was on offer then, and what suits the person."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

GOV_UK_SINCE = date(2022, 11, 1)
"""From here on the GOV.UK courses; before, the Home Office packages."""
WRAP_UNTIL = date(2023, 12, 31)
GRIFFIN_UNTIL = date(2019, 12, 31)

_PROVIDERS = {
    "PREV-BRF": "Prevent team",
    "PREV-LOC": "Prevent team",
    "PREV-DEEP": "Prevent Coordinator",
    "PREV-TTT": "Home Office and Prevent team",
    "PREV-MEM": "Prevent Coordinator",
    "PREV-IND": "Prevent Coordinator",
    "PREV-LEAD": "Prevent Coordinator",
    "WRAP": "Home Office, accredited local facilitator",
    "HR-LOC": "Civil Protection and SO20 local lead",
    "SCAN-CCTV": "National Protective Security Authority",
    "SCAN-CF": "National Protective Security Authority",
    "GRIFFIN": "Police",
    "LS-LOC": "Street Enforcement and SO20 local lead",
    "HO-EL16": "Home Office",
    "HO-REF18": "Home Office",
    "HO-CH18": "Home Office",
    "MELEARN": "Commercial e-learning library",
    "ACT-AW": "Counter Terrorism Policing",
    "ACT-EDU": "Counter Terrorism Policing",
    "NHS-L12": "NHS e-learning for healthcare",
    "NHS-L3": "NHS e-learning for healthcare",
}
_GOV_UK = "Home Office (GOV.UK)"
_WORKSHOPS = frozenset(
    {"WRAP", "PREV-LOC", "HR-LOC", "LS-LOC", "SCAN-CCTV", "SCAN-CF", "GRIFFIN", "PREV-DEEP"}
)
_WORKSHOPS |= {"PREV-TTT"}
_CERTIFICATE_FREE = _WORKSHOPS | {"PREV-BRF", "PREV-MEM", "PREV-IND", "PREV-LEAD", "NHS-L12", "NHS-L3"}
_AWARENESS = frozenset({"PREV-AW", "PREV-LOC", "PREV-BRF", "WRAP", "HO-EL16"})
COURSES = frozenset({*_PROVIDERS, "PREV-AW", "PREV-RF", "PREV-REF", "PREV-REFR", "PREV-CH"})
"""Every course that the borough has taught."""


@dataclass(frozen=True)
class Taught:
    """A course as taken; `certificate`: the learner's own file is the only proof."""

    course: str
    day: date
    provider: str
    reference: str
    certificate: bool


def taught(rng: Random, course: str, day: date) -> Taught:
    """The course on a day on which it ran: workshops on second Tuesdays, the rest on working days."""
    if course in _WORKSHOPS:
        ran = workshop_day(day)
        if course == "WRAP" and ran > WRAP_UNTIL:
            course = "PREV-LOC"
        reference = f"WS-{ran:%Y-%m-%d}"
    elif course in _CERTIFICATE_FREE:
        ran = _working_day(day)
        reference = f"BR-{ran:%Y-%m}" if course.startswith("PREV") else ""
    else:
        ran = _working_day(day)
        reference = f"C{rng.randrange(10**8):08d}" if rng.random() < 0.7 else ""
    return Taught(course, ran, _PROVIDERS.get(course, _GOV_UK), reference, course not in _CERTIFICATE_FREE)


def workshop_day(day: date) -> date:
    """The second Tuesday of a month, on or after the day."""
    for first in (day.replace(day=1), (day.replace(day=1) + timedelta(days=32)).replace(day=1)):
        tuesday = first + timedelta(days=(1 - first.weekday()) % 7 + 7)
        if tuesday >= day:
            return tuesday
    raise AssertionError("the next month always has a second Tuesday on or after the day")


def _working_day(day: date) -> date:
    return day - timedelta(days=max(0, day.weekday() - 4))


def briefing_day(year: int, number: int) -> date:
    """Leaders are briefed in April, May and June, on the third Wednesday."""
    first = date(year, 4 + number, 1)
    return first + timedelta(days=(2 - first.weekday()) % 7 + 14)


def inset_day(year: int, number: int) -> date:
    """Schools train together on one of the first working days of September."""
    first = date(year, 9, 1)
    return _working_day(first + timedelta(days=(7 - first.weekday()) % 7 + number % 3))


def awareness(rng: Random, day: date, earlier: set[str], *, crew: bool, workshops: float) -> str:
    """An awareness course for somebody new to Prevent, or the refresher for somebody who is not."""
    if crew:
        return "PREV-BRF" if rng.random() < 0.85 or day > WRAP_UNTIL else "WRAP"
    if rng.random() < workshops:
        return "WRAP" if day <= WRAP_UNTIL and (rng.random() < 0.7 or day.year < 2021) else "PREV-LOC"
    if day < GOV_UK_SINCE:
        return "MELEARN" if rng.random() < 0.03 else "HO-EL16"
    return "PREV-RF" if earlier & _AWARENESS and rng.random() < 0.55 else "PREV-AW"


def e_learning(day: date) -> str:
    """The Home Office's awareness course of the time."""
    return "HO-EL16" if _working_day(day) < GOV_UK_SINCE else "PREV-AW"


def referrals(day: date, earlier: set[str]) -> str:
    """The referrals course, or its refresher."""
    if day < GOV_UK_SINCE:
        return "HO-REF18"
    return "PREV-REFR" if "PREV-REF" in earlier else "PREV-REF"


def missing_prerequisite(course: str, earlier: set[str]) -> str:
    """The course to take first; empty when nothing is missing."""
    if course in ("PREV-REF", "PREV-CH"):
        return "" if earlier & {"PREV-AW", "WRAP"} else "PREV-AW"
    if course in ("HO-REF18", "HO-CH18"):
        return "" if earlier & {"HO-EL16", "WRAP"} else "HO-EL16"
    return ""


def hostile(rng: Random, day: date, title: str) -> str:
    """Hostile reconnaissance: the local workshop, or the course for control rooms."""
    if day <= GRIFFIN_UNTIL and rng.random() < 0.5 and workshop_day(day) <= GRIFFIN_UNTIL:
        return "GRIFFIN"
    return "SCAN-CCTV" if title == "CCTV Operator" and rng.random() < 0.5 else "HR-LOC"
