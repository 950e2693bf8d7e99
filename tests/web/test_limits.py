"""Guessing links and flooding one are slowed down; opening a real link never is."""

import pytest
from flask import Flask

from cxweb.core.db import session
from cxweb.ratings.models import Rating
from cxweb.web.public.limits import MISSES_A_MINUTE, POSTS_A_MINUTE
from tests.factories import Factory
from tests.page import Client

GUESSES = ("A" * 22, "B" * 22, "short", "ffff")


def miss(app: Flask, number: int, address: str, method: str = "GET") -> int:
    path = f"/t/{GUESSES[number % 4]}" + ("/rating" if method == "POST" else "")
    return app.test_client().open(path, method=method, environ_base={"REMOTE_ADDR": address}).status_code


def test_after_sixty_misses_a_minute_an_address_waits_and_real_links_still_open(
    app: Flask, client: Client, make: Factory
) -> None:
    order = make.completed(customer={"language": "fr"})
    answers = [miss(app, number, "198.51.100.7") for number in range(MISSES_A_MINUTE + 5)]
    assert answers == [404] * MISSES_A_MINUTE + [429] * 5
    limited = {"REMOTE_ADDR": "198.51.100.7"}
    waiting = client.get("/t/" + "C" * 22, environ_base=limited, headers={"Accept-Language": "fr"})
    assert waiting.status_code == 429
    assert waiting.headers["Retry-After"] == "60"
    assert "Trop d’essais" in waiting.text
    assert client.get(f"/t/{order.token}", environ_base=limited).status_code == 200
    assert client.post(f"/t/{order.token}/rating", {"stars": "5"}, environ_base=limited).status_code == 303
    assert miss(app, 0, "198.51.100.8") == 404


def test_posts_to_wrong_links_count_as_guesses(app: Flask) -> None:
    answers = [miss(app, number, "198.51.100.9", "POST") for number in range(MISSES_A_MINUTE + 1)]
    assert answers == [404] * MISSES_A_MINUTE + [429]


def test_one_ipv6_network_is_one_guesser(app: Flask) -> None:
    answers = [miss(app, number, f"2001:db8:0:1::{number:x}") for number in range(MISSES_A_MINUTE + 1)]
    assert answers[-1] == 429
    assert miss(app, 0, "2001:db8:0:2::1") == 404


def test_the_other_processes_of_the_server_know_of_the_misses(app: Flask) -> None:
    for number in range(MISSES_A_MINUTE):
        miss(app, number, "198.51.100.10")
    other = Flask("other")
    other.extensions["cxweb.limits"] = type(app.extensions["cxweb.limits"])(
        app.config["CXWEB"].data_dir / "counters", app.config["CXWEB"].secret_key
    )
    assert other.extensions["cxweb.limits"].count("miss 198.51.100.10") == MISSES_A_MINUTE + 1


@pytest.mark.parametrize("addresses", [1, 50])
def test_beyond_three_hundred_posts_a_minute_a_link_takes_no_more_and_still_opens(
    app: Flask, client: Client, make: Factory, addresses: int
) -> None:
    order, other = make.completed(), make.completed()
    path = f"/t/{order.token}/rating"
    poster = app.test_client()
    answers = [
        poster.post(path, data={"stars": "4"}, environ_base={"REMOTE_ADDR": f"203.0.113.{number % addresses}"})
        for number in range(POSTS_A_MINUTE + 1)
    ]
    assert [answer.status_code for answer in answers] == [303] * POSTS_A_MINUTE + [429]
    assert "Retry-After" in answers[-1].headers
    assert client.get(f"/t/{order.token}").status_code == 200
    assert client.post(f"/t/{other.token}/rating", {"stars": "5"}).status_code == 303
    assert session().query(Rating).count() == 2
