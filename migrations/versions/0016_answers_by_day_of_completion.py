"""an index of answers by the day their order was completed on

The day is kept with the answer by the database itself, so that no writer of either table can leave it behind. An
answer and a change of its order's completion at the same time wait for each other: the share lock sees to that.
"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.migrations import add_column

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

SQLITE = (
    """
    CREATE TRIGGER rating_completed_on AFTER INSERT ON rating WHEN NEW.completed_on IS NULL
    BEGIN
        UPDATE rating SET completed_on = (SELECT date(completed_at) FROM "order" WHERE id = NEW.order_id)
        WHERE id = NEW.id;
    END
    """,
    """
    CREATE TRIGGER order_completed_on AFTER UPDATE OF completed_at ON "order"
    WHEN NEW.completed_at IS NOT OLD.completed_at
    BEGIN
        UPDATE rating SET completed_on = date(NEW.completed_at) WHERE order_id = NEW.id;
    END
    """,
)
POSTGRESQL = (
    """
    CREATE FUNCTION rating_completed_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT (completed_at AT TIME ZONE 'UTC')::date INTO NEW.completed_on
        FROM "order" WHERE id = NEW.order_id FOR SHARE;
        RETURN NEW;
    END $$
    """,
    """
    CREATE FUNCTION order_completed_on() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE rating SET completed_on = (NEW.completed_at AT TIME ZONE 'UTC')::date WHERE order_id = NEW.id;
        RETURN NULL;
    END $$
    """,
    """
    CREATE TRIGGER rating_completed_on BEFORE INSERT ON rating
    FOR EACH ROW WHEN (NEW.completed_on IS NULL) EXECUTE FUNCTION rating_completed_on()
    """,
    """
    CREATE TRIGGER order_completed_on AFTER UPDATE OF completed_at ON "order"
    FOR EACH ROW WHEN (NEW.completed_at IS DISTINCT FROM OLD.completed_at) EXECUTE FUNCTION order_completed_on()
    """,
)
TRIGGERS = {"rating_completed_on": "rating", "order_completed_on": '"order"'}


def upgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    if postgresql:
        # Workers may still write. Orders first, as whoever writes locks them: the other way round two wait for each other.
        op.execute('LOCK TABLE "order" IN SHARE ROW EXCLUSIVE MODE')
    add_column("rating", sa.Column("completed_on", sa.Date(), nullable=True))
    day = "(o.completed_at AT TIME ZONE 'UTC')::date" if postgresql else "date(o.completed_at)"
    op.execute(f'UPDATE rating SET completed_on = {day} FROM "order" AS o WHERE o.id = rating.order_id')
    op.create_index("ix_rating_completed_answered", "rating", ["completed_on", "answered_at", "stars"])
    for statement in POSTGRESQL if postgresql else SQLITE:
        op.execute(statement)


def downgrade() -> None:
    postgresql = op.get_bind().dialect.name == "postgresql"
    for name, table in TRIGGERS.items():
        op.execute(f"DROP TRIGGER {name} ON {table}" if postgresql else f"DROP TRIGGER {name}")
        if postgresql:
            op.execute(f"DROP FUNCTION {name}()")
    op.drop_index("ix_rating_completed_answered", table_name="rating")
    op.drop_column("rating", "completed_on")
