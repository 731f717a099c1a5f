"""Reads of the timeline tables by role: where the posts of a day stand, added up as far as the database can.

Who holds which role is decided by rules over titles and units (people.domain.RoleReader), not by the database. Posts
that share a unit, a title, named roles and a category hold the same roles, so people with one post are added up by
those; the few with several posts, or with a role given by hand, are taken one by one.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Integer, Select, bindparam, case, func, or_, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.groups import Post, RolesOn
from compliance.domain.spans import Status
from compliance.models import StatusSpanRow
from foundation.facts import known
from people import store as people
from people.domain import Category, Place, RoleGrant
from people.models import PersonDetailRow, PostSpellRow, RoleGrantRow, UnitRow
from people.store import Unit, inside, inside_values

SHAPES = 64
"""Statements kept of each kind: more than pages ask for."""
_DAY = bindparam("day", type_=Date)


@dataclass(frozen=True, slots=True)
class InRoles:
    """So many people of one requirement and status, and the roles in which they count; nobody counts in none."""

    requirement: str
    status: Status
    covered: bool
    roles: frozenset[str]
    people: int
    person_id: int | None = None
    """Where it is one person who was looked at alone."""


def in_roles(
    session: Session,
    day: date,
    rules: RolesOn,
    codes: Mapping[int, str],
    roots: Sequence[Unit] | None = None,
    requirement_id: int | None = None,
) -> Iterator[InRoles]:
    """Everybody required on a day, by the roles in which they count; narrowed to units, and to one requirement.

    A fixed number of queries, and as many rows as there are kinds of posts.
    """
    rows = _rows(session, day, roots, requirement_id, one_by_one=False)
    yield from _counted(session, day, rules, codes, rows)


def people_in_role(
    session: Session,
    day: date,
    rules: RolesOn,
    role: str,
    codes: Mapping[int, str],
    roots: Sequence[Unit] | None = None,
    requirement_id: int | None = None,
) -> list[int]:
    """Who counts in a role (`NO_ROLE`: in none) for the requirement, by id."""
    rows = _rows(session, day, roots, requirement_id, one_by_one=True)
    found = _counted(session, day, rules, codes, rows)
    return sorted({one.person_id for one in found if role in one.roles and one.person_id is not None})


def _rows(
    session: Session, day: date, roots: Sequence[Unit] | None, requirement_id: int | None, *, one_by_one: bool
) -> Iterable[Any]:
    query = _posts(None if roots is None else len(roots), requirement_id is not None, one_by_one)
    values = {"day": day, "requirement_id": requirement_id, **inside_values(roots or ())}
    return session.connection().execute(query, values)


def _counted(
    session: Session, day: date, rules: RolesOn, codes: Mapping[int, str], rows: Iterable[Any]
) -> Iterator[InRoles]:
    where = people.places(session)
    by_hand = _held_by_hand(session, day)
    kinds: dict[tuple[int, str, str, str], Post] = {}
    alone: dict[tuple[int, int], tuple[Status, bool, list[Post]]] = {}
    for person_id, unit_id, title, named, category, requirement_id, status, covered, count in rows:
        key = (unit_id, title, named, category)
        post = kinds.get(key)
        if post is None:
            post = kinds[key] = _post(where[unit_id], title, named, category)
        if person_id:
            held = by_hand.get(person_id)
            own = Post(post.place, title, post.roles | held, category) if held else post
            alone.setdefault((person_id, requirement_id), (Status(status), bool(covered), []))[2].append(own)
        else:
            roles = rules.counting(codes[requirement_id], [post])
            yield InRoles(codes[requirement_id], Status(status), bool(covered), roles, count)
    for (person_id, requirement_id), (found, is_covered, posts) in alone.items():
        roles = rules.counting(codes[requirement_id], posts)
        yield InRoles(codes[requirement_id], found, is_covered, roles, 1, person_id)


def _post(place: Place, title: str, named: str, category: str) -> Post:
    return Post(place, title, frozenset(named.split(";")) if named else frozenset(), category)


def _held_by_hand(session: Session, day: date) -> dict[int, frozenset[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for person_id, grants in people.role_grants(session, None).items():
        found[person_id].update(_on(grants, day))
    return {person_id: frozenset(roles) for person_id, roles in found.items() if roles}


def _on(grants: Iterable[RoleGrant], day: date) -> Iterator[str]:
    return (grant.role for grant in grants if grant.first_day <= day <= grant.last_day)


@lru_cache(maxsize=SHAPES)
def _posts(roots: int | None, one_requirement: bool, one_by_one: bool) -> Select[*tuple[Any, ...]]:
    """The running posts of everybody required, with where they stand; a person id only of whom is taken alone."""
    last_day = StatusSpanRow.last_day.expression
    if roots is not None:
        # Kept away from the indexes that lead through the whole council (compliance.store.figures).
        last_day = func.coalesce(last_day, last_day)
    wanted = [
        StatusSpanRow.person_id == PostSpellRow.person_id,
        last_day >= _DAY,
        StatusSpanRow.first_day <= _DAY,
        *_running(PostSpellRow),
    ]
    if one_requirement:
        wanted.append(StatusSpanRow.requirement_id == bindparam("requirement_id", type_=Integer))
    if roots is not None:
        wanted.append(PostSpellRow.unit_id.in_(select(UnitRow.id).where(inside(roots))))
    detail = (PersonDetailRow.person_id == PostSpellRow.person_id) & known(PersonDetailRow, None)
    other = aliased(PostSpellRow)
    has_other = (
        select(other.id)
        .where(other.person_id == PostSpellRow.person_id, other.id != PostSpellRow.id, *_running(other))
        .exists()
    )
    has_role = (
        select(RoleGrantRow.id)
        .where(
            RoleGrantRow.person_id == PostSpellRow.person_id,
            known(RoleGrantRow, None),
            RoleGrantRow.last_day >= _DAY,
            RoleGrantRow.first_day <= _DAY,
        )
        .exists()
    )
    alone = (
        PostSpellRow.person_id
        if one_by_one
        else case((or_(has_other, has_role), PostSpellRow.person_id), else_=0)
    )
    rows = (
        select(
            alone.label("person_id"),
            PostSpellRow.unit_id,
            PostSpellRow.job_title,
            PostSpellRow.roles,
            func.coalesce(PersonDetailRow.category, Category.EMPLOYEE.value).label("category"),
            StatusSpanRow.requirement_id,
            StatusSpanRow.status,
            StatusSpanRow.covered,
        )
        .select_from(PostSpellRow)
        .outerjoin(PersonDetailRow, detail)
        .join(StatusSpanRow, StatusSpanRow.person_id == PostSpellRow.person_id)
        .where(*wanted)
        .subquery()
    )
    return select(*rows.c, func.count()).group_by(*rows.c)


def _running(post: Any) -> tuple[Any, ...]:
    return known(post, None), post.last_day >= _DAY, post.first_day <= _DAY


def people_in_post(session: Session, day: date, known_at: datetime | None = None) -> dict[int, int]:
    """How many people hold a post on a day, by organisation; whatever is required of them."""
    people_there = func.count(PostSpellRow.person_id.distinct())
    query = (
        select(UnitRow.organisation_id, people_there)
        .select_from(PostSpellRow)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .where(known(PostSpellRow, known_at), PostSpellRow.last_day >= day, PostSpellRow.first_day <= day)
        .group_by(UnitRow.organisation_id)
        .order_by(UnitRow.organisation_id)
    )
    return dict(session.execute(query).all())
