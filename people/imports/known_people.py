"""Finding the person whom a row names, for every file that is not about people themselves."""

import difflib
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.tables import shown
from people.imports.part import NOT_YOURS, Part
from people.models import PersonDetailRow, PersonRow, PostSpellRow


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person and what is needed to judge a row about them."""

    id: int
    person_ref: str
    first_name: str
    last_name: str
    email: str


class UnknownPersonError(LookupError):
    """Nobody, or not one person, is meant: why, and the column to look at."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


@dataclass
class KnownPeople:
    """Everybody on record, by reference and by e-mail address; or a part of them, as if there were nobody else."""

    by_ref: dict[str, KnownPerson] = field(default_factory=dict)
    by_email: dict[str, list[KnownPerson]] = field(default_factory=lambda: defaultdict(list))
    with_zeros: dict[str, str] = field(default_factory=dict)
    is_part: bool = False

    def named(self, person_ref: str | None, email: str | None = None) -> KnownPerson:
        """The one person meant: by reference, else by e-mail address. Raises UnknownPersonError."""
        if not person_ref:
            return self._by_email(email or "")
        person = self.by_ref.get(person_ref)
        if person is None:
            raise UnknownPersonError(self._unknown(person_ref), "person_ref")
        if email and email != person.email:
            others = self.by_email.get(email, [])
            if others and person not in others:
                raise UnknownPersonError("Number and email address belong to different people.", "email")
        return person

    def _by_email(self, email: str) -> KnownPerson:
        people = self.by_email.get(email, [])
        if len(people) > 1:
            raise UnknownPersonError(
                f"{len(people)} people share the email address {shown(email)}. Give the person_ref.", "email"
            )
        if not people and self.is_part:
            raise UnknownPersonError(NOT_YOURS, "email")
        if not people:
            raise UnknownPersonError(f"Nobody has the email address {shown(email)}.", "email")
        return people[0]

    def _unknown(self, person_ref: str) -> str:
        if person_ref in self.with_zeros:
            return (
                f"{shown(person_ref)} is not known but {shown(self.with_zeros[person_ref])} is. Excel may have removed "
                "zeros. Format the column as Text and export again."
            )
        if self.is_part:
            return NOT_YOURS
        return f"Nobody has person_ref {shown(person_ref)}."


def load_people(session: Session, part: Part | None = None) -> KnownPeople:
    """Everybody whose details stand on record; or those of a part, of whom alone a file may then speak."""
    query = (
        select(
            PersonRow.id,
            PersonRow.person_ref,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            PersonDetailRow.email,
        )
        .join(PersonDetailRow, PersonDetailRow.person_id == PersonRow.id)
        .where(known(PersonDetailRow, None))
        .order_by(PersonRow.id)
    )
    if part is not None:
        query = query.where(part.among(PersonRow.id))
    people = KnownPeople(is_part=part is not None)
    for person_id, ref, first_name, last_name, email in session.execute(query):
        person = KnownPerson(person_id, ref, first_name, last_name, email or "")
        people.by_ref[ref] = person
        if email:
            people.by_email[email].append(person)
        if ref[:1] == "0":
            people.with_zeros[ref.lstrip("0")] = ref
    return people


def employed(session: Session) -> dict[int, tuple[date, date]]:
    """The first and last day on which each person held any post."""
    query = (
        select(PostSpellRow.person_id, func.min(PostSpellRow.first_day), func.max(PostSpellRow.last_day))
        .where(known(PostSpellRow, None))
        .group_by(PostSpellRow.person_id)
        .order_by(PostSpellRow.person_id)
    )
    return {person_id: (first_day, last_day) for person_id, first_day, last_day in session.execute(query)}


def did_you_mean(word: str, known_words: Iterable[str]) -> str:
    """A hint at the nearest known word, or nothing.

    >>> did_you_mean("PREV-2", ["PREV-02", "WRAP"])
    ' Did you mean "PREV-02"?'
    """
    by_plain = {known_word.casefold(): known_word for known_word in known_words}
    near = difflib.get_close_matches(word.casefold(), by_plain, n=1)
    return f" Did you mean {shown(by_plain[near[0]])}?" if near else ""
