"""Absences and exemptions."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random

from app.demo.facts import Absence, Exemption, Spell

_KINDS = (
    ("long_term_sick", 34, 35, 240),
    ("parental", 40, 150, 365),
    ("career_break", 6, 180, 360),
    ("secondment_out", 12, 180, 500),
    ("suspension", 4, 30, 120),
    ("other", 4, 10, 60),
)
"""Kind, weight, shortest and longest length in days."""
_A_YEAR = 0.065
"""Long absences a year for each person in post: 3 to 4 % are away on any day."""
_REASONS = (
    ("AWARE", "Delivers accredited Prevent training elsewhere; certificate seen"),
    ("AWARE", "Leaves within the quarter; no contact with the public until then"),
    ("HOSTILE", "Holds an advanced qualification; certificate seen"),
    ("LEAFLET", "Office-based for the length of a project"),
    ("*", "Apprentice released to college for the year"),
    ("AWARE-OTHER", "Fixed-term exchange with another authority that has trained them"),
)


def absences(rng: Random, spells: list[Spell], as_at: date) -> list[Absence]:
    """Long absences of council and school staff; some under way, a third of those with no known end."""
    careers: dict[str, tuple[date, date]] = {}
    for spell in spells:
        if spell.seat.category != "employee" or spell.person.pinned or spell.seat.boss is None:
            continue
        first, last = careers.get(spell.person.ref, (spell.first_day, date.min))
        careers[spell.person.ref] = (first, max(last, min(spell.last_day or as_at, as_at)))
    rows = []
    for ref, (first, last) in careers.items():
        day = max(first, as_at - timedelta(days=8 * 365))
        while True:
            day += timedelta(days=round(rng.expovariate(_A_YEAR / 365.25)) + 1)
            if day >= last:
                break
            kind, _, shortest, longest = rng.choices(_KINDS, [kind[1] for kind in _KINDS])[0]
            end = day + timedelta(days=rng.randint(shortest, longest))
            open_ended = end > as_at and rng.random() < 1 / 3
            if last < as_at:
                end = min(end, last)
            rows.append(Absence(ref, kind, day, None if open_ended else end))
            day = end
    return rows


def exemptions(
    rng: Random, spells: list[Spell], approvers: tuple[str, str], as_at: date, scale: float
) -> list[Exemption]:
    """A few dozen, half of them over; nobody approves their own."""
    roles = {"AWARE": "frontline", "HOSTILE": "security", "LEAFLET": "street", "AWARE-OTHER": "back_office"}
    rows = []
    running = [s for s in spells if s.last_day is None and s.first_day < as_at - timedelta(days=200)]
    running = [s for s in running if s.seat.category == "employee" and s.seat.workplace.sector == "council"]
    for number in range(max(6, round(48 * scale))):
        requirement, reason = _REASONS[number % len(_REASONS)]
        fitting = [s for s in running if roles.get(requirement, "frontline") in s.seat.kinds]
        fitting = [s for s in fitting if not s.person.pinned]
        if not fitting:
            continue
        person = rng.choice(fitting).person
        approver = approvers[0] if person.ref != approvers[0] else approvers[1]
        first = as_at - timedelta(days=rng.randint(10, 180) if number % 2 else rng.randint(400, 1500))
        rows.append(
            Exemption(
                person.ref,
                requirement,
                reason,
                approver,
                first,
                first + timedelta(days=rng.choice((182, 364))),
            )
        )
    return rows
