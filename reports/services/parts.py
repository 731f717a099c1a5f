"""Parts of the council that reports are of: found by their names, and by the number that is kept of them."""

from collections.abc import Mapping

from sqlalchemy.orm import Session

from compliance.services.figures import Question, find_units
from foundation.errors import DomainError
from people import store as people
from people.store import Unit
from reports.domain.part import Part

GONE = "a unit that is not on record any more"


def named(organisation: str | None, unit: str | None) -> Part | None:
    """The part that somebody names; None where nothing is named, which is everybody."""
    return Part(organisation or "", unit or "") if organisation or unit else None


def one_unit(session: Session, part: Part | None) -> Unit | None:
    """The one unit that a part is, for what is kept; an organisation is the unit above all of its others.

    Raises NotFound where there is none, and DomainError where the same path is in several organisations.
    """
    if part is None:
        return None
    question = Question(organisation=part.organisation or None, unit=part.unit or None)
    found = find_units(people.units(session), question) or ()
    if len(found) > 1:
        organisations = ", ".join(unit.organisation for unit in found)
        raise DomainError(
            f'"{part.unit}" is in several organisations: {organisations}. Say which one: --organisation NAME'
        )
    return found[0]


def part_of(unit: Unit | None) -> Part | None:
    """A unit as a part."""
    return None if unit is None else Part(unit.organisation, unit.path)


def parts_by_number(session: Session) -> dict[int, Part]:
    """Every unit as a part, by its number."""
    return {unit.id: Part(unit.organisation, unit.path) for unit in people.units(session)}


def part_numbered(session: Session, unit_id: int | None) -> Part | None:
    """The part that a kept report or a schedule is of. Raises DomainError where it is not on record any more."""
    if unit_id is None:
        return None
    found = parts_by_number(session).get(unit_id)
    if found is None:
        raise DomainError(f"The report is of {GONE}.")
    return found


def part_words(unit_id: int | None, parts: Mapping[int, Part]) -> str:
    """What the part that something is of is called; empty for everybody."""
    if unit_id is None:
        return ""
    return parts[unit_id].words if unit_id in parts else GONE


def title_of(title: str, unit_id: int | None, parts: Mapping[int, Part]) -> str:
    """The title of a report, with the part of the council that it is of."""
    return ": ".join(filter(None, (title, part_words(unit_id, parts))))
