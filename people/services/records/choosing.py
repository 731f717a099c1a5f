"""Which unit and which manager are meant by what somebody types, and what makes one wonder about the answers."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import BindParameter, Date, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.plain import plain
from foundation.tables import shown
from people.domain import UNIT_SEPARATOR
from people.imports.person_rows import Details
from people.imports.posts import Duties
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow
from people.services.finding.roles import begins
from people.services.finding.search import Found, Wanted, find_ref, suggest
from people.services.finding.statements import Working
from people.services.finding.words import WordKind, asked_words
from people.store import tree

MOST_OFFERED = 10
NEW, KEEP = "new", "keep"
"""The choices of a unit that is to be made, and of a number that is kept although nobody has it."""


@dataclass(frozen=True, slots=True)
class Meant:
    """What is meant: `value`, or None where one of `options` has to be chosen, as (value, words)."""

    value: str | None = ""
    options: tuple[tuple[str, str], ...] = ()


def organisations(session: Session) -> list[str]:
    """The names of all organisations."""
    return list(session.scalars(select(OrganisationRow.name).order_by(OrganisationRow.name)))


def unit_meant(session: Session, organisation: str, typed: str, chosen: str) -> Meant:
    """The unit of an organisation by its path, or by words of it; a path that is not there yet may be made."""
    if not typed:
        return Meant("")
    paths = [unit.path for unit in tree(session).units if unit.organisation == organisation and unit.path]
    wanted = plain(typed)
    exact = next((path for path in paths if plain(path) == wanted), None)
    if exact is not None:
        return Meant(exact)
    if chosen == NEW:
        return Meant(typed)
    words = plain(typed.replace(UNIT_SEPARATOR, " ")).split()
    like = [path for path in paths if all(begins(word, _words(path)) for word in words)]
    if chosen in like:
        return Meant(chosen)
    called = [path for path in like if plain(path.rpartition(UNIT_SEPARATOR)[2]) == wanted]
    if len(called) == 1:
        return Meant(called[0])
    like.sort(key=lambda path: (path.count(UNIT_SEPARATOR), path))
    options = tuple((path, path) for path in like[:MOST_OFFERED])
    return Meant(None, (*options, (NEW, f"Another: make a new unit, {typed}")))


def _words(path: str) -> list[str]:
    return plain(path.replace(UNIT_SEPARATOR, " ")).split()


def manager_meant(session: Session, typed: str, chosen: str, today: date) -> Meant:
    """The number of a manager, by the number itself or by words of name, unit and role."""
    if not typed:
        return Meant("")
    if find_ref(session, typed) is not None:
        return Meant(typed)
    every = tree(session)
    kinds = frozenset({WordKind.NAME, WordKind.EMAIL, WordKind.REFERENCE})
    words = asked_words(typed)
    found = suggest(session, Wanted(today, every, words, kinds, working=Working.TODAY)) if words else []
    if chosen in {one.person_ref for one in found}:
        return Meant(chosen)
    is_number = " " not in typed and any(letter.isdigit() for letter in typed)
    if chosen == KEEP and is_number:
        return Meant(typed)
    options = [(one.person_ref, _manager_words(one)) for one in found]
    if is_number:
        options.append((KEEP, f"Nobody yet: keep {typed} as a number that a later file brings"))
    return Meant(None, tuple(options))


def _manager_words(one: Found) -> str:
    post = one.posts[0] if one.posts else None
    about = ", ".join(filter(None, (post.job_title, post.place))) if post else ""
    return f"{one.name} ({one.person_ref}){': ' + about if about else ''}"


def doubts_about_post(session: Session, duties: Duties, person_ref: str, today: date) -> list[str]:
    """What is allowed, and deserves a second look: the same that a people file is told (`people.imports.doubts`)."""
    found = []
    manager = duties.manager_ref
    if manager and find_ref(session, manager) is None:
        found.append(f"{shown(manager)} names a manager who is not known.")
    elif manager and not _works(session, manager, today):
        found.append(f"{shown(manager)} names a manager who has left.")
    elif manager and person_ref in _managers_above(session, manager, today):
        found.append("Managers form a loop: this person manages the manager, directly or further up.")
    if not manager:
        found.append("No manager: nobody is told when training is due.")
    place = (duties.organisation, duties.unit)
    if duties.unit and place not in {(unit.organisation, unit.path) for unit in tree(session).units}:
        found.append(f"{shown(duties.unit)} is a new unit. It is made when you save.")
    return found


def doubts_about_person(session: Session, details: Details, person_id: int | None) -> list[str]:
    """As above, of who somebody is."""
    if not details.email:
        return ["No email address: reminders go to the manager."]
    same = select(PersonRow.person_ref).join(PersonDetailRow, PersonDetailRow.person_id == PersonRow.id)
    same = same.where(
        func.lower(PersonDetailRow.email) == details.email.lower(),
        known(PersonDetailRow, None),
        PersonRow.id != (person_id or 0),
    )
    others = session.scalars(same.order_by(PersonRow.person_ref).limit(3)).all()
    if not others:
        return []
    who = f"{' and '.join(others)} {'has' if len(others) == 1 else 'have'}"
    return [f"{who} the same email address. Files that name people by email cannot tell them apart."]


def _works(session: Session, person_ref: str, today: date) -> bool:
    values = {"person_ref": person_ref, "today": today}
    return session.connection().execute(_RUNNING, values).scalar() is not None


def _managers_above(session: Session, person_ref: str, today: date) -> set[str]:
    """The numbers of whoever manages somebody, and of those above; each is looked at once, so a loop ends."""
    above: set[str] = set()
    ahead = {person_ref}
    while ahead:
        found = session.connection().execute(_MANAGERS, {"refs": sorted(ahead), "today": today})
        ahead = {ref for ref in found.scalars() if ref} - above
        above |= ahead
    return above


_TODAY: BindParameter[date] = bindparam("today", type_=Date)
_RUNS = (known(PostSpellRow, None), PostSpellRow.first_day <= _TODAY, PostSpellRow.last_day >= _TODAY)
_RUNNING = (
    select(PostSpellRow.id)
    .join(PersonRow, PersonRow.id == PostSpellRow.person_id)
    .where(PersonRow.person_ref == bindparam("person_ref"), *_RUNS)
    .limit(1)
)
_MANAGERS = (
    select(PostSpellRow.manager_ref)
    .join(PersonRow, PersonRow.id == PostSpellRow.person_id)
    .where(PersonRow.person_ref.in_(bindparam("refs", expanding=True)), *_RUNS)
    .distinct()
    .order_by(PostSpellRow.manager_ref)
)
