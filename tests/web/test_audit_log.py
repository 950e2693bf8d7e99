"""The audit log: who did what, filtered, exported, and kept by the database itself against change."""

import csv
import io
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import DBAPIError

from cxweb.actions.change_settings import change_settings
from cxweb.core import clock
from cxweb.core.audit import AuditEntry, record
from cxweb.core.db import session, transaction
from tests.factories import Factory
from tests.page import Client

HERE = "/admin/audit"


@pytest.fixture
def admin(client: Client, make: Factory) -> Client:
    ines = make.user("admin", language="en", name="Inès Moreau")
    client.sign_in(ines.email)
    change_settings({"company.name": "Maison Colibri", "drivers.ranking": "on"}, ines)
    with transaction():
        record("key:7", "order.status", "order:12", before="planned", after="completed")
    return client


def test_it_says_who_what_and_what_was_before(admin: Client) -> None:
    page = admin.get(HERE).text
    assert "changed a setting" in page
    assert "— → Maison Colibri" in page
    assert "no → yes" in page
    assert "planned → completed" in page
    assert page.index("order 12") < page.index("signed in")
    assert page.count("Inès Moreau") >= 4


@pytest.mark.parametrize(
    ("query", "entries"),
    [
        ("who=key:7", 1),
        ("what=setting", 2),
        ("what=sett", 0),
        ("object=order:12", 1),
        ("who=user:1&what=session", 1),
        ("to=2001-01-01", 0),
        ("from=2001-01-01&what=order", 1),
        ("who=%27%20OR%201=1", 0),
    ],
)
def test_filters_narrow_page_and_export_alike(admin: Client, query: str, entries: int) -> None:
    assert admin.get(f"{HERE}?{query}").text.count('<tr role="row">') == entries + bool(entries)
    answer = admin.flask.get(f"{HERE}/export?{query}")
    rows = list(csv.reader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert rows[0] == ["at", "actor", "name", "act", "object", "details"]
    assert len(rows) - 1 == entries
    assert session().scalar(select(func.count()).where(AuditEntry.act == "audit.exported")) == 1


def test_a_date_that_is_none_is_said(admin: Client) -> None:
    for path in (HERE, f"{HERE}/export"):
        answer = admin.get(f"{path}?from=yesterday")
        assert answer.status_code == 422
        assert "Write each date as" in answer.text


def test_pages_follow_each_other_without_gap(admin: Client) -> None:
    with transaction():
        for n in range(120):
            record("system", "order.status", f"order:{n + 1000}")
    seen, path = [], HERE
    while path:
        page = admin.get(path).text
        seen += list(page.split('class="object"')[1:])
        links = [
            link
            for link in page.split('href="')[1:]
            if link.startswith(f"{HERE}?cursor=") and "Next page" in link[:200]
        ]
        path = links[0].split('"')[0] if links else ""
    assert len(seen) == session().scalar(select(func.count()).select_from(AuditEntry))
    assert admin.get(f"{HERE}?cursor=zzz").status_code == 404


def test_only_admins_of_the_whole_company_read_it(client: Client, make: Factory) -> None:
    client.sign_in(make.user("admin", make.depot("LYON")).email)
    for path in (HERE, f"{HERE}/export"):
        assert client.get(path).status_code == 403


def test_the_database_refuses_to_change_an_entry_or_lose_a_young_one(app: Flask) -> None:
    now = clock.now()
    with transaction() as opened:
        for days in (1, 300, 400):
            opened.add(AuditEntry(at=now - timedelta(days=days), actor="x", act="a.b", object="o", details={}))
    attempts = (
        update(AuditEntry).values(actor="y"),
        delete(AuditEntry),
        delete(AuditEntry).where(AuditEntry.at > now - timedelta(days=350)),
        text("UPDATE audit_entry SET at = '2001-01-01 00:00:00'"),
    )
    for attempt in attempts:
        with pytest.raises(DBAPIError, match="the audit log is"), transaction() as opened:
            opened.execute(attempt)
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == 3
    with transaction() as opened:
        opened.execute(delete(AuditEntry).where(AuditEntry.at < now - timedelta(days=366)))
    assert session().scalar(select(func.count()).select_from(AuditEntry)) == 2
