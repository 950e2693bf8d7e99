"""messages"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('asked',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('asked_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_asked'))
    )
    op.create_table('gateway_state',
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rests_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('allowance', sa.Double(), nullable=False),
    sa.Column('allowance_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_gateway_state_channel')),
    sa.PrimaryKeyConstraint('channel', name=op.f('pk_gateway_state'))
    )
    op.create_table('opt_out',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('contact', sa.Text(), nullable=True),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_opt_out_channel')),
    sa.CheckConstraint("source IN ('link', 'one_click', 'stop', 'bounce', 'import', 'staff')", name=op.f('ck_opt_out_source')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_opt_out')),
    sa.UniqueConstraint('channel', 'digest', name=op.f('uq_opt_out_channel_digest'))
    )
    with op.batch_alter_table('opt_out', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_opt_out_created_at'), ['created_at'], unique=False)

    op.create_table('wording',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('number', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.CheckConstraint('number > 0', name=op.f('ck_wording_number')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_wording')),
    sa.UniqueConstraint('number', name=op.f('uq_wording_number'))
    )
    op.create_table('wording_text',
    sa.Column('wording_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=True),
    sa.Column('body', sa.Text(), nullable=False),
    sa.CheckConstraint("channel IN ('email', 'sms')", name=op.f('ck_wording_text_channel')),
    sa.ForeignKeyConstraint(['wording_id'], ['wording.id'], name=op.f('fk_wording_text_wording_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('wording_id', 'kind', 'channel', 'language', name=op.f('pk_wording_text'))
    )
    integer = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    add_column('notification', sa.Column('invites', sa.Boolean(), nullable=False), default='true')
    add_column('notification', sa.Column('uninvited', sa.Text()))
    add_column(
        'notification',
        sa.Column('wording_id', integer),
        'CONSTRAINT fk_notification_wording_id REFERENCES wording (id)',
    )
    add_column('notification', sa.Column('delivered_at', UTCDateTime(timezone=True)))
    op.create_index('ix_notification_provider_id', 'notification', ['provider_id'])
    add_column(
        'order',
        sa.Column('sampling_draw', integer),
        'CONSTRAINT ck_order_sampling_draw CHECK (sampling_draw BETWEEN 0 AND 99)',
    )


def downgrade() -> None:
    op.drop_column('order', 'sampling_draw')
    op.drop_index('ix_notification_provider_id', 'notification')
    for column in ('delivered_at', 'wording_id', 'uninvited', 'invites'):
        op.drop_column('notification', column)
    for table in ('wording_text', 'wording', 'opt_out', 'gateway_state', 'asked'):
        op.drop_table(table)
