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
from cxweb.ratings.models import Rating, RatingReason, RatingVersion
from cxweb.ratings.rules import Answer, Facts, InvalidAnswer, check_can_rate, fitting, merged
from cxweb.surveys.queries import by_id, by_number
from cxweb.surveys.rules import Survey


def rate_order(token: str, sent: Answer, language: str, asked: int | None = None) -> None:
    """Store the answer: the first post as the rating, a different later one as its next version.

    `asked` is the number of the survey version the page showed; without it the one in force was asked.
    Raises UnknownOrder, CannotRate, and InvalidAnswer where no stars are sent and none are stored, or where a reason
    is not one of the survey.
    """
    now = clock.now()
    with transaction():
        company = settings_now()
        order = by_token(token, lock=True)
        stored = session().scalar(select(Rating).where(Rating.order_id == order.id).with_for_update())
        window = timedelta(hours=company.survey_correction_hours)
        answered_at = stored.answered_at if stored else None
        enabled = company.tracking_enabled and company.feedback_enabled
        check_can_rate(
            Facts(order.status, enabled, answered_at, window, order.completed_at, company.survey_closing_days), now
        )
        version = stored.version if stored else 0
        survey = by_number(asked) if stored is None else by_id(stored.survey_version_id)
        if stored is None:
            stored = _first(order, fitting(sent, survey), survey, language, now)
        _correct(stored, sent, survey, now)
        if stored.version != version:
            tell_boards(order.id, order.depot_id)
            alert_dispatchers(order, stored, company, now)


def _first(order: Order, sent: Answer, survey: Survey, language: str, now: datetime) -> Rating:
    """The rating of the first post. The unique order decides if another process was quicker."""
    if sent.stars is None:
        raise InvalidAnswer("stars", "missing")
    inserted = insert_or_leave(
        Rating,
        order_id=order.id,
        survey_version_id=survey.version_id,
        stars=sent.stars,
        comment=sent.comment or None,
        nps=sent.nps,
        ces=sent.ces,
        open=sent.open or None,
        language=language,
        answered_at=now,
        updated_at=now,
        version=1,
    )
    rating = session().scalars(select(Rating).where(Rating.order_id == order.id)).one()
    if inserted:
        _choose(rating, sent.reasons or (), survey)
        rating.versions.append(_version(rating, now))
    return rating


def _correct(rating: Rating, sent: Answer, survey: Survey, now: datetime) -> None:
    """Make the rating say what was sent; identical content writes nothing."""
    chosen = tuple(sorted(reason.code for reason in rating.reasons))
    before = Answer(rating.stars, rating.comment, rating.nps, rating.ces, rating.open, chosen)
    after = merged(before, sent)
    if sent.reasons is not None:
        after = fitting(after, survey)
    if after == before or after.stars is None:
        return
    rating.stars, rating.comment, rating.nps, rating.ces = after.stars, after.comment, after.nps, after.ces
    rating.open = after.open
    _choose(rating, after.reasons or (), survey)
    rating.version += 1
    rating.updated_at = now
    rating.versions.append(_version(rating, now))


def _choose(rating: Rating, codes: tuple[str, ...], survey: Survey) -> None:
    """Let the rating have these reasons; one that it has already keeps the cause it was chosen with."""
    had = {reason.code: reason for reason in rating.reasons}
    offered = {reason.code: reason.cause for reason in survey.reasons}
    rating.reasons = [had.get(code) or RatingReason(code=code, cause=offered[code]) for code in codes]


def _version(rating: Rating, now: datetime) -> RatingVersion:
    return RatingVersion(
        version=rating.version,
        stars=rating.stars,
        comment=rating.comment,
        nps=rating.nps,
        ces=rating.ces,
        open=rating.open,
        reasons=sorted(reason.code for reason in rating.reasons),
        recorded_at=now,
    )
