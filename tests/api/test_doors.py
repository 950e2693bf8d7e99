"""Every address of the API: its refusals are problems, its key decides, and no other depot is reached through it."""

import re

import pytest
from flask import Flask

from cxweb.web.api import OPERATIONS
from tests.api.calling import JSON, Api
from tests.factories import Factory
from tests.page import Client

BODIES: dict[str, JSON] = {
    "save_order": {"route": "stolen"},
    "save_bulk": {"orders": [{"ref": "P-1", "route": "stolen"}]},
    "import_file": {"mapping": "stolen", "content": ""},
    "change_status": {"status": "on_the_way"},
    "save_proof": {"note": "stolen"},
}


def test_a_key_of_one_depot_gets_nothing_of_another_at_any_address(app: Flask, make: Factory) -> None:
    customer = {"name": "Nadia Secrète", "email": "nadia@example.com"}
    order = make.order("P-1", depot="PARIS", customer=customer, drivers=[{"ref": "D-1", "name": "Hugo Secret"}])
    make.rating(make.completed("P-2", depot="PARIS", customer=customer), 2, "Commentaire secret")
    whole, lyon = Api(app), Api(app, depot=make.depot("LYON"))
    before = whole.call("GET", "/orders/P-1")
    for operation in OPERATIONS:
        body = BODIES.get(operation.view.__name__)
        for ref in ("P-1", "P-2"):
            path = operation.path.replace("<ref>", ref)
            code, answer = lyon.call(operation.method, path, body)
            assert code in {404, 200}, path
            assert "ecr" not in str(answer).replace("'secret': None", ""), path
            assert order.token not in str(answer), path
            if code == 200 and "items" in answer:
                assert [one["status"] for one in answer["items"]] == ([404] if body else []), path
    assert lyon.call("GET", "/metrics/feedback")[1]["total"]["rated"] == 0
    assert whole.call("GET", "/orders/P-1") == before
    assert whole.call("GET", "/orders/P-2")[1]["rating"]["comment"] == "Commentaire secret"


def test_every_address_asks_for_a_key_and_for_its_scope(app: Flask) -> None:
    none = app.test_client()
    for operation in OPERATIONS:
        path = "/api/v1" + operation.path.replace("<ref>", "A-1")
        answer = none.open(path, method=operation.method, json=BODIES.get(operation.view.__name__, {}))
        assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer"), path
        others = Api(app, scopes=tuple({"orders", "read", "metrics"} - {operation.scope}))
        assert others.call(operation.method, path.removeprefix("/api/v1"), {})[0] == 403, path


@pytest.mark.parametrize(
    ("method", "path", "sent", "code"),
    [
        ("GET", "/nothing", {}, 404),
        ("DELETE", "/orders/A-1", {}, 405),
        ("GET", "/orders/bulk/status", {}, 405),
        ("PUT", "/orders/A-1", {"data": "x=1", "content_type": "application/x-www-form-urlencoded"}, 415),
        ("PUT", "/orders/A-1", {"data": "{", "content_type": "application/json"}, 422),
        ("PUT", "/orders/A-1", {}, 422),
        ("PUT", "/orders/A-1", {"data": b"[" * 1_100_000, "content_type": "application/json"}, 413),
        ("POST", "/orders/bulk", {"data": b"[" * 4_300_000, "content_type": "application/json"}, 413),
        ("POST", "/orders/A-1/status", {"data": "<a/>", "content_type": "text/xml"}, 415),
    ],
)
def test_what_fits_no_address_is_a_problem_too(app: Flask, method: str, path: str, sent: JSON, code: int) -> None:
    api = Api(app)
    answer = api.client.open(f"/api/v1{path}", method=method, headers=api.headers, **sent)
    assert (answer.status_code, answer.mimetype) == (code, "application/problem+json")
    problem = answer.get_json()
    assert (problem["status"], bool(problem["detail"])) == (code, True)
    assert ("Allow" in answer.headers) == (code == 405)


def test_the_reference_needs_no_key_and_shows_every_operation(app: Flask, client: Client) -> None:
    page = client.get("/api/v1/docs").text
    document = app.test_client().get("/api/v1/openapi.json").get_json()
    assert document["openapi"] == "3.1.0"
    shown = {(method.upper(), path) for path, methods in document["paths"].items() for method in methods}
    assert shown == {(one.method, re.sub("<(.*?)>", r"{\1}", one.path)) for one in OPERATIONS}
    for operation in OPERATIONS:
        assert f'id="{operation.view.__name__}"' in page
    assert not re.search(r'(?:src|href)="(?!/|#|data:)', page)
