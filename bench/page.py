"""CPU of the customer's page a request, as a ratio to a Flask hello world called the same way in the same process.

S1 on SQLite and S2 on PostgreSQL make the page anew at every request; S3 is the same customer coming back. Both
applications are called through their WSGI interface with a fresh copy of one environ, without a server: what is
compared is what each does with a request. Rounds alternate, and the median of the rounds' ratios counts. On PostgreSQL
the server's own CPU is not in it; the time is shown beside it.
"""

import time
from collections.abc import Callable
from dataclasses import replace
from statistics import median
from typing import Any

from flask import Flask
from werkzeug.test import EnvironBuilder

from bench._product import completed, folder, hello, postgresql, product, settings_in
from cxweb.accounts.rules import Operator
from cxweb.actions.edit_survey import edit_survey
from cxweb.actions.rate_order import rate_order
from cxweb.core.db import close_own_connection, db
from cxweb.ratings.rules import Answer
from cxweb.surveys.queries import default

GOALS = {"S1": 5.0, "S2": 8.0, "S3": 2.5}
ROUNDS = 9
REQUESTS = 400


def prepared(app: Flask) -> dict[str, str]:
    """The path of an order in each state that matters."""
    states = {"on its way": "on_the_way", "to be rated": "completed"}
    paths = {name: completed(app, 1, status)[0] for name, status in states.items()}
    with app.app_context():
        paths["rated"] = completed(app, 2)[1]
        rate_order(paths["rated"], Answer(stars=4, comment="À l'heure, merci"), "fr")
    return {name: f"/t/{token}" for name, token in paths.items()}


def prepared_with_all_questions(app: Flask) -> dict[str, str]:
    """The same where every further question is asked, and was answered. What is measured before does not see them."""
    with app.app_context():
        survey = default()
        everything = replace(survey, asks_nps=True, asks_ces=True, asks_open=True, asks_reasons=True)
        edit_survey(everything, survey.number, Operator())
        codes = tuple(sorted(reason.code for reason in survey.reasons if reason.fits(4)))
        unrated, rated = completed(app, 2)
        rate_order(rated, Answer(4, "À l'heure, merci", 9, 5, "Rien de plus", codes[:2]), "fr")
    return {"to be rated, all questions": f"/t/{unrated}", "rated, all questions": f"/t/{rated}"}


def caller(app: Flask, path: str, *, gzip: bool = False) -> Callable[[], None]:
    headers = [("Accept-Language", "fr-FR,fr;q=0.9"), *([("Accept-Encoding", "gzip")] if gzip else [])]
    environ = EnvironBuilder(path, headers=headers).get_environ()
    status: list[str] = []

    def start_response(line: str, _headers: Any, _info: Any = None) -> Callable[[bytes], None]:
        status[:] = [line]
        return lambda _data: None

    def call() -> None:
        answer: Any = app.wsgi_app(environ.copy(), start_response)
        for _ in answer:
            pass
        if hasattr(answer, "close"):
            answer.close()
        assert status[0].startswith("200"), status

    return call


def made_anew(app: Flask, call: Callable[[], None]) -> Callable[[], None]:
    """The same call to an application that has not kept the page."""
    pages = app.extensions["cxweb.pages"].pages

    def anew() -> None:
        pages.clear()
        call()

    return anew


def cost(call: Callable[[], None]) -> tuple[float, float]:
    """CPU and wall seconds a request, over REQUESTS of them."""
    cpu, wall = time.process_time(), time.perf_counter()
    for _ in range(REQUESTS):
        call()
    return (time.process_time() - cpu) / REQUESTS, (time.perf_counter() - wall) / REQUESTS


def measure(goal: str, name: str, call: Callable[[], None], plain: Callable[[], None]) -> None:
    cost(plain)
    cost(call)
    pairs = [(cost(plain), cost(call)) for _ in range(ROUNDS)]
    ratio = median(page[0] / hello_[0] for hello_, page in pairs)
    cpu, wall = (1e6 * median(page[part] for _, page in pairs) for part in (0, 1))
    verdict = "" if goal not in GOALS else f", goal ≤ {GOALS[goal]} ×: {'met' if ratio <= GOALS[goal] else 'MISSED'}"
    print(f"{goal} {name}: {ratio:.2f} × hello ({cpu:.0f} µs CPU, {wall:.0f} µs in all){verdict}", flush=True)


def measure_all(app: Flask, made: str, database: str) -> None:
    plain = caller(hello(), "/")
    for prepare in (prepared, prepared_with_all_questions):
        for name, path in prepare(app).items():
            measure(made, f"page made anew, {database}, {name}", made_anew(app, caller(app, path)), plain)
            measure("S3", f"page again, {database}, {name}", caller(app, path), plain)
    measure("—", f"page made anew and compressed, {database}", made_anew(app, caller(app, path, gzip=True)), plain)
    measure("—", f"page again, compressed, {database}", caller(app, path, gzip=True), plain)
    with app.app_context():
        close_own_connection()
        for engine in db.engines.values():
            engine.dispose()


def main() -> None:
    with folder() as data:
        measure_all(product(settings_in(data)), "S1", "SQLite")
        with postgresql() as url:
            measure_all(product(settings_in(data, url)), "S2", "PostgreSQL")


if __name__ == "__main__":
    main()
