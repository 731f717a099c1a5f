"""The words by which people are found, in plain letters.

Revision ID: 0008
Revises: 0007
"""

import sqlalchemy as sa
from alembic import op

from people.services.finding.words import words_of

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

AT_ONCE = 5000


def upgrade() -> None:
    word = sa.String(length=60).with_variant(sa.String(length=60, collation="C"), "postgresql")
    table = op.create_table(
        "person_word",
        sa.Column("word", word, nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("detail_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["detail_id"], ["person_detail.id"], name=op.f("fk_person_word_detail_id_person_detail")
        ),
        sa.PrimaryKeyConstraint("word", "kind", "detail_id", name=op.f("pk_person_word")),
    )
    op.create_index(op.f("ix_person_word_detail_id"), "person_word", ["detail_id"], unique=False)
    connection = op.get_bind()
    facts = connection.execute(
        sa.text(
            "SELECT d.id, d.first_name, d.last_name, d.email, p.person_ref "
            "FROM person_detail d JOIN person p ON p.id = d.person_id ORDER BY d.id"
        )
    ).all()
    rows = [
        {"word": said, "kind": kind, "detail_id": detail_id}
        for detail_id, first, last, email, ref in facts
        for said, kind in words_of(first, last, email or "", ref)
    ]
    for start in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(table), rows[start : start + AT_ONCE])


def downgrade() -> None:
    op.drop_index(op.f("ix_person_word_detail_id"), table_name="person_word")
    op.drop_table("person_word")
