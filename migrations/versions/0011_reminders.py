"""Reminders: steps and terms in the rule book, the ledger, and an outbox that says exactly how far a message came.

Revision ID: 0011
Revises: 0010
"""

from uuid import uuid4

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "letter_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("public_id", sa.String(length=32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.String(length=80), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("letters", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_letter_run")),
        sa.UniqueConstraint("public_id", name=op.f("uq_letter_run_public_id")),
    )
    op.create_table(
        "mail_gate",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("halted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("halted_by", sa.String(length=80), nullable=True),
        sa.Column("why", sa.String(length=200), nullable=False),
        sa.Column("open_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("problem", sa.String(length=200), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_gate")),
    )
    op.create_table(
        "reminder_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reminders", sa.Integer(), nullable=False),
        sa.Column("messages", sa.Integer(), nullable=False),
        sa.Column("trial", sa.String(length=20), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_run")),
        sa.UniqueConstraint("day", name=op.f("uq_reminder_run_day")),
    )
    op.create_table(
        "reminder_terms",
        sa.Column("from_hour", sa.Integer(), nullable=False),
        sa.Column("to_hour", sa.Integer(), nullable=False),
        sa.Column("most_a_day", sa.Integer(), nullable=False),
        sa.Column("digest_weekday", sa.String(length=3), nullable=False),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_terms")),
    )
    with op.batch_alter_table("reminder_terms", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminder_terms_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reminder_terms_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    op.create_table(
        "scheduler_beat",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ticked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leader", sa.String(length=32), nullable=False),
        sa.Column("problem", sa.String(length=300), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_scheduler_beat")),
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=False),
        sa.Column("cycle", sa.String(length=120), nullable=False),
        sa.Column("step", sa.String(length=60), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=False),
        sa.Column("channel", sa.String(length=10), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("why", sa.String(length=60), nullable=False),
        sa.Column("triggered_on", sa.Date(), nullable=False),
        sa.Column("deadline", sa.Date(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("message_id", sa.Integer(), nullable=True),
        sa.Column("letter_run_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["letter_run_id"], ["letter_run.id"], name=op.f("fk_reminder_letter_run_id_letter_run")
        ),
        sa.ForeignKeyConstraint(
            ["message_id"], ["outgoing_message.id"], name=op.f("fk_reminder_message_id_outgoing_message")
        ),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_reminder_person_id_person")),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name=op.f("fk_reminder_recipient_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_reminder_requirement_id_requirement")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reminder_run.id"], name=op.f("fk_reminder_run_id_reminder_run")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder")),
    )
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_letter_run_id"), ["letter_run_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_message_id"), ["message_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_run_id"), ["run_id"], unique=False)
        batch_op.create_index(
            "uq_reminder_key",
            ["person_id", "requirement_id", "cycle", "step", "recipient_id", "channel"],
            unique=True,
        )

    op.create_table(
        "reminder_choice",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("weekly", sa.Boolean(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_reminder_choice_person_id_person")
        ),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_reminder_choice")),
    )
    op.create_table(
        "reminder_message",
        sa.Column("message_id", sa.Integer(), nullable=False),
        sa.Column("recipient_id", sa.Integer(), nullable=True),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["outgoing_message.id"],
            name=op.f("fk_reminder_message_message_id_outgoing_message"),
        ),
        sa.ForeignKeyConstraint(
            ["recipient_id"], ["person.id"], name=op.f("fk_reminder_message_recipient_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["run_id"], ["reminder_run.id"], name=op.f("fk_reminder_message_run_id_reminder_run")
        ),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_reminder_message")),
    )
    with op.batch_alter_table("reminder_message", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_reminder_message_recipient_id"), ["recipient_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_reminder_message_run_id"), ["run_id"], unique=False)

    op.create_table(
        "reminder_step",
        sa.Column("code", sa.String(length=60), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("to", sa.String(length=20), nullable=False),
        sa.Column("requirement_id", sa.Integer(), nullable=True),
        sa.Column("first_day", sa.Date(), nullable=False),
        sa.Column("last_day", sa.Date(), nullable=False),
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_by", sa.String(length=80), nullable=False),
        sa.Column("recorded_batch_id", sa.Integer(), nullable=True),
        sa.Column("retracted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retracted_by", sa.String(length=80), nullable=True),
        sa.Column("retracted_reason", sa.String(length=200), nullable=True),
        sa.Column("retracted_batch_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["requirement_id"], ["requirement.id"], name=op.f("fk_reminder_step_requirement_id_requirement")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reminder_step")),
    )
    with op.batch_alter_table("reminder_step", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_reminder_step_recorded_batch_id"), ["recorded_batch_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_reminder_step_retracted_batch_id"), ["retracted_batch_id"], unique=False
        )

    guard("reminder_step")
    guard("reminder_terms")
    _extend_outbox()


def _extend_outbox() -> None:
    """What waits already is kept. It was all written by pages: invitations, links, notices."""
    with op.batch_alter_table("outgoing_message") as table:
        table.add_column(sa.Column("public_id", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("dedupe_key", sa.String(length=120), nullable=True))
        table.add_column(sa.Column("is_secret", sa.Boolean(), nullable=True))
        table.add_column(sa.Column("content", sa.LargeBinary(), nullable=True))
        table.add_column(sa.Column("ambiguous", sa.Integer(), nullable=True))
        table.add_column(sa.Column("claim_token", sa.String(length=32), nullable=True))
        table.add_column(sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
        table.add_column(sa.Column("stage", sa.String(length=20), nullable=True))
        table.add_column(sa.Column("code", sa.Integer(), nullable=True))
        table.add_column(sa.Column("receipt", sa.String(length=40), nullable=True))
        table.add_column(sa.Column("receipt_at", sa.DateTime(timezone=True), nullable=True))
    outbox = sa.table(
        "outgoing_message",
        *(sa.column(name) for name in ("id", "public_id", "ambiguous", "stage", "receipt", "state")),
        sa.column("is_secret", sa.Boolean()),
        sa.column("lease_until", sa.DateTime(timezone=True)),
        sa.column("next_try_at", sa.DateTime(timezone=True)),
    )
    connection = op.get_bind()
    connection.execute(outbox.update().values(is_secret=True, ambiguous=0, stage="", receipt=""))
    being_sent = outbox.c.state == "sending"
    connection.execute(outbox.update().where(being_sent).values(lease_until=outbox.c.next_try_at))
    for number in connection.execute(sa.select(outbox.c.id)).scalars().all():
        connection.execute(outbox.update().where(outbox.c.id == number).values(public_id=uuid4().hex))
    with op.batch_alter_table("outgoing_message") as table:
        for name, kind in (
            ("public_id", sa.String(length=32)),
            ("is_secret", sa.Boolean()),
            ("ambiguous", sa.Integer()),
            ("stage", sa.String(length=20)),
            ("receipt", sa.String(length=40)),
        ):
            table.alter_column(name, existing_type=kind, nullable=False)
        table.create_unique_constraint(op.f("uq_outgoing_message_dedupe_key"), ["dedupe_key"])
        table.create_unique_constraint(op.f("uq_outgoing_message_public_id"), ["public_id"])
    op.create_index(op.f("ix_outgoing_message_made_at"), "outgoing_message", ["made_at"])
    # The pages ask what happened to one message.
    op.create_index(op.f("ix_audit_event_subject"), "audit_event", ["subject"])
    for name, columns, where in _OUTBOX_INDEXES:
        some = None if where is None else sa.text(where)
        op.create_index(name, "outgoing_message", columns, sqlite_where=some, postgresql_where=some)


_OUTBOX_INDEXES: tuple[tuple[str, list[str | sa.TextClause], str | None], ...] = (
    ("ix_outgoing_message_waiting", [sa.text("is_secret DESC"), "next_try_at", "id"], "state = 'waiting'"),
    ("ix_outgoing_message_leaving", ["lease_until"], "state IN ('claimed', 'sending')"),
    ("ix_outgoing_message_doubt", ["id"], "ambiguous > 0"),
    ("ix_outgoing_message_kept", ["made_at"], "body != ''"),
    ("ix_outgoing_message_to", ["address", "handed_at"], None),
)


def downgrade() -> None:
    for name, *_ in _OUTBOX_INDEXES:
        op.drop_index(name, "outgoing_message")
    op.drop_index(op.f("ix_audit_event_subject"), table_name="audit_event")
    op.drop_index(op.f("ix_outgoing_message_made_at"), table_name="outgoing_message")
    with op.batch_alter_table("outgoing_message", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("uq_outgoing_message_public_id"), type_="unique")
        batch_op.drop_constraint(batch_op.f("uq_outgoing_message_dedupe_key"), type_="unique")
        batch_op.drop_column("receipt_at")
        batch_op.drop_column("receipt")
        batch_op.drop_column("code")
        batch_op.drop_column("stage")
        batch_op.drop_column("handed_at")
        batch_op.drop_column("lease_until")
        batch_op.drop_column("claim_token")
        batch_op.drop_column("ambiguous")
        batch_op.drop_column("content")
        batch_op.drop_column("is_secret")
        batch_op.drop_column("dedupe_key")
        batch_op.drop_column("public_id")

    with op.batch_alter_table("reminder_step", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_step_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_step_recorded_batch_id"))

    op.drop_table("reminder_step")
    with op.batch_alter_table("reminder_message", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_message_run_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_message_recipient_id"))

    op.drop_table("reminder_message")
    op.drop_table("reminder_choice")
    with op.batch_alter_table("reminder", schema=None) as batch_op:
        batch_op.drop_index("uq_reminder_key")
        batch_op.drop_index(batch_op.f("ix_reminder_run_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_recipient_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_message_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_letter_run_id"))

    op.drop_table("reminder")
    op.drop_table("scheduler_beat")
    with op.batch_alter_table("reminder_terms", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_reminder_terms_retracted_batch_id"))
        batch_op.drop_index(batch_op.f("ix_reminder_terms_recorded_batch_id"))

    op.drop_table("reminder_terms")
    op.drop_table("reminder_run")
    op.drop_table("mail_gate")
    op.drop_table("letter_run")
