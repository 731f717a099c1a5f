"""Histories of a few people, drawn at random: what happens, when it becomes known, and what is corrected later."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from hypothesis import strategies as st

from compliance.domain.requirement import (
    AcceptedCourse,
    ReminderStep,
    Renewal,
    Requirement,
    RoleLink,
    RuleBook,
)
from compliance.domain.timeline import Exemption, PersonFacts, Timelines
from courses.domain import Completion, Course, Evidence
from foundation.dates import FAR_DAY
from people.domain import Absence, Place, Spell

BEGIN = date(2026, 1, 5)
PLACE = Place(1, "Homes", "Council", "council")
ANNA, BEN, MAY, MAX, HEDA = 1, 2, 11, 12, 21
"""Two people, two managers and a head of service."""
COURSES = ("C", "D")
CODES = ("w", "b20", "b7", "b0", "o1", "o5", "o12", "m1", "h12")
STEPS = (
    ReminderStep("w", "welcome", 0),
    ReminderStep("b20", "before", 20),
    ReminderStep("b7", "before", 7),
    ReminderStep("b0", "before", 0),
    ReminderStep("o1", "overdue", 1),
    ReminderStep("o5", "overdue", 5),
    ReminderStep("o12", "overdue", 12),
    ReminderStep("m1", "overdue", 1, "manager"),
    ReminderStep("h12", "overdue", 12, "head_of_service"),
)


HAPPENS = (
    *("done", "done", "late", "undone", "checked", "away", "back", "exempt", "moved", "left"),
    *("manager", "email", "weekly", "steps", "steps"),
)


@dataclass(frozen=True)
class Known:
    """What is known from a day on."""

    facts: Mapping[int, PersonFacts]
    managers: Mapping[int, tuple[int, ...]]
    emails: frozenset[int]
    weekly: frozenset[int]
    steps: tuple[ReminderStep, ...]


@dataclass(frozen=True)
class History:
    """What was known when, on which days somebody worked, and whether they looked again before it left."""

    book: RuleBook
    known: tuple[tuple[date, Known], ...]
    days: tuple[date, ...]
    late: frozenset[date]
    """Days on which what becomes known the next day is known before the messages leave."""
    holidays: frozenset[date]
    weekday: str
    most: int

    def on(self, day: date) -> Known:
        """What was known when the day was planned."""
        return [known for since, known in self.known if since <= day][-1]


@st.composite
def histories(draw: st.DrawFn) -> History:
    """Half a year or so of two people."""
    book = draw(_books())
    days = _days(draw)
    known = Known(
        {person: PersonFacts(spells=[_spell(draw)]) for person in (ANNA, BEN)},
        {ANNA: (MAY,), BEN: draw(st.sampled_from(((MAY,), (MAY, MAX), (ANNA,), (ANNA,), ())))},
        frozenset((ANNA, BEN, MAY, MAX, HEDA)) - draw(st.sets(st.sampled_from((ANNA, MAY)), max_size=1)),
        draw(st.frozensets(st.sampled_from((ANNA, BEN)), max_size=2)),
        STEPS,
    )
    found = [(BEGIN, known)]
    moments = draw(st.lists(st.integers(1, 200), max_size=9).map(sorted))
    for moment in moments:
        day = BEGIN + timedelta(days=moment)
        known = _changed(draw, known, day)
        found.append((day, known))
    return History(
        book,
        tuple(found),
        days,
        draw(st.sampled_from((frozenset(), frozenset(_before(day) for day, _ in found[1:])))),
        draw(st.frozensets(st.integers(0, 200).map(lambda days: BEGIN + timedelta(days=days)), max_size=4)),
        draw(st.sampled_from(("mon", "wed", "fri"))),
        draw(st.sampled_from((2, 1))),
    )


def _before(day: date) -> date:
    return day - timedelta(days=1)


def _days(draw: st.DrawFn) -> tuple[date, ...]:
    """The days on which the scheduler runs: all but some stretches in which it is down."""
    length = draw(st.integers(40, 230))
    down: set[int] = set()
    for first in draw(st.lists(st.integers(0, length), max_size=3)):
        down.update(range(first, first + draw(st.sampled_from((1, 3, 9, 30)))))
    return tuple(BEGIN + timedelta(days=number) for number in range(length) if number not in down)


@st.composite
def _books(draw: st.DrawFn) -> RuleBook:
    months = draw(st.sampled_from((1, 2, 3, 4)))
    return RuleBook(
        courses=(Course("C", "C", validity_months=months), Course("D", "D", validity_months=months + 1)),
        requirements=(
            Requirement(
                "R",
                renewal=Renewal(),
                expiring_days=draw(st.sampled_from((20, 30))),
                return_due_days=draw(st.sampled_from((10, 25))),
                rejoin_gap_days=5,
                shortest_absence_days=7,
            ),
        ),
        links=(RoleLink("R", "*", draw(st.sampled_from((0, 7, 25, 45)))),),
        accepted=(AcceptedCourse("R", "C"), AcceptedCourse("R", "D")),
    )


def _spell(draw: st.DrawFn) -> Spell:
    first = BEGIN + timedelta(days=draw(st.sampled_from((-200, -40, 0, 3, 30, 60))))
    return Spell(first, FAR_DAY, PLACE)


def _changed(draw: st.DrawFn, known: Known, today: date) -> Known:
    """One thing that happens, or that is found to have been otherwise."""
    person = draw(st.sampled_from((ANNA, BEN)))
    facts = known.facts[person]
    match draw(st.sampled_from(HAPPENS)):
        case "done":
            facts = _with(facts, _completion(draw, today, 0, 5))
        case "late":
            facts = _with(facts, _completion(draw, today, 5, 150))
        case "undone" if facts.completions:
            gone = draw(st.sampled_from(tuple(facts.completions)))
            facts = replace(facts, completions=tuple(one for one in facts.completions if one is not gone))
        case "checked":
            facts = replace(facts, completions=tuple(map(_checked(draw), facts.completions)))
        case "away":
            first = today - timedelta(days=draw(st.integers(-3, 20)))
            last = draw(st.sampled_from((FAR_DAY, first + timedelta(days=15), first + timedelta(days=40))))
            facts = replace(facts, absences=(*facts.absences, Absence(first, last)))
        case "back" if facts.absences:
            last = max(today, facts.absences[-1].first_day)
            back = Absence(facts.absences[-1].first_day, last)
            facts = replace(facts, absences=(*facts.absences[:-1], back))
        case "exempt":
            first = today - timedelta(days=draw(st.integers(0, 9)))
            last = today + timedelta(days=draw(st.integers(0, 40)))
            facts = replace(facts, exemptions=(*facts.exemptions, Exemption("R", first, last)))
        case "moved":
            facts = replace(facts, spells=(_spell(draw),))
        case "left":
            spell = facts.spells[-1]
            if spell.first_day <= today:
                facts = replace(facts, spells=(replace(spell, last_day=today),))
        case "manager":
            above = draw(st.sampled_from(((MAY,), (MAX,), (MAY, MAX), ())))
            return replace(known, managers={**known.managers, person: above})
        case "email":
            someone = draw(st.sampled_from((ANNA, BEN, MAY)))
            return replace(known, emails=known.emails ^ {someone})
        case "weekly":
            return replace(known, weekly=known.weekly ^ {person})
        case "steps":
            return replace(known, steps=_edited(draw, known.steps))
        case _:
            return known
    return replace(known, facts={**known.facts, person: facts})


def _with(facts: PersonFacts, completion: Completion) -> PersonFacts:
    return replace(facts, completions=(*facts.completions, completion))


def _completion(draw: st.DrawFn, today: date, least: int, most: int) -> Completion:
    return Completion(
        draw(st.sampled_from(COURSES)),
        today - timedelta(days=draw(st.integers(least, most))),
        evidence=draw(st.sampled_from((Evidence.TRUSTED, Evidence.TRUSTED, Evidence.AWAITING))),
    )


def _checked(draw: st.DrawFn):  # type: ignore[no-untyped-def]  # a function of completions
    evidence = draw(st.sampled_from((Evidence.VERIFIED, Evidence.REJECTED)))
    return lambda one: replace(one, evidence=evidence) if one.evidence == Evidence.AWAITING else one


def _edited(draw: st.DrawFn, steps: tuple[ReminderStep, ...]) -> tuple[ReminderStep, ...]:
    """Other days, a new step, a step of the requirement's own, or one step less."""
    step = draw(st.sampled_from(steps)) if steps else STEPS[0]
    days = draw(st.sampled_from((0, 3, 7, 10, 20, 28)))
    match draw(st.sampled_from(("days", "new", "own", "ended", "back"))):
        case "days":
            return tuple(replace(one, days=days) if one is step else one for one in steps)
        case "new":
            new = ReminderStep(f"n{len(steps)}{days}", draw(st.sampled_from(("before", "overdue"))), days)
            return steps if any(one.code == new.code for one in steps) else (*steps, new)
        case "own":
            own = replace(step, requirement="R", days=days)
            return (
                steps
                if any(one.requirement == "R" and one.code == own.code for one in steps)
                else (*steps, own)
            )
        case "ended":
            return tuple(one for one in steps if one is not step)
        case _:
            return STEPS


def timelines(history: History) -> Timelines:
    """What makes the timelines of a history."""
    return Timelines(history.book)
