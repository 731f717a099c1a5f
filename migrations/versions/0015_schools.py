"""What a school is: phase, URN, declared headcount, last safeguarding audit.

Revision ID: 0015
Revises: 0014
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "school_detail",
        sa.Column("organisation_id", sa.Integer(), nullable=False),
        sa.Column("phase", sa.String(length=20), nullable=False),
        sa.Column("urn", sa.String(length=6), nullable=True),
        sa.Column("headcount", sa.Integer(), nullable=True),
        sa.Column("headcount_on", sa.Date(), nullable=True),
        sa.Column("audit_on", sa.Date(), nullable=True),
        sa.Column("audit_gaps", sa.Integer(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["organisation_id"],
            ["organisation.id"],
            name=op.f("fk_school_detail_organisation_id_organisation"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_school_detail")),
    )
    for column in ("organisation_id", "urn"):
        op.create_index(
            f"uq_school_detail_current_{column}",
            "school_detail",
            [column],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
    for column in ("recorded_batch_id", "retracted_batch_id"):
        op.create_index(op.f(f"ix_school_detail_{column}"), "school_detail", [column], unique=False)
    guard("school_detail")


def downgrade() -> None:
    for column in ("retracted_batch_id", "recorded_batch_id"):
        op.drop_index(op.f(f"ix_school_detail_{column}"), table_name="school_detail")
    for column in ("urn", "organisation_id"):
        op.drop_index(f"uq_school_detail_current_{column}", table_name="school_detail")
    op.drop_table("school_detail")
