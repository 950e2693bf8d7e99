"""Events for other systems: written with what happened, posted until taken, signed as the standard says."""

import re
import runpy
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from cxweb import ROOT
from cxweb.accounts.rules import Operator
from cxweb.actions.add_to_opt_outs import add_to_opt_outs
from cxweb.actions.mark_spam import mark_spam
from cxweb.actions.rate_order import rate_order
from cxweb.actions.replay_webhook import replay_webhook
from cxweb.actions.rotate_webhook_secret import rotate_webhook_secret
from cxweb.actions.steps.claim_deliveries import claim_deliveries
from cxweb.actions.steps.finish_deliveries import Posted, finish_deliveries
from cxweb.actions.switch_webhook import switch_webhook
from cxweb.company.queries import settings_now
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.core.senders.protocol import RefusedForNow
from cxweb.orders.models import Order
from cxweb.ratings.rules import Answer
from cxweb.webhooks.models import WebhookDelivery
from cxweb.webhooks.rules import OVERLAP
from tests.factories import Factory
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint, log, post_at, row

DAY = timedelta(days=1)
PERSON = {"ref": "C-9", "name": "Nadia Benkirane", "email": "nadia@example.com", "phone": "+33639980001"}


def delivered(make: Factory, ref: str = "A-1", **fields: object) -> Order:
    return make.completed(ref, customer=PERSON, drivers=[{"ref": "h", "name": "Hugo Marchand"}], **fields)


def states(endpoint_id: int) -> list[tuple[str, str]]:
    return [(delivery.event, delivery.state) for delivery in log(endpoint_id)]


def test_what_happens_is_posted_once_verified_by_the_standards_library_and_names_nobody(
    make: Factory, webhook_server: WebhookServer
) -> None:
    make.setting("alerts.low_rating", "2")
    mine, secret = endpoint(webhook_server)
    order = delivered(make, depot="lyon")
    make.order("A-1", status="completed")
    rate_order(order.token, Answer(stars=2, comment="Call me: 06 39 98 00 01", nps=3, reasons=("late",)), "fr")
    rate_order(order.token, Answer(stars=1), "fr")
    for _ in range(2):
        post_at(mine)
    told = sorted((heard.verified_by(secret) for heard in webhook_server.heard), key=lambda found: found["type"])
    assert [found["type"] for found in told] == ["order.completed", "rating.created", "rating.low"]
    assert told[0]["data"]["order"] == {
        "ref": "A-1",
        "depot": "lyon",
        "channel": "delivery",
        "completed_at": order.completed_at.isoformat() if order.completed_at else "",
    }
    rating = told[1]["data"]["rating"]
    assert (rating["stars"], rating["nps"], rating["ces"], rating["version"]) == (2, 3, None, 1)
    said = b"".join(heard.body for heard in webhook_server.heard)
    assert not any(word in said for word in (b"Nadia", b"Hugo", b"nadia@", b"39980001", b"06 39", b"comment"))
    ids = [heard.headers["webhook-id"] for heard in webhook_server.heard]
    assert len(set(ids)) == 3
    assert {state for _, state in states(mine)} == {"sent"}


def test_a_comment_goes_along_only_where_it_is_asked_for_and_is_stored_in_no_event(
    make: Factory, webhook_server: WebhookServer
) -> None:
    mine, _ = endpoint(webhook_server, events=("rating.created",), with_comment=True)
    make.rating(stars=4, comment="Merci à l’équipe")
    assert "Merci" not in str(log(mine)[0].data)
    post_at(mine)
    assert webhook_server.heard[0].json["data"]["rating"]["comment"] == "Merci à l’équipe"


def test_only_the_events_of_the_perimeter_and_the_choice_are_told(make: Factory, webhook_server: WebhookServer) -> None:
    region = make.depot("region")
    make.depot("lyon", region)
    other = make.depot("other")
    whole, _ = endpoint(webhook_server, events=("order.completed",))
    below, _ = endpoint(webhook_server, make.user("admin", region))
    apart, _ = endpoint(webhook_server, make.user("admin", other))
    add_to_opt_outs("nadia@example.com", make.user())
    make.rating(delivered(make, depot="lyon"), 5)
    make.completed("A-2")
    make.completed("T-1", depot="lyon", test=True)
    assert states(whole) == [("order.completed", "pending")] * 2
    assert states(below) == [("order.completed", "pending"), ("rating.created", "pending")]
    assert states(apart) == []


def test_a_reopened_order_tells_of_each_completion(make: Factory, webhook_server: WebhookServer) -> None:
    mine, _ = endpoint(webhook_server)
    for status in ("completed", "completed", "arrived", "completed"):
        make.order("A-1", status=status)
    assert states(mine) == [("order.completed", "pending")] * 2


@pytest.mark.parametrize("answer", [500, 404, 302, WebhookServer.DROP])
def test_what_is_not_taken_is_tried_again_under_the_same_id_and_body(
    make: Factory, webhook_server: WebhookServer, answer: int
) -> None:
    webhook_server.answers, webhook_server.location = [answer], webhook_server.url("/elsewhere")
    mine, _ = endpoint(webhook_server)
    delivered(make)
    post_at(mine)
    assert states(mine) == [("order.completed", "pending")]
    post_at(mine)
    assert len(webhook_server.heard) == 1, "not before its time, and no redirect is followed"
    post_at(mine, timedelta(minutes=1))
    first, second = webhook_server.heard
    assert (first.headers["webhook-id"], first.body) == (second.headers["webhook-id"], second.body)
    assert int(second.headers["webhook-timestamp"]) - int(first.headers["webhook-timestamp"]) >= 59
    assert states(mine) == [("order.completed", "sent")]


def test_an_event_is_given_up_after_seven_attempts_and_the_endpoint_after_a_day(
    make: Factory, webhook_server: WebhookServer
) -> None:
    webhook_server.always = 503
    mine, _ = endpoint(webhook_server)
    delivered(make)
    at = clock.now()
    # Even with the longest pauses that are drawn, and a turn every ten minutes, the seventh attempt is within a day.
    for turn in range(24 * 6):
        post_at(mine, at + turn * timedelta(minutes=10))
    assert states(mine) == [("order.completed", "failed")]
    assert (log(mine)[0].attempts, log(mine)[0].reason) == (7, "503")
    assert row(mine).disabled_at is None
    delivered(make, "A-2")
    post_at(mine, at + timedelta(hours=25))
    assert row(mine).disabled_by == "failing"
    delivered(make, "A-3")
    heard = len(webhook_server.heard)
    post_at(mine, at + timedelta(hours=40))
    assert len(webhook_server.heard) == heard, "switched off, nothing is posted"
    webhook_server.always = 200
    switch_webhook(mine, True, Operator())
    post_at(mine, at + timedelta(hours=50))
    assert states(mine) == [("order.completed", "failed"), ("order.completed", "sent"), ("order.completed", "sent")]
    first = webhook_server.heard[0].headers["webhook-id"]
    assert replay_webhook(mine, Operator()) == 1
    post_at(mine, at + timedelta(hours=51))
    assert webhook_server.heard[-1].headers["webhook-id"] == first
    assert {state for _, state in states(mine)} == {"sent"}


def test_a_receiver_that_is_gone_is_called_no_more(make: Factory, webhook_server: WebhookServer) -> None:
    webhook_server.always = 410
    mine, _ = endpoint(webhook_server)
    delivered(make)
    post_at(mine)
    post_at(mine, DAY)
    assert len(webhook_server.heard) == 1
    assert row(mine).disabled_by == "failing"


def test_what_the_staff_switch_off_is_told_nothing_of_that_time(make: Factory, webhook_server: WebhookServer) -> None:
    mine, _ = endpoint(webhook_server)
    switch_webhook(mine, False, Operator())
    delivered(make)
    switch_webhook(mine, True, Operator())
    assert states(mine) == []


def test_both_secrets_sign_for_a_day_after_a_rotation(make: Factory, webhook_server: WebhookServer) -> None:
    mine, old = endpoint(webhook_server)
    new = rotate_webhook_secret(mine, Operator())
    delivered(make)
    post_at(mine)
    for secret in (old, new):
        assert webhook_server.heard[0].verified_by(secret)["type"] == "order.completed"
    delivered(make, "A-2")
    post_at(mine, OVERLAP)
    assert webhook_server.heard[1].headers["webhook-signature"].count("v1,") == 1


def test_a_dead_server_costs_one_round_and_holds_no_other(make: Factory, webhook_server: WebhookServer) -> None:
    dead, _ = endpoint(webhook_server, url="http://127.0.0.1:9/")
    mine, _ = endpoint(webhook_server)
    for number in range(9):
        delivered(make, f"A-{number}")
    post_at(dead)
    assert row(dead).failures == 8
    assert row(dead).rests_until is not None
    assert [delivery.attempts for delivery in log(dead)] == [1] * 8 + [0]
    post_at(dead, timedelta(seconds=1))
    assert sum(delivery.attempts for delivery in log(dead)) == 8, "at rest"
    post_at(mine)
    assert len(webhook_server.heard) == 9
    assert row(mine).failures == 0


def test_what_a_dead_process_held_is_posted_again_and_its_late_end_counts_no_more(
    make: Factory, webhook_server: WebhookServer
) -> None:
    mine, _ = endpoint(webhook_server)
    delivered(make)
    now = clock.now()

    def change(**values: object) -> None:
        with transaction() as opened:
            opened.execute(update(WebhookDelivery).values(values))

    change(state="sending", lease_token="gone", lease_until=now + timedelta(seconds=30), attempts=1)
    post_at(mine)
    assert webhook_server.heard == [], "somebody may still be at it"
    change(lease_until=now - timedelta(seconds=1))
    with transaction():
        frozen = claim_deliveries(row(mine), 8, settings_now(), now)
    change(lease_until=now - timedelta(seconds=1))
    post_at(mine)
    assert states(mine) == [("order.completed", "sent")]
    with transaction():
        finish_deliveries(row(mine), [Posted(frozen[0], RefusedForNow("too late"))], now)
    assert states(mine) == [("order.completed", "sent")]
    assert len(webhook_server.heard) == 1


def test_low_ratings_follow_the_alerts_threshold_and_daily_cap(make: Factory, webhook_server: WebhookServer) -> None:
    make.setting("alerts.low_rating", "2")
    make.setting("alerts.daily_cap", "2")
    mine, _ = endpoint(webhook_server, events=("rating.low",))
    for stars in (1, 2, 3, 1):
        make.rating(stars=stars)
    mark_spam(make.rating(stars=1).order_id, "x", Operator())
    better = make.rating(stars=1).order
    rate_order(better.token, Answer(stars=5), "fr")
    post_at(mine)
    assert [(delivery.state, delivery.reason) for delivery in log(mine)] == [
        ("sent", "200"),
        ("sent", "200"),
        ("suppressed", "daily_cap"),
        ("suppressed", "no_longer_low"),
        ("suppressed", "no_longer_low"),
    ]
    assert len(webhook_server.heard) == 2


def test_the_recipe_of_the_papers_checks_what_we_send(
    make: Factory, webhook_server: WebhookServer, tmp_path: Path
) -> None:
    recipes = re.findall(r"```python\n(.*?)```", (ROOT / "docs/webhooks.md").read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "recipe.py").write_text(recipes[1], encoding="utf-8")
    receive = runpy.run_path(str(tmp_path / "recipe.py"))["receive"]
    mine, secret = endpoint(webhook_server)
    delivered(make)
    post_at(mine)
    heard = webhook_server.heard[0]
    assert receive(heard.headers, heard.body, secret)["data"]["order"]["ref"] == "A-1"
    refused: list[tuple[bytes, str, float | None]] = [
        (heard.body + b" ", secret, None),
        (heard.body, endpoint(webhook_server)[1], None),
        (heard.body, secret, clock.now().timestamp() + 301),
    ]
    for body, key, now in refused:
        with pytest.raises(ValueError, match=r"not signed|too old"):
            receive(heard.headers, body, key, now)
