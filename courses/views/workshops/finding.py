"""Finding the people of the record who lead a workshop: by name, or by number for whoever may read numbers."""

from collections.abc import Iterable
from dataclasses import dataclass

from courses.services.workshops.planning import Facilitator, facilitators
from courses.store.booking_facts import ids_by_public_id
from foundation import clock
from foundation.db import Session
from people import auth
from people.services.finding.search import Found, Wanted, find
from people.services.finding.words import WordKind, asked_words
from people.services.scope import Seen, fields_of
from people.store import tree

MOST_FOUND = 20


@dataclass(frozen=True, slots=True)
class Searched:
    """Who was found: the first of them, and how many there are in all."""

    people: list[Found]
    total: int


def searched(session: Session, typed: str) -> Searched | None:
    """Who works here today and is meant by these words; None where nothing was typed."""
    words = asked_words(typed)
    if not words:
        return None
    kinds = {WordKind.NAME, WordKind.EMAIL}
    if _reads_numbers():
        kinds.add(WordKind.REFERENCE)
    wanted = Wanted(clock.today(), tree(session), words, frozenset(kinds))
    people, page = find(session, wanted)
    return Searched(people[:MOST_FOUND], page.total)


def _reads_numbers() -> bool:
    return fields_of(auth.reader(), 0, frozenset({Seen.EVERYBODY})).reference


def leaders_of(session: Session, public_ids: Iterable[str]) -> list[Facilitator]:
    """The people of the record whom a form names, in its order."""
    ids = ids_by_public_id(session, public_ids)
    return facilitators(session, [ids[one] for one in public_ids if one in ids])


def chosen_and_found(
    session: Session, chosen: Iterable[str], found: Searched | None
) -> list[tuple[str, str]]:
    """Those who are ticked, then those who were found, as (public id, words) to choose from."""
    numbers = _reads_numbers()
    choices = {
        one.public_id: _named(one.name, one.person_ref, numbers) for one in leaders_of(session, chosen)
    }
    for person in found.people if found else ():
        post = person.posts[0] if person.posts else None
        words = _named(person.name, person.person_ref, numbers)
        more = ", ".join((post.job_title, post.place)) if post else ""
        choices.setdefault(person.public_id, f"{words}, {more}" if more else words)
    return list(choices.items())


def _named(name: str, number: str, with_number: bool) -> str:
    words = name or "Name not recorded"
    return f"{words} ({number})" if with_number else words
