"""Narrowing a question to the organisations of a sector."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from compliance.services.figures import Question
from people import store as people
from people.store import Unit


def organisations_of(
    session: Session, sector: str, units: Iterable[Unit], known_at: datetime | None = None
) -> frozenset[int]:
    """The organisations of a sector, by id, as known at a moment."""
    where = people.places(session, known_at)
    return frozenset(
        unit.organisation_id for unit in units if unit.depth == 0 and where[unit.id].sector == sector
    )


def within_sector(
    session: Session, question: Question, sector: str, units: Iterable[Unit]
) -> Question | None:
    """The question narrowed to a sector; None where nothing that it reaches is in that sector."""
    units = tuple(units)
    ids = organisations_of(session, sector, units, question.known_at)
    if question.organisation_ids is not None:
        ids &= question.organisation_ids
    named = question.organisation
    if not ids or (
        named is not None
        and not any(unit.organisation == named and unit.organisation_id in ids for unit in units)
    ):
        return None
    return replace(question, organisation_ids=ids)
