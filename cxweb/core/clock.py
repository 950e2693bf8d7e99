"""The server's clock, the only one the product trusts; tests replace it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime


def _system() -> datetime:
    return datetime.now(UTC)


_source: Callable[[], datetime] = _system


def now() -> datetime:
    """The current instant, aware, in UTC."""
    return _source()


@contextmanager
def showing(source: Callable[[], datetime] | datetime) -> Iterator[None]:
    """Let now() answer with a fixed instant or another source, for the length of a `with` block."""
    global _source  # noqa: PLW0603 - one clock a process is the point of this module
    before = _source
    _source = (lambda: source) if isinstance(source, datetime) else source
    try:
        yield
    finally:
        _source = before
