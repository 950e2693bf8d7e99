"""Decides which of an order's ratings counts: the latest answer, then the greatest ref."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from cxweb.imports.rating_rows import RatingRow


@dataclass(frozen=True, slots=True)
class Stored:
    """The rating an order has. Without a ref the customer gave it on the tracking page."""

    id: int
    order_id: int
    ref: str | None
    stars: int
    comment: str | None
    answered_at: datetime
    # When the answer got the content it has; later than `answered_at` where the customer corrected it on the page.
    updated_at: datetime
    version: int


def decide(ratings: Sequence[RatingRow], stored: Stored | None) -> str:
    """What becomes of the first of an order's ratings: imported, updated, unchanged or superseded.

    A rating is known by its ref. For a known one the file is right, so that times read in a wrong zone can be put
    right by importing again; what the customer said later on the page stays all the same.
    """
    best = ratings[0]
    if stored is None:
        return "imported"
    if best.ref == stored.ref and same(best, stored):
        return "unchanged"
    known = any(rating.ref == stored.ref for rating in ratings)
    corrected = stored.updated_at > stored.answered_at
    if known and not corrected:
        return "updated" if best.ref == stored.ref else "imported"
    standing = (max(stored.updated_at, stored.answered_at), stored.ref or "")
    if (best.answered_at, best.ref) <= standing:
        return "superseded"
    return "updated" if best.ref == stored.ref else "imported"


def same(rating: RatingRow, stored: Stored) -> bool:
    return (rating.stars, rating.comment, rating.answered_at) == (stored.stars, stored.comment, stored.answered_at)


def outcomes(ratings: Sequence[RatingRow], of_first: str) -> list[str]:
    """What becomes of each: a row that repeats the one that counts shares its fate, all others are superseded."""
    best = ratings[0]
    return [of_first if _repeats(rating, best) else "superseded" for rating in ratings]


def _repeats(rating: RatingRow, best: RatingRow) -> bool:
    return (rating.ref, rating.stars, rating.comment, rating.answered_at) == (
        best.ref,
        best.stars,
        best.comment,
        best.answered_at,
    )
