"""Rating an order, against a real database."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.actions.rate_order import rate_order
from cxweb.core import clock
from cxweb.core.db import session
from cxweb.orders.queries import by_id
from cxweb.ratings.models import Rating, RatingVersion
from cxweb.ratings.rules import Answer, CannotRate, InvalidAnswer
from tests.factories import WHOLE, Factory


def stored() -> Rating:
    return session().scalars(select(Rating)).one()


def versions() -> int:
    return session().scalar(select(func.count()).select_from(RatingVersion)) or 0


def test_the_first_post_is_the_rating_and_its_first_version(app: Flask, make: Factory) -> None:
    order = make.completed()
    rate_order(order.token, Answer(stars=4, comment="À l'heure"), "fr")
    assert (stored().stars, stored().comment, stored().version, versions()) == (4, "À l'heure", 1, 1)


def test_a_second_post_corrects_and_keeps_what_it_does_not_send(app: Flask, make: Factory) -> None:
    order = make.completed()
    rate_order(order.token, Answer(stars=4, comment="À l'heure"), "fr")
    rate_order(order.token, Answer(stars=2), "fr")
    assert (stored().stars, stored().comment, stored().version, versions()) == (2, "À l'heure", 2, 2)


def test_identical_content_writes_nothing(app: Flask, make: Factory) -> None:
    order = make.completed()
    for _ in range(3):
        rate_order(order.token, Answer(stars=4, comment="À l'heure"), "fr")
    assert (stored().version, versions()) == (1, 1)


def test_an_empty_comment_clears_the_stored_one(app: Flask, make: Factory) -> None:
    order = make.completed()
    rate_order(order.token, Answer(stars=4, comment="À l'heure"), "fr")
    rate_order(order.token, Answer(comment=""), "fr")
    assert stored().comment is None


def test_a_rating_without_stars_is_refused_while_none_is_stored(app: Flask, make: Factory) -> None:
    order = make.completed()
    with pytest.raises(InvalidAnswer, match="stars: missing"):
        rate_order(order.token, Answer(comment="no stars"), "fr")
    assert session().scalar(select(func.count()).select_from(Rating)) == 0


def test_after_the_window_a_correction_is_refused(app: Flask, make: Factory) -> None:
    order = make.completed()
    start = clock.now()
    rate_order(order.token, Answer(stars=4), "fr")
    with clock.showing(start + timedelta(hours=23, minutes=59)):
        rate_order(order.token, Answer(stars=3), "fr")
    with clock.showing(start + timedelta(hours=24, minutes=1)), pytest.raises(CannotRate, match="window_over"):
        rate_order(order.token, Answer(stars=1), "fr")
    assert stored().stars == 3


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("planned", "not_completed"),
        ("on_the_way", "not_completed"),
        ("arrived", "not_completed"),
        ("failed", "failed"),
        ("cancelled", "cancelled"),
    ],
)
def test_an_order_that_is_not_completed_takes_no_rating(app: Flask, make: Factory, status: str, reason: str) -> None:
    order = make.order(status=status)
    with pytest.raises(CannotRate, match=f"^{reason}$"):
        rate_order(order.token, Answer(stars=5), "fr")


def test_with_feedback_off_no_rating_is_taken_and_completed_orders_are_not_eligible(app: Flask, make: Factory) -> None:
    make.setting("feedback.enabled", "off")
    order = make.completed()
    assert not by_id(order.id, WHOLE).eligible
    with pytest.raises(CannotRate, match="feedback_off"):
        rate_order(order.token, Answer(stars=5), "fr")


def test_a_reopened_order_keeps_its_rating_and_takes_no_other_until_completed_again(app: Flask, make: Factory) -> None:
    order = make.completed("R-1")
    rate_order(order.token, Answer(stars=4), "fr")
    make.order("R-1", status="arrived")
    with pytest.raises(CannotRate, match="not_completed"):
        rate_order(order.token, Answer(stars=1), "fr")
    make.order("R-1", status="completed")
    rate_order(order.token, Answer(stars=3), "fr")
    assert stored().stars == 3
