"""Works through a batch: one item's error holds up no other, and a process that is asked to stop stops between two."""

import logging
from collections.abc import Callable, Iterable

log = logging.getLogger(__name__)
_stopping = False


def stop() -> None:
    """Let each() end before its next item; from a signal's handler."""
    global _stopping  # noqa: PLW0603 - a process is asked to stop as a whole
    _stopping = True


def stopping() -> bool:
    """Whether this process was asked to stop."""
    return _stopping


def each(action: Callable[[int], object], ids: Iterable[int]) -> None:
    """Call the action with every id."""
    for id_ in ids:
        if _stopping:
            return
        try:
            action(id_)
        except Exception:
            log.exception("%s failed for %s", action.__name__, id_)
