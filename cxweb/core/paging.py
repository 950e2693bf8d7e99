"""Paging by key: a page starts after a row, so that rows which arrive meanwhile move nothing."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

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
    return base64.urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str, length: int) -> Key:
    """The key of a cursor; raises BadCursor unless it holds `length` strings, integers or nulls."""
    try:
        key = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error) as error:
        raise BadCursor(cursor) from error
    if not isinstance(key, list) or len(key) != length or not all(isinstance(k, str | int | None) for k in key):
        raise BadCursor(cursor)
    return tuple(key)


def cut(rows: Sequence[T], size: int, key: Callable[[T], Key]) -> Page[T]:
    """A page of at most `size` rows, from rows read with a limit of size + 1."""
    more = len(rows) > size
    items = rows[:size]
    return Page(items, encode(key(items[-1])) if more else None)
