"""Keys: made and revoked on the page, in force at once, counted, dated, and never written down."""

import logging
import re
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from cxweb.accounts.models import ApiKey
from cxweb.core import clock
from cxweb.core.audit import AuditEntry
from cxweb.core.db import session
from tests.api.calling import Api
from tests.factories import Factory
from tests.page import Client


def made_key(page: str) -> str:
    found = re.search(r'id="key" readonly value="([\w-]{43})"', page)
    assert found, page
    return found[1]


def status(app: Flask, key: str, path: str = "/orders/A-1") -> int:
    return app.test_client().get(f"/api/v1{path}", headers={"Authorization": f"Bearer {key}"}).status_code


def test_a_key_is_shown_once_works_at_once_and_not_after_its_revocation(
    app: Flask, client: Client, make: Factory
) -> None:
    make.order("A-1", depot="LYON")
    client.sign_in(make.user("admin").email)
    form = {"name": "Our shop", "scope": ["read"], "days": "30", "depot": "LYON"}
    key = made_key(client.submit("/admin/api-keys", form).text)
    page = client.get("/admin/api-keys").text
    assert "Our shop" in page
    assert key not in page
    assert [status(app, key), status(app, key, "/metrics/feedback")] == [200, 403]
    row = session().scalars(select(ApiKey)).one()
    assert key not in str(vars(row))
    assert client.submit("/admin/api-keys", {}, action=f"/admin/api-keys/{row.id}/revoke").status_code == 303
    assert status(app, key) == 401
    assert client.submit("/admin/api-keys", {}, action=f"/admin/api-keys/{row.id}/revoke").status_code == 404
    acts = (
        session().execute(select(AuditEntry.act, AuditEntry.details).where(AuditEntry.object == f"key:{row.id}")).all()
    )
    assert [act for act, _ in acts] == ["key.created", "key.revoked"]
    assert key not in str(acts)


def test_a_key_without_a_name_or_scope_is_not_made(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin").email)
    for form in ({"name": " ", "scope": ["read"]}, {"name": "x"}, {"name": "x", "scope": ["everything"]}):
        answer = client.submit("/admin/api-keys", form)
        assert answer.status_code == 422
        assert 'role="alert"' in answer.text
    assert session().scalars(select(ApiKey)).all() == []
    assert client.submit("/admin/api-keys", {"name": "x", "scope": ["read"], "depot": "NOWHERE"}).status_code == 404


def test_an_admin_of_one_depot_makes_and_ends_its_keys_only(client: Client, make: Factory) -> None:
    lyon = make.depot("LYON")
    make.depot("PARIS")
    client.sign_in(make.user("admin").email)
    client.submit("/admin/api-keys", {"name": "Whole", "scope": ["read"]})
    whole = session().scalars(select(ApiKey)).one()
    client.submit("/admin/", {}, action="/logout")
    client.sign_in(make.user("admin", depot=lyon).email)
    assert "Whole" not in client.get("/admin/api-keys").text
    assert client.submit("/admin/api-keys", {}, action=f"/admin/api-keys/{whole.id}/revoke").status_code == 404
    assert client.submit("/admin/api-keys", {"name": "P", "scope": ["read"], "depot": "PARIS"}).status_code == 404
    assert client.submit("/admin/api-keys", {"name": "Mine", "scope": ["read"]}).status_code == 200
    assert session().scalars(select(ApiKey.depot_id).where(ApiKey.name == "Mine")).one() == lyon.id


def test_a_key_ends_on_its_day_and_its_last_use_is_known_to_the_minute(
    app: Flask, client: Client, make: Factory
) -> None:
    make.order("A-1")
    client.sign_in(make.user("admin").email)
    key = made_key(client.submit("/admin/api-keys", {"name": "Our shop", "scope": ["read"], "days": "30"}).text)
    used = select(ApiKey.last_used_at)
    assert session().scalar(used) is None
    assert status(app, key) == 200
    first = session().scalar(used)
    assert first is not None
    for later, moves in ((timedelta(seconds=50), False), (timedelta(seconds=61), True)):
        with time_machine.travel(first + later, tick=False):
            assert status(app, key) == 200
            assert (session().scalar(used) != first) == moves
    with time_machine.travel(clock.now() + timedelta(days=30), tick=True):
        assert status(app, key) == 401
        client.sign_in(make.user("admin").email)
        assert "Our shop" in client.get("/admin/api-keys").text.split("<details>")[1]


def test_a_key_that_asks_too_often_is_told_when_it_may_again(app: Flask, make: Factory) -> None:
    make.setting("api.per_minute", "60")
    busy, calm = Api(app), Api(app)
    answers = [busy.client.get("/api/v1/orders/none", headers=busy.headers) for _ in range(61)]
    assert [answer.status_code for answer in answers] == [404] * 60 + [429]
    assert answers[0].headers["RateLimit-Policy"] == '"key";q=60;w=60'
    left = [re.fullmatch(r'"key";r=(\d+);t=(\d+)', answer.headers["RateLimit"]) for answer in answers]
    assert [int(found[1]) for found in left if found] == [*reversed(range(60)), 0]
    assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
    assert answers[-1].mimetype == "application/problem+json"
    assert calm.call("GET", "/orders/none")[0] == 404


def test_no_key_is_ever_logged(
    app: Flask, make: Factory, caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    api = Api(app)
    api.call("PUT", "/orders/A-1", {"test": "?"})
    api.call("PUT", "/orders/A-2", {"route": "V1"})
    api.call("GET", "/orders/A-1?key=" + api.key)
    app.testing = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.delitem(app.config, "CXWEB")
    code, problem = api.call("GET", "/orders/A-2")
    assert (code, problem["status"]) == (500, 500)
    assert "Traceback" in caplog.text
    assert api.key not in caplog.text
    written = [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()]
    assert written
    assert not any(api.key.encode() in content for content in written)
