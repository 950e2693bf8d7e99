"""the live board"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('board_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('depot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_board_change'))
    )
    with op.batch_alter_table('board_change', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_board_change_at'), ['at'], unique=False)

    op.create_table('wall',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('depot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('revoked_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['depot_id'], ['depot.id'], name=op.f('fk_wall_depot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wall')),
    sa.UniqueConstraint('digest', name=op.f('uq_wall_digest'))
    )
    op.create_table('board_choice',
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('hides_rating', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_board_choice_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('user_id', name=op.f('pk_board_choice'))
    )
    op.create_table('phone_rating',
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stars', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('comment', sa.Text(), nullable=True),
    sa.Column('recorded_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Text(), nullable=False),
    sa.CheckConstraint('stars IN (1, 2, 3, 4, 5)', name=op.f('ck_phone_rating_stars')),
    sa.ForeignKeyConstraint(['order_id'], ['order.id'], name=op.f('fk_phone_rating_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_phone_rating'))
    )
    op.create_table('low_rating_alert',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rating_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('stars', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Text(), nullable=True),
    sa.Column('sent_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name=op.f('ck_low_rating_alert_sending_holds_a_lease')),
    sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'suppressed', 'uncertain')", name=op.f('ck_low_rating_alert_state')),
    sa.ForeignKeyConstraint(['order_id'], ['order.id'], name=op.f('fk_low_rating_alert_order_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_low_rating_alert_rating_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_low_rating_alert_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_low_rating_alert'))
    )
    with op.batch_alter_table('low_rating_alert', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_low_rating_alert_order_id'), ['order_id'], unique=False)
        batch_op.create_index('ix_low_rating_alert_state_next', ['state', 'next_attempt_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_low_rating_alert_user_id'), ['user_id'], unique=False)
        batch_op.create_index('uq_low_rating_alert_rating_user', ['rating_id', 'user_id'], unique=True)

    op.create_table('spam_mark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rating_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('marked_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('marked_by', sa.Text(), nullable=False),
    sa.Column('lifted_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('lifted_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_spam_mark_rating_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_spam_mark'))
    )
    with op.batch_alter_table('spam_mark', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_spam_mark_rating_id'), ['rating_id'], unique=False)
        batch_op.create_index('uq_spam_mark_standing', ['rating_id'], unique=True, sqlite_where=sa.text('lifted_at IS NULL'), postgresql_where=sa.text('lifted_at IS NULL'))
    op.create_index('ix_order_completed_promised', 'order', ['completed_at', 'promised_to'])


def downgrade() -> None:
    op.drop_index('ix_order_completed_promised', 'order')
    for table in ('spam_mark', 'low_rating_alert', 'phone_rating', 'board_choice', 'wall', 'board_change'):
        op.drop_table(table)
