"""webhooks and connectors"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime

revision = '0009'
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('connector',
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('credential', sa.Text(), nullable=False),
    sa.Column('ref_field', sa.Text(), nullable=True),
    sa.Column('depot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('enabled_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('next_pull_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('last_heard_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('failing_since', UTCDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('refused_ref', sa.Text(), nullable=True),
    sa.Column('refused_why', sa.Text(), nullable=True),
    sa.Column('refused_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("name IN ('optimoroute', 'onfleet')", name=op.f('ck_connector_name')),
    sa.ForeignKeyConstraint(['depot_id'], ['depot.id'], name=op.f('fk_connector_depot_id')),
    sa.PrimaryKeyConstraint('name', name=op.f('pk_connector'))
    )
    op.create_table('connector_seen',
    sa.Column('connector', sa.Text(), nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('seen_at', UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('connector', 'ref', name=op.f('pk_connector_seen'))
    )
    op.create_index('ix_connector_seen_seen_at', 'connector_seen', ['seen_at'])
    op.create_table('webhook_endpoint',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('events', sa.JSON(), nullable=False),
    sa.Column('depot_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('with_comment', sa.Boolean(), nullable=False),
    sa.Column('secret', sa.Text(), nullable=False),
    sa.Column('former_secret', sa.Text(), nullable=True),
    sa.Column('former_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('disabled_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('disabled_by', sa.Text(), nullable=True),
    sa.Column('told_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('failures', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('failing_since', UTCDateTime(timezone=True), nullable=True),
    sa.Column('rests_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('last_error', sa.Text(), nullable=True),
    sa.Column('asked_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("disabled_by IN ('staff', 'failing')", name=op.f('ck_webhook_endpoint_disabled_by')),
    sa.CheckConstraint('(disabled_at IS NULL) = (disabled_by IS NULL)', name=op.f('ck_webhook_endpoint_disabled_by_somebody')),
    sa.CheckConstraint('(former_secret IS NULL) = (former_until IS NULL)', name=op.f('ck_webhook_endpoint_former_secret_ends')),
    sa.ForeignKeyConstraint(['depot_id'], ['depot.id'], name=op.f('fk_webhook_endpoint_depot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_endpoint'))
    )
    op.create_table('webhook_delivery',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('endpoint_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('message_id', sa.Text(), nullable=False),
    sa.Column('event', sa.Text(), nullable=False),
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('rating_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('data', sa.JSON(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('attempts', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('next_attempt_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('lease_until', UTCDateTime(timezone=True), nullable=True),
    sa.Column('lease_token', sa.Text(), nullable=True),
    sa.Column('sent_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("state <> 'sending' OR lease_until IS NOT NULL", name=op.f('ck_webhook_delivery_sending_holds_a_lease')),
    sa.CheckConstraint("state IN ('pending', 'sending', 'sent', 'failed', 'suppressed')", name=op.f('ck_webhook_delivery_state')),
    sa.ForeignKeyConstraint(['endpoint_id'], ['webhook_endpoint.id'], name=op.f('fk_webhook_delivery_endpoint_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['order_id'], ['order.id'], name=op.f('fk_webhook_delivery_order_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_webhook_delivery_rating_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_webhook_delivery')),
    sa.UniqueConstraint('endpoint_id', 'key', name=op.f('uq_webhook_delivery_endpoint_id_key'))
    )
    op.create_index('ix_webhook_delivery_created', 'webhook_delivery', ['created_at'])
    op.create_index('ix_webhook_delivery_due', 'webhook_delivery', ['endpoint_id', 'state', 'next_attempt_at'])
    op.create_index('ix_webhook_delivery_order_id', 'webhook_delivery', ['order_id'])
    op.create_index('ix_webhook_delivery_rating_id', 'webhook_delivery', ['rating_id'])


def downgrade() -> None:
    for table in ('webhook_delivery', 'webhook_endpoint', 'connector_seen', 'connector'):
        op.drop_table(table)
