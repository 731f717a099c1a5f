"""What stands in the record of one person, fact by fact, and saying so when it was changed meanwhile."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from foundation.errors import DomainError, NotFound
from foundation.facts import Fact, known
from people.domain import AbsenceKind
from people.imports.person_rows import Details
from people.imports.posts import Duties, PostSpell, days_in_words
from people.models import AbsenceRow, OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS

_NO_ENTRY = "There is no such entry."
Lines = list[tuple[str, str]]
"""What a fact says, as (name, value), for pages."""


class ChangedMeanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """What the form was based on stands no more (bad input G13). `now` is what stands instead; empty: nothing does."""

    def __init__(self, at: datetime, by: str, now: Lines) -> None:
        super().__init__("This was changed meanwhile.")
        self.at = at
        self.by = by
        self.now = now


@dataclass(frozen=True, slots=True)
class DetailsFact:
    """Who a person is, by the fact that says so."""

    id: int
    details: Details


@dataclass(frozen=True, slots=True)
class SpellFact:
    """A stretch of days in a post, by the fact that says so."""

    id: int
    post_ref: str
    spell: PostSpell
    organisation_id: int = 0

    @property
    def without_numbers(self) -> str:
        """The stretch in words, without the number of the manager."""
        return str(replace(self.spell, duties=replace(self.spell.duties, manager_ref="")))


@dataclass(frozen=True, slots=True)
class AbsenceFact:
    """Days away from work, by the fact that says so."""

    id: int
    kind: str
    first_day: date
    last_day: date


def ref_of(session: Session, person_id: int) -> tuple[str, str]:
    """The public id and the number of a person."""
    public_id, person_ref = session.connection().execute(_REF, {"person_id": person_id}).one()
    return public_id, person_ref


def details_fact(session: Session, person_id: int) -> DetailsFact | None:
    """Who a person is now; None where that was taken back."""
    row = session.connection().execute(_DETAILS, {"person_id": person_id}).one_or_none()
    return None if row is None else DetailsFact(row[0], Details(row[1], row[2], row[3] or "", row[4]))


def spell_facts(session: Session, person_id: int, post_ref: str | None = None) -> list[SpellFact]:
    """The history of every post of a person, or of one, in order of days."""
    found = [_spell(row) for row in session.connection().execute(_SPELLS, {"person_id": person_id})]
    return [one for one in found if post_ref is None or one.post_ref == post_ref]


def spell_fact(
    session: Session, person_id: int, fact_id: int, among: Collection[int] | None = None
) -> SpellFact:
    """One stretch of a post. Raises ChangedMeanwhile where it stands no more, NotFound where it never was theirs.

    `among`: the organisations of a partner lead. A stretch of another, now or before it was taken out, is not theirs
    either, nor is a post that goes on in another; and no number of a manager is told.
    """
    every = spell_facts(session, person_id)
    found = next((one for one in every if one.id == fact_id), None)
    if found is not None:
        if among is not None:
            _refuse_elsewhere(every, found, among)
        return found
    gone = _gone(session, PostSpellRow, PostSpellRow.post_ref, person_id, fact_id)
    now = [one for one in every if one.post_ref == gone.said]
    if among is not None:
        outside = any(one.organisation_id not in among for one in now)
        if outside or _organisation_of(session, fact_id) not in among:
            raise NotFound(_NO_ENTRY)
    numbers = among is None
    raise ChangedMeanwhile(gone.at, gone.by, [spell_line(one, numbers=numbers) for one in now])


def _refuse_elsewhere(every: Collection[SpellFact], one: SpellFact, among: Collection[int]) -> None:
    for other in every:
        if (
            other.post_ref == one.post_ref
            and other.spell.last_day >= one.spell.first_day
            and other.organisation_id not in among
        ):
            raise NotFound(_NO_ENTRY)


def _organisation_of(session: Session, fact_id: int) -> int | None:
    """The organisation of a stretch of a post, whether it stands or not."""
    query = select(UnitRow.organisation_id).join(PostSpellRow, PostSpellRow.unit_id == UnitRow.id)
    return session.scalar(query.where(PostSpellRow.id == fact_id))


def refuse_other_employer(session: Session, person_id: int, among: Collection[int], today: date) -> None:
    """Raise NotFound where somebody has a post elsewhere than with a partner lead, running or to come.

    What is said of the person, and not of one post, is then for learning and development (promises 8).
    """
    if works_elsewhere(session, person_id, among, today):
        raise NotFound("There is no such person.")


def works_elsewhere(session: Session, person_id: int, among: Collection[int], today: date) -> bool:
    """Whether somebody has a post, running or to come, outside of these organisations."""
    return any(
        one.spell.last_day >= today and one.organisation_id not in among
        for one in spell_facts(session, person_id)
    )


def absence_fact(session: Session, person_id: int, fact_id: int) -> AbsenceFact:
    """One absence. Raises as `spell_fact` does."""
    found = {one.id: one for one in absence_facts(session, person_id)}
    if fact_id in found:
        return found[fact_id]
    gone = _gone(session, AbsenceRow, AbsenceRow.kind, person_id, fact_id)
    now = [absence_line(one) for one in found.values()]
    raise ChangedMeanwhile(gone.at, gone.by, now)


def absence_facts(session: Session, person_id: int) -> list[AbsenceFact]:
    """Every absence of a person, in order of days."""
    return [AbsenceFact(*row) for row in session.connection().execute(_ABSENCES, {"person_id": person_id})]


def same_details(session: Session, person_id: int, fact_id: int) -> DetailsFact:
    """Who a person is, as the form showed it. Raises ChangedMeanwhile where something else is said now."""
    standing = details_fact(session, person_id)
    if standing is not None and standing.id == fact_id:
        return standing
    gone = _gone(session, PersonDetailRow, PersonDetailRow.category, person_id, fact_id)
    raise ChangedMeanwhile(gone.at, gone.by, details_lines(standing.details) if standing else [])


def details_lines(said: Details) -> Lines:
    """Who somebody is, for a page."""
    return [
        ("First name", said.first_name),
        ("Last name", said.last_name),
        ("Email address", said.email or "No email address"),
        ("Category", dict(CATEGORY_WORDS)[said.category or "employee"]),  # type: ignore[index]  # keys are strings too
    ]


def spell_line(one: SpellFact, *, numbers: bool = True) -> tuple[str, str]:
    """A stretch of a post, for a page; without the number of the manager for whoever may not read it."""
    return f"Post {one.post_ref}", str(one.spell) if numbers else one.without_numbers


def absence_line(one: AbsenceFact) -> tuple[str, str]:
    """An absence, for a page of those who may know its kind."""
    return ABSENCE_WORDS[AbsenceKind(one.kind)], days_in_words(one.first_day, one.last_day)


@dataclass(frozen=True, slots=True)
class _Gone:
    at: datetime
    by: str
    said: str


def _gone(session: Session, model: type[Fact], said: Any, person_id: int, fact_id: int) -> _Gone:
    of_person: ColumnElement[bool] = model.person_id == person_id  # type: ignore[attr-defined]  # facts about people
    query = select(model.retracted_at, model.retracted_by, said).where(
        of_person, model.id == fact_id, model.retracted_at.is_not(None)
    )
    found = session.execute(query).one_or_none()
    if found is None:
        raise NotFound(_NO_ENTRY)
    return _Gone(*found)


def _spell(row: Any) -> SpellFact:
    fact_id, post_ref, organisation, path, title, manager, roles, first_day, last_day, organisation_id = row
    duties = Duties(organisation, path, title, manager or "", roles)
    return SpellFact(fact_id, post_ref, PostSpell(first_day, last_day, duties), organisation_id)


_OF: BindParameter[int] = bindparam("person_id")
_REF = select(PersonRow.public_id, PersonRow.person_ref).where(PersonRow.id == _OF)
_DETAILS = select(
    PersonDetailRow.id,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
    PersonDetailRow.category,
).where(PersonDetailRow.person_id == _OF, known(PersonDetailRow, None))
_SPELLS = (
    select(
        PostSpellRow.id,
        PostSpellRow.post_ref,
        OrganisationRow.name,
        UnitRow.path,
        PostSpellRow.job_title,
        PostSpellRow.manager_ref,
        PostSpellRow.roles,
        PostSpellRow.first_day,
        PostSpellRow.last_day,
        UnitRow.organisation_id,
    )
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .where(PostSpellRow.person_id == _OF, known(PostSpellRow, None))
    .order_by(PostSpellRow.post_ref, PostSpellRow.first_day, PostSpellRow.id)
)
_ABSENCES = (
    select(AbsenceRow.id, AbsenceRow.kind, AbsenceRow.first_day, AbsenceRow.last_day)
    .where(AbsenceRow.person_id == _OF, known(AbsenceRow, None))
    .order_by(AbsenceRow.first_day, AbsenceRow.id)
)
