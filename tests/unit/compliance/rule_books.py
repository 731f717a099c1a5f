"""Rule books for hypothesis: every field used, several lines about one thing, and awkward but legal text."""

from datetime import date, timedelta
from unicodedata import normalize

from hypothesis import strategies as st

from compliance.domain.change import Line, book_of
from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Kind,
    ReminderStep,
    ReminderTerms,
    Renewal,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from courses.domain import Course, Mode
from foundation.dates import FAR_DAY, FIRST_DAY
from people.domain import Category, RoleLine, RoleRule, Sector

Days = tuple[date, date]

EDGES = (date(2024, 4, 1), date(2026, 1, 1), date(2026, 2, 28))
ROLES, COURSES, REQUIREMENTS = ("frontline", "panel"), ("AW", "RF", "WR"), ("R1", "R2")
STEPS = ("first", "second_2", "_3")
UNITS = ("Care", "Care > Homes", "Parks")
SECTORS, CATEGORIES = tuple(sector.value for sector in Sector), tuple(one.value for one in Category)
TITLES = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), min_size=1, max_size=12).map(
    lambda text: normalize("NFC", text).strip() or "x"
)


@st.composite
def spans(draw: st.DrawFn, most: int = 3) -> list[Days]:
    """Periods that do not overlap; together they hold always, or leave gaps."""
    cuts = sorted(draw(st.lists(st.sampled_from(EDGES), max_size=most - 1, unique=True)))
    firsts = [FIRST_DAY, *cuts]
    lasts = [cut - timedelta(days=draw(st.integers(1, 2))) for cut in cuts] + [FAR_DAY]
    found = list(zip(firsts, lasts, strict=True))
    return [found[index] for index in sorted(draw(st.sets(st.integers(0, len(found) - 1), min_size=1)))]


@st.composite
def rule_books(draw: st.DrawFn) -> RuleBook:
    """A whole rule book whose references are all known."""
    lines: list[Line] = []
    for code in ROLES:
        lines += [RoleLine(code, draw(TITLES), draw(TITLES), *days) for days in draw(spans())]
    lines += draw(st.lists(role_rules(), max_size=3, unique=True))
    for index, code in enumerate(COURSES):
        lines += [draw(courses(code, COURSES[:index], days)) for days in draw(spans())]
    for code in draw(st.lists(st.sampled_from(REQUIREMENTS), unique=True)):
        lines += [draw(requirements(code, days)) for days in draw(spans())]
        for role in draw(st.lists(st.sampled_from((*ROLES, "*")), unique=True)):
            lines += [RoleLink(code, role, draw(st.integers(0, 3650)), *days) for days in draw(spans())]
        for course in draw(st.lists(st.sampled_from(COURSES), unique=True)):
            lines += [draw(accepted(code, course, days)) for days in draw(spans(2))]
        lines += draw(st.lists(targets(code), max_size=3, unique=True))
    duties = {line.code for line in lines if isinstance(line, Requirement) and line.kind == Kind.DUTY}
    # Each code has days of its own: no two steps say the same.
    for place, code in enumerate(draw(st.lists(st.sampled_from(STEPS), unique=True))):
        for requirement in draw(st.sets(st.sampled_from(sorted({*duties, EVERYONE})))):
            lines += [draw(steps(code, requirement, place, days)) for days in draw(spans())]
    lines += [draw(terms(days)) for days in draw(st.just([]) | spans())]
    return book_of(lines, draw(st.just("") | TITLES))


@st.composite
def role_rules(draw: st.DrawFn) -> RoleRule:
    conditions = [
        draw(st.none() | st.sampled_from(values))
        for values in (("*officer*", "Clerk"), UNITS, ("Borough",), SECTORS)
    ]
    category = draw(
        st.sampled_from(CATEGORIES) if not any(conditions) else st.none() | st.sampled_from(CATEGORIES)
    )
    job_title, unit, organisation, sector = conditions
    days = draw(spans())[0]
    return RoleRule(
        draw(st.sampled_from(ROLES)), job_title, unit, organisation, sector, category, days[0], days[1]
    )


@st.composite
def courses(draw: st.DrawFn, code: str, earlier: tuple[str, ...], days: Days) -> Course:
    prerequisites = tuple(sorted(draw(st.sets(st.sampled_from(earlier))))) if earlier else ()
    return Course(
        code=code,
        title=draw(TITLES),
        provider=draw(st.just("") | TITLES),
        mode=draw(st.sampled_from([mode.value for mode in Mode])),
        duration_minutes=draw(st.none() | st.integers(1, 10_000)),
        validity_months=draw(st.none() | st.integers(1, 120)),
        prerequisites=prerequisites,
        url=draw(st.sampled_from(("", "https://example.org/?a=1&b='2'"))),
        counts_for_facilitators=draw(st.booleans()),
        first_day=days[0],
        last_day=days[1],
    )


@st.composite
def renewals(draw: st.DrawFn) -> Renewal:
    day = draw(st.dates(date(2000, 1, 1), date(2000, 12, 31)))
    return draw(
        st.sampled_from(
            (
                Renewal("completion"),
                Renewal("anniversary", window_days=draw(st.integers(0, 3650))),
                Renewal("calendar", month=day.month, day=day.day, minimum_months=draw(st.integers(0, 120))),
            )
        )
    )


@st.composite
def requirements(draw: st.DrawFn, code: str, days: Days) -> Requirement:
    number = st.integers(0, 3650)
    return Requirement(
        code=code,
        title=draw(TITLES),
        kind=draw(st.sampled_from(("duty", "measure"))),
        sectors=tuple(sorted(draw(st.sets(st.sampled_from(SECTORS), max_size=3)))),
        units=tuple(sorted(draw(st.sets(st.sampled_from(UNITS))))),
        renewal=draw(renewals()),
        expiring_days=draw(number),
        return_due_days=draw(number),
        rejoin_gap_days=draw(number),
        shortest_absence_days=draw(number),
        first_day=days[0],
        last_day=days[1],
    )


@st.composite
def accepted(draw: st.DrawFn, requirement: str, course: str, days: Days) -> AcceptedCourse:
    taken_from, taken_to = draw(st.sampled_from(((None, None), (EDGES[0], EDGES[1]), (None, EDGES[2]))))
    return AcceptedCourse(
        requirement=requirement,
        course=course,
        use=draw(st.sampled_from(("any", "renewal"))),
        validity_months=draw(st.none() | st.integers(1, 120)),
        taken_from=taken_from,
        taken_to=taken_to,
        honoured_to=draw(st.none() | st.just(date(2027, 3, 31))),
        first_day=days[0],
        last_day=days[1],
    )


@st.composite
def targets(draw: st.DrawFn, requirement: str) -> Target:
    unit = draw(st.none() | st.sampled_from(UNITS))
    days = draw(spans())[0]
    return Target(requirement, draw(st.integers(1, 100_00)), unit, "5", draw(st.just("") | TITLES), *days)


@st.composite
def steps(draw: st.DrawFn, code: str, requirement: str, place: int, days: Days) -> ReminderStep:
    kind = draw(st.sampled_from(("welcome", "before", "overdue")))
    to = draw(st.sampled_from(("person", "manager", "head_of_service"))) if kind == "overdue" else "person"
    number = len(STEPS) * draw(st.integers(0, 120)) + place + 1
    return ReminderStep(code, kind, number, to, requirement, *days)


@st.composite
def terms(draw: st.DrawFn, days: Days) -> ReminderTerms:
    from_hour = draw(st.integers(0, 23))
    to_hour = draw(st.integers(from_hour + 1, 24))
    weekday = draw(st.sampled_from(("mon", "tue", "wed", "thu", "fri")))
    return ReminderTerms(from_hour, to_hour, draw(st.integers(1, 20)), weekday, *days)
