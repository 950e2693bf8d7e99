"""One order, one rating, whatever the clicks, tabs and retries."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import select

from cxweb.core.db import close_own_connection, session
from cxweb.ratings.models import Rating, RatingVersion
from tests.factories import Factory


@pytest.mark.parametrize("posts", [32, 200])
def test_simultaneous_posts_of_one_link_leave_one_row_that_equals_one_of_them(
    app: Flask, make: Factory, posts: int
) -> None:
    token = make.completed().token
    threads = min(posts, 32)
    barrier = Barrier(threads)
    sent = [(str(number % 5 + 1), f"comment {number}") for number in range(posts)]

    def post(number: int) -> int:
        if number < threads:
            barrier.wait()
        stars, comment = sent[number]
        answer = app.test_client().post(f"/t/{token}/rating", data={"stars": stars, "comment": comment})
        close_own_connection()
        return answer.status_code

    with ThreadPoolExecutor(threads) as pool:
        assert set(pool.map(post, range(posts))) == {303}
    rating = session().scalars(select(Rating)).one()
    assert (str(rating.stars), rating.comment) in sent
    versions = list(session().scalars(select(RatingVersion.version).order_by(RatingVersion.version)))
    assert versions == list(range(1, rating.version + 1))


def test_simultaneous_first_posts_of_the_same_content_are_one_version(app: Flask, make: Factory) -> None:
    token = make.completed().token
    barrier = Barrier(16)

    def post(_number: int) -> int:
        barrier.wait()
        answer = app.test_client().post(f"/t/{token}/rating", data={"stars": "4", "comment": "twice"})
        close_own_connection()
        return answer.status_code

    with ThreadPoolExecutor(16) as pool:
        assert set(pool.map(post, range(16))) == {303}
    rating = session().scalars(select(Rating)).one()
    assert (rating.stars, rating.comment, rating.version) == (4, "twice", 1)
