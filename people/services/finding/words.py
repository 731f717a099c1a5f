"""The words by which people are found: of the name, the e-mail address and the number, in plain letters.

They belong to a fact and a fact never changes, so words are only ever added: `catch_up` writes those of the facts that
came since it last did. It runs in the transaction of every change of facts, just before the commit.
"""

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import Table, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.bulk import insert_rows
from foundation.plain import plain
from people.models import PersonDetailRow, PersonRow, PersonWordRow

LONGEST_WORD = 60
MOST_WORDS = 6
"""Words of a question that are looked at; whoever types more has found the person before."""
_WORDS: Table = PersonWordRow.__table__  # type: ignore[assignment]  # a Table, declared as FromClause
_PARTS = re.compile(r"[-'.,]+")


class WordKind(StrEnum):
    """What a word is of. Not every reader may look for each: what is not shown must not be found out by guessing."""

    NAME = "name"
    EMAIL = "email"
    REFERENCE = "reference"


def words_of(first_name: str, last_name: str, email: str, person_ref: str) -> set[tuple[str, str]]:
    """The words of a person's details, each with its kind.

    >>> sorted(word for word, kind in words_of("Siân", "Ty-Hafod", "", "00123") if kind == "name")
    ['hafod', 'sian', 'ty', 'ty-hafod', 'tyhafod']
    >>> sorted(word for word, kind in words_of("A", "B", "a@b.example", "00123") if kind != "name")
    ['00123', '123', 'a@b.example']
    """
    found: set[tuple[str, str]] = set()
    for word in plain(f"{first_name} {last_name}").split():
        parts = [part for part in _PARTS.split(word) if part]
        found.update((one, WordKind.NAME.value) for one in (word, *parts, "".join(parts)))
    if email:
        found.add((plain(email), WordKind.EMAIL.value))
    number = plain(person_ref)
    found.update((one, WordKind.REFERENCE.value) for one in (number, number.lstrip("0")))
    return {(word[:LONGEST_WORD], kind) for word, kind in found if word}


def asked_words(text: str) -> tuple[str, ...]:
    """What somebody types into the search box as words: plain, each once, what does not print left out.

    >>> asked_words(" Amir  HOUSING amir\\x00 ")
    ('amir', 'housing')
    """
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:400])
    words = dict.fromkeys(word[:LONGEST_WORD] for word in plain(printable).split())
    return tuple(words)[:MOST_WORDS]


def catch_up(session: Session) -> None:
    """Write the words of the details that came since the last time. Call inside a transaction."""
    newest, known = session.connection().execute(_NEWEST).one()
    if (newest or 0) > (known or 0):
        # Read to the end first: PostgreSQL answers nothing else while it takes in rows.
        rows = session.execute(_NEW, {"after": known or 0}).all()
        insert_rows(session, _WORDS, ("word", "kind", "detail_id"), _words_of_rows(rows))


def _words_of_rows(rows: Sequence[Any]) -> Iterator[tuple[str, str, int]]:
    for detail_id, first, last, email, person_ref in rows:
        for word, kind in sorted(words_of(first, last, email or "", person_ref)):
            yield word, kind, detail_id


_NEWEST = select(
    select(func.max(PersonDetailRow.id)).scalar_subquery(),
    select(func.max(PersonWordRow.detail_id)).scalar_subquery(),
)
_NEW = (
    select(
        PersonDetailRow.id,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        PersonDetailRow.email,
        PersonRow.person_ref,
    )
    .join(PersonRow, PersonRow.id == PersonDetailRow.person_id)
    .where(PersonDetailRow.id > bindparam("after"))
    .order_by(PersonDetailRow.id)
)
