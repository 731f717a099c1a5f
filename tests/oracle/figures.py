"""Counting rules 7 and 8 read literally: people are looked at one by one and counted one by one."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from tests.oracle.world import SEPARATOR, Requirement, Spell, Target

if TYPE_CHECKING:
    from tests.oracle.reading import Reading

STATUSES = ("exempt", "absent", "not_yet_due", "expiring", "awaiting_check", "expired", "outstanding")
Place = tuple[str | None, str | None]


def figures(
    reading: Reading, day: date, by: str | None, unit: str | None, requirement: str | None
) -> dict[str, Any]:
    """Rows ordered by requirement, organisation and unit path, and the people-based figure."""
    rows = []
    for line in _shown(reading, day, requirement):
        if by in ("role", "sector"):
            rows += _by_group(reading, line, day, by, unit)
            continue
        for place in _places(reading, by, unit):
            refs = _counting_in(reading, line, day, place, unit)
            row = _row(reading, line, day, refs, place, unit)
            if by is None or row["required"]:
                rows.append(row)
    return {"as_at": day.isoformat(), "rows": rows, "people": _people_based(reading, day, unit, requirement)}


def people(reading: Reading, day: date, unit: str | None, requirement: str | None) -> list[dict[str, Any]]:
    """A row for every person and requirement that is not `not_required`."""
    rows = []
    for line in _shown(reading, day, requirement):
        for ref in _counting_in(reading, line, day, (None, unit)):
            answer = reading.answer(ref, line.code, day)
            rows.append(
                {
                    "person_ref": ref,
                    "requirement": line.code,
                    "status": answer.status,
                    "counted": answer.counted,
                    "due_on": _iso(answer.due_on),
                    "course": answer.course,
                    "completed_on": _iso(answer.completed_on),
                    "valid_until": _iso(answer.valid_until),
                }
            )
    return rows


def floored(part: int, whole: int) -> str:
    """A percentage with one decimal, rounded down: 69.96 is "69.9"."""
    tenths = 1000 * part // whole
    return f"{tenths // 10}.{tenths % 10}"


def _shown(reading: Reading, day: date, requirement: str | None) -> list[Requirement]:
    codes = sorted({line.code for line in reading.world.requirements})
    lines = [reading.line(code, day) for code in codes if requirement in (None, code)]
    return [line for line in lines if line is not None]


def _places(reading: Reading, by: str | None, unit: str | None) -> list[Place]:
    world = reading.world
    if by is None:
        return [(None, None)]
    if by == "organisation":
        return sorted((organisation.name, None) for organisation in world.organisations)
    paths: set[tuple[str, str]] = set()
    for organisation, path in [(u.organisation, u.path) for u in world.units] + [
        (spell.organisation, spell.unit) for spell in world.spells
    ]:
        parts = path.split(SEPARATOR) if path else []
        paths |= {(organisation, SEPARATOR.join(parts[:depth])) for depth in range(1, len(parts) + 1)}
    return [(o, p) for o, p in sorted(paths) if unit is None or _at_or_below(p, unit)]


def _counting_in(
    reading: Reading, line: Requirement, day: date, place: Place, unit: str | None = None
) -> list[str]:
    """Rule 8: the people with a spell in the place or below it to which the requirement applies."""
    organisation, path = place

    def inside(spell: Spell) -> bool:
        return (
            (organisation is None or spell.organisation == organisation)
            and (path is None or _at_or_below(spell.unit, path))
            and (unit is None or _at_or_below(spell.unit, unit))
        )

    refs = sorted(person.ref for person in reading.world.people)
    return [ref for ref in refs if any(inside(spell) for spell in reading.applies(ref, line.code, day))]


def _by_group(
    reading: Reading, line: Requirement, day: date, by: str, unit: str | None
) -> list[dict[str, Any]]:
    """A row a role or sector: the people with a spell of it to which the requirement applies; no role comes last."""
    sectors = {organisation.name: organisation.sector for organisation in reading.world.organisations}
    members: dict[str, list[str]] = {}
    for ref in _counting_in(reading, line, day, (None, unit)):
        spells = [
            spell
            for spell in reading.applies(ref, line.code, day)
            if unit is None or _at_or_below(spell.unit, unit)
        ]
        if by == "sector":
            groups = {sectors[spell.organisation] for spell in spells}
        else:
            groups = {role for spell in spells for role in reading.roles(spell, day)} or {""}
        for group in groups:
            members.setdefault(group, []).append(ref)
    rows = []
    for group in sorted(members, key=lambda code: (code == "", code)):
        row = _row(reading, line, day, members[group], (None, None), unit)
        rows.append({**row, by: group or None})
    return rows


def _row(
    reading: Reading, line: Requirement, day: date, refs: list[str], place: Place, unit: str | None
) -> dict[str, Any]:
    answers = [reading.answer(ref, line.code, day) for ref in refs]
    required, counted = len(answers), sum(answer.counted for answer in answers)
    compliant, covered = (
        sum(answer.compliant for answer in answers),
        sum(answer.covered for answer in answers),
    )
    row: dict[str, Any] = {"requirement": line.code, "organisation": place[0], "unit": place[1]}
    row |= {"required": required, "counted": counted, "compliant": compliant, "covered": covered}
    row |= {status: sum(answer.status == status for answer in answers) for status in STATUSES}
    row["percent"] = floored(compliant, counted) if counted else None
    row["gross_percent"] = floored(covered, required) if counted else None
    target = target_of(line, day, place[1] if place[1] is not None else unit)
    row |= {"target": None, "target_met": None, "people_to_target": None, "rag": None}
    if counted and target is not None:
        still_needed = 0
        while 100 * (compliant + still_needed) < target * counted:
            still_needed += 1
        met = 100 * compliant >= target * counted
        near = 100 * compliant >= (target - 10) * counted
        row |= {"target": target, "target_met": met, "people_to_target": still_needed}
        row["rag"] = "green" if met else "amber" if near else "red"
    return row


def target_of(line: Requirement, day: date, unit: str | None) -> int | None:
    """The target of the nearest unit at or above, else of the requirement; newest first, then highest."""
    parts = unit.split(SEPARATOR) if unit else []
    nearest_first = [SEPARATOR.join(parts[:depth]) for depth in range(len(parts), 0, -1)]
    for wanted in [*nearest_first, None]:
        found = [target for target in line.targets if target.unit == wanted and _in_force(target, day)]
        if found:
            return max(found, key=lambda target: (target.first_day or date.min, target.percent)).percent
    return None


def _people_based(reading: Reading, day: date, unit: str | None, requirement: str | None) -> dict[str, Any]:
    counted: set[str] = set()
    lacking: set[str] = set()
    for line in _shown(reading, day, requirement):
        for ref in _counting_in(reading, line, day, (None, unit)):
            answer = reading.answer(ref, line.code, day)
            if answer.counted:
                counted.add(ref)
            if answer.counted and not answer.compliant:
                lacking.add(ref)
    compliant = len(counted - lacking)
    percent = floored(compliant, len(counted)) if counted else None
    return {"counted": len(counted), "compliant_in_all": compliant, "percent": percent}


def _in_force(target: Target, day: date) -> bool:
    return (target.first_day or date.min) <= day <= (target.last_day or date.max)


def _at_or_below(unit: str, top: str) -> bool:
    return unit == top or unit.startswith(top + SEPARATOR)


def _iso(day: date | None) -> str | None:
    return day.isoformat() if day else None
