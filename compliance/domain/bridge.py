"""Why a figure moved between two days: every person whose part in it changed, under exactly one reason. Pure.

A person's part in a figure is whether they are counted, and whether they are in date (counting rule 7): two numbers,
nought or one. The figure is the sum of these parts, so the sum of their changes is the change of the figure. Whoever's
part is the same on both days moves nothing and is named nowhere, whatever happened to them in between.

Several things may have happened to one person. The first reason of these that fits is given:

1. `correction`: by what is known at the second end, the person's part on the first day was another one. What was wrong
   in the first figure cannot be explained by anything that happened after it.
2. `joined`, `left`: no post at all on the first day, or on the second. Whatever the rules and the training, such a
   person could not have been in that figure.
3. `moved`: a post in the units asked about on only one of the days, for the same reason.
4. `rule_change`: under the rules of the first day, unchanged, the person's part on the second day would be another one.
   After this the rules are out of it: what is left is explained by facts and by days passing, as if under those rules.
5. `role_change`: required on only one of the days, with posts on both.
6. `absence`: away from work or exempt on one of the days; while somebody is, nothing else decides their part.
7. `newly_trained`, `renewed`: in date now; nothing had counted by the first day, or something had.
8. `lapsed`: in date before and not any more: cover ran out or was withdrawn.
9. `became_due`: not yet due before, counted now.
10. What is left was counted, is not in date, and has time again: because of an absence that ended in between
    (`absence`), or because a new run began, after days without any post (`left`) or without the role (`role_change`).

Asked from a later day to an earlier one, the answer is that of the same two days the other way round, its signs turned.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from compliance.domain.change import concerned
from compliance.domain.cover import covers, first_counted
from compliance.domain.figures import Counts
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status, Timeline
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.domain.unchanged import unchanged_since
from courses.domain import ACCEPTED_EVIDENCE
from foundation.dates import Period, joined
from people.domain import Spell


class Reason(StrEnum):
    """Why the part of a person in a figure changed, in the order in which a bridge shows them."""

    JOINED = "joined"
    LEFT = "left"
    MOVED = "moved"
    ROLE_CHANGE = "role_change"
    RULE_CHANGE = "rule_change"
    ABSENCE = "absence"
    BECAME_DUE = "became_due"
    NEWLY_TRAINED = "newly_trained"
    RENEWED = "renewed"
    LAPSED = "lapsed"
    CORRECTION = "correction"


REASONS = tuple(Reason)
_AWAY = frozenset({Status.EXEMPT, Status.ABSENT})
_SAYS_WHETHER_TRAINED = {
    Status.COMPLIANT: True,
    Status.EXPIRING: True,
    Status.EXPIRED: True,
    Status.OUTSTANDING: False,
}


class Part(NamedTuple):
    """What one person adds to the two numbers of a figure."""

    counted: int
    in_date: int


_NO_PART = Part(0, 0)
_PARTS = {status: Part(int(status.is_counted), int(status.is_compliant)) for status in Status}


def part_of(span: Span | None) -> Part:
    """The part of a person in a figure; None: not required, or not inside what is asked about."""
    return _NO_PART if span is None else _PARTS[span.status]


@dataclass(frozen=True, slots=True)
class BridgeLine:
    """One reason: how many people, and what they bring to the figure and take from it."""

    reason: Reason
    people: int = 0
    counted_more: int = 0
    counted_fewer: int = 0
    in_date_more: int = 0
    in_date_fewer: int = 0

    @property
    def counted(self) -> int:
        """By how much the people counted change."""
        return self.counted_more - self.counted_fewer

    @property
    def in_date(self) -> int:
        """By how much the people in date change."""
        return self.in_date_more - self.in_date_fewer


@dataclass(frozen=True, slots=True)
class Bridge:
    """The figure of one requirement at both ends, and the reasons that lead from the one to the other."""

    requirement: str
    before: Counts
    after: Counts
    lines: tuple[BridgeLine, ...] = ()

    @property
    def adds_up(self) -> bool:
        """Whether the figure before and all lines give the figure after, in both numbers."""
        return (
            self.before.counted + sum(line.counted for line in self.lines) == self.after.counted
            and self.before.in_date + sum(line.in_date for line in self.lines) == self.after.in_date
        )


class Movements:
    """Adds people up by requirement and reason."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, Reason], list[int]] = {}

    def add(self, code: str, reason: Reason, before: Part, after: Part) -> None:
        """Count one person in whose part changed."""
        numbers = self._found.setdefault((code, reason), [0] * 5)
        numbers[0] += 1
        for place, difference in ((1, after.counted - before.counted), (3, after.in_date - before.in_date)):
            numbers[place if difference > 0 else place + 1] += abs(difference)

    @property
    def codes(self) -> set[str]:
        """The requirements whose figures somebody moved."""
        return {code for code, _ in self._found}

    def lines(self, code: str) -> tuple[BridgeLine, ...]:
        """The lines of a requirement's bridge, in the order of the reasons."""
        return tuple(
            BridgeLine(reason, *self._found[code, reason])
            for reason in REASONS
            if (code, reason) in self._found
        )


class Bridging:
    """Finds the reason, between two days in order, under one rule book and one state of knowledge.

    `inside` are the ids of the units asked about, everything below them included; None: everybody.
    """

    def __init__(
        self,
        book: RuleBook,
        first_day: date,
        last_day: date,
        inside: Container[int] | None = None,
        only: Iterable[str] | None = None,
    ) -> None:
        self.first_day = first_day
        self.last_day = last_day
        self._inside = inside
        self._still = unchanged_since(book, first_day)
        changed = concerned(self._still, unchanged_since(book, last_day))
        # Some of these may not be among the unchanged rules at all: a requirement that is new.
        self._changed = frozenset(changed if only is None else changed & set(only))
        self._unchanged = Timelines(self._still, self._changed)
        self._last: tuple[PersonFacts, dict[str, Timeline]] | None = None

    def span_on(self, timeline: Timeline | None, day: date) -> Span | None:
        """The span of a day of somebody who is required on it, inside what is asked about (counting rule 8)."""
        if timeline is None:
            return None
        if self._inside is not None and not any(
            unit.unit_id in self._inside for unit in timeline.units if unit.first_day <= day <= unit.last_day
        ):
            return None
        return timeline.on(day)

    def needs_facts(self, code: str, before: Span | None, after: Span | None) -> bool:
        """Whether `reason` reads more of the person than the post spells."""
        return code in self._changed or (part_of(after).in_date > 0 and _says_nothing_of_training(before))

    def reason(
        self, code: str, before: Span | None, after: Span | None, person: PersonFacts, shown: Span | None
    ) -> Reason | None:
        """Why the part of a person is another one on the last day than the one shown for the first; None: it is not.

        `shown` is what the first figure had, `before` what is known of that day by now. None stands for a person who is
        not required, or not inside what is asked about.
        """
        if part_of(shown) == part_of(after):
            return None
        if part_of(shown) != part_of(before):
            return Reason.CORRECTION
        return self._by_posts(person.spells) or self._by_rules_and_standing(code, before, after, person)

    def _by_posts(self, spells: Sequence[Spell]) -> Reason | None:
        first = [spell for spell in spells if spell.first_day <= self.first_day <= spell.last_day]
        last = [spell for spell in spells if spell.first_day <= self.last_day <= spell.last_day]
        if not first:
            return Reason.JOINED
        if not last:
            return Reason.LEFT
        if self._inside is None:
            return None
        was_inside = any(spell.place.unit_id in self._inside for spell in first)
        is_inside = any(spell.place.unit_id in self._inside for spell in last)
        return Reason.MOVED if was_inside != is_inside else None

    def _by_rules_and_standing(
        self, code: str, before: Span | None, after: Span | None, person: PersonFacts
    ) -> Reason:
        if code in self._changed:
            unchanged = self.span_on(self._under_unchanged_rules(person).get(code), self.last_day)
            if part_of(unchanged) != part_of(after):
                return Reason.RULE_CHANGE
            after = unchanged
        if before is None or after is None:
            return Reason.ROLE_CHANGE
        if before.status in _AWAY or after.status in _AWAY:
            return Reason.ABSENCE
        if after.status.is_compliant:
            return Reason.RENEWED if self._was_trained(code, before, person) else Reason.NEWLY_TRAINED
        if before.status.is_compliant:
            return Reason.LAPSED
        if after.status.is_counted:
            return Reason.BECAME_DUE
        return self._time_again(before, after, person.spells)

    def _under_unchanged_rules(self, person: PersonFacts) -> dict[str, Timeline]:
        # One person is asked about once for each requirement, one after the other.
        if self._last is None or self._last[0] is not person:
            self._last = (person, self._unchanged.of(person))
        return self._last[1]

    def _was_trained(self, code: str, before: Span, person: PersonFacts) -> bool:
        """Whether anything had counted by the first day (the question of counting rule 6, `expired`)."""
        if not _says_nothing_of_training(before):
            return _SAYS_WHETHER_TRAINED[before.status]
        terms = next(terms for terms in self._still.terms(code) if self.first_day in terms.period)
        counting = covers(person.completions, terms.acceptances, terms.requirement.renewal, ACCEPTED_EVIDENCE)
        return first_counted(counting) <= self.first_day

    def _time_again(self, before: Span, after: Span, spells: Sequence[Spell]) -> Reason:
        """Counting rules 3 and 4: in one run, only an absence that ended puts the due day off."""
        if after.run_first_day == before.run_first_day:
            return Reason.ABSENCE
        days = Period(self.first_day, self.last_day)
        employed = joined(Period(spell.first_day, spell.last_day) for spell in spells)
        return Reason.ROLE_CHANGE if any(period.meet(days) == days for period in employed) else Reason.LEFT


def _says_nothing_of_training(before: Span | None) -> bool:
    return before is not None and before.status not in _SAYS_WHETHER_TRAINED
