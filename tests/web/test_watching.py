"""What watches over the service: readiness with its warnings, metrics and who may read them, the first screen."""

import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text, update

from cxweb.core import clock
from cxweb.core.db import db, transaction
from cxweb.notifications.models import GatewayState, Notification
from tests.factories import Factory
from tests.page import Client
from tests.sending import completed, send
from tests.servers import MailServer

SECRET = "a-metrics-token"


def ready(client: Client, code: int = 200) -> dict[str, Any]:
    answer = client.get("/readyz")
    assert answer.status_code == code
    assert answer.json is not None
    return dict(answer.json)


def scraped(client: Client, **kwargs: Any) -> dict[str, float]:
    answer = client.get("/metrics", **kwargs)
    assert answer.status_code == 200
    assert answer.mimetype == "text/plain"
    return {name: float(value) for name, value in re.findall(r"^(cxweb\S+) (\S+)$", answer.text, re.MULTILINE)}


def trouble(make: Factory) -> None:
    """A failed and an uncertain message, and a gateway that is given a rest after saying an address."""
    for number, state in enumerate(("failed", "uncertain")):
        order = completed(make, customer={"ref": f"C-{number}", "email": "ann@example.com"})
        with transaction() as opened:
            opened.execute(update(Notification).where(Notification.order_id == order.id).values(state=state))
    with transaction() as opened:
        until = clock.now() + timedelta(minutes=1)
        opened.add(GatewayState(channel="email", failures=5, rests_until=until, last_error="no ann@example.com"))


def test_a_service_with_nothing_to_tell_is_ready(app: Flask, client: Client) -> None:
    found = ready(client)
    assert (found["status"], found["reasons"]) == ("ok", [])
    assert found["messages"]["unwritten"] == 0
    assert found["messages"]["oldest_pending_seconds"] == 0
    assert found["warnings"] == ["redis does not answer; the sweeper delivers by itself"]


def test_what_is_wrong_is_a_warning_and_leaks_no_contact(client: Client, make: Factory) -> None:
    trouble(make)
    found = ready(client)
    assert found["status"] == "ok"
    for warning in ("given a rest: email", "for a person to decide: 1", "given up within a day: 1"):
        assert any(warning in told for told in found["warnings"]), warning
    assert found["messages"]["resting"][0]["channel"] == "email"
    assert "ann@" not in str(found)
    assert "ann@" not in client.get("/metrics").text


def test_a_database_of_another_version_makes_it_unready(app: Flask, client: Client) -> None:
    with db.engine.begin() as connection:
        number = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    try:
        assert ready(client, 503)["reasons"] == ["the database awaits its migration"]
    finally:
        with db.engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :number"), {"number": number})


def test_the_metrics_are_the_figures_of_the_database(client: Client, make: Factory) -> None:
    trouble(make)
    completed(make, customer={"ref": "C-9", "email": "bob@example.com"})
    found = scraped(client)
    assert found['cxweb_messages{state="pending"}'] == 1
    assert found['cxweb_messages{state="uncertain"}'] == 1
    assert found['cxweb_messages_ended_last_day{state="failed"}'] == 1
    assert found['cxweb_gateway_resting{channel="email"}'] == 1
    assert found['cxweb_gateway_resting{channel="sms"}'] == 0
    assert found["cxweb_orders_without_message"] == 0
    assert found["cxweb_redis_up"] == 0
    assert "python_info" not in client.get("/metrics").text


@pytest.mark.parametrize(
    ("token", "hops", "peer", "headers", "code"),
    [
        ("", 0, "127.0.0.1", {}, 200),
        ("", 0, "::1", {}, 200),
        ("", 0, "192.0.2.7", {}, 404),
        ("", 0, "", {}, 404),
        ("", 0, "127.0.0.1", {"X-Forwarded-For": "192.0.2.7"}, 404),
        ("", 0, "127.0.0.1", {"Forwarded": "for=192.0.2.7"}, 404),
        ("", 1, "127.0.0.1", {}, 404),
        ("", 0, "127.0.0.1", {"Authorization": "Bearer "}, 404),
        ("", 0, "192.0.2.7", {"Authorization": "Bearer"}, 404),
        (SECRET, 0, "127.0.0.1", {}, 200),
        (SECRET, 0, "192.0.2.7", {}, 401),
        (SECRET, 1, "127.0.0.1", {}, 401),
        (SECRET, 0, "192.0.2.7", {"Authorization": f"Bearer {SECRET}"}, 200),
        (SECRET, 1, "192.0.2.7", {"Authorization": f"bearer {SECRET}", "X-Forwarded-For": "192.0.2.7"}, 200),
        (SECRET, 0, "127.0.0.1", {"Authorization": "Bearer wrong"}, 401),
        (SECRET, 0, "192.0.2.7", {"Authorization": f"Basic {SECRET}"}, 401),
        (SECRET, 0, "192.0.2.7", {"Authorization": "Bearer é"}, 401),
    ],
)
def test_metrics_are_for_the_token_and_for_this_machine(
    app: Flask, client: Client, token: str, hops: int, peer: str, headers: dict[str, str], code: int
) -> None:
    app.config["CXWEB"] = replace(app.config["CXWEB"], metrics_token=token, proxy_hops=hops)
    answer = client.flask.get("/metrics", headers=headers, environ_base={"REMOTE_ADDR": peer})
    assert answer.status_code == code
    assert (answer.headers.get("WWW-Authenticate") == "Bearer") == (code == 401)
    assert ("cxweb_" in answer.text) == (code == 200)


def test_a_stopped_gateway_is_told_at_the_first_refusal(
    app: Flask, client: Client, make: Factory, mailing: MailServer
) -> None:
    client.sign_in(make.user("admin", language="en").email)
    assert "Nothing waits for anybody." in client.get("/admin/").text
    mailing.stop()
    order = completed(make)
    assert send(order).state == "pending"
    assert "1 message was refused for now and is tried again." in client.get("/admin/").text
    assert "messages refused for now, to be tried again: 1" in ready(client)["warnings"]


def test_the_first_screen_says_each_trouble_in_a_sentence_with_the_way_to_mend_it(
    client: Client, make: Factory
) -> None:
    trouble(make)
    late = completed(make, customer={"ref": "C-9", "email": "bob@example.com"})
    with transaction() as opened:
        values = {"next_attempt_at": clock.now() - timedelta(minutes=7)}
        opened.execute(update(Notification).where(Notification.order_id == late.id).values(values))
    client.sign_in(make.user("admin", language="en").email)
    page = " ".join(client.get("/admin/").text.split())
    for sentence in (
        "The gateway for E-mail keeps failing.",
        "Messages are held up: the oldest has been due for 7 minutes.",
        "1 message could not be sent since yesterday.",
        "1 message has perhaps been sent",
    ):
        assert sentence in page, sentence
    panel = " ".join(client.get("/admin/messages").text.split())
    assert '<details class="card reconciliation" id="reconciliation" open>' in panel
    for figure in ("for 7 minutes", "E-mail rests until", "no ann@example.com"):
        assert figure in panel, figure


def test_a_quiet_outbox_keeps_its_panel_folded(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="en").email)
    page = client.get("/admin/messages").text
    assert "Every message is accounted for" in page
    assert re.search(r'id="reconciliation"\s*>', page)


def test_who_sees_a_part_of_the_company_hears_of_gateways_and_of_no_others_figures(
    client: Client, make: Factory
) -> None:
    trouble(make)
    client.sign_in(make.user("dispatcher", make.depot("N"), language="en").email)
    page = client.get("/admin/").text
    assert "keeps failing" in page
    assert "could not be sent" not in page
    assert "perhaps been sent" not in page
    assert 'id="reconciliation"' not in client.get("/admin/messages").text
