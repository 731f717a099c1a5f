"""Workshops, bookings, attendance and evaluation; certificates, training passports and trusted issuers.

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard, guard_anew


revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

GUARDED = (
    "workshop_line",
    "booking",
    "attendance",
    "workshop_guest",
    "register_closed",
    "evaluation_answer",
    "certificate",
    "certificate_end",
    "passport",
    "trusted_issuer",
)


def upgrade() -> None:
    op.create_table(
        "trusted_issuer",
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("public_key", sa.Text(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_trusted_issuer")),
    )
    with op.batch_alter_table("trusted_issuer", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trusted_issuer_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_trusted_issuer_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )
        batch_op.create_index(
            "uq_trusted_issuer_current_key_id",
            ["key_id"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.create_table(
        "certificate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("completed_on", sa.Date(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=401), nullable=False),
        sa.Column("course_title", sa.String(length=200), nullable=False),
        sa.Column("provider", sa.String(length=200), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=True),
        sa.Column("council", sa.String(length=200), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("layout", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_certificate_course_id_course")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_certificate_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_certificate")),
        sa.UniqueConstraint("number", name=op.f("uq_certificate_number")),
        sa.UniqueConstraint(
            "person_id",
            "course_id",
            "completed_on",
            "version",
            name=op.f("uq_certificate_person_id_course_id_completed_on_version"),
        ),
    )
    op.create_table(
        "passport",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("number", sa.String(length=16), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("issued_by", sa.String(length=80), nullable=False),
        sa.Column("key_id", sa.String(length=64), nullable=False),
        sa.Column("content", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_passport_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_passport")),
        sa.UniqueConstraint("number", name=op.f("uq_passport_number")),
    )
    with op.batch_alter_table("passport", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_passport_person_id"), ["person_id"], unique=False)

    op.create_table(
        "workshop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("door_secret", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_workshop_course_id_course")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop")),
        sa.UniqueConstraint("public_id", name=op.f("uq_workshop_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_workshop_reference")),
    )
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_workshop_course_id"), ["course_id"], unique=False)

    op.create_table(
        "attendance",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("how", sa.String(length=20), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_attendance_person_id_person")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_attendance_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attendance")),
    )
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.create_index(
            "ix_attendance_current_person_id",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_attendance_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_attendance_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )
        batch_op.create_index(
            "uq_attendance_current_workshop_id",
            ["workshop_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.create_table(
        "booking",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.String(length=80), nullable=False),
        sa.Column("offer_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("instead_of", sa.String(length=32), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_booking_person_id_person")),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_booking_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_booking")),
    )
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.create_index(
            "ix_booking_current_person_id",
            ["person_id"],
            unique=False,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            "ix_booking_current_public_id",
            ["public_id"],
            unique=False,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(batch_op.f("ix_booking_recorded_batch_id"), ["recorded_batch_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_booking_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )
        batch_op.create_index(
            "uq_booking_current_workshop_id",
            ["workshop_id", "person_id"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.create_table(
        "certificate_end",
        sa.Column("certificate_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("ending", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.String(length=200), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=80), nullable=False),
        sa.Column("replaced_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["certificate_id"], ["certificate.id"], name=op.f("fk_certificate_end_certificate_id_certificate")
        ),
        sa.ForeignKeyConstraint(
            ["replaced_by_id"], ["certificate.id"], name=op.f("fk_certificate_end_replaced_by_id_certificate")
        ),
        sa.PrimaryKeyConstraint("certificate_id", name=op.f("pk_certificate_end")),
    )
    op.create_table(
        "evaluation_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("asked", sa.String(length=10), nullable=False),
        sa.Column("pair", sa.String(length=64), nullable=False),
        sa.Column("marks", sa.JSON(), nullable=False),
        sa.Column("answered_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_evaluation_answer_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evaluation_answer")),
        sa.UniqueConstraint(
            "workshop_id", "asked", "pair", name=op.f("uq_evaluation_answer_workshop_id_asked_pair")
        ),
    )
    op.create_table(
        "register_closed",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_register_closed_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_closed")),
    )
    with op.batch_alter_table("register_closed", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_register_closed_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_register_closed_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )
        batch_op.create_index(
            "uq_register_closed_current_workshop_id",
            ["workshop_id"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.create_table(
        "workshop_guest",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("employer", sa.String(length=200), nullable=False),
        sa.Column("number", sa.String(length=60), nullable=False),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_guest_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_guest")),
        sa.UniqueConstraint("public_id", name=op.f("uq_workshop_guest_public_id")),
    )
    with op.batch_alter_table("workshop_guest", schema=None) as batch_op:
        batch_op.create_index(
            "ix_workshop_guest_current_workshop_id",
            ["workshop_id"],
            unique=False,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_workshop_guest_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_workshop_guest_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    op.create_table(
        "workshop_line",
        sa.Column("workshop_id", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("capacity", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=300), nullable=False),
        sa.Column("joining", sa.String(length=500), nullable=False),
        sa.Column("instructions", sa.Text(), nullable=False),
        sa.Column("facilitator_ids", sa.JSON(), nullable=False),
        sa.Column("other_facilitators", sa.String(length=300), nullable=False),
        sa.Column("audience", sa.JSON(), nullable=False),
        sa.Column("books_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("cancels_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("offer_hours", sa.Integer(), nullable=False),
        sa.Column("is_cancelled", sa.Boolean(), nullable=False),
        sa.Column("cancelled_because", sa.String(length=300), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["workshop_id"], ["workshop.id"], name=op.f("fk_workshop_line_workshop_id_workshop")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workshop_line")),
    )
    with op.batch_alter_table("workshop_line", schema=None) as batch_op:
        batch_op.create_index(
            "ix_workshop_line_current_starts_at",
            ["starts_at"],
            unique=False,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_workshop_line_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_workshop_line_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )
        batch_op.create_index(
            "uq_workshop_line_current_workshop_id",
            ["workshop_id"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    with op.batch_alter_table("course_line", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("counts_for_facilitators", sa.Boolean(), nullable=False, server_default=sa.false())
        )

    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column("calendar", sa.LargeBinary(), nullable=True))
    guard_anew("course_line")
    for table in GUARDED:
        guard(table)


def downgrade() -> None:
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.drop_column("calendar")

    with op.batch_alter_table("course_line", schema=None) as batch_op:
        batch_op.drop_column("counts_for_facilitators")
    guard_anew("course_line")

    with op.batch_alter_table("workshop_line", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_workshop_line_current_workshop_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_workshop_line_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_workshop_line_recorded_batch_id"))
        batch_op.drop_index(
            "ix_workshop_line_current_starts_at",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("workshop_line")
    with op.batch_alter_table("workshop_guest", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshop_guest_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_workshop_guest_recorded_batch_id"))
        batch_op.drop_index(
            "ix_workshop_guest_current_workshop_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("workshop_guest")
    with op.batch_alter_table("register_closed", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_register_closed_current_workshop_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_register_closed_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_register_closed_recorded_batch_id"))

    op.drop_table("register_closed")
    op.drop_table("evaluation_answer")
    op.drop_table("certificate_end")
    with op.batch_alter_table("booking", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_booking_current_workshop_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_booking_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_booking_recorded_batch_id"))
        batch_op.drop_index(
            "ix_booking_current_public_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(
            "ix_booking_current_person_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("booking")
    with op.batch_alter_table("attendance", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_attendance_current_workshop_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_attendance_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_attendance_recorded_batch_id"))
        batch_op.drop_index(
            "ix_attendance_current_person_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("attendance")
    with op.batch_alter_table("workshop", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshop_course_id"))

    op.drop_table("workshop")
    with op.batch_alter_table("passport", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_passport_person_id"))

    op.drop_table("passport")
    op.drop_table("certificate")
    with op.batch_alter_table("trusted_issuer", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_trusted_issuer_current_key_id",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_trusted_issuer_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_trusted_issuer_recorded_batch_id"))

    op.drop_table("trusted_issuer")
