"""CPU of the tracking page per request, as a ratio to a Flask hello world called the same way in the same process.

Both applications are called through their WSGI interface with a fresh copy of one environ, without a server: what is
compared is what each does with a request. Rounds alternate, and the median of the rounds' ratios counts.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from cxweb import create_app
from cxweb.accounts.rules import Operator
from cxweb.actions.change_order_status import change_order_status
from cxweb.actions.rate_order import rate_order
from cxweb.actions.save_order import save_order
from cxweb.core.migrations import upgrade
from cxweb.intake.rules import OrderFields
from cxweb.orders.queries import by_ref
from cxweb.ratings.rules import Answer
from cxweb.settings import Settings

GOAL = 5.0
ROUNDS = 9
REQUESTS = 400


def hello() -> Flask:
    app = Flask("hello")
    app.add_url_rule("/", view_func=lambda: "Hello, world")
    return app


def product(folder: Path) -> tuple[Flask, dict[str, str]]:
    """The product with an order in each state that matters, and the path of each."""
    url = f"sqlite:///{folder}/bench.sqlite3"
    settings = Settings(folder, url, "unix:///nowhere", True, "bench", "http://localhost")
    app = create_app(settings)
    with app.app_context():
        upgrade()
        fields = OrderFields(
            drivers=[{"ref": "D-1", "name": "Hugo Marchand"}],
            customer={"email": "a@example.com", "language": "fr"},
            depot="LYON",
            city="Lyon",
        )
        paths = {}
        for name, status in (("on its way", "on_the_way"), ("to be rated", "completed"), ("rated", "completed")):
            ref = name.replace(" ", "-")
            save_order(ref, fields, Operator())
            change_order_status(by_ref, ref, status, Operator())
            paths[name] = f"/t/{by_ref(ref, Operator().perimeter).token}"
        rate_order(paths["rated"][3:], Answer(stars=4, comment="À l'heure, merci"), "fr")
    return app, paths


def caller(app: Flask, path: str) -> Callable[[], None]:
    headers = [("Accept-Language", "fr-FR,fr;q=0.9")]
    environ = EnvironBuilder(path, headers=headers).get_environ()
    status: list[str] = []

    def start_response(line: str, _headers: Any, _info: Any = None) -> Callable[[bytes], None]:
        status[:] = [line]
        return lambda _data: None

    def call() -> None:
        answer: Any = app.wsgi_app(environ.copy(), start_response)
        for _ in answer:
            pass
        answer.close()
        assert status[0].startswith("200"), status

    return call


def cpu(call: Callable[[], None]) -> float:
    """CPU seconds a request, over REQUESTS of them."""
    before = time.process_time()
    for _ in range(REQUESTS):
        call()
    return (time.process_time() - before) / REQUESTS


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        app, paths = product(Path(folder))
        plain = caller(hello(), "/")
        for name, path in paths.items():
            page = caller(app, path)
            cpu(plain)
            cpu(page)
            pairs = [(cpu(plain), cpu(page)) for _ in range(ROUNDS)]
            ratio = median(page_s / plain_s for plain_s, page_s in pairs)
            microseconds = 1e6 * median(page_s for _, page_s in pairs)
            verdict = "met" if ratio <= GOAL else "MISSED"
            print(f"S1 tracking page, {name}: {ratio:.2f} × hello ({microseconds:.0f} µs), goal ≤ {GOAL} ×: {verdict}")


if __name__ == "__main__":
    main()
