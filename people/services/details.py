"""What the record says about somebody, for themselves to check, and what they say is wrong with it.

A request changes nothing: it is a fact of its own, which learning and development answers (`flask people requests`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, exists, insert, select
from sqlalchemy.orm import Session, aliased

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.domain import Account, Place, RoleGrant, RoleReader, RoleRule, Spell
from people.models import (
    DetailRequestRow,
    OrganisationRow,
    OrganisationSectorRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    RoleGrantRow,
    RoleLineRow,
    RoleRuleRow,
    UnitRow,
)
from people.store import role_grants_of

MOST_REQUESTS = 10
"""How many requests of one person may be open at a time."""
LONGEST_REQUEST = 200
LONGEST_REASON = 200


class Detail(StrEnum):
    """What somebody may say is wrong. A closed list: nothing in it asks for anything sensitive (promise P4)."""

    NAME = "name"
    EMAIL = "email"
    JOB_TITLE = "job_title"
    UNIT = "unit"
    MANAGER = "manager"
    START_DATE = "start_date"
    OTHER_POST = "other_post"


@dataclass(frozen=True, slots=True)
class HeldPost:
    """A stretch of days in a post. `manager` is a name, empty where none is recorded."""

    spell: Spell
    category: str
    manager: str
    grants: tuple[RoleGrant, ...] = ()
    """The roles that the person has by hand, on whatever days."""

    def runs_on(self, day: date) -> bool:
        """Whether the post is held on a day."""
        return self.spell.first_day <= day <= self.spell.last_day

    def roles_on(self, reader: RoleReader, day: date) -> list[str]:
        """The codes of the roles that it holds on a day: named in it, given by hand, and given by role rules."""
        held = reader.holdings(self.spell, self.category, self.grants)
        return sorted({role for role, period in held if day in period})


def held_posts(session: Session, person_id: int, grants: Sequence[RoleGrant] | None = None) -> list[HeldPost]:
    """Every post of a person, newest first. `grants`: the roles by hand, where the page has read them already."""
    query = _POSTS if grants is not None else _POSTS_AND_WHETHER_GRANTS
    rows = session.connection().execute(query, {"person_id": person_id}).all()
    if grants is None:
        # Most people have none, and the posts say so.
        some = any(row.has_grants for row in rows)
        grants = role_grants_of(session, [person_id]).get(person_id, ()) if some else ()
    given = tuple(grants)
    return [
        HeldPost(
            Spell(
                row.first_day,
                row.last_day,
                Place(row.unit_id, row.path, row.organisation, row.sector or "other"),
                row.job_title,
                frozenset(row.roles.split(";")) if row.roles else frozenset(),
            ),
            row.category or "employee",
            f"{row.first or ''} {row.last or ''}".strip() or ("Not known" if row.manager_ref else ""),
            given,
        )
        for row in rows
    ]


def role_rules(session: Session) -> tuple[RoleReader, Mapping[str, str]]:
    """The role rules as they stand, and the title of each role by its code."""
    connection = session.connection()
    reader = RoleReader(RoleRule(*row) for row in connection.execute(_ROLE_RULES))
    return reader, dict(connection.execute(_ROLE_TITLES).all())


@dataclass(frozen=True, slots=True)
class DetailRequest:
    """Somebody says that a detail of theirs is wrong, and how it should be."""

    id: int
    detail: Detail
    should_be: str
    asked_at: datetime


def open_requests(session: Session, person_id: int) -> list[DetailRequest]:
    """What a person has asked for and nobody has answered, oldest first."""
    found = session.connection().execute(_OPEN_OF, {"person_id": person_id})
    return [DetailRequest(row_id, Detail(detail), should_be, at) for row_id, detail, should_be, at in found]


def every_open_request(session: Session) -> list[dict[str, Any]]:
    """All requests that wait for an answer, oldest first, with whose they are: for learning and development alone."""
    return [dict(row) for row in session.connection().execute(_OPEN).mappings()]


def request_change(session: Session, stamp: Stamp, account: Account, detail: Detail, should_be: str) -> None:
    """Record that a detail of the account's own person is wrong. Raises DomainError when it cannot be taken."""
    if account.person_id is None:
        raise NotFound("This account belongs to nobody who is counted.")
    waiting = open_requests(session, account.person_id)
    if any(one.detail is detail and one.should_be == should_be for one in waiting):
        raise DomainError("You have asked for this already. Your training team will look at it.")
    if len(waiting) >= MOST_REQUESTS:
        raise DomainError(
            f"You have {MOST_REQUESTS} requests open, which is the most there can be. "
            "Wait for an answer, or take one of them back."
        )
    session.execute(
        insert(DetailRequestRow).values(
            person_id=account.person_id, detail=detail.value, should_be=should_be, **recorded(stamp)
        )
    )
    audit.record(
        session, stamp, "detail_request.recorded", f"account:{account.public_id}", detail=detail.value
    )


def withdraw_request(session: Session, stamp: Stamp, account: Account, request_id: int) -> None:
    """Take back a request of one's own; one that was answered or taken back already stays so.

    Raises NotFound for a request that is not there and for one that is somebody else's.
    """
    values = {"id": request_id, "person_id": account.person_id}
    found = session.connection().execute(_OWN, values).one_or_none()
    if found is None:
        raise NotFound("There is no such request.")
    if found.retracted_at is None:
        retract(session, DetailRequestRow, [request_id], stamp, "withdrawn")
        audit.record(
            session, stamp, "detail_request.withdrawn", f"account:{account.public_id}", request=request_id
        )


def answer_request(session: Session, stamp: Stamp, request_id: int, reason: str) -> None:
    """Close a request: the detail was put right at its source, or stays as it is. Raises NotFound when none is open."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise DomainError(f"Give a reason of at most {LONGEST_REASON} characters.")
    found = session.connection().execute(_OPEN_ONE, {"id": request_id}).one_or_none()
    if found is None:
        raise NotFound(f"There is no open request {request_id}.")
    retract(session, DetailRequestRow, [request_id], stamp, reason.strip())
    audit.record(session, stamp, "detail_request.answered", f"person:{found.public_id}", request=request_id)


_manager, _of_manager = aliased(PersonRow), aliased(PersonDetailRow)
_POSTS = (
    select(
        PostSpellRow.first_day,
        PostSpellRow.last_day,
        PostSpellRow.job_title,
        PostSpellRow.roles,
        PostSpellRow.manager_ref,
        PostSpellRow.unit_id,
        UnitRow.path,
        OrganisationRow.name.label("organisation"),
        OrganisationSectorRow.sector,
        PersonDetailRow.category,
        _of_manager.first_name.label("first"),
        _of_manager.last_name.label("last"),
    )
    .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
    .join(OrganisationRow, OrganisationRow.id == UnitRow.organisation_id)
    .outerjoin(
        OrganisationSectorRow,
        (OrganisationSectorRow.organisation_id == OrganisationRow.id) & known(OrganisationSectorRow, None),
    )
    .outerjoin(
        PersonDetailRow, (PersonDetailRow.person_id == PostSpellRow.person_id) & known(PersonDetailRow, None)
    )
    .outerjoin(_manager, _manager.person_ref == PostSpellRow.manager_ref)
    .outerjoin(_of_manager, (_of_manager.person_id == _manager.id) & known(_of_manager, None))
    .where(PostSpellRow.person_id == bindparam("person_id"), known(PostSpellRow, None))
    .order_by(PostSpellRow.first_day.desc(), PostSpellRow.post_ref, PostSpellRow.id)
)
_POSTS_AND_WHETHER_GRANTS = _POSTS.add_columns(
    exists()
    .where(RoleGrantRow.person_id == PostSpellRow.person_id, known(RoleGrantRow, None))
    .label("has_grants")
)
_ROLE_RULES = (
    select(
        RoleRuleRow.role,
        RoleRuleRow.job_title,
        RoleRuleRow.unit,
        RoleRuleRow.organisation,
        RoleRuleRow.sector,
        RoleRuleRow.category,
        RoleRuleRow.first_day,
        RoleRuleRow.last_day,
    )
    .where(known(RoleRuleRow, None))
    .order_by(RoleRuleRow.id)
)
# Of several lines the latest stands.
_ROLE_TITLES = (
    select(RoleLineRow.code, RoleLineRow.title)
    .where(known(RoleLineRow, None))
    .order_by(RoleLineRow.first_day, RoleLineRow.id)
)
_OPEN_OF = (
    select(
        DetailRequestRow.id, DetailRequestRow.detail, DetailRequestRow.should_be, DetailRequestRow.recorded_at
    )
    .where(DetailRequestRow.person_id == bindparam("person_id"), known(DetailRequestRow, None))
    .order_by(DetailRequestRow.id)
)
_OWN = select(DetailRequestRow.retracted_at).where(
    DetailRequestRow.id == bindparam("id"), DetailRequestRow.person_id == bindparam("person_id")
)
_OPEN_ONE = (
    select(PersonRow.public_id)
    .join(DetailRequestRow, DetailRequestRow.person_id == PersonRow.id)
    .where(DetailRequestRow.id == bindparam("id"), known(DetailRequestRow, None))
)
_OPEN = (
    select(
        DetailRequestRow.id,
        DetailRequestRow.recorded_at.label("asked_at"),
        PersonRow.person_ref,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        DetailRequestRow.detail,
        DetailRequestRow.should_be,
    )
    .join(PersonRow, PersonRow.id == DetailRequestRow.person_id)
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .where(known(DetailRequestRow, None))
    .order_by(DetailRequestRow.id)
)
