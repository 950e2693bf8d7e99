"""A test client that looks at every page it gets: valid HTML, unique ids, a title, labels, the security headers."""

import re
from typing import Any
from xml.etree.ElementTree import Element

import html5lib
from flask import Flask, g
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.factories import PASSWORD

VOID_OF_LABELS = {"hidden", "submit", "button"}
TOKEN = re.compile(r'(name="csrf_token"[^>]*value=")[^"]+')
# What has been found good is not taken apart again: hundreds of tests sign in on the same page.
FOUND_GOOD: set[tuple[int, bool]] = set()


class Client:
    """Wraps Flask's client; get() and post() check the page and give the response."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.flask: FlaskClient = app.test_client()

    def get(self, path: str, **kwargs: Any) -> TestResponse:
        forget()
        return self._checked(self.flask.get(path, **kwargs))

    def post(self, path: str, data: Any = None, **kwargs: Any) -> TestResponse:
        forget()
        return self._checked(self.flask.post(path, data=data, **kwargs))

    def submit(self, path: str, form: dict[str, Any], *, action: str | None = None) -> TestResponse:
        """Open the page, take its CSRF token, and post the form to it (or to the action)."""
        page = self.get(path).text
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
        assert token, f"no CSRF token on {path}"
        return self.post(action or path, {"csrf_token": token.group(1), **form})

    def session(self) -> str:
        """What the session's cookie holds."""
        cookie = self.flask.get_cookie("cxweb")
        assert cookie
        return cookie.value

    def sign_in(self, email: str, password: str = PASSWORD) -> TestResponse:
        response = self.submit("/login", {"email": email, "password": password})
        assert response.status_code == 303, response.text
        return response

    def _checked(self, response: TestResponse) -> TestResponse:
        if response.mimetype == "text/html" and response.data:
            check_page(response)
        return response


def forget() -> None:
    """A request inside the test's application context shares its `g`; in production each has its own."""
    for name in list(g):
        g.pop(name)


def check_page(response: TestResponse) -> None:
    fragment = not response.text.lstrip().lower().startswith("<!doctype")
    if not fragment:
        assert "default-src 'none'" in response.headers["Content-Security-Policy"]
    known = (hash(TOKEN.sub(r"\1", response.text)), fragment)
    if known not in FOUND_GOOD:
        check_html(response.text, response.request.path, fragment)
        FOUND_GOOD.add(known)


def check_html(html: str, path: str, fragment: bool) -> None:
    parser = html5lib.HTMLParser(strict=False, namespaceHTMLElements=False)
    tree: Element = parser.parseFragment(html) if fragment else parser.parse(html)
    errors = [error for error in parser.errors if error[1] != "expected-closing-tag-but-got-eof"]
    assert not errors, f"{path}: invalid HTML {errors[:3]}"
    check_ids(tree)
    check_labels(tree)
    if not fragment:
        check_head(tree)
    assert "style=" not in re.sub(r">[^<]*<", "><", html), "an inline style, which the CSP forbids"


def check_head(tree: Element) -> None:
    title = tree.find(".//title")
    assert title is not None, "a page without a title"
    assert (title.text or "").strip(), "a page without a title"
    html = tree if tree.tag == "html" else tree.find(".//html")
    assert html is not None
    assert html.get("lang"), "a page that does not say its language"


def check_ids(tree: Element) -> None:
    ids = [element.get("id") or "" for element in tree.iter() if isinstance(element.tag, str) and element.get("id")]
    assert len(ids) == len(set(ids)), f"ids used twice: {sorted(i for i in set(ids) if ids.count(i) > 1)}"


def check_labels(tree: Element) -> None:
    labelled = {label.get("for") for label in tree.iter("label")}
    inside = {field for label in tree.iter("label") for field in label.iter()}
    for name in ("input", "select", "textarea"):
        for field in tree.iter(name):
            if field.get("type") in VOID_OF_LABELS:
                continue
            named = field.get("id") in labelled or field in inside
            assert named or field.get("aria-label") or field.get("aria-labelledby"), (
                f"a field without a label: {field.attrib}"
            )
