"""several branches for one user, and sealed secrets"""

from collections.abc import Callable

import sqlalchemy as sa
from alembic import op

from cxweb.core.migrations import add_column
from cxweb.core.sealed import seal, unseal

revision = '0014'
down_revision = "0013"
branch_labels = None
depends_on = None


SECRETS = (
    ('user_account', 'id', 'totp_secret'),
    ('webhook_endpoint', 'id', 'secret'),
    ('webhook_endpoint', 'id', 'former_secret'),
    ('connector', 'name', 'credential'),
)


def each_secret(made: 'Callable[[str], str]') -> None:
    for table, key, column in SECRETS:
        rows = op.get_bind().execute(sa.text(f"SELECT {key}, {column} FROM {table} WHERE {column} <> ''")).all()
        for id_, secret in rows:
            change = sa.text(f'UPDATE {table} SET {column} = :secret WHERE {key} = :id')
            op.get_bind().execute(change, {'secret': made(secret), 'id': id_})


def upgrade() -> None:
    integer = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    op.create_table('user_branch',
    sa.Column('id', integer, nullable=False),
    sa.Column('user_id', integer, nullable=False),
    sa.Column('depot_id', integer, nullable=True),
    sa.Column('acting', sa.Boolean(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_user_branch_user_id'), ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['depot_id'], ['depot.id'], name=op.f('fk_user_branch_depot_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_user_branch')),
    sa.UniqueConstraint('user_id', 'depot_id', name=op.f('uq_user_branch_user_id_depot_id'))
    )
    op.create_index('ix_user_branch_depot_id', 'user_branch', ['depot_id'])
    company = sa.text('depot_id IS NULL')
    op.create_index('uq_user_branch_company', 'user_branch', ['user_id'], unique=True, sqlite_where=company, postgresql_where=company)
    op.execute('INSERT INTO user_branch (user_id, depot_id, acting) SELECT id, depot_id, NOT read_only FROM user_account')
    with op.batch_alter_table('user_account') as batch_op:
        batch_op.drop_column('depot_id')
        batch_op.drop_column('read_only')
    # Files of the version before can be asked for anew; only who sees the whole company may still fetch its own.
    add_column('feedback_export', sa.Column('sees', sa.JSON(), nullable=True))
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('UPDATE feedback_export SET sees = json_build_array(depot_id) WHERE depot_id IS NOT NULL')
    else:
        op.execute('UPDATE feedback_export SET sees = json_array(depot_id) WHERE depot_id IS NOT NULL')
    with op.batch_alter_table('feedback_export') as batch_op:
        batch_op.drop_column('depot_id')
    each_secret(seal)


def downgrade() -> None:
    each_secret(unseal)
    integer = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    add_column('feedback_export', sa.Column('depot_id', integer, nullable=True), 'REFERENCES depot (id)')
    op.drop_column('feedback_export', 'sees')
    add_column('user_account', sa.Column('depot_id', integer, nullable=True), 'REFERENCES depot (id)')
    add_column('user_account', sa.Column('read_only', sa.Boolean(), nullable=False), default='false')
    # One part is all that the version before knows, and the one that gives least is the one to keep.
    first = 'FROM user_branch b WHERE b.user_id = user_account.id ORDER BY b.depot_id IS NULL, b.acting, b.id LIMIT 1'
    op.execute(f'UPDATE user_account SET depot_id = (SELECT b.depot_id {first}), read_only = (SELECT NOT b.acting {first}) WHERE EXISTS (SELECT 1 {first})')
    op.execute('UPDATE user_account SET disabled_at = created_at WHERE disabled_at IS NULL AND id NOT IN (SELECT user_id FROM user_branch)')
    op.drop_table('user_branch')
