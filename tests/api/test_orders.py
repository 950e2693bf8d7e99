"""Orders over the API: upsert, status, what is refused, and who sees what."""

import pytest
from flask import Flask

from tests.api.calling import JSON, Api
from tests.factories import Factory


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


FULL: JSON = {
    "customer": {"ref": "C-1", "name": "Zoé", "email": "zoe@example.com", "phone": "+33639980001", "language": "fr"},
    "depot": "LYON",
    "drivers": [{"ref": "D-1", "name": "Hugo Marchand"}],
    "channel": "delivery",
    "tags": ["fragile", "b2b"],
    "route": "V1",
    "promised_from": "2026-11-17T14:00:00+01:00",
    "promised_to": "2026-11-17T16:00:00+01:00",
    "address": {"line": "12 rue des Lilas", "postcode": "69003", "city": "Lyon"},
    "notify": "email",
}


def test_an_order_needs_nothing_but_its_ref(api: Api) -> None:
    code, order = api.call("PUT", "/orders/A-1", {})
    assert (code, order["ref"], order["status"]) == (201, "A-1", "planned")
    assert order["tracking_url"].startswith("http://localhost/t/")
    assert len(order["tracking_url"].rsplit("/", 1)[1]) == 22


def test_the_same_order_again_is_the_same_order(api: Api) -> None:
    code, first = api.call("PUT", "/orders/A-1", FULL)
    again, second = api.call("PUT", "/orders/A-1", FULL)
    assert (code, again) == (201, 200)
    assert first == second
    assert second["customer"] == FULL["customer"]
    assert second["promised_from"] == "2026-11-17T13:00:00+00:00"
    assert second["tags"] == ["b2b", "fragile"]


def test_an_absent_field_is_kept_and_a_null_one_is_cleared(api: Api) -> None:
    api.call("PUT", "/orders/A-1", FULL)
    _, kept = api.call("PUT", "/orders/A-1", {"route": "V2"})
    assert (kept["route"], kept["depot"], kept["address"]["city"]) == ("V2", "LYON", "Lyon")
    _, cleared = api.call("PUT", "/orders/A-1", {"route": None, "customer": {"phone": None}, "address": {"line": None}})
    assert (cleared["route"], cleared["customer"]["phone"], cleared["customer"]["name"]) == (None, None, "Zoé")
    assert cleared["address"] == {"line": None, "postcode": "69003", "city": "Lyon"}
    _, without = api.call("PUT", "/orders/A-1", {"customer": None, "address": None, "drivers": None, "depot": None})
    assert (without["customer"], without["drivers"], without["depot"]) == (None, [], None)


def test_completing_is_idempotent_and_fixes_crew_depot_channel_and_tags(api: Api) -> None:
    api.call("PUT", "/orders/A-1", FULL)
    code, order = api.call("POST", "/orders/A-1/status", {"status": "completed"})
    assert (code, order["status"], order["eligible"]) == (200, "completed", True)
    again, same = api.call("POST", "/orders/A-1/status", {"status": "completed"})
    assert (again, same["completed_at"]) == (200, order["completed_at"])
    changes: list[JSON] = [{"depot": "PARIS"}, {"drivers": []}, {"channel": "pickup"}, {"tags": []}]
    for change in changes:
        code, refused = api.call("PUT", "/orders/A-1", change)
        assert code == 409, change
        assert refused["errors"][0]["pointer"] == f"/{next(iter(change))}"
    assert api.call("PUT", "/orders/A-1", FULL)[0] == 200


def test_reopening_needs_a_reason_and_closes_eligibility_until_completed_again(api: Api) -> None:
    api.call("PUT", "/orders/A-1", FULL)
    api.call("POST", "/orders/A-1/status", {"status": "completed"})
    code, refused = api.call("POST", "/orders/A-1/status", {"status": "arrived"})
    assert (code, refused["errors"][0]["pointer"]) == (422, "/reason")
    code, order = api.call("POST", "/orders/A-1/status", {"status": "arrived", "reason": "wrong door"})
    assert (code, order["status"], order["completed_at"], order["eligible"]) == (200, "arrived", None, False)
    assert api.call("POST", "/orders/A-1/status", {"status": "completed"})[1]["eligible"]


def test_forbidden_moves_are_refused_with_both_states(api: Api) -> None:
    api.call("PUT", "/orders/A-1", {})
    api.call("POST", "/orders/A-1/status", {"status": "cancelled", "reason": "changed their mind"})
    code, refused = api.call("POST", "/orders/A-1/status", {"status": "completed"})
    assert code == 409
    assert "cancelled" in refused["detail"]
    assert "completed" in refused["detail"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"notify": "pigeon"}, "/notify"),
        ({"customer": {"language": "de"}}, "/customer/language"),
        ({"promised_to": "2026-11-17T14:00:00"}, "/promised_to"),
        ({"promised_to": "yesterday"}, "/promised_to"),
        ({"eta": "2026-13-45T14:00:00Z"}, "/eta"),
        ({"eta": "0001-01-01T00:00:00+14:00"}, "/eta"),
        ({"drivers": [{"name": "no ref"}]}, "/drivers/0/ref"),
        ({"depot": "with space"}, "/depot"),
        ({"unknown": 1}, "/unknown"),
        ({"test": "yes"}, "/test"),
        ({"route": "a" * 201}, "/route"),
        ({"route": 5}, "/route"),
        ({"depot": "newline\n"}, "/depot"),
        ({"drivers": [{"ref": "x\n"}]}, "/drivers/0/ref"),
        ({"promised_to": "9999-12-31T23:59:59Z"}, "/promised_to"),
        ({"created_at": "1969-01-01T00:00:00Z"}, "/created_at"),
    ],
)
def test_bad_values_are_told_with_a_pointer_and_nothing_is_stored(api: Api, body: JSON, pointer: str) -> None:
    code, refused = api.call("PUT", "/orders/A-1", body)
    assert code == 422
    assert [error["pointer"] for error in refused["errors"]] == [pointer]
    assert api.call("GET", "/orders/A-1")[0] == 404


@pytest.mark.parametrize("ref", ["bulk", "a b", "a" * 65, "é", "a%00"])
def test_refs_that_cannot_stand_in_an_address_are_refused(api: Api, ref: str) -> None:
    assert api.call("PUT", f"/orders/{ref}", {})[0] == 422


def test_bodies_that_are_no_json_object_are_refused(api: Api) -> None:
    assert api.call("PUT", "/orders/A-1", [1])[0] == 422
    bad = api.client.put("/api/v1/orders/A-1", data=b"\xff{", headers=api.headers, content_type="application/json")
    assert bad.status_code == 422


def test_an_instant_over_five_minutes_ahead_is_refused(api: Api) -> None:
    api.call("PUT", "/orders/A-1", {})
    code, refused = api.call("POST", "/orders/A-1/status", {"status": "completed", "at": "2099-01-01T00:00:00Z"})
    assert (code, refused["errors"][0]["pointer"]) == (422, "/at")


def test_without_a_key_nothing_is_told(app: Flask, api: Api) -> None:
    api.call("PUT", "/orders/A-1", {})
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": "Basic eDp5"}):
        answer = app.test_client().get("/api/v1/orders/A-1", headers=headers)
        assert answer.status_code == 401
        assert answer.mimetype == "application/problem+json"


def test_a_key_without_the_scope_is_refused(app: Flask) -> None:
    reader = Api(app, scopes=("read",))
    assert reader.call("PUT", "/orders/A-1", {})[0] == 403
    assert reader.call("GET", "/metrics/feedback")[0] == 403


def test_a_key_of_one_depot_neither_sees_nor_changes_another(app: Flask, api: Api, make: Factory) -> None:
    region = make.depot("REGION")
    lyon = make.depot("LYON", parent=region)
    make.depot("PARIS")
    api.call("PUT", "/orders/P-1", {"depot": "PARIS"})
    api.call("PUT", "/orders/N-1", {})
    key = Api(app, depot=region)
    assert lyon.parent_id == region.id
    assert key.call("PUT", "/orders/L-1", {"depot": "LYON"})[0] == 201
    assert key.call("GET", "/orders/L-1")[0] == 200
    for ref in ("P-1", "N-1"):
        assert key.call("GET", f"/orders/{ref}")[0] == 404
        assert key.call("PUT", f"/orders/{ref}", {"route": "X"})[0] == 404
        assert key.call("POST", f"/orders/{ref}/status", {"status": "completed"})[0] == 404
    assert key.call("PUT", "/orders/L-1", {"depot": "PARIS"})[0] == 404
    assert key.call("PUT", "/orders/L-2", {"depot": None})[0] == 404
    assert key.call("PUT", "/orders/L-3", {})[1]["depot"] == "REGION"


def test_a_rating_stands_in_its_order(api: Api, make: Factory) -> None:
    order = make.completed("A-1")
    make.rating(order, 4, "À l'heure")
    _, shown = api.call("GET", "/orders/A-1")
    assert (shown["rating"]["stars"], shown["rating"]["comment"], shown["rating"]["version"]) == (4, "À l'heure", 1)


def test_a_completed_order_shows_its_messages_each_once(api: Api) -> None:
    api.call("PUT", "/orders/A-1", {"notify": "both", "customer": {"email": "a@example.com"}})
    api.call("POST", "/orders/A-1/status", {"status": "completed"})
    api.call("POST", "/orders/A-1/status", {"status": "arrived", "reason": "again"})
    _, shown = api.call("POST", "/orders/A-1/status", {"status": "completed"})
    states = {message["ref"].split(":")[2]: (message["state"], message["reason"]) for message in shown["messages"]}
    assert states == {"email": ("pending", None), "sms": ("suppressed", "no_recipient")}


@pytest.mark.parametrize(
    "body",
    [
        {"customer": {"name": "", "email": "  "}},
        {"route": "", "channel": "", "address": {"line": ""}},
        {"drivers": [{"ref": "D", "name": ""}]},
        {"tags": ["", "a\u0000b", "\ud800", "x\ny"]},
        {"customer": {"name": "\ud800Zoé\u0000"}},
    ],
)
def test_empty_and_odd_texts_are_taken_cleaned(api: Api, body: JSON) -> None:
    code, order = api.call("PUT", "/orders/A-1", body)
    assert code == 201
    assert "\u0000" not in str(order)
    assert api.call("POST", "/orders/A-1/status", {"status": "completed", "reason": ""})[0] == 200


def test_a_body_nested_beyond_reason_is_refused(api: Api) -> None:
    body = '{"x":' + "[" * 20_000 + "]" * 20_000 + "}"
    answer = api.client.put("/api/v1/orders/A-1", data=body, headers=api.headers, content_type="application/json")
    assert answer.status_code == 422


def test_a_key_of_one_depot_never_reads_or_changes_another_depots_customers_and_drivers(
    app: Flask, api: Api, make: Factory
) -> None:
    customer = {"ref": "C-1", "name": "Zoé", "email": "zoe@example.com"}
    driver = {"ref": "D-1", "name": "Hugo Marchand"}
    api.call("PUT", "/orders/P-1", {"depot": "PARIS", "customer": customer, "drivers": [driver]})
    key = Api(app, depot=make.depot("LYON"))
    other = {"customer": {"ref": "C-1", "email": "evil@example.com"}, "drivers": [{"ref": "D-1", "name": "Evil"}]}
    for _ in range(2):
        _, order = key.call("PUT", "/orders/L-1", other)
        assert (order["customer"]["name"], order["customer"]["email"]) == (None, "evil@example.com")
    _, kept = api.call("GET", "/orders/P-1")
    assert (kept["customer"]["email"], kept["drivers"][0]["name"]) == ("zoe@example.com", "Hugo Marchand")
    own = {"customer": {"ref": "C-2", "name": "Ana"}}
    key.call("PUT", "/orders/L-2", own)
    assert key.call("PUT", "/orders/L-3", {"customer": {"ref": "C-2"}})[1]["customer"]["name"] == "Ana"


def test_a_corrected_driver_name_shows_on_an_open_order(api: Api) -> None:
    api.call("PUT", "/orders/A-1", {"drivers": [{"ref": "D-1", "name": "Old Name"}]})
    _, order = api.call("PUT", "/orders/A-1", {"drivers": [{"ref": "D-1", "name": "New Name"}]})
    assert order["drivers"][0]["name"] == "New Name"
