"""Counting orders and answers from their rows: one row of facts each, then sums of them."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal_column,
    null,
    select,
)

from cxweb.notifications.models import Notification
from cxweb.orders.models import CrewMember, Order
from cxweb.orders.rules import COMPLETED
from cxweb.ratings.models import PhoneRating, Rating, RatingReason, SpamMark
from cxweb.surveys.models import SurveyVersion
from cxweb.tallies.rules import SCORES

DRIVER = "driver"
Key = ColumnElement[Any]
# How far the best invitation of an order came: it left, and it was not refused.
SENT, REACHED = 1, 2


def facts(axis: str, keys: Sequence[Key], *, way: bool, by_driver: bool = False) -> Select[Any]:
    """What is counted of each order (`completed`) or answer (`answered`), to be narrowed by who asks.

    Test orders are in no figure. An answer marked as spam says nothing. With `by_driver` an order stands once for each
    driver, or once without any.
    """
    counts = SpamMark.id.is_(None)
    asks = and_(SurveyVersion.asks_nps.is_not(None), SurveyVersion.asks_nps)
    said = {"stars": Rating.stars, "nps": Rating.nps, "ces": Rating.ces}
    columns = [
        *(key.label(f"key_{place}") for place, key in enumerate(keys)),
        Order.eligible.label("eligible"),
        Order.seen_at.is_not(None).label("opened"),
        (_stage() if way else cast(null(), Integer)).label("stage"),
        *(case((counts, column)).label(name) for name, column in said.items()),
        Rating.comment.is_not(None).label("commented"),
        Rating.open.is_not(None).label("open"),
        asks.label("asks_nps"),
        SpamMark.id.is_not(None).label("spam"),
        Rating.id.label("rating_id"),
    ]
    statement = select(*columns)
    if axis == "answered":
        statement = statement.select_from(Rating).join(Order, Order.id == Rating.order_id)
    else:
        statement = statement.select_from(Order).outerjoin(Rating, Rating.order_id == Order.id)
        statement = statement.where(Order.status == COMPLETED)
    standing = and_(SpamMark.rating_id == Rating.id, SpamMark.lifted_at.is_(None))
    statement = statement.outerjoin(SpamMark, standing)
    statement = statement.outerjoin(SurveyVersion, SurveyVersion.id == Rating.survey_version_id)
    return with_crew(statement.where(~Order.is_test), by_driver)


def _stage() -> ColumnElement[Any]:
    stage = case((Notification.state.in_(("sent", "delivered")), REACHED), else_=SENT)
    left = and_(Notification.invites, Notification.sent_at.is_not(None))
    return select(func.max(stage)).where(Notification.order_id == Order.id, left).correlate(Order).scalar_subquery()


def with_crew(statement: Select[Any], by_driver: bool) -> Select[Any]:
    return statement.outerjoin(CrewMember, CrewMember.order_id == Order.id) if by_driver else statement


def sums(narrowed: Select[Any], names: Collection[str]) -> Select[Any]:
    """The tallies of these names, for each combination of the facts' keys, which come first."""
    # Kept apart, so that what a fact takes to find out is found out once and not for every sum.
    rows = narrowed.cte("facts").prefix_with("MATERIALIZED")
    keys = _keys(rows)
    return select(*keys, *(_SUMS[name] for name in names)).select_from(rows).group_by(*keys)


_REASON = "EXISTS (SELECT 1 FROM rating_reason WHERE rating_reason.rating_id = facts.rating_id{})"
_SCORES = {"detractor": "BETWEEN 0 AND 6", "passive": "BETWEEN 7 AND 8", "promoter": "BETWEEN 9 AND 10"}
# As text: sixty expressions would take longer to put together than a day to count.
_CONDITIONS: dict[str, str] = {
    "completed": "TRUE",
    "eligible": "facts.eligible",
    "rated": "facts.eligible AND facts.stars IS NOT NULL",
    "spam": "facts.spam",
    "sent": "facts.stage IS NOT NULL",
    "reached": f"facts.stage = {REACHED}",
    "reached_rated": f"facts.stage = {REACHED} AND facts.stars IS NOT NULL",
    "reached_commented": f"facts.stage = {REACHED} AND facts.stars IS NOT NULL AND facts.commented",
    "rated_unasked": "facts.stage IS NULL AND facts.stars IS NOT NULL",
    "opened": "facts.opened",
    "reasoned": f"facts.stars IS NOT NULL AND {_REASON.format('')}",
    "reasoned_driver": f"facts.stars IS NOT NULL AND {_REASON.format(' AND rating_reason.cause = ' + repr(DRIVER))}",
    **{f"stars_{n}": f"facts.stars = {n}" for n in SCORES},
    **{f"plain_{n}": f"facts.stars = {n} AND NOT facts.asks_nps" for n in SCORES},
    **{f"open_{n}": f"facts.stars = {n} AND facts.open" for n in SCORES},
    **{f"nps_{n}": f"facts.nps = {n}" for n in range(11)},
    **{f"ces_{n}": f"facts.ces = {n}" for n in SCORES},
    **{
        f"cross_{n}_{group}": f"facts.stars = {n} AND facts.nps {span}"
        for n in SCORES
        for group, span in _SCORES.items()
    },
}
_SUMS = {
    name: literal_column(f"count(CASE WHEN {condition} THEN 1 END)", Integer()).label(name)
    for name, condition in _CONDITIONS.items()
}


def by_phone(axis: str, keys: Sequence[Key], *, by_driver: bool = False) -> Select[Any]:
    """One row with these keys for each order of which only the phone told; to be narrowed by who asks."""
    own = exists().where(Rating.order_id == Order.id).correlate(Order)
    statement = select(*(key.label(f"key_{place}") for place, key in enumerate(keys)), PhoneRating.order_id)
    statement = statement.join(Order, Order.id == PhoneRating.order_id).where(~Order.is_test, ~own)
    if axis == "completed":
        statement = statement.where(Order.status == COMPLETED)
    return with_crew(statement, by_driver)


def counted_by_phone(narrowed: Select[Any]) -> Select[Any]:
    """How many there are, for each combination of the keys, which come first."""
    rows = narrowed.cte("told")
    keys = _keys(rows)
    return select(*keys, func.count().label("by_phone")).select_from(rows).group_by(*keys)


def counted_reasons(narrowed: Select[Any]) -> Select[Any]:
    """How many answers chose each reason with each cause, for each combination of the facts' keys, which come first."""
    rows = narrowed.cte("facts")
    keys = [*_keys(rows), RatingReason.code, RatingReason.cause]
    statement = select(*keys, func.count().label("answers")).select_from(rows)
    statement = statement.join(RatingReason, RatingReason.rating_id == rows.c.rating_id)
    return statement.where(rows.c.stars.is_not(None)).group_by(*keys)


def _keys(rows: CTE) -> list[Key]:
    return [column for column in rows.c if column.name.startswith("key_")]
