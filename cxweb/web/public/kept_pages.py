"""The customer's pages as last made, so that who comes back is answered without making the page again.

The order is read anew at every visit. A page is given out again only while everything it was made from is still equal:
the order's own facts, the company's settings, the survey, and what the time of day changes. So there is nothing to
forget when something changes, in whichever process. Browsers keep nothing: the answer stays `no-store`.
"""

from collections import OrderedDict
from collections.abc import Iterable
from threading import Lock
from typing import TYPE_CHECKING, NamedTuple

from flask import Flask, Response, current_app, request

from cxweb.company.queries import settings
from cxweb.core import clock
from cxweb.ratings.queries import Tracked, tracked
from cxweb.surveys.queries import shown_to
from cxweb.web import compression
from cxweb.web.tracking_page import changing_with_time

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# About 6 kB each with its compressed form.
MOST_PAGES = 1000
# All of a request that such a page depends on; whoever sends much more is no returning customer.
PARTS = ("PATH_INFO", "QUERY_STRING", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING")
LONGEST_KEY = 600

Key = tuple[str, ...]
Facts = tuple[object, ...]


class Kept(NamedTuple):
    """A page ready to be sent, and what it was made from."""

    token: str
    facts: Facts
    body: bytes
    headers: tuple[tuple[str, str], ...]


class KeptPages:
    """WSGI middleware that answers with the page it keeps, else asks the application. Each process keeps its own."""

    def __init__(self, app: Flask) -> None:
        self.flask = app
        self.app: WSGIApplication = app.wsgi_app
        self.pages: OrderedDict[Key, Kept] = OrderedDict()
        self.lock = Lock()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        page = self._find(environ)
        if page is None:
            return self.app(environ, start_response)
        start_response("200 OK", list(page.headers))
        return [page.body]

    def keep(self, environ: "WSGIEnvironment", page: Kept) -> None:
        key = _key(environ)
        if sum(map(len, key)) <= LONGEST_KEY:
            with self.lock:
                self.pages[key] = page
                self.pages.move_to_end(key)
                if len(self.pages) > MOST_PAGES:
                    self.pages.popitem(last=False)

    def _find(self, environ: "WSGIEnvironment") -> Kept | None:
        if environ["REQUEST_METHOD"] != "GET":
            return None
        page = self.pages.get(_key(environ))
        if page is None:
            return None
        try:
            with self.flask.app_context():
                order = tracked(page.token)
                return page if order is not None and facts(order) == page.facts else None
        except Exception:
            # Whatever it is, the application meets it too, and answers with a page that says so.
            return None


def _key(environ: "WSGIEnvironment") -> Key:
    return tuple([environ.get(part, "") for part in PARTS])


def init_app(app: Flask) -> None:
    pages = KeptPages(app)
    app.extensions["cxweb.pages"] = pages
    app.wsgi_app = pages  # type: ignore[method-assign]


def facts(order: Tracked) -> Facts:
    """All that the page of an order is made from, besides the request itself."""
    company, survey = settings(), shown_to(order.survey_version_id)
    # A version never changes, so its number says all of it.
    return order, company, survey.number, changing_with_time(order, company, clock.now())


def kept(html: str, order: Tracked, made_from: Facts) -> Response:
    """The response with this page, which is kept for the next time the same is asked for."""
    body = html.encode()
    headers = (("Content-Type", "text/html; charset=utf-8"), ("Vary", "Accept-Encoding"))
    if compression.is_taken():
        body = compression.gzipped(body, compression.QUICK)
        headers += (("Content-Encoding", "gzip"),)  # type: ignore[assignment]
    pages: KeptPages = current_app.extensions["cxweb.pages"]
    pages.keep(request.environ, Kept(order.token, made_from, body, (*headers, ("Content-Length", str(len(body))))))
    return Response(body, headers=headers)
