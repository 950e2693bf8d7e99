"""A wrong link tells nothing of why it is wrong: the same answer, in the same time, whatever is wrong with it (P10)."""

import time
from collections.abc import Callable
from statistics import median

from flask import Flask
from sqlalchemy import update

from cxweb.core import tokens
from cxweb.core.db import transaction
from cxweb.orders.models import Order
from tests.factories import Factory

PAIRS = 2_000
MOST_GAP_S = 0.001


def rotated(make: Factory) -> str:
    """A link that was good until the order got another one."""
    order = make.completed()
    old = order.token
    with transaction() as opened:
        opened.execute(update(Order).where(Order.id == order.id).values(token=tokens.new_link()))
    return old


def test_a_link_is_128_random_bits() -> None:
    assert len({tokens.new_link() for _ in range(1000)}) == 1000
    assert all(len(tokens.new_link()) * 6 >= 128 for _ in range(100))


def test_unknown_misshapen_and_rotated_links_differ_neither_in_answer_nor_in_time(app: Flask, make: Factory) -> None:
    old = rotated(make)
    kinds: dict[str, Callable[[], str]] = {
        "unknown": tokens.new_link,
        "misshapen": lambda: tokens.new_link()[:-1],
        "rotated": lambda: old,
    }
    took: dict[str, list[float]] = {kind: [] for kind in kinds}
    answers = set()
    client = app.test_client()
    for number in range(PAIRS):
        # Each from another address, so that no limit is reached.
        address = {"REMOTE_ADDR": f"10.{number >> 8}.{number & 255}.1"}
        for kind, link in kinds.items():
            path = f"/t/{link()}"
            began = time.perf_counter()
            answer = client.get(path, environ_base=address)
            took[kind].append(time.perf_counter() - began)
            # Every answer of the product has a number of its own.
            answer.headers.remove("X-Request-Id")
            answers.add((answer.status_code, answer.data, str(answer.headers)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 404
    medians = [median(times) for times in took.values()]
    assert max(medians) - min(medians) < MOST_GAP_S, medians
