"""exports and saved reports"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime

revision = '0006'
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('feedback_export',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('asked', sa.JSON(), nullable=False),
    sa.Column('asked_digest', sa.Text(), nullable=False),
    sa.Column('format', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('depot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('rows', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rows_done', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('lease_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Text(), nullable=True),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('ready_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('expires_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.CheckConstraint("format IN ('xlsx', 'csv')", name=op.f('ck_feedback_export_format')),
    sa.CheckConstraint("state <> 'building' OR lease_until IS NOT NULL", name=op.f('ck_feedback_export_building_holds_a_lease')),
    sa.CheckConstraint("state IN ('waiting', 'building', 'ready', 'failed')", name=op.f('ck_feedback_export_state')),
    sa.ForeignKeyConstraint(['depot_id'], ['depot.id'], name=op.f('fk_feedback_export_depot_id')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_feedback_export_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_feedback_export'))
    )
    with op.batch_alter_table('feedback_export', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_feedback_export_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_feedback_export_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_feedback_export_under_way', ['user_id', 'asked_digest'], unique=True, sqlite_where=sa.text("state IN ('waiting', 'building')"), postgresql_where=sa.text("state IN ('waiting', 'building')"))

    op.create_table('saved_report',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('query', sa.Text(), nullable=False),
    sa.Column('schedule', sa.Text(), nullable=False),
    sa.Column('scheduled_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("schedule IN ('never', 'weekly', 'monthly')", name=op.f('ck_saved_report_schedule')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_saved_report_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_report')),
    sa.UniqueConstraint('user_id', 'name', name=op.f('uq_saved_report_user_id_name'))
    )
    op.create_table('staff_mail',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('report_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('export_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('starts', sa.Date(), nullable=True),
    sa.Column('ends', sa.Date(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Text(), nullable=True),
    sa.Column('sent_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name=op.f('ck_staff_mail_sending_holds_a_lease')),
    sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'suppressed', 'uncertain')", name=op.f('ck_staff_mail_state')),
    sa.CheckConstraint('(report_id IS NULL) <> (export_id IS NULL)', name=op.f('ck_staff_mail_is_about_one_thing')),
    sa.CheckConstraint('report_id IS NULL OR (starts IS NOT NULL AND ends IS NOT NULL)', name=op.f('ck_staff_mail_report_has_a_period')),
    sa.ForeignKeyConstraint(['export_id'], ['feedback_export.id'], name=op.f('fk_staff_mail_export_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['report_id'], ['saved_report.id'], name=op.f('fk_staff_mail_report_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_staff_mail_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_staff_mail')),
    sa.UniqueConstraint('key', name=op.f('uq_staff_mail_key'))
    )
    with op.batch_alter_table('staff_mail', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_staff_mail_export_id'), ['export_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_staff_mail_report_id'), ['report_id'], unique=False)
        batch_op.create_index('ix_staff_mail_state_next', ['state', 'next_attempt_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_staff_mail_user_id'), ['user_id'], unique=False)


def downgrade() -> None:
    for table in ('staff_mail', 'saved_report', 'feedback_export'):
        op.drop_table(table)
