"""Numbers that partners declare without names, and the plan's starting numbers.

Revision ID: 0007
Revises: 0006
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "declared_count",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("sector", sa.String(length=20), nullable=False),
        sa.Column("organisation_id", sa.Integer(), nullable=True),
        sa.Column("course_id", sa.Integer(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("people", sa.Integer(), nullable=False),
        sa.Column("declared_by", sa.String(length=200), nullable=False),
        sa.Column("source", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["course_id"], ["course.id"], name=op.f("fk_declared_count_course_id_course")
        ),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_declared_count_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_declared_count")),
        sa.UniqueConstraint("public_id", name=op.f("uq_declared_count_public_id")),
    )
    op.create_index(
        "ix_declared_count_current_course_id",
        "declared_count",
        ["course_id", "last_day"],
        unique=False,
        sqlite_where=sa.text("retracted_at IS NULL"),
        postgresql_where=sa.text("retracted_at IS NULL"),
    )
    op.create_index(
        op.f("ix_declared_count_recorded_batch_id"), "declared_count", ["recorded_batch_id"], unique=False
    )
    op.create_index(
        op.f("ix_declared_count_retracted_batch_id"), "declared_count", ["retracted_batch_id"], unique=False
    )
    guard("declared_count")


def downgrade() -> None:
    op.drop_index(op.f("ix_declared_count_retracted_batch_id"), table_name="declared_count")
    op.drop_index(op.f("ix_declared_count_recorded_batch_id"), table_name="declared_count")
    op.drop_index("ix_declared_count_current_course_id", table_name="declared_count")
    op.drop_table("declared_count")
