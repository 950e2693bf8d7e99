"""Many orders in one request: each as it would be alone, the good ones kept, and another depot's untouched."""

import random
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from cxweb.core.db import session
from cxweb.orders.models import Customer, Order, StatusChange
from tests.api.calling import JSON, Api
from tests.factories import Factory


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def bulk(api: Api, *orders: JSON) -> list[JSON]:
    code, answer = api.call("POST", "/orders/bulk", {"orders": list(orders)})
    assert code == 200
    return list(answer["items"])


def test_each_order_gets_its_own_answer_and_the_good_ones_are_kept(api: Api, make: Factory) -> None:
    make.completed("DONE", depot="LYON")
    items = bulk(
        api,
        {
            "ref": "A-1",
            "depot": "LYON",
            "tags": ["  ", "\x16", "late"],
            "customer": {"ref": "C-1", "name": "Zoé"},
            "drivers": [{"ref": "D-1"}],
        },
        {"ref": "A-2", "eta": "tomorrow", "drivers": [{"name": "?"}]},
        {"ref": "DONE", "route": "V9", "depot": "PARIS"},
        {"ref": "bulk"},
        {"route": "without a ref"},
        {"ref": "A-1", "route": "V2"},
        {"ref": "DONE", "route": "V3"},
    )
    assert [item["status"] for item in items] == [201, 422, 409, 422, 422, 200, 200]
    assert [item["ref"] for item in items] == ["A-1", "A-2", "DONE", "bulk", None, "A-1", "DONE"]
    pointers = {error["pointer"] for error in items[1]["problem"]["errors"]}
    assert pointers == {"/orders/1/eta", "/orders/1/drivers/0/ref"}
    assert items[2]["problem"]["errors"] == [{"pointer": "/orders/2/depot", "detail": "is fixed"}]
    assert items[0]["order"]["tracking_url"] == items[5]["order"]["tracking_url"]
    assert items[0]["order"]["tags"] == ["late"]
    # The answer shows each order as it stands in the end, as a GET does.
    assert items[5]["order"] == api.call("GET", "/orders/A-1")[1]
    assert api.call("GET", "/orders/DONE")[1]["route"] == "V3"
    assert api.call("GET", "/orders/A-2")[0] == 404
    assert not session().scalar(select(func.count()).where(StatusChange.status == "failed"))


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"orders": []},
        {"orders": {}},
        {"orders": [1]},
        {"orders": [{"ref": "A"}] * 1001},
        {"orders": None},
        {"x": 1},
    ],
    ids=["nothing", "none", "no list", "no object", "too many", "null", "unknown"],
)
def test_what_is_no_list_of_orders_is_refused_as_a_whole(api: Api, body: JSON) -> None:
    code, refused = api.call("POST", "/orders/bulk", body)
    assert code == 422
    assert refused["errors"][0]["pointer"].startswith(("/orders", "/x"))


def test_a_thousand_orders_that_say_everything_are_taken_at_once(api: Api) -> None:
    full = {
        "customer": {"name": "Zoé", "email": "zoe@example.com", "phone": "+33639980001", "language": "fr"},
        "depot": "LYON",
        "tags": ["fragile", "b2b"],
        "address": {"line": "12 rue des Lilas", "postcode": "69003", "city": "Lyon"},
        "promised_to": "2026-11-17T16:00:00+01:00",
    }
    orders = [{"ref": f"A-{n}", "drivers": [{"ref": f"D-{n % 9}", "name": "Hugo"}], **full} for n in range(1000)]
    assert {item["status"] for item in bulk(api, *orders)} == {201}
    assert {item["status"] for item in bulk(api, *orders)} == {200}
    assert session().scalar(select(func.count(Order.id))) == 1000
    assert session().scalar(select(func.count(StatusChange.id))) == 1000
    assert session().scalar(select(func.count(Customer.id))) == 1000


def random_order(chance: random.Random) -> JSON:
    """What an order may say, with a part missing, null or filled."""
    given: dict[str, Any] = {
        "customer": [
            None,
            {"ref": f"C-{chance.randrange(4)}"},
            {"ref": "C-1", "name": "Ann"},
            {"email": "a@b.example"},
        ],
        "depot": ["LYON", "PARIS", f"NEW-{chance.randrange(3)}", None],
        "drivers": [None, [], [{"ref": "D-1", "name": "Hugo"}], [{"ref": "D-2"}, {"ref": "D-1", "name": "Zoé"}]],
        "channel": [None, "pickup"],
        "tags": [None, ["b", "a", "b"], ["c"]],
        "route": [None, "V1"],
        "notify": [None, "email"],
        "test": [True, False],
        "address": [None, {"city": "Lyon"}],
        "created_at": [None, "2026-11-01T10:00:00Z"],
    }
    return {name: chance.choice(values) for name, values in given.items() if chance.random() < 0.5}


def test_orders_in_bulk_come_to_what_they_would_come_to_one_by_one(app: Flask, make: Factory) -> None:
    lyon = make.depot("LYON")
    chance = random.Random(7)
    whole, narrow = Api(app), Api(app, depot=lyon)
    for key, prefix in ((whole, "W"), (narrow, "N")):
        refs = [f"{prefix}-{n}" for n in range(8)]
        for place in ("one", "many"):
            for ref in refs[:3]:
                make.completed(f"{ref}-{place}", depot="LYON", tags=["a"], drivers=[{"ref": "D-1"}])
        orders = [(chance.choice(refs), random_order(chance)) for _ in range(40)]
        alone = [key.call("PUT", f"/orders/{ref}-one", body) for ref, body in orders]
        many = bulk(key, *({"ref": f"{ref}-many", **body} for ref, body in orders))
        assert [item["status"] for item in many] == [code for code, _ in alone]
        for ref in refs:
            code, one = key.call("GET", f"/orders/{ref}-one")
            assert key.call("GET", f"/orders/{ref}-many")[0] == code
            if code == 200:
                two = key.call("GET", f"/orders/{ref}-many")[1]
                different = {name for name in one if one[name] != two[name]}
                assert different <= {"ref", "tracking_url", "created_at", "completed_at", "messages"}, (ref, different)


def test_a_key_of_one_depot_reaches_no_other_depots_orders_in_bulk(app: Flask, api: Api, make: Factory) -> None:
    customer = {"ref": "C-1", "name": "Zoé", "email": "zoe@example.com"}
    api.call(
        "PUT", "/orders/P-1", {"depot": "PARIS", "customer": customer, "drivers": [{"ref": "D-1", "name": "Hugo"}]}
    )
    key = Api(app, depot=make.depot("LYON"))
    items = bulk(
        key,
        {"ref": "P-1", "route": "stolen"},
        {"ref": "L-1", "depot": "PARIS"},
        {"ref": "L-2", "depot": None},
        {"ref": "L-3", "customer": {"ref": "C-1"}, "drivers": [{"ref": "D-1", "name": "Evil"}]},
    )
    assert [item["status"] for item in items] == [404, 404, 404, 201]
    assert items[3]["order"]["depot"] == "LYON"
    assert items[3]["order"]["customer"]["name"] is None
    kept = api.call("GET", "/orders/P-1")[1]
    assert (kept["route"], kept["drivers"][0]["name"], kept["customer"]["email"]) == (None, "Hugo", "zoe@example.com")
    assert api.call("GET", "/orders/L-1")[0] == 404
