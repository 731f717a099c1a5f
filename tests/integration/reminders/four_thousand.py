"""A council of 4,000 people of whom each has a name that nobody else has, written straight into the tables.

Everybody is known by a number that stands in name, e-mail address and payroll number, and nowhere else: whoever finds
one in a message knows whose it is. 40 heads of service have 10 managers each, and these share out the others.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from compliance.models import StatusSpanRow
from compliance.store.rules import load_rule_book, load_rules, write_change
from courses.domain import Course
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.facts import recorded
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from tests.integration.reminders.steps import STEPS, stamp_on

PEOPLE, HEADS, MANAGERS_EACH = 4000, 40, 10
_TOKEN = re.compile(r"[FLMN]q(\d{4})", re.IGNORECASE)


@dataclass
class Council:
    """Who is whose manager, by number; the number of a person is known by the id too."""

    numbers: dict[int, int] = field(default_factory=dict)
    teams: dict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    without_email: set[int] = field(default_factory=set)

    def below(self, number: int) -> set[int]:
        """Those who report to somebody, and those who report to them."""
        own = self.teams.get(number, set())
        return own | {one for manager in own for one in self.teams.get(manager, set())}


def numbers_in(text: str) -> set[int]:
    """Of whom there is a name, an address or a number in a text."""
    return {int(found) for found in _TOKEN.findall(text)}


def address_of(number: int) -> str:
    return f"mq{number:04}@council.example"


def rules() -> RuleBook:
    return RuleBook(
        courses=(
            Course("PREV", "Prevent course", "Home Office", "e_learning", 40, 24, (), "https://www.gov.uk/"),
        ),
        requirements=(
            Requirement("AWARE", "Prevent awareness"),
            Requirement("STALLS", "Leaflets and stalls"),
        ),
        links=(RoleLink("AWARE", "*", 90), RoleLink("STALLS", "*", 30)),
        accepted=(AcceptedCourse("AWARE", "PREV"), AcceptedCourse("STALLS", "PREV")),
        reminder_steps=STEPS,
    )


def write_council(session: Session, day: date) -> Council:
    """All of it in one transaction; the timelines are written as they would be worked out."""
    council, stamp = Council(), stamp_on(day)()
    facts = recorded(stamp)
    with transaction(session):
        write_change(session, stamp, change(load_rule_book(session), rules(), day))
    with transaction(session):
        organisation = OrganisationRow(name="Example Borough Council")
        session.add(organisation)
        session.flush()
        unit = UnitRow(
            organisation_id=organisation.id, parent_id=None, name="", path="", depth=0, left=1, right=2
        )
        session.add(unit)
        session.flush()
        session.execute(insert(PersonRow), [{"person_ref": f"Nq{number:04}"} for number in range(PEOPLE)])
        for number, row in enumerate(session.query(PersonRow.id).order_by(PersonRow.id)):
            council.numbers[row[0]] = number
        details, posts, spans = [], [], []
        ids = load_rules(session).requirement_ids
        for person_id, number in council.numbers.items():
            manager = manager_of(number)
            if manager is not None:
                council.teams[manager].add(number)
            has_email = number % 50 != 49
            if not has_email:
                council.without_email.add(number)
            details.append(
                {
                    "person_id": person_id,
                    "first_name": f"Fq{number:04}",
                    "last_name": f"Lq{number:04}",
                    "email": address_of(number) if has_email else None,
                    "category": "employee",
                    **facts,
                }
            )
            posts.append(
                {
                    "person_id": person_id,
                    "post_ref": "1",
                    "unit_id": unit.id,
                    "job_title": "Officer",
                    "manager_ref": None if manager is None else f"Nq{manager:04}",
                    "roles": "",
                    "first_day": day - timedelta(days=1000),
                    "last_day": FAR_DAY,
                    **facts,
                }
            )
            spans += [_span(person_id, ids[code], number, day) for code in ("AWARE", "STALLS")]
        session.execute(insert(PersonDetailRow), details)
        session.execute(insert(PostSpellRow), posts)
        session.execute(insert(StatusSpanRow), spans)
        if session.get_bind().dialect.name == "postgresql":
            session.execute(text("ANALYZE"))  # as its own housekeeping would have done long ago
    return council


def manager_of(number: int) -> int | None:
    """Heads have nobody above them here, their managers have them, and everybody else has one of the managers."""
    managers = HEADS * MANAGERS_EACH
    if number < HEADS:
        return None
    if number < HEADS + managers:
        return (number - HEADS) % HEADS
    return HEADS + (number - HEADS - managers) % managers


def _span(person_id: int, requirement_id: int, number: int, day: date) -> dict[str, object]:
    """Up to date, due in some days, or overdue for some, by number and requirement."""
    kind = (number + requirement_id) % 4
    due = day + timedelta(days={0: 400, 1: 20 + number % 9, 2: -1 - number % 5, 3: -31 - number % 5}[kind])
    status = {0: "not_yet_due", 1: "not_yet_due", 2: "outstanding", 3: "outstanding"}[kind]
    return {
        "person_id": person_id,
        "requirement_id": requirement_id,
        "first_day": day - timedelta(days=40),
        "last_day": FAR_DAY,
        "status": status,
        "covered": False,
        "due_on": due,
        "course_id": None,
        "completed_on": None,
        "valid_until": None,
        "run_first_day": day - timedelta(days=1000),
        "role": "*",
        "role_since": day - timedelta(days=1000),
    }
