"""What customers load is compressed and may be kept where it is public; staff pages, which hold secrets, never are."""

import gzip
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import Factory
from tests.page import Client

GZIP = {"Accept-Encoding": "gzip, deflate, br"}
STATIC = Path(__file__).parent.parent.parent / "static"
TEXTS = [str(file.relative_to(STATIC)) for kind in ("css", "js") for file in (STATIC / kind).rglob("*.*")]


def test_a_customers_page_is_compressed_for_who_takes_it(client: Client, make: Factory) -> None:
    path = f"/t/{make.completed().token}"
    plain = client.get(path)
    assert "Content-Encoding" not in plain.headers
    for _first_and_again in range(2):
        small = client.flask.get(path, headers=GZIP)
        assert small.headers["Content-Encoding"] == "gzip"
        assert gzip.decompress(small.data) == plain.data
        assert len(small.data) == int(small.headers["Content-Length"]) < len(plain.data) / 2
    assert plain.headers["Vary"] == small.headers["Vary"] == "Accept-Encoding"


@pytest.mark.parametrize("header", ["", "identity", "gzip;q=0", "br", "gzip;q=0, *;q=0"])
def test_who_does_not_take_gzip_gets_none(client: Client, make: Factory, header: str) -> None:
    answer = client.get(f"/t/{make.completed().token}", headers={"Accept-Encoding": header})
    assert "Content-Encoding" not in answer.headers


@pytest.mark.parametrize("name", TEXTS)
def test_a_static_file_is_compressed_and_kept_for_a_year_under_its_fingerprint(
    app: Flask, client: Client, name: str
) -> None:
    address = app.jinja_env.globals["static_url"](name)  # type: ignore[operator]
    content = (STATIC / name).read_bytes()
    plain, small = client.flask.get(address), client.flask.get(address, headers=GZIP)
    assert plain.data == content
    if "Content-Encoding" in small.headers:
        assert gzip.decompress(small.data) == content
    assert len(small.data) <= len(content)
    assert len(small.data) < len(content) / 2 or len(content) < 1500
    assert small.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.flask.get(f"/static/{name}").headers["Cache-Control"] == "no-cache"
    assert client.flask.get(f"/static/{name}?v=old").headers["Cache-Control"] == "no-cache"


def test_a_static_file_that_has_not_changed_is_not_sent_again(client: Client) -> None:
    first = client.flask.get("/static/css/tokens.css", headers=GZIP)
    again = client.flask.get("/static/css/tokens.css", headers={**GZIP, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    assert client.flask.get("/static/css/tokens.css").headers["ETag"] != first.headers["ETag"]


@pytest.mark.parametrize("path", ["/static/../app.py", "/static/%2e%2e/app.py", "/static/css", "/static/none.css"])
def test_nothing_else_is_a_static_file(client: Client, path: str) -> None:
    assert client.flask.get(path).status_code == 404


def test_staff_pages_are_never_compressed(client: Client, make: Factory) -> None:
    make.user(email="a@example.com")
    assert "Content-Encoding" not in client.get("/login", headers=GZIP).headers
    client.sign_in("a@example.com")
    for path in ("/admin/", "/admin/orders", "/admin/settings/survey", "/admin/unknown"):
        assert "Content-Encoding" not in client.get(path, headers=GZIP).headers
