"""People about whom something has to be put right: without a manager, without a role, without an e-mail address.

Everybody with a running post counts, and nobody who has left. A fixed number of queries whatever the size.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.orm import Session, aliased

from compliance.domain.requirement import EVERYONE
from compliance.domain.spans import Status
from compliance.models import StatusSpanRow
from foundation.facts import known
from foundation.plain_column import plain_of
from people.models import OrganisationRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow


class Problem(StrEnum):
    """What is to be put right.

    No manager: no running post of the person names somebody with a running post as manager, so that nobody sees what
    they have to do. No role: nothing is asked of them but what is asked of everybody, or nothing at all, so that a role
    rule may have missed them. No e-mail: they cannot sign in or be reminded.
    """

    NO_MANAGER = "no-manager"
    NO_ROLE = "no-role"
    NO_EMAIL = "no-email"


@dataclass(frozen=True, slots=True)
class Reach:
    """Whose people are looked at: those of some organisations, or everybody's (None)."""

    today: date
    organisation_ids: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class ToMend:
    """Somebody about whom something has to be put right, with the oldest of the running posts."""

    public_id: str
    person_ref: str
    first_name: str
    last_name: str
    job_title: str
    organisation: str
    unit: str
    manager_ref: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip() or "Name not recorded"


def count_to_mend(session: Session, problem: Problem, reach: Reach) -> int:
    """How many people have this problem."""
    ids = _people(problem, reach).subquery()
    return session.scalar(select(func.count()).select_from(ids)) or 0


def to_mend(
    session: Session, problem: Problem, reach: Reach, offset: int = 0, limit: int | None = None
) -> Iterator[ToMend]:
    """Those who have this problem, by name."""
    first = _first_posts(reach).subquery()
    first_name = func.coalesce(PersonDetailRow.first_name, "")
    last_name = func.coalesce(PersonDetailRow.last_name, "")
    query = (
        select(
            PersonRow.public_id,
            PersonRow.person_ref,
            first_name.label("first_name"),
            last_name.label("last_name"),
            PostSpellRow.job_title,
            OrganisationRow.name.label("organisation"),
            UnitRow.path.label("unit"),
            func.coalesce(PostSpellRow.manager_ref, "").label("manager_ref"),
        )
        .join(first, first.c.person_id == PersonRow.id)
        .join(PostSpellRow, PostSpellRow.id == first.c.post_id)
        .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
        .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .where(PersonRow.id.in_(_people(problem, reach)))
        .order_by(plain_of(last_name), plain_of(first_name), PersonRow.id)
        .offset(offset)
    )
    for row in session.execute(query if limit is None else query.limit(limit)).mappings():
        yield ToMend(**row)


def _running(post: Any, today: date) -> tuple[ColumnElement[bool], ...]:
    return post.retracted_at.is_(None), post.first_day <= today, post.last_day >= today


def _first_posts(reach: Reach) -> Select[*tuple[Any, ...]]:
    """Everybody with a running post within reach, and one post of each to show."""
    query = select(PostSpellRow.person_id, func.min(PostSpellRow.id).label("post_id")).where(
        *_running(PostSpellRow, reach.today)
    )
    if reach.organisation_ids is not None:
        query = query.join(UnitRow, UnitRow.id == PostSpellRow.unit_id).where(
            UnitRow.organisation_id.in_(sorted(reach.organisation_ids))
        )
    return query.group_by(PostSpellRow.person_id)


def _people(problem: Problem, reach: Reach) -> Select[*tuple[Any, ...]]:
    working = _first_posts(reach).subquery()
    query = select(working.c.person_id)
    if problem is Problem.NO_EMAIL:
        reached = select(PersonDetailRow.person_id).where(
            known(PersonDetailRow, None), PersonDetailRow.email.is_not(None), PersonDetailRow.email != ""
        )
        return query.where(working.c.person_id.not_in(reached))
    if problem is Problem.NO_ROLE:
        asked = select(StatusSpanRow.person_id).where(
            StatusSpanRow.first_day <= reach.today,
            StatusSpanRow.last_day >= reach.today,
            StatusSpanRow.status != Status.NOT_REQUIRED.value,
            StatusSpanRow.role != EVERYONE,
        )
        return query.where(working.c.person_id.not_in(asked))
    return query.where(working.c.person_id.not_in(_managed(reach.today)))


def _managed(today: date) -> Select[*tuple[Any, ...]]:
    """Those of whose running posts one names a manager who works here today and is somebody else."""
    of_manager, manager = aliased(PostSpellRow), aliased(PersonRow)
    works = exists().where(of_manager.person_id == manager.id, *_running(of_manager, today))
    return (
        select(PostSpellRow.person_id)
        .join(manager, manager.person_ref == PostSpellRow.manager_ref)
        .where(*_running(PostSpellRow, today), manager.id != PostSpellRow.person_id, works)
    )
