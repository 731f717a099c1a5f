"""Reports that are kept for good.

Revision ID: 0013
Revises: 0012
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard


revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "frozen_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("known_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("frozen_by", sa.String(length=80), nullable=False),
        sa.Column("description", sa.LargeBinary(), nullable=False),
        sa.Column("behind", sa.LargeBinary(), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_frozen_report")),
        sa.UniqueConstraint("public_id", name=op.f("uq_frozen_report_public_id")),
        sa.UniqueConstraint("reference", name=op.f("uq_frozen_report_reference")),
    )
    with op.batch_alter_table("frozen_report", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_frozen_report_report"), ["report"], unique=False)

    guard("frozen_report")


def downgrade() -> None:
    with op.batch_alter_table("frozen_report", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_frozen_report_report"))

    op.drop_table("frozen_report")
