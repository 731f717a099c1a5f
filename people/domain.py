"""Who people are and which roles they hold. Pure: facts in, answers out."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from fnmatch import fnmatchcase

from foundation.dates import FAR_DAY, FIRST_DAY, Period

UNIT_SEPARATOR = " > "


class Category(StrEnum):
    """What kind of person we count."""

    EMPLOYEE = "employee"
    MEMBER = "member"
    AGENCY = "agency"
    CONTRACTOR = "contractor"
    VOLUNTEER = "volunteer"
    PARTNER = "partner"


class Sector(StrEnum):
    """The sector of an organisation."""

    COUNCIL = "council"
    SCHOOL = "school"
    FE_HE = "fe_he"
    HEALTH = "health"
    POLICE = "police"
    PROBATION = "probation"
    PRISON = "prison"
    VCS = "vcs"
    FAITH = "faith"
    OTHER = "other"


class Phase(StrEnum):
    """Which pupils a school teaches."""

    NURSERY = "nursery"
    PRIMARY = "primary"
    SECONDARY = "secondary"
    ALL_THROUGH = "all_through"
    SPECIAL = "special"
    PUPIL_REFERRAL_UNIT = "pupil_referral_unit"
    SIXTH_FORM = "sixth_form"
    OTHER = "other"


class AbsenceKind(StrEnum):
    """Why somebody is away. Deliberately coarse: no medical detail is kept."""

    LONG_TERM_SICK = "long_term_sick"
    PARENTAL = "parental"
    CAREER_BREAK = "career_break"
    SECONDMENT_OUT = "secondment_out"
    SUSPENSION = "suspension"
    OTHER = "other"


class Permission(StrEnum):
    """What an account may do beyond its owner's own record and team (docs/security.md)."""

    LEARNING = "learning"
    COORDINATOR = "coordinator"
    AUDITOR = "auditor"
    PARTNER_LEAD = "partner_lead"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a post sits: a unit, its path below its organisation ("" for the organisation itself), and the sector."""

    unit_id: int
    path: str
    organisation: str
    sector: str


@dataclass(frozen=True, slots=True)
class Spell:
    """Days on which a person held a post with the same place, title and roles (counting rule 1, post spell)."""

    first_day: date
    last_day: date
    place: Place
    job_title: str = ""
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RoleGrant:
    """Days on which a person holds a role that was given by hand, in every post held on them (counting rule 2)."""

    role: str
    first_day: date
    last_day: date
    approved_by: str = ""


@dataclass(frozen=True, slots=True)
class Absence:
    """Days away from work; an open one ends on FAR_DAY."""

    first_day: date
    last_day: date

    @property
    def is_open(self) -> bool:
        return self.last_day == FAR_DAY


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role's title and approver."""

    code: str
    title: str
    approved_by: str = ""
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class RoleRule:
    """Gives a role to every spell that meets all the conditions set, on the days on which the rule holds."""

    role: str
    job_title: str | None = None
    unit: str | None = None
    organisation: str | None = None
    sector: str | None = None
    category: str | None = None
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY

    def gives(self, place: Place, job_title: str, category: str) -> bool:
        """Whether a spell with this place and title, of a person of this category, meets every condition.

        The title is a shell-style pattern, case ignored; a unit is that path in any organisation and all below it.
        """
        return (
            (self.job_title is None or fnmatchcase(job_title.lower(), self.job_title.lower()))
            and (self.unit is None or is_within(place.path, self.unit))
            and (self.organisation is None or place.organisation == self.organisation)
            and (self.sector is None or place.sector == self.sector)
            and (self.category is None or category == self.category)
        )


@dataclass(frozen=True, slots=True)
class SchoolDetails:
    """What a school is, as we were told (domain notes, C 7). Headcount and audit stand with their day, or not at all.

    `urn`: the six digits by which the Department for Education knows it. `audit_gaps`: how many gaps about Prevent,
    found by the safeguarding audit of `audit_on`, are still open.
    """

    phase: str
    urn: str | None = None
    headcount: int | None = None
    headcount_on: date | None = None
    audit_on: date | None = None
    audit_gaps: int | None = None

    def by(self, day: date) -> "SchoolDetails":
        """What of it was so by a day: a headcount or an audit of a later one says nothing about it."""
        found = self
        if found.headcount_on is not None and found.headcount_on > day:
            found = replace(found, headcount=None, headcount_on=None)
        if found.audit_on is not None and found.audit_on > day:
            found = replace(found, audit_on=None, audit_gaps=None)
        return found


def is_named(person_ref: str, first_name: str, last_name: str, email: str | None, text: str) -> bool:
    """Whether a text, such as the name of an approver, means this person: reference, name or e-mail; case ignored.

    >>> is_named("N-7", "Sam", "Tester", "sam@council.example", " tester,  SAM ")
    True
    """
    own = {person_ref, email or "", f"{first_name} {last_name}", f"{last_name} {first_name}"}
    own.add(f"{last_name}, {first_name}")
    return _plain(text) in {_plain(name) for name in own if name.strip(" ,")}


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())


def is_within(path: str, unit: str) -> bool:
    """Whether a path is that unit or lies below it.

    >>> is_within("Homes > Repairs", "Homes"), is_within("Homes", "Homes"), is_within("Homestead", "Homes")
    (True, True, False)
    """
    return path == unit or path.startswith(unit + UNIT_SEPARATOR)


class RoleReader:
    """Which roles a spell holds, and when: those named in the post, those given by hand, those that role rules give.

    Thousands of posts share a title and a unit, so the rules that match are remembered for each combination.
    """

    def __init__(self, rules: Iterable[RoleRule]) -> None:
        self._rules = tuple(rules)
        self._found: dict[tuple[Place, str, str], tuple[tuple[str, Period], ...]] = {}

    def holdings(
        self, spell: Spell, category: str, grants: Iterable[RoleGrant] = ()
    ) -> list[tuple[str, Period]]:
        """Role codes with the days on which the spell holds them; `*` (everyone) is left to the caller.

        `grants` are the roles given to the person by hand: each holds on those of its days on which the spell runs.
        """
        span = Period(spell.first_day, spell.last_day)
        held = [(role, span) for role in sorted(spell.roles)]
        for role, period in self._given(spell, category):
            meet = period.meet(span)
            if meet is not None:
                held.append((role, meet))
        for grant in grants:
            meet = Period(grant.first_day, grant.last_day).meet(span)
            if meet is not None:
                held.append((grant.role, meet))
        return held

    def _given(self, spell: Spell, category: str) -> tuple[tuple[str, Period], ...]:
        key = (spell.place, spell.job_title, category)
        found = self._found.get(key)
        if found is None:
            found = tuple(
                (rule.role, Period(rule.first_day, rule.last_day))
                for rule in self._rules
                if rule.gives(spell.place, spell.job_title, category)
            )
            self._found[key] = found
        return found


_SEES_EVERYBODY = frozenset({Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR})


@dataclass(frozen=True, slots=True)
class Account:
    """Who is signed in, and what that lets them see today (docs/security.md). Read anew for every request.

    `organisation_ids` are those of a partner lead; `is_manager`: someone's running post names this person as manager,
    or a manager handed them the team for today. `session_id` is the browser behind this request, 0 outside of one.
    """

    id: int
    public_id: str
    email: str
    person_id: int | None = None
    permissions: frozenset[Permission] = frozenset()
    organisation_ids: frozenset[int] = frozenset()
    is_manager: bool = False
    session_id: int = 0
    has_second_step: bool = False
    second_step_done: bool = False

    @property
    def sees_everybody(self) -> bool:
        """Learning and development, the coordinator and auditors see all people by name."""
        return bool(self.permissions & _SEES_EVERYBODY)

    @property
    def sees_others(self) -> bool:
        """Whether the account opens anybody's record but its owner's; that asks for a second step at sign-in."""
        return bool(self.permissions) or self.is_manager

    @property
    def only_reads(self) -> bool:
        """An auditor writes nothing and is offered nothing to write (promises 8)."""
        return Permission.AUDITOR in self.permissions

    @property
    def is_partner_lead(self) -> bool:
        return Permission.PARTNER_LEAD in self.permissions
