"""Paging by key: a page starts after a row, so that rows which arrive meanwhile move nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, SQLColumnExpression, and_, or_

# Most are far shorter; that of a feed may hold many runs.
LONGEST_CURSOR = 3_000
T = TypeVar("T")
Key = tuple[str | int | None, ...]


class BadCursor(ValueError):
    """A cursor that this product did not make."""


@dataclass(frozen=True)
class Page(Generic[T]):
    """One page of rows and the cursor of the next, None on the last."""

    items: Sequence[T]
    next_cursor: str | None


def encode(key: Key) -> str:
    return encode_text(json.dumps(key, separators=(",", ":")))


def encode_text(text: str) -> str:
    """A cursor that holds a text."""
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_text(cursor: str) -> str:
    """The text a cursor holds. Raises BadCursor."""
    if len(cursor) > LONGEST_CURSOR:
        raise BadCursor(cursor)
    try:
        return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
    except (ValueError, binascii.Error) as error:
        raise BadCursor(cursor) from error


def decode(cursor: str, length: int) -> Key:
    """The key of a cursor; raises BadCursor unless it holds `length` strings, integers or nulls."""
    try:
        key = json.loads(decode_text(cursor))
    except (ValueError, RecursionError) as error:
        raise BadCursor(cursor) from error
    if not isinstance(key, list) or len(key) != length or not all(_plain(k) for k in key):
        raise BadCursor(cursor)
    return tuple(key)


def _plain(value: object) -> bool:
    return value is None or (isinstance(value, str | int) and not isinstance(value, bool))


def cut(rows: Sequence[T], size: int, key: Callable[[T], Key]) -> Page[T]:
    """A page of at most `size` rows, from rows read with a limit of size + 1."""
    more = len(rows) > size
    items = rows[:size]
    return Page(items, encode(key(items[-1])) if more else None)


def after(order: Sequence[tuple[SQLColumnExpression[Any], bool]], key: Sequence[Any]) -> ColumnElement[bool]:
    """The condition for rows behind the key, where each column sorts ascending or (True) descending."""
    earlier: list[ColumnElement[bool]] = []
    behind: list[ColumnElement[bool]] = []
    for (column, descending), value in zip(order, key, strict=True):
        behind.append(and_(*earlier, column < value if descending else column > value))
        earlier.append(column == value)
    return or_(*behind)


def instant(value: object, cursor: str) -> datetime:
    """An instant of a cursor's key, written by isoformat(). Raises BadCursor."""
    try:
        found = datetime.fromisoformat(str(value)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise BadCursor(cursor) from error
    return found


def number(value: object, cursor: str) -> int:
    """A whole number of a cursor's key that a database can compare. Raises BadCursor."""
    if not isinstance(value, int) or not -(2**63) <= value < 2**63:
        raise BadCursor(cursor)
    return value
