"""The accounts, a page at a time: whose they are, what they may do, whether they can sign in; in a few reads."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from foundation.facts import known
from foundation.pagination import Page
from foundation.plain import literally
from people.domain import Permission
from people.models import (
    AccountRow,
    AccountSessionRow,
    OrganisationRow,
    PermissionRequestRow,
    PermissionRow,
    PersonDetailRow,
    PersonRow,
    PostSpellRow,
    SecondStepRow,
)


class State(StrEnum):
    """Whether an account opens the door."""

    ACTIVE = "active"
    INVITED = "invited"
    """Its owner has not set a password yet."""
    LEFT = "left"
    """Its person holds no post today."""
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Held:
    """A permission that an account holds; a partner lead's, with the organisation."""

    fact_id: int
    permission: Permission
    organisation: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """A permission that somebody asked for and somebody else has to grant. `by`: the actor who asked."""

    fact_id: int
    permission: Permission
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AccountEntry:
    """An account as the list and its own page show it."""

    id: int
    public_id: str
    email: str
    state: State
    person: str = ""
    """The public id of its person; empty where it belongs to nobody who is counted."""
    name: str = ""
    has_second_step: bool = False
    created_at: datetime | None = None
    signed_in_at: datetime | None = None
    held: tuple[Held, ...] = ()
    asked: tuple[Asked, ...] = ()


@dataclass(frozen=True, slots=True)
class Filters:
    """What narrows the list. `text` is looked for in the email address and the name, case ignored."""

    text: str = ""
    permission: Permission | None = None
    state: State | None = None
    asked: bool = False
    """Only accounts for which a permission was asked and not yet granted."""


def accounts(
    session: Session, filters: Filters, today: date, wanted: str | None
) -> tuple[list[AccountEntry], Page]:
    """One page of the accounts, by email address."""
    values = _values(filters, today)
    total = session.connection().execute(_count(filters), values).scalar_one()
    page = Page.of(wanted, total)
    rows = (
        session.connection()
        .execute(_page(filters), {**values, "size": page.size, "offset": page.offset})
        .all()
    )
    return _entries(session, rows), page


def every_account(session: Session, filters: Filters, today: date) -> list[AccountEntry]:
    """The whole list, for a file."""
    rows = session.connection().execute(_narrowed(filters), _values(filters, today)).all()
    return _entries(session, rows)


def account_entry(session: Session, public_id: str, today: date) -> AccountEntry | None:
    """One account; None when there is none."""
    query = _LISTED.where(AccountRow.public_id == public_id)
    rows = session.connection().execute(query, {"today": today}).all()
    return next(iter(_entries(session, rows)), None)


_HAS_POST = (
    select(PostSpellRow.id)
    .where(
        PostSpellRow.person_id == AccountRow.person_id,
        known(PostSpellRow, None),
        PostSpellRow.first_day <= bindparam("today"),
        PostSpellRow.last_day >= bindparam("today"),
    )
    .exists()
)
_HAS_SECOND_STEP = (
    select(SecondStepRow.id)
    .where(SecondStepRow.account_id == AccountRow.id, SecondStepRow.confirmed_at.is_not(None))
    .exists()
)
_ENABLED = AccountRow.disabled_at.is_(None)
_HERE = or_(AccountRow.person_id.is_(None), _HAS_POST)
_IN_STATE: Mapping[State, ColumnElement[bool]] = {
    State.DISABLED: AccountRow.disabled_at.is_not(None),
    State.LEFT: and_(_ENABLED, ~_HERE),
    State.INVITED: and_(_ENABLED, _HERE, AccountRow.password_hash == ""),
    State.ACTIVE: and_(_ENABLED, _HERE, AccountRow.password_hash != ""),
}
_LISTED = (
    select(
        AccountRow.id,
        AccountRow.public_id,
        AccountRow.email,
        AccountRow.created_at,
        AccountRow.disabled_at,
        (AccountRow.password_hash == "").label("no_password"),
        _HERE.label("here"),
        _HAS_SECOND_STEP.label("has_second_step"),
        PersonRow.public_id.label("person"),
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
    )
    .outerjoin(PersonRow, PersonRow.id == AccountRow.person_id)
    .outerjoin(PersonDetailRow, and_(PersonDetailRow.person_id == PersonRow.id, known(PersonDetailRow, None)))
    .order_by(AccountRow.email, AccountRow.id)
)


def _values(filters: Filters, today: date) -> dict[str, Any]:
    values: dict[str, Any] = {"today": today}
    if filters.text:
        values["text"] = f"%{literally(filters.text.lower())}%"
    if filters.permission:
        values["permission"] = filters.permission.value
    return values


def _narrowed(filters: Filters) -> Select[Any]:
    query: Any = _LISTED
    if filters.text:
        name = func.lower(PersonDetailRow.first_name + " " + PersonDetailRow.last_name)
        pattern: BindParameter[str] = bindparam("text")
        query = query.where(or_(AccountRow.email.like(pattern, escape="\\"), name.like(pattern, escape="\\")))
    if filters.permission:
        query = query.where(
            select(PermissionRow.id)
            .where(
                PermissionRow.account_id == AccountRow.id,
                PermissionRow.permission == bindparam("permission"),
                known(PermissionRow, None),
            )
            .exists()
        )
    if filters.state:
        query = query.where(_IN_STATE[filters.state])
    if filters.asked:
        query = query.where(
            select(PermissionRequestRow.id)
            .where(PermissionRequestRow.account_id == AccountRow.id, known(PermissionRequestRow, None))
            .exists()
        )
    narrowed: Select[Any] = query
    return narrowed


def _page(filters: Filters) -> Select[Any]:
    return _narrowed(filters).limit(bindparam("size")).offset(bindparam("offset"))


def _count(filters: Filters) -> Select[int]:
    return select(func.count()).select_from(_narrowed(filters).order_by(None).subquery())


@dataclass
class _More:
    """What belongs to the accounts of a page, by account."""

    held: dict[int, list[Held]] = field(default_factory=lambda: defaultdict(list))
    asked: dict[int, list[Asked]] = field(default_factory=lambda: defaultdict(list))
    signed_in: dict[int, datetime] = field(default_factory=dict)


def _entries(session: Session, rows: Sequence[Any]) -> list[AccountEntry]:
    more = _more(session, [row.id for row in rows])
    return [
        AccountEntry(
            id=row.id,
            public_id=row.public_id,
            email=row.email,
            state=_state(row),
            person=row.person or "",
            name=" ".join(part for part in (row.first_name, row.last_name) if part),
            has_second_step=bool(row.has_second_step),
            created_at=row.created_at,
            signed_in_at=more.signed_in.get(row.id),
            held=tuple(more.held[row.id]),
            asked=tuple(more.asked[row.id]),
        )
        for row in rows
    ]


def _state(row: Any) -> State:
    if row.disabled_at is not None:
        return State.DISABLED
    if not row.here:
        return State.LEFT
    return State.INVITED if row.no_password else State.ACTIVE


def _more(session: Session, ids: Sequence[int]) -> _More:
    found = _More()
    for account_id, fact_id, permission, organisation in session.connection().execute(_HELD, {"ids": ids}):
        found.held[account_id].append(Held(fact_id, Permission(permission), organisation or ""))
    for account_id, fact_id, permission, by, at in session.connection().execute(_ASKED, {"ids": ids}):
        found.asked[account_id].append(Asked(fact_id, Permission(permission), by, at))
    for account_id, at in session.connection().execute(_SIGNED_IN, {"ids": ids}):
        found.signed_in[account_id] = at
    return found


_IDS: BindParameter[Any] = bindparam("ids", expanding=True)
_HELD = (
    select(PermissionRow.account_id, PermissionRow.id, PermissionRow.permission, OrganisationRow.name)
    .outerjoin(OrganisationRow, OrganisationRow.id == PermissionRow.organisation_id)
    .where(PermissionRow.account_id.in_(_IDS), known(PermissionRow, None))
    .order_by(PermissionRow.permission, OrganisationRow.name, PermissionRow.id)
)
_ASKED = (
    select(
        PermissionRequestRow.account_id,
        PermissionRequestRow.id,
        PermissionRequestRow.permission,
        PermissionRequestRow.recorded_by,
        PermissionRequestRow.recorded_at,
    )
    .where(PermissionRequestRow.account_id.in_(_IDS), known(PermissionRequestRow, None))
    .order_by(PermissionRequestRow.id)
)
_SIGNED_IN = (
    select(AccountSessionRow.account_id, func.max(AccountSessionRow.began_at))
    .where(AccountSessionRow.account_id.in_(_IDS))
    .group_by(AccountSessionRow.account_id)
)
