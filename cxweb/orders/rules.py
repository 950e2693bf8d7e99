"""The status machine of an order, and small facts about it."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

PLANNED, ON_THE_WAY, ARRIVED = "planned", "on_the_way", "arrived"
COMPLETED, FAILED, CANCELLED = "completed", "failed", "cancelled"
STATUSES = (PLANNED, ON_THE_WAY, ARRIVED, COMPLETED, FAILED, CANCELLED)
CHANNELS = ("delivery", "pickup", "installation", "repair")

# From planned, on the way and at the door, any later state may be jumped to.
MOVES: Mapping[str, tuple[str, ...]] = {
    PLANNED: (ON_THE_WAY, ARRIVED, COMPLETED, FAILED, CANCELLED),
    ON_THE_WAY: (ARRIVED, COMPLETED, FAILED, CANCELLED),
    ARRIVED: (COMPLETED, FAILED, CANCELLED),
    FAILED: (PLANNED,),
    COMPLETED: (ARRIVED,),
    CANCELLED: (),
}

# Those still to come; past its window such an order is late.
OPEN = (PLANNED, ON_THE_WAY, ARRIVED)

REF = re.compile(r"[A-Za-z0-9._:-]{1,64}")
# An address of its own, and what no address can hold: programs on the way take dots alone for folders.
RESERVED_REFS = frozenset({"bulk", ".", ".."})
SKEW = timedelta(minutes=5)
# Beyond these no order's instant is meant, and some zone or language cannot show it.
EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9990, 1, 1, tzinfo=UTC)


class ForbiddenTransition(Exception):
    """The status machine does not allow the move; the text is `from → to`."""

    def __init__(self, current: str, wanted: str) -> None:
        super().__init__(f"{current} → {wanted}")
        self.current = current
        self.wanted = wanted


class MissingReason(Exception):
    """Reopening a completed order needs a reason."""


class InTheFuture(Exception):
    """The instant lies more than five minutes ahead of the server's clock."""


class FixedByCompletion(Exception):
    """Crew, depot, channel and tags no longer change once the order is completed; the text names the field."""


def is_ref(text: str) -> bool:
    """Whether the text may name an order in an address."""
    return REF.fullmatch(text) is not None and text not in RESERVED_REFS


def check_move(current: str, wanted: str, reason: str | None) -> bool:
    """Whether the move changes anything; False where the order is already there.

    Raises ForbiddenTransition, or MissingReason where a completed order is reopened without one.
    """
    if wanted == current:
        return False
    if wanted not in MOVES[current]:
        raise ForbiddenTransition(current, wanted)
    if is_reopening(current, wanted) and not (reason or "").strip():
        raise MissingReason
    return True


def is_reopening(current: str, wanted: str) -> bool:
    return current == COMPLETED and wanted == ARRIVED


def check_instant(at: datetime, now: datetime) -> datetime:
    """The instant itself, unless it lies more than SKEW ahead; then raises InTheFuture."""
    if at > now + SKEW:
        raise InTheFuture
    return at


def first_name(name: str) -> str:
    """What a customer reads of a driver's name: its first word."""
    return name.split()[0] if name.split() else ""


def alphabetical(name: str) -> str:
    """What names are sorted by: without accents and capitals, so that Aïcha stands before Antoine."""
    return "".join(c for c in unicodedata.normalize("NFD", name.casefold()) if not unicodedata.combining(c))


def masked_address(postcode: str | None, city: str | None) -> str:
    """What the tracking page shows of an address: postcode and town, never street or number."""
    return " ".join(part for part in (postcode, city) if part)


class RefTaken(Exception):
    """Another order has this ref already."""


class UnknownOrder(LookupError):
    """No such order, or none within the perimeter: the two look the same."""


class OutsidePerimeter(Exception):
    """The depot lies outside what the acting person or key may touch."""


class UnknownDriver(LookupError):
    """No such driver, or none with an order within the perimeter."""
