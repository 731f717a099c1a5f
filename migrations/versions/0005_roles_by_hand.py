"""Roles given to a person by hand; exemptions as the pages need them.

Revision ID: 0005
Revises: 0004
"""

from typing import Any

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

STANDS = sa.text("retracted_at IS NULL")
CURRENT: dict[str, Any] = {"sqlite_where": STANDS, "postgresql_where": STANDS}


def upgrade() -> None:
    op.create_table(
        "role_grant",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.String(length=60), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("approved_by", sa.String(length=200), nullable=False),
        sa.Column("review_on", sa.Date(), nullable=False),
        sa.Column("reason", sa.String(length=500), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_role_grant_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_role_grant")),
    )
    op.create_index("ix_role_grant_current_person_id", "role_grant", ["person_id"], **CURRENT)
    op.create_index("ix_role_grant_current_review_on", "role_grant", ["review_on"], **CURRENT)
    op.create_index(op.f("ix_role_grant_recorded_batch_id"), "role_grant", ["recorded_batch_id"])
    op.create_index(op.f("ix_role_grant_retracted_batch_id"), "role_grant", ["retracted_batch_id"])
    op.create_index("ix_exemption_current_last_day", "exemption", ["last_day"], **CURRENT)
    guard("role_grant")


def downgrade() -> None:
    # What guards the table goes with it.
    op.drop_index("ix_exemption_current_last_day", table_name="exemption", **CURRENT)
    op.drop_index(op.f("ix_role_grant_retracted_batch_id"), table_name="role_grant")
    op.drop_index(op.f("ix_role_grant_recorded_batch_id"), table_name="role_grant")
    op.drop_index("ix_role_grant_current_review_on", table_name="role_grant", **CURRENT)
    op.drop_index("ix_role_grant_current_person_id", table_name="role_grant", **CURRENT)
    op.drop_table("role_grant")
