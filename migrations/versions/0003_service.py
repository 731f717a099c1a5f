"""Sessions, links, limits and the second step of accounts; delegates, requests, evidence files; mail on its way.

Revision ID: 0003
Revises: 0002
"""

import sqlalchemy as sa
from alembic import op

from migrations.guards import guard

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

GUARDED = ("delegation", "detail_request", "evidence_file")


def upgrade() -> None:
    op.create_table('attempt',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('subject', sa.String(length=64), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attempt'))
    )
    op.create_index(op.f('ix_attempt_at'), 'attempt', ['at'], unique=False)
    op.create_index('ix_attempt_subject', 'attempt', ['kind', 'subject', 'at'], unique=False)
    op.create_table('outgoing_message',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('address', sa.String(length=254), nullable=False),
    sa.Column('subject', sa.String(length=200), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('state', sa.String(length=20), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('tries', sa.Integer(), nullable=False),
    sa.Column('next_try_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('sent_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outgoing_message'))
    )
    op.create_index(op.f('ix_outgoing_message_state'), 'outgoing_message', ['state'], unique=False)
    op.create_table('submission',
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('led_to', sa.String(length=300), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_submission'))
    )
    op.create_index(op.f('ix_submission_at'), 'submission', ['at'], unique=False)
    op.create_table('delegation',
    sa.Column('manager_id', sa.Integer(), nullable=False),
    sa.Column('delegate_id', sa.Integer(), nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['delegate_id'], ['person.id'], name=op.f('fk_delegation_delegate_id_person')),
    sa.ForeignKeyConstraint(['manager_id'], ['person.id'], name=op.f('fk_delegation_manager_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_delegation'))
    )
    op.create_index('ix_delegation_current_delegate_id', 'delegation', ['delegate_id', 'last_day'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index('ix_delegation_current_manager_id', 'delegation', ['manager_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_delegation_recorded_batch_id'), 'delegation', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_delegation_retracted_batch_id'), 'delegation', ['retracted_batch_id'], unique=False)
    op.create_table('detail_request',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('detail', sa.String(length=20), nullable=False),
    sa.Column('should_be', sa.String(length=200), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_detail_request_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_detail_request'))
    )
    op.create_index('ix_detail_request_current_person_id', 'detail_request', ['person_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_detail_request_recorded_batch_id'), 'detail_request', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_detail_request_retracted_batch_id'), 'detail_request', ['retracted_batch_id'], unique=False)
    op.create_table('evidence_file',
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('stored_as', sa.String(length=64), nullable=False),
    sa.Column('concerns', sa.JSON(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_evidence_file_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_evidence_file_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_evidence_file')),
    sa.UniqueConstraint('public_id', name=op.f('uq_evidence_file_public_id'))
    )
    op.create_index('ix_evidence_file_current_person_id', 'evidence_file', ['person_id', 'course_id', 'completed_on'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index('ix_evidence_file_current_sha256', 'evidence_file', ['sha256'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_evidence_file_recorded_batch_id'), 'evidence_file', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_evidence_file_retracted_batch_id'), 'evidence_file', ['retracted_batch_id'], unique=False)
    op.create_table('account_link',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('made_by', sa.String(length=80), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_link_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_link')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_link_token_hash'))
    )
    op.create_index(op.f('ix_account_link_account_id'), 'account_link', ['account_id'], unique=False)
    op.create_table('account_session',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('device', sa.String(length=80), nullable=False),
    sa.Column('began_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('second_step_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_account_session_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_session')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_session_public_id')),
    sa.UniqueConstraint('token_hash', name=op.f('uq_account_session_token_hash'))
    )
    op.create_index(op.f('ix_account_session_account_id'), 'account_session', ['account_id'], unique=False)
    op.create_table('held_upload',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('held_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.String(length=10), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('stored_as', sa.String(length=64), nullable=False),
    sa.Column('found', sa.JSON(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_held_upload_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_held_upload')),
    sa.UniqueConstraint('public_id', name=op.f('uq_held_upload_public_id'))
    )
    op.create_index(op.f('ix_held_upload_account_id'), 'held_upload', ['account_id'], unique=False)
    op.create_table('recovery_code',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_recovery_code_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_code'))
    )
    op.create_index(op.f('ix_recovery_code_account_id'), 'recovery_code', ['account_id'], unique=False)
    op.create_table('second_step',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_step', sa.BigInteger(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_second_step_account_id_account')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_second_step')),
    sa.UniqueConstraint('account_id', name=op.f('uq_second_step_account_id'))
    )
    op.drop_column('account', 'session_epoch')
    for table in GUARDED:
        guard(table)


def downgrade() -> None:
    # What guards these tables goes with them.
    op.add_column('account', sa.Column('session_epoch', sa.Integer(), server_default='0', nullable=False))
    op.drop_table('second_step')
    op.drop_index(op.f('ix_recovery_code_account_id'), table_name='recovery_code')
    op.drop_table('recovery_code')
    op.drop_index(op.f('ix_held_upload_account_id'), table_name='held_upload')
    op.drop_table('held_upload')
    op.drop_index(op.f('ix_account_session_account_id'), table_name='account_session')
    op.drop_table('account_session')
    op.drop_index(op.f('ix_account_link_account_id'), table_name='account_link')
    op.drop_table('account_link')
    op.drop_index(op.f('ix_evidence_file_retracted_batch_id'), table_name='evidence_file')
    op.drop_index(op.f('ix_evidence_file_recorded_batch_id'), table_name='evidence_file')
    op.drop_index('ix_evidence_file_current_sha256', table_name='evidence_file', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index('ix_evidence_file_current_person_id', table_name='evidence_file', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('evidence_file')
    op.drop_index(op.f('ix_detail_request_retracted_batch_id'), table_name='detail_request')
    op.drop_index(op.f('ix_detail_request_recorded_batch_id'), table_name='detail_request')
    op.drop_index('ix_detail_request_current_person_id', table_name='detail_request', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('detail_request')
    op.drop_index(op.f('ix_delegation_retracted_batch_id'), table_name='delegation')
    op.drop_index(op.f('ix_delegation_recorded_batch_id'), table_name='delegation')
    op.drop_index('ix_delegation_current_manager_id', table_name='delegation', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index('ix_delegation_current_delegate_id', table_name='delegation', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('delegation')
    op.drop_index(op.f('ix_submission_at'), table_name='submission')
    op.drop_table('submission')
    op.drop_index(op.f('ix_outgoing_message_state'), table_name='outgoing_message')
    op.drop_table('outgoing_message')
    op.drop_index('ix_attempt_subject', table_name='attempt')
    op.drop_index(op.f('ix_attempt_at'), table_name='attempt')
    op.drop_table('attempt')
