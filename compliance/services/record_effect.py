"""What a change of somebody's record does to what is asked of them, in words, for `people.services.records.effect`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.spans import Span
from compliance.domain.timeline import PersonFacts
from compliance.services.person_effect import person_effects
from compliance.store.facts import people_facts
from compliance.store.rules import load_rule_book
from compliance.wording import status_words
from foundation.dates import FAR_DAY
from foundation.formats import long_date
from people.services.records.effect import EffectLine

_NOTHING = PersonFacts(category="employee", spells=(), absences=(), exemptions=(), completions=())


@dataclass(frozen=True, slots=True)
class RecordRules:
    """Applies the rule book to one person's facts."""

    def facts(self, session: Session, person_id: int) -> PersonFacts:
        """The facts that count, as the session has them; none for whoever never held a post."""
        return next((facts for _, facts in people_facts(session, [person_id])), _NOTHING)

    def compare(
        self, session: Session, before: PersonFacts | None, after: PersonFacts, day: date
    ) -> Sequence[EffectLine]:
        """Every requirement that stands differently on a day or later."""
        found = person_effects(load_rule_book(session), before or _NOTHING, after, day)
        return [
            EffectLine(one.title, one.since, span_words(one.before), span_words(one.after)) for one in found
        ]


def span_words(span: Span | None) -> str:
    """How a requirement stands in a span, with the date that matters then."""
    if span is None:
        return "Not required"
    said = status_words(span.status)
    if span.covered and span.valid_until == FAR_DAY:
        return f"{said}, with no end"
    if span.covered and span.valid_until is not None:
        return f"{said}, valid until {long_date(span.valid_until)}"
    if not span.covered and span.due_on is not None:
        return f"{said}, due by {long_date(span.due_on)}"
    return said
