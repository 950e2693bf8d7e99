"""A file sent over the API comes in by a saved mapping as by the command; nothing else on the machine is read."""

from base64 import b64encode
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from flask import Flask

from cxweb.accounts.rules import Operator
from cxweb.core import clock
from cxweb.core.db import transaction
from cxweb.notifications.queries import for_order
from cxweb.orders.queries import by_ref
from cxweb.uploads.models import SavedMapping
from tests.api.calling import JSON, Api
from tests.factories import Factory
from tests.files import ORDERS, RATINGS


@pytest.fixture
def api(app: Flask) -> Api:
    return Api(app)


def _save(name: str, text: str, kind: str) -> None:
    with transaction() as opened:
        opened.add(SavedMapping(name=name, kind=kind, text=text, saved_at=clock.now(), saved_by="user:1"))


def _file(text: str) -> str:
    return b64encode(text.encode()).decode()


def _orders(*refs: str) -> str:
    columns = "no;state;made;due;done;depot;driver;driver name;client;mail;town;tags"
    now = f"{clock.now().astimezone(ZoneInfo('Europe/Paris')):%d/%m/%Y %H:%M}"
    return _file("\n".join([columns, *(f"{ref};done;;{now};{now};;;;C-1;a@example.com;;" for ref in refs), ";" * 11]))


def _sent(api: Api, **body: object) -> JSON:
    code, answer = api.call("POST", "/imports", body)
    assert code == 200, answer
    return answer


def test_a_file_is_tried_then_taken_and_known_the_next_time(api: Api) -> None:
    _save("Evening", ORDERS, "orders")
    content = _orders("A-1", "A 2")
    tried = _sent(api, mapping="Evening", content=content, dry_run=True)
    assert (tried["counts"]["imported"], tried["counts"]["refused"], tried["skipped"]) == (1, 1, 1)
    assert [(row["line"], row["ref"]) for row in tried["refused"]] == [(3, "A 2")]
    assert api.call("GET", "/orders/A-1")[0] == 404
    assert _sent(api, mapping="Evening", content=content) == tried
    assert api.call("GET", "/orders/A-1")[1]["status"] == "completed"
    assert _sent(api, mapping="Evening", content=content)["counts"]["unchanged"] == 1


def test_messages_leave_only_where_that_is_asked_for(api: Api, make: Factory) -> None:
    make.setting("notifications.completed", "email")
    _save("Evening", ORDERS, "orders")
    _sent(api, mapping="Evening", content=_orders("A-1"))
    _sent(api, mapping="Evening", content=_orders("A-2"), send=True)
    assert [len(for_order(by_ref(ref, Operator().perimeter).id)) for ref in ("A-1", "A-2")] == [0, 1]


def test_a_file_of_ratings_comes_in_too(api: Api, make: Factory) -> None:
    make.completed("A-1")
    _save("Survey", RATINGS, "ratings")
    rows = "id,order,stars,title,comment,at\nR-1,A-1,4,,Fine,2026-01-02 10:00:00\nR-2,A-9,4,,,2026-01-02 10:00:00"
    counts = _sent(api, mapping="Survey", content=_file(rows))["counts"]
    assert (counts["imported"], counts["refused"]) == (1, 1)


def test_a_name_that_is_none_reads_no_file_of_the_machine(api: Api, tmp_path: Path) -> None:
    path = tmp_path / "orders.toml"
    path.write_text(ORDERS, encoding="utf-8")
    assert api.call("POST", "/imports", {"mapping": str(path), "content": _orders("A-1")})[0] in {404, 422}
    assert api.call("POST", "/imports", {"mapping": "Evening", "content": _orders("A-1")})[0] == 404


def test_a_key_of_one_depot_imports_nothing(app: Flask, make: Factory) -> None:
    _save("Evening", ORDERS, "orders")
    lyon = Api(app, depot=make.depot("LYON"))
    assert lyon.call("POST", "/imports", {"mapping": "Evening", "content": _orders("A-1")})[0] == 404
    assert Api(app).call("GET", "/orders/A-1")[0] == 404


@pytest.mark.parametrize("content", [_file(""), _file("other;columns\n1;2\n"), b64encode(b"\xff\xfe\x00").decode()])
def test_a_file_that_the_mapping_does_not_read_is_refused_with_the_reason(api: Api, content: str) -> None:
    _save("Evening", ORDERS, "orders")
    code, answer = api.call("POST", "/imports", {"mapping": "Evening", "content": content})
    assert (code, answer["errors"][0]["pointer"]) == (422, "/content")
    assert answer["detail"]
