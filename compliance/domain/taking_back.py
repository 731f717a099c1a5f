"""Undoing a change of the rule book that was made: from a day on it says again what it said before. Pure."""

from dataclasses import replace
from datetime import date

from compliance.domain.change import Key, Line, RuleChange, change, key, lines_of
from compliance.domain.drafting import carried_over
from compliance.domain.requirement import (
    AcceptedCourse,
    ReminderStep,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from courses.domain import Course
from people.domain import RoleLine, RoleRule


def taken_back(made: RuleChange, recorded: RuleBook, day: date) -> RuleBook:
    """The rule book of the record, but what a change touched is from a day on as it was before that change.

    The days before stay as they are (docs/adr/0005). Raises CollisionError where something about the same things was
    changed since: what is said of them by now was said in the knowledge of this change.
    """
    before, after = made.before, made.after
    if recorded.name != after.name:
        before = replace(before, name=after.name)  # it was renamed since, and keeps that name
    return change(recorded, carried_over(after, before, recorded), day).after


def left_hanging(made: RuleChange, undone: RuleBook, day: date) -> list[Line]:
    """What was built since on a course, role or requirement that a change brought, and that goes with it."""
    standing = [line for line in lines_of(undone) if line.last_day >= day]
    brought = {key(line) for line in made.added if isinstance(line, Course | RoleLine | Requirement)}
    gone = brought - {key(line) for line in standing}
    return [line for line in standing if not gone.isdisjoint(_rests_on(line))]


def _rests_on(line: Line) -> set[Key]:
    """The courses, roles and requirements that a line names."""
    match line:
        case RoleRule():
            return {("role", line.role)}
        case RoleLink():
            return {("role", line.role), ("requirement", line.requirement)}
        case AcceptedCourse():
            return {("course", line.course), ("requirement", line.requirement)}
        case Target() | ReminderStep():
            return {("requirement", line.requirement)}
        case Course():
            return {("course", code) for code in line.prerequisites}
        case _:
            return set()
