"""Commentary on reports, the assurance of the training programme, and reports that are sent on schedule.

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assurance_line",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("year", sa.Integer(), nullable=False),
        sa.Column("criterion", sa.String(length=60), nullable=False),
        sa.Column("score", sa.String(length=20), nullable=False),
        sa.Column("rag", sa.String(length=10), nullable=False),
        sa.Column("evidence", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=False),
        sa.Column("evidence_on", sa.Date(), nullable=True),
        sa.Column("owner", sa.String(length=200), nullable=False),
        sa.Column("gap", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assurance_line")),
        sa.UniqueConstraint("public_id", name=op.f("uq_assurance_line_public_id")),
    )
    with op.batch_alter_table("assurance_line", schema=None) as batch_op:
        batch_op.create_index(
            "uq_assurance_line_current_year",
            ["year", "criterion"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_assurance_line_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_assurance_line_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    op.create_table(
        "report_note",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("as_at", sa.Date(), nullable=False),
        sa.Column("about", sa.String(length=60), nullable=False),
        sa.Column("rag", sa.String(length=10), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("said_by", sa.String(length=200), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_note")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_note_public_id")),
    )
    with op.batch_alter_table("report_note", schema=None) as batch_op:
        batch_op.create_index(
            "uq_report_note_current_report",
            ["report", "as_at", "about"],
            unique=True,
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )
        batch_op.create_index(
            batch_op.f("ix_report_note_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_report_note_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    op.create_table(
        "report_schedule",
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("report", sa.String(length=40), nullable=False),
        sa.Column("every", sa.String(length=10), nullable=False),
        sa.Column("form", sa.String(length=10), nullable=False),
        sa.Column("recipients", sa.JSON(), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_schedule")),
        sa.UniqueConstraint("public_id", name=op.f("uq_report_schedule_public_id")),
    )
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_report_schedule_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_report_schedule_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    op.create_table(
        "report_issue",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("schedule_id", sa.Integer(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("recipient", sa.String(length=254), nullable=False),
        sa.Column("frozen_report_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["frozen_report_id"],
            ["frozen_report.id"],
            name=op.f("fk_report_issue_frozen_report_id_frozen_report"),
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outgoing_message.id"], name=op.f("fk_report_issue_message_id_outgoing_message")
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["report_schedule.id"], name=op.f("fk_report_issue_schedule_id_report_schedule")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_report_issue")),
        sa.UniqueConstraint(
            "schedule_id",
            "last_day",
            "recipient",
            name=op.f("uq_report_issue_schedule_id_last_day_recipient"),
        ),
    )
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_report_issue_message_id"), ["message_id"], unique=False)

    for table in ("assurance_line", "report_note", "report_schedule"):
        guard(table)


def downgrade() -> None:
    with op.batch_alter_table("report_issue", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_issue_message_id"))

    op.drop_table("report_issue")
    with op.batch_alter_table("report_schedule", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_schedule_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_report_schedule_recorded_batch_id"))

    op.drop_table("report_schedule")
    with op.batch_alter_table("report_note", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_report_note_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_report_note_recorded_batch_id"))
        batch_op.drop_index(
            "uq_report_note_current_report",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("report_note")
    with op.batch_alter_table("assurance_line", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assurance_line_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_assurance_line_recorded_batch_id"))
        batch_op.drop_index(
            "uq_assurance_line_current_year",
            sqlite_where=sa.text("retracted_at IS NULL"),
            postgresql_where=sa.text("retracted_at IS NULL"),
        )

    op.drop_table("assurance_line")
