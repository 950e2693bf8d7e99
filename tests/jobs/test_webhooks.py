"""Events leave whether Redis is there or not, by the worker or the sweeper, and administrators hear of a dead end."""

from datetime import timedelta

from flask import Flask

from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.jobs import webhooks
from cxweb.webhooks.models import WebhookEndpoint
from cxweb.webhooks.rules import KEPT
from tests.factories import Factory
from tests.servers import MailServer, Processes, Valkey, wait_for
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint, log, post_at, row


def test_events_leave_by_the_worker_and_with_redis_gone_by_the_sweeper(
    app: Flask, make: Factory, webhook_server: WebhookServer, processes: Processes, valkey: Valkey
) -> None:
    processes.environment["CXWEB_LOOPBACK_WEBHOOKS"] = "1"
    mine, secret = endpoint(webhook_server)
    dead, _ = endpoint(webhook_server, url="http://127.0.0.1:9/")
    worker = processes.start("work")
    processes.start("sweep")
    make.completed("A-1")
    wait_for(lambda: [each.state for each in log(mine)] == ["sent"] and row(dead).failures)
    valkey.kill()
    worker.kill()
    make.completed("A-2")
    assert wait_for(lambda: [each.state for each in log(mine)] == ["sent"] * 2) < 10
    refs = [heard.verified_by(secret)["data"]["order"]["ref"] for heard in webhook_server.heard]
    assert refs == ["A-1", "A-2"]


def test_administrators_are_told_once_of_an_endpoint_that_was_given_up(
    app: Flask, make: Factory, webhook_server: WebhookServer, mailing: MailServer
) -> None:
    region = make.depot("region")
    make.user("admin", language="fr", email="whole@example.com")
    make.user("admin", region, email="region@example.com")
    make.user("admin", make.depot("other"), email="other@example.com")
    make.user("dispatcher", email="dispatcher@example.com")
    boss = make.user("admin", region, email="gone@example.com", disabled_at=clock.now())
    mine, secret = endpoint(webhook_server, boss, name="ERP Lyon")
    webhook_server.always = 410
    make.completed("A-1", depot="region")
    post_at(mine)
    for _ in range(2):
        webhooks.tell()
    assert sorted(mailing.recipients) == [["region@example.com"], ["whole@example.com"]]
    for mail in mailing.mails:
        assert "ERP Lyon" in mail["Subject"]
        text = mail.get_content()
        assert f"/admin/webhooks/{mine}" in text
        assert webhook_server.url() not in text
        assert secret not in text


def test_the_log_is_kept_for_thirty_days(make: Factory, webhook_server: WebhookServer) -> None:
    mine, _ = endpoint(webhook_server)
    make.completed()
    with clock.showing(clock.now() + KEPT - timedelta(minutes=1)):
        webhooks.prune()
    assert len(log(mine)) == 1
    with clock.showing(clock.now() + KEPT + timedelta(minutes=1)):
        webhooks.prune()
    assert log(mine) == []


def test_the_sweeper_leaves_an_endpoint_to_whoever_is_at_it(
    app: Flask, make: Factory, webhook_server: WebhookServer
) -> None:
    mine, _ = endpoint(webhook_server)
    make.completed()
    with transaction() as opened:
        opened.get_one(WebhookEndpoint, mine).asked_at = clock.now()
    webhooks.sweep()
    assert webhook_server.heard == []
    with clock.showing(clock.now() + timedelta(seconds=20)):
        webhooks.sweep()
    assert len(webhook_server.heard) == 1
