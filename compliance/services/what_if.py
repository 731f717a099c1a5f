"""What a change of the rules would do to people and figures: both rule books in one pass over those concerned.

Kept nowhere (counting rule 9): the timelines of the record stay as they are.
"""

from collections.abc import Iterator, Sequence
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.change import RuleChange, concerned
from compliance.domain.effect import Effect, effects_on, unmoved
from compliance.domain.figures import NOBODY, Counts
from compliance.domain.requirement import RuleBook
from compliance.domain.standing import UnitKey
from compliance.domain.target import target_for
from compliance.domain.timeline import PersonFacts
from compliance.models import WHOLE
from compliance.store.concerned import people_concerned
from compliance.store.facts import people_facts
from compliance.store.figures import rolled_up
from compliance.store.rules import requirement_ids
from foundation.facts import Progress, no_progress

Effects = dict[date, tuple[Effect, ...]]
"""For each day, the requirements whose people or targets change, in order of codes; the others stay as they are."""


def who_is_concerned(session: Session, change: RuleChange) -> list[int]:
    """The ids of everybody whose timelines the change can touch, in order; nobody where only targets change."""
    codes = concerned(change.before, change.after)
    if not codes:
        return []
    ids = requirement_ids(session)
    return people_concerned(session, [ids[code] for code in codes if code in ids], change.after, codes)


def what_if(
    session: Session,
    change: RuleChange,
    days: Sequence[date],
    progress: Progress = no_progress,
    person_ids: Sequence[int] | None = None,
) -> Effects:
    """What the change would do on some days. `person_ids` is the answer of `who_is_concerned`, where it is known."""
    before, after = change.before, change.after
    codes = concerned(before, after)
    found: Effects = dict.fromkeys(days, ())
    if codes:
        if person_ids is None:
            person_ids = who_is_concerned(session, change)
        found = effects_on(before, after, codes, _watched(session, person_ids, progress), days)
    counts: dict[date, dict[UnitKey, Counts]] = {}
    ids = requirement_ids(session)
    for day in days:
        moved = {effect.requirement for effect in found[day]}
        retargeted = _retargeted(before, after, day) - moved
        if retargeted and not counts:
            counts = rolled_up(session, days, [WHOLE])
        more = [
            unmoved(before, after, code, counts[day].get((WHOLE, ids.get(code, WHOLE)), NOBODY), day)
            for code in retargeted
        ]
        found[day] = tuple(sorted((*found[day], *more), key=lambda effect: effect.requirement))
    return found


def _retargeted(before: RuleBook, after: RuleBook, day: date) -> set[str]:
    return {
        code
        for code in {*before.codes, *after.codes}
        if target_for(before.targets, code, day) != target_for(after.targets, code, day)
    }


def _watched(
    session: Session, person_ids: Sequence[int], progress: Progress
) -> Iterator[tuple[int, PersonFacts]]:
    """The facts of people, with the progress told."""
    total = len(person_ids)
    for done, person in enumerate(people_facts(session, person_ids)):
        if done % 100 == 0:
            progress("People", done, total)
        yield person
    progress("People", total, total)
