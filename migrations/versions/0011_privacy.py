"""privacy"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0011'
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('known_person',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('first_order_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('erased_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('ref', 'email', 'sms', 'order')", name=op.f('ck_known_person_kind')),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_known_person'))
    )
    op.create_index(op.f('ix_known_person_erased_at'), 'known_person', ['erased_at'])
    op.create_table('privacy_notice',
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('body', sa.Text(), nullable=False),
    sa.Column('updated_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('updated_by', sa.Text(), nullable=False),
    sa.PrimaryKeyConstraint('language', name=op.f('pk_privacy_notice'))
    )
    add_column('customer', sa.Column('erased_at', UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column('customer', 'erased_at')
    op.drop_table('privacy_notice')
    op.drop_table('known_person')
