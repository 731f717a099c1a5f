"""What a change of one person's facts would make of that person, and of the figures: a what-if, kept nowhere."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.figures import Counts, counts_of
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import NO_TIMELINE, Span, Timeline
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.services.figures import Question, Reference, figures_on
from compliance.store.facts import people_facts
from compliance.store.rules import load_rule_book
from foundation.dates import FAR_DAY, day_after


@dataclass(frozen=True, slots=True)
class RequirementEffect:
    """One requirement of a person, without the change and with it, on `since`: the first day on which they differ.

    None stands for a day on which it is not required.
    """

    requirement: str
    title: str
    since: date
    before: Span | None
    after: Span | None


@dataclass(frozen=True, slots=True)
class FigureEffect:
    """The figure of a requirement for everybody on a day, as it is and as the change makes it."""

    requirement: str
    title: str
    day: date
    before: Counts
    after: Counts


def person_effects(
    book: RuleBook, before: PersonFacts, after: PersonFacts, day: date
) -> list[RequirementEffect]:
    """Every requirement of which something else is said on a day or later, in order of codes. Pure.

    What differs only before the day is left out. Status, due day and valid until are what is compared.
    """
    timelines = Timelines(book)
    was, will_be = timelines.of(before), timelines.of(after)
    found = []
    for code in sorted(was.keys() | will_be.keys()):
        old, new = was.get(code, NO_TIMELINE), will_be.get(code, NO_TIMELINE)
        since = first_difference(old, new, day)
        if since is not None:
            line = book.requirement_on(code, since) or book.latest(code)
            title = line.title if line and line.title else code
            found.append(RequirementEffect(code, title, since, old.on(since), new.on(since)))
    return found


def effect_of(
    session: Session, person_id: int, change: Callable[[PersonFacts], PersonFacts], day: date
) -> list[RequirementEffect]:
    """The same for somebody in the record, whose facts `change` would turn into others. Writes nothing."""
    book = load_rule_book(session)
    for _, facts in people_facts(session, [person_id]):
        return person_effects(book, facts, change(facts), day)
    return []


def figure_effects(session: Session, effects: Iterable[RequirementEffect]) -> list[FigureEffect]:
    """What these effects make of the figure of each requirement, on the day on which each begins (counting rule 7)."""
    found, reference = [], Reference.read(session)
    for effect in effects:
        question = Question(requirement=effect.requirement)
        rows = figures_on(session, [effect.since], question, reference=reference).rows
        before = rows[0].counts if rows else Counts()
        without = _less(before, _part(effect.before))
        found.append(
            FigureEffect(
                effect.requirement, effect.title, effect.since, before, without + _part(effect.after)
            )
        )
    return found


def _part(span: Span | None) -> Counts:
    return counts_of([] if span is None else [(span.status, span.covered)])


def _less(counts: Counts, part: Counts) -> Counts:
    return Counts(*(getattr(counts, name) - getattr(part, name) for name in Counts.__dataclass_fields__))


def first_difference(old: Timeline, new: Timeline, day: date) -> date | None:
    """The first day, from `day` on, of which the two timelines say something else."""
    for one in _turns((*old.spans, *new.spans), day):
        if _said(old.on(one)) != _said(new.on(one)):
            return one
    return None


def _turns(spans: Sequence[Span], day: date) -> list[date]:
    turns = {day}
    for span in spans:
        turns.add(span.first_day)
        if span.last_day != FAR_DAY:
            turns.add(day_after(span.last_day))
    return sorted(turn for turn in turns if turn >= day)


def _said(span: Span | None) -> tuple[object, ...] | None:
    return None if span is None else (span.status, span.due_on, span.covered, span.valid_until)
