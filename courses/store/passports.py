"""Reading and writing training passports, and the issuers whose passports are believed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from courses.domain import Completion, CompletionKey, Source
from courses.domain.passports import Passport, from_content, to_content
from courses.models import CompletionRow, CourseRow
from courses.models.certificates import PassportRow, TrustedIssuerRow
from courses.store.completed import WITHDRAWN
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp

SOURCE = Source.PASSPORT.value
"""Where a completion comes from that was taken over from a passport; its reference is the passport's number."""


@dataclass(frozen=True, slots=True)
class IssuedPassport:
    """A passport in the register: what it says, whose it is, and the key that signs it."""

    id: int
    person_id: int
    issued_by: str
    key_id: str
    passport: Passport


_PASSPORTS = select(
    PassportRow.id,
    PassportRow.person_id,
    PassportRow.issued_by,
    PassportRow.key_id,
    PassportRow.content,
)
_BY_NUMBER = _PASSPORTS.where(PassportRow.number == bindparam("number"))
_BY_PERSON = _PASSPORTS.where(PassportRow.person_id == bindparam("person_id")).order_by(
    PassportRow.issued_at.desc(), PassportRow.id.desc()
)


def find_passport(session: Session, number: str) -> IssuedPassport | None:
    """The passport of ours with a number; None where there is none."""
    row = session.connection().execute(_BY_NUMBER, {"number": number}).mappings().one_or_none()
    return None if row is None else _issued(row)


def passports_of(session: Session, person_id: int) -> list[IssuedPassport]:
    """All passports that were issued to a person, the newest first."""
    found = session.connection().execute(_BY_PERSON, {"person_id": person_id}).mappings()
    return [_issued(row) for row in found]


def record_passport(session: Session, stamp: Stamp, person_id: int, key_id: str, passport: Passport) -> None:
    """Write a passport down as it is issued. Two of one number are refused by the table."""
    session.execute(
        insert(PassportRow).values(
            number=passport.number,
            person_id=person_id,
            issued_at=passport.issued_at,
            issued_by=stamp.actor,
            key_id=key_id,
            content=to_content(passport),
        )
    )


def _issued(row: Any) -> IssuedPassport:
    passport = from_content(row["content"])
    return IssuedPassport(row["id"], row["person_id"], row["issued_by"], row["key_id"], passport)


_COMPLETED = (
    select(
        CourseRow.code,
        CompletionRow.completed_on,
        CompletionRow.evidence,
        CompletionRow.revoked_on,
        CompletionRow.provider,
    )
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(CompletionRow.person_id == bindparam("person_id"), known(CompletionRow, None))
    .order_by(CompletionRow.completed_on, CourseRow.code, CompletionRow.id)
)


def completed_with_provider(session: Session, person_id: int) -> list[tuple[Completion, str]]:
    """Everything one person completed, with the provider that the record names."""
    found = session.connection().execute(_COMPLETED, {"person_id": person_id})
    return [
        (Completion(code, day, evidence, revoked), provider)
        for code, day, evidence, revoked, provider in found
    ]


_TAKEN_BACK = (
    select(CourseRow.code, CompletionRow.completed_on)
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(
        CompletionRow.person_id == bindparam("person_id"),
        CompletionRow.retracted_at.is_not(None),
        CompletionRow.retracted_batch_id.is_(None),
        CompletionRow.retracted_reason != WITHDRAWN,
    )
    .distinct()
    .order_by(CourseRow.code, CompletionRow.completed_on)
)


def taken_back(session: Session, person_id: int) -> set[tuple[str, date]]:
    """Course and day of what somebody took out of this person's record by hand: a file does not bring it back."""
    found = session.connection().execute(_TAKEN_BACK, {"person_id": person_id})
    return {(code, completed_on) for code, completed_on in found}


_HOLDERS = (
    select(CompletionRow.person_id)
    .where(
        CompletionRow.reference == bindparam("reference"),
        CompletionRow.source == SOURCE,
        known(CompletionRow, None),
    )
    .distinct()
    .order_by(CompletionRow.person_id)
)


def holders_of(session: Session, reference: str) -> list[int]:
    """For whom the passport with this reference was accepted here."""
    return list(session.connection().execute(_HOLDERS, {"reference": reference}).scalars())


_STATE = (
    select(CompletionRow.person_id, CompletionRow.evidence, CompletionRow.revoked_on)
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(
        CompletionRow.person_id == bindparam("person_id"),
        CourseRow.code == bindparam("course"),
        CompletionRow.completed_on == bindparam("completed_on"),
        known(CompletionRow, None),
    )
)


def stands(session: Session, key: CompletionKey) -> Completion | None:
    """What the record says of a completion now; None where it holds none."""
    values = {"person_id": key.person_id, "course": key.course, "completed_on": key.completed_on}
    row = session.connection().execute(_STATE, values).one_or_none()
    return None if row is None else Completion(key.course, key.completed_on, row.evidence, row.revoked_on)


# --- issuers


@dataclass(frozen=True, slots=True)
class TrustedIssuer:
    """Another service whose passports are believed, by one of its keys."""

    id: int
    key_id: str
    name: str
    address: str
    public_key: Mapping[str, Any]
    recorded_at: datetime
    recorded_by: str


_ISSUERS = (
    select(
        TrustedIssuerRow.id,
        TrustedIssuerRow.key_id,
        TrustedIssuerRow.name,
        TrustedIssuerRow.address,
        TrustedIssuerRow.public_key,
        TrustedIssuerRow.recorded_at,
        TrustedIssuerRow.recorded_by,
    )
    .where(known(TrustedIssuerRow, None))
    .order_by(TrustedIssuerRow.name, TrustedIssuerRow.recorded_at, TrustedIssuerRow.id)
)


def trusted_issuers(session: Session) -> list[TrustedIssuer]:
    """Every key that is believed now, by the name of its issuer."""
    return [
        TrustedIssuer(**{**row, "public_key": json.loads(row["public_key"])})
        for row in session.connection().execute(_ISSUERS).mappings()
    ]


def record_issuer(
    session: Session, stamp: Stamp, key_id: str, name: str, address: str, public_key: str
) -> None:
    """Begin to believe a key. A key is believed once: the table refuses a second row."""
    session.execute(
        insert(TrustedIssuerRow).values(
            key_id=key_id, name=name, address=address, public_key=public_key, **recorded(stamp)
        )
    )


def withdraw_issuer(session: Session, stamp: Stamp, issuer: TrustedIssuer, reason: str) -> None:
    """Stop to believe a key. What was accepted before stays on record."""
    retract(session, TrustedIssuerRow, [issuer.id], stamp, reason)
