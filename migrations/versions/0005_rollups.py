"""rollups"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None

GROUPS = ('detractor', 'passive', 'promoter')
TALLIES = (
    'completed', 'eligible', 'rated', 'sent', 'reached', 'reached_rated', 'reached_commented', 'rated_unasked', 'opened',
    *(f'stars_{n}' for n in range(1, 6)),
    *(f'plain_{n}' for n in range(1, 6)),
    *(f'nps_{n}' for n in range(11)),
    *(f'ces_{n}' for n in range(1, 6)),
    'spam', 'by_phone',
    *(f'cross_{n}_{group}' for n in range(1, 6) for group in GROUPS),
    'reasoned', 'reasoned_driver',
)


def cells(table: str, before: tuple[str, ...], after: tuple[str, ...], values: tuple[str, ...]) -> None:
    keys = (
        sa.Column('axis', sa.Text(), nullable=False),
        sa.Column('whole', sa.Boolean(), nullable=False),
        sa.Column('grain', sa.Text(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*before, 'depot_id')),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ('channel', *after)),
    )
    op.create_table(table, *keys,
    *(sa.Column(name, sa.Integer(), nullable=False) for name in values),
    sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f(f'pk_{table}')),
    sqlite_with_rowid=False
    )


def upgrade() -> None:
    cells('order_cell', (), (), TALLIES)
    cells('driver_cell', ('driver_id',), (), TALLIES)
    op.create_index('ix_driver_cell_driver', 'driver_cell', ['driver_id', 'axis', 'whole', 'grain', 'day'])
    cells('reason_cell', (), ('code', 'cause'), ('answers',))
    op.create_table('figure_change',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('completed_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('answered_at', UTCDateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_figure_change'))
    )
    op.create_table('rollup_state',
    sa.Column('id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('timezone', sa.Text(), nullable=False),
    sa.Column('formula', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('generation', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('built_through', sa.Date(), nullable=True),
    sa.Column('drivers_from', sa.Date(), nullable=False),
    sa.Column('checked_through', sa.Date(), nullable=True),
    sa.Column('check_began_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint('id = 1', name=op.f('ck_rollup_state_one_row')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_rollup_state'))
    )


def downgrade() -> None:
    for table in ('rollup_state', 'figure_change', 'reason_cell', 'driver_cell', 'order_cell'):
        op.drop_table(table)
