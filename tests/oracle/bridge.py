"""Why a person's part in a figure changed between two days, read literally from docs/bridge.md, a day at a time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TypeVar

from tests.oracle.reading import ONE_DAY, Reading, in_force, lies_under
from tests.oracle.world import Accepted, Course, Requirement, RoleLink, RoleRule, Spell, World

AWAY = ("exempt", "absent")
Part = tuple[int, int]
"""Counted, and in date: 0 or 1 each."""
Line = TypeVar("Line", Requirement, RoleLink, Accepted, RoleRule, Course)


def part(reading: Reading, ref: str, code: str, day: date, unit: str | None) -> Part:
    """What a person adds to the figure of a unit, or of everybody."""
    if not any(_inside(spell, unit) for spell in reading.applies(ref, code, day)):
        return (0, 0)
    answer = reading.answer(ref, code, day)
    return (int(answer.counted), int(answer.compliant))


def reason(
    then: Reading,
    now: Reading,
    still: Reading,
    ref: str,
    code: str,
    first: date,
    last: date,
    unit: str | None,
) -> str | None:
    """The first reason that fits; None: the person's part is the same.

    `then` is what was known at the first end, `still` what is known now with the rules of the first day (`unchanged`).
    """
    shown, after = part(then, ref, code, first, unit), part(now, ref, code, last, unit)
    if shown == after:
        return None
    if part(now, ref, code, first, unit) != shown:
        return "correction"
    on_first, on_last = _spells(now, ref, first), _spells(now, ref, last)
    if not on_first:
        return "joined"
    if not on_last:
        return "left"
    if any(_inside(spell, unit) for spell in on_first) != any(_inside(spell, unit) for spell in on_last):
        return "moved"
    if part(still, ref, code, last, unit) != after:
        return "rule_change"
    return _by_standing(still, ref, code, first, last, unit)


def _by_standing(still: Reading, ref: str, code: str, first: date, last: date, unit: str | None) -> str:
    """What remains when the rules are those of the first day all along."""
    for day in (first, last):
        if not any(_inside(spell, unit) for spell in still.applies(ref, code, day)):
            return "role_change"
    before, after = still.answer(ref, code, first), still.answer(ref, code, last)
    if before.status in AWAY or after.status in AWAY:
        return "absence"
    if after.compliant:
        counted_by_then = any(one.start <= first for one in still.countings(ref, code, first))
        return "renewed" if counted_by_then else "newly_trained"
    if before.compliant:
        return "lapsed"
    if before.status == "not_yet_due":
        return "became_due"
    assert after.status == "not_yet_due"
    if still.run(ref, code, first)[0] == still.run(ref, code, last)[0]:
        assert after.due_on is not None
        assert before.due_on is not None
        assert after.due_on > before.due_on, "only an absence puts the due day off"
        return "absence"
    day = first
    while day <= last:
        if not _spells(still, ref, day):
            return "left"
        day += ONE_DAY
    return "role_change"


def unchanged(world: World, day: date) -> World:
    """The world whose rules stay for ever what they are on a day. Facts go on."""
    requirements = tuple(
        replace(line, roles=_still(line.roles, day), accepts=_still(line.accepts, day))
        if line.last_day is None
        else line
        for line in _still(world.requirements, day)
    )
    return replace(
        world,
        requirements=requirements,
        courses=_still(world.courses, day),
        role_rules=_still(world.role_rules, day),
    )


def _still(lines: tuple[Line, ...], day: date) -> tuple[Line, ...]:
    """Those that have begun; those that hold on the day for ever."""
    begun = [line for line in lines if line.first_day is None or line.first_day <= day]
    return tuple(replace(line, last_day=None) if in_force(line, day) else line for line in begun)


def _spells(reading: Reading, ref: str, day: date) -> list[Spell]:
    return [spell for spell in reading.world.spells if spell.person_ref == ref and in_force(spell, day)]


def _inside(spell: Spell, unit: str | None) -> bool:
    return unit is None or lies_under(spell.unit, unit)
