"""Answering what people say is wrong with their details: done or not, with a sentence, which the person is told."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.errors import DomainError, NotFound
from foundation.facts import known
from foundation.mail import Message, queue
from foundation.stamp import Stamp
from people.domain import Account
from people.models import AccountRow, DetailRequestRow, PersonDetailRow, PersonRow
from people.services.details import LONGEST_REASON, Detail, answer_request

LONGEST_SENTENCE = LONGEST_REASON - len("Not done: ")


@dataclass(frozen=True, slots=True)
class OpenRequest:
    """What somebody asks for. `asked_at` is a moment."""

    id: int
    person_id: int
    public_id: str
    name: str
    detail: Detail
    should_be: str
    asked_at: datetime


@dataclass(frozen=True, slots=True)
class Answered:
    """What the message about an answer says."""

    detail: Detail
    should_be: str
    done: bool
    sentence: str


Words = Callable[[Answered], tuple[str, str]]
"""Writes the subject and the body of a message."""


def open_requests_of_all(session: Session) -> list[OpenRequest]:
    """All requests that wait for an answer, the oldest first."""
    query = (
        select(
            DetailRequestRow.id,
            DetailRequestRow.person_id,
            PersonRow.public_id,
            PersonDetailRow.first_name,
            PersonDetailRow.last_name,
            DetailRequestRow.detail,
            DetailRequestRow.should_be,
            DetailRequestRow.recorded_at,
        )
        .join(PersonRow, PersonRow.id == DetailRequestRow.person_id)
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .where(known(DetailRequestRow, None))
        .order_by(DetailRequestRow.id)
    )
    return [
        OpenRequest(
            id=row.id,
            person_id=row.person_id,
            public_id=row.public_id,
            name=f"{row.first_name or ''} {row.last_name or ''}".strip() or "Name not recorded",
            detail=Detail(row.detail),
            should_be=row.should_be,
            asked_at=row.recorded_at,
        )
        for row in session.execute(query)
    ]


def answer(
    session: Session,
    stamp: Stamp,
    account: Account,
    request_id: int,
    *,
    done: bool,
    sentence: str,
    words: Words,
) -> None:
    """Close a request and tell whoever asked. Nobody answers their own (promises 8, rule 1).

    Raises NotFound when none is open, DomainError where it is refused.
    """
    found = next((one for one in open_requests_of_all(session) if one.id == request_id), None)
    if found is None:
        raise NotFound("There is no such request.")
    if found.person_id == account.person_id:
        raise DomainError("You asked for this yourself. Somebody else must answer it.")
    answer_request(session, stamp, request_id, f"{'Done' if done else 'Not done'}: {sentence}")
    query = select(AccountRow.email).where(
        AccountRow.person_id == found.person_id, AccountRow.disabled_at.is_(None)
    )
    for address in session.scalars(query.order_by(AccountRow.id)).all():
        told = Answered(found.detail, found.should_be, done, sentence)
        message = Message("detail_request_answered", address, *words(told), is_secret=False)
        queue(session, stamp, message)
