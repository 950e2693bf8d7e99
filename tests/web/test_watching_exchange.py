"""What watches over the exchange with other systems: webhooks, imports and connectors that stand still are told of."""

from datetime import timedelta
from pathlib import Path

from flask import Flask
from sqlalchemy import update

from cxweb.actions.set_up_connector import set_up_connector
from cxweb.actions.start_upload import start_upload
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.integrations.models import Connector
from cxweb.uploads.models import Upload
from cxweb.webhooks.models import WebhookDelivery, WebhookEndpoint
from tests.factories import Factory
from tests.files import ORDERS, Folder, planned
from tests.page import Client
from tests.uploads import uploaded
from tests.web.test_watching import ready, scraped
from tests.webhook_server import WebhookServer
from tests.webhooks import endpoint

AGO = timedelta(minutes=9)


def _first_screen(client: Client) -> str:
    return " ".join(client.get("/admin/").text.split())


def _event(make: Factory, webhook_server: WebhookServer, row: dict[str, object], **delivery: object) -> None:
    """A webhook in the state given, and an event for it that has been due for nine minutes."""
    endpoint(webhook_server)
    make.completed("A-1")
    with transaction() as opened:
        opened.execute(update(WebhookEndpoint).values(row or {"failures": 0}))
        opened.execute(update(WebhookDelivery).values(next_attempt_at=clock.now() - AGO, **delivery))


def test_with_nothing_set_up_nothing_is_wrong(client: Client) -> None:
    found = ready(client)
    assert found["webhooks"] == {"oldest_due_seconds": 0, "failing": 0, "given_up": 0, "failed_last_day": 0}
    assert (found["imports"], found["connectors"]) == ({"stuck": 0}, {"heard_seconds_ago": {}})
    assert scraped(client)["cxweb_imports_stuck"] == 0


def test_events_that_do_not_leave_are_told_with_their_age(
    client: Client, make: Factory, webhook_server: WebhookServer
) -> None:
    _event(make, webhook_server, {})
    found = ready(client)
    assert (found["status"], found["reasons"]) == ("ok", [])
    assert 540 <= found["webhooks"]["oldest_due_seconds"] < 600
    assert any(told.startswith("the oldest due event of a webhook has waited 5") for told in found["warnings"])
    assert scraped(client)["cxweb_webhook_oldest_due_seconds"] >= 540


def test_a_webhook_whose_server_fails_is_on_the_first_screen_before_it_is_given_up(
    client: Client, make: Factory, webhook_server: WebhookServer
) -> None:
    client.sign_in(make.user("admin", language="en").email)
    _event(make, webhook_server, {"failures": 2})
    assert "keeps failing" not in _first_screen(client)
    _event(make, webhook_server, {"failures": 3, "last_error": "refused by erp.example.com"})
    assert "The server of the webhook ERP keeps failing." in _first_screen(client)
    found = ready(client)
    assert "webhooks whose server fails: 2" in found["warnings"]
    assert "erp.example.com" not in str(found)
    assert scraped(client)["cxweb_webhooks_failing"] == 2


def test_a_webhook_that_was_given_up_and_its_lost_events_are_counted(
    client: Client, make: Factory, webhook_server: WebhookServer
) -> None:
    _event(make, webhook_server, {"disabled_at": clock.now(), "disabled_by": "failing"}, state="failed")
    found = ready(client)
    # Nothing is posted to it any more, so what waits for it is not overdue.
    assert found["webhooks"] == {"oldest_due_seconds": 0, "failing": 0, "given_up": 1, "failed_last_day": 1}
    told = ["webhooks switched off because their server kept failing: 1", "events of webhooks given up within a day: 1"]
    assert set(told) <= set(found["warnings"])
    metrics = scraped(client)
    assert (metrics["cxweb_webhooks_given_up"], metrics["cxweb_webhook_events_failed_last_day"]) == (1, 1)


def test_an_import_that_stands_still_is_told_after_five_minutes(
    app: Flask, client: Client, make: Factory, tmp_path: Path
) -> None:
    admin = make.user("admin", language="en")
    client.sign_in(admin.email)
    folder = Folder(tmp_path)
    upload_id = uploaded(folder.orders(planned("A-1")), ORDERS, "orders", admin)
    start_upload(upload_id, admin, dry_run=False, send=False)
    assert ready(client)["imports"] == {"stuck": 0}
    with transaction() as opened:
        opened.execute(update(Upload).values(moved_at=clock.now() - AGO))
    assert "imports that have stood still for over 5 minutes: 1" in ready(client)["warnings"]
    assert scraped(client)["cxweb_imports_stuck"] == 1
    assert "has not come further for over five minutes" in _first_screen(client)


def test_when_a_connector_last_heard_of_its_system_is_a_figure(client: Client, make: Factory) -> None:
    set_up_connector("optimoroute", "a-key", "", None, True, make.user("admin"))
    assert ready(client)["connectors"] == {"heard_seconds_ago": {"optimoroute": None}}
    with transaction() as opened:
        since = clock.now() - timedelta(minutes=20)
        opened.execute(update(Connector).values(last_heard_at=since, failing_since=since))
    found = ready(client)
    assert found["connectors"]["heard_seconds_ago"]["optimoroute"] >= 1200
    assert "systems that should bring orders and do not answer: optimoroute" in found["warnings"]
    metrics = scraped(client)
    assert metrics['cxweb_connector_heard_seconds{connector="optimoroute"}'] >= 1200
    assert metrics['cxweb_connector_silent{connector="optimoroute"}'] == 1
