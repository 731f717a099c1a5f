"""Facts and the audit trail can only be added to.

Revision ID: 0002
Revises: 0001
"""

from alembic import op

from migrations.guards import guard

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

GUARDED = (
    "absence",
    "accepted_course",
    "audit_event",
    "completion",
    "course_line",
    "exemption",
    "import_batch",
    "organisation_sector",
    "permission",
    "person_detail",
    "post_spell",
    "programme_name",
    "requirement_line",
    "role_line",
    "role_link",
    "role_rule",
    "target",
)


def upgrade() -> None:
    for table in GUARDED:
        guard(table)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for table in GUARDED:
        names = ("append_only", "no_truncate") if postgresql else ("no_update", "no_delete")
        for name in names:
            op.execute(f"DROP TRIGGER {table}_{name}" + (f" ON {table}" if postgresql else ""))
    if postgresql:
        op.execute("DROP FUNCTION refuse_change()")
