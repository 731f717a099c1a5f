"""Reading who people are and where they work. Every query is ordered and answers with domain objects.

What pages ask at every request is a statement that is built once, its values bound when it is asked, and run on the
session's connection: to build a statement takes several times as long as the database takes to answer it, and to run it
through the session twice as long as on the connection. There, what was added and not yet flushed is not seen.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, cached_property
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from foundation.errors import NotFound
from foundation.facts import known
from people.domain import Absence, Place, RoleGrant, Spell
from people.models import (
    AbsenceRow,
    DelegationRow,
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    RoleGrantRow,
    UnitRow,
)

CHUNK = 1000
"""People read at a time: enough to make queries rare, few enough to keep memory flat."""


@dataclass(frozen=True, slots=True)
class Some:
    """A handful of people by id; `is_range` when they are all the people between the first and the last."""

    ids: Sequence[int]
    is_range: bool = False

    def among(self, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
        """The condition that a column names one of them."""
        if self.is_range:
            return column.between(self.ids[0], self.ids[-1])
        return column.in_(self.ids)


def in_chunks(session: Session, person_ids: Sequence[int] | None = None) -> list[Some]:
    """Everybody, or the people named, in handfuls ordered by id."""
    if person_ids is None:
        ids: Sequence[int] = session.scalars(select(PersonRow.id).order_by(PersonRow.id)).all()
    else:
        ids = sorted(person_ids)
    is_range = person_ids is None
    return [Some(ids[start : start + CHUNK], is_range) for start in range(0, len(ids), CHUNK)]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of the tree. The organisation itself is the unit with the empty path and depth 0."""

    id: int
    public_id: str
    organisation_id: int
    organisation: str
    parent_id: int | None
    name: str
    path: str
    depth: int
    left: int
    right: int

    def contains(self, other: "Unit") -> bool:
        """Whether the other unit is this one or lies below it."""
        return self.left <= other.left and other.right <= self.right


def inside(roots: int) -> ColumnElement[bool]:
    """The condition that a unit is one of so many units or lies below one of them, with their `inside_values`."""
    return or_(
        *(
            and_(UnitRow.left >= bindparam(f"left_{number}"), UnitRow.right <= bindparam(f"right_{number}"))
            for number in range(roots)
        )
    )


def inside_values(roots: Sequence[Unit]) -> dict[str, int]:
    """What `inside` binds."""
    values: dict[str, int] = {}
    for number, root in enumerate(roots):
        values[f"left_{number}"], values[f"right_{number}"] = root.left, root.right
    return values


@dataclass(frozen=True)
class Tree:
    """All units, organisation by organisation, each above the units below it."""

    units: tuple[Unit, ...]

    @cached_property
    def above(self) -> dict[int, tuple[int, ...]]:
        """For every unit, itself and the units that contain it, nearest first."""
        found: dict[int, tuple[int, ...]] = {}
        for unit in sorted(self.units, key=lambda unit: unit.depth):
            found[unit.id] = (unit.id, *(found[unit.parent_id] if unit.parent_id is not None else ()))
        return found


_read: WeakKeyDictionary[Any, tuple[tuple[Any, ...], Tree]] = WeakKeyDictionary()
"""The tree last read from each database. It changes with imports and is asked for at every request."""

_VERSION = select(
    func.count(UnitRow.id),
    # Renumbering changes the sum; the random public id tells apart trees of which one was rolled back.
    func.sum(UnitRow.left * cast(UnitRow.id, BigInteger)),
    select(UnitRow.public_id).order_by(UnitRow.id.desc()).limit(1).scalar_subquery(),
)


def tree(session: Session) -> Tree:
    """The whole tree, read again only when it changed."""
    version, engine = tuple(session.connection().execute(_VERSION).one()), session.get_bind()
    found = _read.get(engine)
    if found is None or found[0] != version:
        found = _read[engine] = (version, Tree(tuple(_units(session))))
    return found[1]


def units(session: Session) -> list[Unit]:
    """Every unit, organisation by organisation, each above the units below it."""
    return list(tree(session).units)


def _units(session: Session) -> list[Unit]:
    query = (
        select(
            UnitRow.id,
            UnitRow.public_id,
            UnitRow.organisation_id,
            OrganisationRow.name.label("organisation"),
            UnitRow.parent_id,
            UnitRow.name,
            UnitRow.path,
            UnitRow.depth,
            UnitRow.left,
            UnitRow.right,
        )
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .order_by(OrganisationRow.name, UnitRow.path, UnitRow.id)
    )
    return [Unit(**row) for row in session.execute(query).mappings()]


def organisation_id(session: Session, name: str) -> int:
    """The id of an organisation. Raises NotFound for an unknown name."""
    found = session.scalar(select(OrganisationRow.id).where(OrganisationRow.name == name))
    if found is None:
        raise NotFound(f'There is no organisation "{name}".')
    return found


def places(
    session: Session, known_at: datetime | None = None, unit_ids: Sequence[int] | None = None
) -> dict[int, Place]:
    """Every unit, or those named, as a place: its path, organisation and sector."""
    query = (
        select(UnitRow.id, UnitRow.path, OrganisationRow.name, OrganisationSectorRow.sector)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .outerjoin(
            OrganisationSectorRow,
            (OrganisationSectorRow.organisation_id == OrganisationRow.id)
            & known(OrganisationSectorRow, known_at),
        )
        .order_by(UnitRow.id)
    )
    if unit_ids is not None:
        query = query.where(UnitRow.id.in_(unit_ids))
    return {
        unit_id: Place(unit_id, path, organisation, sector or "other")
        for unit_id, path, organisation, sector in session.execute(query)
    }


def categories(session: Session, some: Some, known_at: datetime | None = None) -> dict[int, str]:
    """The category of each of these people."""
    query = (
        select(PersonDetailRow.person_id, PersonDetailRow.category)
        .where(some.among(PersonDetailRow.person_id), known(PersonDetailRow, known_at))
        .order_by(PersonDetailRow.id)
    )
    return dict(session.execute(query).all())


def names(
    session: Session, some: Some, known_at: datetime | None = None
) -> dict[int, tuple[str, str, str, str]]:
    """Public id, reference, first and last name of each of these people, as known at a moment."""
    query = (
        select(
            PersonRow.id,
            PersonRow.public_id,
            PersonRow.person_ref,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, known_at)
        )
        .where(some.among(PersonRow.id))
        .order_by(PersonRow.id)
    )
    return {row[0]: (row[1], row[2], row[3] or "", row[4] or "") for row in session.execute(query)}


@dataclass(frozen=True, slots=True)
class Team:
    """The people whose posts, on a day, name a person as manager; with `below`, all who follow."""

    manager_id: int
    day: date
    below: bool = False

    @property
    def values(self) -> dict[str, Any]:
        """What `team_members` binds."""
        return {"manager_id": self.manager_id, "team_day": self.day}


@cache
def team_members(*, below: bool, handed_over: bool = True) -> Select[int]:
    """A query for the people of a team, with the values of a `Team`.

    The chain of managers is followed at each request, so yesterday's manager sees nothing today. Loops and people who
    manage themselves do not widen it: a person is found once, and never as their own report. With `handed_over`, the
    teams that this person looks after for other managers belong to it, but those managers themselves do not, and
    neither does what somebody else handed over to them: whoever looks after a team cannot pass it on.
    """
    manager_id, day = bindparam("manager_id", type_=Integer), bindparam("team_day", type_=Date)
    running = (known(PostSpellRow, None), PostSpellRow.last_day >= day, PostSpellRow.first_day <= day)
    manager = aliased(PersonRow)
    root = _roots(manager_id, day) if handed_over else select(manager_id.label("id")).cte("root")
    first = (
        select(root.c.id.label("root_id"), PostSpellRow.person_id)
        .select_from(root)
        .join(manager, manager.id == root.c.id)
        .join(PostSpellRow, PostSpellRow.manager_ref == manager.person_ref)
        .where(*running)
    )
    found = first.cte("team", recursive=below)
    if below:
        found = found.union(
            select(found.c.root_id, PostSpellRow.person_id)
            .join(manager, manager.person_ref == PostSpellRow.manager_ref)
            .join(found, found.c.person_id == manager.id)
            .where(*running)
        )
    others = found.c.person_id.not_in((found.c.root_id, manager_id))
    return select(found.c.person_id).where(others).distinct()


def _roots(manager_id: ColumnElement[int], day: ColumnElement[date]) -> CTE:
    """The person, and the managers whose teams this person looks after; it ends when the manager has no post."""
    post = aliased(PostSpellRow)
    has_post = (
        select(post.id)
        .where(post.person_id == DelegationRow.manager_id, known(post, None))
        .where(post.last_day >= day, post.first_day <= day)
        .exists()
    )
    handed_over = select(DelegationRow.manager_id).where(
        DelegationRow.delegate_id == manager_id,
        known(DelegationRow, None),
        DelegationRow.last_day >= day,
        DelegationRow.first_day <= day,
        has_post,
    )
    return select(manager_id.label("id")).union(handed_over).cte("root")


def spells(
    session: Session, some: Some, where: dict[int, Place], known_at: datetime | None = None
) -> dict[int, list[Spell]]:
    """The post spells of each of these people, in order of their days. `where` comes from `places`."""
    query = (
        select(
            PostSpellRow.person_id,
            PostSpellRow.first_day,
            PostSpellRow.last_day,
            PostSpellRow.unit_id,
            PostSpellRow.job_title,
            PostSpellRow.roles,
        )
        .where(some.among(PostSpellRow.person_id), known(PostSpellRow, known_at))
        .order_by(PostSpellRow.person_id, PostSpellRow.first_day, PostSpellRow.post_ref, PostSpellRow.id)
    )
    found: dict[int, list[Spell]] = defaultdict(list)
    for person_id, first_day, last_day, unit_id, job_title, roles in session.execute(query):
        held = frozenset(roles.split(";")) if roles else frozenset()
        found[person_id].append(Spell(first_day, last_day, where[unit_id], job_title, held))
    return found


def absences(session: Session, some: Some, known_at: datetime | None = None) -> dict[int, list[Absence]]:
    """The absences of each of these people, without their kind: the counting does not need it."""
    query = (
        select(AbsenceRow.person_id, AbsenceRow.first_day, AbsenceRow.last_day)
        .where(some.among(AbsenceRow.person_id), known(AbsenceRow, known_at))
        .order_by(AbsenceRow.person_id, AbsenceRow.first_day, AbsenceRow.id)
    )
    found: dict[int, list[Absence]] = defaultdict(list)
    for person_id, first_day, last_day in session.execute(query):
        found[person_id].append(Absence(first_day, last_day))
    return found


def role_grants(
    session: Session, some: Some | None, known_at: datetime | None = None
) -> dict[int, list[RoleGrant]]:
    """The roles given by hand to each of these people, or to everybody, in order of their days."""
    query = _ROLE_GRANTS
    if some is not None:
        query = query.where(some.among(RoleGrantRow.person_id))
    return _by_person(session.execute(query.where(known(RoleGrantRow, known_at))))


def role_grants_of(session: Session, person_ids: Sequence[int]) -> dict[int, list[RoleGrant]]:
    """The roles that these few people have by hand as the record stands; for pages."""
    return _by_person(session.connection().execute(_ROLE_GRANTS_OF, {"person_ids": list(person_ids)}).all())


def _by_person(rows: Iterable[Any]) -> dict[int, list[RoleGrant]]:
    found: dict[int, list[RoleGrant]] = defaultdict(list)
    for person_id, *grant in rows:
        found[person_id].append(RoleGrant(*grant))
    return found


_ROLE_GRANTS = select(
    RoleGrantRow.person_id,
    RoleGrantRow.role,
    RoleGrantRow.first_day,
    RoleGrantRow.last_day,
    RoleGrantRow.approved_by,
).order_by(RoleGrantRow.person_id, RoleGrantRow.first_day, RoleGrantRow.role, RoleGrantRow.id)
_ROLE_GRANTS_OF = _ROLE_GRANTS.where(
    known(RoleGrantRow, None), RoleGrantRow.person_id.in_(bindparam("person_ids", expanding=True))
)
