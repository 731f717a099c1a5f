"""An index for the completions that wait for a check.

Revision ID: 0010
Revises: 0009
"""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

WAITS = sa.text("retracted_at IS NULL AND evidence = 'awaiting'")


def upgrade() -> None:
    op.create_index(
        "ix_completion_waiting", "completion", ["recorded_at"], sqlite_where=WAITS, postgresql_where=WAITS
    )


def downgrade() -> None:
    op.drop_index("ix_completion_waiting", table_name="completion", sqlite_where=WAITS, postgresql_where=WAITS)
