"""the API's keys and kept answers"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0007'
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_column('api_key', sa.Column('last_used_at', UTCDateTime(timezone=True), nullable=True))
    add_column('api_key', sa.Column('expires_at', UTCDateTime(timezone=True), nullable=True))
    op.create_table('kept_answer',
    sa.Column('key_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('request', sa.Text(), nullable=False),
    sa.Column('asked_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('held_until', UTCDateTime(timezone=True), nullable=False),
    sa.Column('status', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.CheckConstraint('(status IS NULL) = (body IS NULL)', name=op.f('ck_kept_answer_status_has_a_body')),
    sa.ForeignKeyConstraint(['key_id'], ['api_key.id'], name=op.f('fk_kept_answer_key_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('key_id', 'digest', name=op.f('pk_kept_answer'))
    )
    op.create_index(op.f('ix_kept_answer_asked_at'), 'kept_answer', ['asked_at'])


def downgrade() -> None:
    op.drop_table('kept_answer')
    op.drop_column('api_key', 'expires_at')
    op.drop_column('api_key', 'last_used_at')
