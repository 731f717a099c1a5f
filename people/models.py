"""Rows about people: who they are, where they work, when they are away; and the accounts that sign in."""

from datetime import date, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, Index, Integer, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.db import Base
from foundation.facts import Fact, current_index


def new_public_id() -> str:
    """The random id by which a row is named in addresses of pages; says nothing about a person."""
    return uuid4().hex


class OrganisationRow(Base):
    """The council, a school, a partner. Known by its name."""

    __tablename__ = "organisation"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    name: Mapped[str] = mapped_column(String(200), unique=True)


class OrganisationSectorRow(Fact, Base):
    """The sector of an organisation."""

    __tablename__ = "organisation_sector"
    __table_args__ = (current_index("organisation_sector", "organisation_id", unique=True),)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    sector: Mapped[str] = mapped_column(String(20))


class SchoolDetailRow(Fact, Base):
    """What a school is: phase, URN, declared headcount and last safeguarding audit (`people.services.schools`)."""

    __tablename__ = "school_detail"
    __table_args__ = (
        current_index("school_detail", "organisation_id", unique=True),
        current_index("school_detail", "urn", unique=True),
    )

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    phase: Mapped[str] = mapped_column(String(20))
    urn: Mapped[str | None] = mapped_column(String(6))
    headcount: Mapped[int | None] = mapped_column(Integer)
    headcount_on: Mapped[date | None] = mapped_column(Date)
    audit_on: Mapped[date | None] = mapped_column(Date)
    audit_gaps: Mapped[int | None] = mapped_column(Integer)


class UnitRow(Base):
    """A unit of an organisation. The organisation itself is the unit with the empty path and depth 0.

    `left` and `right` number the tree, so that "this unit and everything below" is one range (performance notes).
    """

    __tablename__ = "unit"
    __table_args__ = (Index("uq_unit_path", "organisation_id", "path", unique=True),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"), index=True)
    name: Mapped[str] = mapped_column(String(200))
    path: Mapped[str] = mapped_column(String(1000))
    depth: Mapped[int] = mapped_column(Integer)
    left: Mapped[int] = mapped_column(Integer, index=True)
    right: Mapped[int] = mapped_column(Integer)


class PersonRow(Base):
    """Someone we count, known by the payroll or staff number. What is known about them is in facts."""

    __tablename__ = "person"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    person_ref: Mapped[str] = mapped_column(String(60), unique=True)


class PersonDetailRow(Fact, Base):
    """Name, e-mail and category of a person."""

    __tablename__ = "person_detail"
    __table_args__ = (
        current_index("person_detail", "person_id", unique=True),
        current_index("person_detail", "email"),
        current_index("person_detail", "last_name", "first_name"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_name: Mapped[str] = mapped_column(String(200))
    last_name: Mapped[str] = mapped_column(String(200))
    email: Mapped[str | None] = mapped_column(String(254))
    category: Mapped[str] = mapped_column(String(20))


class PersonWordRow(Base):
    """A word by which a person is found: of the name, the e-mail address or the number, in plain letters.

    It belongs to a fact, which never changes, so neither does it (`people.services.finding.words`).
    """

    __tablename__ = "person_word"

    # Compared letter by letter on both databases: the words that begin alike are one range of the key.
    word: Mapped[str] = mapped_column(
        String(60).with_variant(String(60, collation="C"), "postgresql"), primary_key=True
    )
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    detail_id: Mapped[int] = mapped_column(ForeignKey("person_detail.id"), primary_key=True, index=True)


class PostSpellRow(Fact, Base):
    """A stretch of days in which a person held a post with the same unit, title, roles and manager.

    Manager and roles are kept as the file gave them and resolved when read (docs/adr/0007).
    """

    __tablename__ = "post_spell"
    __table_args__ = (
        current_index("post_spell", "person_id"),
        current_index("post_spell", "manager_ref", "last_day"),
        current_index("post_spell", "unit_id", "last_day"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    post_ref: Mapped[str] = mapped_column(String(60))
    unit_id: Mapped[int] = mapped_column(ForeignKey("unit.id"))
    job_title: Mapped[str] = mapped_column(String(200))
    manager_ref: Mapped[str | None] = mapped_column(String(60))
    roles: Mapped[str] = mapped_column(String(500))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class AbsenceRow(Fact, Base):
    """A stretch of days away from work. The kind is a closed list; there is no room for medical detail."""

    __tablename__ = "absence"
    __table_args__ = (current_index("absence", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    kind: Mapped[str] = mapped_column(String(20))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class RoleGrantRow(Fact, Base):
    """A role given to one person by hand, from a day to a day (or with no end), on somebody's word.

    `review_on` is the day by which somebody asks whether it is still right; the role does not end by itself on it.
    Files of people and posts never touch these.
    """

    __tablename__ = "role_grant"
    __table_args__ = (
        current_index("role_grant", "person_id"),
        current_index("role_grant", "review_on"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    role: Mapped[str] = mapped_column(String(60))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)
    approved_by: Mapped[str] = mapped_column(String(200))
    review_on: Mapped[date] = mapped_column(Date)
    reason: Mapped[str] = mapped_column(String(500))


class RoleLineRow(Fact, Base):
    """A role of the rule book: its title and who approved it, for the days on which the line holds."""

    __tablename__ = "role_line"

    code: Mapped[str] = mapped_column(String(60))
    title: Mapped[str] = mapped_column(String(200))
    approved_by: Mapped[str] = mapped_column(String(200))
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class RoleRuleRow(Fact, Base):
    """Who holds a role without being named one by one. An empty condition does not narrow."""

    __tablename__ = "role_rule"

    role: Mapped[str] = mapped_column(String(60))
    job_title: Mapped[str | None] = mapped_column(String(200))
    unit: Mapped[str | None] = mapped_column(String(1000))
    organisation: Mapped[str | None] = mapped_column(String(200))
    sector: Mapped[str | None] = mapped_column(String(20))
    category: Mapped[str | None] = mapped_column(String(20))
    first_day: Mapped[date] = mapped_column(Date, default=FIRST_DAY)
    last_day: Mapped[date] = mapped_column(Date, default=FAR_DAY)


class ImportBatchRow(Base):
    """One applied import. Undoing it retracts what it recorded and records again what it retracted."""

    __tablename__ = "import_batch"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    file_name: Mapped[str] = mapped_column(String(200))
    sha256: Mapped[str] = mapped_column(String(64))
    source: Mapped[str] = mapped_column(String(60))
    applied_at: Mapped[datetime]
    applied_by: Mapped[str] = mapped_column(String(80))
    counts: Mapped[dict[str, Any]] = mapped_column(JSON)
    undoes_id: Mapped[int | None] = mapped_column(ForeignKey("import_batch.id"))


class AccountRow(Base):
    """A way to sign in. It may belong to a person we count. Without a password yet, the hash is empty."""

    __tablename__ = "account"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    email: Mapped[str] = mapped_column(String(254), unique=True)
    password_hash: Mapped[str] = mapped_column(Text)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    created_at: Mapped[datetime]
    disabled_at: Mapped[datetime | None]


class PermissionRow(Fact, Base):
    """What an account may do beyond its owner's own record and team; for a partner lead, where."""

    __tablename__ = "permission"
    __table_args__ = (current_index("permission", "account_id"),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    permission: Mapped[str] = mapped_column(String(20))
    organisation_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))


class PermissionRequestRow(Fact, Base):
    """A permission that one administrator asks for and another grants: it opens everybody's record, or all rules."""

    __tablename__ = "permission_request"
    __table_args__ = (current_index("permission_request", "account_id", "permission", unique=True),)

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"))
    permission: Mapped[str] = mapped_column(String(20))


class AccountSessionRow(Base):
    """A browser that is signed in. The browser holds a random token, we hold its hash; ended once, for good."""

    __tablename__ = "account_session"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=new_public_id)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    device: Mapped[str] = mapped_column(String(80))
    began_at: Mapped[datetime]
    second_step_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class AccountLinkRow(Base):
    """A link that was sent to set a password: used once, or ended by time or by a newer one. We keep only its hash."""

    __tablename__ = "account_link"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    made_at: Mapped[datetime]
    made_by: Mapped[str] = mapped_column(String(80))
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]


class AttemptRow(Base):
    """One try that is counted against a limit. `subject` is a keyed hash of an account, device or network address."""

    __tablename__ = "attempt"
    __table_args__ = (Index("ix_attempt_subject", "kind", "subject", "at"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(index=True)


class SecondStepRow(Base):
    """The authenticator app of an account. The secret is encrypted; a code opens the door once (`last_step`)."""

    __tablename__ = "second_step"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), unique=True)
    secret: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]
    last_step: Mapped[int | None] = mapped_column(BigInteger)


class RecoveryCodeRow(Base):
    """A code for the day on which the telephone is lost. Only its hash is kept, and it opens the door once."""

    __tablename__ = "recovery_code"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None]


class DelegationRow(Fact, Base):
    """A manager's team, handed to somebody else for some days. Ending it early records a shorter one instead."""

    __tablename__ = "delegation"
    __table_args__ = (
        current_index("delegation", "delegate_id", "last_day"),
        current_index("delegation", "manager_id"),
    )

    manager_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    delegate_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    first_day: Mapped[date] = mapped_column(Date)
    last_day: Mapped[date] = mapped_column(Date)


class DetailRequestRow(Fact, Base):
    """Somebody says that a detail of theirs is wrong, and how it should be. Retracted when it has been answered."""

    __tablename__ = "detail_request"
    __table_args__ = (current_index("detail_request", "person_id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    detail: Mapped[str] = mapped_column(String(20))
    should_be: Mapped[str] = mapped_column(String(200))
