"""Permissions that one administrator asks for and another grants.

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('permission_request',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('permission', sa.String(length=20), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_permission_request_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permission_request'))
    )
    op.create_index('uq_permission_request_current_account_id', 'permission_request', ['account_id', 'permission'], unique=True, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_permission_request_recorded_batch_id'), 'permission_request', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_permission_request_retracted_batch_id'), 'permission_request', ['retracted_batch_id'], unique=False)
    guard("permission_request")


def downgrade() -> None:
    op.drop_index(op.f('ix_permission_request_retracted_batch_id'), table_name='permission_request')
    op.drop_index(op.f('ix_permission_request_recorded_batch_id'), table_name='permission_request')
    op.drop_index('uq_permission_request_current_account_id', table_name='permission_request')
    op.drop_table('permission_request')
