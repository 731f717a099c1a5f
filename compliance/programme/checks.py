"""What must hold between the lines of a programme file: known codes, no line twice, no circles."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import combinations

from compliance.domain.change import Line, key
from compliance.domain.requirement import EVERYONE, AcceptedCourse, Requirement, RoleLink, Target, Use
from compliance.programme.reminding import check_reminders
from compliance.programme.table import SLIP, Table, did_you_mean
from compliance.programme.words import naming_key, subject
from courses.domain import Course
from foundation.dates import FAR_DAY, FIRST_DAY
from people.domain import RoleLine, RoleRule


def check(tables: Mapping[Line, Table]) -> None:
    """Note every problem between the lines in the report of their tables."""
    _references(tables)
    _overlaps(tables)
    _circles([line for line in tables if isinstance(line, Course)], tables)
    _nobody(tables)
    check_reminders(tables)


def _references(tables: Mapping[Line, Table]) -> None:
    roles = {line.code for line in tables if isinstance(line, RoleLine)}
    courses = {line.code for line in tables if isinstance(line, Course)}
    for line, table in tables.items():
        match line:
            case RoleRule():
                _known(table, "role", line.role, roles)
            case RoleLink():
                _known(table, "role", line.role, roles | {EVERYONE})
            case AcceptedCourse():
                _known(table, "course", line.course, courses)
            case Course():
                for code in line.prerequisites:
                    _known(table, "prerequisites", code, courses, "course")


_UNTIL_THEN = {
    "role": "Until it is there, only posts that name it hold it.",
    "course": "Until it is there, no completion of it can be recorded.",
}


def _known(table: Table, column: str, code: str, known: set[str], noun: str = "") -> None:
    """A code that is a slip away from a known one is refused. Any other may be meant for later: it does no harm."""
    if not code or code in known:
        return
    noun = noun or column
    missing = f'There is no {noun} "{code}" in this file.'
    slip = did_you_mean(code, known, SLIP)
    if slip:
        table.refuse(column, missing + slip)
    else:
        table.notice(column, f"{missing} {_UNTIL_THEN[noun]} Add it under [[{noun}s]], or take it out here.")


def _overlaps(tables: Mapping[Line, Table]) -> None:
    """Two lines about one thing may not hold on the same days. Targets may: the rules say which counts."""
    groups: dict[tuple[str, ...], list[Line]] = {}
    for line in tables:
        if not isinstance(line, RoleRule | Target) and all(key(line)):
            groups.setdefault(key(line), []).append(line)
    for lines in groups.values():
        for earlier, later in combinations(lines, 2):
            if _meet(earlier, later):
                tables[later].refuse(
                    naming_key(later),
                    f"{subject(later)} is already on line {tables[earlier].line} for some of the same days. "
                    "Take one of them out, or give them first_day and last_day that do not overlap.",
                )


def _meet(one: Line, other: Line) -> bool:
    if not _share(one.first_day, one.last_day, other.first_day, other.last_day):
        return False
    if isinstance(one, AcceptedCourse) and isinstance(other, AcceptedCourse):
        # The same course on other terms for those who took it earlier or later is no contradiction.
        return _share(
            one.taken_from or FIRST_DAY,
            one.taken_to or FAR_DAY,
            other.taken_from or FIRST_DAY,
            other.taken_to or FAR_DAY,
        )
    return True


def _share(first: date, last: date, other_first: date, other_last: date) -> bool:
    return first <= other_last and other_first <= last


def _circles(courses: Sequence[Course], tables: Mapping[Line, Table]) -> None:
    """Prerequisites that lead back to the course itself, on any day: nobody would know where to begin."""
    told: set[frozenset[str]] = set()
    for day in sorted({line.first_day for line in courses}):
        in_force = {line.code: line for line in courses if line.first_day <= day <= line.last_day}
        wanted = {code: line.prerequisites for code, line in in_force.items()}
        for circle in _found_circles(wanted):
            if frozenset(circle) not in told:
                told.add(frozenset(circle))
                chain = " needs ".join([*circle, circle[0]])
                tables[in_force[circle[0]]].refuse(
                    "prerequisites", f"The prerequisites go in a circle: {chain}. Take one of them out."
                )


def _found_circles(wanted: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """One circle for each course that is the first to close one, walking without recursion."""
    circles: list[list[str]] = []
    done: set[str] = set()
    for start in wanted:
        trail: list[str] = [] if start in done else [start]
        pending = [iter(wanted[start])]
        while trail:
            code = next(pending[-1], None)
            if code is None:
                done.add(trail.pop())
                pending.pop()
            elif code in trail:
                circles.append(trail[trail.index(code) :])
            elif code in wanted and code not in done:
                trail.append(code)
                pending.append(iter(wanted[code]))
    return circles


def _nobody(tables: Mapping[Line, Table]) -> None:
    """Say where a requirement can apply to nobody, or be met by nobody: allowed, but rarely meant."""
    linked = {line.requirement for line in tables if isinstance(line, RoleLink)}
    met = {line.requirement for line in tables if isinstance(line, AcceptedCourse)}
    begun = {line.requirement for line in tables if isinstance(line, AcceptedCourse) and line.use == Use.ANY}
    told: set[str] = set()
    for line, table in tables.items():
        if not isinstance(line, Requirement) or line.code in told:
            continue
        told.add(line.code)
        if line.code not in linked:
            table.notice("roles", f'No role is linked to "{line.code}", so it applies to nobody.')
        if line.code not in met:
            table.notice("accepts", f'No course is accepted for "{line.code}", so nobody can meet it.')
        elif line.code not in begun:
            table.notice(
                "accepts",
                f'Every course accepted for "{line.code}" is for renewal only, so nobody can begin.',
            )
