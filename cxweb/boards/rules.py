"""Small facts about what a board shows."""

from datetime import datetime, timedelta

from cxweb.orders.rules import COMPLETED, OPEN

# Ratings up to this many stars are low.
LOW = 2
# More than this many changes are not sent one by one: the board reads itself anew.
MOST_CHANGES = 100


def sort_key(sort: str, stars: int | None, at: datetime) -> float:
    """What a board's rows are sorted by within their group, ascending: by window, or by rating and then by window."""
    seconds = at.timestamp()
    if sort == "lowest":
        # Beyond any instant, so that stars come first; what is not rated stands behind.
        return (stars or 9) * 1e12 + seconds
    if sort == "highest":
        return -(stars or 0) * 1e12 + seconds
    return -seconds if sort == "newest" else seconds


def lateness(
    status: str, promised_to: datetime | None, eta: datetime | None, completed_at: datetime | None, now: datetime
) -> timedelta | None:
    """How far behind its window an order is, or will be by its own estimate; negative or zero is in time.

    None where nothing was promised, or where nothing is late yet.
    """
    if promised_to is None:
        return None
    if status == COMPLETED:
        return completed_at - promised_to if completed_at else None
    if status not in OPEN:
        return None
    late = max(now, eta or now) - promised_to
    return late if late >= timedelta(minutes=1) else None
