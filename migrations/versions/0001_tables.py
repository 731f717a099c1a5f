"""All tables of part 1: facts about people, courses and rules; the derived timeline tables; audit and accounts.

Revision ID: 0001
Revises:
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('audit_event',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.String(length=80), nullable=False),
    sa.Column('event', sa.String(length=60), nullable=False),
    sa.Column('subject', sa.String(length=120), nullable=False),
    sa.Column('details', sa.JSON(), nullable=False),
    sa.Column('batch_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_audit_event'))
    )
    op.create_index(op.f('ix_audit_event_at'), 'audit_event', ['at'], unique=False)
    op.create_index(op.f('ix_audit_event_event'), 'audit_event', ['event'], unique=False)
    op.create_table('course',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course')),
    sa.UniqueConstraint('code', name=op.f('uq_course_code'))
    )
    op.create_table('figure_change',
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('requirement_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('exempt', sa.Integer(), nullable=False),
    sa.Column('absent', sa.Integer(), nullable=False),
    sa.Column('expiring', sa.Integer(), nullable=False),
    sa.Column('compliant', sa.Integer(), nullable=False),
    sa.Column('not_yet_due', sa.Integer(), nullable=False),
    sa.Column('awaiting_check', sa.Integer(), nullable=False),
    sa.Column('expired', sa.Integer(), nullable=False),
    sa.Column('outstanding', sa.Integer(), nullable=False),
    sa.Column('covered', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'requirement_id', 'day', name=op.f('pk_figure_change')),
    sqlite_with_rowid=False
    )
    op.create_table('figure_horizon',
    sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('first_month_end', sa.Date(), nullable=False),
    sa.Column('last_month_end', sa.Date(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_horizon'))
    )
    op.create_table('figure_month',
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('requirement_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('exempt', sa.Integer(), nullable=False),
    sa.Column('absent', sa.Integer(), nullable=False),
    sa.Column('expiring', sa.Integer(), nullable=False),
    sa.Column('compliant', sa.Integer(), nullable=False),
    sa.Column('not_yet_due', sa.Integer(), nullable=False),
    sa.Column('awaiting_check', sa.Integer(), nullable=False),
    sa.Column('expired', sa.Integer(), nullable=False),
    sa.Column('outstanding', sa.Integer(), nullable=False),
    sa.Column('covered', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('unit_id', 'requirement_id', 'day', name=op.f('pk_figure_month')),
    sqlite_with_rowid=False
    )
    op.create_table('import_batch',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('file_name', sa.String(length=200), nullable=False),
    sa.Column('sha256', sa.String(length=64), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('applied_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('applied_by', sa.String(length=80), nullable=False),
    sa.Column('counts', sa.JSON(), nullable=False),
    sa.Column('undoes_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['undoes_id'], ['import_batch.id'], name=op.f('fk_import_batch_undoes_id_import_batch')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_import_batch'))
    )
    op.create_table('organisation',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation')),
    sa.UniqueConstraint('name', name=op.f('uq_organisation_name')),
    sa.UniqueConstraint('public_id', name=op.f('uq_organisation_public_id'))
    )
    op.create_table('person',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('person_ref', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person')),
    sa.UniqueConstraint('person_ref', name=op.f('uq_person_person_ref')),
    sa.UniqueConstraint('public_id', name=op.f('uq_person_public_id'))
    )
    op.create_table('programme_name',
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_programme_name'))
    )
    op.create_index(op.f('ix_programme_name_recorded_batch_id'), 'programme_name', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_programme_name_retracted_batch_id'), 'programme_name', ['retracted_batch_id'], unique=False)
    op.create_table('requirement',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement')),
    sa.UniqueConstraint('code', name=op.f('uq_requirement_code'))
    )
    op.create_table('role_line',
    sa.Column('code', sa.String(length=60), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('approved_by', sa.String(length=200), nullable=False),
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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_line'))
    )
    op.create_index(op.f('ix_role_line_recorded_batch_id'), 'role_line', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_role_line_retracted_batch_id'), 'role_line', ['retracted_batch_id'], unique=False)
    op.create_table('role_rule',
    sa.Column('role', sa.String(length=60), nullable=False),
    sa.Column('job_title', sa.String(length=200), nullable=True),
    sa.Column('unit', sa.String(length=1000), nullable=True),
    sa.Column('organisation', sa.String(length=200), nullable=True),
    sa.Column('sector', sa.String(length=20), nullable=True),
    sa.Column('category', sa.String(length=20), nullable=True),
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
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_rule'))
    )
    op.create_index(op.f('ix_role_rule_recorded_batch_id'), 'role_rule', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_role_rule_retracted_batch_id'), 'role_rule', ['retracted_batch_id'], unique=False)
    op.create_table('status_span',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('requirement_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('covered', sa.Boolean(), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('course_id', sa.Integer(), nullable=True),
    sa.Column('completed_on', sa.Date(), nullable=True),
    sa.Column('valid_until', sa.Date(), nullable=True),
    sa.Column('run_first_day', sa.Date(), nullable=False),
    sa.Column('role', sa.String(length=60), nullable=False),
    sa.Column('role_since', sa.Date(), nullable=False),
    sa.Column('returned_on', sa.Date(), nullable=True),
    sa.Column('reason_first_day', sa.Date(), nullable=True),
    sa.Column('reason_last_day', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('person_id', 'requirement_id', 'first_day', name=op.f('pk_status_span')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_status_span_requirement', 'status_span', ['requirement_id', 'last_day', 'first_day', 'status'], unique=False)
    op.create_index('ix_status_span_status', 'status_span', ['status', 'last_day', 'first_day', 'valid_until'], unique=False)
    op.create_table('unit_span',
    sa.Column('person_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('requirement_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('unit_id', sa.Integer(), autoincrement=False, nullable=False),
    sa.Column('first_day', sa.Date(), nullable=False),
    sa.Column('last_day', sa.Date(), nullable=False),
    sa.Column('shared', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('person_id', 'requirement_id', 'unit_id', 'first_day', name=op.f('pk_unit_span')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_unit_span_shared', 'unit_span', ['last_day', 'first_day'], unique=False, sqlite_where=sa.text('shared = 1'), postgresql_where=sa.text('shared'))
    op.create_index('ix_unit_span_unit', 'unit_span', ['unit_id', 'requirement_id', 'last_day', 'first_day', 'person_id'], unique=False)
    op.create_table('absence',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
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
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_absence_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_absence'))
    )
    op.create_index('ix_absence_current_person_id', 'absence', ['person_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_absence_recorded_batch_id'), 'absence', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_absence_retracted_batch_id'), 'absence', ['retracted_batch_id'], unique=False)
    op.create_table('accepted_course',
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('use', sa.String(length=20), nullable=False),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('taken_from', sa.Date(), nullable=True),
    sa.Column('taken_to', sa.Date(), nullable=True),
    sa.Column('honoured_to', sa.Date(), nullable=True),
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
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_accepted_course_course_id_course')),
    sa.ForeignKeyConstraint(['requirement_id'], ['requirement.id'], name=op.f('fk_accepted_course_requirement_id_requirement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accepted_course'))
    )
    op.create_index(op.f('ix_accepted_course_recorded_batch_id'), 'accepted_course', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_accepted_course_retracted_batch_id'), 'accepted_course', ['retracted_batch_id'], unique=False)
    op.create_table('account',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=False),
    sa.Column('password_hash', sa.Text(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=True),
    sa.Column('session_epoch', sa.Integer(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_account_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account')),
    sa.UniqueConstraint('email', name=op.f('uq_account_email')),
    sa.UniqueConstraint('public_id', name=op.f('uq_account_public_id'))
    )
    op.create_table('completion',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('completed_on', sa.Date(), nullable=False),
    sa.Column('provider', sa.String(length=200), nullable=False),
    sa.Column('reference', sa.String(length=200), nullable=False),
    sa.Column('source', sa.String(length=60), nullable=False),
    sa.Column('evidence', sa.String(length=20), nullable=False),
    sa.Column('revoked_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_completion_course_id_course')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_completion_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_completion'))
    )
    op.create_index(op.f('ix_completion_recorded_batch_id'), 'completion', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_completion_retracted_batch_id'), 'completion', ['retracted_batch_id'], unique=False)
    op.create_index('uq_completion_current_person_id', 'completion', ['person_id', 'course_id', 'completed_on'], unique=True, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_table('course_line',
    sa.Column('course_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('provider', sa.String(length=200), nullable=False),
    sa.Column('mode', sa.String(length=20), nullable=False),
    sa.Column('duration_minutes', sa.Integer(), nullable=True),
    sa.Column('validity_months', sa.Integer(), nullable=True),
    sa.Column('prerequisites', sa.String(length=1000), nullable=False),
    sa.Column('url', sa.String(length=500), nullable=False),
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
    sa.ForeignKeyConstraint(['course_id'], ['course.id'], name=op.f('fk_course_line_course_id_course')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_course_line'))
    )
    op.create_index(op.f('ix_course_line_recorded_batch_id'), 'course_line', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_course_line_retracted_batch_id'), 'course_line', ['retracted_batch_id'], unique=False)
    op.create_table('exemption',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('requirement_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(length=500), nullable=False),
    sa.Column('approved_by', sa.String(length=200), nullable=False),
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
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_exemption_person_id_person')),
    sa.ForeignKeyConstraint(['requirement_id'], ['requirement.id'], name=op.f('fk_exemption_requirement_id_requirement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_exemption'))
    )
    op.create_index('ix_exemption_current_person_id', 'exemption', ['person_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_exemption_recorded_batch_id'), 'exemption', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_exemption_retracted_batch_id'), 'exemption', ['retracted_batch_id'], unique=False)
    op.create_table('organisation_sector',
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('sector', sa.String(length=20), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_organisation_sector_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_organisation_sector'))
    )
    op.create_index(op.f('ix_organisation_sector_recorded_batch_id'), 'organisation_sector', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_organisation_sector_retracted_batch_id'), 'organisation_sector', ['retracted_batch_id'], unique=False)
    op.create_index('uq_organisation_sector_current_organisation_id', 'organisation_sector', ['organisation_id'], unique=True, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_table('person_detail',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('first_name', sa.String(length=200), nullable=False),
    sa.Column('last_name', sa.String(length=200), nullable=False),
    sa.Column('email', sa.String(length=254), nullable=True),
    sa.Column('category', sa.String(length=20), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_detail_person_id_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_detail'))
    )
    op.create_index('ix_person_detail_current_email', 'person_detail', ['email'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index('ix_person_detail_current_last_name', 'person_detail', ['last_name', 'first_name'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_person_detail_recorded_batch_id'), 'person_detail', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_person_detail_retracted_batch_id'), 'person_detail', ['retracted_batch_id'], unique=False)
    op.create_index('uq_person_detail_current_person_id', 'person_detail', ['person_id'], unique=True, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_table('requirement_line',
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('title', sa.String(length=200), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('sectors', sa.JSON(), nullable=False),
    sa.Column('units', sa.JSON(), nullable=False),
    sa.Column('renewal', sa.JSON(), nullable=False),
    sa.Column('expiring_days', sa.Integer(), nullable=False),
    sa.Column('return_due_days', sa.Integer(), nullable=False),
    sa.Column('rejoin_gap_days', sa.Integer(), nullable=False),
    sa.Column('shortest_absence_days', sa.Integer(), nullable=False),
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
    sa.ForeignKeyConstraint(['requirement_id'], ['requirement.id'], name=op.f('fk_requirement_line_requirement_id_requirement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_requirement_line'))
    )
    op.create_index(op.f('ix_requirement_line_recorded_batch_id'), 'requirement_line', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_requirement_line_retracted_batch_id'), 'requirement_line', ['retracted_batch_id'], unique=False)
    op.create_table('role_link',
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('role', sa.String(length=60), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
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
    sa.ForeignKeyConstraint(['requirement_id'], ['requirement.id'], name=op.f('fk_role_link_requirement_id_requirement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_role_link'))
    )
    op.create_index(op.f('ix_role_link_recorded_batch_id'), 'role_link', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_role_link_retracted_batch_id'), 'role_link', ['retracted_batch_id'], unique=False)
    op.create_table('target',
    sa.Column('requirement_id', sa.Integer(), nullable=False),
    sa.Column('percent_hundredths', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=1000), nullable=True),
    sa.Column('plan_ref', sa.String(length=60), nullable=False),
    sa.Column('owner', sa.String(length=200), nullable=False),
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
    sa.ForeignKeyConstraint(['requirement_id'], ['requirement.id'], name=op.f('fk_target_requirement_id_requirement')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_target'))
    )
    op.create_index(op.f('ix_target_recorded_batch_id'), 'target', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_target_retracted_batch_id'), 'target', ['retracted_batch_id'], unique=False)
    op.create_table('unit',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('public_id', sa.String(length=32), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=False),
    sa.Column('parent_id', sa.Integer(), nullable=True),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('path', sa.String(length=1000), nullable=False),
    sa.Column('depth', sa.Integer(), nullable=False),
    sa.Column('left', sa.Integer(), nullable=False),
    sa.Column('right', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_unit_organisation_id_organisation')),
    sa.ForeignKeyConstraint(['parent_id'], ['unit.id'], name=op.f('fk_unit_parent_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_unit')),
    sa.UniqueConstraint('public_id', name=op.f('uq_unit_public_id'))
    )
    op.create_index(op.f('ix_unit_left'), 'unit', ['left'], unique=False)
    op.create_index(op.f('ix_unit_parent_id'), 'unit', ['parent_id'], unique=False)
    op.create_index('uq_unit_path', 'unit', ['organisation_id', 'path'], unique=True)
    op.create_table('permission',
    sa.Column('account_id', sa.Integer(), nullable=False),
    sa.Column('permission', sa.String(length=20), nullable=False),
    sa.Column('organisation_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.String(length=80), nullable=False),
    sa.Column('recorded_batch_id', sa.Integer(), nullable=True),
    sa.Column('retracted_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('retracted_by', sa.String(length=80), nullable=True),
    sa.Column('retracted_reason', sa.String(length=200), nullable=True),
    sa.Column('retracted_batch_id', sa.Integer(), nullable=True),
    sa.ForeignKeyConstraint(['account_id'], ['account.id'], name=op.f('fk_permission_account_id_account')),
    sa.ForeignKeyConstraint(['organisation_id'], ['organisation.id'], name=op.f('fk_permission_organisation_id_organisation')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_permission'))
    )
    op.create_index('ix_permission_current_account_id', 'permission', ['account_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_permission_recorded_batch_id'), 'permission', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_permission_retracted_batch_id'), 'permission', ['retracted_batch_id'], unique=False)
    op.create_table('post_spell',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('post_ref', sa.String(length=60), nullable=False),
    sa.Column('unit_id', sa.Integer(), nullable=False),
    sa.Column('job_title', sa.String(length=200), nullable=False),
    sa.Column('manager_ref', sa.String(length=60), nullable=True),
    sa.Column('roles', sa.String(length=500), nullable=False),
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
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_post_spell_person_id_person')),
    sa.ForeignKeyConstraint(['unit_id'], ['unit.id'], name=op.f('fk_post_spell_unit_id_unit')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_post_spell'))
    )
    op.create_index('ix_post_spell_current_manager_ref', 'post_spell', ['manager_ref', 'last_day'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index('ix_post_spell_current_person_id', 'post_spell', ['person_id'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index('ix_post_spell_current_unit_id', 'post_spell', ['unit_id', 'last_day'], unique=False, sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.create_index(op.f('ix_post_spell_recorded_batch_id'), 'post_spell', ['recorded_batch_id'], unique=False)
    op.create_index(op.f('ix_post_spell_retracted_batch_id'), 'post_spell', ['retracted_batch_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_post_spell_retracted_batch_id'), table_name='post_spell')
    op.drop_index(op.f('ix_post_spell_recorded_batch_id'), table_name='post_spell')
    op.drop_index('ix_post_spell_current_unit_id', table_name='post_spell', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index('ix_post_spell_current_person_id', table_name='post_spell', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index('ix_post_spell_current_manager_ref', table_name='post_spell', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('post_spell')
    op.drop_index(op.f('ix_permission_retracted_batch_id'), table_name='permission')
    op.drop_index(op.f('ix_permission_recorded_batch_id'), table_name='permission')
    op.drop_index('ix_permission_current_account_id', table_name='permission', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('permission')
    op.drop_index('uq_unit_path', table_name='unit')
    op.drop_index(op.f('ix_unit_parent_id'), table_name='unit')
    op.drop_index(op.f('ix_unit_left'), table_name='unit')
    op.drop_table('unit')
    op.drop_index(op.f('ix_target_retracted_batch_id'), table_name='target')
    op.drop_index(op.f('ix_target_recorded_batch_id'), table_name='target')
    op.drop_table('target')
    op.drop_index(op.f('ix_role_link_retracted_batch_id'), table_name='role_link')
    op.drop_index(op.f('ix_role_link_recorded_batch_id'), table_name='role_link')
    op.drop_table('role_link')
    op.drop_index(op.f('ix_requirement_line_retracted_batch_id'), table_name='requirement_line')
    op.drop_index(op.f('ix_requirement_line_recorded_batch_id'), table_name='requirement_line')
    op.drop_table('requirement_line')
    op.drop_index('uq_person_detail_current_person_id', table_name='person_detail', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index(op.f('ix_person_detail_retracted_batch_id'), table_name='person_detail')
    op.drop_index(op.f('ix_person_detail_recorded_batch_id'), table_name='person_detail')
    op.drop_index('ix_person_detail_current_last_name', table_name='person_detail', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index('ix_person_detail_current_email', table_name='person_detail', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('person_detail')
    op.drop_index('uq_organisation_sector_current_organisation_id', table_name='organisation_sector', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index(op.f('ix_organisation_sector_retracted_batch_id'), table_name='organisation_sector')
    op.drop_index(op.f('ix_organisation_sector_recorded_batch_id'), table_name='organisation_sector')
    op.drop_table('organisation_sector')
    op.drop_index(op.f('ix_exemption_retracted_batch_id'), table_name='exemption')
    op.drop_index(op.f('ix_exemption_recorded_batch_id'), table_name='exemption')
    op.drop_index('ix_exemption_current_person_id', table_name='exemption', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('exemption')
    op.drop_index(op.f('ix_course_line_retracted_batch_id'), table_name='course_line')
    op.drop_index(op.f('ix_course_line_recorded_batch_id'), table_name='course_line')
    op.drop_table('course_line')
    op.drop_index('uq_completion_current_person_id', table_name='completion', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_index(op.f('ix_completion_retracted_batch_id'), table_name='completion')
    op.drop_index(op.f('ix_completion_recorded_batch_id'), table_name='completion')
    op.drop_table('completion')
    op.drop_table('account')
    op.drop_index(op.f('ix_accepted_course_retracted_batch_id'), table_name='accepted_course')
    op.drop_index(op.f('ix_accepted_course_recorded_batch_id'), table_name='accepted_course')
    op.drop_table('accepted_course')
    op.drop_index(op.f('ix_absence_retracted_batch_id'), table_name='absence')
    op.drop_index(op.f('ix_absence_recorded_batch_id'), table_name='absence')
    op.drop_index('ix_absence_current_person_id', table_name='absence', sqlite_where=sa.text('retracted_at IS NULL'), postgresql_where=sa.text('retracted_at IS NULL'))
    op.drop_table('absence')
    op.drop_index('ix_unit_span_unit', table_name='unit_span')
    op.drop_table('unit_span')
    op.drop_index('ix_status_span_status', table_name='status_span')
    op.drop_index('ix_status_span_requirement', table_name='status_span')
    op.drop_table('status_span')
    op.drop_index(op.f('ix_role_rule_retracted_batch_id'), table_name='role_rule')
    op.drop_index(op.f('ix_role_rule_recorded_batch_id'), table_name='role_rule')
    op.drop_table('role_rule')
    op.drop_index(op.f('ix_role_line_retracted_batch_id'), table_name='role_line')
    op.drop_index(op.f('ix_role_line_recorded_batch_id'), table_name='role_line')
    op.drop_table('role_line')
    op.drop_table('requirement')
    op.drop_index(op.f('ix_programme_name_retracted_batch_id'), table_name='programme_name')
    op.drop_index(op.f('ix_programme_name_recorded_batch_id'), table_name='programme_name')
    op.drop_table('programme_name')
    op.drop_table('person')
    op.drop_table('organisation')
    op.drop_table('import_batch')
    op.drop_table('figure_month')
    op.drop_table('figure_horizon')
    op.drop_table('figure_change')
    op.drop_table('course')
    op.drop_index(op.f('ix_audit_event_event'), table_name='audit_event')
    op.drop_index(op.f('ix_audit_event_at'), table_name='audit_event')
    op.drop_table('audit_event')
