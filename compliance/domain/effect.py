"""What a change of the rules does to people and figures on a day: a what-if over the facts, kept nowhere."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from compliance.domain.figures import Counts, Judgement, counts_of, judge
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status, Timeline
from compliance.domain.target import target_for
from compliance.domain.timeline import PersonFacts, Timelines


@dataclass(frozen=True, slots=True)
class Effect:
    """One requirement on a day, before and after a change of the rules. People are given by id, in order."""

    requirement: str
    title: str
    before: Counts
    after: Counts
    target_before: int | None
    """In hundredths of a percent; None where no target is in force."""
    target_after: int | None
    gain: tuple[int, ...] = ()
    """Required now, and not before."""
    lose: tuple[int, ...] = ()
    """No longer required."""
    become_overdue: tuple[int, ...] = ()
    """Counted and not compliant now; before, they were compliant, not counted or not required."""
    become_compliant: tuple[int, ...] = ()
    """Compliant now; before, they were required and not compliant."""

    @property
    def judged_before(self) -> Judgement | None:
        return judge(self.before, self.target_before)

    @property
    def judged_after(self) -> Judgement | None:
        return judge(self.after, self.target_after)


def effects(
    before: RuleBook,
    after: RuleBook,
    codes: Collection[str],
    people: Iterable[tuple[int, PersonFacts]],
    day: date,
) -> tuple[Effect, ...]:
    """As `effects_on`, on one day."""
    return effects_on(before, after, codes, people, [day])[day]


def effects_on(
    before: RuleBook,
    after: RuleBook,
    codes: Collection[str],
    people: Iterable[tuple[int, PersonFacts]],
    days: Sequence[date],
) -> dict[date, tuple[Effect, ...]]:
    """What becomes of each requirement on some days when one rule book takes another's place, in order of codes.

    `codes` are the requirements to look at; the others must be the same in both (`change.concerned`). Everybody is read
    once, and both rule books are asked in the same pass, however many days are wanted.
    """
    old, new = Timelines(before, codes), Timelines(after, codes)
    tallies: dict[tuple[date, str], _Tally] = defaultdict(_Tally)
    for person_id, facts in people:
        was, will_be = old.of(facts), new.of(facts)
        for code in was.keys() | will_be.keys():
            for day in days:
                tallies[day, code].add(person_id, _on(was.get(code), day), _on(will_be.get(code), day))
    return {
        day: tuple(_effect(before, after, code, tallies[day, code], day) for code in sorted(codes))
        for day in days
    }


def unmoved(before: RuleBook, after: RuleBook, code: str, counts: Counts, day: date) -> Effect:
    """A requirement of which the targets alone change: the people stay as they are."""
    return Effect(code, _title(before, after, code), counts, counts, *_targets(before, after, code, day))


def _on(timeline: Timeline | None, day: date) -> Span | None:
    return None if timeline is None else timeline.on(day)


class _Tally:
    def __init__(self) -> None:
        self.before: Counter[tuple[Status, bool]] = Counter()
        self.after: Counter[tuple[Status, bool]] = Counter()
        self.gain: list[int] = []
        self.lose: list[int] = []
        self.become_overdue: list[int] = []
        self.become_compliant: list[int] = []

    def add(self, person_id: int, was: Span | None, now: Span | None) -> None:
        """Note one person's spans of the day; None where the requirement does not apply."""
        if was is not None:
            self.before[was.status, was.covered] += 1
        if now is not None:
            self.after[now.status, now.covered] += 1
        if now is None:
            if was is not None:
                self.lose.append(person_id)
            return
        if was is None:
            self.gain.append(person_id)
        elif now.status.is_compliant and not was.status.is_compliant:
            self.become_compliant.append(person_id)
        if _is_overdue(now) and (was is None or not _is_overdue(was)):
            self.become_overdue.append(person_id)


def _is_overdue(span: Span) -> bool:
    return span.status.is_counted and not span.status.is_compliant


def _effect(before: RuleBook, after: RuleBook, code: str, tally: _Tally, day: date) -> Effect:
    return Effect(
        code,
        _title(before, after, code),
        counts_of(tally.before.elements()),
        counts_of(tally.after.elements()),
        *_targets(before, after, code, day),
        gain=tuple(sorted(tally.gain)),
        lose=tuple(sorted(tally.lose)),
        become_overdue=tuple(sorted(tally.become_overdue)),
        become_compliant=tuple(sorted(tally.become_compliant)),
    )


def _title(before: RuleBook, after: RuleBook, code: str) -> str:
    line = after.latest(code) or before.latest(code)
    return line.title if line else ""


def _targets(before: RuleBook, after: RuleBook, code: str, day: date) -> tuple[int | None, int | None]:
    return _target(before, code, day), _target(after, code, day)


def _target(book: RuleBook, code: str, day: date) -> int | None:
    found = target_for(book.targets, code, day)
    return None if found is None else found.percent_hundredths
