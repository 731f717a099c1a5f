"""The rule book of the made-up council: 12 courses and 9 requirements, of which about 3 ask something of a person.

Nothing in it needs more than one statement of SQL to reckon, so that the floors and the product do the same work.
"""

from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook, Target
from courses.domain import Course

SHARES = {
    "frontline": 0.6,
    "safeguarding": 0.4,
    "leadership": 0.15,
    "front_desk": 0.3,
    "events": 0.2,
    "panel": 0.02,
    "venue": 0.1,
    "licensing": 0.05,
}
"""What part of the posts holds each role."""

_ASKS = {
    "AWARE": ("*", 90, ("AWARE-EL", "AWARE-WS", "AWARE-WEB")),
    "FRONT": ("frontline", 90, ("WRAP-WS", "WRAP-WEB")),
    "REFER": ("safeguarding", 60, ("REFER-EL", "REFER-WS")),
    "LEAD": ("leadership", 180, ("LEAD-BR",)),
    "DESK": ("front_desk", 60, ("DESK-EL",)),
    "EVENT": ("events", 30, ("AWARE-WS", "VENUE-EL")),
    "PANEL": ("panel", 30, ("PANEL-EL",)),
    "VENUE": ("venue", 90, ("VENUE-EL",)),
    "LICENCE": ("licensing", 90, ("LICENCE-EL",)),
}
_MONTHS = {
    "AWARE-EL": 24,
    "AWARE-WS": 36,
    "AWARE-WEB": 24,
    "WRAP-WS": 36,
    "WRAP-WEB": 24,
    "REFER-EL": 24,
    "REFER-WS": 36,
    "LEAD-BR": 12,
    "DESK-EL": 24,
    "VENUE-EL": 24,
    "PANEL-EL": 12,
    "LICENCE-EL": 36,
}

BOOK = RuleBook(
    courses=tuple(Course(code, f"Course {code}", validity_months=months) for code, months in _MONTHS.items()),
    requirements=tuple(Requirement(code, f"Requirement {code}") for code in _ASKS),
    links=tuple(RoleLink(code, role, days) for code, (role, days, _) in _ASKS.items()),
    accepted=tuple(
        AcceptedCourse(code, course) for code, (_, _, courses) in _ASKS.items() for course in courses
    ),
    targets=tuple(Target(code, 70_00, plan_ref="action 5") for code in _ASKS),
    name="Bench",
)


def courses_for(roles: frozenset[str]) -> list[str]:
    """The courses that holders of these roles would take."""
    return [
        course for role, _, courses in _ASKS.values() if role == "*" or role in roles for course in courses
    ]
