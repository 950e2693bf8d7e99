"""A customer rates an order, or corrects the rating within the window."""

from datetime import datetime, timedelta

from sqlalchemy import select

from cxweb.actions.steps.alert_dispatchers import alert_dispatchers
from cxweb.actions.steps.first_rating import first_rating
from cxweb.actions.steps.mark_rating import mark_rating
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.tell_webhooks import tell_of_rating
from cxweb.actions.steps.touch_figures import touch_figures
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.orders.rules import UnknownOrder
from cxweb.ratings.models import Rating, RatingReason, RatingVersion
from cxweb.ratings.queries import ToRate, to_rate
from cxweb.ratings.rules import (
    Answer,
    Circumstances,
    Facts,
    InvalidAnswer,
    check_can_rate,
    fitting,
    merged,
    suspicions,
)
from cxweb.surveys.queries import by_id, by_number
from cxweb.surveys.rules import Survey


def rate_order(
    token: str,
    sent: Answer,
    language: str,
    asked: int | None = None,
    circumstances: Circumstances = Circumstances(),  # noqa: B008 - it cannot be changed
) -> None:
    """Store the answer: the first post as the rating, a different later one as its next version.

    `asked` is the number of the survey version the page showed; without it the one in force was asked.
    Raises UnknownOrder, CannotRate, and InvalidAnswer where no stars are sent and none are stored, or where a reason
    is not one of the survey.
    """
    now = clock.now()
    with transaction():
        order = to_rate(token)
        if order is None:
            raise UnknownOrder
        company = settings_now()
        check_can_rate(_facts(order, company), now)
        rating_id = order.rating_id or _first(order, sent, asked, language, now)
        stars = sent.stars
        if rating_id is None or order.rating_id is not None:
            rating_id, stars = _correct(order, sent, now)
        mark_rating(rating_id, suspicions(circumstances, order.completed_at, now), now)
        if stars is not None:
            touch_figures(order.order_id)
            tell_of_rating(order.order_id, rating_id, stars, company, now)
            tell_boards(order.order_id, order.depot_id)
            alert_dispatchers(order.order_id, rating_id, stars, company, now)


def _facts(order: ToRate, company: CompanySettings) -> Facts:
    enabled = company.tracking_enabled and company.feedback_enabled
    window = timedelta(hours=company.survey_correction_hours)
    return Facts(order.status, enabled, order.answered_at, window, order.completed_at, company.survey_closing_days)


def _first(order: ToRate, sent: Answer, asked: int | None, language: str, now: datetime) -> int | None:
    """The id of the new rating; None where another process was quicker."""
    survey = by_number(asked)
    fitted = fitting(sent, survey)
    if fitted.stars is None:
        raise InvalidAnswer("stars", "missing")
    return first_rating(order.order_id, fitted, survey, language, now)


def _correct(order: ToRate, sent: Answer, now: datetime) -> tuple[int, int | None]:
    """Make the rating say what was sent; its id, and its stars. Identical content writes nothing and gives no stars."""
    rating = session().scalars(select(Rating).where(Rating.order_id == order.order_id).with_for_update()).one()
    survey = by_id(rating.survey_version_id)
    chosen = tuple(sorted(reason.code for reason in rating.reasons))
    before = Answer(rating.stars, rating.comment, rating.nps, rating.ces, rating.open, chosen)
    after = merged(before, sent)
    if sent.reasons is not None:
        after = fitting(after, survey)
    changes = after != before and after.stars is not None
    if changes and after.stars is not None:
        rating.stars, rating.comment, rating.nps, rating.ces = after.stars, after.comment, after.nps, after.ces
        rating.open = after.open
        _choose(rating, after.reasons or (), survey)
        rating.version += 1
        rating.updated_at = now
        rating.versions.append(_version(rating, now))
    return rating.id, rating.stars if changes else None


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
