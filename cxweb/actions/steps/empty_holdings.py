"""Empties what a table holds of customers, or takes its rows away."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import case, delete, update

from cxweb.core.db import session
from cxweb.privacy.queries import key_of, table_of
from cxweb.privacy.rules import Holding

# What a column becomes that may not be without a value, and a comment: that somebody wrote one is a figure.
EMPTY_TEXT = frozenset({"comment", "open"})


def empty_holding(holding: Holding, keys: Collection[int], names: Sequence[str]) -> int:
    """Empty these columns of these rows; how many rows there were."""
    table = table_of(holding.table)
    chosen = key_of(table).in_(keys)
    if holding.whole:
        return int(session().execute(delete(table).where(chosen)).rowcount)  # type: ignore[attr-defined]
    values: dict[str, Any] = {}
    for name in names:
        column = table.c[name]
        kept = name in EMPTY_TEXT or not column.nullable
        # Only where there was something: none stays none.
        values[name] = case((column.is_not(None), "")) if kept else None
    return int(session().execute(update(table).where(chosen).values(values)).rowcount)  # type: ignore[attr-defined]
