"""The people whom a reader may choose for a booking: the team of a manager, or whoever a search finds."""

from collections.abc import Collection
from dataclasses import dataclass

from courses.services.registers import team_of
from courses.services.workshops.reach import books_several, writes_for_everybody
from courses.store import booking_facts
from foundation import clock
from foundation.db import db
from foundation.plain import plain
from people.domain import Account
from people.services.finding.search import Wanted, find
from people.services.finding.words import WordKind, asked_words
from people.store import tree

AT_ONCE = 100
"""People shown on a list; a name narrows it."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody to choose, as components/people_to_tick.html shows them."""

    id: int
    public_id: str
    name: str
    job_title: str
    has_email: bool


@dataclass(frozen=True, slots=True)
class OfferedPeople:
    """Who may be chosen: those chosen already first. `total`: how many there are, `shown` of them listed.

    `by_search`: nobody is listed before something is looked for.
    """

    people: list[Choice]
    total: int
    by_search: bool


def offered_people(account: Account, looked_for: str, chosen: Collection[int]) -> OfferedPeople:
    """Whom this reader may choose: by search where they book beyond a team, else the people of the team."""
    if books_several(account):
        return _searched(account, looked_for, chosen)
    team = [
        Choice(one.id, one.public_id, one.name or "Name not recorded", one.job_title, one.has_email)
        for one in team_of(db.session(), account, clock.today())
    ]
    wanted = plain(looked_for)
    found = [one for one in team if wanted in plain(one.name)]
    return OfferedPeople(_chosen_first(found, [one for one in team if one.id in chosen]), len(found), False)


def _searched(account: Account, looked_for: str, chosen: Collection[int]) -> OfferedPeople:
    session, today = db.session(), clock.today()
    kept = _choices(booking_facts.people_by_id(session, chosen, today).values())
    words = asked_words(looked_for)
    if not words:
        return OfferedPeople(kept, 0, True)
    kinds = frozenset({WordKind.NAME, WordKind.EMAIL, WordKind.REFERENCE})
    only = None if writes_for_everybody(account) else account.organisation_ids
    people, page = find(session, Wanted(today, tree(session), words, kinds, only_there=only))
    found = _choices(booking_facts.people_by_id(session, [one.person_id for one in people], today).values())
    order = {one.person_id: number for number, one in enumerate(people)}
    found.sort(key=lambda one: order[one.id])
    return OfferedPeople(_chosen_first(found, kept), page.total, True)


def _choices(people: Collection[booking_facts.BookedPerson]) -> list[Choice]:
    return [
        Choice(
            one.id,
            one.public_id,
            one.name,
            ", ".join(part for part in (one.job_title, one.unit or one.organisation) if part),
            one.has_email,
        )
        for one in people
    ]


def _chosen_first(found: list[Choice], chosen: list[Choice]) -> list[Choice]:
    ids = {one.id for one in chosen}
    return [*chosen, *[one for one in found if one.id not in ids][:AT_ONCE]]
