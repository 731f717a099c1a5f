"""What reports and pages say of a school beside its figures (domain notes, C 7; plan, actions 6 and 25). Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from compliance.domain.spans import Status
from foundation.dates import FAR_DAY
from people.domain import SchoolDetails


@dataclass(frozen=True, slots=True)
class Standing:
    """How one person stands for a requirement on a day; `valid_until` is the last day of their cover."""

    status: Status
    valid_until: date | None


@dataclass(frozen=True, slots=True)
class Leads:
    """The headteachers and safeguarding leads of a school, for one requirement, on a day.

    `people` hold the role there. `required`: of how many of them the requirement is asked. `until`: the earliest day
    that is the last of one's cover; None where no cover ends.
    """

    people: int = 0
    required: int = 0
    in_date: int = 0
    until: date | None = None


NO_LEADS = Leads()


@dataclass(frozen=True, slots=True)
class SchoolRecord:
    """A school on a day: what it is as far as we were told, who leads it, and when people there were last at a session.

    `standings`: of each of its leads, how they stand by requirement. A session is a workshop, webinar or briefing.
    """

    details: SchoolDetails | None = None
    standings: tuple[Mapping[str, Standing], ...] = field(default=())
    last_session_on: date | None = None

    def leads(self, requirement: str) -> Leads:
        """Its leads for a requirement."""
        return leads_of(
            len(self.standings), (one[requirement] for one in self.standings if requirement in one)
        )

    def asked(self, codes: Collection[str]) -> list[str]:
        """Those of some requirements that are asked of one of its leads, in their order."""
        return [code for code in codes if any(code in one for one in self.standings)]


UNKNOWN = SchoolRecord()


def leads_of(people: int, standings: Iterable[Standing]) -> Leads:
    """Add up how the leads of a school stand. In date is what it is in every figure: counted and covered.

    >>> leads_of(2, [Standing(Status.COMPLIANT, date(2027, 3, 31)), Standing(Status.EXPIRED, date(2026, 1, 1))])
    Leads(people=2, required=2, in_date=1, until=datetime.date(2027, 3, 31))
    """
    every = list(standings)
    in_date = [one for one in every if one.status.is_compliant]
    ends = [one.valid_until for one in in_date if one.valid_until is not None and one.valid_until != FAR_DAY]
    return Leads(people, len(every), len(in_date), min(ends, default=None))
