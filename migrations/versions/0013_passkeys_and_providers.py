"""passkeys and providers"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0013'
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    integer = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    add_column('staff_session', sa.Column('vouched', sa.Boolean(), nullable=False), default='false')
    op.create_table('passkey',
    sa.Column('id', integer, nullable=False),
    sa.Column('user_id', integer, nullable=False),
    sa.Column('credential_id', sa.Text(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', integer, nullable=False),
    sa.Column('transports', sa.JSON(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_passkey_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_passkey')),
    sa.UniqueConstraint('credential_id', name=op.f('uq_passkey_credential_id'))
    )
    op.create_index('ix_passkey_user_id', 'passkey', ['user_id'])
    op.create_table('sign_in_challenge',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('purpose', sa.Text(), nullable=False),
    sa.Column('user_id', integer, nullable=True),
    sa.Column('expires_at', UTCDateTime(timezone=True), nullable=False),
    sa.CheckConstraint("purpose IN ('new_passkey', 'passkey', 'provider')", name=op.f('ck_sign_in_challenge_purpose')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_sign_in_challenge_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_sign_in_challenge'))
    )
    op.create_index('ix_sign_in_challenge_expires_at', 'sign_in_challenge', ['expires_at'])
    op.create_table('provider_link',
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('user_id', integer, nullable=False),
    sa.Column('linked_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', UTCDateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_provider_link_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('issuer', 'subject', name=op.f('pk_provider_link'))
    )
    op.create_index('ix_provider_link_user_id', 'provider_link', ['user_id'])


def downgrade() -> None:
    op.drop_table('provider_link')
    op.drop_table('sign_in_challenge')
    op.drop_table('passkey')
    op.drop_column('staff_session', 'vouched')
