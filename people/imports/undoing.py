"""What has to be minded when a batch of people is taken back."""

from collections.abc import Iterable, Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.facts import Fact, known, touch
from people.imports import absences, schools
from people.imports import people as whole
from people.imports.batches import FactKind, FactRow, Undo
from people.models import (
    AbsenceRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PostSpellRow,
    SchoolDetailRow,
    UnitRow,
)

KINDS: dict[str, Sequence[FactKind]] = {
    whole.KIND: (
        FactKind(OrganisationSectorRow, ("organisation_id",)),
        FactKind(PersonDetailRow, ("person_id",)),
        FactKind(PostSpellRow, ("person_id", "post_ref"), days=True),
    ),
    absences.KIND: (FactKind(AbsenceRow, ("person_id", "kind", "first_day")),),
    schools.KIND: (FactKind(SchoolDetailRow, ("organisation_id",)),),
}
"""The facts that each kind of batch about people and schools records."""


def built_on(session: Session, undo: Undo) -> Iterable[int | None]:
    """The batches whose facts could not stand beside what an undo leaves."""
    return [*posts_built_on(session, undo), *_urns_in_the_way(session, undo)]


def _urns_in_the_way(session: Session, undo: Undo) -> Iterable[int | None]:
    """The batches of facts that stand and have the URN of a school that would hold again."""
    back = {row.urn for row in undo.back.get(SchoolDetailRow, ()) if row.urn is not None}
    if not back:
        return []
    gone = {row.id for row in undo.gone.get(SchoolDetailRow, ())}
    query = (
        select(SchoolDetailRow.id, SchoolDetailRow.urn, SchoolDetailRow.recorded_batch_id)
        .where(known(SchoolDetailRow, None))
        .order_by(SchoolDetailRow.id)
    )
    return [
        batch_id for fact_id, urn, batch_id in session.execute(query) if urn in back and fact_id not in gone
    ]


def posts_built_on(session: Session, undo: Undo) -> Iterable[int | None]:
    """The batches of posts that would be left with a person without a name or an organisation without a sector."""
    people = _left_without(undo, PersonDetailRow, "person_id")
    organisations = _left_without(undo, OrganisationSectorRow, "organisation_id")
    if not people and not organisations:
        return []
    gone = {row.id for row in undo.gone.get(PostSpellRow, ())}
    query = (
        select(
            PostSpellRow.id, PostSpellRow.person_id, UnitRow.organisation_id, PostSpellRow.recorded_batch_id
        )
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .where(known(PostSpellRow, None))
        .order_by(PostSpellRow.id)
    )
    found = {
        batch_id: None
        for fact_id, person_id, organisation_id, batch_id in session.execute(query)
        if fact_id not in gone and (person_id in people or organisation_id in organisations)
    }
    return list(found)


def touch_organisation(session: Session, model: type[Fact], row: FactRow) -> None:
    """A sector decides who is required: it concerns everybody who holds or held a post in the organisation."""
    if model is not OrganisationSectorRow:
        return
    query = (
        select(PostSpellRow.person_id)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .where(UnitRow.organisation_id == row.organisation_id, known(PostSpellRow, None))
        .distinct()
        .order_by(PostSpellRow.person_id)
    )
    touch(session, session.scalars(query))


def _left_without(undo: Undo, model: type[Fact], owner: str) -> set[int]:
    again = {getattr(row, owner) for row in undo.back.get(model, ())}
    return {getattr(row, owner) for row in undo.gone.get(model, ())} - again
