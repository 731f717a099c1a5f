"""What accepting a completion that waits for a check makes of its requirements, for `courses.services.acceptance`.

Worked out from the facts alone: accepting records the same completion with other evidence, and nothing else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.spans import NO_TIMELINE
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.services.person_effect import first_difference
from compliance.services.record_effect import span_words
from compliance.store.facts import people_facts
from compliance.store.rules import load_rule_book
from courses.domain import CompletionKey, Evidence
from courses.services.acceptance import MetLine


@dataclass(frozen=True, slots=True)
class AcceptanceRules:
    """Applies the rule book to facts with and without the acceptance."""

    def accepting(self, session: Session, keys: Sequence[CompletionKey], day: date) -> Sequence[MetLine]:
        """What accepting these would do, in order of people and codes."""
        book, of = load_rule_book(session), {key.person_id: key for key in keys}
        codes = {line.requirement for line in book.accepted if line.course in {key.course for key in keys}}
        timelines, found = Timelines(book, only=codes), []
        for person_id, facts in people_facts(session, sorted(of)):
            was, will_be = timelines.of(facts), timelines.of(_accepted(facts, of[person_id]))
            for code in sorted(was.keys() | will_be.keys()):
                old, new = was.get(code, NO_TIMELINE), will_be.get(code, NO_TIMELINE)
                since = first_difference(old, new, day)
                shown = since or day
                if since is None and old.on(day) is None:
                    continue  # it was theirs once, or will be, and this changes nothing of it
                line = book.requirement_on(code, shown) or book.latest(code)
                title = line.title if line and line.title else code
                words = span_words(old.on(shown)), span_words(new.on(shown))
                found.append(MetLine(person_id, title, shown, *words))
        return found


def _accepted(facts: PersonFacts, key: CompletionKey) -> PersonFacts:
    """The same facts with the evidence of this completion accepted."""
    completions = tuple(
        replace(one, evidence=Evidence.VERIFIED)
        if (one.course, one.completed_on, one.evidence) == (key.course, key.completed_on, Evidence.AWAITING)
        else one
        for one in facts.completions
    )
    return replace(facts, completions=completions)
