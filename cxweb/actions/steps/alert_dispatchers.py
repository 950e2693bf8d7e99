"""Writes an alert of a low rating for each dispatcher who sees the order, in the transaction of the rating."""

from datetime import datetime

from sqlalchemy import select

from cxweb.accounts.models import User
from cxweb.accounts.queries import has_part_with
from cxweb.boards.models import LowRatingAlert
from cxweb.company.rules import CompanySettings
from cxweb.core.db import insert_or_leave, session
from cxweb.orders.models import Order


def alert_dispatchers(order_id: int, rating_id: int, stars: int, company: CompanySettings, now: datetime) -> None:
    """Add the alerts, each once for ever: a correction of a rating that was low before alerts nobody again."""
    if stars > company.alerts_low_rating:
        return
    order = session().get_one(Order, order_id)
    if order.is_test or order.is_demo:
        return
    open_ones = (User.role == "dispatcher", User.disabled_at.is_(None))
    people = select(User.id).where(*open_ones, has_part_with(order.depot_id))
    for user_id in session().scalars(people.order_by(User.id)):
        insert_or_leave(
            LowRatingAlert,
            rating_id=rating_id,
            user_id=user_id,
            order_id=order_id,
            stars=stars,
            state="pending",
            attempts=0,
            created_at=now,
            next_attempt_at=now,
        )
