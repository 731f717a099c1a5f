"""Finding anybody by what one knows of them: name, number, e-mail address, unit and kind of work, in any order.

Each word narrows: "amir housing" finds every Amir of Housing. What a word may mean is worked out
here, the statements are in `people.services.finding.statements`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from foundation.pagination import PAGE_SIZE, Page
from people.services.finding.roles import Roles
from people.services.finding.statements import (
    BY_IDS,
    BY_REF,
    POSTS,
    POSTS_THERE,
    Holds,
    Shape,
    Sort,
    Working,
    counted,
    every_id,
    listed,
)
from people.services.finding.units import unit_words
from people.services.finding.words import WordKind
from people.store import CHUNK, Tree, Unit, inside_values

SUGGESTED = 10
_LAST = "\U0010ffff"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for. `tree`: a word may name one of its units. `kinds`: of what a word may be, for this reader."""

    today: date
    tree: Tree
    words: tuple[str, ...] = ()
    kinds: frozenset[WordKind] = frozenset({WordKind.NAME})
    root: Unit | None = None
    only_there: frozenset[int] | None = None
    """Organisations, for a partner lead: no unit of others is named, nobody seen who does not work there today."""
    role: str = ""
    category: str = ""
    working: Working = Working.TODAY
    sort: Sort = Sort.NAME
    downwards: bool = False
    role_titles: Mapping[str, str] | None = None
    """By code, where the page has read them already."""

    @property
    def asks_nothing(self) -> bool:
        """Whether nothing narrows it: then nobody is listed."""
        return not (self.words or self.root or self.role or self.category)


@dataclass(frozen=True, slots=True)
class FoundPost:
    """A stretch of days in a post."""

    job_title: str
    organisation: str
    unit: str
    first_day: date
    last_day: date

    @property
    def place(self) -> str:
        return f"{self.organisation}: {self.unit}" if self.unit else self.organisation


@dataclass(frozen=True, slots=True)
class Found:
    """Somebody who was found, with the posts that this reader may know of: those running first, then the latest."""

    person_id: int
    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    email: str | None
    category: str
    posts: list[FoundPost] = field(default_factory=list)

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Name not recorded"


def find(session: Session, wanted: Wanted, page: str | None = None) -> tuple[list[Found], Page]:
    """One page of the people who are meant, with how many there are in all. A fixed number of queries."""
    question = _Question(session, wanted)
    total = session.connection().execute(counted(question.shape), question.values).scalar_one()
    here = Page.of(page, total, PAGE_SIZE)
    return question.some(here.offset, here.size), here


def suggest(session: Session, wanted: Wanted) -> list[Found]:
    """The first of the people who are meant."""
    return [] if wanted.asks_nothing else _Question(session, wanted).some(0, SUGGESTED)


def find_ref(session: Session, person_ref: str) -> int | None:
    """The id of whoever has exactly this number."""
    return session.connection().execute(BY_REF, {"person_ref": person_ref}).scalar()


def find_every(session: Session, wanted: Wanted) -> Iterator[Found]:
    """Everybody who is meant, in the same order: their ids at once, then the people by their ids, a thousand at a time.

    To look for everybody anew for each thousand, and to sort them, would take as many times as long.
    """
    question = _Question(session, wanted)
    ids = question.every_id()
    for start in range(0, len(ids), CHUNK):
        yield from question.these(ids[start : start + CHUNK])


class _Question:
    """A question made ready: the shape of its statements, and what they bind."""

    def __init__(self, session: Session, wanted: Wanted) -> None:
        self._session = session
        self._wanted = wanted
        self.values: dict[str, Any] = {
            "today": wanted.today,
            "kinds": sorted(kind.value for kind in wanted.kinds),
            "organisation_ids": sorted(wanted.only_there or ()),
            "category": wanted.category,
            **(inside_values([wanted.root]) if wanted.root else {}),
        }
        reach = wanted.tree, wanted.only_there
        asks_roles = wanted.words or wanted.role
        self._roles = Roles(session, wanted.today, *reach, wanted.role_titles) if asks_roles else None
        words = tuple(self._word(number, word) for number, word in enumerate(wanted.words))
        self.shape = Shape(
            words,
            wanted.root is not None,
            wanted.only_there is not None,
            self._holds("role", [wanted.role]) if wanted.role else None,
            bool(wanted.category),
            wanted.working,
            wanted.sort,
            wanted.downwards,
        )

    def _word(self, number: int, word: str) -> tuple[bool, tuple[Holds, ...]]:
        self.values[f"low_{number}"], self.values[f"high_{number}"] = word, word + _LAST
        units = unit_words(self._wanted.tree).beginning(word, self._wanted.only_there)
        self.values[f"units_{number}"] = units
        assert self._roles is not None
        return bool(units), self._holds(f"word_{number}", self._roles.titled(word))

    def _holds(self, key: str, codes: Sequence[str]) -> tuple[Holds, ...]:
        assert self._roles is not None
        found: list[Holds] = []
        for code in codes:
            for holds, values in self._roles.holders(code):
                prefix = f"{key}_{len(found)}"
                self.values.update({f"{prefix}_{name}": value for name, value in values.items()})
                found.append(holds)
        return tuple(found)

    def some(self, offset: int, limit: int) -> list[Found]:
        """So many of them, with their posts."""
        connection = self._session.connection()
        values = {**self.values, "offset": offset, "limit": limit}
        return self._with_posts([Found(*row) for row in connection.execute(listed(self.shape), values)])

    def every_id(self) -> Sequence[int]:
        """The ids of all of them, in their order."""
        return self._session.connection().execute(every_id(self.shape), self.values).scalars().all()

    def these(self, person_ids: Sequence[int]) -> list[Found]:
        """Those of them with these ids, in the order of the ids, with their posts."""
        rows = self._session.connection().execute(BY_IDS, {"person_ids": list(person_ids)})
        found = {row.person_id: Found(*row) for row in rows}
        return self._with_posts([found[one] for one in person_ids if one in found])

    def _with_posts(self, found: list[Found]) -> list[Found]:
        connection = self._session.connection()
        by_id = {one.person_id: one for one in found}
        among = {
            "person_ids": sorted(by_id),
            "today": self._wanted.today,
            "organisation_ids": self.values["organisation_ids"],
        }
        statement = POSTS_THERE if self.shape.only_there else POSTS
        for row in connection.execute(statement, among) if by_id else ():
            by_id[row.person_id].posts.append(FoundPost(*row[1:]))
        for one in found:
            one.posts.sort(key=lambda post: _nearness(post, self._wanted.today))
        return found


def _nearness(post: FoundPost, today: date) -> tuple[int, int]:
    """Running posts come first, then those to come, then those that ended last."""
    if post.last_day < today:
        return 2, -post.last_day.toordinal()
    return int(post.first_day > today), post.first_day.toordinal()
