"""Finding somebody who came without a booking, or whom a guest turns out to be.

By name among those whom the reader may see anyway: everybody for learning and development, the own people of a partner
lead, the team of a manager. Anybody else by exactly their staff number or e-mail address and their last name: whoever
leads a workshop has it from the person who stands there, and finds nobody by trying.
"""

from datetime import date

from sqlalchemy.orm import Session

from courses.domain.registers import names_person
from courses.services.registers import team_of
from courses.store import attenders
from courses.store.attenders import Attender
from foundation.plain import plain
from people.domain import Account, Permission
from people.services.finding.search import Wanted, suggest
from people.services.finding.words import WordKind, asked_words
from people.store import tree

MOST_FOUND = 10


def candidates(
    session: Session, account: Account, looked_for: str, last_name: str, today: date
) -> list[Attender]:
    """Whom what was typed may mean, at most ten of them; first whoever is meant exactly."""
    found = {one.id: one for one in _exactly(session, looked_for, last_name)}
    ids = [one for one in _in_sight(session, account, looked_for, today) if one not in found]
    named = attenders.attenders(session, ids, today)
    employers = attenders.attenders(session, found, today)
    return [*(employers[one] for one in found), *(named[one] for one in ids)][:MOST_FOUND]


def _exactly(session: Session, looked_for: str, last_name: str) -> list[Attender]:
    """Whoever has this number or address and this last name."""
    if "@" in looked_for:
        found = attenders.by_email(session, looked_for.lower())
    else:
        one = attenders.by_ref(session, looked_for)
        found = [one] if one is not None else []
    typed = plain(last_name)
    return [one for one in found if names_person(typed, plain(one.last_name))]


def _in_sight(session: Session, account: Account, looked_for: str, today: date) -> list[int]:
    """Whom the reader may see by name and who is called so."""
    words = asked_words(looked_for)
    if not words:
        return []
    if Permission.LEARNING in account.permissions:
        kinds = frozenset({WordKind.NAME, WordKind.EMAIL, WordKind.REFERENCE})
        wanted = Wanted(today, tree(session), words, kinds)
        return [one.person_id for one in suggest(session, wanted)]
    found: list[int] = []
    if account.is_partner_lead:
        wanted = Wanted(today, tree(session), words, only_there=account.organisation_ids)
        found += [one.person_id for one in suggest(session, wanted)]
    for one in team_of(session, account, today):
        name = f" {plain(one.name)}"
        if all(f" {word}" in name for word in words) and one.id not in found:
            found.append(one.id)
    return found[:MOST_FOUND]
