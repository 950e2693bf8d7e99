"""Spam marks, new links and what was said on the phone: what they do to figures, pages and the record."""

from collections.abc import Callable

import pytest
from sqlalchemy import select

from cxweb.accounts.rules import Operator, Perimeter
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.lift_spam import lift_spam
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.record_phone_rating import record_phone_rating
from cxweb.actions.rotate_link import rotate_link
from cxweb.analytics.filters import ReportFilter
from cxweb.analytics.queries import feedback
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from cxweb.orders.queries import by_id
from cxweb.orders.rules import UnknownOrder
from cxweb.ratings.queries import marks_of, phone_rating_of, rating_of
from cxweb.ratings.rules import CannotRecord, NothingToMark
from cxweb.reviews.queries import answers
from tests.factories import WHOLE, Factory
from tests.page import Client

SOMEBODY = Operator("user:7")
EVERYTHING = ReportFilter()


def acts_on(order_id: int) -> list[str]:
    wanted = select(AuditEntry.act).where(AuditEntry.object == f"order:{order_id}").order_by(AuditEntry.id)
    return list(session().scalars(wanted))


def test_spam_leaves_every_figure_and_its_order_stays_eligible(make: Factory) -> None:
    good, bad = make.rating(stars=5), make.rating(stars=1)
    mark_spam(bad.order_id, "a competitor", SOMEBODY)
    found = feedback(EVERYTHING, WHOLE)
    assert (found.stars.n, found.stars.mean, found.nps_stars.n, found.csat.n) == (1, 5, 1, 1)
    assert (found.eligible, found.rated, found.response_rate, found.spam) == (2, 1, 50, 1)
    assert [row.id for row in answers(EVERYTHING, WHOLE).items] == [good.id]
    assert [row.id for row in answers(EVERYTHING, WHOLE, spam=True).items] == [bad.id]


def test_a_lifted_mark_stays_on_record_and_the_answer_counts_again(make: Factory) -> None:
    rating = make.rating(stars=1)
    mark_spam(rating.order_id, "a competitor", SOMEBODY)
    lift_spam(rating.order_id, Operator("user:8"))
    found = feedback(EVERYTHING, WHOLE)
    assert (found.stars.n, found.rated, found.spam) == (1, 1, 0)
    (mark,) = marks_of(rating.id)
    assert (mark.reason, mark.marked_by, mark.lifted_by) == ("a competitor", "user:7", "user:8")
    assert acts_on(rating.order_id)[-2:] == ["rating.marked_as_spam", "rating.spam_mark_lifted"]


def test_only_an_unmarked_answer_is_marked_and_only_a_marked_one_lifted(make: Factory) -> None:
    rating, unrated = make.rating(), make.completed()
    for order_id in (rating.order_id, unrated.id):
        with pytest.raises(NothingToMark):
            lift_spam(order_id, SOMEBODY)
    with pytest.raises(NothingToMark):
        mark_spam(unrated.id, "x", SOMEBODY)
    mark_spam(rating.order_id, "x", SOMEBODY)
    with pytest.raises(NothingToMark):
        mark_spam(rating.order_id, "y", SOMEBODY)


def test_a_new_link_opens_the_page_and_the_old_one_nothing(client: Client, make: Factory) -> None:
    order = make.completed()
    old = order.token
    assert client.get(f"/t/{old}").status_code == 200
    rotate_link(order.id, SOMEBODY)
    session().expire_all()
    new = by_id(order.id, WHOLE).token
    assert new != old
    assert client.get(f"/t/{old}").status_code == 404
    assert client.post(f"/t/{old}/rating", {"stars": "5"}).status_code == 404
    assert client.get(f"/t/{new}").status_code == 200
    assert acts_on(order.id)[-1] == "order.link_rotated"


def test_what_was_said_on_the_phone_is_in_no_figure_until_the_customers_own_answer_replaces_it(make: Factory) -> None:
    order = make.completed()
    record_phone_rating(order.id, 2, "On the phone", SOMEBODY)
    found = feedback(EVERYTHING, WHOLE)
    assert (found.stars.n, found.rated, found.by_phone) == (0, 0, 1)
    make.rating(order, 4)
    found = feedback(EVERYTHING, WHOLE)
    assert (found.stars.n, found.rated, found.by_phone) == (1, 1, 0)
    rating = rating_of(order.id)
    assert rating is not None
    assert rating.stars == 4
    with pytest.raises(CannotRecord) as refused:
        record_phone_rating(order.id, 2, None, SOMEBODY)
    assert refused.value.reason == "rated"


def test_said_again_on_the_phone_it_takes_the_place_of_the_former(make: Factory) -> None:
    order = make.completed()
    record_phone_rating(order.id, 2, "First", SOMEBODY)
    record_phone_rating(order.id, 3, None, SOMEBODY)
    phone = phone_rating_of(order.id)
    assert phone is not None
    assert (phone.stars, phone.comment) == (3, None)
    assert acts_on(order.id).count("rating.recorded_by_phone") == 2


def test_an_order_that_is_not_completed_takes_no_rating_by_phone(make: Factory) -> None:
    order = make.order(status="on_the_way")
    with pytest.raises(CannotRecord):
        record_phone_rating(order.id, 2, None, SOMEBODY)
    change_order_status(by_id, order.id, "completed", SOMEBODY)
    record_phone_rating(order.id, 2, None, SOMEBODY)


def test_no_act_reaches_over_the_perimeter(make: Factory) -> None:
    mine = make.depot("mine")
    make.depot("theirs")
    order = make.completed(depot="theirs")
    make.rating(order, 1)
    me = Operator("user:1", Perimeter.of(mine.id))
    acts: list[Callable[[], None]] = [
        lambda: mark_spam(order.id, "x", me),
        lambda: lift_spam(order.id, me),
        lambda: rotate_link(order.id, me),
        lambda: record_phone_rating(order.id, 1, None, me),
    ]
    for act in acts:
        with pytest.raises(UnknownOrder):
            act()
