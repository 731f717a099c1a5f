"""A borough of a dozen people, made for tests of pages: every kind of reader, and somebody in every status.

The council has two directorates; beside it stand a school, in which one of its people works too, and a
partner. Managers: Dana leads Mo, Mo leads Sam and Ola, Ola leads Kit; Uma and Vic are another team.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import AcceptedCourse, Kind, Requirement, RoleLink, RuleBook, Target
from compliance.models import ExemptionRow
from compliance.store.rules import load_rule_book, write_change
from courses.domain import Course, Evidence
from courses.models import CompletionRow
from courses.store import course_ids
from foundation import facts
from foundation.dates import FAR_DAY
from foundation.db import transaction
from foundation.facts import recorded
from foundation.stamp import Stamp
from people.domain import AbsenceKind, Permission, RoleLine
from people.models import (
    AbsenceRow,
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    UnitRow,
)
from people.services.accounts import create_account

PASSWORD = "a long password for tests"
COUNCIL, SCHOOL, PARTNER = "Example Borough Council", "Quay School", "Harbour Trust"
HOMES, RESOURCES = "Community Solutions > Homes", "Resources"

AWARE, STALLS, MEASURE = "AWARE", "STALLS", "MEASURE"


@dataclass
class Borough:
    """What a test needs to know of it: public ids by first name and unit path, ids of organisations."""

    today: date
    people: dict[str, str] = field(default_factory=dict)
    ids: dict[str, int] = field(default_factory=dict)
    units: dict[str, str] = field(default_factory=dict)
    organisations: dict[str, int] = field(default_factory=dict)


READERS: Mapping[str, tuple[str | None, tuple[Permission, ...]]] = {
    "staff": ("Sam", ()),
    "manager": ("Mo", ()),
    "learning": ("Uma", (Permission.LEARNING,)),
    "coordinator": (None, (Permission.COORDINATOR,)),
    "auditor": (None, (Permission.AUDITOR,)),
    "partner": (None, (Permission.PARTNER_LEAD,)),
    "leaver": ("Lee", ()),
}
"""Who can sign in: the first name of the person, if any, and what the account may do besides."""


def email_of(reader: str) -> str:
    """The e-mail address with which a reader signs in."""
    return f"{reader}@council.example"


def rule_book() -> RuleBook:
    """One duty for everybody at the council, one for a role, and a measure."""
    return RuleBook(
        roles=(RoleLine("street", "Street teams"),),
        courses=(
            Course(
                "PREV", "Prevent awareness", "Home Office", "e_learning", 40, 24, (), "https://www.gov.uk/"
            ),
            Course("BRIEF", "Team briefing", "The council", "briefing", 20, 12),
        ),
        requirements=(
            Requirement(AWARE, "Prevent awareness for everybody", sectors=("council", "vcs")),
            Requirement(STALLS, "Leaflets and stalls"),
            Requirement(MEASURE, "Prevent awareness, e-learning alone", kind=Kind.MEASURE),
        ),
        links=(RoleLink(AWARE, "*", 90), RoleLink(STALLS, "street", 30), RoleLink(MEASURE, "street", 90)),
        accepted=(
            AcceptedCourse(AWARE, "PREV"),
            AcceptedCourse(AWARE, "BRIEF", "renewal"),
            AcceptedCourse(STALLS, "BRIEF"),
            AcceptedCourse(MEASURE, "PREV"),
        ),
        targets=(Target(AWARE, 70_00, plan_ref="5"), Target(STALLS, 80_00, plan_ref="37")),
        name="A programme for tests",
    )


class Builder:
    """Records the borough, fact by fact."""

    def __init__(self, session: Session, today: date) -> None:
        self.session = session
        self.stamp = Stamp("command:tests", datetime.combine(today, datetime.min.time(), UTC))
        self.found = Borough(today)
        self._edge = 0
        self._unit_ids: dict[str, int] = {}

    def organisation(self, name: str, sector: str, *paths: str) -> None:
        """An organisation with its units, each given after the one above it."""
        row = OrganisationRow(name=name)
        self.session.add(row)
        self.session.flush()
        self.found.organisations[name] = row.id
        self.session.add(OrganisationSectorRow(organisation_id=row.id, sector=sector, **recorded(self.stamp)))
        self._unit(row.id, "", name, ("", *paths), None)

    def _unit(
        self, organisation_id: int, path: str, key: str, paths: tuple[str, ...], above: int | None
    ) -> None:
        self._edge += 1
        left = self._edge
        depth = path.count(" > ") + 1 if path else 0
        row = UnitRow(
            organisation_id=organisation_id,
            parent_id=above,
            name=path.rpartition(" > ")[2] or key,
            path=path,
            depth=depth,
            left=left,
            right=left,
        )
        self.session.add(row)
        self.session.flush()
        for below in paths:
            if below and below.rpartition(" > ")[0] == path and below != path:
                self._unit(organisation_id, below, below, paths, row.id)
        self._edge += 1
        row.right = self._edge
        self.session.flush()
        self._unit_ids[key] = row.id
        self.found.units[key] = row.public_id

    def person(
        self,
        name: str,
        unit: str,
        manager: str | None = None,
        *,
        title: str = "Officer",
        roles: str = "",
        days: int = 1000,
        ended: int | None = None,
        category: str = "employee",
    ) -> None:
        """Somebody with a post that began `days` ago, and perhaps ended `ended` days ago."""
        row = PersonRow(person_ref=f"N-{name}")
        self.session.add(row)
        self.session.flush()
        self.found.people[name], self.found.ids[name] = row.public_id, row.id
        self.session.add(
            PersonDetailRow(
                person_id=row.id,
                first_name=name,
                last_name="Tester",
                email=f"{name.lower()}@council.example",
                category=category,
                **recorded(self.stamp),
            )
        )
        self.post(name, unit, manager, title=title, roles=roles, days=days, ended=ended)

    def post(
        self,
        name: str,
        unit: str,
        manager: str | None = None,
        *,
        title: str = "Officer",
        roles: str = "",
        days: int = 1000,
        ended: int | None = None,
    ) -> None:
        """A post of somebody."""
        self.session.add(
            PostSpellRow(
                person_id=self.found.ids[name],
                post_ref=f"P-{name}-{unit}",
                unit_id=self._unit_ids[unit],
                job_title=title,
                manager_ref=f"N-{manager}" if manager else None,
                roles=roles,
                first_day=self.ago(days),
                last_day=FAR_DAY if ended is None else self.ago(ended),
                **recorded(self.stamp),
            )
        )

    def completion(self, name: str, course: str, days: int, evidence: Evidence = Evidence.TRUSTED) -> None:
        """A course completed some days ago."""
        self.session.add(
            CompletionRow(
                person_id=self.found.ids[name],
                course_id=course_ids(self.session)[course],
                completed_on=self.ago(days),
                provider="",
                reference="",
                source="tests",
                evidence=evidence,
                revoked_on=None,
                **recorded(self.stamp),
            )
        )

    def ago(self, days: int) -> date:
        """A day in the past; a negative number: in the future."""
        return self.found.today - timedelta(days=days)


def build(session: Session, today: date, also: Callable[[Builder], None] | None = None) -> Borough:
    """Record the borough in one transaction, with an account for every kind of reader; `also` records more."""
    with transaction(session):
        builder = Builder(session, today)
        _write_rules(builder)
        _write_people(builder)
        _write_facts(builder)
        _write_accounts(builder)
        if also is not None:
            also(builder)
        facts.touch_rules(session, None)
    return builder.found


def _write_rules(builder: Builder) -> None:
    before = load_rule_book(builder.session)
    write_change(builder.session, builder.stamp, change(before, rule_book(), builder.found.today))


def _write_people(builder: Builder) -> None:
    builder.organisation(COUNCIL, "council", "Community Solutions", HOMES, RESOURCES)
    builder.organisation(SCHOOL, "school")
    builder.organisation(PARTNER, "vcs")
    builder.person("Dana", "Community Solutions", title="Director")
    builder.person("Mo", HOMES, "Dana", title="Head of homes")
    builder.person("Sam", HOMES, "Mo", roles="street")
    builder.person("Ola", HOMES, "Mo", roles="street")
    builder.person("Kit", RESOURCES, "Ola", days=20)
    builder.person("Uma", RESOURCES, "Vic")
    builder.person("Vic", RESOURCES)
    builder.person("Ash", HOMES, "Mo")
    builder.person("Bo", HOMES, "Mo")
    builder.person("Cy", HOMES, "Mo")
    builder.person("Two", HOMES, "Mo")
    builder.post("Two", SCHOOL, None, title="Governor")
    builder.person("Lee", RESOURCES, "Vic", ended=10)
    for name in ("Pia", "Per", "Pat", "Pip", "Pol", "Pam"):
        builder.person(name, PARTNER, category="partner")
    builder.session.flush()


def _write_facts(builder: Builder) -> None:
    for name in ("Dana", "Mo", "Vic", "Two", "Pia", "Per", "Pat"):
        builder.completion(name, "PREV", 100)
    builder.completion("Sam", "PREV", 900)
    builder.completion("Ola", "PREV", 700)
    builder.completion("Ash", "PREV", 10, Evidence.AWAITING)
    builder.session.add(
        AbsenceRow(
            person_id=builder.found.ids["Bo"],
            kind=AbsenceKind.PARENTAL,
            first_day=builder.ago(90),
            last_day=FAR_DAY,
            **recorded(builder.stamp),
        )
    )
    builder.session.add(
        ExemptionRow(
            person_id=builder.found.ids["Cy"],
            requirement_id=None,
            reason="Trained elsewhere",
            approved_by="Head of Community Safety",
            first_day=builder.ago(30),
            last_day=builder.ago(-30),
            **recorded(builder.stamp),
        )
    )
    builder.session.flush()


def _write_accounts(builder: Builder) -> None:
    for reader, (name, permissions) in READERS.items():
        create_account(
            builder.session,
            builder.stamp,
            email_of(reader),
            PASSWORD,
            person_ref=f"N-{name}" if name else None,
            permissions=permissions,
            organisation_id=builder.found.organisations[PARTNER] if reader == "partner" else None,
        )
