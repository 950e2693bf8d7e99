"""What stands around every page: whose host it is, what is checked before it runs, how cookies are kept."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import Flask, request

from cxweb import create_app
from cxweb.core import clock
from cxweb.web.static_files import of
from tests.conftest import dispose
from tests.factories import PASSWORD, Factory
from tests.page import Client, forget

SITE = "https://suivi.example.com"


@pytest.fixture
def secure(app: Flask, make: Factory) -> Iterator[Flask]:
    """The application as it is served over https, behind one proxy, on the same database."""
    settings = replace(app.config["CXWEB"], base_url=SITE, proxy_hops=1)
    other = create_app(settings)
    yield other
    dispose(other)


def test_over_https_the_cookie_is_bound_to_the_host_and_hidden_from_scripts(secure: Flask, make: Factory) -> None:
    user = make.user()
    browser = secure.test_client()
    with secure.app_context():
        page = browser.get("/login", base_url=SITE)
        token = page.text.split('name="csrf_token" value="')[1].split('"')[0]
        form = {"email": user.email, "password": PASSWORD, "csrf_token": token}
        answer = browser.post("/login", data=form, base_url=SITE)
    assert answer.status_code == 303
    for cookie in (page.headers["Set-Cookie"], answer.headers["Set-Cookie"]):
        name, _, attributes = cookie.partition("=")
        assert name == "__Host-cxweb"
        parts = {part.strip() for part in attributes.split(";")[1:]}
        assert parts >= {"Secure", "HttpOnly", "Path=/", "SameSite=Lax"}
        assert not any(part.startswith("Domain") for part in parts)


@pytest.mark.parametrize(
    "host", ["evil.example", "suivi.example.com.evil.example", "suivi.example.com:8000", "", "127.0.0.1"]
)
def test_over_https_only_the_sites_own_host_is_answered_for(secure: Flask, host: str) -> None:
    browser = secure.test_client()
    for path in ("/login", "/t/x", "/api/v1/orders/1", "/static/css/tokens.css"):
        answer = browser.get(path, headers={"Host": host})
        assert answer.status_code == 421, path
        assert "Content-Security-Policy" in answer.headers
        assert "evil" not in answer.text
    # What watches from inside knows the machine by other names.
    assert browser.get("/healthz", headers={"Host": host}).status_code == 200
    for own in ("suivi.example.com", "SUIVI.example.com:443"):
        assert browser.get("/login", headers={"Host": own}).status_code == 200


def test_a_host_with_accents_is_known_by_its_form_for_machines(app: Flask) -> None:
    accented = create_app(replace(app.config["CXWEB"], base_url="https://colis-été.example"))
    for host, code in (("xn--colis-t-dyac.example", 421), ("colis-été.example".encode("idna").decode(), 200)):
        assert accented.test_client().get("/login", headers={"Host": host}).status_code == code
    dispose(accented)


def test_only_as_many_proxies_are_believed_as_there_are(secure: Flask, app: Flask) -> None:
    told = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9", "X-Forwarded-Host": "evil.example, suivi.example.com"}
    assert secure.test_client().get("/login", headers={"Host": "inside", **told}).status_code == 200
    forged = {"X-Forwarded-Host": "evil.example", "Host": "suivi.example.com"}
    assert secure.test_client().get("/login", headers=forged).status_code == 421
    seen = []
    app.before_request_funcs.setdefault(None, []).append(lambda: seen.append(request.remote_addr))
    app.test_client().get("/healthz", headers=told)
    assert seen == ["127.0.0.1"]


def test_every_script_and_stylesheet_is_checked_by_its_hash(app: Flask, client: Client, make: Factory) -> None:
    order = make.completed()
    client.sign_in(make.user().email)
    pages = ["/login", "/password", "/admin/", "/admin/live", "/admin/components", "/admin/settings/survey"]
    pages += ["/admin/users", f"/t/{order.token}", f"/u/{order.token}", "/privacy", "/admin/settings/messages/wording"]
    loaded = 0
    for path in pages:
        text = (Client(app) if path in {"/login", "/password"} else client).get(path).text
        assert not re.findall(r"<style|<script(?![^>]* src=)|\son\w+=|javascript:", text), path
        for tag in re.findall(r'<(?:script|link rel="stylesheet")[^>]*>', text):
            file = re.search(r'(?:src|href)="/static/([^?"]+)', tag)
            assert file, (path, tag)
            assert f'integrity="{of(f"{app.static_folder}/{file[1]}").integrity}"' in tag, (path, tag)
            loaded += 1
    assert loaded > 40


def test_whoever_finds_a_weakness_learns_whom_to_tell(client: Client, make: Factory) -> None:
    forget()
    assert client.get("/.well-known/security.txt").status_code == 404
    make.setting("company.contact", "securite@example.com")
    answer = client.get("/.well-known/security.txt")
    fields = dict(line.split(": ", 1) for line in answer.text.splitlines())
    assert answer.mimetype == "text/plain"
    assert fields["Contact"] == "mailto:securite@example.com"
    assert clock.now() < datetime.fromisoformat(fields["Expires"]) < clock.now() + timedelta(days=365)


def test_an_error_tells_what_to_do_and_nothing_of_the_inside(app: Flask, client: Client) -> None:
    def broken() -> str:
        raise RuntimeError("secret of the inside")

    app.testing = False
    app.view_functions["admin.login_show"] = broken
    answer = client.get("/login?lang=en")
    assert answer.status_code == 500
    assert "Try again in a minute" in answer.text
    for inside in ("secret of the inside", "Traceback", "RuntimeError", "Werkzeug", "Flask", "python"):
        assert inside not in answer.text + str(answer.headers)
