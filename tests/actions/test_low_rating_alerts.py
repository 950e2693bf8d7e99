"""Alerts of low ratings: written with the rating, sent once to each dispatcher who sees the order, never lost."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from cxweb.accounts.rules import Operator
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.rate_order import rate_order
from cxweb.boards.models import LowRatingAlert
from cxweb.boards.queries import due_alerts
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.jobs.boards import send_alerts
from cxweb.ratings.rules import Answer
from tests.factories import Factory
from tests.servers import MailServer


@pytest.fixture(autouse=True)
def _up_to_two_stars(make: Factory) -> None:
    make.setting("alerts.low_rating", "2")


def states() -> list[tuple[str, str | None]]:
    session().expire_all()
    return [(alert.state, alert.reason) for alert in session().scalars(select(LowRatingAlert))]


def test_each_dispatcher_who_sees_the_order_is_told_once(make: Factory, mailing: MailServer) -> None:
    region = make.depot("region")
    make.depot("lyon", region)
    other = make.depot("other")
    for place in (None, region, other):
        make.user("dispatcher", place, email=f"{place.ref if place else 'whole'}@example.com")
    make.user("dispatcher", region, email="gone@example.com", disabled_at=clock.now())
    make.user("relations", email="relations@example.com")
    order = make.completed(depot="lyon", drivers=[{"ref": "h", "name": "Hugo Marchand"}])
    make.rating(order, 1, "Broken parcel")
    for _ in range(2):
        send_alerts()
    assert sorted(mailing.recipients) == [["region@example.com"], ["whole@example.com"]]
    text = mailing.mails[0].get_content()
    assert f"/admin/orders/{order.id}" in text
    assert "Hugo" not in text
    assert "Broken" not in text
    assert states() == [("sent", None), ("sent", None)]


@pytest.mark.parametrize(("stars", "expected"), [(1, 1), (2, 1), (3, 0), (5, 0)])
def test_the_threshold_decides(make: Factory, stars: int, expected: int) -> None:
    make.user("dispatcher")
    make.rating(stars=stars)
    assert len(states()) == expected


def test_it_is_off_by_default(make: Factory) -> None:
    make.setting("alerts.low_rating", "0")
    make.user("dispatcher")
    make.rating(stars=1)
    assert states() == []


def test_a_correction_tells_nobody_twice_and_one_that_falls_low_tells_once(make: Factory) -> None:
    make.user("dispatcher")
    order = make.completed()
    for stars in (5, 1, 3, 2):
        rate_order(order.token, Answer(stars=stars), "fr")
    assert len(states()) == 1


def test_what_is_no_longer_low_or_spam_is_not_sent(make: Factory, mailing: MailServer) -> None:
    make.user("dispatcher")
    order = make.completed()
    rate_order(order.token, Answer(stars=1), "fr")
    rate_order(order.token, Answer(stars=5), "fr")
    mark_spam(make.rating(stars=1).order_id, "x", Operator())
    send_alerts()
    assert mailing.mails == []
    assert states() == [("suppressed", "no_longer_low")] * 2


def test_the_daily_cap_holds_for_each_dispatcher(make: Factory, mailing: MailServer) -> None:
    make.setting("alerts.daily_cap", "2")
    for name in ("a", "b"):
        make.user("dispatcher", email=f"{name}@example.com")
    for _ in range(3):
        make.rating(stars=1)
    send_alerts()
    assert sorted(mailing.recipients) == [["a@example.com"]] * 2 + [["b@example.com"]] * 2
    assert sorted(states())[-2:] == [("suppressed", "daily_cap")] * 2


def test_a_refusal_for_now_is_tried_again(make: Factory, mailing: MailServer) -> None:
    make.user("dispatcher")
    make.rating(stars=1)
    mailing.answers = ["451 later"]
    send_alerts()
    assert [state for state, _ in states()] == ["pending"]
    assert due_alerts(clock.now()) == []
    with clock.showing(clock.now() + timedelta(minutes=5)):
        send_alerts()
    assert len(mailing.mails) == 1
    assert [state for state, _ in states()] == ["sent"]


@pytest.mark.parametrize(("answer", "state"), [("554 no", "failed"), (MailServer.DIE, "uncertain")])
def test_a_refusal_for_good_and_a_doubt_are_never_repeated(
    make: Factory, mailing: MailServer, answer: str, state: str
) -> None:
    make.user("dispatcher")
    make.rating(stars=1)
    mailing.answers = [answer]
    send_alerts()
    with clock.showing(clock.now() + timedelta(hours=1)):
        send_alerts()
    assert [found for found, _ in states()] == [state]
    assert len(mailing.mails) == (state == "uncertain")


def test_what_its_holder_dropped_is_in_doubt_and_not_sent_again(make: Factory, mailing: MailServer) -> None:
    make.user("dispatcher")
    make.rating(stars=1)
    gone = {"state": "sending", "lease_token": "gone", "lease_until": clock.now() - timedelta(seconds=1)}
    with transaction() as opened:
        opened.execute(update(LowRatingAlert).values(gone))
    send_alerts()
    assert mailing.mails == []
    assert [state for state, _ in states()] == ["uncertain"]


def test_without_a_mail_server_nothing_waits_for_ever(make: Factory) -> None:
    make.user("dispatcher")
    make.rating(stars=1)
    send_alerts()
    assert states() == [("suppressed", "no_gateway")]


def test_the_alert_speaks_the_dispatchers_language(make: Factory, mailing: MailServer) -> None:
    make.user("dispatcher", language="fr")
    make.rating(make.completed("4821"), 1)
    send_alerts()
    assert mailing.mails[0]["Subject"] == "La commande 4821 a été notée 1 sur 5"
