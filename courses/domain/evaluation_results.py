"""What people thought of workshops, added up so that nobody's answers can be worked out (domain notes 8). Pure.

The rules of what is shown:

1. The answers of one moment (before, after, later) of a workshop are shown once, when it is over, and from five on.
   While they come in nothing is shown: from yesterday's figure and today's, the answer between could be worked out.
2. A total over several workshops adds up what is shown of each, and nothing else: subtracting one page from another
   gives what stands on a third.
3. A paired change (of those who answered both times) is shown from five pairs on, and only if no sum or difference of
   all that is shown of the workshop is about fewer than five people.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from itertools import combinations

from courses.domain.evaluation import AGREES, FEWEST_SHOWN, STATEMENTS, When

COMPARED = (When.AFTER, When.LATER)
"""What is compared with the answers before the workshop."""
MINUS = "\N{MINUS SIGN}"
Pattern = frozenset[When]
"""At which moments somebody answered."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One set of answers. `pair` is the same for whoever answered at several moments."""

    pair: str
    asked: When
    marks: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Sums:
    """So many people's marks, added up statement by statement; `agreeing`: how many of them agree."""

    people: int
    totals: tuple[int, ...]
    agreeing: tuple[int, ...]

    def __add__(self, other: "Sums") -> "Sums":
        return Sums(
            self.people + other.people,
            _added(self.totals, other.totals),
            _added(self.agreeing, other.agreeing),
        )


@dataclass(frozen=True, slots=True)
class Change:
    """By how much the marks of so many people who answered both times went up, added up statement by statement."""

    people: int
    totals: tuple[int, ...]

    def __add__(self, other: "Change") -> "Change":
        return Change(self.people + other.people, _added(self.totals, other.totals))


@dataclass(frozen=True, slots=True)
class Results:
    """What may be shown. A moment that is missing from `sums` and from `too_few` is not over yet."""

    sums: Mapping[When, Sums] = field(default_factory=dict)
    changes: Mapping[When, Change] = field(default_factory=dict)
    too_few: Collection[When] = ()


def results(answers: Iterable[Answer], over: Collection[When]) -> Results:
    """What may be shown of one workshop; `over`: the moments at which nobody can answer any more."""
    by_pair: dict[str, dict[When, tuple[int, ...]]] = defaultdict(dict)
    for answer in answers:
        if answer.asked in over:
            by_pair[answer.pair][answer.asked] = answer.marks
    given: dict[When, list[tuple[int, ...]]] = {when: [] for when in When if when in over}
    for marks in by_pair.values():
        for when, of_it in marks.items():
            given[when].append(of_it)
    shown = {when: _sums(marks) for when, marks in given.items() if len(marks) >= FEWEST_SHOWN}
    patterns = Counter(frozenset(marks).intersection(shown) for marks in by_pair.values())
    counts = tuple(
        sorted(((pattern, count) for pattern, count in patterns.items() if pattern), key=_pattern_order)
    )
    changes = {
        when: _change([(marks[When.BEFORE], marks[when]) for marks in by_pair.values() if _both(marks, when)])
        for when in shown_changes(counts, tuple(when for when in When if when in shown))
    }
    return Results(shown, changes, frozenset(given.keys() - shown.keys()))


def together(several: Iterable[Results]) -> Results:
    """What may be shown of several workshops together: what is shown of each, added up."""
    sums: dict[When, Sums] = {}
    changes: dict[When, Change] = {}
    for one in several:
        for when, found in one.sums.items():
            sums[when] = sums[when] + found if when in sums else found
        for when, change in one.changes.items():
            changes[when] = changes[when] + change if when in changes else change
    return Results(sums, changes)


@lru_cache(maxsize=4096)
def shown_changes(patterns: tuple[tuple[Pattern, int], ...], shown: tuple[When, ...]) -> tuple[When, ...]:
    """Which paired changes may stand beside the sums that are shown (rule 3). `patterns`: how many answered when."""
    possible = [
        when
        for when in COMPARED
        if {When.BEFORE, when} <= set(shown)
        and sum(count for pattern, count in patterns if {When.BEFORE, when} <= pattern) >= FEWEST_SHOWN
    ]
    for many in range(len(possible), 0, -1):
        for chosen in combinations(possible, many):
            if not tells_of_few(patterns, shown, chosen):
                return chosen
    return ()


def tells_of_few(
    patterns: Sequence[tuple[Pattern, int]], shown: Sequence[When], changes: Sequence[When]
) -> bool:
    """Whether some sum of multiples of what is shown is about fewer people than may be told of.

    What is shown of a statement is a sum of marks; a multiple of it is one of the same marks. Some combination leaves
    everybody out but a few people if what those add cannot be had from the others: if it makes the rank higher.
    """
    rows = {pattern: _rows(pattern, shown, changes) for pattern, _ in patterns}
    rank = _rank([row for of_it in rows.values() for row in of_it])
    for many in range(1, len(patterns) + 1):
        for few in combinations(patterns, many):
            if sum(count for _, count in few) >= FEWEST_SHOWN:
                continue
            names = {pattern for pattern, _ in few}
            if (
                _rank([row for pattern, of_it in rows.items() if pattern not in names for row in of_it])
                < rank
            ):
                return True
    return False


def _rows(pattern: Pattern, shown: Sequence[When], changes: Sequence[When]) -> list[list[Fraction]]:
    """For each moment at which these people answered: how often their marks stand in each figure that is shown."""
    rows = []
    for moment in sorted(pattern):
        row = [Fraction(moment is when) for when in shown]
        for when in changes:
            is_pair = {When.BEFORE, when} <= pattern
            row.append(Fraction((moment is when) - (moment is When.BEFORE) if is_pair else 0))
        rows.append(row)
    return rows


def _rank(rows: list[list[Fraction]]) -> int:
    """How many of the rows say something that the others do not."""
    left, rank = [list(row) for row in rows], 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[rank:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for row in left[rank + 1 :]:
            factor = row[column] / pivot[column]
            row[:] = [mine - factor * other for mine, other in zip(row, pivot, strict=True)]
        rank += 1
    return rank


def mean_words(total: int, people: int) -> str:
    """A mean mark with one decimal, rounded to the nearest.

    >>> mean_words(21, 5), mean_words(17, 8)
    ('4.2', '2.1')
    """
    return _tenths(Fraction(total, people))


def change_words(change: Fraction) -> str:
    """By how much a mean went up or down.

    >>> change_words(Fraction(3, 5)), change_words(Fraction(-3, 5)) == f"{MINUS}0.6", change_words(Fraction(1, 100))
    ('+0.6', True, '0.0')
    """
    words = _tenths(abs(change))
    return words if words == "0.0" else f"{MINUS if change < 0 else '+'}{words}"


def _tenths(value: Fraction) -> str:
    tenths = (20 * value.numerator + value.denominator) // (2 * value.denominator)
    return f"{tenths // 10}.{tenths % 10}"


def _sums(marks: Sequence[tuple[int, ...]]) -> Sums:
    each = range(len(STATEMENTS))
    return Sums(
        len(marks),
        tuple(sum(of_it[one] for of_it in marks) for one in each),
        tuple(sum(of_it[one] >= AGREES for of_it in marks) for one in each),
    )


def _change(pairs: Sequence[tuple[tuple[int, ...], tuple[int, ...]]]) -> Change:
    each = range(len(STATEMENTS))
    return Change(len(pairs), tuple(sum(after[one] - before[one] for before, after in pairs) for one in each))


def _both(marks: Mapping[When, tuple[int, ...]], when: When) -> bool:
    return When.BEFORE in marks and when in marks


def _added(some: tuple[int, ...], others: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(one + other for one, other in zip(some, others, strict=True))


def _pattern_order(item: tuple[Pattern, int]) -> tuple[str, ...]:
    return tuple(sorted(item[0]))
