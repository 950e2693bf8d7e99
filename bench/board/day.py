"""A company on a busy day: depots, drivers, orders half of which are completed, and dispatchers who are signed in."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Table, insert

from cxweb import create_app
from cxweb.accounts.models import StaffSession, User, UserBranch
from cxweb.company.models import Depot
from cxweb.core import clock, tokens
from cxweb.core.db import Base, transaction
from cxweb.core.migrations import upgrade
from cxweb.orders.models import CrewMember, Customer, Driver, Order
from cxweb.ratings.models import Rating
from cxweb.settings import Settings

SECRET = "bench"  # noqa: S105 - signs the sessions of this bench


@dataclass(frozen=True)
class Day:
    """The application, a cookie for each board of each depot, and the link of each completed and unrated order."""

    app: Flask
    cookies: Sequence[Sequence[str]]
    links: Sequence[tuple[int, int, str]]


def busy_day(folder: Path, orders: int, drivers: int, depots: int, boards: int) -> Day:
    """A day on SQLite in the folder; `links` are (depot's place, order's id, token)."""
    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder}/cxweb.sqlite3"
    app = create_app(Settings(folder, url, "unix:///nowhere", True, SECRET, "http://localhost"))
    with app.app_context():
        upgrade()
        links = _fill(orders, drivers, depots)
        cookies = [[sign_in(app, depot + 1) for _ in range(boards // depots)] for depot in range(depots)]
    return Day(app, cookies, links)


def _add(model: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    with transaction() as opened:
        table = model.__table__
        assert isinstance(table, Table)
        opened.execute(insert(table), rows)


def _fill(orders: int, drivers: int, depots: int) -> list[tuple[int, int, str]]:
    now = clock.now()
    _add(Depot, [{"id": n + 1, "ref": f"d{n}", "name": f"Depot {n}", "is_demo": False} for n in range(depots)])
    _add(Driver, [{"id": n + 1, "ref": f"w{n}", "name": f"Driver {n:03}", "is_demo": False} for n in range(drivers)])
    people = [{"id": n + 1, "ref": f"c{n}", "name": f"Customer {n}", "is_demo": False} for n in range(orders)]
    _add(Customer, people)
    made, links = [], []
    for n in range(orders):
        completed = n % 2 == 0
        token = tokens.new_link()
        made.append(
            {
                **{"id": n + 1, "ref": f"B-{n}", "token": token, "customer_id": n + 1, "depot_id": n % depots + 1},
                **{"status": "completed" if completed else "planned", "channel": "delivery", "eligible": completed},
                **{"promised_from": now, "promised_to": now + timedelta(seconds=n / 50), "created_at": now},
                **{"completed_at": now if completed else None, "is_test": False, "is_demo": False},
            }
        )
        if completed and n % 4 == 0:
            links.append((n % depots, n + 1, token))
    _add(Order, made)
    crew = [{"order_id": n + 1, "driver_id": n % drivers + 1, "position": 0, "driver_name": "x"} for n in range(orders)]
    _add(CrewMember, crew)
    given = {"stars": 4, "comment": "On time, thank you", "answered_at": now, "updated_at": now, "version": 1}
    _add(Rating, [{**given, "order_id": n + 1} for n in range(2, orders, 4)])
    return links


def sign_in(app: Flask, depot_id: int | None) -> str:
    """A session of the depot's dispatcher, or of an administrator, as the cookie a browser sends."""
    now, secret = clock.now(), tokens.new_secret()
    with transaction() as opened:
        role, user_id = ("dispatcher", depot_id) if depot_id else ("admin", 1)
        who = {"email": f"u{user_id}@example.com", "name": role.title(), "password_hash": "", "role": role}
        if opened.get(User, user_id) is None:
            place = [UserBranch(depot_id=depot_id, acting=True)]
            opened.add(User(id=user_id, branches=place, language="en", created_at=now, **who))
            opened.flush()
        opened.add(
            StaffSession(
                token_digest=tokens.digest(secret),
                user_id=user_id,
                created_at=now,
                expires_at=now + timedelta(hours=12),
                seen_at=now,
                address="127.0.0.1",
                agent="bench",
            )
        )
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    return f"cxweb={signer.dumps({'token': secret})}"
