"""Imports on pages: the file that was sent, and how far its preview or its import has come.

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('import_run',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('map_name', sa.String(length=20), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('as_at', sa.Date(), nullable=False),
    sa.Column('is_part', sa.Boolean(), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('stored_as', sa.String(length=32), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('worker', sa.String(length=32), nullable=True),
    sa.Column('expected_leavers', sa.Integer(), nullable=True),
    sa.Column('found', sa.JSON(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_import_run_account_id_account')),
    sa.ForeignKeyConstraint(['batch_id'], ['import_batch.id'], name=op.f('fk_import_run_batch_id_import_batch')),
    sa.ForeignKeyConstraint(['undoes_id'], ['import_batch.id'], name=op.f('fk_import_run_undoes_id_import_batch')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_run')),
    sa.UniqueConstraint('public_id', name=op.f('uq_import_run_public_id'))
    )
    op.create_index(op.f('ix_import_run_account_id'), 'import_run', ['account_id'], unique=False)
    op.create_index(op.f('ix_import_run_state'), 'import_run', ['state'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_import_run_state'), table_name='import_run')
    op.drop_index(op.f('ix_import_run_account_id'), table_name='import_run')
    op.drop_table('import_run')
