"""A customer rates an order, or corrects the rating within the window."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cxweb.actions.steps.alert_dispatchers import alert_dispatchers
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.orders.models import Order
from cxweb.orders.queries import by_token
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.ratings.rules import Answer, Facts, InvalidAnswer, check_can_rate, merged
from cxweb.surveys.queries import latest


def rate_order(token: str, sent: Answer, language: str) -> None:
    """Store the answer: the first post as the rating, a different later one as its next version.

    Raises UnknownOrder, CannotRate, and InvalidAnswer where no stars are sent and none are stored.
    """
    now = clock.now()
    with transaction():
        company = settings_now()
        order = by_token(token, lock=True)
        stored = session().scalar(select(Rating).where(Rating.order_id == order.id).with_for_update())
        window = timedelta(hours=company.survey_correction_hours)
        answered_at = stored.answered_at if stored else None
        check_can_rate(
            Facts(order.status, company.tracking_enabled and company.feedback_enabled, answered_at, window), now
        )
        version = stored.version if stored else 0
        if stored is None:
            stored = _first(order, sent, language, now)
        _correct(stored, sent, now)
        if stored.version != version:
            tell_boards(order.id, order.depot_id)
            alert_dispatchers(order, stored, company, now)


def _first(order: Order, sent: Answer, language: str, now: datetime) -> Rating:
    """The rating of the first post. The unique order decides if another process was quicker."""
    if sent.stars is None:
        raise InvalidAnswer("stars", "missing")
    survey = latest()
    inserted = insert_or_leave(
        Rating,
        order_id=order.id,
        survey_version_id=survey.id if survey else None,
        stars=sent.stars,
        comment=sent.comment or None,
        nps=sent.nps,
        ces=sent.ces,
        language=language,
        answered_at=now,
        updated_at=now,
        version=1,
    )
    rating = session().scalars(select(Rating).where(Rating.order_id == order.id)).one()
    if inserted:
        rating.versions.append(_version(rating, now))
    return rating


def _correct(rating: Rating, sent: Answer, now: datetime) -> None:
    """Make the rating say what was sent; identical content writes nothing."""
    before = Answer(rating.stars, rating.comment, rating.nps, rating.ces)
    after = merged(before, sent)
    if after == before or after.stars is None:
        return
    rating.stars, rating.comment, rating.nps, rating.ces = after.stars, after.comment, after.nps, after.ces
    rating.version += 1
    rating.updated_at = now
    rating.versions.append(_version(rating, now))


def _version(rating: Rating, now: datetime) -> RatingVersion:
    return RatingVersion(
        version=rating.version,
        stars=rating.stars,
        comment=rating.comment,
        nps=rating.nps,
        ces=rating.ces,
        recorded_at=now,
    )
