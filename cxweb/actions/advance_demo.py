"""The demo lives on: every minute a few orders are completed, some are rated, and new ones come in."""

from datetime import datetime, timedelta
from random import Random

from sqlalchemy import Select, and_, case, delete, exists, func, select

from cxweb.actions.steps.move_order import move
from cxweb.actions.steps.tell_boards import tell_boards
from cxweb.actions.steps.touch_figures import touch_figures, touch_figures_of
from cxweb.actions.steps.write_demo import ACTOR, reasons_of, said, survey_of_demo, version_of, write_demo
from cxweb.company.queries import settings_now
from cxweb.company.rules import CompanySettings
from cxweb.core import clock
from cxweb.core.db import insert_or_leave, session, transaction
from cxweb.demo import opinions
from cxweb.demo.facts import DemoRating
from cxweb.demo.queries import OWN_RATINGS, is_loaded
from cxweb.demo.supply import new_orders
from cxweb.orders.models import Customer, Order
from cxweb.orders.rules import ARRIVED, COMPLETED, ON_THE_WAY, PLANNED
from cxweb.ratings.models import Rating, RatingReason, RatingVersion

# Completed, reached and begun each minute.
PACE = ((COMPLETED, (ARRIVED, ON_THE_WAY, PLANNED), 3), (ARRIVED, (ON_THE_WAY,), 3), (ON_THE_WAY, (PLANNED,), 3))
FEWEST_OPEN, SUPPLY = 60, 30
KEPT = timedelta(days=21)
OPEN = (PLANNED, ON_THE_WAY, ARRIVED)


def advance_demo() -> int:
    """Move the demo on by a minute; how many orders were completed, 0 where there is no demo."""
    now = clock.now()
    random = Random(now.timestamp())  # noqa: S311 - a demo has to be plausible, not secret
    with transaction():
        if not is_loaded():
            return 0
        company = settings_now()
        completed = _move_on(now, company)
        _rate_some(now, random)
        if (session().scalar(select(func.count()).where(Order.is_demo, Order.status.in_(OPEN))) or 0) < FEWEST_OPEN:
            highest = session().scalar(select(func.max(Order.id))) or 0
            write_demo(new_orders(now, SUPPLY, highest, random), now)
        old = and_(Order.is_demo, Order.created_at < now - KEPT)
        touch_figures_of(old)
        session().execute(delete(Order).where(old))
        return completed


def _move_on(now: datetime, company: CompanySettings) -> int:
    completed = 0
    for wanted, before, number in PACE:
        for order in session().scalars(_next(before, number)):
            if move(order, wanted, now, now, company, ACTOR):
                completed += wanted == COMPLETED
                order.eta = now + timedelta(minutes=12) if wanted == ON_THE_WAY else order.eta
    return completed


def _next(states: tuple[str, ...], number: int) -> Select[Order]:
    """Whose turn it is: the furthest first, then the longest promised."""
    furthest = case({state: place for place, state in enumerate(states)}, value=Order.status)
    statement = select(Order).where(Order.is_demo, Order.status.in_(states))
    return statement.order_by(furthest, Order.promised_to, Order.id).limit(number).with_for_update(skip_locked=True)


def _rate_some(now: datetime, random: Random) -> None:
    """One or two of those whose message came lately answer."""
    survey = survey_of_demo()
    rated = exists().where(Rating.order_id == Order.id)
    lately = select(Order).where(Order.is_demo, Order.eligible, ~rated)
    lately = lately.where(Order.completed_at > now - OWN_RATINGS, Order.completed_at < now - timedelta(minutes=1))
    for order in session().scalars(lately.order_by(Order.completed_at).limit(40)).all()[:: random.randint(12, 20)]:
        late = (
            order.promised_to is not None and order.completed_at is not None and order.completed_at > order.promised_to
        )
        stars = opinions.stars_for(random, late, 0.0)
        language = session().scalar(select(Customer.language).where(Customer.id == order.customer_id)) or "fr"
        comment = opinions.any_comment(random, language, stars, late)
        further = opinions.further(random, language, stars, late) if survey is not None else None
        _store(order.id, survey, language, DemoRating(stars, comment, now, further))
        touch_figures(order.id)
        tell_boards(order.id, order.depot_id)


def _store(order_id: int, survey: int | None, language: str, rating: DemoRating) -> None:
    facts = {"order_id": order_id, "survey_version_id": survey, "language": language, "version": 1, **said(rating)}
    if insert_or_leave(Rating, **facts, answered_at=rating.answered_at, updated_at=rating.answered_at):
        key = session().scalars(select(Rating.id).where(Rating.order_id == order_id)).one()
        insert_or_leave(RatingVersion, **version_of(key, rating))
        for reason in reasons_of(key, rating):
            insert_or_leave(RatingReason, **reason)
