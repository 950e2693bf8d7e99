"""staff accounts"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = '0010'
down_revision = "0009"
branch_labels = None
depends_on = None

USER_COLUMNS = ('totp_step', 'totp_since', 'totp_secret', 'read_only', 'password_changed_at')


def upgrade() -> None:
    integer = sa.BigInteger().with_variant(sa.Integer(), 'sqlite')
    add_column('user_account', sa.Column('password_changed_at', UTCDateTime(timezone=True)))
    add_column('user_account', sa.Column('read_only', sa.Boolean(), nullable=False), default='false')
    add_column('user_account', sa.Column('totp_secret', sa.Text()))
    add_column('user_account', sa.Column('totp_since', UTCDateTime(timezone=True)))
    add_column('user_account', sa.Column('totp_step', integer))
    # Sessions of the version before say neither where they are nor when they were last used: everybody signs in again.
    op.drop_table('staff_session')
    create_sessions(
        sa.Column('seen_at', UTCDateTime(timezone=True), nullable=False),
        sa.Column('address', sa.Text(), nullable=False),
        sa.Column('agent', sa.Text(), nullable=False),
        sa.Column('awaits_code', sa.Boolean(), nullable=False),
        sa.Column('code_tries', integer, nullable=False),
    )
    op.create_table('recovery_code',
    sa.Column('digest', sa.Text(), nullable=False),
    sa.Column('user_id', integer, nullable=False),
    sa.Column('used_at', UTCDateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_recovery_code_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest', name=op.f('pk_recovery_code'))
    )
    op.create_index('ix_recovery_code_user_id', 'recovery_code', ['user_id'])
    op.create_table('password_request',
    sa.Column('id', integer, nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('asked_at', UTCDateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_password_request'))
    )
    op.create_table('account_link',
    sa.Column('id', integer, nullable=False),
    sa.Column('user_id', integer, nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('nonce', sa.Text(), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('closed_at', UTCDateTime(timezone=True), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('reason', sa.Text(), nullable=True),
    sa.Column('attempts', integer, nullable=False),
    sa.Column('next_attempt_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('sent_at', UTCDateTime(timezone=True), nullable=True),
    sa.CheckConstraint("kind IN ('invitation', 'password')", name=op.f('ck_account_link_kind')),
    sa.CheckConstraint("state IN ('pending', 'sent', 'failed', 'suppressed')", name=op.f('ck_account_link_state')),
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_account_link_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_account_link')),
    sa.UniqueConstraint('nonce', name=op.f('uq_account_link_nonce'))
    )
    op.create_index('ix_account_link_state_next', 'account_link', ['state', 'next_attempt_at'])
    op.create_index('ix_account_link_user_id', 'account_link', ['user_id'])
    if op.get_bind().dialect.name == 'postgresql':
        keep_audit_on_postgresql()
    else:
        keep_audit_on_sqlite()


def create_sessions(*columns: 'sa.Column[object]') -> None:
    op.create_table('staff_session',
    sa.Column('token_digest', sa.Text(), nullable=False),
    sa.Column('user_id', sa.BigInteger().with_variant(sa.Integer(), 'sqlite'), nullable=False),
    sa.Column('created_at', UTCDateTime(timezone=True), nullable=False),
    sa.Column('expires_at', UTCDateTime(timezone=True), nullable=False),
    *columns,
    sa.ForeignKeyConstraint(['user_id'], ['user_account.id'], name=op.f('fk_staff_session_user_id'), ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('token_digest', name=op.f('pk_staff_session'))
    )
    op.create_index('ix_staff_session_expires_at', 'staff_session', ['expires_at'])
    op.create_index('ix_staff_session_user_id', 'staff_session', ['user_id'])


# The audit log is only added to. What is older than twelve months may go: that is for retention to do.
def keep_audit_on_sqlite() -> None:
    op.execute("""
        CREATE TRIGGER audit_entry_unchanged BEFORE UPDATE ON audit_entry
        BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END
    """)
    op.execute("""
        CREATE TRIGGER audit_entry_kept BEFORE DELETE ON audit_entry
        WHEN OLD.at > strftime('%Y-%m-%d %H:%M:%f', 'now', '-12 months')
        BEGIN SELECT RAISE(ABORT, 'the audit log is kept for twelve months'); END
    """)


def keep_audit_on_postgresql() -> None:
    op.execute("""
        CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'DELETE' AND OLD.at <= now() - interval '12 months' THEN RETURN OLD; END IF;
            RAISE EXCEPTION 'the audit log is only added to, and kept for twelve months';
        END $$
    """)
    op.execute("""
        CREATE TRIGGER audit_entry_kept BEFORE UPDATE OR DELETE ON audit_entry
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change()
    """)


def downgrade() -> None:
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP TRIGGER audit_entry_kept ON audit_entry')
        op.execute('DROP FUNCTION refuse_audit_change()')
    else:
        op.execute('DROP TRIGGER audit_entry_kept')
        op.execute('DROP TRIGGER audit_entry_unchanged')
    for table in ('account_link', 'password_request', 'recovery_code', 'staff_session'):
        op.drop_table(table)
    create_sessions()
    for column in USER_COLUMNS:
        op.drop_column('user_account', column)
