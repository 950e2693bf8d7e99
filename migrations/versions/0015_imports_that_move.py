"""when an import last came further"""

import sqlalchemy as sa
from alembic import op

from cxweb.core.db import UTCDateTime
from cxweb.core.migrations import add_column

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    add_column("upload", sa.Column("moved_at", UTCDateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("upload", "moved_at")
