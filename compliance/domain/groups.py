"""Figures by role and by sector: where somebody counts for a requirement on a day (counting rules 2 and 8). Pure.

A person counts in a role for a requirement when, on the day, the requirement applies to one of their spells that holds
the role: the same as with units. Somebody with several roles counts once in each and once in the whole; somebody whose
spells hold none counts under NO_ROLE. So the rows, less those counted again, are the whole. A sector is counted like a
unit that holds its organisations.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from compliance.domain.figures import COUNT_NAMES, Counts
from compliance.domain.requirement import EVERYONE, RuleBook
from compliance.domain.spans import Status
from people.domain import Place, Spell

NO_ROLE = ""
"""Stands for "none of the roles"."""
GroupKey = tuple[str, int]
"""A role or sector by its code, and a requirement."""


@dataclass(frozen=True, slots=True)
class Post:
    """What decides the roles of a post on one day; `roles` are those named in it and those the person has by hand."""

    place: Place
    job_title: str
    roles: frozenset[str]
    category: str


class RolesOn:
    """Which roles count on one day, under one rule book. What depends on the rules alone is prepared once."""

    def __init__(self, book: RuleBook, day: date) -> None:
        self._day = day
        self._reader = book.role_reader
        self._lines = {code: book.requirement_on(code, day) for code in book.codes}
        self._linked = {
            code: {link.role for link in book.links_of(code) if link.first_day <= day <= link.last_day}
            for code in book.codes
        }
        self._held: dict[Post, frozenset[str]] = {}

    def held(self, post: Post) -> frozenset[str]:
        """The roles that a post holds on the day: its own, and those that role rules give."""
        found = self._held.get(post)
        if found is None:
            spell = Spell(self._day, self._day, post.place, post.job_title, post.roles)
            found = frozenset(role for role, _ in self._reader.holdings(spell, post.category))
            self._held[post] = found
        return found

    def applies(self, code: str, post: Post) -> bool:
        """Whether a requirement applies to the post on the day (counting rule 2)."""
        line = self._lines.get(code)
        if line is None or not line.covers_place(post.place):
            return False
        linked = self._linked[code]
        return EVERYONE in linked or not linked.isdisjoint(self.held(post))

    def counting(self, code: str, posts: Iterable[Post]) -> frozenset[str]:
        """The roles in which somebody with these posts counts; nothing where it applies to none of them."""
        found = [self.held(post) for post in posts if self.applies(code, post)]
        return frozenset().union(*found) or frozenset({NO_ROLE}) if found else frozenset()


class GroupTally:
    """Adds people up by role or sector: each is counted once in every one in which they count."""

    def __init__(self) -> None:
        self._found: dict[GroupKey, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
        self.again: dict[int, int] = defaultdict(int)

    def add(
        self, groups: Collection[str], requirement_id: int, status: Status, covered: bool, people: int = 1
    ) -> None:
        """Count so many people who count in the same groups."""
        column = COUNT_NAMES.index(status.value)
        for group in groups:
            counts = self._found[group, requirement_id]
            counts[column] += people
            if covered:
                counts[-1] += people
        self.again[requirement_id] += people * max(0, len(groups) - 1)

    def counts(self) -> dict[GroupKey, Counts]:
        """The counts of every group in which someone is required."""
        return {key: Counts(*counts) for key, counts in self._found.items()}
