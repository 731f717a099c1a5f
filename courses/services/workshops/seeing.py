"""Who sees a workshop (promises 8), and what an audience may be made of.

A workshop is for whoever fits any part of its audience on the day on which it is held: a requirement they have, an
organisation they work in, a role they hold. Which requirements people have is known to a later package, so `app` says
who reads them (`asked_by`), as for `courses.services.acceptance`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from sqlalchemy.orm import Session

from courses.domain.workshops import Audience
from courses.store import audience as store
from courses.store import bookings
from courses.store.workshops import Workshop
from foundation.dates import Period
from people.domain import Account

Days = Mapping[int, Sequence[tuple[str, Period]]]
"""By person: a code, and the days on which it is theirs."""


class Duties(Protocol):
    """Reads what the rule book asks of people."""

    def options(self, session: Session, day: date) -> Sequence[tuple[str, str]]:
        """The requirements in force on a day, as (code, title)."""
        ...

    def days(self, session: Session, person_ids: Collection[int], within: Period) -> Days:
        """Which requirements these people have, and on which days, exempt and absent ones included.

        Stretches that lie outside of `within` may be left out.
        """
        ...


_duties: list[Duties] = []


def asked_by(duties: Duties) -> None:
    """Make these the duties that are asked. `app` calls this once."""
    _duties[:] = [duties]


def requirement_options(session: Session, day: date) -> Sequence[tuple[str, str]]:
    """The requirements that an audience may be made of, as (code, title)."""
    return _duties[0].options(session, day)


@dataclass(frozen=True, slots=True)
class Belonging:
    """What somebody belongs to, each with its days."""

    requirements: Sequence[tuple[str, Period]] = ()
    organisations: Sequence[tuple[int, Period]] = ()
    roles: Sequence[tuple[str, Period]] = ()

    def fits(self, audience: Audience, day: date) -> bool:
        """Whether a workshop with this audience on this day is for them."""
        return (
            not audience
            or any(code in audience.requirements and day in days for code, days in self.requirements)
            or any(one in audience.organisation_ids and day in days for one, days in self.organisations)
            or any(code in audience.roles and day in days for code, days in self.roles)
        )


def belongings(
    session: Session, person_ids: Iterable[int], occasions: Iterable[tuple[Audience, date]]
) -> dict[int, Belonging]:
    """What these people belong to, as far as these audiences ask for it, each on its day."""
    wanted, held = sorted(set(person_ids)), list(occasions)
    asked = [audience for audience, _ in held]
    requirements: Days = {}
    organisations: Mapping[int, Sequence[tuple[int, Period]]] = {}
    roles: Days = {}
    if any(one.requirements for one in asked):
        days = [day for audience, day in held if audience.requirements]
        requirements = _duties[0].days(session, wanted, Period(min(days), max(days)))
    if any(one.organisation_ids for one in asked):
        organisations = store.organisation_days(session, wanted)
    if any(one.roles for one in asked):
        roles = store.role_days(session, wanted)
    return {
        one: Belonging(requirements.get(one, ()), organisations.get(one, ()), roles.get(one, ()))
        for one in wanted
    }


def belonging(session: Session, audience: Audience, person_ids: Iterable[int], day: date) -> set[int]:
    """Those of these people for whom a workshop with this audience on this day is."""
    of = belongings(session, person_ids, [(audience, day)])
    return {person_id for person_id, found in of.items() if found.fits(audience, day)}


def own_people(session: Session, account: Account, today: date) -> set[int]:
    """Whom an account speaks for: its owner, the team below, and the people of a partner lead's organisations."""
    found: set[int] = set()
    if account.person_id is not None:
        found.add(account.person_id)
        if account.is_manager:
            found.update(store.team_ids(session, account.person_id, today))
    if account.is_partner_lead:
        found.update(store.working_in(session, sorted(account.organisation_ids), today))
    return found


def seen_by(session: Session, account: Account, workshops: Sequence[Workshop], today: date) -> list[Workshop]:
    """The workshops that an account may see, in the same order.

    Learning and development, the coordinator and auditors see all. Others see those that are for somebody they speak
    for, to which one of these is or was booked, or which they lead themselves.
    """
    if account.sees_everybody or not workshops:
        return list(workshops)
    people = own_people(session, account, today)
    occasions = [(one.sitting.audience, one.sitting.day) for one in workshops]
    together = _together(belongings(session, people, occasions).values())
    fitting = {one.id for one in workshops if people and together.fits(one.sitting.audience, one.sitting.day)}
    fitting |= {one.id for one in workshops if account.person_id in one.sitting.facilitator_ids}
    rest = [one.id for one in workshops if one.id not in fitting]
    booked = bookings.of_workshops(session, rest) if rest and people else {}
    fitting |= {
        workshop_id for workshop_id, of_it in booked.items() if any(one.person_id in people for one in of_it)
    }
    return [one for one in workshops if one.id in fitting]


def _together(all_of_them: Iterable[Belonging]) -> Belonging:
    """What several people belong to between them: one that fits any of them fits this."""
    requirements: set[tuple[str, Period]] = set()
    organisations: set[tuple[int, Period]] = set()
    roles: set[tuple[str, Period]] = set()
    for one in all_of_them:
        requirements.update(one.requirements)
        organisations.update(one.organisations)
        roles.update(one.roles)
    return Belonging(sorted(requirements), sorted(organisations), sorted(roles))
