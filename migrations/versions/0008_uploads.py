"""uploads"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime

revision = '0008'
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('saved_mapping',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('text', sa.Text(), nullable=False),
    sa.Column('saved_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('saved_by', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('orders', 'ratings')", name=op.f('ck_saved_mapping_kind')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_saved_mapping')),
    sa.UniqueConstraint('name', name=op.f('uq_saved_mapping_name'))
    )
    op.create_table('upload',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('file_name', sa.Text(), nullable=False),
    sa.Column('stored_as', sa.Text(), nullable=False),
    sa.Column('size', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kept', sa.Boolean(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('mapping', sa.JSON(), nullable=False),
    sa.Column('mapping_name', sa.Text(), nullable=True),
    sa.Column('dry_run', sa.Boolean(), nullable=False),
    sa.Column('send', sa.Boolean(), nullable=False),
    sa.Column('stop_wanted', sa.Boolean(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('problem_text', sa.Text(), nullable=True),
    sa.Column('run', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('batches', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('tally', sa.JSON(), nullable=False),
    sa.Column('done', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('whole', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('before', sa.JSON(), nullable=False),
    sa.Column('dependents', sa.JSON(), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('created_by', sa.Text(), nullable=False),
    sa.Column('asked_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('started_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('ended_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('orders', 'ratings')", name=op.f('ck_upload_kind')),
    sa.CheckConstraint("state IN ('open', 'queued', 'running', 'done', 'failed', 'cancelled', 'undoing', 'undone')", name=op.f('ck_upload_state')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload')),
    sa.UniqueConstraint('stored_as', name=op.f('uq_upload_stored_as'))
    )
    op.create_index('ix_upload_created_at', 'upload', ['created_at'])
    op.create_index('ix_upload_state', 'upload', ['state'])
    op.create_table('upload_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('upload_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('object_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('former', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('left_as', sa.Text(), nullable=False),
    sa.CheckConstraint("kind IN ('order', 'customer', 'rating')", name=op.f('ck_upload_change_kind')),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_upload_change_upload_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload_change'))
    )
    op.create_index('ix_upload_change_upload_id', 'upload_change', ['upload_id', 'id'])
    op.create_index('ix_upload_change_upload_object', 'upload_change', ['upload_id', 'object_id'])
    op.create_table('upload_refusal',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('upload_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('line', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('ref', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=False),
    sa.Column('problem', sa.Text(), nullable=False),
    sa.Column('place', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['upload_id'], ['upload.id'], name=op.f('fk_upload_refusal_upload_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_upload_refusal'))
    )
    op.create_index('ix_upload_refusal_upload_line', 'upload_refusal', ['upload_id', 'line'])


def downgrade() -> None:
    for table in ('upload_refusal', 'upload_change', 'upload', 'saved_mapping'):
        op.drop_table(table)
