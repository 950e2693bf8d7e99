"""the customer's page"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('logo',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_logo'))
    )
    op.create_table('survey_reason',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('position', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.Column('from_stars', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('to_stars', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.CheckConstraint("cause IN ('driver', 'product', 'delay', 'price', 'other')", name=op.f('ck_survey_reason_cause')),
    sa.CheckConstraint('from_stars >= 1 AND from_stars <= to_stars AND to_stars <= 5', name=op.f('ck_survey_reason_stars')),
    sa.ForeignKeyConstraint(['version_id'], ['survey_version.id'], name=op.f('fk_survey_reason_version_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'code', name=op.f('pk_survey_reason'))
    )
    op.create_table('proof',
    sa.Column('order_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('photo', sa.LargeBinary(), nullable=True),
    sa.Column('signature', sa.LargeBinary(), nullable=True),
    sa.Column('note', sa.Text(), nullable=True),
    sa.Column('recorded_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['order_id'], ['order.id'], name=op.f('fk_proof_order_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('order_id', name=op.f('pk_proof'))
    )
    op.create_table('survey_reason_text',
    sa.Column('version_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('language', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['version_id', 'code'], ['survey_reason.version_id', 'survey_reason.code'], name=op.f('fk_survey_reason_text_version_id_code'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('version_id', 'code', 'language', name=op.f('pk_survey_reason_text'))
    )
    op.create_table('rating_mark',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('rating_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('detail', sa.Text(), nullable=True),
    sa.CheckConstraint("kind IN ('staff_session', 'depot_address', 'seconds_after')", name=op.f('ck_rating_mark_kind')),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_rating_mark_rating_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rating_mark')),
    sa.UniqueConstraint('rating_id', 'kind', name=op.f('uq_rating_mark_rating_id_kind'))
    )
    op.create_table('rating_reason',
    sa.Column('rating_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('code', sa.Text(), nullable=False),
    sa.Column('cause', sa.Text(), nullable=False),
    sa.CheckConstraint("cause IN ('driver', 'product', 'delay', 'price', 'other')", name=op.f('ck_rating_reason_cause')),
    sa.ForeignKeyConstraint(['rating_id'], ['rating.id'], name=op.f('fk_rating_reason_rating_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('rating_id', 'code', name=op.f('pk_rating_reason'))
    )
    op.create_index('ix_rating_reason_code', 'rating_reason', ['code'])
    add_column('order', sa.Column('seen_at', UTCDateTime(timezone=True)))
    add_column('rating', sa.Column('open', sa.Text()))
    add_column('rating_version', sa.Column('open', sa.Text()))
    add_column('rating_version', sa.Column('reasons', sa.JSON(), nullable=False), default="'[]'")
    for column in ('nps_question', 'ces_question', 'open_question'):
        add_column('survey_text', sa.Column(column, sa.Text()))
    for column in ('asks_ces', 'asks_open', 'asks_reasons'):
        add_column('survey_version', sa.Column(column, sa.Boolean(), nullable=False), default='false')
    add_column(
        'survey_version',
        sa.Column('skin', sa.Text(), nullable=False),
        "CONSTRAINT ck_survey_version_skin CHECK (skin IN ('stars', 'numbers', 'smileys'))",
        default="'stars'",
    )


def downgrade() -> None:
    for column in ('skin', 'asks_reasons', 'asks_open', 'asks_ces'):
        op.drop_column('survey_version', column)
    for column in ('open_question', 'ces_question', 'nps_question'):
        op.drop_column('survey_text', column)
    for column in ('reasons', 'open'):
        op.drop_column('rating_version', column)
    op.drop_column('rating', 'open')
    op.drop_column('order', 'seen_at')
    for table in ('rating_reason', 'rating_mark', 'survey_reason_text', 'proof', 'survey_reason', 'logo'):
        op.drop_table(table)
