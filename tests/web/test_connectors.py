"""The connectors' page keeps its keys to itself, and Onfleet's events come in only with its signature."""

import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from cxweb.actions.set_up_connector import set_up_connector
from cxweb.core import clock
from cxweb.core.db import session, transaction
from cxweb.core.sealed import seal, unseal
from cxweb.integrations.models import Connector
from cxweb.integrations.queries import connector
from cxweb.integrations.rules import ONFLEET, OPTIMOROUTE
from cxweb.notifications.queries import for_order
from cxweb.orders.models import Order
from cxweb.orders.queries import by_ref
from tests.factories import WHOLE, Factory
from tests.page import Client

HERE = "/admin/settings/connectors"
SECRET = bytes(range(32)).hex()
KEY = "0123456789abcdefK3y"
NOW = datetime(2026, 11, 17, 11, 0, tzinfo=UTC)


def event(trigger: int, minutes: int = 0, **task: Any) -> dict[str, Any]:
    """A task's event in the shape that the documentation shows."""
    at = int((NOW + timedelta(minutes=minutes)).timestamp() * 1000)
    details = {"success": trigger == 3, "time": at, "failureReason": "NONE", "failureNotes": "", "notes": ""}
    return {
        "taskId": "11z1BFspwhBYDvIH_FrJfWMm",
        "workerId": "COwfwH~Zogm1LXIZYbPlLAyw",
        "actionContext": {"id": "vjw*RDMKDljKVDve1Vtcplgu", "type": "ADMIN"},
        "triggerId": trigger,
        "time": at,
        "data": {
            "task": {
                "id": "11z1BFspwhBYDvIH_FrJfWMm",
                "shortId": "8f983639",
                "state": 3 if trigger in {3, 4} else 2,
                "worker": "COwfwH~Zogm1LXIZYbPlLAyw",
                "pickupTask": False,
                "completeAfter": int(NOW.timestamp() * 1000),
                "completeBefore": int((NOW + timedelta(hours=2)).timestamp() * 1000),
                "recipients": [{"id": "r", "name": "Nadia Benkirane", "phone": "+33639980001"}],
                "destination": {
                    "address": {"number": "12", "street": "rue des Lilas", "city": "Lyon", "postalCode": "69003"}
                },
                "metadata": [{"name": "orderRef", "type": "string", "value": "A-17"}],
                "completionDetails": details if trigger in {3, 4} else {"time": None},
                **task,
            },
            "worker": {"id": "COwfwH~Zogm1LXIZYbPlLAyw", "name": "Karim Benali"},
        },
    }


def post(client: Client, body: Any, minutes: int = 0, signature: str | None = None) -> TestResponse:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    right = hmac.new(bytes.fromhex(SECRET), raw, hashlib.sha512).hexdigest()
    headers = {"X-Onfleet-Signature": right if signature is None else signature}
    with clock.showing(NOW + timedelta(minutes=minutes)):
        return client.post("/hooks/onfleet", raw, headers=headers, content_type="application/json")


def set_up(make: Factory, ref_field: str = "") -> None:
    with clock.showing(NOW):
        set_up_connector(ONFLEET, SECRET, ref_field, None, True, make.user("admin"))


def test_onfleets_tasks_become_orders_and_go_on_with_them(client: Client, make: Factory) -> None:
    make.setting("notifications.completed", "sms")
    set_up(make, "orderRef")
    for minutes, trigger in ((0, 6), (1, 0), (2, 2), (3, 3), (4, 3), (5, 0), (6, 7)):
        answer = post(client, event(trigger, minutes), minutes)
        assert (answer.status_code, answer.get_json()) == (200, {"status": "recorded"})
    order = by_ref("A-17", WHOLE)
    assert [step.status for step in order.history] == ["planned", "on_the_way", "arrived", "completed"]
    assert order.completed_at == NOW + timedelta(minutes=3)
    assert (order.address_line, order.postcode, order.city) == ("12 rue des Lilas", "69003", "Lyon")
    assert order.customer is not None
    assert order.customer.phone == "+33639980001"
    assert [(each.driver.ref, each.driver_name) for each in order.crew] == [
        ("COwfwH:7EZogm1LXIZYbPlLAyw", "Karim Benali")
    ]
    assert len(for_order(order.id)) == 1


def test_what_is_not_signed_or_not_understood_changes_nothing(client: Client, make: Factory) -> None:
    assert post(client, event(3)).status_code == 404, "not set up"
    set_up(make, "orderRef")
    for signature in ("", "0" * 128, "é"):
        assert post(client, event(3), signature=signature).status_code == 403
    for body in (b"", b"nonsense", b"[" * 60_000, event(3, metadata=[])):
        assert post(client, body).status_code == 400
    for body in (b"[]", {"data": {"worker": {}}}, event(3, pickupTask=True)):
        assert post(client, body).status_code == 200
    ahead, unusable = event(3, 60), event(3, metadata=[{"name": "orderRef", "value": "no such ref"}])
    for body in (ahead, unusable):
        assert post(client, body).get_json() == {"status": "refused"}
    assert session().scalars(select(Order)).all() == []


def test_an_address_proves_itself_by_repeating_a_word(client: Client, make: Factory) -> None:
    assert client.get("/hooks/onfleet?check=w0rd").status_code == 404
    set_up(make)
    answer = client.get("/hooks/onfleet?check=w0rd-~.x")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "w0rd-~.x", "text/plain")
    for word in ("", "<script>", "a" * 200, "a b"):
        assert client.get("/hooks/onfleet", query_string={"check": word}).status_code == 404
    assert client.get("/hooks/sms?check=w0rd").status_code == 405


def test_keys_are_kept_and_never_shown(client: Client, make: Factory) -> None:
    make.depot("lyon")
    client.sign_in(make.user("admin", language="en").email)
    for name, key in ((OPTIMOROUTE, KEY), (ONFLEET, SECRET)):
        saved = client.submit(HERE, {"credential": key, "depot": "lyon", "on": "on"}, action=f"{HERE}/{name}")
        assert saved.status_code == 303
        assert client.submit(HERE, {"credential": "", "on": "on"}, action=f"{HERE}/{name}").status_code == 303
        stored = connector(name)
        assert stored is not None
        assert (unseal(stored.credential), stored.depot_id) == (key, None)
        assert key not in client.get(HERE).text
        assert key not in repr(stored)
    client.submit(HERE, {}, action=f"{HERE}/{ONFLEET}")
    assert post(client, event(3)).status_code == 404, "switched off"


@pytest.mark.parametrize(
    ("name", "form", "said"),
    [
        (OPTIMOROUTE, {"on": "on"}, "no key of OptimoRoute"),
        (OPTIMOROUTE, {"credential": "a b", "on": "on"}, "no key of OptimoRoute"),
        (OPTIMOROUTE, {"credential": "a&b=", "on": "on"}, "no key of OptimoRoute"),
        (ONFLEET, {"credential": "not hexadecimal", "on": "on"}, "no webhook secret of Onfleet"),
        (ONFLEET, {"credential": "abcd", "on": "on"}, "no webhook secret of Onfleet"),
        (ONFLEET, {"credential": SECRET, "ref_field": "x" * 90}, "at most 80 characters"),
    ],
)
def test_what_cannot_be_used_is_said(client: Client, make: Factory, name: str, form: dict[str, str], said: str) -> None:
    client.sign_in(make.user("admin", language="en").email)
    refused = client.submit(HERE, form, action=f"{HERE}/{name}")
    assert refused.status_code == 422
    assert said in refused.text
    assert connector(name) is None
    assert client.submit(HERE, form, action=f"{HERE}/other").status_code == 404


def test_who_sees_a_part_of_the_company_sets_up_no_connector(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", make.depot("lyon")).email)
    assert client.get(HERE).status_code == 403
    form = {"credential": KEY, "on": "on"}
    assert client.submit("/admin/components", form, action=f"{HERE}/{OPTIMOROUTE}").status_code == 403
    assert connector(OPTIMOROUTE) is None


def test_a_system_that_does_not_answer_is_on_the_first_screen(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", language="en").email)
    long_ago = clock.now() - timedelta(hours=1)
    silent = {"enabled_at": long_ago, "failing_since": long_ago, "last_error": "TimeoutError: timed out"}
    with transaction() as opened:
        opened.add(Connector(name=OPTIMOROUTE, credential=seal(KEY), **silent))
    assert "OptimoRoute does not answer" in client.get("/admin/").text
    assert "TimeoutError: timed out" in client.get(HERE).text
