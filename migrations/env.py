"""Alembic's environment: runs on the connection that cxweb.core.migrations opened."""

from alembic import context

from cxweb import models  # noqa: F401 - every table must be known to the metadata
from cxweb.core.db import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection, target_metadata=Base.metadata, render_as_batch=True, compare_type=True, user_module_prefix=""
)
with context.begin_transaction():
    context.run_migrations()
