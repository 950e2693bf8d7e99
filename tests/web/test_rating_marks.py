"""Ratings that staff may have given are marked: shown, never deleted, and without any effect on a figure."""

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.core import clock
from cxweb.core.db import session
from cxweb.ratings.models import Rating, RatingMark
from tests.factories import Factory
from tests.page import Client

NOON = datetime(2026, 11, 17, 12, 0, tzinfo=UTC)
LATER = NOON + timedelta(hours=2)
AWAY, DEPOT = {"REMOTE_ADDR": "198.51.100.4"}, {"REMOTE_ADDR": "203.0.113.20"}


def marks() -> dict[str, str | None]:
    return {mark.kind: mark.detail for mark in session().scalars(select(RatingMark))}


def rate(client: Client, path: str, at: datetime = LATER, address: dict[str, str] = AWAY, stars: str = "5") -> None:
    with clock.showing(at):
        answer = client.post(f"{path}/rating", {"stars": stars}, environ_base=address)
    assert answer.status_code == 303
    assert "Set-Cookie" not in answer.headers


@pytest.fixture
def path(make: Factory) -> str:
    """The link of an order that was completed at noon."""
    with clock.showing(NOON):
        return f"/t/{make.completed().token}"


def test_a_customers_rating_has_no_mark(client: Client, path: str) -> None:
    rate(client, path)
    assert marks() == {}


@pytest.mark.parametrize(("seconds", "marked"), [(0, True), (12, True), (19.9, True), (20, False), (3600, False)])
def test_a_rating_seconds_after_the_completion_is_marked_with_how_many(
    client: Client, path: str, seconds: float, marked: bool
) -> None:
    rate(client, path, NOON + timedelta(seconds=seconds))
    assert marks() == ({"seconds_after": str(int(seconds))} if marked else {})


def test_a_rating_from_the_companys_own_network_is_marked(client: Client, make: Factory, path: str) -> None:
    rate(client, path, address=DEPOT)
    assert marks() == {}
    make.setting("protection.own_addresses", "203.0.113.0/24 2001:db8::/48")
    rate(client, path, address=DEPOT)
    assert marks() == {"depot_address": None}


def test_a_rating_by_a_browser_that_is_signed_in_is_marked(
    app: Flask, client: Client, make: Factory, path: str
) -> None:
    make.user("dispatcher", email="a@example.com")
    with clock.showing(LATER):
        client.sign_in("a@example.com")
    rate(client, path)
    assert marks() == {"staff_session": None}


@pytest.mark.parametrize("cookie", ["", "nonsense", "eyJ0b2tlbiI6ImEifQ.aaaa.bbbb", "a" * 3000, "é\x01"])
def test_a_cookie_that_opens_no_session_marks_nothing_and_stops_nothing(client: Client, path: str, cookie: str) -> None:
    client.flask.set_cookie("cxweb", cookie)
    rate(client, path)
    assert marks() == {}


def test_an_ended_session_marks_nothing(client: Client, make: Factory, path: str) -> None:
    make.user("dispatcher", email="a@example.com")
    with clock.showing(NOON - timedelta(days=2)):
        client.sign_in("a@example.com")
    rate(client, path)
    assert marks() == {}


def test_a_mark_is_kept_once_and_stays_through_corrections(client: Client, path: str) -> None:
    rate(client, path, NOON + timedelta(seconds=5))
    rate(client, path, NOON + timedelta(seconds=9), stars="4")
    rate(client, path, LATER, stars="3")
    assert marks() == {"seconds_after": "5"}
    assert session().scalars(select(Rating.stars)).one() == 3


def test_marks_are_shown_to_staff_and_change_no_figure(client: Client, make: Factory) -> None:
    make.user("admin", email="a@example.com", language="en")
    order = make.completed()
    make.rating(order, 2)
    assert marks().keys() == {"seconds_after"}
    client.sign_in("a@example.com")
    page = client.get(f"/admin/orders/{order.id}").text
    assert "given seconds after the completion" in page
    assert client.get("/admin/ratings").text.count("2 out of 5") >= 1
