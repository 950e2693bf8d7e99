"""What the benchmarks share: a product with orders to look at and rate, the simplest Flask application, a database."""

import os
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, nullcontext
from pathlib import Path

import psycopg
from flask import Flask

from cxweb import create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.save_order import save_order
from cxweb.core.db import close_own_connection, db
from cxweb.core.migrations import upgrade
from cxweb.intake.rules import OrderFields
from cxweb.orders.queries import by_ref
from cxweb.settings import Settings


def hello() -> Flask:
    """The simplest Flask application: what every ratio is to."""
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "Hello, world")
    return app


def settings_in(folder: Path, url: str = "") -> Settings:
    url = url or f"sqlite:///{folder}/cxweb.sqlite3"
    return Settings(folder, url, f"unix://{folder}/no-valkey.sock", True, "bench", "http://localhost")


def product(settings: Settings) -> Flask:
    """The product on an empty, migrated database."""
    app = create_app(settings)
    with app.app_context():
        upgrade()
    return app


def completed(app: Flask, orders: int, status: str = "completed") -> list[str]:
    """The tokens of so many new orders that were moved to the status."""
    fields = OrderFields(
        drivers=[{"ref": "D-1", "name": "Hugo Marchand"}],
        customer={"email": "a@example.com", "language": "fr"},
        depot="LYON",
        city="Lyon",
    )
    tokens = []
    with app.app_context():
        for number in range(orders):
            ref = f"{status}-{number}-{time.monotonic_ns()}"
            save_order(ref, fields, Operator())
            change_order_status(by_ref, ref, status, Operator())
            tokens.append(by_ref(ref, Operator().perimeter).token)
    return tokens


def close_database() -> None:
    """Close every connection of the application in force."""
    db.session.remove()
    close_own_connection()
    for engine in db.engines.values():
        engine.dispose()


@contextmanager
def postgresql(kept: Path | None = None) -> Iterator[str]:
    """A PostgreSQL server of its own that waits for the disk, as in production; its address. `kept`: its folder."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="cxweb-pg-"))
    import pgserver  # noqa: PLC0415 - only what measures PostgreSQL pays for it

    # Beside the code and not in the temporary folder, which may be memory.
    beside = Path("var").resolve()
    beside.mkdir(exist_ok=True)
    with nullcontext(kept) if kept else tempfile.TemporaryDirectory(prefix="bench-pg-", dir=beside) as data:
        server = pgserver.get_server(Path(data) / "pg", cleanup_mode="stop")  # type: ignore[attr-defined]
        try:
            with closing(psycopg.connect(server.get_uri())) as connection:
                assert connection.execute("SHOW fsync").fetchone() == ("on",)
            yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        finally:
            server.cleanup()


@contextmanager
def folder() -> Iterator[Path]:
    """A folder on the disk that the product's own data would be on."""
    Path("var").mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="bench-", dir=Path("var").resolve()) as name:
        yield Path(name)
