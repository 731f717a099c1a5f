"""Small and nasty worlds for hypothesis: few facts, all of them close to each other's boundaries.

New days are made from days that are already in the world (the same day, its neighbours, a validity or a
window later), so that boundaries meet far more often than chance would have it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import strategies as st

from tests.oracle.draw import ANCHORS, MONTHS, Draw
from tests.oracle.reading import Dated, add_months
from tests.oracle.world import (
    EVERYONE,
    SEPARATOR,
    Absence,
    Accepted,
    Basis,
    Completion,
    Course,
    Evidence,
    Exemption,
    Grant,
    Organisation,
    Person,
    Renewal,
    Requirement,
    RoleLink,
    RoleRule,
    Spell,
    Target,
    Unit,
    Use,
    World,
)

FIRST = date(2020, 1, 1)
LAST = date(2027, 12, 31)
BASES: tuple[Basis, ...] = ("completion", "anniversary", "calendar")
LENGTHS = (10, 59, 60, 61, 85, 0, 300)
GAPS = (30, 31, 0, 1, 2, 3, 4, 29)
EVIDENCE: tuple[Evidence, ...] = ("trusted", "verified", "trusted", "verified", "awaiting", "rejected")
PATHS = ("Careers", "Care", "Care > Homes", "Care > Homes > North", "Parks")
SCOPES = ("Care", "Care > Homes", "Parks")
TITLES = ("Housing Officer", "Senior housing officer (North)", "Clerk")
PATTERNS = ("*housing officer*", "housing officer", "CLERK", "?lerk*", "*")
ROLES = ("frontline", "panel")
COURSES = ("AW", "RF", "WR")


@st.composite
def worlds(
    draw: st.DrawFn,
    *,
    max_people: int = 4,
    first: date = FIRST,
    last: date = LAST,
    completed_until: date | None = None,
    bases: tuple[Basis, ...] = BASES,
    history: bool = False,
) -> World:
    """A whole world. `completed_until` is the last day of a completion (importers refuse later ones).

    With `history` the rule book changes over time too: requirements and courses with several lines, accepted
    courses with days of their own or accepted in two ways.
    """
    make = Draw(draw, first, last, [draw(st.sampled_from(ANCHORS))])
    sectors = (make.one_of(("council", "school")), make.one_of(("school", "health")))
    organisations = tuple(
        Organisation(name, sector)
        for name, sector in (("Borough", sectors[0]), ("Academy", sectors[1]))[: make.count(1, 2)]
    )
    units = tuple(
        Unit(organisation.name, path)
        for organisation in organisations
        for path in make.some(PATHS, least=1)[:3]
    )
    people = tuple(
        Person(f"P{number}", make.one_of(("employee", "agency")))
        for number in range(1, make.count(1, max_people) + 1)
    )
    courses = tuple(
        line
        for index, code in enumerate(COURSES[: make.count(1, 3)])
        for line in _course_lines(make, code, COURSES[:index], history)
    )
    codes = tuple(sorted({course.code for course in courses}))
    requirements = tuple(
        line
        for code in ("R1", "R2")[: make.count(1, 2)]
        for line in _requirement_lines(make, code, codes, bases, history)
    )
    edges = _edges(requirements)
    spells = [_spells(make, person, organisations, units) for person in people]
    return World(
        organisations=organisations,
        units=units,
        people=people,
        spells=tuple(spell for of_person in spells for spell in of_person),
        absences=tuple(absence for of_person in spells for absence in _absences(make, of_person)),
        completions=tuple(
            c for person in people for c in completions(make, person.ref, codes, edges, completed_until)
        ),
        exemptions=tuple(e for person in people for e in _exemptions(make, person.ref)),
        grants=tuple(grant for of_person in spells for grant in _grants(make, of_person)),
        courses=courses,
        roles=ROLES,
        role_rules=tuple(_role_rule(make, organisations) for _ in range(make.count(0, 2))),
        requirements=requirements,
    )


@st.composite
def histories(draw: st.DrawFn, *, most: int = 8, bases: tuple[Basis, ...] = ("anniversary",)) -> World:
    """One person, one requirement and many completions, for the anniversary rule above all.

    Most completions fall on the edges of the windows before the ends that those before them may have.
    """
    make = Draw(draw, FIRST, LAST, [draw(st.sampled_from(ANCHORS))])
    codes = COURSES[: make.count(1, 2)]
    courses = tuple(Course(code, None if make.chance(10) else make.one_of(MONTHS)) for code in codes)
    accepts = tuple(
        Accepted(
            code,
            use="renewal" if index and make.chance(4) else "any",
            months=make.one_of(MONTHS) if make.chance(4) else None,
            honoured_to=make.maybe_day(8),
        )
        for index, code in enumerate(codes)
    )
    renewal = _renewal(make, bases)
    requirement = Requirement("R1", accepts=accepts, renewal=renewal, expiring_days=make.one_of((60, 0, 1)))
    months = {course.code: course.validity_months or 12 for course in courses}
    months |= {accepted.course: accepted.months for accepted in accepts if accepted.months is not None}
    window = renewal.window_days
    edges = tuple(
        timedelta(days=number) for number in (window, window // 2, 0, 1, window + 1, window - 1, -1)
    )
    ends: list[date] = []
    found: dict[tuple[str, date], Completion] = {}
    for _ in range(make.count(1, most)):
        course = make.one_of(codes)
        day = make.one_of(tuple(ends)) - make.one_of(edges) if ends and not make.chance(5) else make.day()
        if found and len(codes) > 1 and make.chance(3):
            day = make.one_of(tuple(found))[1]
        day = max(min(day, LAST), FIRST)
        ends += [
            add_months(end, months[course]) for end in ends if end - timedelta(days=window) <= day <= end
        ]
        ends.append(add_months(day, months[course]))
        ends = sorted({end for end in ends if end < LAST})[-40:]
        revoked_on = make.maybe_day(12, day)
        evidence = make.one_of(EVIDENCE) if make.chance(3) else "trusted"
        found[course, day] = Completion("P1", course, day, evidence, revoked_on)
    return World(
        organisations=(Organisation("Borough"),),
        people=(Person("P1"),),
        spells=(Spell("P1", "P1-1", "Borough", min(day for _, day in found) - timedelta(days=40)),),
        completions=tuple(found.values()),
        courses=courses,
        requirements=(requirement,),
    )


def _edges(requirements: tuple[Requirement, ...]) -> tuple[date, ...]:
    """The days on which accepted courses begin and cease to be taken, and on which calendars turn."""
    lines = [line for requirement in requirements for line in requirement.accepts]
    edges = [day for line in lines for day in (line.taken_from, line.taken_to, line.honoured_to) if day]
    turns = [requirement.renewal for requirement in requirements if requirement.renewal.basis == "calendar"]
    edges += [date.fromisoformat(f"{year}-{renewal.month_day}") for renewal in turns for year in (2023, 2024)]
    return tuple(edges)


def completions(
    make: Draw, person_ref: str, codes: tuple[str, ...], edges: tuple[date, ...], until: date | None
) -> tuple[Completion, ...]:
    """Up to six completions, many of them on the edge of what a rule allows."""
    found: dict[tuple[str, date], Completion] = {}
    for _ in range(make.count(0, 6)):
        course = make.one_of(codes)
        if edges and make.chance(3):
            day = min(make.one_of(edges) + timedelta(days=make.one_of((0, 0, 1, -1))), until or make.last)
        else:
            day = make.day(most=until)
        revoked_on = make.maybe_day(8, day)
        found[course, day] = Completion(person_ref, course, day, make.one_of(EVIDENCE), revoked_on)
    return tuple(found.values())


def _spells(
    make: Draw, person: Person, organisations: tuple[Organisation, ...], units: tuple[Unit, ...]
) -> list[Spell]:
    """Up to three spells in one or two posts; spells of one post follow each other, with gaps or without."""
    spells: list[Spell] = []
    free_from: dict[str, date | None] = {}
    for _ in range(make.one_of((1, 2, 3, 2, 1, 3, 2, 0))):
        post = f"{person.ref}-{make.count(1, 2)}"
        if post in free_from and free_from[post] is None:
            continue
        least = free_from.get(post)
        if least is not None and not make.chance(3):
            first_day = min(least + timedelta(days=make.one_of(GAPS)), make.last)
        else:
            first_day = make.day(least)
        if least is None:
            first_day = max(first_day - timedelta(days=make.one_of((200, 0, 600, 40))), make.first)
        if make.chance(3):
            last_day: date | None = min(first_day + timedelta(days=make.one_of(LENGTHS)), make.last)
        else:
            last_day = make.maybe_day(3, first_day)
        place = make.one_of((*(Unit(o.name, "") for o in organisations), *units))
        spells.append(
            Spell(
                person_ref=person.ref,
                post_ref=post,
                organisation=place.organisation,
                unit=place.path,
                first_day=first_day,
                last_day=last_day,
                job_title=make.one_of(TITLES),
                roles=tuple(sorted(make.some(ROLES))),
            )
        )
        free_from[post] = (
            last_day + timedelta(days=1) if last_day is not None and last_day < make.last else None
        )
    return spells


def _absences(make: Draw, spells: list[Spell]) -> list[Absence]:
    """Up to two absences, about as long as the shortest that counts; many end as a spell begins."""
    absences: dict[tuple[str, date], Absence] = {}
    for _ in range(make.count(0, 2) if spells else 0):
        length = timedelta(days=make.one_of((0, 1, 26, 27, 28, 60)))
        if make.chance(3):
            first_day = (
                make.one_of(tuple(spells)).first_day - length + timedelta(days=make.one_of((0, -1, 1)))
            )
        else:
            first_day = make.day()
        last_day = None if make.chance(4) else first_day + length
        if last_day is not None:
            make.days.append(last_day)
        kind = make.one_of(("parental", "other"))
        absences[kind, first_day] = Absence(spells[0].person_ref, first_day, last_day, kind)
    return list(absences.values())


def _exemptions(make: Draw, person_ref: str) -> list[Exemption]:
    exemptions: dict[tuple[str, date], Exemption] = {}
    for _ in range(make.count(0, 2) if make.chance(2) else 0):
        requirement, first_day = make.one_of(("R1", "*")), make.day()
        exemptions[requirement, first_day] = Exemption(
            person_ref, requirement, first_day, make.day(first_day)
        )
    return list(exemptions.values())


def _grants(make: Draw, spells: list[Spell]) -> list[Grant]:
    """Up to three roles given by hand; those of one role follow each other. Many begin or end where a spell does."""
    grants: list[Grant] = []
    free_from: dict[str, date | None] = {}
    for _ in range(make.one_of((1, 2, 3, 2, 1, 0)) if spells else 0):
        role = make.one_of(ROLES)
        least = free_from.get(role)
        if role in free_from and least is None:
            continue
        if least is not None and make.chance(2):
            first_day = min(least + timedelta(days=make.one_of(GAPS)), make.last)
        elif make.chance(2):
            spell = make.one_of(tuple(spells))
            first_day = spell.first_day + timedelta(days=make.one_of((0, 1, -1, 40)))
            first_day = min(max(first_day, least or make.first), make.last)
        else:
            first_day = make.day(least)
        last_day = make.maybe_day(2, first_day)
        grants.append(Grant(spells[0].person_ref, role, first_day, last_day))
        free_from[role] = (
            last_day + timedelta(days=1) if last_day is not None and last_day < make.last else None
        )
    return grants


def _course_lines(make: Draw, code: str, earlier: tuple[str, ...], history: bool) -> list[Course]:
    line = Course(
        code,
        validity_months=None if make.chance(5) else make.one_of(MONTHS),
        prerequisites=make.some(earlier) if earlier and make.chance(3) else (),
    )
    if not (history and make.chance(3)):
        return [line]
    change = make.day()
    later = replace(line, validity_months=make.one_of((*MONTHS, None)), first_day=change)
    return [replace(line, last_day=change - timedelta(days=1)), later]


def _role_rule(make: Draw, organisations: tuple[Organisation, ...]) -> RoleRule:
    condition = make.one_of(("job_title", "unit", "organisation", "sector", "category"))
    second = make.one_of(("", "", "job_title", "category", "unit"))
    first_day, last_day = make.period(3)
    wanted = {condition, second}
    return RoleRule(
        role=make.one_of(ROLES),
        job_title=make.one_of(PATTERNS) if "job_title" in wanted else None,
        unit=make.one_of(SCOPES) if "unit" in wanted else None,
        organisation=make.one_of(organisations).name if "organisation" in wanted else None,
        sector=make.one_of(organisations).sector if "sector" in wanted else None,
        category=make.one_of(("employee", "agency")) if "category" in wanted else None,
        first_day=first_day,
        last_day=last_day,
    )


def _renewal(make: Draw, bases: tuple[Basis, ...]) -> Renewal:
    return Renewal(
        basis=make.one_of(bases),
        window_days=make.one_of((90, 30, 60, 90, 0, 1)),
        month_day=make.one_of(("03-31", "02-28", "12-31", "03-01")),
        minimum_months=make.one_of((6, 0, 1, 12)),
    )


def _links(make: Draw) -> tuple[RoleLink, ...]:
    """One to three links; two links of one role never hold on the same day."""
    links: list[RoleLink] = []
    shape = make.one_of(("everyone", "steps", "some"))
    if shape == "steps":  # a role taken on later brings the first due day forward, or not
        days = make.one_of((30, 0, 5))
        return RoleLink(EVERYONE, 90), RoleLink(make.one_of(ROLES), days, make.maybe_day(3))
    for role in (EVERYONE,) if shape == "everyone" else make.some((EVERYONE, *ROLES), least=1):
        first_day, last_day = make.period(4)
        links.append(RoleLink(role, make.one_of((0, 1, 30, 90)), first_day, last_day))
        if last_day is not None and last_day < make.last and make.chance(2):
            later = make.day(last_day + timedelta(days=1))
            links.append(RoleLink(role, make.one_of((0, 30, 90)), later))
    return tuple(links)


def _accepts(make: Draw, codes: tuple[str, ...], history: bool) -> tuple[Accepted, ...]:
    lines: list[Accepted] = []
    for course in make.some(codes, least=1):
        use: Use = "renewal" if lines and make.chance(3) else "any"
        taken_from = make.maybe_day(6)
        taken_to = make.maybe_day(6, taken_from)
        line = Accepted(
            course=course,
            use=use,
            months=make.one_of(MONTHS) if make.chance(4) else None,
            taken_from=taken_from,
            taken_to=taken_to,
            honoured_to=make.maybe_day(6, taken_to or taken_from),
        )
        if history and make.chance(4):
            first_day, last_day = make.period(2)
            line = replace(line, first_day=first_day, last_day=last_day)
        lines.append(line)
        if history and make.chance(5):
            second: Use = "any" if use == "renewal" else "renewal"
            lines.append(replace(line, use=second, taken_from=None, taken_to=make.maybe_day(2)))
    return tuple(lines)


def _targets(make: Draw) -> tuple[Target, ...]:
    """Targets that differ in unit, percent or first day."""
    targets: dict[tuple[str | None, date | None, int], Target] = {}
    for _ in range(make.count(0, 3)):
        unit = make.one_of((None, *PATHS[1:4]))
        first_day, last_day = make.period(3)
        target = Target(make.one_of((70, 80, 5, 50, 100)), unit, first_day, last_day)
        targets[unit, first_day, target.percent] = target
    return tuple(targets.values())


def _requirement_lines(
    make: Draw, code: str, codes: tuple[str, ...], bases: tuple[Basis, ...], history: bool
) -> list[Requirement]:
    first_day, last_day = make.period(6)
    line = Requirement(
        code=code,
        roles=_links(make),
        accepts=_accepts(make, codes, history),
        renewal=_renewal(make, bases),
        units=make.some(SCOPES, least=1) if make.chance(5) else (),
        sectors=make.some(("council", "school"), least=1) if make.chance(6) else (),
        first_day=first_day,
        last_day=last_day,
        expiring_days=make.one_of((60, 0, 1, 30)),
        return_due_days=make.one_of((30, 0, 5)),
        rejoin_gap_days=make.one_of((30, 0, 1, 3)),
        shortest_absence_days=make.one_of((28, 1, 2)),
        targets=_targets(make),
        kind=make.one_of(("duty", "measure")),
    )
    if not (history and make.chance(2)):
        return [line]
    change = make.day(line.first_day, line.last_day)
    earlier = replace(line, last_day=change - timedelta(days=1))
    later = replace(
        line,
        first_day=change,
        renewal=_renewal(make, bases),
        expiring_days=make.one_of((60, 0, 30)),
        return_due_days=make.one_of((30, 0, 5)),
        rejoin_gap_days=make.one_of((30, 0, 1, 3)),
        roles=_links(make) if make.chance(2) else line.roles,
        accepts=_accepts(make, codes, history) if make.chance(2) else line.accepts,
    )
    return [later] if line.first_day == change else [earlier, later]


def interesting_days(world: World) -> list[date]:
    """Every day that a fact or a rule names, and its neighbours: where the answers may change."""
    links = [link for requirement in world.requirements for link in requirement.roles]
    accepts = [line for requirement in world.requirements for line in requirement.accepts]
    dated: list[Dated] = [*world.spells, *world.absences, *world.exemptions, *links, *accepts]
    dated += world.grants
    dated += [*world.role_rules, *world.requirements, *world.courses]
    named = {day for line in dated for day in (line.first_day, line.last_day) if day is not None}
    named |= {line.honoured_to for line in accepts if line.honoured_to is not None}
    for completion in world.completions:
        named |= {completion.completed_on} | ({completion.revoked_on} if completion.revoked_on else set())
    return sorted({day + timedelta(days=offset) for day in named for offset in (-1, 0, 1)})


def unit_paths(world: World) -> list[str]:
    """Every unit path of the world and the paths above it."""
    paths = {unit.path for unit in world.units} | {spell.unit for spell in world.spells if spell.unit}
    parts = [path.split(SEPARATOR) for path in paths]
    return sorted({SEPARATOR.join(part[:depth]) for part in parts for depth in range(1, len(part) + 1)})
