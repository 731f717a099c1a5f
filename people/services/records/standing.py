"""What stands in the record of one person, fact by fact, and saying so when it was changed meanwhile."""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from foundation.errors import DomainError, NotFound
from foundation.facts import Fact, known
from people.domain import AbsenceKind, Account
from people.imports.person_rows import Details
from people.imports.posts import Duties, PostSpell, days_in_words
from people.models import AbsenceRow, OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS

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


def spell_fact(session: Session, person_id: int, fact_id: int) -> SpellFact:
    """One stretch of a post. Raises ChangedMeanwhile where it stands no more, NotFound where it never was theirs."""
    every = spell_facts(session, person_id)
    found = next((one for one in every if one.id == fact_id), None)
    if found is not None:
        return found
    post_ref = _gone(session, PostSpellRow, PostSpellRow.post_ref, person_id, fact_id)
    now = [spell_line(one) for one in every if one.post_ref == post_ref.said]
    raise ChangedMeanwhile(post_ref.at, post_ref.by, now)


def refuse_elsewhere(session: Session, account: Account, person_id: int, one: SpellFact) -> None:
    """Raise NotFound where a post, or what is to come of it, is not of the organisations that a partner lead leads."""
    for other in spell_facts(session, person_id, one.post_ref):
        if (
            other.spell.last_day >= one.spell.first_day
            and other.organisation_id not in account.organisation_ids
        ):
            raise NotFound("There is no such entry.")


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


def spell_line(one: SpellFact) -> tuple[str, str]:
    """A stretch of a post, for a page."""
    return f"Post {one.post_ref}", str(one.spell)


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
        raise NotFound("There is no such entry.")
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
