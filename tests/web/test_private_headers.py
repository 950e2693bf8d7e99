"""Every answer of every address, errors included, tells browsers to keep, frame, index and leak nothing (P14)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cxweb import create_app
from tests.conftest import dispose
from tests.factories import Factory
from tests.page import Client

PRIVATE = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
}
METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH", "TRACE", "BREW")
OTHER_PATHS = (
    "/",
    "/robots.txt",
    "/t/",
    "/t/a/b/c",
    "/admin/none",
    "/api/none",
    "/%00",
    "/favicon.ico",
    "//x",
    "/.env",
)


def missing(answer: TestResponse, where: str) -> list[str]:
    """What the answer lacks, each with its address."""
    lacking = [name for name, value in PRIVATE.items() if answer.headers.get(name) != value]
    policy = answer.headers.get("Content-Security-Policy", "")
    if "default-src 'none'" not in policy or "frame-ancestors '" not in policy:
        lacking.append("Content-Security-Policy")
    if "Server" in answer.headers and any(character.isdigit() for character in answer.headers["Server"]):
        lacking.append("a Server header without a version")
    return [f"{where}: {name}" for name in lacking]


def paths(app: Flask, make: Factory) -> Iterator[str]:
    """An address of each rule: a real order's and one that does not exist."""
    order = make.completed("A-1")
    make.rating(order)
    for rule in app.url_map.iter_rules():
        if rule.endpoint != "static":
            for values in ({"token": order.token, "ref": order.ref}, {"token": "A" * 22, "ref": "none"}):
                yield address(rule, values)


def address(rule: Rule, values: dict[str, str]) -> str:
    filled = {name: values.get(name, "1") for name in rule.arguments}
    built = rule.build(filled) or rule.build(dict.fromkeys(rule.arguments, 1))
    assert built, rule
    return built[1]


@pytest.mark.parametrize("signed_in", [False, True])
def test_no_answer_of_any_address_lacks_a_header(app: Flask, client: Client, make: Factory, signed_in: bool) -> None:
    make.user("admin", email="a@example.com")
    if signed_in:
        client.sign_in("a@example.com")
    found, tried = [], 0
    for path in [*paths(app, make), *OTHER_PATHS]:
        for method in METHODS:
            answer = client.flask.open(path, method=method)
            assert answer.status_code < 500, (method, path)
            found += missing(answer, f"{method} {path} ({answer.status_code})")
            # As a server does it: a file's answer holds the file until then.
            answer.close()
            tried += 1
    assert tried > 300
    assert found == []


def test_an_answer_about_something_broken_lacks_none(client: Client, app: Flask) -> None:
    def broken() -> str:
        raise RuntimeError("planted")

    app.testing = False
    app.view_functions["public.alive"] = broken
    answer = client.get("/healthz")
    assert answer.status_code == 500
    assert missing(answer, "/healthz") == []


def test_an_answer_without_a_header_would_be_noticed(client: Client, app: Flask) -> None:
    app.wsgi_app = app.wsgi_app.app  # type: ignore[method-assign, attr-defined]
    assert len(missing(client.flask.get("/healthz"), "/healthz")) == len(PRIVATE) + 1


def test_over_https_browsers_are_told_to_stay_with_it(app: Flask) -> None:
    settings = app.config["CXWEB"]
    secure = create_app(type(settings)(**{**vars(settings), "base_url": "https://suivi.example.com"}))
    told = secure.test_client().get("/healthz").headers["Strict-Transport-Security"]
    assert told == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in app.test_client().get("/healthz").headers
    dispose(secure)


def test_static_files_carry_all_but_the_ban_on_keeping_them(client: Client) -> None:
    answer = client.flask.get("/static/css/tokens.css")
    assert missing(answer, "") == [": Cache-Control"]
