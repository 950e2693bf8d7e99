"""Keeps what about a rating may mean that staff gave it: each kind once, the first time it was seen."""

from collections.abc import Mapping
from datetime import datetime

from cxweb.core.prepared import PreparedInsert
from cxweb.ratings.models import RatingMark

_MARK = PreparedInsert(RatingMark.__table__, "rating_id", "kind", "at", "detail")


def mark_rating(rating_id: int, found: Mapping[str, str | None], now: datetime) -> None:
    for kind, detail in found.items():
        _MARK.rows(rating_id=rating_id, kind=kind, at=now, detail=detail)
