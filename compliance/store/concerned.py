"""Whom a change of the rules can concern, found without reading anybody's whole record."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date
from types import MappingProxyType

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.requirement import EVERYONE, RuleBook
from compliance.models import StatusSpanRow
from foundation.facts import known
from people import store as people
from people.domain import Place, RoleRule
from people.models import PersonDetailRow, PostSpellRow

Held = Callable[[Place, str, frozenset[str], str], bool]
"""Whether a spell is meant: its place, job title, roles by name or by hand, and the category of the person."""
NONE: frozenset[str] = frozenset()


def people_concerned(
    session: Session, requirement_ids: Iterable[int], after: RuleBook, codes: Iterable[str]
) -> list[int]:
    """The ids of those to whom some requirements have ever applied, or would under another rule book, in order."""
    had = select(StatusSpanRow.person_id).where(StatusSpanRow.requirement_id.in_(sorted(requirement_ids)))
    found = set(session.scalars(had.distinct().order_by(StatusSpanRow.person_id)))
    return sorted(found.union(_spells_meant(session, _reached(after, codes), by_hand=_by_hand(session))))


def posts_that_fit(session: Session, rule: RoleRule, day: date) -> int:
    """How many posts a role rule gives its role on a day, whatever the days of the rule."""

    def fits(place: Place, title: str, _roles: frozenset[str], category: str) -> bool:
        return rule.gives(place, title, category)

    return sum(1 for _ in _spells_meant(session, fits, day))


def emails_of(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Those of these people whose e-mail address is on record."""
    wanted = set(person_ids)
    query = select(PersonDetailRow.person_id).where(
        known(PersonDetailRow, None), PersonDetailRow.email.is_not(None), PersonDetailRow.email != ""
    )
    return wanted & set(session.scalars(query.order_by(PersonDetailRow.person_id))) if wanted else set()


def _reached(book: RuleBook, codes: Iterable[str]) -> Held:
    asked = [(book.lines_of(code), {link.role for link in book.links_of(code)}) for code in sorted(codes)]

    def reached(place: Place, title: str, roles: frozenset[str], category: str) -> bool:
        given = {rule.role for rule in book.role_rules if rule.gives(place, title, category)}
        held = roles | given | {EVERYONE}
        return any(
            not held.isdisjoint(linked) and any(line.covers_place(place) for line in lines)
            for lines, linked in asked
        )

    return reached


def _by_hand(session: Session) -> dict[int, frozenset[str]]:
    """The roles that each person has by hand, whatever their days: those of the rules do not count either."""
    grants = people.role_grants(session, None)
    return {person_id: frozenset(grant.role for grant in given) for person_id, given in grants.items()}


def _spells_meant(
    session: Session,
    meant: Held,
    day: date | None = None,
    by_hand: Mapping[int, frozenset[str]] = MappingProxyType({}),
) -> Iterator[int]:
    """The person of every spell that is meant. Thousands share unit, title and roles: each kind is judged once."""
    where = people.places(session)
    query = (
        select(
            PostSpellRow.person_id,
            PostSpellRow.unit_id,
            PostSpellRow.job_title,
            PostSpellRow.roles,
            PersonDetailRow.category,
        )
        .outerjoin(
            PersonDetailRow,
            (PersonDetailRow.person_id == PostSpellRow.person_id) & known(PersonDetailRow, None),
        )
        .where(known(PostSpellRow, None))
        .order_by(PostSpellRow.id)
    )
    if day is not None:
        query = query.where(PostSpellRow.first_day <= day, PostSpellRow.last_day >= day)
    judged: dict[tuple[int, str, str, str, frozenset[str]], bool] = {}
    for person_id, unit_id, title, roles, category in session.execute(query):
        given = by_hand.get(person_id, NONE)
        kind = (unit_id, title, roles, category or "employee", given)
        found = judged.get(kind)
        if found is None:
            held = frozenset(roles.split(";")) if roles else frozenset()
            found = judged[kind] = meant(where[unit_id], title, held | given, kind[3])
        if found:
            yield person_id
