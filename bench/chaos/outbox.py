"""What the database says of the messages, read past the product with plain SQL."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import psycopg

ENDS = ("sent", "delivered", "failed", "expired", "suppressed", "uncertain")
ROWS = 'SELECT o.ref, n.channel, n.state FROM notification n JOIN "order" o ON o.id = n.order_id'


@dataclass(frozen=True)
class Row:
    """A message's order, channel and state."""

    order: str
    channel: str
    state: str


def rows(url: str, where: str = "1 = 1") -> list[Row]:
    """The messages for which a condition in SQL holds."""
    with closing(_connected(url)) as connection:
        return [Row(*row) for row in connection.execute(f"{ROWS} WHERE {where}").fetchall()]


def open_messages(url: str) -> list[Row]:
    return rows(url, f"n.state NOT IN {ENDS}")


def _connected(url: str) -> Any:
    if url.startswith("sqlite:///"):
        return sqlite3.connect(f"file:{url.removeprefix('sqlite:///')}?mode=ro", uri=True, timeout=10)
    return psycopg.connect(url.replace("postgresql+psycopg://", "postgresql://"), autocommit=True)
