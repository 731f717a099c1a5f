"""The people whom a file speaks of by their number, by name."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from compliance.services.importing.naming import people_by_ref
from foundation.db import Session
from people.imports.part import Part


@dataclass(frozen=True, slots=True)
class NamedChange:
    """One thing that a file changes. `public_id` is empty where it concerns nobody on record."""

    subject: str
    name: str
    public_id: str
    before: str
    after: str


def named_changes(
    session: Session, lines: Iterable[Sequence[str]], part: Part | None = None
) -> list[NamedChange]:
    """Changes with the names of those on record whom they concern; of nobody outside of a part, where one is given."""
    lines = list(lines)
    found = people_by_ref(session, {_ref(subject) for subject, _, _ in lines}, part)
    return [
        NamedChange(subject, *found.get(_ref(subject), ("", "")), before, after)
        for subject, before, after in lines
    ]


def _ref(subject: str) -> str:
    """The number of the person: subjects are "number" or "number / what of them"."""
    return subject.partition(" / ")[0]
