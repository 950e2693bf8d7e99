"""A program with a key, for the tests of the API."""

from typing import Any

from flask import Flask

from cxweb.accounts.models import ApiKey
from cxweb.company.models import Depot
from cxweb.core import clock, tokens
from cxweb.core.db import transaction

JSON = dict[str, Any]


class Api:
    """A program with a key."""

    def __init__(self, app: Flask, depot: Depot | None = None, scopes: tuple[str, ...] = ("orders", "read", "metrics")):
        self.key = tokens.new_secret()
        with transaction() as opened:
            row = ApiKey(
                name="test",
                digest=tokens.digest(self.key),
                scopes=list(scopes),
                depot_id=depot.id if depot else None,
                created_at=clock.now(),
            )
            opened.add(row)
        self.id = row.id
        self.client = app.test_client()
        self.headers = {"Authorization": f"Bearer {self.key}"}

    def call(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, JSON]:
        kwargs: JSON = {"json": body} if body is not None else {}
        sent = {**self.headers, **{name.replace("_", "-"): value for name, value in headers.items()}}
        answer = self.client.open(f"/api/v1{path}", method=method, headers=sent, **kwargs)
        if answer.status_code >= 400:
            assert answer.mimetype == "application/problem+json"
        return answer.status_code, answer.get_json()
