"""What is recorded about people, posts and units, read in a handful of queries however long the file is."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.facts import known
from people.imports.person_rows import Details
from people.imports.posts import Duties, PostSpell
from people.models import (
    ImportBatchRow,
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    RoleLineRow,
    UnitRow,
)

PostKey = tuple[str, str]
"""Person reference and post reference (docs/adr/0008)."""


@dataclass(frozen=True, slots=True)
class RecordedOrganisation:
    """An organisation and its sector, None where a sector was taken back."""

    id: int
    sector: str | None = None
    sector_fact_id: int | None = None


@dataclass(frozen=True, slots=True)
class RecordedPerson:
    """A person; `details` are None where they were taken back by an undo."""

    id: int
    details: Details | None = None
    detail_fact_id: int | None = None


@dataclass
class Recorded:
    """The record as it stands now."""

    people: dict[str, RecordedPerson] = field(default_factory=dict)
    posts: dict[PostKey, list[PostSpell]] = field(default_factory=dict)
    spell_ids: dict[PostKey, list[int]] = field(default_factory=dict)
    """The ids of the facts behind `posts`, in the same order."""
    organisations: dict[str, RecordedOrganisation] = field(default_factory=dict)
    units: dict[tuple[str, str], int] = field(default_factory=dict)
    """Unit ids by organisation and path; the path of the organisation itself is empty."""

    def running(self, key: PostKey, day: date) -> PostSpell | None:
        """The spell of a post that runs on a day."""
        return next((spell for spell in self.posts.get(key, ()) if spell.holds_on(day)), None)

    def posts_of_people(self) -> dict[str, list[PostKey]]:
        """The posts of each person."""
        found: dict[str, list[PostKey]] = defaultdict(list)
        for key in self.posts:
            found[key[0]].append(key)
        return found


def load_recorded(session: Session) -> Recorded:
    """Everything that a people file is compared with."""
    recorded = Recorded()
    _load_organisations(session, recorded)
    refs = _load_people(session, recorded)
    _load_posts(session, recorded, refs)
    return recorded


def person_ids(session: Session) -> dict[str, int]:
    """The id of every person by reference."""
    query = select(PersonRow.person_ref, PersonRow.id).order_by(PersonRow.id)
    return dict(session.execute(query).all())


def role_codes(session: Session) -> set[str]:
    """The roles that the rule book has or had."""
    return set(
        session.scalars(select(RoleLineRow.code).where(known(RoleLineRow, None)).order_by(RoleLineRow.id))
    )


def batches_applied(session: Session, kind: str) -> list[ImportBatchRow]:
    """The applied batches of a kind that still stand, oldest first."""
    rows = session.scalars(
        select(ImportBatchRow).where(ImportBatchRow.kind == kind).order_by(ImportBatchRow.id)
    ).all()
    undone = {row.undoes_id for row in rows}
    return [row for row in rows if row.undoes_id is None and row.id not in undone]


def _load_organisations(session: Session, recorded: Recorded) -> None:
    organisations = (
        select(
            OrganisationRow.id, OrganisationRow.name, OrganisationSectorRow.sector, OrganisationSectorRow.id
        )
        .outerjoin(
            OrganisationSectorRow,
            (OrganisationSectorRow.organisation_id == OrganisationRow.id)
            & known(OrganisationSectorRow, None),
        )
        .order_by(OrganisationRow.id)
    )
    names: dict[int, str] = {}
    for organisation_id, name, sector, fact_id in session.execute(organisations):
        recorded.organisations[name] = RecordedOrganisation(organisation_id, sector, fact_id)
        names[organisation_id] = name
    units = select(UnitRow.id, UnitRow.organisation_id, UnitRow.path).order_by(UnitRow.id)
    for unit_id, organisation_id, path in session.execute(units):
        recorded.units[names[organisation_id], path] = unit_id


def _load_people(session: Session, recorded: Recorded) -> dict[int, str]:
    query = (
        select(
            PersonRow.id,
            PersonRow.person_ref,
            PersonDetailRow.id,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            PersonDetailRow.email,
            PersonDetailRow.category,
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .order_by(PersonRow.id)
    )
    refs: dict[int, str] = {}
    for person_id, ref, fact_id, first_name, last_name, email, category in session.execute(query):
        refs[person_id] = ref
        recorded.people[ref] = (
            RecordedPerson(person_id, Details(first_name, last_name, email or "", category), fact_id)
            if category  # absent where the details were taken back
            else RecordedPerson(person_id)
        )
    return refs


def _load_posts(session: Session, recorded: Recorded, refs: dict[int, str]) -> None:
    places = {unit_id: place for place, unit_id in recorded.units.items()}
    query = (
        select(
            PostSpellRow.id,
            PostSpellRow.person_id,
            PostSpellRow.post_ref,
            PostSpellRow.unit_id,
            PostSpellRow.job_title,
            PostSpellRow.manager_ref,
            PostSpellRow.roles,
            PostSpellRow.first_day,
            PostSpellRow.last_day,
        )
        .where(known(PostSpellRow, None))
        .order_by(PostSpellRow.person_id, PostSpellRow.post_ref, PostSpellRow.first_day, PostSpellRow.id)
    )
    for fact_id, person_id, post_ref, unit_id, title, manager, roles, first_day, last_day in session.execute(
        query
    ):
        organisation, path = places[unit_id]
        spell = PostSpell(first_day, last_day, Duties(organisation, path, title, manager or "", roles))
        key = (refs[person_id], post_ref)
        recorded.posts.setdefault(key, []).append(spell)
        recorded.spell_ids.setdefault(key, []).append(fact_id)


def people_of(recorded: Recorded, organisations: Iterable[str]) -> set[str]:
    """The people who hold or held a post in these organisations."""
    wanted = set(organisations)
    if not wanted:
        return set()
    return {
        key[0]
        for key, spells in recorded.posts.items()
        if any(spell.duties.organisation in wanted for spell in spells)
    }
