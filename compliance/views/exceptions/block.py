"""The block of a person's page with what was decided about them by hand: roles given, and exemptions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from flask import url_for

from compliance.domain.requirement import RuleBook
from compliance.store.exemptions import exemptions_of_person
from compliance.views.exceptions.exemptions import EVERY, requirement_titles
from compliance.views.exceptions.listed import sees_reasons
from foundation.db import Session
from people.domain import Account, Permission
from people.services.by_hand import RoleByHand
from people.services.scope import Seen, View


@dataclass(frozen=True, slots=True)
class RoleLine:
    """A role by hand. The addresses are empty for readers who may not change it, and of one that is over."""

    title: str
    first_day: date
    last_day: date
    approved_by: str
    review_on: date
    reason: str
    is_over: bool
    review_is_due: bool
    review_href: str
    end_href: str


@dataclass(frozen=True, slots=True)
class ExemptLine:
    """An exemption. Reason and approver are empty for readers who may not know them, the address as above."""

    requirement: str
    first_day: date
    last_day: date
    approved_by: str
    reason: str
    is_over: bool
    end_href: str


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What the block shows. The addresses lead to giving and recording more; empty for all but the writers."""

    roles: Sequence[RoleLine]
    exemptions: Sequence[ExemptLine]
    with_reasons: bool
    give_href: str
    add_href: str

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show and nothing to do."""
        return not (self.roles or self.exemptions or self.give_href)


def exceptions_of(
    session: Session,
    account: Account,
    view: View,
    public_id: str,
    book: RuleBook,
    today: date,
    roles: Sequence[RoleByHand],
) -> Exceptions:
    """The values of templates/compliance/person/exceptions.html. Managers see days, and never why.

    `roles` are the person's roles by hand, which the page reads for other parts of it as well.
    """
    own = Seen.SELF in view.seen
    writes = Seen.EVERYBODY in view.seen and Permission.LEARNING in account.permissions and not own
    with_reasons = own or (Seen.EVERYBODY in view.seen and sees_reasons(account))
    exemptions = exemptions_of_person(session, view.person_id)
    titles = requirement_titles(book, today) if exemptions else {}

    def href(endpoint: str, **values: Any) -> str:
        return url_for(endpoint, public_id=public_id, **values) if writes else ""

    return Exceptions(
        roles=[
            RoleLine(
                title=book.role_titles.get(one.role, one.role),
                first_day=one.first_day,
                last_day=one.last_day,
                approved_by=one.approved_by,
                review_on=one.review_on,
                reason=one.reason if with_reasons else "",
                is_over=one.is_over(today),
                review_is_due=one.review_on <= today and not one.is_over(today),
                review_href="" if one.is_over(today) else href("compliance.review_role", role=one.id),
                end_href="" if one.is_over(today) else href("compliance.end_role", role=one.id),
            )
            for one in roles
        ],
        exemptions=[
            ExemptLine(
                requirement=EVERY
                if one.requirement is None
                else titles.get(one.requirement, one.requirement),
                first_day=one.first_day,
                last_day=one.last_day,
                approved_by=one.approved_by if with_reasons else "",
                reason=one.reason if with_reasons else "",
                is_over=one.is_over(today),
                end_href=href("compliance.end_exemption", exemption=one.id),
            )
            for one in exemptions
        ],
        with_reasons=with_reasons,
        give_href=href("compliance.give_role"),
        add_href=href("compliance.add_exemption"),
    )
