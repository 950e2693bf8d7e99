"""Stores the first answer to an order, by statements compiled once: it is what customers wait for."""

from datetime import datetime

from cxweb.core.prepared import PreparedInsert
from cxweb.ratings.models import Rating, RatingReason, RatingVersion
from cxweb.ratings.rules import Answer
from cxweb.surveys.rules import Survey

_SAID = ("stars", "comment", "nps", "ces", "open", "version")
_RATING = PreparedInsert(
    Rating.__table__, "order_id", "survey_version_id", *_SAID, "language", "answered_at", "updated_at"
)
_VERSION = PreparedInsert(RatingVersion.__table__, "rating_id", *_SAID, "reasons", "recorded_at")
_REASON = PreparedInsert(RatingReason.__table__, "rating_id", "code", "cause")


def first_rating(order_id: int, sent: Answer, survey: Survey, language: str, now: datetime) -> int | None:
    """The new rating's id; None where the order has one already: its unique key decides, not a look."""
    said = {
        "stars": sent.stars,
        "comment": sent.comment or None,
        "nps": sent.nps,
        "ces": sent.ces,
        "open": sent.open or None,
        "version": 1,
    }
    row = _RATING.first(
        order_id=order_id,
        survey_version_id=survey.version_id,
        language=language,
        answered_at=now,
        updated_at=now,
        **said,
    )
    if row is None:
        return None
    rating_id = int(row[0])
    codes = sorted(sent.reasons or ())
    causes = {reason.code: reason.cause for reason in survey.reasons}
    _VERSION.rows(rating_id=rating_id, reasons=codes, recorded_at=now, **said)
    for code in codes:
        _REASON.rows(rating_id=rating_id, code=code, cause=causes[code])
    return rating_id
