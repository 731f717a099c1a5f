"""Rows about certificates and training passports, and about those of others that we trust."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db import Base
from foundation.facts import Fact, current_index


class CertificateRow(Base):
    """A certificate as issued: never changed. `version` counts those of one completion; the last is in force."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("person_id", "course_id", "completed_on", "version"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id"))
    completed_on: Mapped[date] = mapped_column(Date)
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(401))
    course_title: Mapped[str] = mapped_column(String(200))
    provider: Mapped[str] = mapped_column(String(200))
    valid_until: Mapped[date | None] = mapped_column(Date)
    council: Mapped[str] = mapped_column(String(200))
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(80))
    key_id: Mapped[str] = mapped_column(String(64))
    """Which key signs it: the same bytes are made again long after the key in use is another."""
    layout: Mapped[int] = mapped_column(Integer)


class CertificateEndRow(Base):
    """A certificate was taken back, or another took its place."""

    __tablename__ = "certificate_end"

    certificate_id: Mapped[int] = mapped_column(
        ForeignKey("certificate.id"), primary_key=True, autoincrement=False
    )
    ending: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str] = mapped_column(String(200))
    ended_at: Mapped[datetime]
    ended_by: Mapped[str] = mapped_column(String(80))
    replaced_by_id: Mapped[int | None] = mapped_column(ForeignKey("certificate.id"))


class PassportRow(Base):
    """A training passport as issued: all that was in date for one person, to hand to the next employer."""

    __tablename__ = "passport"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    issued_at: Mapped[datetime]
    issued_by: Mapped[str] = mapped_column(String(80))
    key_id: Mapped[str] = mapped_column(String(64))
    content: Mapped[dict[str, Any]] = mapped_column(JSON)


class TrustedIssuerRow(Fact, Base):
    """Another service whose passports are taken for proof: its name and its public key."""

    __tablename__ = "trusted_issuer"
    __table_args__ = (current_index("trusted_issuer", "key_id", unique=True),)

    key_id: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(300))
    public_key: Mapped[str] = mapped_column(Text)
    """A JSON Web Key, as published by the issuer."""
