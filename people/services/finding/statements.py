"""The statements that find people, built once for each shape of a question (`people.store`).

They begin with the words, so that a name costs as much in a large council as in a small one.
"""

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, bindparam, func, select
from sqlalchemy.orm import aliased

from foundation.facts import known
from foundation.plain_column import plain_of
from people.models import (
    OrganisationRow,
    PersonDetailRow,
    PersonRow,
    PersonWordRow,
    PostSpellRow,
    RoleGrantRow,
    UnitRow,
)
from people.store import inside


class Working(StrEnum):
    """Of whom a list speaks."""

    TODAY = "today"
    LEFT = "left"
    EVERYONE = "everyone"


class Sort(StrEnum):
    """The columns by which the list can be sorted."""

    NAME = "name"
    FIRST_NAME = "first_name"


@dataclass(frozen=True, slots=True)
class Holds:
    """Who holds a role: by a rule, by the post naming it, or by hand. What is left out narrows nothing."""

    titles: bool = False
    units: bool = False
    category: bool = False
    named: bool = False
    given: bool = False
    """By hand, to the person."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What decides a statement; everything else is a value that is bound to it."""

    words: tuple[tuple[bool, tuple[Holds, ...]], ...]
    root: bool
    only_there: bool
    role: tuple[Holds, ...] | None
    category: bool
    working: Working
    sort: Sort
    downwards: bool


TODAY = bindparam("today", type_=Date)
BY_REF = select(PersonRow.id).where(PersonRow.person_ref == bindparam("person_ref"))
POSTS = (
    select(
        PostSpellRow.person_id,
        PostSpellRow.job_title,
        OrganisationRow.name,
        UnitRow.path,
        PostSpellRow.first_day,
        PostSpellRow.last_day,
    )
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .where(PostSpellRow.person_id.in_(bindparam("person_ids", expanding=True)), known(PostSpellRow, None))
    .order_by(PostSpellRow.person_id, PostSpellRow.post_ref, PostSpellRow.id)
)
_THERE = UnitRow.organisation_id.in_(bindparam("organisation_ids", expanding=True))
_RUNS = (PostSpellRow.first_day <= TODAY, PostSpellRow.last_day >= TODAY)
POSTS_THERE = POSTS.where(_THERE, *_RUNS)
_UNITS_THERE = select(UnitRow.id).where(_THERE)
_ELSEWHERE = select(PostSpellRow.person_id).where(
    known(PostSpellRow, None), PostSpellRow.last_day >= TODAY, PostSpellRow.unit_id.not_in(_UNITS_THERE)
)


def _people(*conditions: ColumnElement[bool], working: Working) -> Select[int]:
    """The people with a post that meets these conditions: a running one, where the list is of those who work today."""
    days = _RUNS if working is Working.TODAY else ()
    return select(PostSpellRow.person_id).where(known(PostSpellRow, None), *days, *conditions)


def _holding(key: str, holds: Holds, working: Working, only_there: bool) -> Select[int]:
    """Who holds a role. `only_there`: by a post in the reader's organisations; what others gave by hand may be theirs.

    Else a partner lead would learn by asking which roles somebody has elsewhere.
    """
    if holds.given:
        given = select(RoleGrantRow.person_id).where(
            known(RoleGrantRow, None),
            RoleGrantRow.role == bindparam(f"{key}_role"),
            RoleGrantRow.first_day <= TODAY,
            RoleGrantRow.last_day >= TODAY,
        )
        return given.where(RoleGrantRow.person_id.not_in(_ELSEWHERE)) if only_there else given
    conditions: list[ColumnElement[bool]] = [PostSpellRow.unit_id.in_(_UNITS_THERE)] if only_there else []
    if holds.named:
        roles = ";" + PostSpellRow.roles + ";"
        conditions.append(PostSpellRow.roles != "")
        conditions.append(roles.like(bindparam(f"{key}_code"), escape="\\"))
    if holds.titles:
        conditions.append(PostSpellRow.job_title.in_(bindparam(f"{key}_titles", expanding=True)))
    if holds.units:
        conditions.append(PostSpellRow.unit_id.in_(bindparam(f"{key}_units", expanding=True)))
    if holds.category:
        of_category = select(PersonDetailRow.person_id).where(
            known(PersonDetailRow, None), PersonDetailRow.category == bindparam(f"{key}_category")
        )
        conditions.append(PostSpellRow.person_id.in_(of_category))
    return _people(*conditions, working=working)


def _meant(
    number: int, in_units: bool, roles: tuple[Holds, ...], working: Working, only_there: bool
) -> ColumnElement[bool]:
    """The condition that a word may mean somebody."""
    named = select(PersonWordRow.detail_id).where(
        PersonWordRow.word >= bindparam(f"low_{number}"),
        PersonWordRow.word < bindparam(f"high_{number}"),
        PersonWordRow.kind.in_(bindparam("kinds", expanding=True)),
    )
    others = [_holding(f"word_{number}_{at}", holds, working, only_there) for at, holds in enumerate(roles)]
    if in_units:
        there = PostSpellRow.unit_id.in_(bindparam(f"units_{number}", expanding=True))
        others.append(_people(there, working=working))
    if not others:
        # Without a look at whose details they are, very many words cost half as much.
        return PersonDetailRow.id.in_(named)
    called = aliased(PersonDetailRow)
    so_called = select(called.person_id).where(called.id.in_(named), known(called, None))
    return PersonDetailRow.person_id.in_(so_called.union(*others))


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    person, working = PersonDetailRow.person_id, shape.working
    found = [known(PersonDetailRow, None)]
    for number, (in_units, roles) in enumerate(shape.words):
        found.append(_meant(number, in_units, roles, working, shape.only_there))
    if shape.role is not None:
        holding = [
            _holding(f"role_{at}", holds, working, shape.only_there) for at, holds in enumerate(shape.role)
        ]
        found.append(person.in_(holding[0].union(*holding[1:]) if len(holding) > 1 else holding[0]))
    if shape.root:
        found.append(
            person.in_(_people(inside(1), working=working).join(UnitRow, UnitRow.id == PostSpellRow.unit_id))
        )
    if shape.only_there:
        there = _people(_THERE, working=Working.TODAY).join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        found.append(person.in_(there))
    if shape.category:
        found.append(PersonDetailRow.category == bindparam("category"))
    if working is not Working.EVERYONE:
        of_them = PostSpellRow.person_id == person
        still = PostSpellRow.last_day >= TODAY
        has = select(PostSpellRow.id).where(of_them, known(PostSpellRow, None))
        if working is Working.TODAY:
            found.append(has.where(*_RUNS).exists())
        else:
            found += [has.exists(), ~has.where(still).exists()]
    return found


_FOUND = select(
    PersonDetailRow.person_id,
    PersonRow.public_id,
    PersonRow.person_ref,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
    PersonDetailRow.category,
)
BY_IDS = _FOUND.join(PersonRow, PersonRow.id == PersonDetailRow.person_id).where(
    PersonDetailRow.person_id.in_(bindparam("person_ids", expanding=True)), known(PersonDetailRow, None)
)
"""The same people by their ids, in no order."""


@lru_cache(maxsize=500)
def counted(shape: Shape) -> Select[int]:
    """How many people are meant."""
    return select(func.count()).select_from(PersonDetailRow).where(and_(*_conditions(shape)))


def _in_order(query: Select[*tuple[Any, ...]], shape: Shape) -> Select[*tuple[Any, ...]]:
    """The people who are meant, in the order that is asked for."""
    last, first = plain_of(PersonDetailRow.last_name), plain_of(PersonDetailRow.first_name)
    order: list[ColumnElement[Any]] = [last, first] if shape.sort is Sort.NAME else [first, last]
    order = [column.desc() for column in order] if shape.downwards else order
    return (
        query.join(PersonRow, PersonRow.id == PersonDetailRow.person_id)
        .where(and_(*_conditions(shape)))
        .order_by(*order, PersonRow.person_ref)
    )


@lru_cache(maxsize=500)
def listed(shape: Shape) -> Select[*tuple[Any, ...]]:
    """So many of the people who are meant, from so many on."""
    return _in_order(_FOUND, shape).offset(bindparam("offset")).limit(bindparam("limit"))


@lru_cache(maxsize=500)
def every_id(shape: Shape) -> Select[*tuple[Any, ...]]:
    """The ids of all the people who are meant."""
    return _in_order(select(PersonDetailRow.person_id), shape)
