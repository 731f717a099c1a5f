"""What may be a slip in a draft of the rule book, though nothing is wrong."""

from sqlalchemy.orm import Session

from compliance.domain.change import lines_of
from compliance.programme.reading import read_programme
from compliance.programme.writing import write_programme
from compliance.services.rule_drafts.drafting import Draft
from compliance.store.rules import places_not_found


def worth_checking(session: Session, draft: Draft) -> list[str]:
    """What may be a slip, though nothing is wrong: a unit that nobody has, a requirement that nobody can meet."""
    if not lines_of(draft.wanted):
        return []
    told = {problem.message for problem in read_programme(write_programme(draft.wanted)).notices}
    if lines_of(draft.recorded):
        told -= {problem.message for problem in read_programme(write_programme(draft.recorded)).notices}
    units, organisations = places_not_found(session, draft.wanted)
    known_units, known_organisations = places_not_found(session, draft.recorded)
    found = sorted(told)
    for noun, named, known in (
        ("unit", units, known_units),
        ("organisation", organisations, known_organisations),
    ):
        found += [
            f'There is no {noun} "{name}". Check how it is written.' for name in named if name not in known
        ]
    return found
