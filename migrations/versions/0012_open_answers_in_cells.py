"""open answers in the cells, and an index of them

The cells are built anew from the rows in any case, as what they count has changed: their tables are made anew.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

SCORES = range(1, 6)
GROUPS = ('detractor', 'passive', 'promoter')
OPEN = tuple(f'open_{n}' for n in SCORES)
BEFORE = (
    'completed', 'eligible', 'rated', 'sent', 'reached', 'reached_rated', 'reached_commented', 'rated_unasked', 'opened',
    *(f'stars_{n}' for n in SCORES),
    *(f'plain_{n}' for n in SCORES),
    *(f'nps_{n}' for n in range(11)),
    *(f'ces_{n}' for n in SCORES),
    'spam', 'by_phone',
)
AFTER = (*(f'cross_{n}_{group}' for n in SCORES for group in GROUPS), 'reasoned', 'reasoned_driver')


def cells(table: str, before: tuple[str, ...], values: tuple[str, ...]) -> None:
    keys = (
        sa.Column('axis', sa.Text(), nullable=False),
        sa.Column('whole', sa.Boolean(), nullable=False),
        sa.Column('grain', sa.Text(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in (*before, 'depot_id')),
        sa.Column('channel', sa.Text(), nullable=False),
    )
    op.create_table(table, *keys,
    *(sa.Column(name, sa.Integer(), nullable=False) for name in values),
    sa.PrimaryKeyConstraint(*(key.name for key in keys), name=op.f(f'pk_{table}')),
    sqlite_with_rowid=False
    )


def anew(values: tuple[str, ...]) -> None:
    op.drop_table('driver_cell')
    op.drop_table('order_cell')
    cells('order_cell', (), values)
    cells('driver_cell', ('driver_id',), values)
    op.create_index('ix_driver_cell_driver', 'driver_cell', ['driver_id', 'axis', 'whole', 'grain', 'day'])


def upgrade() -> None:
    anew((*BEFORE, *OPEN, *AFTER))
    given = sa.text('open IS NOT NULL')
    op.create_index(
        'ix_rating_open_answered', 'rating', ['answered_at'], sqlite_where=given, postgresql_where=given
    )


def downgrade() -> None:
    op.drop_index('ix_rating_open_answered', table_name='rating')
    anew((*BEFORE, *AFTER))
    # The older code then builds its cells from nothing.
    op.execute('DELETE FROM rollup_state')
